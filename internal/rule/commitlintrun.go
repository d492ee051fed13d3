package rule

import (
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// commitlintLinters reads commitlint's configuration and who runs it.
func commitlintLinters(set *Reading) []messageLinter {
	c := set.Config(guideline.ToolCommitlint)
	runs, titles := commitlintRuns(set)
	l := messageLinter{Config: c, Runs: runs}
	switch {
	case c != nil:
		l.Params = readCommitlint(c)
	case len(runs) > 0: // the action falls back on it
		l.Params = defaultCommitlint()
	default:
		return nil
	}
	l.Params.Grammar.Before21 = beforeFooterTokens(set, runs)
	if titles && len(runs) == 0 {
		l.Default, l.Note = Should, "a workflow runs it on the title only"
	}
	return []messageLinter{l}
}

// commitlintRuns are the steps that run commitlint on commits, and whether one
// runs it on the title.
func commitlintRuns(set *Reading) (runs []linterRun, titles bool) {
	for _, g := range set.Gates() {
		action := strings.EqualFold(g.Step.Uses, "wagoid/commitlint-github-action")
		script := strings.Contains(g.Step.Run, "commitlint") && !installs(g.Step.Run)
		switch {
		case action:
			runs = append(runs, linterRun{Gate: g, Strict: g.Step.With["failonwarnings"].Value == "true"})
		case script && set.looksAt(g.Step, lookTitle):
			titles = true
		case script:
			runs = append(runs, linterRun{Gate: g, Strict: strings.Contains(g.Step.Run, "--strict")})
		}
	}
	return runs, titles
}

// beforeFooterTokens tells whether commitlint is older than version 21, which
// tells body from footer in another way: by package.json, or by the action,
// which brings its own.
func beforeFooterTokens(set *Reading, runs []linterRun) bool {
	for _, run := range runs {
		if strings.EqualFold(run.Gate.Step.Uses, "wagoid/commitlint-github-action") {
			major, ok := majorVersion(run.Gate.Step.Version)
			return ok && major <= 6
		}
	}
	for _, c := range set.Configs {
		for _, name := range []string{"@commitlint/cli", "@commitlint/lint"} {
			if v := c.Root.At(name); c.Tool == guideline.ToolPackages && v.Kind == guideline.KindString {
				major, ok := majorVersion(v.Text)
				return ok && major < 21
			}
		}
	}
	return false
}

// majorVersion reads the first number of a version or a range of versions.
func majorVersion(version string) (int, bool) {
	digits := strings.TrimLeft(version, "^~>=v ")
	if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = digits[:end]
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n < 1000
}

// installs tells whether a script only installs what it names.
func installs(script string) bool {
	for _, line := range strings.Split(script, "\n") {
		if strings.Contains(line, "commitlint") && !strings.Contains(line, "install") && !strings.Contains(line, " add ") && !strings.Contains(line, " i ") {
			return false
		}
	}
	return true
}

// checkerLinters knows the action that tests every message with a pattern.
func checkerLinters(set *Reading) []messageLinter {
	var out []messageLinter
	for _, g := range set.Gates() {
		pattern := g.Step.With["pattern"]
		if !strings.EqualFold(g.Step.Uses, "gsactions/commit-message-checker") || g.Step.With["checkallcommitmessages"].Value != "true" || pattern.Value == "" {
			continue
		}
		params := HeaderParams{By: g.File(), Tool: "commit-message-checker", Grammar: Grammar{Preset: presetConventional}, Rules: []LintRule{
			{Name: "message-pattern", Level: 2, Text: pattern.Value, Flags: checkerFlags(g.Step)},
		}}
		if _, err := jsMatch(pattern.Value, checkerFlags(g.Step)); err != nil {
			params.unread(err.Error())
		}
		out = append(out, messageLinter{Params: params, Runs: []linterRun{{Gate: g, Line: pattern.Line, Words: "pattern: " + oneLine(pattern.Value)}}})
	}
	return out
}
