package git

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestReaderReadsFilesWithoutAClone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	sha := w.commit("lib", "docs: say how", "CONTRIBUTING.md", "be kind\n", "docs/a.md", "a\n")
	w.bare("lib", "lib.git")
	s := w.serve()
	r := &Reader{}
	tree, commit, how, err := r.Tree(ctx(t), s.URL+"/lib.git", "")
	if err != nil {
		t.Fatal(err)
	}
	if commit != sha || how != HowDirect {
		t.Errorf("got commit %s by %s, want %s by %s", commit, how, sha, HowDirect)
	}
	if b, err := fs.ReadFile(tree, "CONTRIBUTING.md"); err != nil || string(b) != "be kind\n" {
		t.Errorf("got %q, %v", b, err)
	}
	if info, err := fs.Stat(tree, "README.md"); err != nil || info.Size() != -1 {
		t.Errorf("a file that was not fetched has the size %v, %v; want -1", info, err)
	}
	if err := tree.Prefetch(ctx(t), func(string, int64) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(tree, "CONTRIBUTING.md", "docs/a.md", "README.md"); err != nil {
		t.Error(err)
	}
}
