package auth

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/config"
	gittool "github.com/isrc-dev/isrc/internal/git"
)

func TestTheCredentialHelperAnswersOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, op, asked, want string
		env                   map[string]string
	}{
		{"a host that the token is for", "get", "protocol=https\nhost=ghe.example\npath=acme/lib.git\n\n", "username=x-access-token\npassword=token-of-ISRC_TOKEN\n", vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")},
		{"the user that git knows is kept", "get", "protocol=https\nhost=ghe.example\nusername=newcomer\n\n", "username=newcomer\npassword=token-of-ISRC_TOKEN\n", vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")},
		{"a host that isrc was started for", "get", "protocol=https\nhost=ghe.example\n\n", "username=x-access-token\npassword=token-of-ISRC_TOKEN\n", vars("ISRC_TOKEN", trustVariable+"=ghe.example")},
		{"a stranger gets nothing", "get", "protocol=https\nhost=stranger.example\n\n", "", vars("ISRC_TOKEN", trustVariable+"=ghe.example")},
		{"plain http gets nothing", "get", "protocol=http\nhost=ghe.example\n\n", "", vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")},
		{"plain http on this machine is answered", "get", "protocol=http\nhost=127.0.0.1:8080\n\n", "username=x-access-token\npassword=token-of-ISRC_TOKEN\n", vars("ISRC_TOKEN", "ISRC_HOST=127.0.0.1:8080")},
		{"another scheme gets nothing", "get", "protocol=ftp\nhost=ghe.example\n\n", "", vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")},
		{"no host gets nothing", "get", "protocol=https\n\n", "", vars("ISRC_TOKEN")},
		{"storing is read and not followed", "store", "protocol=https\nhost=ghe.example\npassword=canary\n\n", "", vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")},
		{"erasing is read and not followed", "erase", "protocol=https\nhost=ghe.example\n\n", "", vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, p := machine{env: tt.env, programs: map[string]string{"git": "password=never\n"}}.source(t)
			var out bytes.Buffer
			if err := GitCredential(t.Context(), strings.NewReader(tt.asked), &out, tt.op, s); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			for _, c := range p.ran {
				if c.Name == "git" {
					t.Error("git was asked by the one whom git asks")
				}
			}
		})
	}
}

// gitEnviron is an environment of git in which nothing of this machine counts.
func gitEnviron(t *testing.T, more ...string) []string {
	home := t.TempDir()
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "xdg"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + filepath.Join(home, "gitconfig"), "SystemRoot=" + os.Getenv("SystemRoot"),
	}, more...)
}

func git(t *testing.T, env []string, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env, cmd.Stdin, cmd.Dir = env, strings.NewReader(stdin), t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

func TestGitAsksTheHelperOfOneHostAndNobodyElse(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	environ := gitEnviron(t, "ISRC_TOKEN=canary", "ISRC_HOST=ghe.example")
	env := append(environ, GitEnv(self, config.Host{Name: "ghe.example"}, GitEnvOptions{Environ: environ})...)
	if got, want := git(t, env, "protocol=https\nhost=ghe.example\n\n", "credential", "fill"),
		"protocol=https\nhost=ghe.example\nusername=x-access-token\npassword=canary\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	cmd := exec.Command("git", "credential", "fill")
	cmd.Env, cmd.Dir = env, t.TempDir()
	cmd.Stdin = strings.NewReader("protocol=https\nhost=stranger.example\n\n")
	if out, err := cmd.CombinedOutput(); err == nil || strings.Contains(string(out), "canary") {
		t.Errorf("a stranger is answered %q, %v", out, err)
	}
}

func TestGitAsksTheUsersOwnHelpersFirst(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	environ := gitEnviron(t, "ISRC_TOKEN=canary", "ISRC_HOST=ghe.example",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=credential.helper", "GIT_CONFIG_VALUE_0=!f() { echo username=own; echo password=own; }; f")
	env := append(environ, GitEnv(self, config.Host{Name: "ghe.example"}, GitEnvOptions{Environ: environ})...)
	if got := git(t, env, "protocol=https\nhost=ghe.example\n\n", "credential", "fill"); !strings.Contains(got, "password=own\n") {
		t.Errorf("got %q, want the user's own", got)
	}
}

func TestGitReachesAHostAsIsrcDoes(t *testing.T) {
	t.Parallel()
	host := config.Host{Name: "ghe.example:8443", CAFile: "/etc/acme.pem", Proxy: "http://proxy.example:3128", ClientCert: "/c.pem", ClientKey: "/k.pem"}
	environ := gitEnviron(t, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=user.name", "GIT_CONFIG_VALUE_0=newcomer", "no_proxy=intranet.example")
	added := GitEnv("/opt/it's here/isrc", host, GitEnvOptions{Environ: environ})
	env := append(environ, added...)
	for key, want := range map[string]string{
		"user.name": "newcomer",
		"credential.https://ghe.example:8443.useHttpPath": "false",
	} {
		if got := strings.TrimSuffix(git(t, env, "", "config", "--get", key), "\n"); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got := git(t, env, "", "config", "--get", "credential.https://ghe.example:8443.helper"); !strings.Contains(got, `'/opt/it'\''s here/isrc' auth git-credential get;`) {
		t.Errorf("the helper is %s", got)
	}
	for key, want := range map[string]string{"sslCAInfo": "/etc/acme.pem", "proxy": "http://proxy.example:3128", "sslCert": "/c.pem", "sslKey": "/k.pem"} {
		if got := strings.TrimSpace(git(t, env, "", "config", "--get-urlmatch", "http."+key, "https://ghe.example:8443/acme/lib.git")); got != want {
			t.Errorf("http.%s is %q, want %q", key, got, want)
		}
	}
	if got := lookup(env, "NO_PROXY"); got != "intranet.example,localhost,127.0.0.1,::1" {
		t.Errorf("NO_PROXY is %q", got)
	}
	again := append(env, GitEnv("/opt/it's here/isrc", host, GitEnvOptions{Environ: env})...)
	if a, b := lookup(env, "GIT_CONFIG_COUNT"), lookup(again, "GIT_CONFIG_COUNT"); a != b {
		t.Errorf("a second time there are %s settings, not %s", b, a)
	}
	want := []string{"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never"}
	if diff := cmp.Diff(want, added[len(added)-7:len(added)-3]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGitGoesByTheAuthoritiesOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, caFile, want, variable string
		environ                      []string
	}{
		{name: "none is set", want: "user's"},
		{name: "a file for the host", caFile: "/host.pem", want: "/host.pem"},
		{name: "the variable that not every git reads", environ: []string{"SSL_CERT_FILE=/all.pem"}, want: "/all.pem"},
		{name: "the host's before everybody's", caFile: "/host.pem", environ: []string{"SSL_CERT_FILE=/all.pem"}, want: "/host.pem"},
		{name: "git's own variable stays", environ: []string{"SSL_CERT_FILE=/all.pem", "GIT_SSL_CAINFO=/git.pem"}, want: "user's", variable: "/git.pem"},
		{name: "git's own variable gives way to the host's", caFile: "/host.pem", environ: []string{"GIT_SSL_CAINFO=/git.pem"}, want: "/host.pem", variable: "/host.pem"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			environ := gitEnviron(t, append(tt.environ, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.sslCAInfo", "GIT_CONFIG_VALUE_0=user's")...)
			env := append(environ, GitEnv("", config.Host{Name: "ghe.example", CAFile: tt.caFile}, GitEnvOptions{Environ: environ})...)
			got := strings.TrimSpace(git(t, env, "", "config", "--get-urlmatch", "http.sslCAInfo", "https://ghe.example/acme/lib.git"))
			if got != tt.want || lookup(env, "GIT_SSL_CAINFO") != tt.variable {
				t.Errorf("got %q and the variable %q, want %q and %q", got, lookup(env, "GIT_SSL_CAINFO"), tt.want, tt.variable)
			}
		})
	}
}

func TestGitNeedsNoProxyToThisMachine(t *testing.T) {
	t.Parallel()
	host := config.Host{Name: "127.0.0.1:8080", Scheme: "http", Proxy: "http://dead.example:1"}
	environ := gitEnviron(t)
	env := append(environ, GitEnv("", host, GitEnvOptions{Environ: environ, Named: true})...)
	if got := git(t, env, "", "config", "--get-urlmatch", "http.proxy", "http://127.0.0.1:8080/acme/lib.git"); got != "\n" {
		t.Errorf("http.proxy is %q, want none", got)
	}
	if got := lookup(env, trustVariable); got != "" {
		t.Errorf("a host that is merely named is trusted: %q", got)
	}
	if strings.Contains(strings.Join(env, "\n"), "git-credential") {
		t.Error("there is a helper without a program")
	}
}

func TestAProgramRunsWithoutTheVariablesTakenFromIt(t *testing.T) {
	t.Setenv("ISRC_TOKEN", "canary") // not parallel: it looks at the real environment
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ask := Command{Name: self, Args: []string{"auth", "git-credential", "get"}, Stdin: "protocol=https\nhost=ghe.example\n\n", Set: []string{"ISRC_HOST=ghe.example"}}
	out, err := Exec(t.Context(), ask)
	if err != nil || !strings.Contains(string(out), "password=canary") {
		t.Fatalf("got %q, %v", out, err)
	}
	ask.Unset = tokenVariables()
	if out, err := Exec(t.Context(), ask); err != nil || len(out) != 0 {
		t.Errorf("got %q, %v, want nothing", out, err)
	}
	if _, err := Exec(t.Context(), Command{Name: filepath.Join(t.TempDir(), "missing")}); err == nil {
		t.Error("a program that is not there ran")
	}
}

// TestHandedCredentialsNeedNoHelper lets a real git sign in at a server. The
// helper's program answers with another secret, so that it is seen who was asked.
func TestHandedCredentialsNeedNoHelper(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("on Windows git inherits no pipe, so that its helper is asked as before")
	}
	self := filepath.Join(t.TempDir(), "isrc")
	syscall.ForkLock.RLock() // a process that starts meanwhile would have it open, too, and so it could not be run
	err := os.WriteFile(self, []byte("#!/bin/sh\necho username=u\necho password=looked-up\n"), 0o700)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pass, _ := r.BasicAuth(); pass != "" {
			mu.Lock()
			sent = append(sent, pass)
			mu.Unlock()
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	address, host := server.URL+"/acme/lib.git", strings.TrimPrefix(server.URL, "http://")
	for name, tt := range map[string]struct {
		site, address, want string
	}{
		"for this host":                         {server.URL, address, "handed"},
		"for another host":                      {"http://127.0.0.1:1", address, "looked-up"},
		"for an account that the address names": {server.URL, strings.Replace(address, "://", "://somebody@", 1), "looked-up"},
	} {
		environ := gitEnviron(t)
		tool, err := gittool.FindTool("auto", environ)
		if err != nil {
			t.Fatal(err)
		}
		tool.Env = append(environ, GitEnv(self, config.Host{Name: host, Scheme: "http"}, GitEnvOptions{Environ: environ})...)
		tool.Handed = &gittool.Handed{Site: tt.site, User: "x-access-token", Pass: "handed"}
		mu.Lock()
		sent = nil
		mu.Unlock()
		if _, err := tool.LsRemote(t.Context(), t.TempDir(), tt.address); err == nil {
			t.Error("a server that refuses everybody was read")
		}
		mu.Lock()
		got := slices.Clone(sent)
		mu.Unlock()
		if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
}
