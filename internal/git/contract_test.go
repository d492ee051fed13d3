package git

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// works are the two that do the work of a contribution.
func works(w *world) map[string]Work {
	return map[string]Work{
		"git":     w.tool,
		"builtin": &Builtin{Reader: &Reader{}, Env: w.tool.Env, Now: func() time.Time { return time.Unix(1_700_000_000, 0).UTC() }},
	}
}

// bothWork runs a test on a world of its own with each of them.
func bothWork(t *testing.T, test func(t *testing.T, w *world, s *server, work Work)) {
	t.Helper()
	for _, name := range []string{"git", "builtin"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.repo("lib")
			w.commit("lib", "feat: more", "src/a.txt", "a\n", "src/deep/b.txt", "b\n", "run.sh", "#!/bin/sh\n", ".gitignore", "*.log\nout/\n")
			if err := os.Chmod(w.path("lib/run.sh"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("src/a.txt", w.path("lib/link")); err != nil {
				t.Fatal(err)
			}
			w.commit("lib", "feat: modes")
			w.bare("lib", "lib.git")
			s := w.serve()
			test(t, w, s, works(w)[name])
		})
	}
}

// cloned gives a clone of the world's repository.
func cloned(t *testing.T, w *world, s *server, work Work) string {
	t.Helper()
	dir := w.path("c")
	if err := work.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Dir: dir, Branch: "main", Remote: "upstream"}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestContractFromCloneToPush(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		dir := cloned(t, w, s, work)
		if out := w.git("c", "status", "--porcelain", "--branch"); out != "## main...upstream/main" {
			t.Fatalf("git sees %q", out)
		}
		if to, _ := os.Readlink(w.path("c/link")); to != "src/a.txt" {
			t.Errorf("the link leads to %q", to)
		}
		if err := work.CreateBranch(ctx(t), dir, "fix/1", "upstream/main"); err != nil {
			t.Fatal(err)
		}
		if err := work.CreateBranch(ctx(t), dir, "fix/1", "upstream/main"); !errors.Is(err, ErrBranchExists) {
			t.Errorf("the same again: got %v", err)
		}
		w.write("c/src/a.txt", "changed\n")
		w.write("c/new/file.txt", "new\n")
		w.write("c/noise.log", "ignored\n")
		w.write("c/out/x", "ignored\n")
		if err := os.Remove(w.path("c/src/deep/b.txt")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(w.path("c/README.md"), 0o755); err != nil {
			t.Fatal(err)
		}
		got, err := work.Status(ctx(t), dir)
		want := []StatusEntry{
			{Path: "README.md", Index: '.', Worktree: 'M'}, {Path: "src/a.txt", Index: '.', Worktree: 'M'}, {Path: "src/deep/b.txt", Index: '.', Worktree: 'D'},
			{Path: "new/", Index: '.', Worktree: '.', Untracked: true},
		}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(err, d)
		}
		sha, err := work.CommitAll(ctx(t), dir, CommitOptions{Message: "fix: it  \n\n\nwhy\n\n", Signoff: true})
		if err != nil {
			t.Fatal(err)
		}
		if m := w.git("c", "log", "-1", "--format=%an <%ae>%n%B"); m != "newcomer <newcomer@acme.example>\nfix: it\n\nwhy\n\nSigned-off-by: newcomer <newcomer@acme.example>" {
			t.Errorf("got the commit %q", m)
		}
		if files := w.git("c", "show", "--format=", "--raw", "--abbrev=1", "--no-renames"); !strings.Contains(files, ":100644 100755") || strings.Count(files, "\n") != 3 {
			t.Errorf("the commit holds %s", files)
		}
		if out := w.git("c", "status", "--porcelain"); out != "" {
			t.Errorf("git sees %q after the commit", out)
		}
		w.git("c", "fsck", "--strict")
		if _, err := work.CommitAll(ctx(t), dir, CommitOptions{Message: "again"}); !errors.Is(err, ErrNothingToCommit) {
			t.Errorf("nothing to commit: got %v", err)
		}
		pushes(t, w, work, dir, sha)
	})
}

