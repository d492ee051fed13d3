package git

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	wantChanges := []FileChange{{Path: "fix.txt", Status: Added, Mode: 0o644, Added: 1, Size: 6, Head: "fixed\n", AddedLines: []Line{{1, "fixed"}}}}
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
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	cut := w.serve()
	cut.first(func(rw http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodPost {
			panic(http.ErrAbortHandler) // the connection breaks while objects come
		}
		return false
	})
	cut.Config.ErrorLog = log.New(io.Discard, "", 0)
	for name, o := range map[string]CloneOptions{
		"no such repository": {URL: s.URL + "/none.git"},
		"no such branch":     {URL: s.URL + "/lib.git", Branch: "nothing"},
		"a cut connection":   {URL: cut.URL + "/lib.git", Filter: "blob:none"},
		"not an address":     {URL: "--upload-pack=touch x"},
	} {
		o.Dir = w.path("new/deeper/clone")
		if err := w.tool.Clone(ctx(t), o); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := os.Stat(w.path("new")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the parent folder is still there: %v", name, err)
		}
	}
	var missing *NotFoundError
	if err := w.tool.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Branch: "nothing", Dir: w.path("x")}); !errors.As(err, &missing) || missing.Ref != "nothing" {
		t.Errorf("got %v, want the branch named", err)
	}
	if err := w.tool.Clone(ctx(t), CloneOptions{URL: s.URL + "/none.git", Dir: w.path("x")}); !errors.As(err, &missing) || missing.Ref != "" {
		t.Errorf("got %v, want the repository named", err)
	}
}

func TestClonesOfEveryKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "tag", "v1")
	w.git("lib", "branch", "topic")
	w.commit("lib", "second")
	w.bare("lib", "lib.git")
	w.git(".", "clone", "--quiet", "--bare", "lib", "plain.git") // serves no filters and nothing by its id
	w.git(".", "config", "--file", "gitconfig", "clone.defaultRemoteName", "elsewhere")
	s := w.serve()
	url := s.URL + "/lib.git"
	if err := os.Mkdir(w.path("there"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		o    CloneOptions
		want func(r *Repo, dir string) bool
	}{
		{"whole", CloneOptions{URL: url}, func(r *Repo, dir string) bool { return !r.IsPartial() && !r.IsShallow() }},
		{"blobless", CloneOptions{URL: url, Filter: "blob:none"}, func(r *Repo, dir string) bool { return r.IsPartial() }},
		{"shallow with its branches", CloneOptions{URL: url, Depth: 1}, func(r *Repo, dir string) bool {
			_, err := r.Resolve("origin/topic")
			return r.IsShallow() && err == nil
		}},
		{"one branch without tags", CloneOptions{URL: url, Branch: "topic", SingleBranch: true, NoTags: true}, func(r *Repo, dir string) bool {
			_, tag := r.Resolve("v1")
			_, other := r.Resolve("origin/main")
			branch, _, _, _ := r.Head()
			return tag != nil && other != nil && branch == "topic"
		}},
		{"without files", CloneOptions{URL: url, NoCheckout: true}, func(r *Repo, dir string) bool {
			_, err := os.Stat(filepath.Join(dir, "README.md"))
			return errors.Is(err, fs.ErrNotExist)
		}},
		{"from a remote of another name", CloneOptions{URL: url, Remote: "upstream"}, func(r *Repo, dir string) bool {
			_, err := r.Resolve("upstream/main")
			return err == nil
		}},
		{"blobless where the server cannot", CloneOptions{URL: s.URL + "/plain.git", Filter: "blob:none"}, func(r *Repo, dir string) bool {
			_, err := os.Stat(filepath.Join(dir, "README.md"))
			return err == nil
		}},
		{"into an empty folder", CloneOptions{URL: url, Dir: w.path("there")}, func(r *Repo, dir string) bool { return true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.o.Dir == "" {
				tt.o.Dir = w.path("clones", tt.name)
			}
			if err := w.tool.Clone(ctx(t), tt.o); err != nil {
				t.Fatal(err)
			}
			r, err := Open(tt.o.Dir)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if !tt.want(r, tt.o.Dir) {
				t.Error("it is not what was asked for")
			}
		})
	}
}

