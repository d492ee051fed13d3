package rule

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// extend takes the rules and the grammar of a package that is only data, and
// answers false for any other.
func (p *HeaderParams) extend(name string, line int) bool {
	short := strings.TrimSuffix(strings.TrimSuffix(name, ".js"), "/index")
	var rules []LintRule
	switch short {
	case "@commitlint/config-conventional", "conventional":
		p.Grammar = Grammar{Preset: presetConventional}
		rules = configConventional()
	case "@commitlint/config-angular", "angular":
		p.Grammar = Grammar{Preset: presetConfig}
		rules = configAngular()
	case "@commitlint/config-angular-type-enum":
		rules = configAngular()[:1]
	default:
		return false
	}
	for _, r := range rules {
		r.Line, r.From = line, short
		p.replace(r)
	}
	return true
}

// replace sets a rule in the place of one with its name.
func (p *HeaderParams) replace(r LintRule) {
	for i := range p.Rules {
		if p.Rules[i].Name == r.Name {
			p.Rules[i] = r
			return
		}
	}
	p.Rules = append(p.Rules, r)
}

func notThose() []string {
	return []string{"sentence-case", "start-case", "pascal-case", "upper-case"}
}

// configConventional are the rules of @commitlint/config-conventional.
func configConventional() []LintRule {
	return []LintRule{
		{Name: "type-empty", Level: 2, Never: true},
		{Name: "type-case", Level: 2, Text: "lower-case"},
		{Name: "type-enum", Level: 2, Words: conventionalTypes()},
		{Name: "subject-empty", Level: 2, Never: true},
		{Name: "subject-case", Level: 2, Never: true, Words: notThose()},
		{Name: "subject-full-stop", Level: 2, Never: true, Text: "."},
		{Name: "header-max-length", Level: 2, Number: 100},
		{Name: "header-trim", Level: 2},
		{Name: "body-leading-blank", Level: 1},
		{Name: "body-max-line-length", Level: 2, Number: 100},
		{Name: "footer-leading-blank", Level: 1},
		{Name: "footer-max-line-length", Level: 2, Number: 100},
	}
}

// configAngular are the rules of @commitlint/config-angular; its list of types,
// which is a package of its own, comes first.
func configAngular() []LintRule {
	return []LintRule{
		{Name: "type-enum", Level: 2, Words: []string{"build", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"}},
		{Name: "subject-exclamation-mark", Level: 2, Never: true},
		{Name: "body-leading-blank", Level: 1},
		{Name: "footer-leading-blank", Level: 1},
		{Name: "header-max-length", Level: 2, Number: 72},
		{Name: "scope-case", Level: 2, Text: "lower-case"},
		{Name: "subject-case", Level: 2, Never: true, Words: notThose()},
		{Name: "subject-empty", Level: 2, Never: true},
		{Name: "subject-full-stop", Level: 2, Never: true, Text: "."},
		{Name: "type-case", Level: 2, Text: "lower-case"},
		{Name: "type-empty", Level: 2, Never: true},
	}
}

// readParserPreset reads how headers are taken apart: a preset by its name, or
// options, which may hold patterns as literals.
func (p *HeaderParams) readParserPreset(v guideline.Value) {
	switch name := v.Text; {
	case v.Kind == guideline.KindNull:
	case v.Kind == guideline.KindCode:
		p.ownParser("it parses headers in its own way")
	case v.Kind == guideline.KindMap:
		// The name of a preset alone loads nothing. Options take the place of
		// those of a preset that is inherited, all at once.
		if opts := v.At("parserOpts"); opts.Kind != guideline.KindNull {
			p.Grammar = Grammar{Preset: presetAngular}
			p.readParserOptions(opts)
		}
	case name == "conventional-changelog-conventionalcommits":
		p.Grammar = Grammar{Preset: presetConventional}
	case name == "conventional-changelog-angular":
		p.Grammar = Grammar{Preset: presetAngular}
	default:
		p.ownParser("it parses headers by " + name)
	}
}

// readParserOptions reads the options of the parser, on top of its preset.
func (p *HeaderParams) readParserOptions(v guideline.Value) {
	if v.Kind != guideline.KindMap || v.Has("…") || v.Has("parserOpts") {
		p.ownParser("it parses headers in its own way")
		return
	}
	g := &p.Grammar
	for _, key := range v.Keys {
		item, ok := v.Map[key], true
		switch key {
		case "headerPattern":
			g.Pattern, g.Flags, ok = readPattern(item)
		case "breakingHeaderPattern":
			g.Bang, g.Flags, ok = readPattern(item)
			if g.Pattern == "" {
				g.Pattern = grammars()[g.Preset].script
			}
		case "headerCorrespondence":
			g.Parts, ok = readTexts(item)
		case "noteKeywords":
			g.Notes, ok = readTexts(item)
		case "issuePrefixes":
			g.Issues, ok = readTexts(item)
		case "referenceActions":
			g.Actions, ok = readTexts(item)
		case "revertPattern", "revertCorrespondence", "mergeCorrespondence", "path", "name":
		default:
			ok = item.Kind == guideline.KindNull
		}
		if !ok {
			p.ownParser("the parser's " + key + " is code")
			return
		}
	}
	if g.Pattern != "" {
		if _, err := jsPattern(g.Pattern, g.Flags); err != nil {
			p.ownParser("the parser's headerPattern: " + err.Error())
		}
	}
}

func readTexts(v guideline.Value) ([]string, bool) {
	if v.Kind != guideline.KindList {
		return nil, false
	}
	out := append([]string{}, v.Strings()...)
	return out, len(out) == len(v.List)
}

var patternLiteral = lazy.Pattern(`(?s)^/(.+)/([a-z]*)$`)

// readPattern reads a regular expression: a literal of a script, or a text.
func readPattern(v guideline.Value) (pattern, flags string, ok bool) {
	switch v.Kind {
	case guideline.KindString:
		return v.Text, "", v.Text != ""
	case guideline.KindCode:
		if m := patternLiteral().FindStringSubmatch(v.Text); m != nil {
			_, err := jsPattern(m[1], m[2])
			return m[1], m[2], err == nil
		}
	}
	return "", "", false
}

// ownParser gives up what depends on how a message is taken apart.
//
//go:noinline
func (p *HeaderParams) ownParser(why string) {
	p.unread(why)
	p.Blind = true
}
