package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// HeaderParams says what messages must look like.
type HeaderParams struct {
	By      string     `json:"by"`   // who judges: a path or "prose"
	Tool    string     `json:"tool"` // such as commitlint
	Grammar Grammar    `json:"grammar"`
	Rules   []LintRule `json:"rules"`
	// Types are those that another rule allows, for whoever proposes a type.
	Types []string `json:"types,omitempty"`
	// Unread is what the configuration asks beyond what could be read.
	Unread []string `json:"unread,omitempty"`
	// Blind is set when it cannot be told how the tool takes a message apart.
	Blind bool `json:"blind,omitempty"`
	// Leaves are the kinds of messages that the tool leaves alone.
	Leaves []string `json:"leaves,omitempty"`
	// Except is what it leaves alone beyond that.
	Except []Exception `json:"except,omitempty"`
	// Trims is set when the tool cuts blanks around the message.
	Trims bool `json:"trims,omitempty"`
	// Strips are patterns, RE2's, of what the tool cuts off the beginning of a
	// message before it looks at it.
	Strips []string `json:"strips,omitempty"`
	// Last is set when the tool judges the newest commit only.
	Last bool `json:"last,omitempty"`
}

// types are the allowed types, nil when any will do.
//
//go:noinline
func (p HeaderParams) types() []string {
	for _, r := range p.Rules {
		if r.Name == "type-enum" && !r.Never {
			return r.Words
		}
	}
	return nil
}

// wantsType tells whether a header needs a type.
//
//go:noinline
func (p HeaderParams) wantsType() bool {
	return slices.ContainsFunc(p.Rules, func(r LintRule) bool { return r.Name == "type-empty" && r.Never && r.Level > 0 })
}

// level keeps the rules that fail (2) or warn (1).
func (p HeaderParams) level(n int) HeaderParams {
	out := p
	out.Rules = nil
	for _, r := range p.Rules {
		if r.Level == n {
			out.Rules = append(out.Rules, r)
		}
	}
	return out
}

// newCommitlint are the parameters of commitlint before anything is configured.
func newCommitlint(by string) HeaderParams {
	return HeaderParams{By: by, Tool: guideline.ToolCommitlint, Grammar: Grammar{Preset: presetAngular}, Leaves: []string{leavesDefault}}
}

// defaultCommitlint is what the usual action falls back on.
func defaultCommitlint() HeaderParams {
	p := newCommitlint("config-conventional")
	p.extend("@commitlint/config-conventional", 0)
	return p
}

// readCommitlint reads a configuration. What is code, or lies in a package, is
// named as unread.
func readCommitlint(c *guideline.Config) HeaderParams {
	p := newCommitlint(c.Source.Path)
	if c.Err != "" {
		p.unread(c.Source.Path + ": " + c.Err)
		return p
	}
	p.readExtends(c.Root.At("extends"))
	p.readOwn(c.Root)
	if p.Blind { // only what needs no parser can be judged
		p.Rules = slices.DeleteFunc(p.Rules, func(r LintRule) bool { return !strings.HasPrefix(r.Name, "header-") })
	}
	return p
}

// from notes which configuration is read, and gives what stands in it: nothing
// when there is none.
func (p *HeaderParams) from(c *guideline.Config) guideline.Value {
	if c == nil {
		return guideline.Value{}
	}
	p.By = c.Source.Path
	if c.Err != "" {
		p.unread(c.Source.Path + ": " + c.Err)
	}
	return c.Root
}

//go:noinline
func (p *HeaderParams) unread(what string) {
	if !slices.Contains(p.Unread, what) {
		p.Unread = append(p.Unread, what)
	}
}

func (p *HeaderParams) readExtends(v guideline.Value) {
	names := v.List
	if v.Kind != guideline.KindList && v.Kind != guideline.KindNull {
		names = []guideline.Value{v}
	}
	for _, name := range names {
		switch {
		case name.Kind != guideline.KindString:
			p.unread("what it extends is code: " + oneLine(name.Text))
		case !p.extend(name.Text, name.Line):
			p.unread("it extends " + name.Text)
			if p.Grammar.Preset == presetAngular {
				p.Grammar.Preset = presetConventional // most packages set it, and it reads more
			}
		}
	}
}

