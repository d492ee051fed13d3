package git

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// world is a machine of its own: a home, a git configuration, repositories.
type world struct {
	t    testing.TB
	dir  string
	tool *Tool
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, dir: dir}
	w.write("gitconfig", "[user]\n\tname = newcomer\n\temail = newcomer@acme.example\n[init]\n\tdefaultBranch = main\n[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n")
	env := []string{
		"HOME=" + filepath.Join(dir, "home"), "PATH=" + os.Getenv("PATH"),
		"GIT_CONFIG_GLOBAL=" + filepath.Join(dir, "gitconfig"), "GIT_CONFIG_NOSYSTEM=1",
		"TMPDIR=" + os.TempDir(),
	}
	if err := os.MkdirAll(filepath.Join(dir, "home"), 0o755); err != nil {
		t.Fatal(err)
	}
	tool, err := FindTool("auto", env)
	if err != nil {
		t.Fatal(err)
	}
	w.tool = tool
	return w
}

func (w *world) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

func (w *world) write(name, text string) {
	w.t.Helper()
	full := w.path(name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := writeProgram(full, text, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// writeProgram writes a file that a test runs, or that a program runs which it
// starts. Nothing is started while the file is open: until it is the other program,
// a child would have it open, too, and what is open for writing cannot be run.
func writeProgram(name, text string, perm os.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(name, []byte(text), perm)
}

func (w *world) read(name string) string {
	w.t.Helper()
	b, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// git runs the program as an oracle and gives its trimmed output.
func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	out, err := w.try(dir, args...)
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func (w *world) try(dir string, args ...string) (string, error) {
	cmd := exec.Command(w.tool.Path, args...)
	cmd.Dir, cmd.Env = w.path(dir), w.tool.environ()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// at sets the date of the next commits, in seconds.
func (w *world) commitAt(dir, message, seconds string, more ...string) string {
	w.t.Helper()
	cmd := exec.Command(w.tool.Path, append([]string{"commit", "--quiet", "--allow-empty", "-m", message}, more...)...)
	cmd.Dir = w.path(dir)
	cmd.Env = append(w.tool.environ(), "GIT_AUTHOR_DATE=@"+seconds+" +0000", "GIT_COMMITTER_DATE=@"+seconds+" +0000")
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("commit: %v\n%s", err, out)
	}
	return w.git(dir, "rev-parse", "HEAD")
}

// commit writes files ("name", "text", ...) and commits them.
func (w *world) commit(dir, message string, files ...string) string {
	w.t.Helper()
	for i := 0; i+1 < len(files); i += 2 {
		w.write(filepath.Join(dir, files[i]), files[i+1])
	}
	w.git(dir, "add", "--all")
	w.git(dir, "commit", "--quiet", "--allow-empty", "-m", message)
	return w.git(dir, "rev-parse", "HEAD")
}

// repo makes a work tree with one commit.
func (w *world) repo(name string) {
	w.t.Helper()
	w.git(".", "init", "--quiet", name)
	w.commit(name, "feat: begin", "README.md", "hello\n")
}

// bare makes a bare copy that serves like a forge does.
func (w *world) bare(from, to string) {
	w.t.Helper()
	w.git(".", "clone", "--quiet", "--bare", from, to)
	for _, kv := range [][2]string{{"uploadpack.allowFilter", "true"}, {"uploadpack.allowAnySHA1InWant", "true"}, {"http.receivepack", "true"}} {
		w.git(to, "config", kv[0], kv[1])
	}
}

func (w *world) open(name string) *Repo {
	w.t.Helper()
	r, err := Open(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { r.Close() })
	return r
}

// server serves the repositories of a world over git's smart HTTP.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // method, path, and the user of the credentials
	bodies   []string // of uploads
	// before, if set, answers in place of git by returning true.
	before func(http.ResponseWriter, *http.Request) bool
}

// first lets something answer before git does.
func (s *server) first(before func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
}

func (w *world) serve() *server {
	s := &server{}
	s.Server = httptest.NewServer(s.handler(w))
	w.t.Cleanup(s.Close)
	return s
}

func (s *server) handler(w *world) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		user, _, _ := req.BasicAuth()
		s.mu.Lock()
		s.requests = append(s.requests, strings.TrimSpace(req.Method+" "+req.URL.Path+" "+user))
		before := s.before
		s.mu.Unlock()
		if before != nil && before(rw, req) {
			return
		}
		repo, what, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), ".git/")
		dir := w.path(repo + ".git")
		if _, err := os.Stat(dir); err != nil {
			http.Error(rw, "Repository not found.", http.StatusNotFound)
			return
		}
		service := strings.TrimPrefix(req.URL.Query().Get("service"), "git-")
		args := []string{service, "--stateless-rpc", "--advertise-refs", dir}
		var in io.Reader
		if what != "info/refs" {
			service = strings.TrimPrefix(what, "git-")
			args = []string{service, "--stateless-rpc", dir}
			in = s.body(req)
		}
		cmd := exec.CommandContext(req.Context(), w.tool.Path, args...)
		cmd.Stdin = in
		cmd.Env = append(w.tool.environ(), "GIT_PROTOCOL="+req.Header.Get("Git-Protocol"))
		out, _ := cmd.Output()
		if what == "info/refs" {
			rw.Header().Set("Content-Type", "application/x-git-"+service+"-advertisement")
			head := "# service=git-" + service + "\n"
			io.WriteString(rw, pktLine(head)+"0000")
		} else {
			rw.Header().Set("Content-Type", "application/x-git-"+service+"-result")
		}
		rw.Write(out)
	})
}

func pktLine(s string) string {
	const digits = "0123456789abcdef"
	n := len(s) + 4
	return string([]byte{digits[n>>12&15], digits[n>>8&15], digits[n>>4&15], digits[n&15]}) + s
}

func (s *server) body(req *http.Request) io.Reader {
	in := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(req.Body)
		if err != nil {
			return strings.NewReader("")
		}
		in = z
	}
	b, _ := io.ReadAll(in)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(b))
	s.mu.Unlock()
	return bytes.NewReader(b)
}

func (s *server) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

func ctx(t *testing.T) context.Context { return t.Context() }