// pushes holds the pushing part of the contract.
func pushes(t *testing.T, w *world, work Work, dir, sha string) {
	push := func(o PushOptions) (PushStatus, error) {
		res, err := work.Push(ctx(t), dir, "upstream", "fix/1", "fix/1", o)
		return res.Status, err
	}
	for i, want := range []PushStatus{PushCreated, PushUpToDate} {
		if got, err := push(PushOptions{}); err != nil || got != want {
			t.Fatalf("push %d: got %s, %v", i, got, err)
		}
	}
	if at := w.git("lib.git", "rev-parse", "refs/heads/fix/1"); at != sha {
		t.Errorf("the branch is at %s, want %s", at, sha)
	}
	w.write("c/more.txt", "more\n")
	second, err := work.CommitAll(ctx(t), dir, CommitOptions{Message: "fix: more"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := push(PushOptions{}); err != nil || got != PushUpdated {
		t.Errorf("more: got %s, %v", got, err)
	}
	w.git("c", "commit", "--quiet", "--amend", "-m", "fix: other words")
	var refused *RejectedError
	if _, err := push(PushOptions{}); !errors.As(err, &refused) || !refused.Stale || refused.Reason != "non-fast-forward" {
		t.Errorf("a rewritten branch: got %v", err)
	}
	if _, err := push(PushOptions{ForceWithLease: sha}); !errors.As(err, &refused) || refused.Reason != "stale info" {
		t.Errorf("a lease that has run out: got %v", err)
	}
	if got, err := push(PushOptions{ForceWithLease: second}); err != nil || got != PushForced {
		t.Errorf("with the lease: got %s, %v", got, err)
	}
	if err := work.DeleteRemote(ctx(t), dir, "upstream", "fix/1", second); err == nil {
		t.Error("a branch that has moved was deleted")
	}
	if err := work.DeleteRemote(ctx(t), dir, "upstream", "fix/1", w.git("c", "rev-parse", "HEAD")); err != nil {
		t.Error(err)
	}
	if out, err := w.try("lib.git", "rev-parse", "--verify", "refs/heads/fix/1"); err == nil {
		t.Errorf("the branch is still there: %s", out)
	}
	w.git("lib.git", "fsck", "--strict")
}

// A commit that is only foreseen is the one that is made then, and moves nothing.
func TestContractOfForeseenCommits(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		dir := cloned(t, w, s, work)
		o := CommitOptions{Message: "x\n\nof two\n\n\n", Signoff: true, Dry: true}
		if _, err := work.CommitAll(ctx(t), dir, o); !errors.Is(err, ErrNothingToCommit) {
			t.Errorf("without a change: got %v", err)
		}
		w.write("c/fresh/new.txt", "new\n")
		state := func() string {
			return w.git("c", "rev-parse", "HEAD") + w.git("c", "status", "--porcelain") + w.git("c", "for-each-ref")
		}
		before := state()
		foreseen, err := work.CommitAll(ctx(t), dir, o)
		if err != nil || state() != before {
			t.Fatalf("got %v, and the clone is\n%swas\n%s", err, state(), before)
		}
		o.Dry = false
		made, err := work.CommitAll(ctx(t), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		const what = "--format=%T %P %an <%ae> %B"
		if got, want := w.git("c", "log", "-1", what, foreseen), w.git("c", "log", "-1", what, made); got != want {
			t.Errorf("foreseen %s\nmade %s", got, want)
		}
	})
}

func TestContractOfRefusedPushes(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		dir := cloned(t, w, s, work)
		w.write("lib.git/hooks/update", "#!/bin/sh\necho 'GH013: Repository rule violations found'\nexit 1\n")
		if err := os.Chmod(w.path("lib.git/hooks/update"), 0o755); err != nil {
			t.Fatal(err)
		}
		var refused *RejectedError
		_, err := work.Push(ctx(t), dir, "upstream", "HEAD", "fix", PushOptions{})
		if !errors.As(err, &refused) || refused.Stale || refused.Reason != "hook declined" || refused.Remote[0] != "GH013: Repository rule violations found" {
			t.Errorf("got %v", err)
		}
		for _, args := range [][3]string{{"--all", "HEAD", "fix"}, {"upstream", "HEAD", "a..b"}, {"upstream", "", "fix"}, {"ext::sh -c id", "HEAD", "fix"}} {
			if _, err := work.Push(ctx(t), dir, args[0], args[1], args[2], PushOptions{}); err == nil {
				t.Errorf("%q was tried", args)
			}
		}
		var missing *NotFoundError
		if err := work.Clone(ctx(t), CloneOptions{URL: s.URL + "/none.git", Dir: w.path("none")}); !errors.As(err, &missing) {
			t.Errorf("no repository: got %v", err)
		}
		if err := work.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("none"), Branch: "nothing"}); !errors.As(err, &missing) || missing.Ref != "nothing" {
			t.Errorf("no branch: got %v", err)
		}
		if _, err := os.Stat(w.path("none")); err == nil {
			t.Error("a failed clone left its folder")
		}
	})
}