// readOwn reads what a configuration says itself, on top of what it extends.
func (p *HeaderParams) readOwn(root guideline.Value) {
	p.readParserPreset(root.At("parserPreset"))
	if plugins := root.At("plugins"); plugins.Kind != guideline.KindNull && len(plugins.List) > 0 || plugins.Kind == guideline.KindCode {
		p.unread("it has plugins")
	}
	if ignores := root.At("ignores"); ignores.Kind != guideline.KindNull && (len(ignores.List) > 0 || ignores.Kind == guideline.KindCode) {
		p.unread("which messages it leaves alone is code")
	}
	if root.Has("…") {
		p.unread("a part of it is code")
	}
	rules := root.At("rules")
	if rules.Kind == guideline.KindCode {
		p.unread("its rules are code")
	}
	for _, name := range rules.Keys {
		if name == "…" {
			p.unread("some of its rules are code")
			continue
		}
		p.set(name, rules.Map[name])
	}
	if !root.At("defaultIgnores").Bool(true) {
		p.Leaves = nil
	}
}

// set reads one rule, replacing an inherited one of the name.
func (p *HeaderParams) set(name string, v guideline.Value) {
	p.Rules = slices.DeleteFunc(p.Rules, func(r LintRule) bool { return r.Name == name })
	r, why := readLintRule(name, v)
	switch {
	case why != "":
		p.unread(why)
	case r.Level > 0:
		p.Rules = append(p.Rules, r)
	}
}

// readLintRule reads [level, "always"|"never", value], and says why when it
// cannot.
func readLintRule(name string, v guideline.Value) (LintRule, string) {
	r := LintRule{Name: name, Line: v.Line}
	code := "the rule " + name + " is code"
	if v.Kind == guideline.KindNull {
		return r, ""
	}
	if v.Kind != guideline.KindList || len(v.List) == 0 {
		return r, code
	}
	level, ok := lintLevel(v.List[0])
	if !ok {
		return r, code
	}
	if r.Level = level; level == 0 {
		return r, ""
	}
	if _, known := lintKinds()[name]; !known || strings.HasSuffix(name, "-pattern") {
		return r, "the rule " + name + " is not known"
	}
	if len(v.List) < 2 || len(v.List) > 3 || v.List[1].Text != "always" && v.List[1].Text != "never" {
		return r, code
	}
	r.Never = v.List[1].Text == "never"
	if len(v.List) == 3 && !r.readValue(v.List[2]) {
		return r, "the value of the rule " + name + " is code"
	}
	return r, ""
}

// readValue reads what a rule is about. It answers false for what cannot be
// read without running it.
func (r *LintRule) readValue(v guideline.Value) bool {
	switch v.Kind {
	case guideline.KindNull:
	case guideline.KindNumber:
		n, err := strconv.ParseFloat(v.Text, 64)
		r.Number = int(n)
		return err == nil && n < 1<<31
	case guideline.KindString:
		if r.Text = v.Text; v.Text == "" && strings.HasSuffix(r.Name, "-full-stop") {
			r.Words = []string{""} // which no text ends with
		}
	case guideline.KindBool:
	case guideline.KindList:
		return r.readWords(v)
	case guideline.KindMap:
		r.Split = v.At("delimiters").Strings()
		for _, key := range []string{"scopes", "cases"} {
			if v.Has(key) {
				return r.readWords(v.At(key)) && len(v.Keys) <= 2
			}
		}
		return false
	case guideline.KindCode:
		if v.Text == "Infinity" && strings.Contains(r.Name, "-max-") {
			r.Level = 0
			return true
		}
		return false
	}
	return !strings.HasSuffix(r.Name, "-case") || knownCase(r.Text)
}

// readWords reads a list of texts; among cases also {when, case}.
func (r *LintRule) readWords(v guideline.Value) bool {
	if v.Kind == guideline.KindString {
		v.List = []guideline.Value{v}
	}
	for _, item := range v.List {
		word := item.Text
		if item.Kind == guideline.KindMap && strings.HasSuffix(r.Name, "-case") {
			if word = item.At("case").Text; item.At("when").Text == "never" {
				word = "!" + word
			}
		} else if item.Kind != guideline.KindString {
			return false
		}
		if strings.HasSuffix(r.Name, "-case") && !knownCase(strings.TrimPrefix(word, "!")) {
			return false
		}
		r.Words = append(r.Words, word)
	}
	return v.Kind == guideline.KindList || v.Kind == guideline.KindString
}

func lintLevel(v guideline.Value) (int, bool) {
	if n, ok := v.Int(); ok && v.Kind == guideline.KindNumber {
		return n, n >= 0 && n <= 2
	}
	switch {
	case strings.HasSuffix(v.Text, "RuleConfigSeverity.Disabled"):
		return 0, true
	case strings.HasSuffix(v.Text, "RuleConfigSeverity.Warning"):
		return 1, true
	case strings.HasSuffix(v.Text, "RuleConfigSeverity.Error"):
		return 2, true
	}
	return 0, false
}
