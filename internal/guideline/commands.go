package guideline

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Command is a command that owners name for building or testing. It is shown,
// never run unless the user says so.
type Command struct {
	Purpose string // "build", "test", "lint" or "format"
	Text    string
	Said    Quote
}

// The purposes of commands.
const (
	PurposeBuild  = "build"
	PurposeTest   = "test"
	PurposeLint   = "lint"
	PurposeFormat = "format"
)

// maxPerPurpose is how many commands of one purpose are listed.
const maxPerPurpose = 3

type commandPatterns struct{ runner, owners, test, lint, format, build, setup *regexp.Regexp }

var commandPattern = lazy.Value(func() *commandPatterns {
	re := regexp.MustCompile
	return &commandPatterns{
		runner: re(`^(make|just|task|mage|go (build|test|vet|fmt|generate|tool)|gofmt|goimports|golangci-lint|npm (run|test|ci|install)|npx|pnpm|yarn|mvn|\./mvnw|gradle|\./gradlew|cargo|pytest|tox|nox|poetry|uv|hatch|python -m|python3 -m|bazel|dotnet|pre-commit run|cmake|ctest|bundle exec|rake|mix|sbt|script/|scripts/|hack/|\./)[\w./:-]*`),
		// what owners do, and what leaves the machine
		owners: re(`(?i)\b(publish|release|deploy|push|tag|login|upload|npm version)\b`),
		test:   re(`(?i)\b((unit|e2e|integration)?[-_]?tests?|unittest|check|verify|ctest|pytest|tox|nox|spec|e2e|integration|unit)\b`),
		lint:   re(`(?i)lint|\bvet\b|clippy|checkstyle|\bruff\b|eslint`),
		format: re(`(?i)\bfmt\b|format|gofmt|goimports|prettier|\bblack\b|spotless`),
		build:  re(`(?i)\b(build|compile|assemble|package|bazel|all|install)\b|^make$`),
		setup:  re(`(?i)\b(build\w*|develop\w*|contribut\w*|tests?|testing|hack\w*|compil\w*|lint\w*|format\w*|from source|getting started)\b`),
	}
})

// Commands are the commands that the manifest, CONTRIBUTING, the pages it
// points at and README name in code spans and code blocks.
func (s *Set) Commands() []Command {
	var out []Command
	add := func(text string, said Quote) {
		purpose := purposeOf(text)
		if purpose == "" {
			return
		}
		n := 0
		for _, c := range out {
			if c.Text == text {
				return
			}
			if c.Purpose == purpose {
				n++
			}
		}
		if n < maxPerPurpose {
			out = append(out, Command{Purpose: purpose, Text: text, Said: said})
		}
	}
	if m := s.Manifest; m != nil && m.Isrc != nil {
		for _, text := range m.Isrc.Contribute.Verify {
			purpose := purposeOf(text)
			if purpose == "" {
				purpose = PurposeTest // owners call it a verification, whatever it looks like
			}
			out = append(out, Command{Purpose: purpose, Text: text, Said: s.manifestQuote("isrc.contribute.verify", text)})
		}
	}
	for _, kind := range []string{DocContributing, DocLinked, DocReadme} {
		for i := range s.Documents {
			if d := &s.Documents[i]; d.Kind == kind {
				d.commands(add)
			}
		}
	}
	return out
}

// commands finds the commands in the sections that speak to contributors.
func (d *Document) commands(add func(text string, said Quote)) {
	for i := range d.Blocks {
		b := &d.Blocks[i]
		if !Speaks(b.Headings) || d.Kind == DocReadme && !commandPattern().setup.MatchString(strings.Join(b.Headings, " ")) {
			continue
		}
		switch b.Kind {
		case BlockCode:
			if isShell(b.Language) {
				b.script(d.Source, add)
			}
		case BlockQuote, BlockHeading:
		default:
			for _, span := range b.Spans {
				add(span, Quote{Source: d.Source, Line: b.spanLine(span), EndLine: b.spanLine(span), Text: b.Text})
			}
		}
	}
}

func isShell(language string) bool {
	switch strings.ToLower(language) {
	case "", "sh", "bash", "shell", "console", "zsh", "text", "shell-session", "terminal":
		return true
	}
	return false
}

// script reads the lines of a code block. In a transcript only the lines with a
// prompt are commands.
func (b *Block) script(src *Source, add func(string, Quote)) {
	for i, line := range strings.Split(strings.TrimRight(b.Text, "\n"), "\n") {
		text := strings.TrimSpace(line)
		text = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(text, "$ "), "> "))
		text, _, _ = strings.Cut(text, " #")
		text = strings.TrimSpace(text)
		add(text, Quote{Source: src, Line: b.Line + i, EndLine: b.Line + i, Text: text})
	}
}

func (b *Block) spanLine(span string) int {
	return b.lineAt(max(0, strings.Index(b.Text, "`"+span+"`")) + 1)
}

// purposeOf tells what a command is for, "" when it is none that contributors
// run to build or test.
func purposeOf(text string) string {
	p := commandPattern()
	if len(text) > 200 || !p.runner.MatchString(text) || p.owners.MatchString(text) || strings.ContainsAny(text, "<>…") {
		return ""
	}
	switch {
	case p.lint.MatchString(text):
		return PurposeLint
	case p.format.MatchString(text):
		return PurposeFormat
	case p.test.MatchString(text):
		return PurposeTest
	case p.build.MatchString(text):
		return PurposeBuild
	}
	return ""
}
