package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type formatterPatterns struct{ action, command, at, variable, name, writes, excused, message *regexp.Regexp }

var formatterPattern = lazy.Value(func() *formatterPatterns {
	re := regexp.MustCompile
	return &formatterPatterns{
		action: re(`(?i)^(golangci/golangci-lint-action|pre-commit/action|super-linter/super-linter(/slim)?|github/super-linter|psf/black|astral-sh/ruff-action|chartboost/ruff-action|` +
			`creyD/prettier_action|dominikh/staticcheck-action|reviewdog/action-[\w-]+|oxsecurity/megalinter[\w/-]*|ludeeus/action-shellcheck|ibiblio/shellcheck|` +
			`docker://.*lint.*|DavidAnson/markdownlint-cli2-action|articulate/actions-markdownlint|karancode/yamllint-github-action|hadolint/hadolint-action|` +
			`isort/isort-action|py-actions/flake8|crate-ci/typos|codespell-project/actions-codespell|actions-rust-lang/rustfmt|editorconfig-checker/action-editorconfig-checker|` +
			`bufbuild/buf-(lint-)?action|rhysd/actionlint|raven-actions/actionlint|helm/chart-testing-action|stefanprodan/helm-lint-action)$`),
		command: re(`^(?:(?:sudo|time|exec|npx(?: --\S+)*|bunx|(?:uvx|uv run)(?: --with[ =]\S+| --\S+)*|poetry run|pipx run|hatch run|pnpm(?: exec)?|yarn|bundle exec|go run|go tool|\$\(go env GOPATH\)/bin/|\./bin/|bin/|\./node_modules/\.bin/)\s*)*` +
			`(?:(?:make|just|task|mage|npm run|yarn run|pnpm run|yarn|pnpm|bun run|tox (?:run )?-e|nox -s|rake|mix|\./gradlew|gradle|mvn|\./mvnw)\s+(?:-\S+\s+)*[\w:./-]*(?:lint|fmt|format|style|vet|checkstyle|spotless|ktlint|prettier)[\w:./-]*|` +
			`golangci-lint run|gofmt -\S+|gofumpt -\S+|goimports -\S+|go vet|go fmt|staticcheck|eslint|prettier|biome (?:ci|check|lint|format)|oxlint|stylelint|standard|tsc --noEmit|` +
			`black|ruff(?: check| format)?|flake8|isort|mypy|pyright|pylint|cargo fmt|cargo clippy|rustfmt|clang-format|shellcheck|shfmt|yamllint|markdownlint\S*|actionlint|hadolint|typos|codespell|rubocop|` +
			`terraform fmt|tflint|buf (?:lint|format)|helm lint|swiftlint|swiftformat|ktlint|scalafmt|mix format|dotnet format|pre-commit run|lefthook run|addlicense|editorconfig-checker|ec)\b`),
		// where a tool lies, and the version in its name
		at: re(`^(?:go (?:run|tool) )?(?:"?(?:\$[({]\w+[)}]|[\w.~-]*)/(?:[\w.-]+/)*)?` +
			`(golangci-lint|gofumpt|goimports|staticcheck|eslint|prettier|biome|ruff|black|flake8|isort|mypy|pylint|shellcheck|shfmt|yamllint|actionlint|hadolint|typos|codespell|buf|pre-commit|lefthook|addlicense)` +
			`(?:[-@]v?\d[\w.]*|@latest)?(?:\.exe)?"?( |$)`),
		// a variable of make that is named for its tool
		variable: re(`^\$[({](GOLANGCI_?LINT|GOFUMPT|GOIMPORTS|STATICCHECK|ESLINT|PRETTIER|SHELLCHECK|SHFMT|YAMLLINT|ACTIONLINT|HADOLINT|CODESPELL|ADDLICENSE|BUF)(?:_BIN|_CMD|_TOOL|_PATH)?[)}]( |$)`),
		name:     re(`^[\w@./:+ -]{2,60}$`),
		// what mends instead of asking cannot fail
		writes:  re(`\bgit (commit|push)\b`),
		excused: re(`\|\|\s*(true|:|echo)\b|--version\b|\b(install|download)\b|--exit-zero|--issues-exit-code[= ]0|--help`),
		message: re(`(?i)commit-?(lint|msg|message|check)|gitlint|commitizen|cz check|conventional-pre-commit|committed|conform enforce|cog verify`),
	}
})

func deriveFormatters(set *Reading) []Requirement {
	out := append(linterGates(set), linterHooks(set)...)
	for _, c := range set.Commands() {
		if c.Purpose != guideline.PurposeLint && c.Purpose != guideline.PurposeFormat {
			continue
		}
		p := FormatterParams{Tools: []string{c.Text}, Commands: []string{c.Text}}
		out = append(out, Requirement{Params: p, Strength: Should, rank: rankProse, Text: p.text(), Said: []guideline.Quote{c.Said}})
	}
	return out
}

// linterGates are the steps of workflows that lint.
func linterGates(set *Reading) []Requirement {
	re := formatterPattern()
	var out []Requirement
	for _, g := range set.Gates() {
		if re.action.MatchString(g.Step.Uses) {
			p := FormatterParams{Tools: []string{path.Base(g.Step.Uses)}}
			out = append(out, fromGate(g, 0, "uses: "+g.Step.Uses, p.text(), p))
			continue
		}
		if strings.Contains(g.Step.Run, "git ") && re.writes.MatchString(g.Step.Run) {
			continue
		}
		var p FormatterParams
		line, words := 0, ""
		for i, text := range strings.Split(g.Step.Run, "\n") {
			found := lintCommands(text)
			if len(found) > 0 && line == 0 {
				line, words = g.Step.RunLine+i, strings.TrimSpace(text)
			}
			p.Commands = withAll(p.Commands, found)
		}
		if len(p.Commands) > 0 {
			p.Tools = p.Commands
			out = append(out, fromGate(g, line, words, p.text(), p))
		}
	}
	return out
}

