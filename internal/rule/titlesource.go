package rule

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// titleGate knows the actions and scripts that judge titles.
func titleGate(set *Reading, g guideline.Gate) (Requirement, bool) {
	action := strings.ToLower(g.Step.Uses)
	_, name, _ := strings.Cut(action, "/")
	switch {
	case name == "action-semantic-pull-request": // forks of it keep name and inputs
		return semanticGate(g)
	case action == "thehanimo/pr-title-checker":
		return checkerGate(set, g)
	case action == "ytanikin/pr-conventional-commits":
		return typesGate(g)
	case action == "aslafy-z/conventional-pr-title-action":
		return presetGate(g)
	case action == "gsactions/commit-message-checker":
		return messageCheckerGate(g)
	case strings.Contains(g.Step.Run, "commitlint") && set.looksAt(g.Step, lookTitle):
		return lintedTitle(set, g)
	case action == "actions/github-script":
		if t, ok := jsTest(g.Step, lookTitle); ok {
			return testedTitle(g, t)
		}
	case g.Step.Run != "" && set.looksAt(g.Step, lookTitle) && !set.looksAt(g.Step, lookBody):
		if t, ok := shellTest(g.Step, lookTitle); ok {
			return testedTitle(g, t)
		}
	case action != "":
		return patternGate(g, action)
	}
	return Requirement{}, false
}

func testedTitle(g guideline.Gate, t scriptTest) (Requirement, bool) {
	p := TitleParams{Judge: judgePattern, By: g.File(), Pattern: t.pattern, Flags: t.flags, Forbids: t.forbids}
	req := fromGate(g, t.line, t.words, p.text(), p)
	if t.sometimes && req.Strength == Must {
		req.Strength = Should
	}
	return req, true
}

// lintedTitle is a title that a script gives to commitlint.
func lintedTitle(set *Reading, g guideline.Gate) (Requirement, bool) {
	lint := defaultCommitlint()
	if c := set.Config(guideline.ToolCommitlint); c != nil {
		lint = readCommitlint(c)
	}
	lint = lint.level(2)
	p := TitleParams{Judge: judgeLint, By: g.File(), Lint: &lint, Types: lint.types()}
	line, words := lineOf(g.Step, "commitlint")
	return fromGate(g, line, words, p.text(), p), true
}

// settled tells whether inputs of a step have a value before it runs.
//
//go:noinline
func settled(g guideline.Gate, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return strings.Contains(g.Step.With[strings.ToLower(name)].Value, "${{")
	})
}

// input is the value of a step's input, without the blanks around it.
func input(g guideline.Gate, name string) string {
	return strings.TrimSpace(g.Step.With[strings.ToLower(name)].Value)
}

// semanticGate reads the inputs of amannn/action-semantic-pull-request: lists
// have one entry per line.
func semanticGate(g guideline.Gate) (Requirement, bool) {
	if !settled(g, "types", "scopes", "disallowScopes", "requireScope", "subjectPattern", "headerPattern", "headerPatternCorrespondence") {
		return Requirement{}, false
	}
	p := TitleParams{
		Judge: judgeSemantic, By: g.File(),
		Types: splitTrim(input(g, "types"), "\n"), Scopes: splitTrim(input(g, "scopes"), "\n"),
		DisallowScopes: splitTrim(input(g, "disallowScopes"), "\n"),
		RequireScope:   input(g, "requireScope") == "true", SubjectPattern: input(g, "subjectPattern"),
		SubjectPatternError: input(g, "subjectPatternError"), HeaderPattern: input(g, "headerPattern"),
		Correspondence: splitTrim(input(g, "headerPatternCorrespondence"), ","),
		WIP:            input(g, "wip") == "true", IgnoreLabels: splitTrim(input(g, "ignoreLabels"), "\n"),
	}
	line, words := p.place(g)
	return fromGate(g, line, words, p.text(), p), true
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

// checkerGate reads the configuration of thehanimo/pr-title-checker, where it
// lies in the repository.
func checkerGate(set *Reading, g guideline.Gate) (Requirement, bool) {
	c := set.Config(guideline.ToolPRTitleChecker)
	if c == nil || c.Err != "" {
		return Requirement{}, false
	}
	for _, name := range []string{"configuration_path", "local_configuration_path", "github_configuration_path"} {
		if v := input(g, name); v != "" && v != c.Source.Path {
			return Requirement{}, false
		}
	}
	for _, name := range []string{"remote_configuration_url", "github_configuration_owner", "github_configuration_repo", "github_configuration_ref"} {
		if input(g, name) != "" {
			return Requirement{}, false
		}
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
	return req, len(p.Prefixes) > 0 || p.Pattern != ""
}

// typesGate reads ytanikin/pr-conventional-commits: a list of types in JSON, and
// a pattern for the number of a ticket anywhere in the title.
func typesGate(g guideline.Gate) (Requirement, bool) {
	var types []string
	if !settled(g, "task_types", "ticket_key_regex") || json.Unmarshal([]byte(input(g, "task_types")), &types) != nil || len(types) == 0 {
		return Requirement{}, false
	}
	p := TitleParams{
		Judge: judgeTypes, By: g.File(), Types: types, Pattern: input(g, "ticket_key_regex"),
		Grammar: `^(\w*)(?:\((.*?)\))?!?: (.*)$`,
	}
	line := g.Step.With["task_types"].Line
	return fromGate(g, line, "allows "+strings.Join(types, ", "), p.text(), p), true
}

// presetGate reads aslafy-z/conventional-pr-title-action: the types of
// commitizen, in the grammar of a preset.
func presetGate(g guideline.Gate) (Requirement, bool) {
	preset, _, _ := strings.Cut(input(g, "preset"), "@")
	p := TitleParams{Judge: judgeTypes, By: g.File()}
	switch preset {
	case "", "conventional-changelog-conventionalcommits":
	case "conventional-changelog-angular":
		p.Grammar = `^(\w*)(?:\((.*)\))?: (.*)$`
	default:
		return Requirement{}, false
	}
	return fromGate(g, 0, "uses: "+g.Step.Uses, p.text(), p), true
}

func messageCheckerGate(g guideline.Gate) (Requirement, bool) {
	pattern := g.Step.With["pattern"]
	if input(g, "excludeTitle") == "true" || pattern.Value == "" || !settled(g, "pattern", "flags") {
		return Requirement{}, false
	}
	p := TitleParams{
		Judge: judgePattern, By: g.File(), Pattern: pattern.Value, Flags: checkerFlags(g.Step),
		WithBody: input(g, "excludeDescription") != "true",
	}
	return fromGate(g, pattern.Line, "pattern: "+oneLine(p.Pattern), p.text(), p), true
}

// checkerFlags are the flags of gsactions/commit-message-checker's pattern.
func checkerFlags(s *guideline.Step) string {
	if in, ok := s.With["flags"]; ok {
		return in.Value
	}
	return "gm"
}
