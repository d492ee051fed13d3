package git

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// numstat asks git for "added deleted path" of every file that differs.
func (w *world) numstat(dir, base, head string) []string {
	w.t.Helper()
	out := w.git(dir, "-c", "core.quotePath=false", "diff", "--numstat", "--minimal", "--no-renames", "--no-ext-diff", "--no-textconv", base, head)
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimSpace(line))
	}
	slices.Sort(lines)
	return lines
}

func numstatOf(changes []FileChange) []string {
	var lines []string
	for _, c := range changes {
		n := fmt.Sprintf("%d\t%d", c.Added, c.Deleted)
		if c.Binary {
			n = "-\t-"
		}
		lines = append(lines, n+"\t"+c.Path)
	}
	slices.Sort(lines)
	return lines
}

// TestChangesAgreeWithGit rewrites random files and compares the counts with
// git's shortest ones.
func TestChangesAgreeWithGit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("change ", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.repo("lib")
			rnd := rand.New(rand.NewPCG(seed, 3))
			texts := make([][]string, 12)
			write := func() {
				for i, lines := range texts {
					end := "\n"
					if i%4 == 3 {
						end = "" // no line end at the end of the file
					}
					if len(lines) > 0 {
						w.write(fmt.Sprintf("lib/d%d/f%d.txt", i%3, i), strings.Join(lines, "\n")+end)
					}
				}
				w.commit("lib", "state")
			}
			for i := range texts {
				for range rnd.IntN(40) {
					texts[i] = append(texts[i], fmt.Sprint("line ", rnd.IntN(12)))
				}
			}
			write()
			for i := range texts {
				for range rnd.IntN(15) {
					at := rnd.IntN(len(texts[i]) + 1)
					if rnd.IntN(2) == 0 || at == len(texts[i]) {
						texts[i] = slices.Insert(texts[i], at, fmt.Sprint("line ", rnd.IntN(12)))
					} else {
						texts[i] = slices.Delete(texts[i], at, at+1)
					}
				}
			}
			write()
			for _, pair := range [][2]string{{"HEAD~1", "HEAD"}, {"HEAD", "HEAD~1"}, {"HEAD~2", "HEAD"}} {
				got, err := w.open("lib").Changes(ctx(t), pair[0], pair[1])
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(w.numstat("lib", pair[0], pair[1]), numstatOf(got)); d != "" {
					t.Errorf("%v:\n%s", pair, d)
				}
			}
		})
	}
}

func TestKindsOfChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	long := strings.Repeat("a line that stays\n", 30)
	w.commit("lib", "before",
		"gone.txt", "1\n2\n", "moved.txt", long, "touched.txt", long+"end\n", "image.png", "\x89PNG\x00\x01",
		"crlf.txt", "a\r\nb\r\n", "mode.sh", "#!\n", "folder", "a file\n")
	if err := os.Symlink("moved.txt", w.path("lib/link")); err != nil {
		t.Fatal(err)
	}
	w.git("lib", "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	w.git("lib", "add", "link")
	w.git("lib", "commit", "--quiet", "-m", "link and submodule")
	for _, name := range []string{"gone.txt", "moved.txt", "folder", "link"} {
		if err := os.Remove(w.path("lib", name)); err != nil {
			t.Fatal(err)
		}
	}
	w.write("lib/new/place.txt", strings.Replace(long, "a line", "b line", 1))
	w.write("lib/touched.txt", long+"the end\n")
	w.write("lib/image.png", "\x89PNG\x00\x02\x03")
	w.write("lib/crlf.txt", "a\nb\r\n")
	w.write("lib/folder/now.txt", "a folder\n")
	w.write("lib/two\nlines.txt", "x\n") // go-git's own search for renames refuses such a name
	if err := os.Symlink("touched.txt", w.path("lib/link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(w.path("lib/mode.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.git("lib", "add", "--all", "--", ":!sub")
	w.git("lib", "update-index", "--cacheinfo", "160000,"+strings.Repeat("2", 40)+",sub")
	w.git("lib", "commit", "--quiet", "-m", "after")

	got, err := w.open("lib").Changes(ctx(t), "HEAD~1", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i].Size, got[i].Head = 0, ""
	}
	want := []FileChange{
		{Path: "crlf.txt", Status: Modified, Mode: 0o644, Added: 1, Deleted: 1, AddedLines: []Line{{1, "a"}}},
		{Path: "folder", Status: Deleted, Mode: 0o644, Deleted: 1},
		{Path: "folder/now.txt", Status: Added, Mode: 0o644, Added: 1, AddedLines: []Line{{1, "a folder"}}},
		{Path: "gone.txt", Status: Deleted, Mode: 0o644, Deleted: 2},
		{Path: "image.png", Status: Modified, Mode: 0o644, Binary: true},
		{Path: "link", Status: Modified, Mode: os.ModeSymlink | 0o777, Added: 1, Deleted: 1, AddedLines: []Line{{1, "touched.txt"}}},
		{Path: "mode.sh", Status: Modified, Mode: 0o755},
		{Path: "new/place.txt", OldPath: "moved.txt", Status: Renamed, Mode: 0o644, Added: 1, Deleted: 1, AddedLines: []Line{{1, "b line that stays"}}},
		{Path: "sub", Status: Modified, Mode: gitlink, Added: 1, Deleted: 1, AddedLines: []Line{{1, "Subproject commit " + strings.Repeat("2", 40)}}},
		{Path: "touched.txt", Status: Modified, Mode: 0o644, Added: 1, Deleted: 1, AddedLines: []Line{{31, "the end"}}},
		{Path: "two\nlines.txt", Status: Added, Mode: 0o644, Added: 1, AddedLines: []Line{{1, "x"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// In a blobless clone what differs is fetched at once, never file by file.
func TestChangesInABloblessCloneCostOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	var files, changed []string
	for i := range 30 {
		files = append(files, fmt.Sprintf("f%d.txt", i), fmt.Sprint("before ", i, "\n"))
		changed = append(changed, fmt.Sprintf("f%d.txt", i), fmt.Sprint("after ", i, "\n"))
	}
	w.commit("lib", "before", files...)
	w.git("lib", "tag", "before")
	w.commit("lib", "after", changed...)
	w.git("lib", "tag", "after")
	w.git("lib", "rm", "--quiet", "-r", ".")
	w.commit("lib", "away with it", "README.md", "empty\n")
	w.bare("lib", "lib.git")
	s := w.serve()
	w.git(".", "clone", "--quiet", "--filter=blob:none", s.URL+"/lib.git", "partial")
	want := w.numstat("lib", "before", "after")

	r := w.open("partial")
	before := len(s.seen())
	got, err := r.Changes(ctx(t), "before", "after")
	if err != nil || len(got) != 30 || got[0].Added != -1 || got[0].Deleted != -1 || got[0].Size != -1 {
		t.Errorf("without git: got %d files, %v; want unknown counts", len(got), err)
	}
	if n := len(s.seen()) - before; n != 0 {
		t.Errorf("without git: %d requests", n)
	}
	r.Tool = w.tool
	if got, err = r.Changes(ctx(t), "before", "after"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, numstatOf(got)); d != "" {
		t.Error(d)
	}
	// One discovery and one request for objects; protocol 2 has no more.
	if n := len(s.seen()) - before; n != 2 {
		t.Errorf("%d requests: %q", n, s.seen()[before:])
	}
	if _, err = r.Changes(ctx(t), "before", "after"); err != nil || len(s.seen())-before != 2 {
		t.Errorf("asked again for what is there: %v, %q", err, s.seen()[before:])
	}
}

// TestWhatIsKeptOfChangedFiles: how they begin, and added lines with their
// numbers, within bounds that are said when they are met.
func TestWhatIsKeptOfChangedFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	many := strings.Repeat("0123456789abcde\n", 40_000) // 640,000 bytes
	w.commit("lib", "before", "middle.txt", "one\ntwo\nthree\nfour", "end.txt", "a\nb", "same.txt", "x\ny\nz\n", "front.txt", "b\nc\n")
	w.commit("lib", "after", "middle.txt", "one\nnew\ntwo\nthree\nmore\nfour", "end.txt", "a\nb\n", "large.txt", many,
		"same.txt", "x\ny\ny\nz\n", "front.txt", "a\nb\nc\n", "empty.txt", "")
	got, err := w.open("lib").Changes(ctx(t), "HEAD~1", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]FileChange{}
	for _, f := range got {
		byPath[f.Path] = f
	}
	large := byPath["large.txt"]
	if len(large.AddedLines) != 32_768 || large.AddedLines[32_767] != (Line{32_768, "0123456789abcde"}) || !large.LinesCut || large.Head != many[:4096] || large.Added != 40_000 {
		t.Errorf("large: %d lines, cut %v, %d bytes of head, %d added", len(large.AddedLines), large.LinesCut, len(large.Head), large.Added)
	}
	delete(byPath, "large.txt")
	want := map[string]FileChange{
		"middle.txt": {Path: "middle.txt", Status: Modified, Mode: 0o644, Size: 27, Added: 2, Head: "one\nnew\ntwo\nthree\nmore\nfour", AddedLines: []Line{{2, "new"}, {5, "more"}}},
		"end.txt":    {Path: "end.txt", Status: Modified, Mode: 0o644, Size: 4, Added: 1, Deleted: 1, Head: "a\nb\n", AddedLines: []Line{{2, "b"}}},
		"same.txt":   {Path: "same.txt", Status: Modified, Mode: 0o644, Size: 8, Added: 1, Head: "x\ny\ny\nz\n", AddedLines: []Line{{3, "y"}}},
		"front.txt":  {Path: "front.txt", Status: Modified, Mode: 0o644, Size: 6, Added: 1, Head: "a\nb\nc\n", AddedLines: []Line{{1, "a"}}},
		"empty.txt":  {Path: "empty.txt", Status: Added, Mode: 0o644},
	}
	if d := cmp.Diff(want, byPath); d != "" {
		t.Error(d)
	}
}

// TestWhatIsKeptOfManyFilesIsBounded adds more than is kept in all. What is
// dropped is the same whichever reader is faster.
func TestWhatIsKeptOfManyFilesIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "before", "README.md", "hello\n")
	var files []string
	for i := range 1100 {
		files = append(files, fmt.Sprintf("f%04d.txt", i), fmt.Sprint(i)+strings.Repeat("\n0123456789abcdef0123456789abcdef", 1000))
	}
	w.commit("lib", "after", files...)
	got, err := w.open("lib").Changes(ctx(t), "HEAD~1", "HEAD")
	if err != nil || len(got) != 1100 {
		t.Fatal(len(got), err)
	}
	kept := 0
	for _, f := range got {
		if f.Added != 1001 {
			t.Fatalf("%s: %d lines counted", f.Path, f.Added)
		}
		if !f.LinesCut {
			kept++
		}
		if f.LinesCut && (f.Head != "" || f.AddedLines != nil) || !f.LinesCut && len(f.AddedLines) != 1001 {
			t.Fatalf("%s: cut %v, %d lines", f.Path, f.LinesCut, len(f.AddedLines))
		}
	}
	if cost := kept * 65_000; kept == 0 || cost > maxKept {
		t.Errorf("kept %d files", kept)
	}
}

func TestFilesOfABloblessCloneComeTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "docs", "a.md", "a\n", "b.md", "b\n", "c.txt", "c\n")
	w.bare("lib", "lib.git")
	s := w.serve()
	w.git(".", "clone", "--quiet", "--no-checkout", "--filter=blob:none", s.URL+"/lib.git", "partial")
	r := w.open("partial")
	files, err := r.FS(ctx(t), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.ReadFile("a.md"); err == nil {
		t.Error("without git a missing file was read")
	}
	r.Tool = w.tool
	before := len(s.seen())
	if err := files.Prefetch(ctx(t), func(name string, _ int64) bool { return strings.HasSuffix(name, ".md") }); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.md": "a\n", "b.md": "b\n", "README.md": "hello\n"} {
		if b, err := files.ReadFile(name); err != nil || string(b) != want {
			t.Errorf("%s: got %q, %v", name, b, err)
		}
	}
	if n := len(s.seen()) - before; n != 2 {
		t.Errorf("%d requests: %q", n, s.seen()[before:])
	}
	if b, err := files.ReadFile("c.txt"); err != nil || string(b) != "c\n" {
		t.Errorf("a file that was not prefetched: got %q, %v", b, err)
	}
}

