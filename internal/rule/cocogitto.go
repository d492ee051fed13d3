package rule

import (
	"regexp"
	"slices"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func cocogittoTool() messageTool {
	return messageTool{
		name: guideline.ToolCocogitto, words: []string{"cog "}, command: commandOf("cog (?:\\S+ )*?(?:check|verify)"),
		action: regexp.MustCompile(`(?i)^(cocogitto|oknozor)/cocogitto-action$`),
	}
}

// cocogittoLinters reads cog.toml. As with commitizen, it may be there only for
// versions and changelogs.
func cocogittoLinters(set *Reading) []messageLinter {
	u, c := cocogittoTool().use(set), set.Config(guideline.ToolCocogitto)
	u.runs = slices.DeleteFunc(u.runs, func(r linterRun) bool { return !cocogittoChecks(r.Gate.Step) })
	if c != nil {
		for _, key := range []string{"script", "path"} {
			if v := c.Root.At("git_hooks", "commit-msg", key); key == "script" && cocogittoTool().runsIn(v.Text) {
				u.hooks = append(u.hooks, hookUse{c, c.Quote(v.Line, "commit-msg: "+oneLine(v.Text)), v.Line, nil})
			}
		}
	}
	if !u.seen() {
		return nil
	}
	p := HeaderParams{By: "cocogitto", Tool: guideline.ToolCocogitto, Grammar: Grammar{Preset: presetCocogitto}, Trims: true}
	root := p.from(c)
	types := conventionalTypes()
	custom := root.At("commit_types")
	for _, key := range custom.Keys {
		if v := custom.Map[key]; v.Kind == guideline.KindMap && len(v.Keys) == 0 { // an empty one turns it off
			types = slices.DeleteFunc(types, func(t string) bool { return t == key })
			continue
		}
		types = withAll(types, []string{key})
	}
	p.Rules = []LintRule{
		{Name: "type-empty", Never: true, Level: 2},
		{Name: "type-enum", Level: 2, Words: types, As: "commit_types", Line: custom.Line},
	}
	if v := root.At("scopes"); v.Kind == guideline.KindList {
		r := LintRule{Name: "scope-enum", Level: 2, Words: v.Strings(), As: "scopes", Line: v.Line, Split: []string{"\x00"}}
		if len(r.Words) == 0 {
			r = LintRule{Name: "scope-empty", Level: 2, As: "scopes", Line: v.Line}
		}
		p.Rules = append(p.Rules, r)
	}
	if root.At("ignore_fixup_commits").Bool(false) {
		p.leaveTitles("fixup!", "squash!", "amend!")
	}
	l := u.linter(p, c)
	if len(u.runs) > 0 && !root.At("ignore_merge_commits").Bool(false) && !slices.ContainsFunc(u.lines, func(l string) bool { return regexp.MustCompile(`--ignore-merge-commits|\s-i\b`).MatchString(l) }) {
		l.NoMerges = &LintRule{Name: "no-merges", Level: 2, As: "ignore_merge_commits", Line: root.At("ignore_merge_commits").Line}
	}
	return []messageLinter{l}
}

// cocogittoChecks tells whether a step checks commits: the action does so unless
// it is told otherwise, and in its newer versions when it is told to.
func cocogittoChecks(s *guideline.Step) bool {
	if s.Uses == "" {
		return true
	}
	command, told := s.With["command"]
	switch {
	case s.With["install-only"].Value == "true", s.With["release"].Value == "true" && s.With["check"].Value == "":
		return false
	case told:
		return command.Value == "check"
	}
	return s.With["check"].Value != "false"
}
