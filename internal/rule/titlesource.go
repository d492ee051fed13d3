package rule

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// titleGate knows the actions and scripts that judge titles.
func titleGate(set *Reading, g guideline.Gate) (Requirement, bool) {
	switch action := strings.ToLower(g.Step.Uses); {
	case action == "amannn/action-semantic-pull-request":
		p := semanticParams(g)
		line, words := p.place(g)
		return fromGate(g, line, words, p.text(), p), true
	case action == "thehanimo/pr-title-checker":
		c := set.Config(guideline.ToolPRTitleChecker)
		if c == nil || c.Err != "" {
			return Requirement{}, false
		}
		checks := c.Root.At("CHECKS")
		p := TitleParams{
			Judge: judgeChecker, By: g.File(), Prefixes: checks.At("prefixes").Strings(),
			Pattern: checks.At("regexp").Text, Flags: checks.At("regexpFlags").Text,
			IgnoreLabels: checks.At("ignoreLabels").Strings(),
		}
		req := fromGate(g, 0, "uses: "+g.Step.Uses, p.text(), p)
		req.Said = append(req.Said, c.Quote(checks.Line, "CHECKS"))
		if checks.At("alwaysPassCI").Bool(false) {
			req.Strength, req.Enforcer.Blocking = Should, false
		}
		return req, true
	case action == "gsactions/commit-message-checker" && g.Step.With["excludetitle"].Value != "true":
		p := TitleParams{
			Judge: judgePattern, By: g.File(), Pattern: g.Step.With["pattern"].Value, Flags: checkerFlags(g.Step),
			WithBody: g.Step.With["excludedescription"].Value != "true",
		}
		return fromGate(g, g.Step.With["pattern"].Line, "pattern: "+oneLine(p.Pattern), p.text(), p), p.Pattern != ""
	case strings.Contains(g.Step.Run, "commitlint") && set.looksAt(g.Step, lookTitle):
		lint := defaultCommitlint()
		if c := set.Config(guideline.ToolCommitlint); c != nil {
			lint = readCommitlint(c)
		}
		lint = lint.level(2)
		p := TitleParams{Judge: judgeLint, By: g.File(), Lint: &lint, Types: lint.types()}
		line, words := lineOf(g.Step, "commitlint")
		return fromGate(g, line, words, p.text(), p), true
	case g.Step.Run != "" && set.looksAt(g.Step, lookTitle) && !set.looksAt(g.Step, lookBody):
		if t, ok := testedPattern(g.Step, lookTitle); ok {
			p := TitleParams{Judge: judgePattern, By: g.File(), Pattern: t.pattern, Flags: t.flags}
			return fromGate(g, t.line, t.words, p.text(), p), true
		}
	}
	return Requirement{}, false
}

// checkerFlags are the flags of gsactions/commit-message-checker's pattern.
func checkerFlags(s *guideline.Step) string {
	if in, ok := s.With["flags"]; ok {
		return in.Value
	}
	return "gm"
}

// semanticParams reads the inputs of amannn/action-semantic-pull-request: lists
// have one entry per line.
func semanticParams(g guideline.Gate) TitleParams {
	with := func(name string) string { return strings.TrimSpace(g.Step.With[strings.ToLower(name)].Value) }
	lines := func(name string) []string {
		var out []string
		for _, l := range strings.Split(with(name), "\n") {
			if l = strings.TrimSpace(l); l != "" {
				out = append(out, l)
			}
		}
		return out
	}
	truth := func(name string) bool { return with(name) == "true" }
	return TitleParams{
		Judge: judgeSemantic, By: g.File(),
		Types: lines("types"), Scopes: lines("scopes"), DisallowScopes: lines("disallowScopes"),
		RequireScope: truth("requireScope"), SubjectPattern: with("subjectPattern"),
		SubjectPatternError: with("subjectPatternError"), HeaderPattern: with("headerPattern"),
		Correspondence: splitTrim(with("headerPatternCorrespondence"), ","),
		WIP:            truth("wip"), IgnoreLabels: lines("ignoreLabels"),
		SingleCommitFollows: truth("validateSingleCommit"), SingleCommitIsTheSame: truth("validateSingleCommitMatchesPrTitle"),
	}
}

func splitTrim(s, sep string) []string {
	var out []string
	for _, part := range strings.Split(s, sep) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// place is the line of the step that says what matters most.
func (p TitleParams) place(g guideline.Gate) (int, string) {
	for _, name := range []string{"types", "headerpattern", "subjectpattern"} {
		if in, ok := g.Step.With[name]; ok {
			return in.Line, "allows " + strings.Join(splitTrim(in.Value, "\n"), ", ")
		}
	}
	return g.Step.Line, "uses: " + g.Step.Uses
}