func FuzzDiffLines(f *testing.F) {
	f.Add("abcabba", "cbabac")
	f.Add("", "a")
	f.Add("aaaaaaa", "bbbbb")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 60 || len(b) > 60 {
			return
		}
		checkDiff(t, a, b)
	})
}

func TestDiffLinesFindsAShortestDifference(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		word := func() string {
			b := make([]byte, rnd.IntN(14))
			for i := range b {
				b[i] = byte('a' + rnd.IntN(3))
			}
			return string(b)
		}
		checkDiff(t, word(), word())
	}
}

// checkDiff carries the edits out and compares their length with that of the
// longest common subsequence.
func checkDiff(t *testing.T, a, b string) {
	t.Helper()
	numbers := func(s string) []int {
		var n []int
		for i := range len(s) {
			n = append(n, int(s[i]))
		}
		return n
	}
	var made []byte
	at, cost := 0, 0
	for _, e := range diffLines(numbers(a), numbers(b)) {
		made = append(made, a[at:e.from]...)
		if len(made) != e.newFrom {
			t.Fatalf("%q to %q: an edit begins at %d, want %d", a, b, e.newFrom, len(made))
		}
		made = append(made, b[e.newFrom:e.newTo]...)
		at, cost = e.to, cost+e.to-e.from+e.newTo-e.newFrom
	}
	made = append(made, a[at:]...)
	if string(made) != b {
		t.Fatalf("%q becomes %q, want %q", a, made, b)
	}
	if want := len(a) + len(b) - 2*common(a, b); cost != want {
		t.Errorf("%q to %q costs %d, want %d", a, b, cost, want)
	}
}

