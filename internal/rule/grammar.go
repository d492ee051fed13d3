package rule

import (
	"regexp"
	"strings"
	"sync"

	"github.com/dlclark/regexp2"
)

// The grammars by which headers are taken apart. They disagree on "!", on
// empty scopes, on blanks and on types with other letters.
const (
	presetConventional = "conventional" // type(scope)!: subject, as commitlint's conventional preset reads it
	presetAngular      = "angular"      // the same without "!"; what commitlint reads without a preset
	presetConfig       = "angular-bang" // of config-angular: "!" is read
	presetConform      = "conform"      // no empty scope
	presetGitlint      = "gitlint"      // anything but "(" is a type
	presetPreCommit    = "pre-commit"   // conventional-pre-commit: scopes of letters, digits and a few delimiters
	presetCommitted    = "committed"    // types with any letters, blanks before the subject may lack
	presetCommitizen   = "commitizen"   // a scope without blanks
	presetCocogitto    = "cocogitto"    // blanks around the scope's brackets are none of it
	presetCommitCheck  = "commit-check" // scopes of letters, digits, "-", "_" and "."
	presetNone         = "none"         // a header has no parts
	presetSpec         = "spec"         // Conventional Commits 1.0.0, read as leniently as it can be
)

// Grammar is how a tool takes a message apart: a preset, and what its
// configuration changes of it.
type Grammar struct {
	Preset  string   `json:"preset"`
	Pattern string   `json:"pattern,omitempty"` // JavaScript's, instead of the preset's
	Bang    string   `json:"bang,omitempty"`    // a pattern that is tried before it
	Flags   string   `json:"flags,omitempty"`   // of the patterns
	Parts   []string `json:"parts,omitempty"`   // what the pattern's groups are: type, scope, subject or something else
	// Notes, Issues and Actions tell the footer: keywords of notes, prefixes of
	// issues, words before references. nil means the preset's.
	Notes   []string `json:"notes,omitempty"`
	Issues  []string `json:"issues,omitempty"`
	Actions []string `json:"actions,omitempty"`
	// Before21 is set for commitlint before version 21, which begins the footer
	// with the first reference to an issue, and not with a token.
	Before21 bool `json:"before21,omitempty"`

	compiled []*regexp2.Regexp // for many messages; nil when nobody has asked for it
}

// grammarRow is a grammar that isrc knows.
type grammarRow struct {
	pattern *regexp.Regexp // groups named type, scope, bang and subject
	script  string         // the same as JavaScript writes it, for what is tried before it
	form    string         // for people
	notes   []string
}

var grammars = sync.OnceValue(func() map[string]grammarRow {
	row := func(pattern string, notes ...string) grammarRow {
		script := strings.NewReplacer("?P<type>", "", "?P<scope>", "", "(?P<bang>!?)", "!?", "?P<subject>", "").Replace(pattern)
		return grammarRow{regexp.MustCompile(pattern), script, "type(scope): subject", append(notes, "BREAKING CHANGE")}
	}
	const both = "BREAKING-CHANGE"
	return map[string]grammarRow{
		presetConventional: row(`^(?P<type>\w*)(?:\((?P<scope>.*)\))?(?P<bang>!?): (?P<subject>.*)$`, both),
		presetAngular:      row(`^(?P<type>\w*)(?:\((?P<scope>.*)\))?: (?P<subject>.*)$`),
		presetConfig:       row(`^(?P<type>\w*)(?:\((?P<scope>.*)\))?(?P<bang>!?): (?P<subject>.*)$`),
		presetConform:      row(`^(?P<type>\w*)(?:\((?P<scope>[^)]+)\))?(?P<bang>!?):\s(?P<subject>.*)$`),
		presetGitlint:      row(`^(?P<type>[^(]+?)(?:\((?P<scope>[^)]+?)\))?(?P<bang>!?): (?P<subject>.+)$`, both),
		presetPreCommit:    row(`^(?P<type>[^\s(:!]+)(?:\((?P<scope>[\pL\pN_ :,\-/.#]+)\))?(?P<bang>!?): (?P<subject>.+)$`, both),
		presetCommitted:    row(`^(?P<type>[^\s():!]+)(?:\((?P<scope>[^()]+)\))?(?P<bang>!?):\s*(?P<subject>\S.*)$`, both),
		presetCommitizen:   row(`^(?P<type>[^\s(:!]+)(?:\((?P<scope>\S+)\))?(?P<bang>!?): (?P<subject>.+)$`),
		presetCocogitto:    row(`^(?P<type>[A-Za-z0-9_-]+)(?:\((?P<scope>[^()]+)\))?(?P<bang>!?): (?P<subject>.*\S.*)$`, both),
		presetCommitCheck:  row(`^(?P<type>[^\s(:!]+)(?:\((?P<scope>[\pL\pN_.-]+)\))?(?P<bang>!?): (?P<subject>.+)$`),
		presetNone:         row(`[^\x00-\x{10FFFF}]`),
		presetSpec:         row(`^(?P<type>[^\s():!]+)(?:\((?P<scope>[^()]*)\))?(?P<bang>!?):[ \t]+(?P<subject>\S.*)$`, both),
	}
})

