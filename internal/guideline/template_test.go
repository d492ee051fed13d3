package guideline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func outline(f Form) string {
	var b strings.Builder
	for _, s := range f.Sections {
		fmt.Fprintf(&b, "%d-%d h%d %q content %q hints %d", s.Line, s.EndLine, s.Level, s.Heading, s.Content, len(s.Hints))
		for flag, on := range map[string]bool{"required": s.Required} {
			if on {
				b.WriteString(" " + flag)
			}
		}
		if s.Optional {
			b.WriteString(" optional")
		}
		if s.Choice {
			b.WriteString(" choice")
		}
		b.WriteByte('\n')
		for _, x := range s.Boxes {
			fmt.Fprintf(&b, "  %d %q ticked %v personal %v required %v\n", x.Line, x.Text, x.Ticked, x.Personal, x.Required)
		}
	}
	return b.String()
}

func TestParseForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"comments are hints, whatever stands in them": {
			"<!-- one --> text <!-- two\n## no heading\n- [ ] no box -->\n# A\n", `1-3 h0 "" content "text" hints 2
4-5 h1 "A" content "" hints 0
`,
		},
		"a comment that is never closed": {
			"# A\n<!-- rest\n- [ ] no box", `1-3 h1 "A" content "" hints 0
`,
		},
		"boxes in every notation, and one in a code block": {
			"# A\n- [ ] a\n* [x] b\n  + [X] c\n1. [ ] d\n```\n- [ ] no\n```\n-[ ] no\n", `1-10 h1 "A" content "` + "```\\n- [ ] no\\n```\\n-[ ] no" + `" hints 0
  2 "a" ticked false personal false required false
  3 "b" ticked true personal false required false
  4 "c" ticked true personal false required false
  5 "d" ticked false personal false required false
`,
		},
		"what is required and what may be left out": {
			"# A (required)\n# B\n<!-- mandatory -->\n# C (optional)\n# D\n<!-- Delete this section if it does not apply -->\n# E *\n# F\n- [ ] g (required)\n- [ ] h\n", `1-1 h1 "A (required)" content "" hints 0 required
2-3 h1 "B" content "" hints 1 required
4-4 h1 "C (optional)" content "" hints 0 optional
5-6 h1 "D" content "" hints 1 optional
7-7 h1 "E *" content "" hints 0 required
8-11 h1 "F" content "" hints 0
  9 "g (required)" ticked false personal false required true
  10 "h" ticked false personal false required false
`,
		},
		"a question is no demand": {
			"# A\n<!-- Why is this change required? -->\n# B (not mandatory)\n# C\n<!-- This section is required. -->", `1-2 h1 "A" content "" hints 1
3-3 h1 "B (not mandatory)" content "" hints 0 optional
4-5 h1 "C" content "" hints 1 required
`,
		},
		"a choice by its heading, and one by its hint": {
			"# Type of change\n- [ ] a\n- [ ] b\n# X\n<!-- check all that apply -->\n- [ ] a\n- [ ] b\n# Y\n- [ ] a\n- [ ] b", `1-3 h1 "Type of change" content "" hints 0 choice
  2 "a" ticked false personal false required false
  3 "b" ticked false personal false required false
4-7 h1 "X" content "" hints 1 choice
  6 "a" ticked false personal false required false
  7 "b" ticked false personal false required false
8-10 h1 "Y" content "" hints 0
  9 "a" ticked false personal false required false
  10 "b" ticked false personal false required false
`,
		},
		"statements about a person": {
			"# A\n- [ ] I have read it\n- [ ] Tested on staging\n- [ ] My code is tidy\n- [ ] Signed the CLA\n- [ ] tests added\n- [ ] We use it\n- [ ] Self-review done\n- [ ] docs in ./mydir updated", `1-9 h1 "A" content "" hints 0
  2 "I have read it" ticked false personal true required false
  3 "Tested on staging" ticked false personal true required false
  4 "My code is tidy" ticked false personal true required false
  5 "Signed the CLA" ticked false personal true required false
  6 "tests added" ticked false personal false required false
  7 "We use it" ticked false personal true required false
  8 "Self-review done" ticked false personal true required false
  9 "docs in ./mydir updated" ticked false personal false required false
`,
		},
		"rules and empty items are nothing": {
			"# A\n---\n- \n* * *\n", `1-5 h1 "A" content "" hints 0
`,
		},
		"nothing": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, outline(ParseForm(c.in))); d != "" {
				t.Errorf("form (-want +got):\n%s", d)
			}
		})
	}
}

func TestTemplateFrontMatter(t *testing.T) {
	t.Parallel()
	tm := newTemplate(&Source{}, "x.md", true, []byte("---\r\nname: x\r\nabout: y\r\n---\r\n# A\r\n"))
	if tm.LineOffset != 4 || len(tm.Form.Sections) != 1 || tm.Form.Sections[0].Line+tm.LineOffset != 5 {
		t.Errorf("offset %d, sections %s", tm.LineOffset, outline(tm.Form))
	}
}

func FuzzParseForm(f *testing.F) {
	f.Add("# A\n<!-- x -->\n- [ ] b\n```\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		for _, s := range ParseForm(text).Sections {
			if s.Line < 1 || s.EndLine > lines || s.EndLine < s.Line {
				t.Errorf("section %q is on lines %d to %d of %d", s.Heading, s.Line, s.EndLine, lines)
			}
		}
	})
}
