package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type issueGatePatterns struct{ keyword, literal, number, linked, refuses *regexp.Regexp }

var issueGatePattern = lazy.Value(func() *issueGatePatterns {
	re := regexp.MustCompile
	return &issueGatePatterns{
		keyword: re(`(?i)clos|fix|resolv`),
		literal: re(`/((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)`),
		number:  re(`#\\?\(?(?:\?:)?(?:\\d|\[0-9\]|\[\[:digit:\]\])`),
		linked:  re(`closingIssuesReferences`),
		refuses: re(`\bexit [1-9]|\bsetFailed\s*\(|\bthrow\b|\bgh pr close\b|state:\s*['"]closed['"]`),
	}
})

// issueGate knows the actions and scripts that look for an issue.
func issueGate(set *Reading, g guideline.Gate) (Requirement, bool) {
	action := strings.ToLower(g.Step.Uses)
	switch {
	case strings.HasSuffix(action, "/github-action-check-linked-issues"):
		p := IssueParams{Closing: true, FromDefault: input(g, "loose-matching") != "true"}
		skip := input(g, "skip-linked-issues-check-label")
		if skip == "" {
			skip = "no-issue"
		}
		p.SkipLabels = append(splitTrim(input(g, "exclude-labels"), ","), skip)
		p.SkipBranches = splitTrim(input(g, "exclude-branches"), ",")
		return fromGate(g, 0, "uses: "+g.Step.Uses, p.text(), p), true
	case action == "actions/github-script":
		return issueScript(g)
	case g.Step.Run == "":
		return Requirement{}, false
	case issueGatePattern().linked.MatchString(g.Step.Run) && issueGatePattern().refuses.MatchString(g.Step.Run):
		p := IssueParams{Closing: true, FromDefault: true}
		line, words := lineOf(g.Step, "closingIssuesReferences")
		req := fromGate(g, line, words, p.text(), p)
		if endsBefore(shellCommands(g.Step.Run[:min(len(g.Step.Run), strings.Index(g.Step.Run, "closingIssuesReferences"))])) && req.Strength == Must {
			req.Strength = Should
		}
		return req, true
	case set.looksAt(g.Step, lookBody):
		t, ok := shellTest(g.Step, lookBody)
		if !ok || t.forbids || !issueGatePattern().number.MatchString(t.pattern) {
			return Requirement{}, false
		}
		// Each line is tested on its own.
		p := IssueParams{Pattern: t.pattern, Flags: t.flags + "m", Closing: issueGatePattern().keyword.MatchString(t.pattern)}
		req := fromGate(g, t.line, t.words, p.text(), p)
		if t.sometimes && req.Strength == Must {
			req.Strength = Should
		}
		return req, true
	}
	return Requirement{}, false
}

// issueScript reads a script in JavaScript that looks for a word that closes an
// issue and refuses, itself or in a later step of its job; some also want the
// issue to be assigned to the author.
func issueScript(g guideline.Gate) (Requirement, bool) {
	src, first := scriptSource(g.Step)
	p := issueGatePattern()
	if src == "" || !strings.Contains(src, "pull_request.body") && !strings.Contains(src, "pr.body") || !jobRefuses(g.Job) {
		return Requirement{}, false
	}
	src = blankComments(src)
	for i, line := range strings.Split(src, "\n") {
		m := p.literal.FindStringSubmatch(line)
		if m == nil || !p.keyword.MatchString(m[1]) || !p.number.MatchString(m[1]) {
			continue
		}
		params := IssueParams{
			Closing: true, Assigned: strings.Contains(src, "assignees"),
			Pattern: strings.ReplaceAll(m[1], `\/`, "/"), Flags: strings.ReplaceAll(m[2], "g", ""),
		}
		if _, err := jsPattern(params.Pattern, params.Flags); err != nil {
			return Requirement{}, false
		}
		return fromGate(g, first+i, strings.TrimSpace(line), params.text(), params), true
	}
	return Requirement{}, false
}

// jobRefuses tells whether a step of a job fails or closes the pull request.
func jobRefuses(job *guideline.Job) bool {
	for i := range job.Steps {
		src, _ := scriptSource(&job.Steps[i])
		if issueGatePattern().refuses.MatchString(src + job.Steps[i].Run) {
			return true
		}
	}
	return false
}
