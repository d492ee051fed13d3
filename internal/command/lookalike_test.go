package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// lookalike is a server that speaks version 3 of the API less well than GitHub
// does: the sandbox, seen through a front that takes away and changes.
type lookalike struct {
	name string
	in   func(*http.Request)                           // changes a request on its way in
	out  func(*http.Response)                          // changes status and headers
	json func(path string, v any) any                  // changes what the API answers
	text func(r *http.Response, b []byte) []byte       // changes any body
	stop func(http.ResponseWriter, *http.Request) bool // answers itself
	api  string                                        // apiUrl after the host, "" derives it

	repo string         // name of the upstream, "" is identity/auth-lib
	exit map[string]int // command → exit code, 0 when not said
	says map[string]string
}

func (l lookalike) handler(f *sandbox.Forge) http.Handler {
	proxy := behind(f, l.in, func(r *http.Response) error { return l.change(r) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.stop == nil || !l.stop(w, r) {
			proxy.ServeHTTP(w, r)
		}
	})
}

func (l lookalike) change(r *http.Response) error {
	if l.out != nil {
		l.out(r)
	}
	isJSON := strings.Contains(r.Header.Get("Content-Type"), "json") && l.json != nil
	if !isJSON && l.text == nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if isJSON {
		var v any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if d.Decode(&v) == nil {
			if body, err = json.Marshal(l.json(r.Request.URL.Path, v)); err != nil {
				return err
			}
		}
	}
	if l.text != nil {
		body = l.text(r, body)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Del("Content-Length")
	return nil
}

// members applies change to each member of each object; false drops it.
func members(v any, change func(name string, v any) (any, bool)) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			changed, keep := change(name, members(value, change))
			if v[name] = changed; !keep {
				delete(v, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = members(v[i], change)
		}
	}
	return v
}

func without(names ...string) func(string, any) any {
	gone := map[string]bool{}
	for _, n := range names {
		gone[n] = true
	}
	return func(_ string, v any) any {
		return members(v, func(name string, v any) (any, bool) { return v, !gone[name] })
	}
}

// lacks answers the end points of newer servers in a way of its own.
func lacks(answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
	missing := regexp.MustCompile(`/rules/branches/|/branches/[^/]+$|/search/|/releases/latest$|/check-runs$|/commits/[^/]+/status$`)
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !missing.MatchString(r.URL.Path) {
			return false
		}
		answer(w)
		return true
	}
}

func plainAnswer(status int, kind, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func isPost(r *http.Request, end string) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, end)
}

