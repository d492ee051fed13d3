package git

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// series makes a branch "fix" with four commits of two people.
func seriesOf(w *world) (base string, ids []string) {
	w.repo("lib")
	base = w.git("lib", "rev-parse", "HEAD")
	w.git("lib", "switch", "--quiet", "-c", "fix")
	for i, name := range []string{"one", "two", "three", "four"} {
		w.write("lib/"+name, name+"\n")
		w.git("lib", "add", ".")
		ids = append(ids, w.commitAt("lib", name+"\n\nbody of "+name, []string{"1700000100", "1700000200", "50", "1700000400"}[i],
			"--author", "Rélease Lead <lead@acme.example>"))
	}
	return base, ids
}

// all shows what must survive.
const all = "--format=%T %an %ae %ad %cd %s"

func TestMessagesAreRewrittenAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base, ids := seriesOf(w)
	w.write("lib/README.md", "not committed\n")
	w.write("lib/staged", "staged\n")
	w.git("lib", "add", "staged")
	before := w.git("lib", "log", "--date=raw", all, base+"..HEAD")
	status := w.git("lib", "status", "--porcelain")
	const message = "fix: number two\n\nSigned-off-by: newcomer <newcomer@acme.example>"
	got, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{ids[1]: {Message: message}}, "refs/isrc/backup/fix/1")
	if err != nil {
		t.Fatal(err)
	}
	now := strings.Fields(w.git("lib", "rev-list", "--reverse", base+"..HEAD"))
	want := map[string]string{ids[1]: now[1], ids[2]: now[2], ids[3]: now[3]}
	if d := cmp.Diff(want, got); d != "" || now[0] != ids[0] {
		t.Error(d)
	}
	if got, want := w.git("lib", "log", "--date=raw", all, base+"..HEAD"), strings.Replace(before, " two", " fix: number two", 1); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if got := w.git("lib", "log", "-1", "--format=%B", now[1]); got != message {
		t.Errorf("got the message %q", got)
	}
	if got := w.git("lib", "log", "-1", "--format=%B", now[2]); got != "three\n\nbody of three" {
		t.Errorf("another message changed: %q", got)
	}
	if got := w.git("lib", "rev-parse", "refs/isrc/backup/fix/1"); got != ids[3] {
		t.Errorf("the backup is at %s, want %s", got, ids[3])
	}
	if got := w.git("lib", "status", "--porcelain"); got != status {
		t.Errorf("the checkout changed from %q to %q", status, got)
	}
	if branch := w.git("lib", "branch", "--show-current"); branch != "fix" {
		t.Errorf("on branch %q", branch)
	}
	w.git("lib", "fsck", "--strict")
}

