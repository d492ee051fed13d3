package command

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// trap looks for a secret wherever it may have gone.
type trap struct {
	t     *testing.T
	forms []string // the secret and its encodings

	mu     sync.Mutex
	caught map[string]bool
}

func newTrap(t *testing.T, secret string) *trap {
	x := &trap{t: t, forms: []string{secret}, caught: map[string]bool{}}
	for _, user := range []string{"newcomer", "x-access-token", "oauth2", ""} {
		x.forms = append(x.forms, base64.StdEncoding.EncodeToString([]byte(user+":"+secret)))
	}
	return x
}

func (x *trap) holds(s string) bool {
	return slices.ContainsFunc(x.forms, func(f string) bool { return strings.Contains(s, f) })
}

// look reports a place that holds the secret, once.
func (x *trap) look(place, s string) {
	if !x.holds(s) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.caught[place] {
		x.caught[place] = true
		x.t.Errorf("the token is in %s: %s", place, x.around(s))
	}
}

// around is the neighbourhood of the secret, which is worth nothing elsewhere.
func (x *trap) around(s string) string {
	for _, f := range x.forms {
		if i := strings.Index(s, f); i >= 0 {
			return fmt.Sprintf("%q", s[max(i-120, 0):min(i+len(f)+40, len(s))])
		}
	}
	return ""
}

