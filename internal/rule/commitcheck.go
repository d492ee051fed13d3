package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func commitCheckTool() messageTool {
	return messageTool{
		name: guideline.ToolCommitCheck, words: []string{"commit-check", "cchk"}, command: commandOf("commit-check|cchk"), action: regexp.MustCompile(`(?i)^commit-check/commit-check-action$`),
		hooks: []string{"check-message"},
	}
}

// commitCheckLinters reads commit-check's configuration, in the form that it has
// now and in its former one.
func commitCheckLinters(set *Reading) []messageLinter {
	u, c := commitCheckTool().use(set), set.Config(guideline.ToolCommitCheck)
	u.runs = slices.DeleteFunc(u.runs, func(r linterRun) bool { return !judgesMessages(r.Gate.Step) })
	if c == nil && !u.seen() {
		return nil
	}
	p := HeaderParams{By: "commit-check", Tool: guideline.ToolCommitCheck, Grammar: Grammar{Preset: presetNone}, Trims: true}
	root := p.from(c)
	if v := root.At("inherit_from"); v.Text != "" {
		p.unread("it inherits from " + v.Text)
	}
	if checks := root.At("checks"); checks.Kind == guideline.KindList {
		for _, check := range checks.List {
			if v := check.At("regex"); check.At("check").Text == "message" {
				p.pythonForm("message", v.Text, v.Line)
			}
		}
	} else {
		p.commitCheck(root.At("commit"))
	}
	l := u.linter(p, c)
	if v := root.At("commit", "allow_merge_commits"); !v.Bool(true) {
		l.NoMerges = &LintRule{Name: "no-merges", Level: 2, As: "allow_merge_commits", Line: v.Line}
	}
	return []messageLinter{l}
}

// judgesMessages tells whether a step lets the tool look at messages.
func judgesMessages(s *guideline.Step) bool {
	if s.Uses != "" {
		return s.With["message"].Value != "false" && s.With["dry-run"].Value != "true"
	}
	flags := strings.Contains(s.Run, "--branch") || strings.Contains(s.Run, "--author") || strings.Contains(s.Run, "--no-force-push")
	return !flags || strings.Contains(s.Run, "--message") || strings.Contains(s.Run, " -m")
}

// commitCheck reads the section on commits.
func (p *HeaderParams) commitCheck(v guideline.Value) {
	add := func(key string, r LintRule) {
		r.Level, r.As, r.Line = 2, key, v.At(key).Line
		p.Rules = append(p.Rules, r)
	}
	p.commitCheckForm(v)
	for _, l := range [][2]string{{"subject_max_length", "header-max-length"}, {"subject_min_length", "header-min-length"}} {
		if n, ok := v.At(l[0]).Int(); ok && v.At(l[0]).Kind == guideline.KindNumber {
			add(l[0], LintRule{Name: l[1], Number: n, Unit: unitRunes})
		}
	}
	if v.At("subject_capitalized").Bool(false) {
		p.leaveFor("subject_capitalized")
		add("subject_capitalized", LintRule{Name: "subject-capital"})
	}
	if v.At("subject_imperative").Bool(false) {
		add("subject_imperative", LintRule{Name: "imperative"})
	}
	if v.At("require_body").Bool(false) {
		add("require_body", LintRule{Name: "rest-empty"})
	}
	for _, mark := range [][2]string{{"allow_fixup_commits", `^fixup!`}, {"allow_wip_commits", `^(?i)(wip:|\[wip\]|wip |wip$)`}} {
		if !v.At(mark[0]).Bool(true) {
			add(mark[0], LintRule{Name: "unfinished-pattern", Dialect: string(RE2), Text: mark[1]})
		}
	}
	if !v.At("allow_revert_commits").Bool(true) {
		add("allow_revert_commits", LintRule{Name: "header-pattern", Never: true, Text: "^[Rr][Ee][Vv][Ee][Rr][Tt] "})
	}
	p.leaveFor("subject_max_length", "subject_min_length")
	if list := v.At("ignore_authors").Strings(); slices.ContainsFunc(list, func(a string) bool {
		return !strings.Contains(strings.ToLower(a), "bot") && !strings.EqualFold(a, "copilot")
	}) {
		p.unread("it leaves commits of some authors alone: " + strings.Join(list, ", "))
	}
}

// leaveFor leaves the headers of merges alone in some rules.
//
//go:noinline
func (p *HeaderParams) leaveFor(rules ...string) {
	p.except(Exception{On: onTitle, Pattern: Pattern{Dialect: RE2, Text: "^Merge "}, Rules: rules})
}

// commitCheckForm: a pattern of the project's own replaces Conventional Commits,
// which a merge and a fixup pass.
func (p *HeaderParams) commitCheckForm(v guideline.Value) {
	if own := v.At("message_pattern"); strings.TrimSpace(own.Text) != "" {
		p.pythonForm("message_pattern", strings.TrimSpace(own.Text), own.Line)
		return
	}
	on := v.At("conventional_commits")
	if !on.Bool(true) {
		return
	}
	types := []string{"feat", "fix", "docs", "style", "refactor", "test", "chore", "perf", "build", "ci"}
	list := v.At("allow_commit_types")
	if list.Kind == guideline.KindList {
		types = list.Strings()
	}
	p.Grammar = Grammar{Preset: presetCommitCheck}
	p.Rules = append(p.Rules,
		LintRule{Name: "type-empty", Never: true, Level: 2, As: "conventional_commits", Line: on.Line},
		LintRule{Name: "type-enum", Level: 2, Words: types, As: "allow_commit_types", Line: list.Line})
	p.except(Exception{On: onTitle, Pattern: Pattern{Dialect: RE2, Text: "^(Merge|fixup!)"}, Rules: []string{"conventional_commits", "allow_commit_types"}})
}
