package git

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

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

func TestWhatServersRefuseHasAType(t *testing.T) {
	t.Parallel()
	is := func(want any) func(error) bool { return func(err error) bool { return errors.As(err, want) } }
	var auth *AuthError
	var missing *NotFoundError
	var down *UnavailableError
	tests := []struct {
		name   string
		status int
		want   func(error) bool
	}{
		{"sign-in", http.StatusUnauthorized, func(err error) bool { return errors.As(err, &auth) && !auth.Forbidden }},
		{"not allowed", http.StatusForbidden, func(err error) bool { var a *AuthError; return errors.As(err, &a) && a.Forbidden }},
		{"not there", http.StatusNotFound, is(&missing)},
		{"gone", http.StatusGone, is(new(*NotFoundError))},
		{"broken", http.StatusInternalServerError, is(&down)},
		{"overloaded", http.StatusServiceUnavailable, is(new(*UnavailableError))},
		{"too many requests", http.StatusTooManyRequests, is(new(*UnavailableError))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.WriteHeader(tt.status)
				rw.Write([]byte("a page of words"))
			}))
			defer s.Close()
			for what, r := range map[string]*Reader{"directly": {}, "with git": {Tool: w.tool}} {
				if _, err := r.Refs(ctx(t), s.URL+"/lib.git"); !tt.want(err) {
					t.Errorf("%s: got %v (%T)", what, err, errors.Unwrap(err))
				}
			}
			if _, err := w.tool.LsRemote(ctx(t), "", s.URL+"/lib.git"); !tt.want(err) {
				t.Errorf("git alone: got %v", err)
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := httptest.NewServer(nil)
		s.Close()
		for _, r := range []*Reader{{}, {Tool: w.tool}} {
			var down *UnavailableError
			if _, err := r.Refs(ctx(t), s.URL+"/lib.git"); !errors.As(err, &down) || down.Certificate {
				t.Errorf("got %v", err)
			}
		}
	})
	t.Run("the certificate is not trusted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := httptest.NewUnstartedServer(nil)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		defer s.Close()
		for _, r := range []*Reader{{}, {Tool: w.tool}} {
			var down *UnavailableError
			if _, err := r.Refs(ctx(t), s.URL+"/lib.git"); !errors.As(err, &down) || !down.Certificate {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestAHostsOwnAuthorityIsTrustedThroughTheTransport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := httptest.NewTLSServer((&server{}).handler(w))
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	r := &Reader{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	if _, _, how, err := r.Tree(ctx(t), s.URL+"/lib.git", ""); err != nil || how != HowDirect {
		t.Errorf("got %s, %v", how, err)
	}
	var ca bytes.Buffer
	if err := pem.Encode(&ca, &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}); err != nil {
		t.Fatal(err)
	}
	w.write("ca.pem", ca.String())
	tool := *w.tool
	tool.Env = append(slices.Clone(tool.Env), "GIT_SSL_CAINFO="+w.path("ca.pem"))
	if _, err := tool.LsRemote(ctx(t), "", s.URL+"/lib.git"); err != nil {
		t.Errorf("git with the same authority: %v", err)
	}
}

const canary = "canary-7f3a-token"

func TestCredentialsGoToTheirOwnHostAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	var asked []string
	r := &Reader{Auth: func(url string) (string, string, bool) {
		asked = append(asked, url)
		return "x-access-token", canary, true
	}}
	home := w.serve()
	if _, err := r.Refs(ctx(t), home.URL+"/lib.git"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"GET /lib.git/info/refs x-access-token"}, home.seen()); d != "" {
		t.Errorf("at home: %s", d)
	}
	if d := cmp.Diff([]string{home.URL + "/lib.git"}, asked); d != "" {
		t.Error(d)
	}

	away := w.serve()
	moved := w.serve()
	moved.before = func(rw http.ResponseWriter, req *http.Request) bool {
		to := away.URL + req.URL.Path
		if strings.HasPrefix(req.URL.Path, "/renamed.git") {
			to = strings.Replace(req.URL.Path, "/renamed.git", "/lib.git", 1)
		} else if strings.HasPrefix(req.URL.Path, "/lib.git") {
			return false
		}
		http.Redirect(rw, req, to+"?"+req.URL.RawQuery, http.StatusFound)
		return true
	}
	w.bare("lib", "away.git")
	tree, _, how, err := r.Tree(ctx(t), moved.URL+"/away.git", "")
	if err != nil || how != HowDirect {
		t.Fatal(how, err)
	}
	if _, err := tree.ReadFile("README.md"); err != nil {
		t.Fatal(err)
	}
	for _, line := range away.seen() {
		if strings.Contains(line, "x-access-token") {
			t.Errorf("another host got the credentials: %s", line)
		}
	}
	if len(away.seen()) != 3 {
		t.Errorf("the other host saw %q", away.seen())
	}
	if _, _, _, err := r.Tree(ctx(t), moved.URL+"/renamed.git", ""); err != nil {
		t.Errorf("a repository that was renamed: %v", err)
	}
	if last := moved.seen()[len(moved.seen())-1]; last != "POST /lib.git/git-upload-pack x-access-token" {
		t.Errorf("a rename on the same host loses the credentials: %s", last)
	}
}

