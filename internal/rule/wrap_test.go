package rule

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEditsOfMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		edit MessageEdit
		want string
	}{
		"a type in another form":             {"Feature(api): add it\n\nWhy.", MessageEdit{Type: "feat"}, "feat(api): add it\n\nWhy.\n"},
		"a type keeps the mark":              {"FEAT!: add it", MessageEdit{Type: "feat"}, "feat!: add it\n"},
		"no type where there is no form":     {"add it", MessageEdit{Type: "feat"}, "add it\n"},
		"a scope":                            {"feat(API): add it", MessageEdit{Scope: "api"}, "feat(api): add it\n"},
		"a small letter":                     {"feat: Add it", MessageEdit{First: FirstLower}, "feat: add it\n"},
		"a large letter without a form":      {"add it", MessageEdit{First: FirstUpper}, "Add it\n"},
		"a full stop":                        {"feat: add it.", MessageEdit{Cut: "."}, "feat: add it\n"},
		"blanks and a full stop":             {" feat: add it . ", MessageEdit{Cut: "."}, "feat: add it\n"},
		"blanks":                             {"  feat: add it ", MessageEdit{Trim: true}, "feat: add it\n"},
		"a blank line before the body":       {"fix: it\nWhy.", MessageEdit{Blank: true}, "fix: it\n\nWhy.\n"},
		"a blank line before the footer":     {"fix: it\n\nWhy.\nCloses: 1\nRefs: 2", MessageEdit{Blank: true}, "fix: it\n\nWhy.\n\nCloses: 1\nRefs: 2\n"},
		"a blank line before a note":         {"fix: it\n\nWhy.\nBREAKING CHANGE: it\nis gone", MessageEdit{Blank: true}, "fix: it\n\nWhy.\n\nBREAKING CHANGE: it\nis gone\n"},
		"no second blank line":               {"fix: it\n\nWhy.\n\nCloses: 1", MessageEdit{Blank: true}, "fix: it\n\nWhy.\n\nCloses: 1\n"},
		"a line of blanks becomes empty":     {"fix: it\n  \nWhy.", MessageEdit{Blank: true}, "fix: it\n\nWhy.\n"},
		"prose with a colon is no footer":    {"fix: it\n\nWhy.\nNote: because\nit is so.", MessageEdit{Blank: true}, "fix: it\n\nWhy.\nNote: because\nit is so.\n"},
		"a long line":                        {"fix: it\n\none two three four", MessageEdit{Wrap: 10}, "fix: it\n\none two\nthree four\n"},
		"the rest goes into the next line":   {"fix: it\n\none two three\nfour\n\nfive", MessageEdit{Wrap: 10}, "fix: it\n\none two\nthree four\n\nfive\n"},
		"the header is left":                 {"fix: a long header", MessageEdit{Wrap: 5}, "fix: a long header\n"},
		"a link alone":                       {"fix: it\n\nhttps://acme.example/long", MessageEdit{Wrap: 10}, "fix: it\n\nhttps://acme.example/long\n"},
		"a link in a sentence":               {"fix: it\n\nsee https://acme.example/long now", MessageEdit{Wrap: 10}, "fix: it\n\nsee\nhttps://acme.example/long\nnow\n"},
		"an item of a list":                  {"fix: it\n\n- one two three\n- four", MessageEdit{Wrap: 10}, "fix: it\n\n- one two\n  three\n- four\n"},
		"a numbered item":                    {"fix: it\n\n1. one two three", MessageEdit{Wrap: 10}, "fix: it\n\n1. one two\n   three\n"},
		"an item goes on":                    {"fix: it\n\n- one two three\n  four", MessageEdit{Wrap: 12}, "fix: it\n\n- one two\n  three four\n"},
		"a quotation":                        {"fix: it\n\n> one two three", MessageEdit{Wrap: 10}, "fix: it\n\n> one two\n> three\n"},
		"code by its indentation":            {"fix: it\n\n    one two three four", MessageEdit{Wrap: 10}, "fix: it\n\n    one two three four\n"},
		"code in a fence":                    {"fix: it\n\n```\none two three four\n```", MessageEdit{Wrap: 10}, "fix: it\n\n```\none two three four\n```\n"},
		"trailers":                           {"fix: it\n\nSigned-off-by: A <a@acme.example>", MessageEdit{Wrap: 10}, "fix: it\n\nSigned-off-by: A <a@acme.example>\n"},
		"no line begins with a comment":      {"fix: it\n\nwhat is in #12 now", MessageEdit{Wrap: 10}, "fix: it\n\nwhat is in #12\nnow\n"},
		"no line becomes an item":            {"fix: it\n\nwhat is a - b now", MessageEdit{Wrap: 10}, "fix: it\n\nwhat is a -\nb now\n"},
		"a note goes on":                     {"fix: it\n\nBREAKING CHANGE: it is gone", MessageEdit{Wrap: 22}, "fix: it\n\nBREAKING CHANGE: it is\ngone\n"},
		"emoji are two":                      {"fix: it\n\n😀😀😀 😀😀", MessageEdit{Wrap: 10}, "fix: it\n\n😀😀😀\n😀😀\n"},
		"several edits add up":               {"Fix: Add it.\nWhy.", MessageEdit{Type: "fix", First: FirstLower, Cut: ".", Blank: true, Trailers: []string{"A: b"}}, "fix: add it\n\nWhy.\n\nA: b\n"},
		"what is too large is left as it is": {strings.Repeat("x", maxMessage+1), MessageEdit{Wrap: 10}, strings.Repeat("x", maxMessage+1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, c.edit.Apply(c.in)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// FuzzApply: an edit that is applied twice changes nothing the second time, and
// wrapping neither loses nor invents a word.
func FuzzApply(f *testing.F) {
	f.Add("fix: it\n\n- one two three\n> four five six\n\nA: b", 10)
	f.Add("Fix: It.\nwhy\nCloses: 1\n\nBREAKING CHANGE: x", 3)
	f.Add("x\n\n```\ncode\n```\n 1. a b c d e f\n\tx y z", 5)
	f.Fuzz(func(t *testing.T, message string, width int) {
		message = strings.ReplaceAll(strings.ToValidUTF8(message, ""), "\r", "") // git drops what ends lines elsewhere
		for _, e := range []MessageEdit{{Wrap: max(1, width)}, {Blank: true}, {Trim: true}, {Cut: "."}, {First: FirstLower}, {Type: "fix"}, {Type: "fix", First: FirstUpper, Cut: ".!", Blank: true, Wrap: 20}} {
			once := e.Apply(message)
			if twice := e.Apply(once); twice != once {
				t.Fatalf("%+v of %q\nonce  %q\ntwice %q", e, message, once, twice)
			}
		}
		wrapped := MessageEdit{Wrap: max(1, width)}.Apply(message)
		if got, want := proseWords(wrapped), proseWords(message); !slices.Equal(got, want) {
			t.Fatalf("of %q\nwords %q\nwant  %q", message, got, want)
		}
	})
}

// proseWords are the words of a message without the marks of quotations, which
// wrapping repeats.
func proseWords(message string) []string {
	var out []string
	for _, line := range messageLines(message) {
		line = strings.TrimLeft(line, " >\t")
		out = append(out, strings.Fields(line)...)
	}
	return out
}
