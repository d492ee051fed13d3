package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want Message
	}{
		"header, body and trailers": {
			"Say it\n\nBecause.\n\nMore.\n\nFixes: 12\nSigned-off-by: A <a@b.c>\n",
			Message{"Say it", "Because.\n\nMore.", []Trailer{{"Fixes", "12", 7}, {"Signed-off-by", "A <a@b.c>", 8}}},
		},
		"only a header":                   {"Say it", Message{Header: "Say it"}},
		"nothing":                         {"", Message{}},
		"the title is never a trailer":    {"Fixes: 12\n", Message{Header: "Fixes: 12"}},
		"nor is the title's paragraph":    {"Say it\nFixes: 12\n", Message{Header: "Say it", Body: "Fixes: 12"}},
		"prose behind it makes it a body": {"x\n\nSigned-off-by: A <a@b.c>\n\nBye.\n", Message{Header: "x", Body: "Signed-off-by: A <a@b.c>\n\nBye."}},
		"a quarter of trailers is enough if git wrote one": {
			"x\n\na\nb\nc\nSigned-off-by: A <a@b.c>\n", Message{"x", "", []Trailer{{"Signed-off-by", "A <a@b.c>", 6}}},
		},
		"less is not":                            {"x\n\na\nb\nc\nd\nSigned-off-by: A <a@b.c>\n", Message{Header: "x", Body: "a\nb\nc\nd\nSigned-off-by: A <a@b.c>"}},
		"without one all lines must be trailers": {"x\n\nprose\nFixes: 12\n", Message{Header: "x", Body: "prose\nFixes: 12"}},
		"continued lines":                        {"x\n\nFixes: one\n  two\n\tthree\n", Message{"x", "", []Trailer{{"Fixes", "one two three", 3}}}},
		"blanks before the colon":                {"x\n\nFixes : 12\n", Message{"x", "", []Trailer{{"Fixes", "12", 3}}}},
		"comments":                               {"x\n\nFixes: 12\n# hidden\n", Message{"x", "", []Trailer{{"Fixes", "12", 3}}}},
		"a key has no dots":                      {"x\n\nFixes.it: 12\n", Message{Header: "x", Body: "Fixes.it: 12"}},
		"what git cherry-pick adds": {
			"x\n\n(cherry picked from commit 1)\nFixes: 2\n", Message{"x", "", []Trailer{{"Fixes", "2", 4}}},
		},
		"lines of another system": {"x\r\n\r\nFixes: 12\r\n", Message{"x", "", []Trailer{{"Fixes", "12", 3}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, ParseMessage(c.in)); d != "" {
				t.Errorf("message (-want +got):\n%s", d)
			}
		})
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	const line = "Signed-off-by: A <a@b.c>"
	for name, c := range map[string]struct {
		in   string
		edit MessageEdit
		want string
	}{
		"a first trailer":            {"x", MessageEdit{Trailers: []string{line}}, "x\n\n" + line + "\n"},
		"behind a body":              {"x\n\nBecause.\n", MessageEdit{Trailers: []string{line}}, "x\n\nBecause.\n\n" + line + "\n"},
		"beside another":             {"x\n\nFixes: 1\n", MessageEdit{Trailers: []string{line}}, "x\n\nFixes: 1\n" + line + "\n"},
		"not twice":                  {"x\n\n" + line + "\n", MessageEdit{Trailers: []string{line}}, "x\n\n" + line + "\n"},
		"again behind prose":         {"x\n\n" + line + "\n\nBye.\n", MessageEdit{Trailers: []string{line}}, "x\n\n" + line + "\n\nBye.\n\n" + line + "\n"},
		"a header":                   {"x\n\nBecause.\n", MessageEdit{Header: "fix: x"}, "fix: x\n\nBecause.\n"},
		"both":                       {"x", MessageEdit{Header: "fix: x", Trailers: []string{line}}, "fix: x\n\n" + line + "\n"},
		"a title that looks like it": {line, MessageEdit{Trailers: []string{line}}, line + "\n\n" + line + "\n"},
		"nothing":                    {"", MessageEdit{Header: "x"}, "x\n"},
		"nothing at all":             {"", MessageEdit{Trailers: []string{line}}, "\n" + line + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, c.edit.Apply(c.in)); d != "" {
				t.Errorf("message (-want +got):\n%s", d)
			}
		})
	}
}

func FuzzParseMessage(f *testing.F) {
	f.Add("x\n\nFixes: 1\n  y\n# z\n")
	f.Fuzz(func(t *testing.T, message string) {
		const line = "Signed-off-by: A <a@b.c>"
		m := ParseMessage(message)
		for _, tr := range m.Trailers {
			if tr.Line < 1 || tr.Key == "" {
				t.Errorf("trailer %+v", tr)
			}
		}
		signed := MessageEdit{Trailers: []string{line}}.Apply(message)
		if len(message) < 1000 && strings.TrimSpace(message) != "" && !strings.Contains(signed, line) {
			t.Errorf("%q was not signed off", message)
		}
	})
}
