package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func committedTool() messageTool {
	return messageTool{
		name: guideline.ToolCommitted, words: []string{"committed"}, command: commandOf("committed"), action: regexp.MustCompile(`(?i)^crate-ci/committed$`),
		hooks: []string{"committed", "committed-src"}, last: true, every: regexp.MustCompile(`\.\.|HEAD[~^]|\$\{?\w|--commits?\b`),
	}
}

// committedLinters reads committed's configuration, whose defaults are on
// wherever it is run.
func committedLinters(set *Reading) []messageLinter {
	u, c := committedTool().use(set), set.Config(guideline.ToolCommitted)
	if c == nil && !u.seen() {
		return nil
	}
	p := HeaderParams{By: "committed", Tool: guideline.ToolCommitted, Grammar: Grammar{Preset: presetNone}}
	root := p.from(c)
	p.committed(root)
	merges := root.At("merge_commit")
	allowed := merges.Bool(true)
	for _, run := range u.runs { // what is said on the command line counts more
		args := run.Gate.Step.Run
		if run.Gate.Step.Uses != "" {
			args = committedArgs(run.Gate.Step)
			u.last = false
		}
		allowed = p.committedArguments(args, allowed)
	}
	if len(u.runs) == 0 && len(u.hooks) > 0 { // its hook is told to let them pass
		p.committedArguments("--fixup --wip", true)
	}
	p.committedStrips()
	l := u.linter(p, c)
	if !allowed {
		l.NoMerges = &LintRule{Name: "no-merges", Level: 2, As: "merge_commit", Line: merges.Line}
	}
	return []messageLinter{l}
}

// committedMarks are the beginnings of messages that are not done yet.
const (
	committedWIP   = `^(wip\b|WIP\b|\[WIP\]|Draft\b|\[Draft\]|\(Draft\))`
	committedFixup = `^(fixup|squash|amend)! `
)

// committedStrips: a mark that is let pass is cut off before the rest is judged.
func (p *HeaderParams) committedStrips() {
	refused := func(as string) bool { return slices.ContainsFunc(p.Rules, func(r LintRule) bool { return r.As == as }) }
	if !refused("no_wip") {
		p.Strips = append(p.Strips, committedWIP+`\s*`)
	}
	if !refused("no_fixup") {
		p.Strips = append(p.Strips, `^((fixup|squash|amend)! )+`)
	}
}

// committedArgs are the arguments of its action, and what they are by default.
func committedArgs(s *guideline.Step) string {
	if args, ok := s.With["args"]; ok {
		return args.Value
	}
	return "-vv --no-merge-commit"
}

// committedArguments reads the flags for merges and for marks of unfinished
// commits.
func (p *HeaderParams) committedArguments(args string, merges bool) bool {
	drop := func(as string) {
		for i, r := range p.Rules {
			if r.As == as {
				p.Rules = append(p.Rules[:i:i], p.Rules[i+1:]...)
				return
			}
		}
	}
	for _, a := range strings.Fields(args) {
		switch a {
		case "--no-merge-commit":
			merges = false
		case "--merge-commit":
			merges = true
		case "--fixup":
			drop("no_fixup")
		case "--wip":
			drop("no_wip")
		}
	}
	return merges
}

// committed reads its keys. Lengths are counted in what people take for
// characters, up to the last blank.
func (p *HeaderParams) committed(root guideline.Value) {
	add := func(key string, r LintRule) {
		r.Level, r.As, r.Line = 2, key, root.At(key).Line
		p.Rules = append(p.Rules, r)
	}
	number := func(key string, otherwise int) int {
		if n, ok := root.At(key).Int(); ok {
			return n
		}
		return otherwise
	}
	if strings.EqualFold(root.At("style").Text, "conventional") {
		p.Grammar = Grammar{Preset: presetCommitted}
		types := []string{"fix", "feat", "chore", "docs", "style", "refactor", "perf", "test"}
		if v := root.At("allowed_types"); v.Kind != guideline.KindNull {
			types = v.Strings()
		}
		add("style", LintRule{Name: "type-empty", Never: true})
		add("style", LintRule{Name: "second-line-blank"})
		if len(types) > 0 {
			add("allowed_types", LintRule{Name: "type-enum", Words: types, Flags: "i"})
		}
		if scopes := root.At("allowed_scopes").Strings(); len(scopes) > 0 {
			add("allowed_scopes", LintRule{Name: "scope-enum", Words: scopes, Flags: "i", Split: []string{"\x00"}})
		}
	}
	line := number("line_length", 72)
	if n := number("subject_length", 50); n > 0 {
		add("subject_length", LintRule{Name: "header-soft-length", Number: n, Unit: unitRunes})
	}
	if line > 0 {
		add("line_length", LintRule{Name: "line-soft-length", Number: line, Unit: unitRunes})
	}
	if number("hard_line_length", 0) > 0 { // it only turns the check on, the number is the other key's
		add("hard_line_length", LintRule{Name: "line-max-length", Number: line, Unit: unitRunes})
	}
	for _, on := range []struct {
		key  string
		rule LintRule
	}{
		{"subject_capitalized", LintRule{Name: "subject-first-letter", Text: "not lower"}},
		{"subject_not_punctuated", LintRule{Name: "subject-last", Words: []string{" ", ".", "!", "?"}}},
		{"imperative_subject", LintRule{Name: "imperative"}},
		{"no_wip", LintRule{Name: "unfinished-pattern", Dialect: string(Python), Text: committedWIP}},
		{"no_fixup", LintRule{Name: "unfinished-pattern", Dialect: string(Python), Text: committedFixup}},
	} {
		if root.At(on.key).Bool(true) {
			add(on.key, on.rule)
		}
	}
	if v := root.At("allowed_author_re"); v.Text != "" {
		p.unread("it takes commits of some authors only: " + oneLine(v.Text))
	}
	if v := root.At("ignore_author_re"); v.Text != "" && !strings.Contains(strings.ToLower(v.Text), "bot") && !strings.Contains(strings.ToLower(v.Text), "renovate") {
		p.unread("it leaves commits of some authors alone: " + oneLine(v.Text))
	}
}
