package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func conformTool() messageTool {
	return messageTool{
		name: guideline.ToolConform, words: []string{"conform enforce"}, command: commandOf("conform enforce"), action: regexp.MustCompile(`(?i)^siderolabs/conform$`),
		hooks: []string{"conform"}, last: true, every: gitRange(),
	}
}

// conformLinters reads conform's policies on commits. It has no defaults: what
// is not configured is not asked. Without a range it judges one commit.
func conformLinters(set *Reading) []messageLinter {
	c := set.Config(guideline.ToolConform)
	if c == nil {
		return nil
	}
	p := HeaderParams{By: c.Source.Path, Tool: guideline.ToolConform, Grammar: Grammar{Preset: presetNone}}
	if c.Err != "" {
		p.unread(c.Source.Path + ": " + c.Err)
	}
	for _, policy := range c.Root.At("policies").List {
		if policy.At("type").Text == "commit" {
			p.conform(policy.At("spec"))
		}
	}
	if len(p.Rules) == 0 && len(p.Unread) == 0 {
		return nil // it looks at licences, sign-offs or signatures, which other rules read
	}
	return []messageLinter{conformTool().use(set).linter(p, c)}
}

// conform reads one policy. Its lengths are in bytes.
func (p *HeaderParams) conform(spec guideline.Value) {
	add := func(v guideline.Value, as string, r LintRule) {
		r.Level, r.As, r.Line = 2, as, v.Line
		p.Rules = append(p.Rules, r)
	}
	header := spec.At("header")
	if n, ok := header.At("length").Int(); ok && n != 0 {
		add(header.At("length"), "header.length", LintRule{Name: "header-max-length", Number: n, Unit: unitBytes})
	}
	if v := header.At("imperative"); v.Bool(false) {
		add(v, "header.imperative", LintRule{Name: "imperative"})
	}
	switch v := header.At("case"); v.Text {
	case "":
	case "upper", "lower":
		add(v, "header.case", LintRule{Name: "subject-first-letter", Text: v.Text})
	default:
		p.unread("the case " + v.Text + " is not known")
	}
	if v := header.At("invalidLastCharacters"); v.Text != "" {
		add(v, "header.invalidLastCharacters", LintRule{Name: "header-full-stop", Never: true, Words: strings.Split(v.Text, "")})
	}
	if v := header.At("jira"); v.Kind != guideline.KindNull {
		add(v, "header.jira", LintRule{Name: "ticket-keys", Words: v.At("keys").Strings()})
	}
	if v := spec.At("body", "required"); v.Bool(false) {
		add(v, "body.required", LintRule{Name: "rest-empty", Text: "sign-off"})
	}
	if v := spec.At("spellcheck", "locale"); v.Kind != guideline.KindNull {
		p.unread("it looks for misspelled words")
	}
	p.conformConventional(spec.At("conventional"), add)
}

// conformConventional: feat and fix are types always, a scope must match one of
// the patterns, and the description has a length.
func (p *HeaderParams) conformConventional(v guideline.Value, add func(guideline.Value, string, LintRule)) {
	if v.Kind == guideline.KindNull {
		return
	}
	p.Grammar = Grammar{Preset: presetConform}
	types := withAll(v.At("types").Strings(), []string{"feat", "fix"})
	most := 72
	if n, ok := v.At("descriptionLength").Int(); ok && n != 0 {
		most = n
	}
	at := func(key string) guideline.Value {
		if have := v.At(key); have.Line > 0 {
			return have
		}
		return v
	}
	add(v, "conventional", LintRule{Name: "type-empty", Never: true})
	add(at("types"), "conventional.types", LintRule{Name: "type-enum", Words: types})
	add(at("scopes"), "conventional.scopes", LintRule{Name: "scope-match", Words: v.At("scopes").Strings()})
	add(v, "conventional", LintRule{Name: "subject-empty", Never: true})
	add(at("descriptionLength"), "conventional.descriptionLength", LintRule{Name: "subject-max-length", Number: most, Unit: unitBytes})
	for _, w := range v.At("scopes").Strings() {
		if _, err := regexp.Compile(w); err != nil {
			p.unread("the scope " + oneLine(w) + " cannot be read")
		}
	}
}
