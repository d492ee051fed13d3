package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fixForm rewrites the headers of the user's own commits, if all of them can
// be mended. It is safe only when nothing had to be guessed.
func fixForm(p HeaderParams, failing []*Commit, change *Change) *Fix {
	fix := &Fix{Kind: FixRewriteMessages, Safe: true}
	var edits RewriteMessages
	for _, c := range failing {
		header, certain := p.mend(ParseMessage(c.Message).Header, change.Branch)
		edit := MessageEdit{Commit: c.SHA, Header: header}
		if header == "" || len(p.lint(edit.Apply(c.Message))) > 0 {
			return nil
		}
		switch {
		case !c.Own:
			fix.Refused = "some of the commits are not yours"
		case c.Pushed:
			fix.Refused = "the commits are pushed already: others may have them"
		}
		fix.Safe = fix.Safe && certain
		edits.Edits = append(edits.Edits, edit)
	}
	fix.Verb = "rewrite the header of " + plural(len(edits.Edits), "commit", "commits")
	if len(edits.Edits) == 1 {
		fix.Verb = "rewrite the header to " + edits.Edits[0].Header
	}
	fix.Params = edits
	return fix
}

// mend writes a header as the rules want it, and tells whether that is certain.
// A type that only the branch's name suggests is a proposal.
func (p HeaderParams) mend(header, branch string) (mended string, certain bool) {
	certain = true
	header = strings.TrimSpace(header)
	h := parseHeader(presetConventional, header)
	if p.wantsType() {
		allowed := p.types()
		if len(allowed) == 0 {
			allowed = conventionalTypes()
		}
		var sure bool
		if h, sure = withType(h, allowed, branch); h.Type == "" {
			return "", false
		}
		certain = certain && sure
	} else if !h.OK {
		h.Subject = header
	}
	for _, r := range p.Rules {
		switch {
		case r.Name == "subject-full-stop" && r.Never && !strings.HasSuffix(h.Subject, "..."):
			h.Subject = strings.TrimRight(h.Subject, ".")
		case r.Name == "subject-case" && lintCase(r, "subject", h.Subject) != "":
			lowered := lowerWord(h.Subject)
			certain = certain && lowered == h.Subject
			h.Subject = lowered
		}
	}
	return h.String(), certain
}

// withType gives a header a type that is allowed: the one it has in another
// form, or the one that the branch's name begins with.
func withType(h Header, allowed []string, branch string) (Header, bool) {
	if h.OK {
		if t, ok := typeFor(h.Type, allowed); ok {
			h.Type = t
			return h, true
		}
	}
	if word, rest, ok := strings.Cut(h.Text, ":"); ok && !h.OK {
		if t, ok := typeFor(word, allowed); ok && strings.TrimSpace(rest) != "" {
			h.Type, h.Subject = t, strings.TrimSpace(rest)
			return h, true
		}
	}
	t, ok := branchType(branch, allowed)
	if !ok {
		return Header{}, false
	}
	if !h.OK {
		h.Subject = lowerWord(h.Text)
	}
	h.Type = t
	return h, false
}

// branchType is the type that a branch's name begins with.
func branchType(branch string, allowed []string) (string, bool) {
	word, _, ok := strings.Cut(branch, "/")
	if !ok {
		return "", false
	}
	return typeFor(word, allowed)
}

// lowerWord writes the first letter small, unless the first word is a name or
// an abbreviation by the look of it.
func lowerWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	_, n := utf8.DecodeRuneInString(word)
	if strings.ContainsFunc(word[n:], func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) {
		return s
	}
	return lowerFirst(s)
}

// String writes a header in the form of Conventional Commits.
func (h Header) String() string {
	if h.Type == "" {
		return h.Subject
	}
	var b strings.Builder
	b.WriteString(h.Type)
	if h.Scope != "" {
		b.WriteString("(" + h.Scope + ")")
	}
	if h.Breaking {
		b.WriteByte('!')
	}
	b.WriteString(": " + h.Subject)
	return b.String()
}