// The upstream merges a branch that began below the end of a shallow clone:
// what go-git's own Fetch leaves damaged.
func TestContractOfFetching(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		dir := cloned(t, w, s, work)
		if err := work.CreateBranch(ctx(t), dir, "fix", "upstream/main"); err != nil {
			t.Fatal(err)
		}
		w.git("lib", "switch", "--quiet", "-c", "old", "main~2")
		w.commit("lib", "feat: from long ago", "old.txt", "old\n")
		w.git("lib", "switch", "--quiet", "main")
		w.git("lib", "merge", "--quiet", "--no-edit", "old")
		tip := w.commit("lib", "feat: newest", "newest.txt", "newest\n")
		w.git("lib", "push", "--quiet", "../lib.git", "main")
		if err := work.Fetch(ctx(t), dir, "upstream", "+refs/heads/main:refs/remotes/upstream/main"); err != nil {
			t.Fatal(err)
		}
		if at := w.git("c", "rev-parse", "upstream/main"); at != tip {
			t.Errorf("got %s, want %s", at, tip)
		}
		w.git("c", "fsck", "--strict")
		r := w.open("c")
		if base, err := r.MergeBase(ctx(t), "upstream/main", "fix"); err != nil || base != w.git("c", "rev-parse", "fix") {
			t.Errorf("the merge base is %s, %v", base, err)
		}
		var missing *NotFoundError
		if err := work.Fetch(ctx(t), dir, "upstream", "nothing"); !errors.As(err, &missing) || missing.Ref != "nothing" {
			t.Errorf("got %v", err)
		}
		if err := work.Fetch(ctx(t), dir, "upstream", "--upload-pack=x"); !errors.Is(err, ErrBadName) {
			t.Errorf("an option: got %v", err)
		}
	})
}

func TestContractOfSwitching(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		dir := cloned(t, w, s, work)
		if err := work.CreateBranch(ctx(t), dir, "fix", "upstream/main"); err != nil {
			t.Fatal(err)
		}
		w.write("c/added.txt", "mine\n")
		if err := os.RemoveAll(w.path("c/src")); err != nil {
			t.Fatal(err)
		}
		sha, err := work.CommitAll(ctx(t), dir, CommitOptions{Message: "fix: move"})
		if err != nil {
			t.Fatal(err)
		}
		if err := work.Switch(ctx(t), dir, "main"); err != nil {
			t.Fatal(err)
		}
		if w.read("c/src/deep/b.txt") != "b\n" || w.git("c", "status", "--porcelain", "--branch") != "## main...upstream/main" {
			t.Error("the files are not those of main")
		}
		// A file of the user's where the branch has one stays, and so does main.
		w.write("c/added.txt", "untracked\n")
		if err := work.Switch(ctx(t), dir, "fix"); !errors.Is(err, ErrInTheWay) {
			t.Errorf("got %v", err)
		}
		if w.read("c/added.txt") != "untracked\n" || w.git("c", "symbolic-ref", "HEAD") != "refs/heads/main" || w.read("c/src/a.txt") != "a\n" {
			t.Error("something was touched")
		}
		if err := os.Remove(w.path("c/added.txt")); err != nil {
			t.Fatal(err)
		}
		w.write("c/src/a.txt", "not committed\n")
		if err := work.Switch(ctx(t), dir, "fix"); !errors.Is(err, ErrInTheWay) || w.read("c/src/a.txt") != "not committed\n" {
			t.Errorf("got %v", err)
		}
		if err := work.DeleteBranch(ctx(t), dir, "fix", w.git("c", "rev-parse", "main")); !errors.Is(err, ErrMoved) {
			t.Errorf("deleting what has moved: got %v", err)
		}
		if err := work.DeleteBranch(ctx(t), dir, "fix", sha); err != nil {
			t.Error(err)
		}
		if _, err := w.try("c", "rev-parse", "--verify", "fix"); err == nil {
			t.Error("the branch is still there")
		}
	})
}

