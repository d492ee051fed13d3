package git

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWritingIntoACheckoutTouchesNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	dir := w.path("lib")
	before := w.read("lib/.git/config") + "# a comment of mine\n[alias]\n\tst = status ; short\n"
	w.write("lib/.git/config", before)
	if err := w.tool.AddRemote(ctx(t), dir, "fork", "https://forge.example/newcomer/lib.git"); err != nil {
		t.Fatal(err)
	}
	if err := w.tool.SetConfig(ctx(t), dir, "branch.fix.isrc-run", "--run 1"); err != nil {
		t.Fatal(err)
	}
	if got := w.read("lib/.git/config"); !strings.HasPrefix(got, before) {
		t.Errorf("the configuration was rewritten:\n%s", got)
	}
	if got := w.git("lib", "config", "branch.fix.isrc-run"); got != "--run 1" {
		t.Errorf("got %q", got)
	}
	for range 2 { // not being set is no error
		if err := w.tool.UnsetConfig(ctx(t), dir, "branch.fix.isrc-run"); err != nil {
			t.Error(err)
		}
	}
	if err := w.tool.AddRemote(ctx(t), dir, "fork", "https://forge.example/x"); err == nil {
		t.Error("a remote was added twice")
	}
	if err := w.tool.RemoveRemote(ctx(t), dir, "fork"); err != nil {
		t.Error(err)
	}
	if got := w.git("lib", "remote"); got != "" {
		t.Errorf("the remotes are %q", got)
	}
	for _, name := range []string{"-f", ""} {
		if err := w.tool.AddRemote(ctx(t), dir, name, "https://forge.example/x"); err == nil {
			t.Errorf("the remote %q was added", name)
		}
	}
}

func TestABranchIsCreatedWithoutLosingAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "branch", "start")
	first := w.git("lib", "rev-parse", "HEAD")
	w.commit("lib", "main goes on", "generated.txt", "theirs\n", "README.md", "hello again\n")
	w.git("lib", "switch", "--quiet", "start")
	dir := w.path("lib")

	w.write("lib/generated.txt", "mine, not tracked\n")
	w.write("lib/notes.txt", "mine too\n")
	w.write("lib/.gitignore", "secret.env\n")
	w.write("lib/secret.env", "ignored, and dear\n")
	if err := w.tool.CreateBranch(ctx(t), dir, "fix-1", "main"); !errors.Is(err, ErrInTheWay) {
		t.Errorf("over an untracked file: got %v", err)
	}
	if err := os.Remove(w.path("lib/generated.txt")); err != nil {
		t.Fatal(err)
	}
	w.write("lib/README.md", "my change\n")
	if err := w.tool.CreateBranch(ctx(t), dir, "fix-1", "main"); !errors.Is(err, ErrInTheWay) {
		t.Errorf("over a changed file: got %v", err)
	}
	if err := w.tool.CreateBranch(ctx(t), dir, "fix-1", "start"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"README.md": "my change\n", "notes.txt": "mine too\n", "secret.env": "ignored, and dear\n"} {
		if got := w.read("lib/" + name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if branch := w.git("lib", "branch", "--show-current"); branch != "fix-1" {
		t.Errorf("on branch %s", branch)
	}
	if err := w.tool.CreateBranch(ctx(t), dir, "fix-1", "start"); !errors.Is(err, ErrBranchExists) {
		t.Errorf("a second time: got %v", err)
	}
	for _, args := range [][2]string{{"--orphan", "start"}, {"x", "--force"}, {"a..b", "start"}} {
		if err := w.tool.CreateBranch(ctx(t), dir, args[0], args[1]); !errors.Is(err, ErrBadName) {
			t.Errorf("%q: got %v", args, err)
		}
	}
	if err := w.tool.Switch(ctx(t), dir, "start"); err != nil {
		t.Fatal(err)
	}
	if err := w.tool.DeleteBranch(ctx(t), dir, "fix-1", w.git("lib", "rev-parse", "main")); !errors.Is(err, ErrMoved) {
		t.Errorf("a branch that is elsewhere: got %v", err)
	}
	if err := w.tool.DeleteBranch(ctx(t), dir, "start", first); err == nil {
		t.Error("the branch that is checked out was deleted")
	}
	if err := w.tool.DeleteBranch(ctx(t), dir, "fix-1", first); err != nil {
		t.Error(err)
	}
}

func TestABranchFollowsNoRemoteByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git(".", "clone", "--quiet", "lib", "c")
	w.git("c", "config", "branch.autoSetupMerge", "always")
	if err := w.tool.CreateBranch(ctx(t), w.path("c"), "fix", "origin/main"); err != nil {
		t.Fatal(err)
	}
	if out, err := w.try("c", "config", "branch.fix.merge"); err == nil {
		t.Errorf("a plain git push would go to %s", out)
	}
}

func TestStatusIsWhatGitSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "config", "core.autocrlf", "true")
	w.commit("lib", "files", "old name.txt", strings.Repeat("same\n", 20), "a", "1\n", "crlf.txt", "x\r\n")
	w.write("ignore", "*.swp\n")
	w.git(".", "config", "--file", "gitconfig", "core.excludesFile", w.path("ignore"))
	w.git("lib", "mv", "old name.txt", "new\nname.txt")
	w.write("lib/a", "2\n")
	if err := os.Chtimes(w.path("lib/crlf.txt"), time.Time{}, time.Unix(1_800_000_000, 0)); err != nil { // touched, and the same
		t.Fatal(err)
	}
	w.write("lib/b.swp", "ignored by the user's own file\n")
	w.write("lib/folder/untracked ü", "?\n")
	got, err := w.tool.Status(ctx(t), w.path("lib"))
	if err != nil {
		t.Fatal(err)
	}
	want := []StatusEntry{
		{Path: "a", Index: '.', Worktree: 'M'},
		{Path: "new\nname.txt", OldPath: "old name.txt", Index: 'R', Worktree: '.'},
		{Path: "folder/", Index: '.', Worktree: '.', Untracked: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStatusOfAConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "switch", "--quiet", "-c", "other")
	w.commit("lib", "theirs", "README.md", "theirs\n")
	w.git("lib", "switch", "--quiet", "main")
	w.commit("lib", "ours", "README.md", "ours\n")
	if _, err := w.try("lib", "merge", "other"); err == nil {
		t.Fatal("there is no conflict")
	}
	got, err := w.tool.Status(ctx(t), w.path("lib"))
	want := []StatusEntry{{Path: "README.md", Index: 'U', Worktree: 'U', Unmerged: true}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	var busy *BusyError
	if err := w.tool.Am(ctx(t), w.path("lib"), []byte("x"), false); !errors.As(err, &busy) || busy.What != "MERGE_HEAD" {
		t.Errorf("applying patches into a merge: got %v", err)
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.repo("work/lib")
	w.write("work.config", "[user]\n\temail = newcomer@work.example\n")
	w.git(".", "config", "--file", "gitconfig", "includeIf.gitdir:"+w.path("work")+"/.path", w.path("work.config"))
	for dir, want := range map[string]Identity{
		"lib": {"newcomer", "newcomer@acme.example"}, "work/lib": {"newcomer", "newcomer@work.example"},
	} {
		got, err := w.tool.Identity(ctx(t), w.path(dir))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", dir, err, d)
		}
	}
	w.write("gitconfig", "[user]\n\tname = newcomer\n") // git would guess the address
	if got, err := w.tool.Identity(ctx(t), w.path("lib")); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("a guess: got %v, %v", got, err)
	}
	w.write("gitconfig", "[user]\n\tuseConfigOnly = true\n")
	w.write("lib/x", "x")
	if _, err := w.tool.CommitAll(ctx(t), w.path("lib"), CommitOptions{Message: "fix: x"}); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("a commit by nobody: got %v", err)
	}
}

