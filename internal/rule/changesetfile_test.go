package rule

import (
	"strings"
	"testing"
)

// A changeset is read as its tool reads it.
func TestChangesetFile(t *testing.T) {
	t.Parallel()
	p := FragmentParams{Tool: toolChangesets, Dir: ".changeset", Owners: map[string]string{".": "a", "b": "@acme/b---c"}}
	for name, c := range map[string]struct{ text, why string }{
		"one package":                    {"---\n\"a\": minor\n---\n\nList tokens.\n", ""},
		"a scoped one with hyphens":      {"---\n\"@acme/b---c\": patch\n'a': none\n---\n", ""},
		"nothing to release":             {"---\n---\n", ""},
		"nothing to release, and no end": {"---\n---", ""},
		"the end has blanks":             {"---\na: major\n---  \n\nList tokens.", ""},
		"the end is indented":            {"---\na: major\n  ---\nList tokens.", ""},
		"Windows":                        {"---\r\na: major\r\n---\r\n\r\nList tokens.\r\n", ""},
		"lines of hyphens in the text":   {"---\na: major\n---\n\n---\nList tokens---all of them\n", ""},
		"lines before it":                {"<!-- x -->\n\n---\na: major\n---\nList tokens.", ""},
		"an end that goes on is no end":  {"---\na: major\n---x\nList tokens.", "no front matter"},
		"no front matter":                {"List tokens.\n", "no front matter"},
		"front matter that is not ended": {"---\na: major\n\nList tokens.\n", "no front matter"},
		"a bump that is none":            {"---\na: huge\n---\n", "huge"},
		"a bump in large letters":        {"---\na: Minor\n---\n", "Minor"},
		"a bump that is a number":        {"---\na: 1\n---\n", "bumped by"},
		"a package that is not known":    {"---\nc: minor\n---\n", "no package is named c"},
		"a list":                         {"---\n- a\n---\n", "names no packages"},
		"a word":                         {"---\nminor\n---\n", "names no packages"},
		"YAML that cannot be read":       {"---\na: [\n---\n", "no YAML"},
	} {
		why := p.judgeChangeset(&File{Path: ".changeset/x.md", Head: c.text})
		if (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: got %q, want %q", name, why, c.why)
		}
	}
}
