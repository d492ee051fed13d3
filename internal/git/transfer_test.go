package git

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClonePushAndStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	url := s.URL + "/lib.git"
	err := w.tool.Clone(ctx(t), CloneOptions{URL: url, Dir: w.path("deep/er/clone"), Filter: "blob:none", Progress: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := w.path("deep/er/clone")
	r := w.open("deep/er/clone")
	if !r.IsPartial() || r.IsShallow() {
		t.Errorf("the clone is partial: %v, shallow: %v; want a partial one with all history", r.IsPartial(), r.IsShallow())
	}
	if err := w.tool.CreateBranch(ctx(t), dir, "fix-1", "origin/main"); err != nil {
		t.Fatal(err)
	}
	w.write("deep/er/clone/fix.txt", "fixed\n")
	got, err := w.tool.Status(ctx(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []StatusEntry{{Path: "fix.txt", Index: '.', Worktree: '.', Untracked: true}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	sha, err := w.tool.CommitAll(ctx(t), dir, CommitOptions{Message: "fix: mend it\n\n# not a comment", Signoff: true})
	if err != nil {
		t.Fatal(err)
	}
	if m := w.git("deep/er/clone", "log", "-1", "--format=%B"); !strings.Contains(m, "# not a comment") || !strings.Contains(m, "Signed-off-by: newcomer <newcomer@acme.example>") {
		t.Errorf("got the message %q", m)
	}
	if _, err := w.tool.CommitAll(ctx(t), dir, CommitOptions{Message: "again"}); !errors.Is(err, ErrNothingToCommit) {
		t.Errorf("got %v, want ErrNothingToCommit", err)
	}
	res, err := w.tool.Push(ctx(t), dir, "origin", "HEAD", "fix-1", PushOptions{})
	if err != nil || res.Status != PushCreated {
		t.Fatalf("got %+v, %v", res, err)
	}
	if at := w.git("lib.git", "rev-parse", "refs/heads/fix-1"); at != sha {
		t.Errorf("the branch is at %s, want %s", at, sha)
	}
	if res, err = w.tool.Push(ctx(t), dir, "origin", "HEAD", "fix-1", PushOptions{}); err != nil || res.Status != PushUpToDate {
		t.Errorf("got %+v, %v", res, err)
	}
	changes, err := r.Changes(ctx(t), "origin/main", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	wantChanges := []FileChange{{Path: "fix.txt", Status: Added, Mode: 0o644, Added: 1, Size: 6, AddedLines: []Line{{1, "fixed"}}}}
	if d := cmp.Diff(wantChanges, changes); d != "" {
		t.Error(d)
	}
	if err := w.tool.Clone(ctx(t), CloneOptions{URL: url, Dir: dir}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("cloning over a folder with files: got %v, want fs.ErrExist", err)
	}
}

func TestAFailedCloneLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	var missing *NotFoundError
	err := w.tool.Clone(ctx(t), CloneOptions{URL: s.URL + "/none.git", Dir: w.path("new/clone")})
	if !errors.As(err, &missing) {
		t.Errorf("got %v, want a NotFoundError", err)
	}
	if _, err := os.Stat(w.path("new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the parent folder is still there: %v", err)
	}
}
