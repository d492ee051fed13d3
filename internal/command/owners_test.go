package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/term"
)

func TestOwnersOnATerminal(t *testing.T) {
	t.Parallel()
	file, dialect, by, section := ".gitlab/CODEOWNERS", "gitlab", "ruleset of acme", "Docs"
	yes, seven := true, 7
	w := &owning{
		Repository: &repository{FullName: "acme/lib"}, File: &file, Dialect: &dialect, Required: &yes, RequiredBy: &by,
		Paths: []ownedPath{
			{Path: "docs/a.md", Owned: true, Lines: []ownerLine{
				{Owners: []string{"@lead"}, Line: 1, Approvals: 1},
				{Owners: []string{"@writer", "@editor"}, Line: 4, Section: &section, Approvals: 2},
			}},
			{Path: "x", Lines: []ownerLine{}},
		},
		Problems: []ownersProblem{{Line: &seven, Why: "nobody is\x1b[31m named", Skipped: true}},
		Notes:    []string{"a note"},
	}
	var out, errs bytes.Buffer
	s := &term.Streams{Out: &out, Err: &errs, OutTTY: true, Width: 80}
	if err := showOwners(s, w); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(`
acme/lib   .gitlab/CODEOWNERS, read as GitLab does
  docs/a.md  @lead            .gitlab/CODEOWNERS:1         required
  docs/a.md  @writer @editor  .gitlab/CODEOWNERS:4 [Docs]  2 approvals
  x                                                        nobody
2 paths - 1 owned by nobody - the merge waits for owners (ruleset of acme)
.gitlab/CODEOWNERS:7 is skipped: nobody is named
a note
`, "\n")
	if d := cmp.Diff(want, out.String()); d != "" || errs.Len() > 0 {
		t.Errorf("(-want +got):\n%s%s", d, errs.String())
	}
}

func TestPathsCountFromWhereTheyAreGiven(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, c := range []struct {
		root, from, arg, want string // "" is refused
	}{
		{"", "/x", "docs/a.md", "docs/a.md"},
		{"", "/x", "./docs//a.md", "docs/a.md"},
		{"", "/x", "/docs/", "docs/"},
		{"", "/x", "../a", ""},
		{"", "/x", ".", ""},
		{root, root, "a.md", "a.md"},
		{root, root + "/docs", "a.md", "docs/a.md"},
		{root, root + "/docs", "../a.md", "a.md"},
		{root, root + "/docs", "../../a.md", ""},
		{root, root, root + "/b/c", "b/c"},
		{root, root, "b/", "b/"},
	} {
		got, err := rootedPaths([]string{c.arg}, c.root, c.from)
		if (err != nil) != (c.want == "") || err == nil && got[0] != c.want {
			t.Errorf("%s in %s: %v, %v, want %q", c.arg, c.from, got, err, c.want)
		}
	}
}