// stranger is a server that no token is for.
func (x *trap) stranger(name string, tls bool) *httptest.Server {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			x.t.Errorf("%s was sent credentials: %s %s", name, r.Method, r.URL.Path)
		}
		x.look("a request to "+name, fmt.Sprint(r.URL, r.Header))
		w.Header().Set("WWW-Authenticate", `Basic realm="give me one"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	x.t.Cleanup(s.Close)
	return s
}

// watch samples the argument lists of all processes until it is stopped.
func (x *trap) watch() (stop func()) {
	if runtime.GOOS != "linux" {
		return func() {}
	}
	var end atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !end.Load() {
			lists, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, l := range lists {
				if content, err := os.ReadFile(l); err == nil {
					x.look("the arguments of a process", string(content))
				}
			}
		}
	}()
	return func() { end.Store(true); <-done }
}

// files looks into every file below the folders, but not into those that may
// hold it.
func (x *trap) files(may map[string]bool, dirs ...string) {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || may[path] {
				return err
			}
			content, err := os.ReadFile(path)
			x.look(path, string(content))
			return err
		})
		if err != nil {
			x.t.Error(err)
		}
	}
}

// moods are the ways in which the forge of the canary behaves.
type moods struct{ is atomic.Value }

func (m *moods) set(mood string) { m.is.Store(mood) }

func (m *moods) handle(away string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		isGit := strings.Contains(r.URL.Path, ".git/")
		switch m.is.Load() {
		case "fails":
			http.Error(w, `{"message":"out of order"}`, http.StatusInternalServerError)
		case "redirects the API":
			if isGit {
				return false
			}
			http.Redirect(w, r, away+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		case "redirects git":
			if !isGit {
				return false
			}
			http.Redirect(w, r, away+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		case "refuses the push":
			if !strings.Contains(r.URL.RequestURI(), "git-receive-pack") {
				return false
			}
			if r.Header.Get("Authorization") == "" {
				w.Header().Set("WWW-Authenticate", `Basic realm="forge"`)
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return true
			}
			http.Error(w, "no: "+r.Header.Get("Authorization"), http.StatusForbidden)
		case "repeats what it is sent":
			http.Error(w, fmt.Sprintf(`{"message":"bad request: %s"}`, r.Header.Get("Authorization")), http.StatusUnprocessableEntity)
		default:
			return false
		}
		return true
	}
}

func TestTheTokenIsNowhereButWithItsHost(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: a whole story and many failures take half a minute")
	}
	t.Parallel()
	mood := &moods{}
	mood.set("")
	var away string
	l := lookalike{
		stop: func(w http.ResponseWriter, r *http.Request) bool { return mood.handle(away)(w, r) },
		json: func(_ string, v any) any {
			if mood.is.Load() != "names another host" {
				return v
			}
			return members(v, func(name string, v any) (any, bool) {
				if s, ok := v.(string); ok && (name == "clone_url" || name == "html_url" || strings.HasSuffix(name, "_url")) {
					return away + "/identity/auth-lib" + strings.TrimPrefix(s, "x"), true
				}
				return v, true
			})
		},
	}
	p := newPerson(t, l)
	// a token that no other test on this machine has
	secret := p.forge.TokenWith("newcomer", "repo", "read:org", "workflow", "user:email", fmt.Sprint("canary ", os.Getpid(), time.Now().UnixNano()))
	x := newTrap(t, secret)
	plain, secure := x.stranger("a stranger", false), x.stranger("a stranger with TLS", true)
	away = plain.URL
	stop := sync.OnceFunc(x.watch())
	defer stop()

	c := &canary{person: p, trap: x, work: p.dir}
	gh := t.TempDir() // of another program, which keeps the token as it likes
	c.login(gh, secret)
	c.story()
	for _, m := range []string{"fails", "redirects the API", "redirects git", "refuses the push", "names another host", "repeats what it is sent"} {
		mood.set(m)
		c.failures(strings.ReplaceAll(m, " ", "-"))
	}
	mood.set("")
	for _, s := range []string{plain.URL, secure.URL} {
		host := s[strings.LastIndex(s, "/")+1:]
		for _, args := range [][]string{{"show", s + "/identity/auth-lib"}, {"show", host + "/identity/auth-lib"}, {"find", "x", "--host", host}, {"contribute", host + "/identity/auth-lib", "--yes"}, {"auth", "status", "--host", host}} {
			c.isrc(args...)
		}
	}
	x.files(nil, p.variable("HOME"), c.work, p.variable("TMPDIR"))

	// a token that is given to isrc is in its own file alone
	p.set("GH_CONFIG_DIR=" + filepath.Join(gh, "none"))
	c.stdin = secret + "\n"
	c.isrc("auth", "login", "--with-token")
	c.stdin = ""
	c.isrc("auth", "status")
	c.isrc("show", "identity/auth-lib")
	c.isrc("submit")
	c.isrc("status")
	kept := filepath.Join(p.variable("HOME"), ".config", "isrc", "tokens.json")
	if content, err := os.ReadFile(kept); err != nil || !x.holds(string(content)) {
		t.Errorf("the token is not kept: %v", err)
	}
	x.files(map[string]bool{kept: true}, p.variable("HOME"), c.work, p.variable("TMPDIR"))
	c.isrc("auth", "logout")
	x.files(nil, p.variable("HOME"), c.work, p.variable("TMPDIR"))

	// a clone that somebody made with the token in its address, which git
	// hands to programs of its own
	stop()
	c.inherited(secret)
}

// canary runs commands and looks at all that they say.
type canary struct {
	*person
	trap  *trap
	work  string
	stdin string
}

// login lets another program keep the token, and takes it from the environment.
func (c *canary) login(gh, secret string) {
	host := strings.TrimPrefix(c.base, "https://")
	c.write(filepath.Join(gh, "hosts.yml"), fmt.Sprintf("%q:\n    oauth_token: %s\n    user: newcomer\n", host, secret))
	c.set("ISRC_TOKEN=")
	c.set("GH_CONFIG_DIR=" + gh)
	for _, loud := range []string{"ISRC_DEBUG=api,git", "GIT_TRACE=1", "GIT_CURL_VERBOSE=1", "GIT_TRACE_CURL=1", "GIT_TRACE_REDACT=0", "GIT_TRACE_PACKET=1", "GIT_TRACE_SETUP=1"} {
		c.set(loud)
	}
}

// isrc runs a command, however it ends, and gives its code.
func (c *canary) isrc(args ...string) (out string, code int) {
	c.t.Helper()
	out, errs, code := c.input(c.stdin, "isrc", args...)
	c.trap.look("the output of isrc "+strings.Join(args, " "), out)
	c.trap.look("what isrc "+strings.Join(args, " ")+" says", errs)
	return out + errs, code
}

func (c *canary) must(args ...string) {
	c.t.Helper()
	if out, code := c.isrc(args...); code != 0 {
		c.t.Fatalf("isrc %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
}

// story is one contribution whose hooks and command print what they are given.
func (c *canary) story() {
	c.t.Helper()
	c.must("find", "token", "--org", "identity")
	c.must("show", "identity/auth-lib", "--debug")
	c.must("contribute", "identity/auth-lib", "--branch", "fix/no-expiry", "--dir", "clone", "--yes")
	seen := filepath.Join(c.work, "environment-of-a-hook")
	hook := filepath.Join(c.work, "clone", ".git", "hooks", "pre-push")
	c.write(hook, "#!/bin/sh\nenv > '"+seen+"'\ncat >> '"+seen+"'\necho \"$@\" >> '"+seen+"'\n")
	if err := os.Chmod(hook, 0o755); err != nil {
		c.t.Fatal(err)
	}
	c.change()
	c.must("check", "--debug")
	c.must("submit", "--section", "What changes="+c.section, "--tick", "I have added or changed tests", "--debug")
	if _, err := os.Stat(seen); err != nil {
		c.t.Errorf("the hook did not run: %v", err)
	}
	c.must("status", "--json", "all", "--debug")
	c.must("abandon", "--dry-run")
	c.isrc("doctor")
	c.isrc("auth", "status", "--json", "all")
	c.isrc("config", "list")
	c.dir = c.work
	own := filepath.Join(c.work, "environment-of-a-command")
	out, code := c.isrc("contribute", "identity/auth-lib", "--branch", "fix/other", "--dir", "other", "--new", "--yes", "--signoff",
		"--title", "fix: name the claim", "--body-file", c.section, "--exec", "env > '"+own+"'; echo more > more.txt", "--despite", "template")
	if _, err := os.Stat(own); err != nil {
		c.t.Errorf("the command did not run (exit %d): %s", code, out)
	}
}

// failures go every way that leads to the forge while it is in a bad mood.
func (c *canary) failures(name string) {
	c.dir = c.work
	c.isrc("find", "token", "--org", "identity", "--debug")
	c.isrc("show", "identity/auth-lib", "--debug")
	c.isrc("contribute", "identity/auth-lib", "--branch", "fix/"+name, "--dir", name, "--new", "--yes", "--debug")
	c.isrc("auth", "status", "--debug")
	c.isrc("doctor")
	c.dir = filepath.Join(c.work, "clone")
	if _, errs, code := c.run("git", "-c", "core.hooksPath=none", "commit", "--quiet", "--allow-empty", "-s", "-m", "fix: "+name); code != 0 {
		c.t.Errorf("git commit: %s", errs)
	}
	c.isrc("check", "--debug")
	c.isrc("submit", "--debug")
	c.isrc("status", "--debug")
	c.dir = c.work
}

// inherited works in a clone whose remote holds the token: that file is not
// ours, but nothing of it may go further.
func (c *canary) inherited(secret string) {
	c.t.Helper()
	c.set("ISRC_TOKEN=" + secret)
	c.dir = filepath.Join(c.work, "clone")
	config := filepath.Join(c.dir, ".git", "config")
	if err := os.Remove(filepath.Join(c.dir, ".git", "hooks", "pre-push")); err != nil {
		c.t.Error(err) // git would hand it the address
	}
	with := strings.Replace(c.base, "https://", "https://newcomer:"+secret+"@", 1)
	content, err := os.ReadFile(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(config, strings.ReplaceAll(string(content), c.base+"/", with+"/"))
	for _, args := range [][]string{{"check", "--debug"}, {"submit", "--debug"}, {"status", "--debug"}, {"abandon", "--dry-run", "--debug"}, {"check", "--json", "all"}, {"show", with + "/identity"}} {
		c.isrc(args...)
	}
	c.trap.files(map[string]bool{config: true}, c.variable("HOME"), c.work, c.variable("TMPDIR"))
}

// variable reads the environment of a person, set changes it.
func (p *person) variable(name string) string {
	value := ""
	for _, kv := range p.env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

func (p *person) set(kv string) { p.env = append(p.env, kv) }
