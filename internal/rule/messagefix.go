package rule

import "strings"

// meant is an edit of a message, and whether nothing had to be guessed for it.
type meant struct {
	edit    MessageEdit
	certain bool
}

// meanings are the edits of a header that need no words of the author, the least
// of them first: blanks and full stops cut from its end, a type that is written in
// another way, the form that is nearly right. A type that only the branch's name
// suggests and the case of the first letter are guesses.
func meanings(message, branch string) []meant {
	header := ParseMessage(message).Header
	out := []meant{{MessageEdit{Trim: true}, true}, {MessageEdit{Cut: "."}, true}}
	if strings.HasSuffix(header, "..") { // an ellipsis is no full stop
		out = out[:1]
	}
	if h, sure := withType(parseHeader(presetConventional, strings.TrimSpace(header)), conventionalTypes(), branch); h.Type != "" {
		out = append(out, meant{MessageEdit{Header: h.String()}, sure})
	}
	guesses := len(out)
	for _, first := range []string{FirstLower, FirstUpper} {
		for _, m := range append([]meant{{}}, out[:guesses]...) {
			m.edit.First, m.certain = first, false
			out = append(out, m)
		}
	}
	for _, m := range out[2:] {
		if m.edit.Header != "" && !strings.HasSuffix(header, "..") {
			m.edit.Cut = "."
			out = append(out, m)
		}
	}
	return out
}

// fixMessages mends the headers that a pattern refuses, as far as that is certain
// or can be proposed: an edit counts only if the pattern takes what comes of it.
func fixMessages(test match, at []Place, change *Change) *Fix {
	fix := &Fix{Kind: FixRewriteMessages, Safe: true}
	var edits RewriteMessages
	var last string
	for i := range change.Commits {
		c := &change.Commits[i]
		if c.Parents > 1 || !isAmong(at, c.SHA) {
			continue
		}
		for _, m := range meanings(c.Message, change.Branch) {
			m.edit.Commit = c.SHA
			mended := m.edit.Apply(c.Message)
			if ok, err := test(strings.TrimRight(mended, "\n")); err != nil || !ok || mended == c.Message {
				continue
			}
			fix.Refused = refusedRewrite(c, fix.Refused)
			fix.Safe = fix.Safe && m.certain
			edits.Edits = append(edits.Edits, m.edit)
			last = ParseMessage(mended).Header
			break
		}
	}
	if len(edits.Edits) == 0 {
		return nil
	}
	fix.Verb, fix.Params = editVerb(edits.Edits, last), edits
	return fix
}

func isAmong(at []Place, sha string) bool {
	for _, p := range at {
		if p.Commit == sha {
			return true
		}
	}
	return false
}
