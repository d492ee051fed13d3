package contribute

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

func TestRulesSeeWhatChangedInFiles(t *testing.T) {
	t.Parallel()
	got := filesOf([]git.FileChange{
		{Path: "a.go", Status: git.Added, Size: 12, Added: 1, Head: "package acme", AddedLines: []git.Line{{Number: 1, Text: "package acme"}}},
		{Path: "link", Status: git.Modified, Mode: fs.ModeSymlink, Added: 1, Head: "a.go", AddedLines: []git.Line{{Number: 1, Text: "a.go"}}},
		{Path: "large.txt", Status: git.Modified, Added: 9, Deleted: 2, Size: -1, LinesCut: true},
		{Path: "new.png", OldPath: "old.png", Status: git.Renamed, Binary: true},
	})
	want := []rule.File{
		{Path: "a.go", Status: rule.Added, Size: 12, Added: 1, Head: "package acme", AddedLines: []rule.Line{{Number: 1, Text: "package acme"}}},
		{Path: "link", Status: rule.Modified, Added: 1},
		{Path: "large.txt", Status: rule.Modified, Added: 9, Deleted: 2, Size: -1, LinesCut: true},
		{Path: "new.png", OldPath: "old.png", Status: rule.Renamed, Binary: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
