package git

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestHistoryAgreesWithGit compares all questions about histories with the git
// program's answers on random ones: with merges, several roots, and with
// clocks that go wrong.
func TestHistoryAgreesWithGit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.git(".", "init", "--quiet", "--bare", "r.git")
			rnd := rand.New(rand.NewPCG(seed, 7))
			ids := randomHistory(w, rnd, 60, seed%2 == 1)
			r := w.open("r.git")
			for range 40 {
				a, b := ids[rnd.IntN(len(ids))], ids[rnd.IntN(len(ids))]
				compareWithGit(t, w, r, a, b)
			}
		})
	}
}

// randomHistory writes commits by fast-import and gives their ids.
func randomHistory(w *world, rnd *rand.Rand, n int, skewed bool) []string {
	var in strings.Builder
	for i := 1; i <= n; i++ {
		when := 1_700_000_000 + i*100
		if skewed && rnd.IntN(10) == 0 {
			when += (rnd.IntN(20) - 10) * 100
		}
		fmt.Fprintf(&in, "commit refs/heads/b%d\nmark :%d\nauthor a <a@acme.example> %d +0000\ncommitter c <c@acme.example> %d +0000\ndata 2\nc\n", i, i, when, when)
		if i > 1 && rnd.IntN(25) > 0 {
			fmt.Fprintf(&in, "from :%d\n", max(1, i-1-rnd.IntN(6)))
			if i > 3 && rnd.IntN(3) == 0 {
				fmt.Fprintf(&in, "merge :%d\n", 1+rnd.IntN(i-1))
			}
		}
		in.WriteString("\n")
	}
	if _, err := w.tool.RunInput(w.t.Context(), w.path("r.git"), strings.NewReader(in.String()), "fast-import", "--quiet"); err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for i := 1; i <= n; i++ {
		ids = append(ids, w.git("r.git", "rev-parse", fmt.Sprintf("refs/heads/b%d", i)))
	}
	return ids
}

func compareWithGit(t *testing.T, w *world, r *Repo, a, b string) {
	t.Helper()
	commits, err := r.Commits(ctx(t), a, b, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range commits {
		got = append(got, c.SHA)
	}
	want := strings.Fields(w.git("r.git", "rev-list", a+".."+b))
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s..%s:\n%s", a, b, d)
	}
	base, err := r.MergeBase(ctx(t), a, b)
	all, _ := w.try("r.git", "merge-base", "--all", a, b)
	switch bases := strings.Fields(all); {
	case len(bases) == 0 && !errors.Is(err, ErrNoMergeBase):
		t.Errorf("merge base of %s and %s: got %s, %v; want none", a, b, base, err)
	case len(bases) > 0 && !slices.Contains(bases, base):
		t.Errorf("merge base of %s and %s: got %s, %v; want one of %v", a, b, base, err, bases)
	}
	ahead, behind, err := r.AheadBehind(ctx(t), a, b)
	counts := strings.Fields(w.git("r.git", "rev-list", "--left-right", "--count", a+"..."+b))
	if fmt.Sprint(ahead) != counts[0] || fmt.Sprint(behind) != counts[1] || err != nil {
		t.Errorf("%s against %s: got %d and %d, %v; want %v", a, b, ahead, behind, err, counts)
	}
}

// What looks like head's own is an ancestor of the common commit, by a long
// way whose clocks ran ahead.
func TestAWrongClockDoesNotMakeACommitLookNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.git(".", "init", "--quiet", "--bare", "r.git")
	var in strings.Builder
	commit := func(name string, when int, parents ...string) {
		fmt.Fprintf(&in, "commit refs/heads/%s\ncommitter c <c@acme.example> %d +0000\ndata 2\nc\n", name, 1_700_000_000+when)
		for i, p := range parents {
			fmt.Fprintf(&in, "%s refs/heads/%s\n", []string{"from", "merge"}[i], p)
		}
		in.WriteString("\n")
	}
	commit("old", 100)
	last := "old"
	for i := range 9 {
		name := fmt.Sprint("ahead", i)
		commit(name, 105, last)
		last = name
	}
	commit("common", 90, last)
	commit("base", 190, "common")
	commit("head", 200, "common", "old")
	if _, err := w.tool.RunInput(ctx(t), w.path("r.git"), strings.NewReader(in.String()), "fast-import", "--quiet"); err != nil {
		t.Fatal(err)
	}
	compareWithGit(t, w, w.open("r.git"), "base", "head")
}

func TestCommitsAreReadWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "-c", "user.name=Zoë Reviewer", "commit", "--quiet", "--allow-empty", "--author", "Release Lead <lead@acme.example>",
		"--date", "1700000000 +0530", "-m", "fix(auth): ümlaut\n\nA body.\n\nSigned-off-by: Release Lead <lead@acme.example>")
	r := w.open("lib")
	got, err := r.Commits(ctx(t), "HEAD~1", "HEAD", 0)
	if err != nil || len(got) != 1 {
		t.Fatalf("got %d commits, %v", len(got), err)
	}
	c := got[0]
	show := w.git("lib", "show", "-s", "--format=%H%n%T%n%P%n%an%n%ae%n%ad%n%cn%n%ce%n%B", "--date=raw", "HEAD")
	ours := strings.TrimSpace(strings.Join([]string{
		c.SHA, c.Tree, strings.Join(c.Parents, " "), c.Author.Name, c.Author.Email,
		fmt.Sprintf("%d %s", c.Author.When.Unix(), c.Author.When.Format("-0700")), c.Committer.Name, c.Committer.Email, c.Message,
	}, "\n"))
	if d := cmp.Diff(show, ours); d != "" {
		t.Error(d)
	}
	if c.Subject() != "fix(auth): ümlaut" || c.Signed {
		t.Errorf("subject %q, signed %v", c.Subject(), c.Signed)
	}
}

func TestALimitStopsTheWalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	for i := range 8 {
		w.commitAt("lib", fmt.Sprint("c", i), fmt.Sprint(1_800_000_000+i))
	}
	r := w.open("lib")
	for _, base := range []string{"", "HEAD~6"} {
		got, err := r.Commits(ctx(t), base, "HEAD", 3)
		if err != nil || len(got) != 3 || got[0].Subject() != "c7" || got[2].Subject() != "c5" {
			t.Errorf("after %q: got %d commits, %v", base, len(got), err)
		}
	}
	if got, err := r.Commits(ctx(t), "", "HEAD", 0); err != nil || len(got) != 9 {
		t.Errorf("all: got %d commits, %v", len(got), err)
	}
}

// In a shallow clone an answer that may lie behind its end is not given.
func TestAShallowHistorySaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "second")
	w.git("lib", "branch", "old")
	for range 4 {
		w.commit("lib", "more")
	}
	w.git("lib", "switch", "--quiet", "-c", "topic", "old")
	w.commit("lib", "topic", "topic.txt", "t\n")
	url := "file://" + w.path("lib")
	w.git(".", "clone", "--quiet", "--depth=2", "--no-single-branch", "--branch=topic", url, "shallow")
	r := w.open("shallow")
	if _, err := r.MergeBase(ctx(t), "origin/main", "HEAD"); !errors.Is(err, ErrShallow) {
		t.Errorf("merge base: got %v, want ErrShallow", err)
	}
	if _, _, err := r.AheadBehind(ctx(t), "HEAD", "origin/main"); !errors.Is(err, ErrShallow) {
		t.Errorf("ahead and behind: got %v, want ErrShallow", err)
	}
	if got, err := r.Commits(ctx(t), "origin/main", "HEAD", 0); !errors.Is(err, ErrShallow) || len(got) == 0 {
		t.Errorf("commits: got %d, %v; want some and ErrShallow", len(got), err)
	}
	if err := w.tool.Deepen(ctx(t), w.path("shallow"), "origin", 0); err != nil {
		t.Fatal(err)
	}
	r = w.open("shallow")
	if got, err := r.MergeBase(ctx(t), "origin/main", "HEAD"); err != nil || got != w.git("lib", "rev-parse", "old") {
		t.Errorf("after deepening: got %s, %v", got, err)
	}
}

// go-git's own fetch with depth 0 damages this clone without a word.
func TestFetchingIntoAShallowCloneKeepsItWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "branch", "side")
	w.commit("lib", "main goes on", "m.txt", "m\n")
	w.git(".", "clone", "--quiet", "--depth=1", "file://"+w.path("lib"), "shallow")
	w.git("lib", "switch", "--quiet", "side")
	w.commit("lib", "from before the boundary", "s.txt", "s\n")
	w.git("lib", "switch", "--quiet", "main")
	w.git("lib", "merge", "--quiet", "--no-edit", "side")
	if err := w.tool.Fetch(ctx(t), w.path("shallow"), "origin"); err != nil {
		t.Fatal(err)
	}
	w.git("shallow", "fsck", "--connectivity-only")
	if got, err := w.open("shallow").Commits(ctx(t), "HEAD", "origin/main", 0); err != nil || len(got) == 0 {
		t.Errorf("got %d commits, %v", len(got), err)
	}
}