func TestRewritingIsRefusedBeforeAnythingChanges(t *testing.T) {
	t.Parallel()
	var merge *MergeInRangeError
	var pushed *PushedError
	var busy *BusyError
	tests := []struct {
		name string
		make func(w *world, ids []string) (edit, backup string)
		want func(error) bool
	}{
		{"a merge inside", func(w *world, ids []string) (string, string) {
			w.git("lib", "switch", "--quiet", "-c", "side", "main")
			w.commit("lib", "aside", "s.txt", "s")
			w.git("lib", "switch", "--quiet", "fix")
			w.git("lib", "merge", "--quiet", "--no-edit", "side")
			return ids[1], ""
		}, func(err error) bool { return errors.As(err, &merge) }},
		{"already pushed", func(w *world, ids []string) (string, string) {
			w.git("lib", "update-ref", "refs/remotes/origin/fix", ids[2])
			return ids[1], ""
		}, func(err error) bool { return errors.As(err, &pushed) }},
		{"a detached head", func(w *world, ids []string) (string, string) {
			w.git("lib", "switch", "--quiet", "--detach")
			return ids[1], ""
		}, func(err error) bool { return errors.Is(err, ErrDetached) }},
		{"a commit of another branch", func(w *world, ids []string) (string, string) {
			return w.git("lib", "rev-parse", "main"), ""
		}, func(err error) bool { return err != nil && strings.Contains(err.Error(), "not in") }},
		{"a rebase in progress", func(w *world, ids []string) (string, string) {
			if err := os.Mkdir(w.path("lib/.git/rebase-merge"), 0o755); err != nil {
				w.t.Fatal(err)
			}
			return ids[1], ""
		}, func(err error) bool { return errors.As(err, &busy) }},
		{"a backup that is there already", func(w *world, ids []string) (string, string) {
			w.git("lib", "update-ref", "refs/isrc/backup/old", ids[0])
			return ids[1], "refs/isrc/backup/old"
		}, func(err error) bool { return err != nil }},
		{"a signature that cannot be made", func(w *world, ids []string) (string, string) {
			w.git("lib", "config", "commit.gpgsign", "true")
			w.git("lib", "config", "gpg.program", "/bin/false")
			return ids[1], ""
		}, func(err error) bool { return err != nil }},
		{"no identity", func(w *world, ids []string) (string, string) {
			w.write("gitconfig", "[user]\n\tuseConfigOnly = true\n")
			return ids[1], ""
		}, func(err error) bool { return errors.Is(err, ErrNoIdentity) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			base, ids := seriesOf(w)
			id, backup := tt.make(w, ids)
			if backup == "" {
				backup = "refs/isrc/backup/new"
			}
			refs := w.git("lib", "for-each-ref")
			if _, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{id: {Message: "fix: x"}}, backup); !tt.want(err) {
				t.Errorf("got %v", err)
			}
			if d := cmp.Diff(refs, w.git("lib", "for-each-ref")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAMergeBeforeTheFirstEditIsNoObstacle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base, _ := seriesOf(w)
	w.git("lib", "switch", "--quiet", "-c", "side", "main")
	w.commit("lib", "aside", "s.txt", "s")
	w.git("lib", "switch", "--quiet", "fix")
	w.git("lib", "merge", "--quiet", "--no-edit", "side")
	last := w.commit("lib", "after the merge", "after.txt", "a")
	got, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{last: {Message: "fix: after"}}, "refs/isrc/backup/1")
	if err != nil || len(got) != 1 || w.git("lib", "log", "-1", "--format=%s") != "fix: after" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestNothingToRewriteIsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base, ids := seriesOf(w)
	if got, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, nil, "refs/isrc/backup/1"); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if w.git("lib", "rev-parse", "HEAD") != ids[3] {
		t.Error("the branch moved")
	}
}

// A signed commit is signed again, and so is one whose owner signs everything.
func TestRewrittenCommitsAreSignedAgain(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the signing program is a shell script")
	}
	w := newWorld(t)
	w.write("sign", "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\nprintf -- '-----BEGIN PGP SIGNATURE-----\\n\\nfake\\n-----END PGP SIGNATURE-----\\n'\n")
	if err := os.Chmod(w.path("sign"), 0o755); err != nil {
		t.Fatal(err)
	}
	base, ids := seriesOf(w)
	w.git("lib", "config", "gpg.program", w.path("sign"))
	w.git("lib", "commit", "--quiet", "-S", "--amend", "--no-edit")
	ids[3] = w.git("lib", "rev-parse", "HEAD")
	signed := func() (out []bool) {
		commits, err := w.open("lib").Commits(ctx(t), base, "HEAD", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range commits {
			out = append(out, c.Signed)
		}
		return out
	}
	if d := cmp.Diff([]bool{true, false, false, false}, signed()); d != "" {
		t.Fatal(d)
	}
	if _, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{ids[2]: {Message: "fix: three"}}, "refs/isrc/backup/1"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]bool{true, false, false, false}, signed()); d != "" {
		t.Errorf("signed by hand: %s", d)
	}
	w.git("lib", "config", "commit.gpgsign", "true")
	if _, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{ids[0]: {Message: "fix: one"}}, "refs/isrc/backup/2"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]bool{true, true, true, true}, signed()); d != "" {
		t.Errorf("signed by configuration: %s", d)
	}
}

func TestAMessageInAnotherEncodingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	base := w.git("lib", "rev-parse", "HEAD")
	first := w.commit("lib", "first", "a", "a")
	w.git("lib", "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--allow-empty", "-m", "gr\xfc\xdfe")
	if _, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{first: {Message: "fix: first"}}, "refs/isrc/backup/1"); err != nil {
		t.Fatal(err)
	}
	if got := w.git("lib", "log", "-1", "--format=%e %s"); got != "ISO-8859-1 grüße" {
		t.Errorf("got %q", got)
	}
	head := w.git("lib", "rev-parse", "HEAD")
	if _, err := w.tool.RewriteCommits(ctx(t), w.path("lib"), base, map[string]Rewrite{head: {Message: "fix: Größe"}}, "refs/isrc/backup/2"); err != nil {
		t.Fatal(err)
	}
	if got := w.git("lib", "log", "-1", "--format=%e %s"); got != "fix: Größe" && got != " fix: Größe" {
		t.Errorf("got %q", got)
	}
}