func lookalikes() []lookalike {
	return []lookalike{
		{name: "the sandbox as it is"},
		{name: "none of GitHub's headers", out: func(r *http.Response) {
			for name := range r.Header {
				if strings.HasPrefix(name, "X-") || name == "Etag" || name == "Link" || strings.HasPrefix(name, "Github") {
					r.Header.Del(name)
				}
			}
			r.Header["Date"] = nil
		}},
		{name: "no rulesets, search, releases or checks: 404", stop: lacks(plainAnswer(404, "application/json", `{"message":"Not Found"}`)),
			says: map[string]string{"find": "has no search"}},
		{name: "no rulesets, search, releases or checks: 501", stop: lacks(plainAnswer(501, "application/json", `{"message":"Not Implemented"}`)),
			says: map[string]string{"find": "has no search"}},
		{name: "no rulesets, search, releases or checks: a page that says 404", stop: lacks(plainAnswer(404, "text/html", "<html>nothing here</html>")),
			says: map[string]string{"find": "has no search"}},
		{name: "no rulesets, search, releases or checks: a page that says 200", stop: lacks(plainAnswer(200, "text/html", "<html>please sign in</html>")),
			exit: map[string]int{"find": exitUnavailable},
			says: map[string]string{"find": "a web page came instead of an answer"}},
		{name: "more fields than are known, and less", json: func(path string, v any) any {
			v = without("permissions", "allow_forking", "parent", "source", "visibility", "node_id", "clone_url", "ssh_url", "topics", "license", "has_issues", "created_at", "pushed_at", "updated_at", "user_view_type")(path, v)
			if o, ok := v.(map[string]any); ok {
				o["internal_tracker"], o["repository_custom"] = map[string]any{"enabled": 1}, []any{nil, "x"}
			}
			return v
		}},
		{name: "addresses of a server that nobody can reach", json: func(_ string, v any) any {
			return members(v, func(name string, v any) (any, bool) {
				switch s, _ := v.(string); {
				case name == "clone_url" && s != "":
					return "ssh://git@internal.invalid:2222/some/where.git", true
				case name == "html_url" && strings.Count(s, "/") == 4:
					return "http://internal.invalid:3000/some/where", true
				case strings.HasSuffix(name, "_url") || name == "url":
					return strings.Replace(s, "127.0.0.1", "internal.invalid", 1), true
				}
				return v, true
			})
		}},
		{name: "a clone address that leads to another repository of the host", json: func(_ string, v any) any {
			return members(v, func(name string, v any) (any, bool) {
				if name == "clone_url" {
					return "https://localhost/payments/checkout-sdk.git", true
				}
				return v, true
			})
		}},
		{name: "numbers as floats", json: func(_ string, v any) any {
			return floats(v)
		}},
		{name: "names in another case", json: func(_ string, v any) any {
			return members(v, func(name string, v any) (any, bool) {
				if s, ok := v.(string); ok && name == "full_name" {
					return strings.ToUpper(s), true
				}
				return v, true
			})
		}},
		{name: "201 for a fork", out: func(r *http.Response) {
			if isPost(r.Request, "/forks") {
				r.StatusCode, r.Status = 201, "201 Created"
			}
		}},
		{name: "200 for a fork", out: func(r *http.Response) {
			if isPost(r.Request, "/forks") {
				r.StatusCode, r.Status = 200, "200 OK"
			}
		}},
		slowFork(),
		{name: "no git objects over the API", stop: func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/git/") && !strings.Contains(r.URL.Path, "/contents/") {
				return false
			}
			plainAnswer(404, "application/json", `{"message":"Not Found"}`)(w)
			return true
		}},
		plainGit(),
		renamed("auth.lib-2.x_"), renamed(".auth-lib"), renamed("auth-lib.js"), renamed("_auth--lib-"),
		{name: "the API below /v3", api: "/v3", in: below("/v3", "/api/v3")},
		{name: "the API below /v3/", api: "/v3/", in: below("/v3", "/api/v3")},
		{name: "the API where it is expected, said", api: "/api/v3/"},
		{name: "the API below a path of its own", api: "/gateway/git/api", in: below("/gateway/git/api", "/api/v3")},
		{name: "a list of pull requests that ignores what was asked for", in: func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/pulls") {
				q := r.URL.Query()
				q.Del("head")
				q.Del("base")
				r.URL.RawQuery = q.Encode()
			}
		}},
		{name: "states in capitals", json: func(_ string, v any) any {
			return members(v, func(name string, v any) (any, bool) {
				if s, ok := v.(string); ok && (name == "state" || name == "status" || name == "conclusion") {
					return strings.ToUpper(s), true
				}
				return v, true
			})
		}},
		existsIn("422 in other words", 422, `{"message":"There is already an open pull request for these branches"}`),
		existsIn("409 in other words", 409, `{"message":"pull request already opened [id: 3]"}`),
		{name: "no links and small pages", in: func(r *http.Request) {
			if q := r.URL.Query(); q.Get("per_page") != "" {
				q.Set("per_page", "30")
				r.URL.RawQuery = q.Encode()
			}
		}, out: func(r *http.Response) { r.Header.Del("Link") }},
	}
}

// floats writes each number as another language would.
func floats(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = floats(v[name])
		}
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return json.RawMessage(v.String() + ".0")
		}
	}
	return v
}

func below(from, to string) func(*http.Request) {
	return func(r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), from+"/"); ok {
			r.URL.Path, r.URL.RawPath = to+"/"+rest, ""
			if u, err := r.URL.Parse(to + "/" + rest); err == nil {
				r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
			}
		} else if strings.HasPrefix(r.URL.Path, to+"/") {
			r.URL.Path, r.URL.RawPath = "/nothing/is/here", ""
		}
	}
}

// slowFork lets git see a new fork as nothing at first, then as an empty
// repository, then as it is.
func slowFork() lookalike {
	var asked atomic.Int32
	return lookalike{name: "a fork that is empty for a while", stop: func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/newcomer/") || !strings.HasSuffix(r.URL.Path, "/info/refs") {
			return false
		}
		switch n := asked.Add(1); {
		case n <= 3:
			plainAnswer(404, "text/plain", "Repository not found.\n")(w)
		case n <= 5:
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = io.WriteString(w, "001e# service=git-upload-pack\n0000"+"0000")
		default:
			return false
		}
		return true
	}}
}

