package git

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/isrc-dev/isrc/internal/progress"
)

// cutAfter lets a server break every connection after so many requests with a
// body; -1 is never.
func cutAfter(s *server, n int64) *atomic.Int64 {
	var left atomic.Int64
	left.Store(n)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.first(func(_ http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodPost && left.Load() >= 0 && left.Add(-1) < 0 {
			left.Store(0)
			panic(http.ErrAbortHandler)
		}
		return false
	})
	return &left
}

func posts(s *server) int { return strings.Count(strings.Join(s.seen(), "\n"), "POST") }

// Two requests bring the history of a blobless clone, a third one its files.
func TestACloneGoesOnWhereItWasCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	left := cutAfter(s, 2)
	o := CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("c"), Branch: "main", Filter: "blob:none"}
	var down *UnavailableError
	if err := w.tool.Clone(ctx(t), o); !errors.As(err, &down) {
		t.Fatalf("got %v, want a cut connection", err)
	}
	if _, err := os.Stat(o.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal("half a clone is at its place")
	}
	// The process that was cut is over; another one goes on.
	was, _ := filepath.Glob(w.path(".isrc-clone-c-*"))
	if len(was) != 1 {
		t.Fatalf("%d folders were left, want 1", len(was))
	}
	if err := os.Rename(was[0], w.path(".isrc-clone-c-4194304999-1")); err != nil {
		t.Fatal(err)
	}
	left.Store(-1)
	before := posts(s)
	var notes []string
	tool := *w.tool
	tool.Sink = func(e progress.Event) { notes = append(notes, e.Message) }
	if err := tool.Clone(ctx(t), o); err != nil {
		t.Fatal(err)
	}
	if got := posts(s) - before; got != 1 {
		t.Errorf("going on took %d requests, want the files alone", got)
	}
	if w.read("c/README.md") != "hello\n" || w.git("c", "status", "--porcelain", "--branch") != "## main...origin/main" {
		t.Error("the clone is not whole")
	}
	if rest, _ := filepath.Glob(w.path(".isrc-clone-*")); len(rest) > 0 || !strings.Contains(strings.Join(notes, " "), "going on") {
		t.Errorf("left over: %v, said: %q", rest, notes)
	}
}

func TestAnotherWishBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	left := cutAfter(s, 2)
	o := CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("c"), Filter: "blob:none"}
	if err := w.tool.Clone(ctx(t), o); err == nil {
		t.Fatal("it was not cut")
	}
	was, _ := filepath.Glob(w.path(".isrc-clone-c-*"))
	if err := os.Rename(was[0], w.path(".isrc-clone-c-4194304999-1")); err != nil {
		t.Fatal(err)
	}
	left.Store(-1)
	o.Filter = ""
	if err := w.tool.Clone(ctx(t), o); err != nil {
		t.Fatal(err)
	}
	if w.open("c").IsPartial() {
		t.Error("the partial clone was taken for a whole one")
	}
	w.write(".isrc-clone-d-4194304999-1/"+fetchedFile, "x")
	if err := RemoveLeftClone(w.path("d")); err != nil {
		t.Error(err)
	}
	if rest, _ := filepath.Glob(w.path(".isrc-clone-*")); len(rest) > 0 {
		t.Errorf("left over: %v", rest)
	}
}

func TestACancelledCloneLeavesWhatCanBeGoneOnWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	c, cancel := context.WithCancel(ctx(t))
	n := 0
	s.first(func(_ http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodPost {
			if n++; n == 3 {
				cancel()
			}
		}
		return false
	})
	err := w.tool.Clone(c, CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("c"), Filter: "blob:none"})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if left, _ := filepath.Glob(w.path(".isrc-clone-c-*/" + fetchedFile)); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

func TestClonesForLargeRepositories(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "folders", "api/v1/a.txt", "a", "api/b.txt", "b", "web/c.txt", "c", "docs/d.txt", "d")
	w.bare("lib", "lib.git")
	s := w.serve()
	url := s.URL + "/lib.git"
	there := func(name string) bool { _, err := os.Stat(w.path(name)); return err == nil }

	if err := w.tool.Clone(ctx(t), CloneOptions{URL: url, Dir: w.path("sparse"), Filter: "blob:none", Sparse: []string{"api", "docs"}}); err != nil {
		t.Fatal(err)
	}
	if !there("sparse/README.md") || !there("sparse/api/v1/a.txt") || !there("sparse/docs/d.txt") || there("sparse/web") {
		t.Error("the wrong folders are checked out")
	}
	if missing := w.git("sparse", "rev-list", "--objects", "--all", "--missing=print"); strings.Count(missing, "?") != 1 {
		t.Errorf("what is not checked out was fetched: %q", missing)
	}
	if paths, err := w.tool.Sparse(ctx(t), w.path("sparse")); err != nil || strings.Join(paths, " ") != "api docs" {
		t.Errorf("got %q, %v", paths, err)
	}
	if w.git("sparse", "status", "--porcelain") != "" {
		t.Error("it is not clean")
	}
	for _, bad := range []string{"../up", "/etc", "-x", "a/../b", "*.go", "!x", ""} {
		if err := w.tool.Clone(ctx(t), CloneOptions{URL: url, Dir: w.path("bad"), Sparse: []string{bad}}); !errors.Is(err, ErrBadName) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestAReferenceLendsAndIsNotNeeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "large", "large.txt", strings.Repeat("large\n", 100))
	w.bare("lib", "lib.git")
	s := w.serve()
	url := s.URL + "/lib.git"
	for _, o := range []CloneOptions{{Dir: w.path("whole")}, {Dir: w.path("partial"), Filter: "blob:none"}, {Dir: w.path("shallow"), Depth: 1}} {
		o.URL = url
		if err := w.tool.Clone(ctx(t), o); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		from, filter string
		ok           bool
	}{
		"whole of whole": {"whole", "", true}, "partial of whole": {"whole", "blob:none", true}, "partial of partial": {"partial", "blob:none", true},
		"whole of partial": {"partial", "", false}, "of shallow": {"shallow", "blob:none", false}, "of none": {"none", "", false},
	} {
		dir := w.path("to", strings.ReplaceAll(name, " ", "-"))
		err := w.tool.Clone(ctx(t), CloneOptions{URL: url, Dir: dir, Filter: tt.filter, Reference: w.path(tt.from)})
		if (err == nil) != tt.ok {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, ".git/objects/info/alternates")); err == nil {
			t.Errorf("%s: it depends on the other one", name)
		}
		w.git(filepath.Join("to", filepath.Base(dir)), "fsck", "--connectivity-only")
	}
}

// safe.bareRepository forbids git to work in bare repositories that it stumbles
// upon; reading by way of git must not need one.
func TestReadingNeedsNoBareRepository(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	w.git(".", "config", "--file", "gitconfig", "safe.bareRepository", "explicit")
	r := &Reader{Tool: w.tool}
	tree, sha, how, err := r.Tree(ctx(t), "file://"+w.path("lib.git"), "main")
	if err != nil || how != HowTool || sha != w.git("lib", "rev-parse", "HEAD") {
		t.Fatalf("got %s by %s, %v", sha, how, err)
	}
	if data, err := fs.ReadFile(tree, "README.md"); err != nil || string(data) != "hello\n" {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestAnOldGitSaysWhatItCannot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	old := *w.tool
	old.Version = "2.20.1"
	if err := old.SetSparse(ctx(t), w.path("lib"), []string{"src"}); err == nil || !strings.Contains(err.Error(), "git 2.20.1 cannot, 2.25 and later can") {
		t.Errorf("got %v", err)
	}
}
