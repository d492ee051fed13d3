package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type scriptPatterns struct{ diff, number, named, exit, without, quiet *regexp.Regexp }

var changelogScriptPattern = lazy.Value(func() *scriptPatterns {
	re := regexp.MustCompile
	return &scriptPatterns{
		diff: re(`\bgit (diff|log|show)\b|gh (pr|api)\b|changed[-_ ]?files|CHANGED`),
		// a line about this very pull request cannot have been there before
		number: re(`github\.event\.(?:pull_request\.)?number\b`),
		named:  re(`(?i)\b(?:[\w./-]*/)?(?:CHANGELOG|CHANGES|HISTORY|NEWS)(?:\\?\.(?:md|rst|txt|adoc))?\b`),
		exit:   re(`\bexit [1-9]|\bfalse\b|\bfail\b|setFailed`),
		// the line asks for the absence of a change
		without: re(`^if !|^if \[\[? !|\|\| *(exit|\{|\(|fail|false)|\[\[? -z |(-eq|==?) *"?0"?\b|-lt 1\b|\[ 1 -gt |\[ "?0"? (-eq|==?) `),
		quiet:   re(`git diff[^|]*(--exit-code|--quiet|-q\b)`),
	}
})

// changelogScript reads a script that fails when the changelog is not among the
// changed files. One that fails when it is, and one that cannot be told, asks
// for nothing here.
func changelogScript(g guideline.Gate) (line int, words string, p ChangelogParams, ok bool) {
	line, words, file, ok := scriptWants(g, changelogScriptPattern().named)
	if !ok {
		return 0, "", p, false
	}
	return line, words, ChangelogParams{Files: []string{file}}, true
}

// scriptWants reads a script that fails when none of the changed files has a
// name. It answers the name as the script has it.
func scriptWants(g guideline.Gate, named *regexp.Regexp) (line int, words, name string, ok bool) {
	re := changelogScriptPattern()
	if !re.diff.MatchString(g.Step.Run) && !re.number.MatchString(g.Step.Run) {
		return 0, "", "", false
	}
	lines := strings.Split(g.Step.Run, "\n")
	for i, l := range lines {
		l = continued(l, lines[i+1:])
		file := named.FindString(l)
		if strings.HasPrefix(l, "#") || file == "" || !strings.Contains(l, "grep") && !re.quiet.MatchString(l) {
			continue
		}
		if !re.diff.MatchString(g.Step.Run) && !re.number.MatchString(l) {
			continue // it looks into the file for something else
		}
		if strings.Contains(l, "grep -v") || strings.Contains(l, "grep -qv") || !failsWithout(l, lines[i+1:]) {
			return 0, "", "", false
		}
		return g.Step.RunLine + i, strings.TrimSpace(lines[i]), strings.TrimPrefix(strings.ReplaceAll(file, `\.`, "."), "./"), true
	}
	return 0, "", "", false
}

// continued is a line with those that a backslash joins to it.
func continued(line string, rest []string) string {
	line = strings.TrimSpace(line)
	for _, next := range rest {
		head, more := strings.CutSuffix(line, `\`)
		if !more {
			break
		}
		line = head + strings.TrimSpace(next)
	}
	return line
}

// failsWithout tells whether the script fails when the line finds no change.
func failsWithout(line string, rest []string) bool {
	re := changelogScriptPattern()
	absent := re.without.MatchString(line)
	branches := strings.HasPrefix(line, "if ")
	if re.quiet.MatchString(line) { // its success is the absence of a change
		return branches && !absent && re.exit.MatchString(firstBranch(rest))
	}
	switch {
	case branches && absent:
		return re.exit.MatchString(firstBranch(rest))
	case branches:
		return !re.exit.MatchString(firstBranch(rest)) && re.exit.MatchString(secondBranch(rest))
	case absent:
		return re.exit.MatchString(line) || re.exit.MatchString(strings.Join(rest, "\n"))
	}
	// bare, its exit status fails the step; in an assignment it is only kept
	return strings.Contains(line, "grep -q") && !strings.Contains(line, "=$(") && len(strings.TrimSpace(strings.Join(rest, ""))) == 0
}

// firstBranch is what follows a condition, up to its else or fi.
func firstBranch(lines []string) string {
	for i, l := range lines {
		switch strings.TrimSpace(l) {
		case "else", "fi":
			return strings.Join(lines[:i], "\n")
		}
	}
	return strings.Join(lines, "\n")
}

// secondBranch is what stands between else and fi.
func secondBranch(lines []string) string {
	from := -1
	for i, l := range lines {
		switch strings.TrimSpace(l) {
		case "else":
			from = i + 1
		case "fi":
			if from < 0 {
				return ""
			}
			return strings.Join(lines[from:i], "\n")
		}
	}
	return ""
}