func common(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range len(a) {
		last := 0
		for j := range len(b) {
			was := row[j+1]
			if a[i] == b[j] {
				row[j+1] = last + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			last = was
		}
	}
	return row[len(b)]
}

func TestAHopelessDifferenceIsNotSearchedForEver(t *testing.T) {
	t.Parallel()
	a, b := make([]int, 60_000), make([]int, 60_000)
	for i := range a {
		a[i], b[i] = i%7, 7+i%5
	}
	edits := diffLines(a, b)
	if len(edits) != 1 || edits[0] != (edit{0, 60_000, 0, 60_000}) {
		t.Errorf("got %d edits", len(edits))
	}
}

func BenchmarkChangesOf10000Files(b *testing.B) {
	dir := b.TempDir()
	run := func(in string, args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(in)
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatal(err, string(out))
		}
		return strings.TrimSpace(string(out))
	}
	run("", "init", "--quiet", "--bare", ".")
	var in strings.Builder
	line := strings.Repeat("some code that does something useful\n", 60)
	mark := 0
	for commit := range 1001 {
		mark++
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\ncommitter a <a@acme.example> %d +0000\ndata 2\nc\n", mark, 1_700_000_000+commit)
		first, last := 10*(commit-1), 10*commit
		if commit == 0 {
			first, last = 0, 10_000
		}
		for i := first; i < last; i++ {
			text := fmt.Sprintf("%sfile %d at %d\n%s", line, i, commit, line)
			fmt.Fprintf(&in, "M 100644 inline d%d/f%d.go\ndata %d\n%s\n", i%100, i, len(text), text)
		}
	}
	run(in.String(), "fast-import", "--quiet")
	run("", "tag", "base", "main~1000")
	for b.Loop() {
		r, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		commits, err := r.Commits(b.Context(), "base", "main", 0)
		if err != nil || len(commits) != 1000 {
			b.Fatal(len(commits), err)
		}
		changes, err := r.Changes(b.Context(), "base", "main")
		if err != nil || len(changes) != 10_000 || changes[0].Added != 1 {
			b.Fatal(len(changes), err)
		}
		r.Close()
	}
}
