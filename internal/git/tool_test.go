package git

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/progress"
)

func TestFindTool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if !w.tool.AtLeast(2, 20) || w.tool.AtLeast(99, 0) || !filepath.IsAbs(w.tool.Path) {
		t.Errorf("got %s, version %q", w.tool.Path, w.tool.Version)
	}
	if again, err := FindTool(w.tool.Path, w.tool.Env); err != nil || again.Version != w.tool.Version {
		t.Errorf("by its path: got %v, %v", again, err)
	}
	w.write("notgit", "#!/bin/sh\necho hello\n")
	if err := os.Chmod(w.path("notgit"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() (*Tool, error){
		"none":              func() (*Tool, error) { return FindTool("none", nil) },
		"a missing path":    func() (*Tool, error) { return FindTool(w.path("no/git"), w.tool.Env) },
		"no PATH":           func() (*Tool, error) { return FindTool("auto", []string{"HOME=/"}) },
		"a relative PATH":   func() (*Tool, error) { return FindTool("auto", []string{"PATH=.:bin"}) },
		"an empty PATH":     func() (*Tool, error) { return FindTool("", []string{"PATH=" + w.path("home")}) },
		"something else":    func() (*Tool, error) { return FindTool(w.path("notgit"), w.tool.Env) },
		"what cannot start": func() (*Tool, error) { return FindTool(w.path("gitconfig"), w.tool.Env) },
	} {
		if tool, err := try(); !errors.Is(err, ErrNoGit) {
			t.Errorf("%s: got %v, %v; want ErrNoGit", name, tool, err)
		}
	}
}

func TestVersionsAsTheyComeInTheWorld(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"git version 2.39.5\n": "2.39.5", "git version 2.39.5 (Apple Git-154)": "2.39.5",
		"git version 2.47.1.windows.2": "2.47.1.windows.2", "hub version 2": "", "": "",
	} {
		if got := parseVersion(said); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
	for version, want := range map[string]bool{"2.29.0": true, "2.28.9": false, "3.0.0": true, "2.47.1.windows.2": true, "": false, "x": false} {
		if got := (&Tool{Version: version}).AtLeast(2, 29); got != want {
			t.Errorf("%q: got %v", version, got)
		}
	}
}

// A hook or "git rebase --exec" sets variables that would send git elsewhere.
func TestGitWorksWhereItIsRunAndNowhereElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.repo("other")
	tool := *w.tool
	tool.Env = append(slices.Clone(tool.Env), "GIT_DIR="+w.path("other/.git"), "GIT_WORK_TREE="+w.path("other"),
		"GIT_INDEX_FILE="+w.path("other/.git/index"), "LC_ALL=de_DE.UTF-8", "LANGUAGE=de", "GIT_PREFIX=x/")
	got, err := tool.Run(ctx(t), w.path("lib"), "rev-parse", "--show-toplevel")
	if err != nil || strings.TrimSpace(got) != w.path("lib") {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := tool.Run(ctx(t), w.path("lib"), "no-such-command"); err == nil || !strings.Contains(err.Error(), "is not a git command") {
		t.Errorf("not in English: %v", err)
	}
}

func TestAProxyIsNotAskedForThisMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	for name, env := range map[string][]string{
		"upper case":           {"HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1", "NO_PROXY=example.org"},
		"lower case":           {"http_proxy=http://127.0.0.1:1", "no_proxy=example.org"},
		"nothing is exempted":  {"http_proxy=http://127.0.0.1:1", "ALL_PROXY=http://127.0.0.1:1"},
		"everything is direct": {"http_proxy=http://127.0.0.1:1", "no_proxy=*"},
	} {
		tool := *w.tool
		tool.Env = append(slices.Clone(tool.Env), env...)
		if _, err := tool.LsRemote(ctx(t), "", s.URL+"/lib.git"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for set, want := range map[string]string{
		"": "localhost,127.0.0.1,::1", "*": "*", "example.org": "example.org,localhost,127.0.0.1,::1",
	} {
		env := (&Tool{Env: []string{"no_proxy=" + set}}).environ()
		for _, name := range []string{"NO_PROXY", "no_proxy"} {
			if got := lookup(env, name); got != want {
				t.Errorf("%s of %q: got %q, want %q", name, set, got, want)
			}
		}
	}
}

func TestThePromptSettingOfTheCallerIsKept(t *testing.T) {
	t.Parallel()
	if got := lookup((&Tool{Env: []string{"A=b"}}).environ(), "GIT_TERMINAL_PROMPT"); got != "0" {
		t.Errorf("by itself it is %q, want 0", got)
	}
	if got := lookup((&Tool{Env: []string{"GIT_TERMINAL_PROMPT=1"}}).environ(), "GIT_TERMINAL_PROMPT"); got != "1" {
		t.Errorf("set to 1 it is %q", got)
	}
}

func TestCredentialsAreCutOut(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://user:" + canary + "@forge.example/a/b":            "https://@forge.example/a/b",
		"https://" + canary + "@forge.example/a/b":                 "https://@forge.example/a/b",
		"HTTPS://x:" + canary + "@h/a and http://" + canary + "@h": "HTTPS://@h/a and http://@h",
		"ssh://git@forge.example/a/b":                              "ssh://git@forge.example/a/b",
		"ssh://git:" + canary + "@forge.example/a/b":               "ssh://git@forge.example/a/b",
		"git@forge.example:a/b":                                    "git@forge.example:a/b",
		"http.extraHeader=Authorization: Basic " + canary:          "http.extraHeader=Authorization: ***",
		"http.https://h/.extraheader=X-Token: " + canary:           "http.https://h/.extraheader=X-Token: ***",
		"https://forge.example/a@b":                                "https://forge.example/a@b",
	} {
		if got := redact(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestProgressIsReportedAndKeptOutOfErrors(t *testing.T) {
	t.Parallel()
	var got []progress.Event
	r := &stderrReader{task: "clone", sink: func(e progress.Event) { got = append(got, e) }}
	for _, part := range []string{
		"Cloning into 'x'...\nremote: Enumerating objects: 12, done.\r\nremote: Counting objects:  50% (6/1", "2)\rremote: Counting objects: 100% (12/12), done.\n",
		"Receiving objects:  43% (430/1000), 1.20 MiB | 3.00 MiB/s\rResolving deltas: 100% (3/3), done.\n",
		"remote: Create a pull request: https://forge.example\nfatal: the end",
	} {
		fmt.Fprint(r, part)
	}
	event := func(message string, current, total int64, unit string) progress.Event {
		return progress.Event{Phase: progress.Running, Task: "clone", Message: message, Current: current, Total: total, Unit: unit}
	}
	want := []progress.Event{
		event("enumerating objects", 12, 0, "objects"), event("counting objects", 6, 12, "objects"),
		event("counting objects", 12, 12, "objects"),
		{Phase: progress.Running, Task: "clone", Message: "receiving objects", Current: 430, Total: 1000, Unit: "objects", Rate: "3.00 MiB/s"},
		event("resolving deltas", 3, 3, "deltas"),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	const kept = "Cloning into 'x'...\nremote: Create a pull request: https://forge.example\nfatal: the end\n"
	if d := cmp.Diff(kept, r.String()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Create a pull request: https://forge.example"}, remoteLines(kept)); d != "" {
		t.Error(d)
	}
}

func TestCancellingEndsAllOfGit(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the helper is a shell script")
	}
	w := newWorld(t)
	// A credential helper that never answers, as one that opened a window.
	w.write("helper", "#!/bin/sh\necho $$ > "+w.path("pid")+".new\nmv "+w.path("pid")+".new "+w.path("pid")+"\nexec sleep 600\n")
	if err := os.Chmod(w.path("helper"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.git(".", "config", "--file", "gitconfig", "credential.helper", w.path("helper"))
	asking, cancel := context.WithCancel(ctx(t))
	s := w.serve()
	s.first(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.Header().Set("WWW-Authenticate", "Basic")
		rw.WriteHeader(http.StatusUnauthorized)
		return true
	})
	done := make(chan error)
	go func() {
		done <- w.tool.Clone(asking, CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("new/clone")})
	}()
	for { // until the helper runs
		if _, err := os.Stat(w.path("pid")); err == nil {
			break
		}
		runtime.Gosched()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation", err)
	}
	var pid int
	fmt.Sscan(w.read("pid"), &pid)
	for disk.Alive(pid) { // it was told to end; the test's own time limit ends this
		runtime.Gosched()
	}
	if _, err := os.Stat(w.path("new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was left: %v", err)
	}
	if _, err := w.tool.Run(asking, "", "version"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: got %v", err)
	}
}

// The phrases are git's, curl's and ssh's own.
func TestClassify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		stderr string
		want   string
	}{
		{"fatal: Authentication failed for 'https://forge.example/a/b/'", "*git.AuthError"},
		{"fatal: could not read Username for 'https://forge.example': terminal prompts disabled", "*git.AuthError"},
		{"fatal: Authentication failed for 'https://elsewhere.example/a/b/'", "*git.UnavailableError"}, // after a redirection
		{"fatal: could not read Username for 'https://elsewhere.example': terminal prompts disabled", "*git.UnavailableError"},
		{"git@forge.example: Permission denied (publickey).\nfatal: Could not read from remote repository.", "*git.AuthError no key"},
		{"Host key verification failed.\nfatal: Could not read from remote repository.", "*git.AuthError unknown host"},
		{"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\nfatal: Could not read from remote repository.", "*git.AuthError changed host"},
		{"ERROR: Permission to a/b.git denied to newcomer.\nfatal: Could not read from remote repository.", "*git.AuthError forbidden"},
		{"remote: Permission to a/b.git denied to newcomer.\nfatal: unable to access 'https://x/': The requested URL returned error: 403", "*git.AuthError forbidden"},
		{"remote: Repository not found.\nfatal: repository 'https://forge.example/a/b/' not found", "*git.NotFoundError"},
		{"fatal: the remote end hung up upon initial contact", "*git.UnavailableError"},
		{"ERROR: Repository not found.\nfatal: Could not read from remote repository.", "*git.NotFoundError"},
		{"fatal: '/no/such' does not appear to be a git repository", "*git.NotFoundError"},
		{"fatal: Remote branch topic not found in upstream origin", "*git.NotFoundError topic"},
		{"fatal: couldn't find remote ref topic", "*git.NotFoundError topic"},
		{"fatal: unable to access 'https://x/': Could not resolve host: x", "*git.UnavailableError"},
		{"fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection refused", "*git.UnavailableError"},
		{"fatal: unable to access 'https://x/': The requested URL returned error: 503", "*git.UnavailableError"},
		{"fatal: unable to access 'https://x/': The requested URL returned error: 429", "*git.UnavailableError"},
		{"error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF", "*git.UnavailableError"},
		{"ssh: connect to host x port 22: Connection timed out", "*git.UnavailableError"},
		{"fatal: unable to access 'https://x/': SSL certificate problem: unable to get local issuer certificate", "*git.UnavailableError certificate"},
		{"fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none", "*git.UnavailableError certificate"},
		{"error: unable to write file: No space left on device\nfatal: cannot create", "disk"},
		{"fatal: write error: Disk quota exceeded", "disk"},
		{"fatal: expected flush after capabilities", "*git.UnavailableError"},
		{"fatal: unable to access 'https://x/': transfer closed with 43 bytes remaining to read", "*git.UnavailableError"},
		{"fatal: https://x/info/refs not valid: is this a git repository?", "*git.UnavailableError"},
		{"fatal: unable to update url base from redirection:\n  asked for: https://forge.example/a/b/info/refs\n   redirect: https://sso.example/login?next=x", "*git.UnavailableError"},
		{"fatal: expected 'acknowledgments'", "*git.UnavailableError"},
		{"fatal: not something we know", "*git.CommandError"},
		{"remote: Authentication failed\nremote: No space left on device\nremote: 404 not found\nfatal: odd", "*git.CommandError"},
	}
	for _, tt := range tests {
		err := classify("https://newcomer:"+canary+"@forge.example/a/b", &CommandError{Args: []string{"fetch"}, Stderr: tt.stderr, Err: errors.New("exit status 128")})
		got := fmt.Sprintf("%T", err)
		switch e := err.(type) {
		case *AuthError:
			if e.Forbidden {
				got += " forbidden"
			}
			got = strings.TrimSpace(got + " " + string(e.SSH))
		case *NotFoundError:
			got = strings.TrimSpace(got + " " + e.Ref)
		case *UnavailableError:
			if e.Certificate {
				got += " certificate"
			}
		}
		if errors.Is(err, ErrDiskFull) {
			got = "disk"
		}
		var command *CommandError
		if got != tt.want || !errors.As(err, &command) || strings.Contains(err.Error(), canary) {
			t.Errorf("%q:\ngot %s (%v), want %s", tt.stderr, got, err, tt.want)
		}
	}
	local := &CommandError{Stderr: "fatal: pathspec 'x' does not exist"}
	if err := classify("", local); err != error(local) {
		t.Errorf("a command without a remote: got %v", err)
	}
}

func TestNamesThatGitRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names := []string{"main", "feat/a-b_c", "fix#1", "ü", "a.b", "@", "", "-x", "HEAD", "a b", "a..b", "a/", "/a", "a//b", ".a", "a/.b",
		"a.", "a.lock", "a.lock/b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a@{b", "a\x01b", "a\x7fb", "refs/heads/x", "{", "a.lockb"}
	for _, name := range names {
		_, err := w.tool.Run(ctx(t), "", "check-ref-format", "--branch", name)
		if got, want := CheckBranch(name) == nil, err == nil; got != want {
			t.Errorf("%q is a branch name: %v, git says %v", name, got, want)
		}
	}
	for _, url := range []string{"", "-u", "--upload-pack=x", "ext::sh -c x", "fd::3", "https://a\nb"} {
		if checkRemote(url) == nil {
			t.Errorf("%q is taken for an address", url)
		}
	}
	for _, url := range []string{"https://h/a", "git@h:a/b", "/a/b", "../a", "ssh://[::1]/a", "[::1]:a/b", "origin", "file:///a::b"} {
		if err := checkRemote(url); err != nil {
			t.Error(err)
		}
	}
}
