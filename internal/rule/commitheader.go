package rule

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func commitHeader() *Rule {
	return &Rule{
		ID: "commit-header",
		Doc: "Commit messages have the form that the project's linter, or its prose, asks for: Conventional Commits with the types and scopes that are allowed, " +
			"the length of header and body lines, the case and the end of the subject.",
		Derive: deriveCommitHeader,
		Check:  checkCommitHeader,
		merge:  absorbProse,
		declared: func() Requirement {
			params := HeaderParams{By: "manifest", Preset: presetConventional, Rules: proseTypes(nil)}
			return Requirement{Params: params, Text: params.text()}
		},
	}
}

func deriveCommitHeader(set *Reading) []Requirement {
	out := append(lintedHeaders(set), checkedMessages(set)...)
	if params, sentences := proseHeaders(set); len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, params.text(), params, func(message string) bool {
			return len(params.lint(message)) == 0
		}))
	}
	return out
}

// lintedHeaders reads commitlint's configuration and who runs it. What only
// warns is a requirement of its own, which should hold.
func lintedHeaders(set *Reading) []Requirement {
	c := set.Config(guideline.ToolCommitlint)
	gates := lintGates(set)
	var params HeaderParams
	switch {
	case c != nil:
		params = readCommitlint(c)
	case len(gates) > 0: // the action falls back on it
		params = HeaderParams{By: "config-conventional", Preset: presetConventional, Rules: configConventional()}
	default:
		return nil
	}
	var out []Requirement
	fails, warns := params.level(2), params.level(1)
	if len(fails.Rules) > 0 || len(fails.Unread) > 0 {
		if c != nil {
			out = append(out, fromConfig(c, fails.line(c), fails.words(), fails.text(), fails))
		}
		for _, g := range gates {
			out = append(out, fromGate(g, 0, "runs "+guideline.ToolCommitlint, fails.text(), fails))
		}
	}
	if len(warns.Rules) > 0 && c != nil {
		warns.Unread = nil
		req := fromConfig(c, warns.line(c), warns.words(), warns.text(), warns)
		req.Strength = Should
		out = append(out, req)
	}
	return out
}

// lintGates are the steps that run commitlint on commits, not on a title.
func lintGates(set *Reading) []guideline.Gate {
	var out []guideline.Gate
	for _, g := range set.Gates() {
		action := strings.EqualFold(g.Step.Uses, "wagoid/commitlint-github-action")
		script := strings.Contains(g.Step.Run, "commitlint") && !installs(g.Step.Run) && !set.looksAt(g.Step, lookTitle)
		if action || script {
			out = append(out, g)
		}
	}
	return out
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

// checkedMessages knows the action that tests every message with a pattern.
func checkedMessages(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		pattern := g.Step.With["pattern"]
		if !strings.EqualFold(g.Step.Uses, "gsactions/commit-message-checker") || g.Step.With["checkallcommitmessages"].Value != "true" || pattern.Value == "" {
			continue
		}
		params := HeaderParams{By: g.File(), Preset: presetConventional, All: true, Rules: []LintRule{
			{Name: "message-pattern", Level: 2, Text: pattern.Value, Flags: checkerFlags(g.Step)},
		}}
		if _, err := jsMatch(pattern.Value, checkerFlags(g.Step)); err != nil {
			params.Unread = append(params.Unread, err.Error())
		}
		text := "commit messages that match " + oneLine(pattern.Value)
		out = append(out, fromGate(g, pattern.Line, "pattern: "+oneLine(pattern.Value), text, params))
	}
	return out
}

// text says in one line what is asked.
func (p HeaderParams) text() string {
	var parts []string
	if p.wantsType() {
		parts = append(parts, "type(scope): subject")
	}
	for _, r := range p.Rules {
		switch r.Name {
		case "header-max-length":
			parts = append(parts, fmt.Sprintf("at most %d characters", r.Number))
		case "subject-full-stop":
			if r.Never {
				parts = append(parts, "no full stop")
			}
		}
	}
	switch {
	case len(parts) == 0 && len(p.Rules) == 0:
		return "commit messages as " + p.By + " wants them"
	case len(parts) == 0:
		return fmt.Sprintf("commit messages that follow %s", plural(len(p.Rules), "rule", "rules"))
	case !p.wantsType():
		return "commit header with " + strings.Join(parts, ", ")
	}
	return "commit header like " + strings.Join(parts, ", ")
}

// words quotes what a configuration says.
func (p HeaderParams) words() string {
	if types := p.types(); len(types) > 0 {
		return "types " + strings.Join(types, ", ")
	}
	var names []string
	for _, r := range p.Rules {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

// line is where the configuration says what is quoted: its own list of types,
// else the first of its rules, else its beginning.
func (p HeaderParams) line(c *guideline.Config) int {
	first := 0
	for _, r := range p.Rules {
		if r.Line > 0 && (first == 0 || r.Name == "type-enum") {
			first = r.Line
		}
	}
	if first == 0 || len(p.types()) > 0 && !c.Root.Has("rules", "type-enum") {
		return c.Root.Line
	}
	return first
}
