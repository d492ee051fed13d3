package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fixForm mends the messages that break one requirement on their form, as far
// as it can: every edit is judged again before it is offered. It is safe only
// when nothing had to be guessed.
func fixForm(p HeaderParams, bad []badMessage, change *Change) *Fix {
	fix := &Fix{Kind: FixRewriteMessages, Safe: true}
	var edits RewriteMessages
	var last string
	for _, b := range bad {
		edit, certain, ok := p.edit(b, change.Branch)
		if !ok {
			continue
		}
		fix.Refused = refusedRewrite(b.commit, fix.Refused)
		fix.Safe = fix.Safe && certain
		edits.Edits = append(edits.Edits, edit)
		last = ParseMessage(edit.Apply(b.commit.Message)).Header
	}
	if len(edits.Edits) == 0 {
		return nil
	}
	fix.Verb = editVerb(edits.Edits, last)
	fix.Params = edits
	return fix
}

// editVerb says what edits do; header is that of the last one.
func editVerb(edits []MessageEdit, header string) string {
	commits := plural(len(edits), "commit", "commits")
	switch e := edits[0]; {
	case e.Wrap > 0:
		return fmt.Sprintf("wrap the message of %s at %d characters", commits, e.Wrap)
	case e.Blank:
		return "set blank lines into the message of " + commits
	case len(edits) == 1:
		return "rewrite the header to " + header
	}
	return "rewrite the header of " + commits
}

// edit mends one message. It answers false when the message would still break
// the requirement.
func (p HeaderParams) edit(b badMessage, branch string) (e MessageEdit, certain, ok bool) {
	e.Commit = b.commit.SHA
	certain = true
	h := newLintMessage(p.Grammar, b.commit.Message).Header
	for _, found := range b.problems {
		i := slices.IndexFunc(p.Rules, func(r LintRule) bool { return r.Name == found.Rule })
		certain = p.mendRule(p.Rules[i], &e, h, branch) && certain
	}
	mended := e.Apply(b.commit.Message)
	return e, certain, mended != b.commit.Message && len(p.problems(mended)) == 0
}

// mendRule adds to an edit what mends a broken rule, and tells whether that is
// certain to be what is meant.
func (p HeaderParams) mendRule(r LintRule, e *MessageEdit, h Header, branch string) bool {
	switch r.Name {
	case "type-empty", "subject-empty":
		allowed := p.Types
		if len(allowed) == 0 {
			allowed = conventionalTypes()
		}
		mended, sure := withType(parseHeader(presetConventional, strings.TrimSpace(h.Text)), allowed, branch)
		if mended.Type != "" {
			e.Header = mended.String()
		}
		return sure
	case "type-enum":
		if t, ok := typeFor(h.Type, r.Words); ok && !r.Never {
			e.Type = t
		}
	case "type-case":
		if cases := r.cases(); !r.Never && len(cases) > 0 && e.Type == "" {
			e.Type = toCase(h.Type, cases[0])
		}
	case "scope-case":
		if cases := r.cases(); !r.Never && len(cases) > 0 {
			e.Scope = toCase(h.Scope, cases[0])
		}
	case "subject-full-stop", "header-full-stop":
		if r.Never {
			e.Cut = strings.Join(append(slices.Clone(r.Words), r.Text), "")
		}
	case "header-trim":
		e.Trim = true
	case "subject-case":
		return r.mendCase(e, h)
	case "body-max-line-length", "footer-max-line-length":
		if e.Wrap == 0 || r.Number < e.Wrap {
			e.Wrap = r.Number
		}
	case "body-leading-blank", "footer-leading-blank":
		e.Blank = !r.Never
	}
	return true
}

// mendCase turns the first letter of a subject. Whether it begins a name nobody
// can tell from outside.
func (r LintRule) mendCase(e *MessageEdit, h Header) bool {
	for _, first := range []string{FirstLower, FirstUpper} {
		subject := upperFirst(h.Subject)
		if first == FirstLower {
			subject = lowerWord(h.Subject)
		}
		if subject != h.Subject && lintCase(r, "subject", subject) == "" {
			e.First = first
			break
		}
	}
	return false
}

// mend writes a title as the rules want it, and tells whether that is certain.
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
	if mended, ok := misspelt(h.Text, allowed); ok && !h.OK {
		return mended, true
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

// misspelt reads a header whose form is nearly right: without the blank behind
// the colon, or with one before it.
func misspelt(text string, allowed []string) (Header, bool) {
	head, subject, ok := strings.Cut(text, ":")
	if subject = strings.TrimSpace(subject); !ok || subject == "" {
		return Header{}, false
	}
	h := parseHeader(presetConventional, strings.TrimSpace(head)+": "+subject)
	t, known := typeFor(h.Type, allowed)
	h.Type = t
	return h, h.OK && known
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
