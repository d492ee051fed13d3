package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is read past git is what git says, before and after anything moves.
func TestReferencesAreReadAsGitReadsThem(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), context.Background()
	g := newGitCommand(dir)
	git := func(args ...string) string {
		t.Helper()
		out, err := g.start(ctx, dir, nil, args)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out)
	}
	git("init", "--quiet", "--bare", "--initial-branch=main")
	tree := git("write-tree")
	first := git("commit-tree", "-m", "first", tree)
	second := git("commit-tree", "-m", "second", "-p", first, tree)
	git("update-ref", "refs/heads/main", first)
	git("update-ref", "refs/heads/topic/packed", first)
	git("tag", "-a", "-m", "a tag", "v1", first)
	git("tag", "light", first)
	git("pack-refs", "--all")
	git("update-ref", "refs/heads/loose", second)
	git("update-ref", "refs/heads/ä", second)
	odd := []string{"refs/heads/..", "refs/heads/", "refs/heads//main", "refs/heads/./main", "refs/heads/topic", "refs/heads/topic/", "refs/heads/../heads/main", "refs/heads/MAIN"}
	refs := append(odd, "HEAD", "refs/heads/main", "refs/heads/topic/packed", "refs/heads/loose", "refs/heads/ä", "refs/heads/none", "refs/heads/ain",
		"refs/tags/v1", "refs/tags/light", "refs/tags/none", "refs/heads/HEAD", first)
	compare := func(when string) {
		t.Helper()
		f, past := &Forge{git: g}, 0
		for _, ref := range refs {
			want, err := g.start(ctx, dir, nil, []string{"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"})
			if err != nil {
				want = ""
			}
			if got := f.resolve(ctx, &repository{dir: dir}, ref+"^{commit}"); got != strings.TrimSpace(want) {
				t.Errorf("%s, %s: got %q, git says %q", when, ref, got, want)
			}
			if _, known := refFile(dir, ref); known {
				past++
			}
		}
		if past < 8 {
			t.Errorf("%s: only %d references are read past git", when, past)
		}
	}
	compare("at first")
	git("update-ref", "refs/heads/main", second) // loose before packed
	git("update-ref", "refs/heads/topic/packed", second)
	git("symbolic-ref", "HEAD", "refs/heads/loose")
	compare("moved")
	git("update-ref", "-d", "refs/heads/main")
	git("update-ref", "-d", "refs/heads/loose")
	compare("deleted")
	if err := os.WriteFile(filepath.Join(dir, "HEAD"), []byte(first+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	compare("detached")
}

// Only what cannot change is kept: objects by their hashes, in one repository, seen
// from one place.
func TestWhatMayChangeIsAskedAgain(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	g := newGitCommand(t.TempDir())
	for _, args := range []string{"merge-base " + a + " " + b, "rev-parse --verify " + a + "^{tree}", "log --reverse " + a + " ^" + b, "ls-tree -z " + a + " -- path", "cat-file blob " + a} {
		if g.memoKey("dir", strings.Fields(args)) == "" {
			t.Errorf("%s is not kept", args)
		}
	}
	for _, args := range []string{"log", "log main", "log --all " + a, "log -- " + a, "merge-base " + a + " main", "rev-parse refs/heads/" + a, "rev-parse HEAD^{tree}", "cat-file blob main:a",
		"update-ref refs/heads/x " + a, "for-each-ref", "rev-list --not --stdin " + a, "ls-tree " + a[1:]} {
		if key := g.memoKey("dir", strings.Fields(args)); key != "" {
			t.Errorf("%s is kept", args)
		}
	}
	keys := map[string]bool{}
	for _, c := range []struct {
		g    gitCommand
		dir  string
		args string
	}{
		{g, "one", "log " + a}, {g, "two", "log " + a}, {g.with("GIT_OBJECT_DIRECTORY=aside"), "one", "log " + a}, {g, "one", "log ^" + a}, {g, "one", "log " + b},
	} {
		keys[c.g.memoKey(c.dir, strings.Fields(c.args))] = true
	}
	if len(keys) != 5 {
		t.Errorf("of 5 questions, %d are told apart", len(keys))
	}
}

func TestAMemoIsBounded(t *testing.T) {
	t.Parallel()
	var m gitMemo
	m.put("large", strings.Repeat("x", maxMemo+1))
	if _, found := m.get("large"); found {
		t.Error("a large answer is kept")
	}
	for i := range 3 * maxMemos / maxMemo {
		m.put(strings.Repeat("k", i), strings.Repeat("x", maxMemo))
	}
	if m.size > maxMemos+2*maxMemo {
		t.Errorf("%d bytes are kept", m.size)
	}
}
