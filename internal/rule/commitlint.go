package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// HeaderParams says what messages must look like.
type HeaderParams struct {
	By     string     `json:"by"` // who judges: a path or "prose"
	Preset string     `json:"preset"`
	Rules  []LintRule `json:"rules"`
	// Unread is what the configuration asks beyond what could be read.
	Unread []string `json:"unread,omitempty"`
	// All judges messages, too, that the tool usually leaves alone.
	All bool `json:"all,omitempty"`
}

// types are the allowed types, nil when any will do.
func (p HeaderParams) types() []string {
	for _, r := range p.Rules {
		if r.Name == "type-enum" && !r.Never {
			return r.Words
		}
	}
	return nil
}

// wantsType tells whether a header needs a type.
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

// configConventional are the rules of @commitlint/config-conventional.
func configConventional() []LintRule {
	return []LintRule{
		{Name: "type-empty", Level: 2, Never: true},
		{Name: "type-case", Level: 2, Text: "lower-case"},
		{Name: "type-enum", Level: 2, Words: conventionalTypes()},
		{Name: "subject-empty", Level: 2, Never: true},
		{Name: "subject-case", Level: 2, Never: true, Words: []string{"sentence-case", "start-case", "pascal-case", "upper-case"}},
		{Name: "subject-full-stop", Level: 2, Never: true, Text: "."},
		{Name: "header-max-length", Level: 2, Number: 100},
		{Name: "header-trim", Level: 2},
		{Name: "body-leading-blank", Level: 1},
		{Name: "body-max-line-length", Level: 2, Number: 100},
		{Name: "footer-leading-blank", Level: 1},
		{Name: "footer-max-line-length", Level: 2, Number: 100},
	}
}

// readCommitlint reads a configuration. What is code, or lies in a package, is
// named as unread.
func readCommitlint(c *guideline.Config) HeaderParams {
	p := HeaderParams{By: c.Source.Path, Preset: presetAngular}
	if c.Err != "" {
		p.Unread = append(p.Unread, c.Source.Path+": "+c.Err)
		return p
	}
	for _, name := range c.Root.At("extends").Strings() {
		switch strings.TrimSuffix(name, ".js") {
		case "@commitlint/config-conventional", "@commitlint/conventional", "conventional":
			p.Preset = presetConventional
			p.Rules = configConventional()
		default:
			p.Unread = append(p.Unread, "it extends "+name)
		}
	}
	if c.Root.At("extends").Kind == guideline.KindCode {
		p.Unread = append(p.Unread, "what it extends is code")
	}
	readParserPreset(c.Root.At("parserPreset"), &p)
	if plugins := c.Root.At("plugins"); plugins.Kind != guideline.KindNull {
		p.Unread = append(p.Unread, "it has plugins")
	}
	if c.Root.Has("…") {
		p.Unread = append(p.Unread, "a part of it is code")
	}
	rules := c.Root.At("rules")
	if rules.Kind == guideline.KindCode {
		p.Unread = append(p.Unread, "its rules are code")
	}
	for _, name := range rules.Keys {
		p.set(name, rules.Map[name])
	}
	p.All = !c.Root.At("defaultIgnores").Bool(true)
	p.Rules = slices.DeleteFunc(p.Rules, func(r LintRule) bool { return r.Level == 0 })
	return p
}

func readParserPreset(v guideline.Value, p *HeaderParams) {
	switch {
	case v.Kind == guideline.KindNull:
	case v.Kind == guideline.KindString && strings.Contains(v.Text, "conventionalcommits"):
		p.Preset = presetConventional
	case v.Kind == guideline.KindString && strings.Contains(v.Text, "angular"):
		p.Preset = presetAngular
	default:
		p.Unread = append(p.Unread, "it parses headers in its own way")
	}
}

// set reads one rule, replacing an inherited one of the name.
func (p *HeaderParams) set(name string, v guideline.Value) {
	r := readLintRule(name, v)
	if r.Level < 0 {
		p.Unread = append(p.Unread, fmt.Sprintf("the rule %s is code", name))
		return
	}
	if _, known := lint(r, lintMessage{}); !known {
		if r.Level > 0 {
			p.Unread = append(p.Unread, fmt.Sprintf("the rule %s is not known", name))
		}
		return
	}
	for i := range p.Rules {
		if p.Rules[i].Name == name {
			p.Rules[i] = r
			return
		}
	}
	p.Rules = append(p.Rules, r)
}

// readLintRule reads [level, "always"|"never", value]. A level of -1 means that
// it could not be read.
func readLintRule(name string, v guideline.Value) LintRule {
	r := LintRule{Name: name, Line: v.Line}
	if v.Kind != guideline.KindList || len(v.List) == 0 {
		if v.Kind != guideline.KindNull {
			r.Level = -1
		}
		return r
	}
	r.Level = lintLevel(v.List[0])
	if len(v.List) > 1 {
		r.Never = v.List[1].Text == "never"
		if v.List[1].Kind == guideline.KindCode {
			r.Level = -1
		}
	}
	if len(v.List) < 3 {
		return r
	}
	switch value := v.List[2]; value.Kind {
	case guideline.KindNumber:
		r.Number, _ = value.Int()
	case guideline.KindString:
		r.Text = value.Text
	case guideline.KindList:
		r.Words = value.Strings()
		if len(r.Words) != len(value.List) {
			r.Level = -1 // objects or spreads among the words
		}
	case guideline.KindCode, guideline.KindMap:
		if value.Text == "Infinity" {
			r.Level = 0
			break
		}
		r.Level = -1
	}
	return r
}

func lintLevel(v guideline.Value) int {
	if n, ok := v.Int(); ok && n >= 0 && n <= 2 {
		return n
	}
	switch {
	case strings.HasSuffix(v.Text, ".Disabled"):
		return 0
	case strings.HasSuffix(v.Text, ".Warning"):
		return 1
	case strings.HasSuffix(v.Text, ".Error"):
		return 2
	}
	return -1
}
