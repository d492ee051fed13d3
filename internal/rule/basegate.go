package rule

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// baseGate knows the steps that refuse a base.
func baseGate(g guideline.Gate) (Requirement, bool) {
	p := BaseParams{By: g.File()}
	if strings.EqualFold(g.Step.Uses, "vankka/pr-target-branch-action") {
		with := func(name string) string { return strings.TrimSpace(g.Step.With[name].Value) }
		if !basePattern().name.MatchString(with("target")) {
			return Requirement{}, false
		}
		p.Not, p.Except, p.To = []string{with("target")}, splitTrim(with("exclude"), " "), with("change-to")
		req := fromGate(g, inputLine(g, "target"), "uses: "+g.Step.Uses, p.text(), p)
		if p.To != "" && req.Strength == Must { // it changes the base itself, and fails nothing
			req.Strength = Should
		}
		return req, true
	}
	if line, words, ok := p.fromCondition(g); ok {
		return fromGate(g, line, words, p.text(), p), true
	}
	if line, words, ok := p.fromScript(g.Step); ok {
		return fromGate(g, line, words, p.text(), p), true
	}
	if line, words, ok := p.fromPattern(g.Step); ok {
		return fromGate(g, line, words, p.text(), p), true
	}
	return Requirement{}, false
}

// fromPattern reads a script that holds the base against one pattern, and fails
// when it does not match, or when it does. A script that looks at the title or
// the branch as well, or that has other conditions, is not read.
func (p *BaseParams) fromPattern(s *guideline.Step) (line int, words string, ok bool) {
	if s.Run == "" || looksAt(s, lookTitle) || looksAt(s, lookBranch) || !looksAt(s, lookBase) || !basePattern().fails.MatchString(s.Run) && !strings.Contains(s.Run, "exit 1") {
		return 0, "", false
	}
	t, ok := testedPattern(s, lookBase)
	if !ok || len(basePattern().branches.FindAllString(s.Run, 3)) > 1 {
		return 0, "", false
	}
	switch re := basePattern(); {
	case re.unless.MatchString(t.words):
	case re.when.MatchString(t.words):
		p.Against = true
	default:
		return 0, "", false
	}
	p.Match = &Pattern{Text: t.pattern, Flags: t.flags, Dialect: JavaScript}
	return t.line, t.words, true
}

// fromCondition reads a step that is run for some base only, and fails.
func (p *BaseParams) fromCondition(g guideline.Gate) (line int, words string, ok bool) {
	re := basePattern()
	cond := g.Step.If
	if cond == "" {
		cond = g.Job.If
	}
	base := re.base.FindStringSubmatch(cond)
	if base == nil || strings.Contains(cond, "||") || !alwaysFails(g.Step.Run) {
		return 0, "", false
	}
	p.Not = []string{base[1] + base[2]}
	for _, m := range re.head.FindAllStringSubmatch(cond, 5) {
		p.Except = append(p.Except, m[1]+m[2])
	}
	if len(p.Except) == 1 {
		p.To = p.Except[0]
	}
	return g.Step.Line, "if: " + oneLine(cond), true
}

// alwaysFails tells whether a script does nothing but say why, and fail.
func alwaysFails(script string) bool {
	failed := false
	for _, line := range strings.Split(script, "\n") {
		switch line = strings.TrimSpace(line); {
		case line == "", strings.HasPrefix(line, "#"), strings.HasPrefix(line, "echo "), strings.HasPrefix(line, "printf "):
		case basePattern().fails.MatchString(line):
			failed = true
		default:
			return false
		}
	}
	return failed
}

// fromScript reads a script whose only condition is about the base, and that
// fails under it.
func (p *BaseParams) fromScript(s *guideline.Step) (line int, words string, ok bool) {
	re := basePattern()
	conditions := 0
	var m []string
	for i, text := range strings.Split(s.Run, "\n") {
		trimmed := strings.TrimSpace(text)
		if strings.HasPrefix(trimmed, "if ") || strings.HasPrefix(trimmed, "elif ") || trimmed == "else" || strings.Contains(trimmed, "||") || strings.HasPrefix(trimmed, "case ") {
			conditions++
		}
		if found := re.compare.FindStringSubmatch(text); found != nil && m == nil {
			m, line, words = found, s.RunLine+i, trimmed
		}
	}
	if m == nil || conditions != 1 || !re.fails.MatchString(s.Run) || !holds(s, m[1], lookBase) {
		return 0, "", false
	}
	if m[4] != "" {
		if !holds(s, m[4], lookBranch) || m[2] == "!=" {
			return 0, "", false
		}
		p.Except, p.To = []string{m[5]}, m[5]
	}
	if m[2] == "!=" {
		p.Only = []string{m[3]}
	} else {
		p.Not = []string{m[3]}
	}
	return line, words, true
}