func TestCommitsGoThroughTheUsersHooks(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the hooks are shell scripts")
	}
	w := newWorld(t)
	w.repo("lib")
	w.write("lib/.git/hooks/commit-msg", "#!/bin/sh\necho 'Change-Id: I123' >> \"$1\"\n")
	w.write("lib/.git/hooks/pre-commit", "#!/bin/sh\ntest ! -e bad || { echo 'the linter says no' >&2; exit 1; }\n")
	for _, name := range []string{"commit-msg", "pre-commit"} {
		if err := os.Chmod(w.path("lib/.git/hooks", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.git("lib", "config", "commit.cleanup", "strip")
	w.write("lib/deep/er/new.txt", "x\n")
	sha, err := w.tool.CommitAll(ctx(t), w.path("lib/deep"), CommitOptions{Message: "fix: it\n\n#398 is done", Author: "Release Lead <lead@acme.example>"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.open("lib").Commit(sha)
	if err != nil {
		t.Fatal(err)
	}
	if c.Author.Name != "Release Lead" || c.Committer.Name != "newcomer" || c.Message != "fix: it\n\n#398 is done\nChange-Id: I123\n" {
		t.Errorf("got %+v", c)
	}
	w.write("lib/bad", "x")
	var e *CommandError
	if _, err := w.tool.CommitAll(ctx(t), w.path("lib"), CommitOptions{Message: "fix: bad"}); !errors.As(err, &e) || !strings.Contains(e.Stderr, "the linter says no") {
		t.Errorf("got %v", err)
	}
}

func TestMailPatchesKeepAuthorAndMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git(".", "clone", "--quiet", "lib", "c")
	w.git("lib", "-c", "user.name=Release Lead", "-c", "user.email=lead@acme.example", "commit", "--quiet", "--allow-empty", "-m", "not part of it")
	w.write("lib/a.txt", "a\n")
	w.git("lib", "add", ".")
	w.git("lib", "-c", "user.name=Release Lead", "-c", "user.email=lead@acme.example", "commit", "--quiet", "-m", "feat: a\n\nBecause of a.")
	w.commit("lib", "feat: b", "b.txt", "b\n")
	patches := []byte(w.git("lib", "format-patch", "--stdout", "-2") + "\n")
	dir := w.path("c")
	if err := w.tool.Am(ctx(t), dir, patches, true); err != nil {
		t.Fatal(err)
	}
	const sign = "Signed-off-by: newcomer <newcomer@acme.example>"
	want := "newcomer|feat: b\n\n" + sign + "\n\nRelease Lead|feat: a\n\nBecause of a.\n\n" + sign
	if got := w.git("c", "log", "-2", "--format=%an|%B"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	w.commit("lib", "feat: a again", "a.txt", "of course\n")
	late := w.git("lib", "format-patch", "--stdout", "-1") + "\n"
	w.commit("c", "a goes another way", "a.txt", "never\n")
	head := w.git("c", "rev-parse", "HEAD")
	for name, patch := range map[string]string{"a conflict": late, "no mail": "hello", "half a mail": late[:len(late)/2]} {
		if err := w.tool.Am(ctx(t), dir, []byte(patch), false); !errors.Is(err, ErrDoesNotApply) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if w.git("c", "rev-parse", "HEAD") != head || w.git("c", "status", "--porcelain") != "" {
		t.Error("a failed patch changed the checkout")
	}
	if _, err := os.Stat(w.path("c/.git/rebase-apply")); err == nil {
		t.Error("git still waits for the patch to be mended")
	}
}

// The user's own half-done rebase must survive a patch of ours.
func TestARebaseInProgressIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "second", "b.txt", "b\n")
	if _, err := w.try("lib", "-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-i", "HEAD~1"); err != nil {
		t.Fatal(err)
	}
	var busy *BusyError
	if err := w.tool.Am(ctx(t), w.path("lib"), []byte("From x\n"), false); !errors.As(err, &busy) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(w.path("lib/.git/rebase-merge")); err != nil {
		t.Error("the rebase is gone")
	}
}

func TestAPlainPatchIsAppliedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "two", "b.txt", "b\n")
	w.write("lib/README.md", "better\n")
	w.write("lib/b.txt", "better\n")
	patch := w.git("lib", "diff") + "\n"
	w.git("lib", "checkout", "--quiet", "--", ".")
	if err := w.tool.Apply(ctx(t), w.path("lib"), []byte(patch)); err != nil {
		t.Fatal(err)
	}
	if got := w.git("lib", "status", "--porcelain"); got != "M  README.md\nM  b.txt" {
		t.Errorf("got %q", got)
	}
	w.git("lib", "reset", "--quiet", "--hard")
	w.commit("lib", "it moved", "b.txt", "c\n")
	if err := w.tool.Apply(ctx(t), w.path("lib"), []byte(patch)); !errors.Is(err, ErrDoesNotApply) {
		t.Errorf("got %v", err)
	}
	escape := "--- a/../out\n+++ b/../out\n@@ -0,0 +1 @@\n+x\n"
	if err := w.tool.Apply(ctx(t), w.path("lib"), []byte(escape)); err == nil {
		t.Error("a patch left the checkout")
	}
	if got := w.git("lib", "status", "--porcelain"); got != "" {
		t.Errorf("half of it was applied: %q", got)
	}
}

func TestGitPathIsRightInALinkedWorktree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "worktree", "add", "--quiet", "--detach", "../linked")
	for dir, want := range map[string]string{"lib": w.path("lib/.git/isrc/x"), "linked": w.path("lib/.git/worktrees/linked/isrc/x")} {
		if got, err := w.tool.GitPath(ctx(t), w.path(dir), "isrc/x"); got != want || err != nil {
			t.Errorf("%s: got %s, %v; want %s", dir, got, err, want)
		}
	}
}