// lintCommands are the commands of a line of shell that lint or format.
func lintCommands(line string) []string {
	re := formatterPattern()
	var out []string
	for _, part := range splitCommands(line) {
		part = strings.TrimSpace(part)
		part = toolFirst(strings.TrimPrefix(strings.TrimPrefix(part, "test -z \"$("), "if [ -n \"$("))
		if len(part) > maxLabelled || strings.ContainsAny(part, "$`<>") || !re.command.MatchString(part) {
			continue
		}
		if re.excused.MatchString(line) || re.message.MatchString(line) {
			return nil
		}
		part, _, _ = strings.Cut(part, "|")
		out = append(out, strings.TrimRight(strings.TrimSpace(part), `)"'`))
	}
	return out
}

// toolFirst writes a command with the name of its tool alone, where the line says
// where it lies, in which version, or by a variable of make that is named for it.
func toolFirst(command string) string {
	re := formatterPattern()
	if m := re.variable.FindStringSubmatch(command); m != nil {
		name := strings.ReplaceAll(strings.ToLower(m[1]), "_", "-")
		if name == "golangcilint" {
			name = "golangci-lint"
		}
		return name + command[len(m[0])-len(m[2]):]
	}
	return re.at.ReplaceAllString(command, "$1$2")
}

// linterHooks reads what hooks run on the contributor's machine before a commit
// or a push.
func linterHooks(set *Reading) []Requirement {
	var out []Requirement
	add := func(c *guideline.Config, line int, words string, p FormatterParams) {
		if len(p.Tools) == 0 {
			return
		}
		req := fromConfig(c, line, words, p.text(), p)
		req.Strength = Should // it runs where the hook is installed
		out = append(out, req)
	}
	if c := set.Config(guideline.ToolPreCommit); c != nil {
		names := preCommitHooks(c)
		add(c, max(1, c.Root.At("repos").Line), "hooks "+strings.Join(shortList(names), ", "), FormatterParams{Tools: names, Commands: []string{"pre-commit run --all-files"}})
	}
	if c := set.Config(guideline.ToolLefthook); c != nil {
		for _, hook := range []string{"pre-commit", "pre-push"} {
			names := lefthookJobs(c.Root.At(hook))
			add(c, max(1, c.Root.At(hook).Line), hook+": "+strings.Join(shortList(names), ", "), FormatterParams{Tools: names, Commands: []string{"lefthook run " + hook + " --all-files"}})
		}
	}
	if c := set.Config(guideline.ToolLintStaged); c != nil {
		add(c, max(1, c.Root.Line), "lint-staged", FormatterParams{Tools: []string{"lint-staged"}, Commands: []string{"npx lint-staged"}})
	}
	return append(out, huskyLinters(set)...)
}

// preCommitHooks are the hooks that look at files, by their ids.
func preCommitHooks(c *guideline.Config) []string {
	var out []string
	for _, repo := range c.Root.At("repos").List {
		for _, hook := range repo.At("hooks").List {
			id := hook.At("id").Text
			stages := hook.At("stages").Strings()
			if stages == nil {
				stages = c.Root.At("default_stages").Strings()
			}
			message := slices.Contains(stages, "commit-msg") || slices.Contains(stages, "prepare-commit-msg") || slices.Contains(stages, "manual")
			if id == "" || message || formatterPattern().message.MatchString(id+" "+repo.At("repo").Text) || !formatterPattern().name.MatchString(id) {
				continue
			}
			out = withAll(out, []string{id})
		}
	}
	return out
}

// lefthookJobs are the names of what lefthook runs in a hook.
func lefthookJobs(hook guideline.Value) []string {
	var out []string
	for _, key := range []string{"commands", "scripts"} {
		for _, name := range hook.At(key).Keys {
			if formatterPattern().name.MatchString(name) {
				out = append(out, name)
			}
		}
	}
	for _, job := range hook.At("jobs").List {
		name := job.At("name").Text
		if name == "" {
			name = oneLine(job.At("run").Text)
		}
		if formatterPattern().name.MatchString(name) {
			out = append(out, name)
		}
	}
	return out
}

// huskyLinters reads the scripts of husky that run before a commit or a push.
func huskyLinters(set *Reading) []Requirement {
	var out []Requirement
	for i := range set.Configs {
		c := &set.Configs[i]
		base := path.Base(c.Source.Path)
		if c.Tool != guideline.ToolHusky || base != "pre-commit" && base != "pre-push" {
			continue
		}
		for n, line := range strings.Split(c.Root.Text, "\n") {
			found := lintCommands(line)
			if len(found) == 0 && strings.Contains(line, "lint-staged") {
				found = []string{"npx lint-staged"}
			}
			if len(found) > 0 {
				p := FormatterParams{Tools: found, Commands: found}
				req := fromConfig(c, n+1, strings.TrimSpace(line), p.text(), p)
				req.Strength = Should
				out = append(out, req)
			}
		}
	}
	return out
}