// A server that takes a filter and then gives nothing by its id fails at the
// checkout; the clone is made without the filter then.
func TestAFilterThatTheServerCannotKeepIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	w.git("lib.git", "config", "uploadpack.allowAnySHA1InWant", "false")
	w.git(".", "config", "--file", "gitconfig", "protocol.version", "0") // version 2 gives everything
	s := w.serve()
	if err := w.tool.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("c"), Filter: "blob:none"}); err != nil {
		t.Fatal(err)
	}
	if w.read("c/README.md") != "hello\n" || w.open("c").IsPartial() {
		t.Error("the clone is not whole")
	}
}

func TestWhatAKilledCloneLeftIsRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	dead := exec.Command(w.tool.Path, "version")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	left := fmt.Sprintf(".isrc-clone-c-%d-123/half/done", dead.Process.Pid)
	living := fmt.Sprintf(".isrc-clone-c-%d-123/half/done", os.Getpid())
	other := fmt.Sprintf(".isrc-clone-d-%d-123/half/done", dead.Process.Pid)
	for _, name := range []string{left, living, other} {
		w.write(name, "x")
	}
	if err := w.tool.Clone(ctx(t), CloneOptions{URL: "file://" + w.path("lib"), Dir: w.path("c")}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{left: false, living: true, other: true} {
		if _, err := os.Stat(w.path(name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
}

func TestPushes(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) (*world, *server, string) {
		w := newWorld(t)
		w.repo("lib")
		w.bare("lib", "lib.git")
		s := w.serve()
		w.git(".", "clone", "--quiet", s.URL+"/lib.git", "c")
		w.git("c", "switch", "--quiet", "-c", "fix")
		w.commit("c", "fix: it", "fix.txt", "1\n")
		return w, s, w.path("c")
	}
	t.Run("a new branch, by head, by branch, by commit, to a name and to an address", func(t *testing.T) {
		t.Parallel()
		w, s, dir := setUp(t)
		w.git("c", "tag", "-a", "-m", "mine", "v9")
		w.git("c", "config", "push.followTags", "true")
		for i, from := range []string{"HEAD", "fix", "refs/heads/fix", w.git("c", "rev-parse", "HEAD")} {
			remote := []string{"origin", s.URL + "/lib.git"}[i%2]
			branch := fmt.Sprint("pushed/", i)
			res, err := w.tool.Push(ctx(t), dir, remote, from, branch, PushOptions{SetUpstream: i == 0})
			if err != nil || res.Status != PushCreated || res.Ref != "refs/heads/"+branch {
				t.Errorf("%s: got %+v, %v", from, res, err)
			}
			if w.git("lib.git", "rev-parse", branch) != w.git("c", "rev-parse", "HEAD") {
				t.Errorf("%s: the branch is elsewhere", from)
			}
		}
		if tags := w.git("lib.git", "tag"); tags != "" {
			t.Errorf("the tags %q were sent along", tags)
		}
		if up := w.git("c", "rev-parse", "--abbrev-ref", "fix@{upstream}"); up != "origin/pushed/0" {
			t.Errorf("the branch follows %s", up)
		}
	})
	t.Run("an update, a refusal of what would be lost, and the lease", func(t *testing.T) {
		t.Parallel()
		w, _, dir := setUp(t)
		push := func(o PushOptions) (PushResult, error) {
			return w.tool.Push(ctx(t), dir, "origin", "HEAD", "fix", o)
		}
		if _, err := push(PushOptions{}); err != nil {
			t.Fatal(err)
		}
		w.commit("c", "fix: more", "fix.txt", "2\n")
		if res, err := push(PushOptions{}); err != nil || res.Status != PushUpdated {
			t.Errorf("got %+v, %v", res, err)
		}
		was := w.git("c", "rev-parse", "HEAD")
		w.git("c", "commit", "--quiet", "--amend", "-m", "fix: in other words")
		var refused *RejectedError
		if _, err := push(PushOptions{}); !errors.As(err, &refused) || !refused.Stale || refused.Reason != "non-fast-forward" {
			t.Errorf("got %v", err)
		}
		if _, err := push(PushOptions{ForceWithLease: w.git("c", "rev-parse", "HEAD~1")}); !errors.As(err, &refused) || !refused.Stale || refused.Reason != "stale info" {
			t.Errorf("with a lease that has run out: got %v", err)
		}
		if res, err := push(PushOptions{ForceWithLease: was}); err != nil || res.Status != PushForced {
			t.Errorf("with the lease: got %+v, %v", res, err)
		}
	})
	t.Run("what the server says", func(t *testing.T) {
		t.Parallel()
		w, _, dir := setUp(t)
		w.git(".", "config", "--file", "gitconfig", "color.ui", "always") // must not get into the answer
		w.write("lib.git/hooks/update", "#!/bin/sh\necho 'GH013: Repository rule violations found'\necho '- Commits must be signed'\ncase $1 in *free*) exit 0;; esac\nexit 1\n")
		if err := os.Chmod(w.path("lib.git/hooks/update"), 0o755); err != nil {
			t.Fatal(err)
		}
		says := []string{"GH013: Repository rule violations found", "- Commits must be signed"}
		_, err := w.tool.Push(ctx(t), dir, "origin", "HEAD", "fix", PushOptions{})
		want := &RejectedError{Ref: "refs/heads/fix", Reason: "hook declined",
			Remote: append(slices.Clone(says), "error: hook declined to update refs/heads/fix")}
		var refused *RejectedError
		if !errors.As(err, &refused) {
			t.Fatalf("got %v", err)
		}
		if d := cmp.Diff(want, refused); d != "" {
			t.Error(d)
		}
		res, err := w.tool.Push(ctx(t), dir, "origin", "HEAD", "free", PushOptions{})
		if d := cmp.Diff(says, res.Remote); d != "" || err != nil {
			t.Error(err, d)
		}
	})
	t.Run("the user's own hook is honoured", func(t *testing.T) {
		t.Parallel()
		w, _, dir := setUp(t)
		w.write("c/.git/hooks/pre-push", "#!/bin/sh\necho 'tests fail' >&2\nexit 1\n")
		if err := os.Chmod(w.path("c/.git/hooks/pre-push"), 0o755); err != nil {
			t.Fatal(err)
		}
		_, err := w.tool.Push(ctx(t), dir, "origin", "HEAD", "fix", PushOptions{})
		var e *CommandError
		if !errors.As(err, &e) || !strings.Contains(e.Stderr, "tests fail") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("refusals of the server and of the names", func(t *testing.T) {
		t.Parallel()
		w, s, dir := setUp(t)
		status := http.StatusForbidden
		s.first(func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.WriteHeader(status)
			return true
		})
		var auth *AuthError
		if _, err := w.tool.Push(ctx(t), dir, "origin", "HEAD", "fix", PushOptions{}); !errors.As(err, &auth) || !auth.Forbidden || auth.URL != s.URL+"/lib.git" {
			t.Errorf("got %v", err)
		}
		for _, args := range [][3]string{{"--all", "HEAD", "fix"}, {"origin", "--delete", "fix"}, {"origin", "HEAD", "a..b"}, {"origin", "", "fix"}, {"ext::sh -c id", "HEAD", "fix"}} {
			n := len(s.seen())
			if _, err := w.tool.Push(ctx(t), dir, args[0], args[1], args[2], PushOptions{}); err == nil || len(s.seen()) != n {
				t.Errorf("%q was tried: %v", args, err)
			}
		}
	})
}

func TestFetchBringsWhatIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	w.git(".", "clone", "--quiet", s.URL+"/lib.git", "c")
	sha := w.commit("lib", "new")
	w.git("lib", "push", "--quiet", "../lib.git", "HEAD:refs/heads/topic")
	if err := w.tool.Fetch(ctx(t), w.path("c"), s.URL+"/lib.git", "+refs/heads/topic:refs/remotes/fork/topic"); err != nil {
		t.Fatal(err)
	}
	if at := w.git("c", "rev-parse", "refs/remotes/fork/topic"); at != sha {
		t.Errorf("got %s, want %s", at, sha)
	}
	var missing *NotFoundError
	if err := w.tool.Fetch(ctx(t), w.path("c"), "origin", "nothing"); !errors.As(err, &missing) || missing.Ref != "nothing" || missing.URL != s.URL+"/lib.git" {
		t.Errorf("got %v", err)
	}
	if err := w.tool.Fetch(ctx(t), w.path("c"), "origin", "--upload-pack=x"); !errors.Is(err, ErrBadName) {
		t.Errorf("an option: got %v", err)
	}
	refs, err := w.tool.LsRemote(ctx(t), "", s.URL+"/lib.git", "topic")
	if d := cmp.Diff(map[string]string{"refs/heads/topic": sha}, refs); d != "" || err != nil {
		t.Error(err, d)
	}
}