func TestContractOfSettings(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		dir := cloned(t, w, s, work)
		w.write("c/.git/config", w.read("c/.git/config")+"# a comment\n[user]\n\tname = other ; another comment\n")
		c := ctx(t)
		for _, err := range []error{
			work.AddRemote(c, dir, "fork", s.URL+"/lib.git"),
			work.SetConfig(c, dir, `branch.fix/a.b"c.isrc-run`, "20260101-x # y"),
			work.SetConfig(c, dir, "remote.pushDefault", "fork"),
			work.SetConfig(c, dir, "remote.pushDefault", "upstream"),
			work.SetConfig(c, dir, "core.gone", "1"), work.UnsetConfig(c, dir, "core.gone"), work.UnsetConfig(c, dir, "no.such"),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		for key, want := range map[string]string{
			`branch.fix/a.b"c.isrc-run`: "20260101-x # y", "remote.pushDefault": "upstream", "remote.fork.url": s.URL + "/lib.git",
			"remote.fork.fetch": "+refs/heads/*:refs/remotes/fork/*", "user.name": "other",
		} {
			if got := w.git("c", "config", "--local", key); got != want {
				t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
		if text := w.read("c/.git/config"); !strings.Contains(text, "# a comment\n") || !strings.Contains(text, "; another comment") {
			t.Errorf("the comments are gone:\n%s", text)
		}
		if err := work.AddRemote(c, dir, "fork", s.URL); err == nil {
			t.Error("a remote was added twice")
		}
		if who, err := work.Identity(c, dir); err != nil || who != (Identity{"other", "newcomer@acme.example"}) {
			t.Errorf("got %v, %v", who, err)
		}
		w.git("c", "config", "branch.main.remote", "fork")
		if err := work.Fetch(c, dir, "fork", "+refs/heads/main:refs/remotes/fork/main"); err != nil {
			t.Fatal(err)
		}
		if err := work.RemoveRemote(c, dir, "fork"); err != nil {
			t.Fatal(err)
		}
		if refs := w.git("c", "for-each-ref", "refs/remotes/fork"); refs != "" || w.git("c", "remote") != "upstream" {
			t.Errorf("left of the remote: %q", refs)
		}
		w.write("c/.git/config.lock", "")
		if err := work.SetConfig(c, dir, "a.b", "c"); err == nil {
			t.Error("a locked configuration was written")
		}
	})
}

func TestContractOfIdentities(t *testing.T) {
	t.Parallel()
	bothWork(t, func(t *testing.T, w *world, s *server, work Work) {
		w.write("work.inc", "[user]\n\temail = work@corp.example\n")
		w.write("gitconfig", "[user]\n\tname = newcomer\n\temail = private@x.example\n[includeIf \"gitdir:"+w.path("corp")+"/\"]\n\tpath = work.inc\n")
		for dir, want := range map[string]string{"corp/c": "work@corp.example", "else/c": "private@x.example"} {
			if err := work.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Dir: w.path(dir), Branch: "main"}); err != nil {
				t.Fatal(err)
			}
			if who, err := work.Identity(ctx(t), w.path(dir)); err != nil || who.Email != want {
				t.Errorf("%s: got %v, %v, want %s", dir, who, err, want)
			}
		}
		w.write("gitconfig", "[core]\n\tpager = cat\n")
		if _, err := work.Identity(ctx(t), w.path("else/c")); !errors.Is(err, ErrNoIdentity) {
			t.Errorf("without a name: got %v", err)
		}
	})
}