// plainGit is git's own http-backend without any configuration: protocol 0, no
// filters, nothing by its id but what is advertised.
func plainGit() lookalike {
	wants := regexp.MustCompile(`want ([0-9a-f]{40})`)
	tips := regexp.MustCompile(`([0-9a-f]{40}) `)
	var advertised atomic.Value
	advertised.Store("")
	return lookalike{name: "git without filters and ids, protocol 0",
		in: func(r *http.Request) { r.Header.Del("Git-Protocol") },
		stop: func(w http.ResponseWriter, r *http.Request) bool {
			if !isPost(r, "/git-upload-pack") || r.Header.Get("Content-Encoding") != "" {
				return false
			}
			body, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if err != nil || bytes.Contains(body, []byte("filter ")) {
				plainAnswer(400, "text/plain", "no filters here")(w)
				return true
			}
			for _, m := range wants.FindAllSubmatch(body, -1) {
				if !strings.Contains(advertised.Load().(string), string(m[1])) {
					plainAnswer(400, "text/plain", "not our ref")(w)
					return true
				}
			}
			return false
		},
		text: func(r *http.Response, body []byte) []byte {
			if !strings.HasSuffix(r.Request.URL.Path, "/info/refs") || r.Request.URL.Query().Get("service") != "git-upload-pack" {
				return body
			}
			for _, m := range tips.FindAllSubmatch(body, -1) {
				advertised.Store(advertised.Load().(string) + string(m[1]))
			}
			return uncapable(body, " filter", " allow-tip-sha1-in-want", " allow-reachable-sha1-in-want", " allow-any-sha1-in-want")
		},
	}
}

// uncapable takes capabilities out of an advertisement, whose first line of
// references carries them and begins with its length.
func uncapable(body []byte, capabilities ...string) []byte {
	const head = "001e# service=git-upload-pack\n0000"
	rest, ok := bytes.CutPrefix(body, []byte(head))
	var size int
	if _, err := fmt.Sscanf(string(rest[:min(4, len(rest))]), "%04x", &size); !ok || err != nil || size > len(rest) {
		return body
	}
	line := string(rest[4:size])
	for _, c := range capabilities {
		line = strings.Replace(line, c, "", 1)
	}
	return []byte(head + fmt.Sprintf("%04x", len(line)+4) + line + string(rest[size:]))
}

// renamed gives the library another name, the fork included.
func renamed(name string) lookalike {
	return lookalike{
		name: "the name " + name, repo: "identity/" + name,
		in: func(r *http.Request) {
			r.URL.Path, r.URL.RawPath = strings.ReplaceAll(r.URL.Path, "/"+name, "/auth-lib"), ""
			if r.Body == nil || r.Header.Get("Content-Type") != "application/json" {
				return
			}
			body, _ := io.ReadAll(r.Body)
			body = bytes.ReplaceAll(body, []byte("/"+name+`"`), []byte(`/auth-lib"`))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Del("Content-Length")
		},
		text: func(r *http.Response, body []byte) []byte {
			if !strings.Contains(r.Header.Get("Content-Type"), "json") {
				return body
			}
			return bytes.ReplaceAll(body, []byte("auth-lib"), []byte(name))
		},
	}
}

// existsIn opens the pull request and answers as if it had been open before.
func existsIn(words string, status int, body string) lookalike {
	return lookalike{name: "a pull request that exists: " + words, out: func(r *http.Response) {
		if isPost(r.Request, "/pulls") && r.StatusCode == 201 {
			_ = r.Body.Close()
			r.StatusCode, r.Status = status, fmt.Sprint(status)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", fmt.Sprint(len(body)))
		}
	}}
}

func TestCampaignForgesThatOnlyResembleGitHub(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out with -short: a whole story for each of 27 kinds of server takes minutes")
	}
	for i, l := range lookalikes() {
		if !wholeCampaign(t) && i%3 != 0 {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, l)
			repo := l.repo
			if repo == "" {
				repo = "identity/auth-lib"
			}
			for _, step := range []struct{ name, args, want string }{
				{"find", "find auth --org identity", "identity/"},
				{"show", "show " + repo, "CONTRIBUTING.md:25"},
				{"show", "show " + repo + " --json fullName,release,answers", `"fullName":`},
				{"contribute", "contribute " + repo + " --branch fix/no-expiry --dir clone --yes", "isrc submit"},
			} {
				p.isrc(step.name, step.want, strings.Fields(step.args)...)
			}
			p.change()
			if got, _, _ := p.run("git", "config", "remote.origin.url"); strings.TrimSpace(got) != p.base+"/newcomer/"+filepath.Base(repo)+".git" {
				t.Errorf("origin is %s", got)
			}
			p.isrc("check", "", "check")
			p.isrc("submit", p.base+"/"+repo+"/pull/413", "submit", "--section", "What changes="+p.section, "--tick", "I have added or changed tests")
			p.isrc("submit", `"number":413`, "submit", "--json", "number,outcome")
			p.isrc("status", repo+"\t#413", "status")
		})
	}
}

