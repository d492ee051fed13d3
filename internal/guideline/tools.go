package guideline

import (
	"path"
	"strings"
)

// The tools whose configurations are read.
const (
	ToolChangesets     = "changesets"
	ToolChangie        = "changie"
	ToolChloggen       = "chloggen"
	ToolCLAConfig      = "cla"
	ToolCatalog        = "catalog-info"
	ToolCocogitto      = "cocogitto"
	ToolCommitCheck    = "commit-check"
	ToolCommitizen     = "commitizen"
	ToolCommitlint     = "commitlint"
	ToolCommitted      = "committed"
	ToolConform        = "conform"
	ToolCopywrite      = "copywrite"
	ToolDCO            = "dco"
	ToolDanger         = "danger"
	ToolGitlint        = "gitlint"
	ToolGitReview      = "git-review" // which sends changes to Gerrit
	ToolGolangci       = "golangci-lint"
	ToolHusky          = "husky"
	ToolLefthook       = "lefthook"
	ToolLicenceEye     = "license-eye"
	ToolPackages       = "npm-packages" // what package.json depends on, by name
	ToolLintStaged     = "lint-staged"
	ToolPRTitleChecker = "pr-title-checker"
	ToolPreCommit      = "pre-commit"
	ToolREUSE          = "reuse"
	ToolSemanticPR     = "semantic-pull-requests" // the app
	ToolTowncrier      = "towncrier"
)

// configRow says where a tool keeps its configuration.
type configRow struct {
	tool  string
	files string   // patterns separated by blanks; an inner "*" stays within a folder
	at    []string // keys that lead to it in a file of several tools
}

// configTable is checked from its top; one file can configure several tools.
func configTable() []configRow {
	return []configRow{
		{ToolCommitlint, ".commitlintrc .commitlintrc.{json,yaml,yml,js,cjs,mjs,ts,cts,mts} commitlint.config.{js,cjs,mjs,ts,cts,mts}", nil},
		{ToolCommitlint, ".github/.commitlintrc .github/.commitlintrc.{json,yaml,yml,js,cjs,mjs,ts,cts,mts} .github/commitlint.config.{js,cjs,mjs,ts,cts,mts}", nil},
		{ToolCommitlint, "package.json package.yaml", []string{"commitlint"}},
		{ToolPackages, "package.json", []string{"devDependencies"}},
		{ToolPackages, "package.json", []string{"dependencies"}},
		{ToolCommitizen, "package.json", []string{"config", "commitizen"}},
		{ToolHusky, "package.json", []string{"husky"}},
		{ToolLintStaged, "package.json", []string{"lint-staged"}},
		{ToolDCO, ".github/dco.yml .github/dco.yaml", nil},
		{ToolPRTitleChecker, ".github/pr-title-checker-config.json", nil},
		{ToolSemanticPR, ".github/semantic.yml .github/semantic.yaml semantic.yml", nil},
		{ToolCLAConfig, ".clabot .github/clabot.json", nil},
		{ToolConform, ".conform.yaml .conform.yml", nil},
		{ToolGitlint, ".gitlint", nil},
		{ToolGitReview, ".gitreview", nil},
		{ToolCommitted, "committed.toml .committed.toml", nil},
		{ToolCommitizen, "cz.{toml,json,yaml} .cz.{toml,json,yaml}", nil},
		{ToolCommitizen, "pyproject.toml", []string{"tool", "commitizen"}},
		{ToolTowncrier, "pyproject.toml", []string{"tool", "towncrier"}},
		{ToolTowncrier, "towncrier.toml", []string{"tool", "towncrier"}},
		{ToolCocogitto, "cog.toml .cog.toml", nil},
		{ToolCommitCheck, "cchk.toml commit-check.toml .github/cchk.toml .github/commit-check.toml .commit-check.yml", nil},
		{ToolPreCommit, ".pre-commit-config.yaml .pre-commit-config.yml", nil},
		{ToolLefthook, "lefthook.{yml,yaml,json,toml} .lefthook.{yml,yaml,json,toml} .config/lefthook.{yml,yaml}", nil},
		{ToolHusky, ".husky/{commit-msg,pre-commit,pre-push,prepare-commit-msg}", nil},
		{ToolChangesets, ".changeset/config.json", nil},
		{ToolChangie, ".changie.yaml .changie.yml", nil},
		{ToolChloggen, ".chloggen/config.yaml .chloggen/config.yml", nil},
		{ToolLicenceEye, ".licenserc.yaml .licenserc.yml .licenserc.json .github/.licenserc.yaml", nil},
		{ToolCopywrite, ".copywrite.hcl", nil},
		{ToolREUSE, "REUSE.toml .reuse/dep5", nil},
		{ToolGolangci, ".golangci.{yml,yaml,toml,json}", nil},
		{ToolDanger, "dangerfile.{js,ts,mjs,mts} Dangerfile dangerfile .github/dangerfile.{js,ts}", nil},
		{ToolCatalog, "catalog-info.yaml catalog-info.yml", nil},
	}
}

// configDirs are the folders that configTable speaks of.
func configDirs() []string {
	return []string{".", ".github", ".husky", ".changeset", ".chloggen", ".config", ".reuse"}
}

// configsOf are the rows that a path belongs to.
func configsOf(name string) []configRow {
	var out []configRow
	for _, row := range configTable() {
		if row.names(name) {
			out = append(out, row)
		}
	}
	return out
}

func (r configRow) names(name string) bool {
	for _, pattern := range strings.Fields(r.files) {
		stem, ends, several := strings.Cut(pattern, "{")
		if !several {
			if ok, err := path.Match(pattern, name); ok && err == nil {
				return true
			}
			continue
		}
		rest, ok := strings.CutPrefix(name, stem)
		for _, end := range strings.Split(strings.TrimSuffix(ends, "}"), ",") {
			if ok && rest == end {
				return true
			}
		}
	}
	return false
}
