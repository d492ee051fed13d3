package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

var waiverPattern = lazy.Value(func() *regexp.Regexp {
	const labels = `\(\s*(?:toJSON\()?\s*github\.event\.pull_request\.labels(?:\.\*\.name)?\s*\)?\s*,\s*'([^']+)'\s*\)`
	return regexp.MustCompile(`!\s*contains` + labels + `|\bcontains` + labels + `\s*(?:!=\s*true|==\s*false)\b`)
})

// waivingLabels are the labels with which a job or a step does not run.
func waivingLabels(g guideline.Gate) []string {
	var out []string
	for _, cond := range []string{g.Job.If, g.Step.If} {
		for _, m := range waiverPattern().FindAllStringSubmatch(cond, -1) {
			if label := m[1] + m[2]; !slices.Contains(out, label) {
				out = append(out, label)
			}
		}
	}
	return out
}

// waivedBy is the label of the pull request that waives something, or "".
//
//go:noinline
func waivedBy(labels []string, change *Change) string {
	for _, l := range labels {
		if slices.ContainsFunc(change.Draft.Labels, func(have string) bool { return strings.EqualFold(have, l) }) {
			return l
		}
	}
	return ""
}

// linkOnly tells a line of a table of contents from a sentence.
func linkOnly(s guideline.Sentence) bool {
	return len(s.Links) == 1 && strings.Trim(s.Text, " .") == strings.Trim(s.Links[0].Text, " .")
}

type productPatterns struct{ docs, tests, settings *regexp.Regexp }

var productPattern = lazy.Value(func() *productPatterns {
	re := regexp.MustCompile
	return &productPatterns{
		docs:     re(`(?i)^(docs?|documentation|website|site|examples?|man)/|(^|/)docs?/|\.(md|markdown|rst|adoc|asciidoc|txt|mdx)$|^(licen[cs]e|authors|notice|copying|codeowners|maintainers|owners)$`),
		tests:    re(`(?i)(^|/)(tests?|__tests__|spec|specs|e2e|testdata|fixtures|testing|integration[-_]tests?|src/test)/|_test\.\w+$|(^|/)test_[^/]*\.py$|[._-](test|tests|spec|specs)\.\w+$|(Test|Tests|Spec|IT)\.(java|kt|scala|cs|groovy|swift|php)$|(^|/)conftest\.py$`),
		settings: re(`(?i)^\.|(^|/)\.[^/]+$|^(renovate|innersource)\.json5?$|(^|/)(\.github|\.gitlab|\.circleci|\.changeset|\.vscode)/`),
	}
})

func isDocs(name string) bool { return productPattern().docs.MatchString(name) }
func isTest(name string) bool { return productPattern().tests.MatchString(name) }

// isProduct tells whether a file is what users get, and not documentation, a
// test or a setting of the project.
func isProduct(f File) bool {
	return !isDocs(f.Path) && !isTest(f.Path) && !productPattern().settings.MatchString(f.Path)
}

// isGenerated tells a file that a tool writes, by its name or by what it says
// of itself.
func isGenerated(f File) bool {
	switch path.Base(f.Path) {
	case "go.sum", "go.mod", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "uv.lock", "Gemfile.lock", "composer.lock", "go.work.sum", "npm-shrinkwrap.json", "bun.lock", "flake.lock":
		return true
	}
	if strings.HasPrefix(f.Path, "vendor/") || strings.Contains(f.Path, "/vendor/") || strings.Contains(f.Path, "node_modules/") {
		return true
	}
	_, marked := generatedMark(f.Head)
	return marked
}