// person is somebody who works on a look-alike forge.
type person struct {
	t       *testing.T
	l       lookalike
	base    string
	dir     string
	section string
	env     []string
	forge   *sandbox.Forge
}

func newPerson(t *testing.T, l lookalike) *person {
	t.Helper()
	root := t.TempDir()
	dir := func(name string) string {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	begun := time.Now()
	f, err := sandbox.Start(context.Background(), sandbox.Options{Dir: dir("forge"), Now: func() time.Time { return clock.Add(time.Since(begun)) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	ca := filepath.Join(root, "ca.pem")
	cert, err := certify(ca, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	server, err := startFront(cert, l.handler(f))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.close)
	p := &person{t: t, l: l, forge: f, base: "https://localhost:" + server.port, dir: dir("work"), section: filepath.Join(root, "what.md")}
	home := dir("home")
	settings := fmt.Sprintf("host: \"localhost:%s\"\nhosts:\n  \"localhost:%s\":\n    caFile: %q\n", server.port, server.port, ca)
	if l.api != "" {
		settings += fmt.Sprintf("    apiUrl: %q\n", p.base+l.api)
	}
	p.write(filepath.Join(home, ".config", "isrc", "config.yaml"), settings)
	p.write(filepath.Join(home, "gitconfig"), newcomersGit)
	p.write(p.section, "A token without an expiry is refused.\n")
	p.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + dir("tmp"), "LANG=C.UTF-8", "GORACE=" + os.Getenv("GORACE"), "XDG_CONFIG_DIRS=" + filepath.Join(home, "none"),
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, "gitconfig"), "GIT_CONFIG_NOSYSTEM=1", "ISRC_TOKEN=" + f.Token("newcomer"),
	}
	return p
}

func (p *person) write(path, text string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := writeProgram(path, text, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// isrc runs a command and holds it to its exit code and to what it says.
func (p *person) isrc(name, want string, args ...string) {
	p.t.Helper()
	out, errs, code := p.run("isrc", args...)
	lines := map[string]bool{}
	for line := range strings.Lines(errs) {
		if line = strings.TrimSpace(line); lines[line] && strings.HasPrefix(line, "isrc: ") {
			p.t.Errorf("isrc %s says twice: %s", strings.Join(args, " "), line)
		}
		lines[line] = true
	}
	if code != p.l.exit[name] {
		p.t.Fatalf("isrc %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, p.l.exit[name], out, errs)
	}
	if code == 0 && !strings.Contains(out, want) {
		p.t.Errorf("isrc %s: no %q in\n%s%s", strings.Join(args, " "), want, out, errs)
	}
	if says := p.l.says[name]; !strings.Contains(out+errs, says) {
		p.t.Errorf("isrc %s: no %q in\n%s%s", strings.Join(args, " "), says, out, errs)
	}
	if code != 0 && !strings.Contains(errs, "isrc: hint: ") {
		p.t.Errorf("isrc %s: no hint in\n%s", strings.Join(args, " "), errs)
	}
}

func (p *person) run(program string, args ...string) (out, errs string, code int) {
	p.t.Helper()
	return p.input("", program, args...)
}

func (p *person) input(in, program string, args ...string) (out, errs string, code int) {
	p.t.Helper()
	cmd := exec.Command(program, args...)
	var o, e bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = p.dir, p.env, strings.NewReader(in), &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		p.t.Fatalf("run %s: %v", program, err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// change makes and commits a change in the clone.
func (p *person) change() {
	p.t.Helper()
	p.dir = filepath.Join(p.dir, "clone")
	p.write(filepath.Join(p.dir, "noexpiry.go"), "package auth\n")
	for _, args := range [][]string{{"add", "noexpiry.go"}, {"commit", "--quiet", "-s", "-m", "fix: reject tokens without expiry"}} {
		if _, errs, code := p.run("git", args...); code != 0 {
			p.t.Fatalf("git %v: %s", args, errs)
		}
	}
}