func TestCredentialsAreNotSentInTheClear(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://forge.example/a/b": true, "HTTPS://forge.example/a/b": true, "http://127.0.0.1:80/a": true,
		"http://[::1]:8080/a": true, "http://localhost/a": true,
		"http://forge.example/a/b": false, "http://localhost.forge.example/a": false, "http://10.0.0.1/a": false, "http://%zz": false,
	} {
		if got := mayCarry(address); got != want {
			t.Errorf("%s: got %v", address, got)
		}
	}
	var asked bool
	r := &Reader{Auth: func(string) (string, string, bool) { asked = true; return "u", canary, true }}
	if _, err := r.direct("http://forge.example/a/b"); err != nil || asked {
		t.Errorf("credentials were asked for: %v, %v", asked, err)
	}
}

func TestNoErrorOrTraceHoldsCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	var debug bytes.Buffer
	tool := *w.tool
	tool.Debug = &debug
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.UserPassword("newcomer", canary), "/none.git"
	r := &Reader{Tool: &tool, Debug: &debug}
	_, refs := r.Refs(ctx(t), u.String())
	_, ls := tool.LsRemote(ctx(t), "", u.String())
	clone := tool.Clone(ctx(t), CloneOptions{URL: u.String(), Dir: w.path("c")})
	_, header := tool.Run(ctx(t), "", "-c", "http.extraHeader=Authorization: Bearer "+canary, "ls-remote", u.String())
	for what, err := range map[string]error{"refs": refs, "ls-remote": ls, "clone": clone, "header": header} {
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		var e *CommandError
		errors.As(err, &e)
		if all := fmt.Sprintf("%v %+v", err, e); strings.Contains(all, canary) {
			t.Errorf("%s: %s", what, all)
		}
	}
	if debug.Len() == 0 || strings.Contains(debug.String(), canary) {
		t.Errorf("the trace is %q", debug.String())
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
			s.before = func(rw http.ResponseWriter, req *http.Request) bool {
				if _, pass, _ := req.BasicAuth(); pass == canary {
					return false
				}
				rw.Header().Set("WWW-Authenticate", "Basic")
				rw.WriteHeader(http.StatusUnauthorized)
				return true
			}
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

func TestAServerThatFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	for name, silent := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"before it answers": func(_ http.ResponseWriter, req *http.Request) bool {
			<-req.Context().Done()
			return true
		},
		"in the middle": func(rw http.ResponseWriter, req *http.Request) bool {
			io.WriteString(rw, pktLine("# service=git-upload-pack\n"))
			rw.(http.Flusher).Flush()
			<-req.Context().Done()
			return true
		},
		"while it sends the objects": func(rw http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodGet {
				return false
			}
			io.WriteString(rw, "0008NAK\n")
			rw.(http.Flusher).Flush()
			<-req.Context().Done()
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.serve()
			s.before = silent
			r := &Reader{stall: 50 * time.Millisecond}
			var down *UnavailableError
			if _, _, _, err := r.Tree(t.Context(), s.URL+"/lib.git", ""); !errors.As(err, &down) || !errors.Is(err, errStalled) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAConnectionThatBreaksIsAReasonToTryLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		s := w.serve()
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.before = func(rw http.ResponseWriter, req *http.Request) bool {
			if req.Method != method {
				return false
			}
			rw.Header().Set("Content-Length", "5000")
			io.WriteString(rw, "0008NAK\n")
			panic(http.ErrAbortHandler)
		}
		var down *UnavailableError
		if _, _, _, err := (&Reader{}).Tree(ctx(t), s.URL+"/lib.git", ""); !errors.As(err, &down) {
			t.Errorf("in the answer to %s: got %v", method, err)
		}
	}
}

func TestACancelledReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	reading, cancel := context.WithCancel(ctx(t))
	s.before = func(_ http.ResponseWriter, req *http.Request) bool {
		cancel()
		<-req.Context().Done()
		return true
	}
	if _, err := (&Reader{Tool: w.tool}).Refs(reading, s.URL+"/lib.git"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests, want no second way after the first was cancelled", n)
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
