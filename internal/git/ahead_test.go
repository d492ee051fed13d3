package git

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// TestFilesComeBesideTheHistory clones by a tree that was read before, and lets that
// go wrong: the clone is the same, and only who fetched its files differs. git asks
// with a body for references, for the history, and for files that it lacks.
func TestFilesComeBesideTheHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	first := w.git("lib", "rev-parse", "HEAD")
	w.write("lib/src/a.txt", "one\n")
	w.commit("lib", "files", "src/a.txt")
	w.bare("lib", "lib.git")
	w.write("deadly", fmt.Sprintf("#!/bin/sh\ncase \"$1\" in --git-dir=*) kill -9 $$ ;; esac\nexec %q \"$@\"\n", w.tool.Path))
	if err := os.Chmod(w.path("deadly"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		o      CloneOptions // beside the usual
		full   bool
		ref    string // of the tree
		cut    bool   // the connection for the files
		killed bool   // the git that takes them
		want   int64  // requests with a body by git
	}{
		{name: "all", want: 2},
		{name: "on a branch of its own", o: CloneOptions{NewBranch: "topic"}, want: 2},
		{name: "the connection is cut", cut: true, want: 3},
		{name: "git is killed", killed: true, want: 3},
		{name: "the branch went on", ref: first, want: 3},
		{name: "some folders", o: CloneOptions{Sparse: []string{"src"}}, want: 3},
		{name: "all of all commits", full: true, want: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, o := w.serve(), tt.o
			o.URL, o.Branch, o.Dir = s.URL+"/lib.git", "main", w.path("clones", tt.name)
			var err error
			if o.Files, _, _, err = (&Reader{Transport: &http.Transport{}}).Tree(ctx(t), o.URL, tt.ref); err != nil {
				t.Fatal(err)
			}
			var asked atomic.Int64
			s.first(func(_ http.ResponseWriter, req *http.Request) bool {
				switch byGit := strings.HasPrefix(req.UserAgent(), "git/"); {
				case req.Method == http.MethodPost && byGit:
					asked.Add(1)
				case tt.cut && !byGit:
					panic(http.ErrAbortHandler)
				}
				return false
			})
			tool := *w.tool
			if tt.killed {
				tool.Path = w.path("deadly")
			}
			if !tt.full {
				o.Filter = filterFiles
			}
			if err := tool.Clone(ctx(t), o); err != nil {
				t.Fatal(err)
			}
			if got := asked.Load(); got != tt.want {
				t.Errorf("git asked %d times, want %d", got, tt.want)
			}
			want := "## main...origin/main"
			if o.NewBranch != "" {
				want = "## " + o.NewBranch
			}
			dir := "clones/" + tt.name
			if got := w.git(dir, "status", "--porcelain", "--branch"); got != want || w.read(dir+"/src/a.txt") != "one\n" {
				t.Errorf("the clone is not whole: %s", got)
			}
			w.git(dir, "fsck", "--strict")
		})
	}
}

// TestOneConnectionIsEnough reads all of a repository over a single connection.
func TestOneConnectionIsEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	var dialled atomic.Int64
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialled.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}
	tree, _, _, err := (&Reader{Transport: transport}).Tree(ctx(t), s.URL+"/lib.git", "main")
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Prefetch(ctx(t), func(string, int64) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.ReadFile("README.md"); err != nil || dialled.Load() != 1 {
		t.Errorf("%d connections, %v", dialled.Load(), err)
	}
}
