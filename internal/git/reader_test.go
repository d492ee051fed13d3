package git

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestReaderReadsFilesWithoutAClone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	sha := w.commit("lib", "docs: say how", "CONTRIBUTING.md", "be kind\n", "docs/a.md", "a\n")
	w.git("lib", "tag", "-a", "-m", "release", "v1.0.0")
	w.git("lib", "branch", "old", "HEAD~1")
	w.bare("lib", "lib.git")
	s := w.serve()
	for ref, want := range map[string]string{
		"": sha, "HEAD": sha, "main": sha, "refs/heads/main": sha, "v1.0.0": sha, sha: sha,
		"old": w.git("lib", "rev-parse", "old"),
	} {
		_, commit, how, err := (&Reader{}).Tree(ctx(t), s.URL+"/lib.git", ref)
		if err != nil || commit != want || how != HowDirect {
			t.Errorf("%q: got commit %s by %s, %v; want %s", ref, commit, how, err, want)
		}
	}
	tree, _, _, err := (&Reader{}).Tree(ctx(t), s.URL+"/lib.git", "")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := fs.Stat(tree, "README.md"); err != nil || info.Size() != -1 {
		t.Errorf("a file that was not fetched: got %v, %v; want the size -1", info, err)
	}
	if b, err := fs.ReadFile(tree, "CONTRIBUTING.md"); err != nil || string(b) != "be kind\n" {
		t.Errorf("got %q, %v", b, err)
	}
	if err := tree.Prefetch(ctx(t), func(string, int64) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(tree, "CONTRIBUTING.md", "docs/a.md", "README.md"); err != nil {
		t.Error(err)
	}
	var missing *NotFoundError
	if _, _, _, err := (&Reader{}).Tree(ctx(t), s.URL+"/lib.git", "nothing"); !errors.As(err, &missing) || missing.Ref != "nothing" {
		t.Errorf("a branch that is not there: got %v", err)
	}
}

// Three requests: what is there, one commit with its folders, the files.
func TestReaderAsksForAllFilesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	var files []string
	for i := range 50 {
		files = append(files, fmt.Sprintf("docs/%d.md", i), fmt.Sprint("page ", i), fmt.Sprintf("src/%d.go", i), "package x")
	}
	w.commit("lib", "pages", files...)
	if err := os.Symlink("docs/7.md", w.path("lib/CONTRIBUTING.md")); err != nil {
		t.Fatal(err)
	}
	w.commit("lib", "link")
	w.bare("lib", "lib.git")
	s := w.serve()
	tree, _, _, err := (&Reader{}).Tree(ctx(t), s.URL+"/lib.git", "")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	err = tree.Prefetch(ctx(t), func(name string, size int64) bool {
		asked++
		return strings.HasPrefix(name, "docs/")
	})
	if err != nil || asked != 102 {
		t.Errorf("asked about %d files, %v; want 102", asked, err)
	}
	for i := range 50 {
		if b, err := tree.ReadFile(fmt.Sprintf("docs/%d.md", i)); err != nil || string(b) != fmt.Sprint("page ", i) {
			t.Fatalf("got %q, %v", b, err)
		}
	}
	want := []string{"GET /lib.git/info/refs", "POST /lib.git/git-upload-pack", "POST /lib.git/git-upload-pack"}
	if d := cmp.Diff(want, s.seen()); d != "" {
		t.Error(d)
	}
	// A wanted link brings what it leads to; here that is one more request.
	if err := tree.Prefetch(ctx(t), func(name string, _ int64) bool { return name == "CONTRIBUTING.md" }); err != nil {
		t.Fatal(err)
	}
	n := len(s.seen())
	if b, err := tree.ReadFile("CONTRIBUTING.md"); err != nil || string(b) != "page 7" || len(s.seen()) != n {
		t.Errorf("got %q, %v, after %d requests", b, err, len(s.seen())-n)
	}
}

func TestHistoryAgreesWithGitLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	for i := range 6 {
		w.commitAt("lib", fmt.Sprint("fix: number ", i), fmt.Sprint(1_800_000_000+i*10))
	}
	w.git("lib", "switch", "--quiet", "-c", "side", "HEAD~2")
	w.commitAt("lib", "feat: aside", "1800000100")
	w.git("lib", "switch", "--quiet", "main")
	w.git("lib", "merge", "--quiet", "--no-ff", "-m", "merge side", "side")
	w.bare("lib", "lib.git")
	s := w.serve()
	for _, tool := range []*Tool{nil, w.tool} {
		r := &Reader{Tool: tool}
		at := s.URL + "/lib.git"
		if tool != nil {
			at = "file://" + w.path("lib.git")
		}
		got, err := r.History(ctx(t), at, "main", 5)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, c := range got {
			lines = append(lines, c.SHA+" "+c.Subject())
		}
		if d := cmp.Diff(w.git("lib", "log", "-5", "--date-order", "--format=%H %s"), strings.Join(lines, "\n")); d != "" {
			t.Errorf("%s:\n%s", at, d)
		}
		if all, err := r.History(ctx(t), at, "", 1000); err != nil || len(all) != 9 {
			t.Errorf("all of it: got %d, %v", len(all), err)
		}
	}
}

func TestRefsTellWhetherARepositoryIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "branch", "-m", "trunk")
	w.git("lib", "tag", "-a", "-m", "release", "v1")
	w.bare("lib", "lib.git")
	w.git(".", "init", "--quiet", "--bare", "empty.git")
	s := w.serve()
	want := Refs{Head: "trunk", Hashes: map[string]string{}}
	for line := range strings.Lines(w.git(".", "ls-remote", s.URL+"/lib.git")) {
		id, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if !strings.HasSuffix(name, "^{}") {
			want.Hashes[name] = id
		}
	}
	for _, at := range []string{s.URL + "/lib.git", "file://" + w.path("lib.git")} {
		got, err := (&Reader{Tool: w.tool}).Refs(ctx(t), at)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", at, err, d)
		}
	}
	if got, err := (&Reader{Tool: w.tool}).Refs(ctx(t), s.URL+"/empty.git"); err != nil || len(got.Hashes) != 0 {
		t.Errorf("an empty repository: got %v, %v", got, err)
	}
	if _, _, _, err := (&Reader{Tool: w.tool}).Tree(ctx(t), s.URL+"/empty.git", ""); !errors.Is(err, ErrEmpty) {
		t.Errorf("the files of an empty repository: got %v, want ErrEmpty", err)
	}
}

// Where the server cannot leave files out, where it is not reached over HTTP,
// or wants what only git has, the git program reads.
func TestGitReadsWhatCannotBeReadDirectly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		at   func(w *world) string
	}{
		{"a server without filters", func(w *world) string {
			w.git("lib.git", "config", "uploadpack.allowFilter", "false")
			return w.serve().URL + "/lib.git"
		}},
		{"a server that gives nothing by its id", func(w *world) string {
			w.git("lib.git", "config", "uploadpack.allowAnySHA1InWant", "false")
			return w.serve().URL + "/lib.git"
		}},
		{"a server as it comes", func(w *world) string {
			w.git("lib.git", "config", "--remove-section", "uploadpack")
			return w.serve().URL + "/lib.git"
		}},
		{"a file address", func(w *world) string { return "file://" + w.path("lib.git") }},
		{"a path", func(w *world) string { return w.path("lib.git") }},
		{"credentials that only git has", func(w *world) string {
			s := w.serve()
			s.first(func(rw http.ResponseWriter, req *http.Request) bool {
				if _, pass, _ := req.BasicAuth(); pass == canary {
					return false
				}
				rw.Header().Set("WWW-Authenticate", "Basic")
				rw.WriteHeader(http.StatusUnauthorized)
				return true
			})
			w.write("helper", "#!/bin/sh\necho username=newcomer\necho password="+canary+"\n")
			if err := os.Chmod(w.path("helper"), 0o755); err != nil {
				w.t.Fatal(err)
			}
			w.git(".", "config", "--file", "gitconfig", "credential.helper", w.path("helper"))
			return s.URL + "/lib.git"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.repo("lib")
			sha := w.commit("lib", "docs", "CONTRIBUTING.md", "be kind\n", "docs/a.md", "a\n")
			w.bare("lib", "lib.git")
			at := tt.at(w)
			if _, _, _, err := (&Reader{}).Tree(ctx(t), at, ""); err == nil {
				t.Error("without git it was read")
			}
			tree, commit, how, err := (&Reader{Tool: w.tool}).Tree(ctx(t), at, "main")
			if err != nil || commit != sha || how != HowTool {
				t.Fatalf("got %s by %s, %v", commit, how, err)
			}
			if err := tree.Prefetch(ctx(t), func(string, int64) bool { return true }); err != nil {
				t.Fatal(err)
			}
			if err := fstest.TestFS(tree, "CONTRIBUTING.md", "docs/a.md", "README.md"); err != nil {
				t.Error(err)
			}
		})
	}
}

// An old git takes ids as arguments only.
func TestAnOldGitReadsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "docs", "a.md", "a\n")
	w.bare("lib", "lib.git")
	old := *w.tool
	old.Version = "2.25.1"
	tree, _, how, err := (&Reader{Tool: &old}).Tree(ctx(t), "file://"+w.path("lib.git"), "")
	if err != nil || how != HowTool {
		t.Fatal(how, err)
	}
	if b, err := tree.ReadFile("a.md"); err != nil || string(b) != "a\n" {
		t.Errorf("got %q, %v", b, err)
	}
}

func BenchmarkReaderTreeOf20000Files(b *testing.B) {
	w := newWorld(b)
	var in strings.Builder
	in.WriteString("commit refs/heads/main\ncommitter a <a@acme.example> 1700000000 +0000\ndata 2\nc\n")
	for i := range 20_000 {
		text := fmt.Sprintf("file %d\n", i)
		fmt.Fprintf(&in, "M 100644 inline d%d/e%d/f%d.go\ndata %d\n%s\n", i%40, i%400, i, len(text), text)
	}
	fmt.Fprintf(&in, "M 100644 inline CONTRIBUTING.md\ndata 4\nrule\n")
	w.git(".", "init", "--quiet", "--bare", "seed.git")
	if _, err := w.tool.RunInput(b.Context(), w.path("seed.git"), strings.NewReader(in.String()), "fast-import", "--quiet"); err != nil {
		b.Fatal(err)
	}
	w.bare("seed.git", "big.git")
	s := w.serve()
	b.ReportAllocs()
	for b.Loop() {
		tree, _, _, err := (&Reader{}).Tree(b.Context(), s.URL+"/big.git", "")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		err = tree.Prefetch(b.Context(), func(name string, _ int64) bool {
			n++
			return name == "CONTRIBUTING.md"
		})
		if err != nil || n != 20_001 {
			b.Fatal(n, err)
		}
		if text, err := tree.ReadFile("CONTRIBUTING.md"); err != nil || string(text) != "rule" {
			b.Fatal(string(text), err)
		}
	}
}
