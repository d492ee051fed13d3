package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// bench is a forge with a git user in front of it.
type bench struct {
	*testing.T
	*sandbox.Forge
	home string
}

func start(t *testing.T, w *sandbox.World, change ...func(*sandbox.Options)) *bench {
	t.Helper()
	o := sandbox.Options{Dir: t.TempDir(), World: w, Record: record(t)}
	for _, f := range change {
		f(&o)
	}
	f, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return &bench{T: t, Forge: f, home: t.TempDir()}
}

// record keeps every exchange of a test when ISRC_RECORD names a folder, for
// the conformance run.
func record(t *testing.T) func(sandbox.Exchange) {
	t.Helper()
	dir := os.Getenv("ISRC_RECORD")
	if dir == "" {
		return nil
	}
	keep, err := sandbox.RecordTo(dir, "sandbox-"+strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return keep
}

// small is a world of one repository that newcomer may read.
func small() (*sandbox.World, *sandbox.Repo) {
	w := sandbox.NewWorld("small")
	r := w.AddRepo("platform/lib", map[string]string{"README.md": "# lib\n", "src/a.txt": "one\n"})
	return w, r
}

// tryGit runs the real git as somebody.
func (b *bench) tryGit(login, dir string, args ...string) (string, error) {
	if login != "" {
		args = append([]string{"-c", "credential.helper=!f() { echo username=x; echo password=" + b.Token(login) + "; }; f"}, args...)
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+b.home, "GIT_CONFIG_GLOBAL="+filepath.Join(b.home, "config"), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_SSL_CAINFO="+b.CAFile(), "http_proxy=", "https_proxy=", "LC_ALL=C",
		"GIT_AUTHOR_NAME=New Comer", "GIT_AUTHOR_EMAIL=newcomer@acme.example",
		"GIT_COMMITTER_NAME=New Comer", "GIT_COMMITTER_EMAIL=newcomer@acme.example")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (b *bench) git(login, dir string, args ...string) string {
	b.Helper()
	out, err := b.tryGit(login, dir, args...)
	if err != nil {
		b.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

// clone gives a work tree of a repository.
func (b *bench) clone(login, name string, args ...string) string {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "clone")
	b.git(login, b.home, append([]string{"clone", "-q", b.URL() + "/" + name + ".git", dir}, args...)...)
	return dir
}

// commit writes a file and commits it.
func (b *bench) commit(dir, path, data, message string) string {
	b.Helper()
	full := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(data), 0o644); err != nil {
		b.Fatal(err)
	}
	b.git("", dir, "add", "-A")
	b.git("", dir, "commit", "-q", "-m", message)
	return b.git("", dir, "rev-parse", "HEAD")
}

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) object(t testing.TB) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("no object: %v\n%s", err, r.body)
	}
	return o
}

func (r reply) list(t testing.TB) []map[string]any {
	t.Helper()
	var o []map[string]any
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("no list: %v\n%s", err, r.body)
	}
	return o
}

// send makes a request; body may be nil, headers come in pairs.
func (b *bench) send(token, method, path string, body any, headers ...string) (reply, error) {
	b.Helper()
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			b.Fatal(err)
		}
		in = bytes.NewReader(data)
	}
	url := b.URL() + "/api/v3" + path
	if strings.HasPrefix(path, "http") {
		url = path
	}
	r, err := http.NewRequest(method, url, in)
	if err != nil {
		b.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "token "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, data}, err
}

// api makes a request as somebody and wants an answer of that status.
func (b *bench) api(login string, status int, method, path string, body any, headers ...string) reply {
	b.Helper()
	token := ""
	if login != "" {
		token = b.Token(login)
	}
	if parts := strings.Split(strings.Trim(path, "/"), "/"); method == http.MethodDelete && len(parts) == 3 { // whole repositories
		token = b.TokenWith(login, "repo", "delete_repo")
	}
	r, err := b.send(token, method, path, body, headers...)
	if err != nil {
		b.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status != status {
		b.Fatalf("%s %s: status %d, want %d\n%s", method, path, r.status, status, r.body)
	}
	return r
}

func (b *bench) get(login, path string) reply {
	b.Helper()
	return b.api(login, http.StatusOK, "GET", path, nil)
}