// Header is a commit's first line, or a title, taken apart.
type Header struct {
	Text     string
	Type     string
	Scope    string
	Subject  string
	Breaking bool
	OK       bool // it has the form of the grammar
}

// parseHeader takes a header apart by a preset.
func parseHeader(preset, text string) Header {
	row, ok := grammars()[preset]
	if !ok {
		row = grammars()[presetConventional]
	}
	h := Header{Text: text}
	m := row.pattern.FindStringSubmatch(text)
	if m == nil {
		return h
	}
	h.OK = true
	for i, name := range row.pattern.SubexpNames() {
		switch name {
		case "type":
			h.Type = m[i]
		case "scope":
			h.Scope = m[i]
		case "bang":
			h.Breaking = m[i] == "!"
		case "subject":
			h.Subject = m[i]
		}
	}
	return h
}

// parse takes a header apart.
func (p Grammar) parse(text string) Header {
	if p.Pattern == "" {
		return parseHeader(p.Preset, text)
	}
	if p.compiled == nil {
		p = p.compile()
	}
	h := Header{Text: text}
	for _, re := range p.compiled {
		m, err := re.FindStringMatch(text)
		if err != nil || m == nil {
			continue
		}
		h.OK = true
		p.assign(&h, m)
		break
	}
	return h
}

// assign gives the groups of a match to the parts: by their names if they have
// any, else in their order.
func (p Grammar) assign(h *Header, m *regexp2.Match) {
	for i, part := range headerParts(p.Parts) {
		text := group(m, i+1)
		if g := m.GroupByName(part); g != nil && len(g.Captures) > 0 {
			text = g.String()
		}
		h.set(part, text)
	}
}

// headerParts are what the groups of a pattern stand for, in their order, when
// nothing else is said.
func headerParts(said []string) []string {
	if len(said) == 0 {
		return []string{"type", "scope", "subject"}
	}
	return said
}

// set gives a part its text; parts that nothing asks about are passed over.
func (h *Header) set(part, text string) {
	switch part {
	case "type":
		h.Type = text
	case "scope":
		h.Scope = text
	case "subject":
		h.Subject = text
	}
}

// compile makes the patterns once for many messages. One that cannot be made
// was named as unread when it was read.
func (p Grammar) compile() Grammar {
	p.compiled = []*regexp2.Regexp{}
	for _, pattern := range []string{p.Bang, p.Pattern} {
		if pattern == "" {
			continue
		}
		if re, err := jsPattern(pattern, p.Flags); err == nil {
			p.compiled = append(p.compiled, re)
		}
	}
	return p
}

//go:noinline
func (p Grammar) notes() []string {
	if p.Notes != nil {
		return p.Notes
	}
	return grammars()[p.Preset].notes
}

func (p Grammar) prefixes() []string {
	if p.Issues != nil {
		return p.Issues
	}
	return []string{"#"}
}

func (p Grammar) actions() []string {
	if p.Actions != nil {
		return p.Actions
	}
	return []string{"close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"}
}
