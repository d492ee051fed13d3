package command

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/term"
)

// desk is a person at a terminal with a home of their own.
type desk struct {
	t    *testing.T
	home string
	self string // isrc, for git's credential helper
	env  map[string]string
	tty  bool
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	home := t.TempDir()
	path := os.Getenv("PATH") // git is looked for in it
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(t.TempDir(), "isrc") // TestMain goes by the name
	if err := os.Symlink(program, self); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	return &desk{t: t, home: home, self: self, tty: true, env: map[string]string{
		"HOME": home, "PATH": path, "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_DIRS": filepath.Join(home, "none"),
		"GIT_CONFIG_GLOBAL": filepath.Join(home, "gitconfig"),
	}}
}

// types runs isrc with answers to its questions.
func (d *desk) types(answers string, args ...string) (code int, out, errs string) {
	d.t.Helper()
	var o, e bytes.Buffer
	var env []string
	for k, v := range d.env { // no variable of this process, proxies and tokens among them
		env = append(env, k+"="+v)
	}
	s := &term.Streams{In: strings.NewReader(answers), Out: &o, Err: &e, InTTY: d.tty, OutTTY: d.tty, ErrTTY: d.tty, Width: 100, Unicode: true}
	begun := time.Now()
	code = Run(d.t.Context(), Invocation{
		Args: args, Env: env, Dir: d.home, Streams: s, Self: d.self, Now: func() time.Time { return clock.Add(time.Since(begun)) },
	})
	return code, o.String(), e.String()
}

func (d *desk) settings() string {
	d.t.Helper()
	content, err := os.ReadFile(filepath.Join(d.home, ".config", "isrc", "config.yaml"))
	if err != nil && !os.IsNotExist(err) {
		d.t.Fatal(err)
	}
	return string(content)
}

func (d *desk) file(name, content string) string {
	d.t.Helper()
	path := filepath.Join(d.home, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func startForge(t *testing.T, tls bool) *sandbox.Forge {
	t.Helper()
	begun := time.Now()
	f, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), TLS: tls, Now: func() time.Time { return clock.Add(time.Since(begun)) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// want looks for parts of a text, wherever its lines are broken.
func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	inOne := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, p := range parts {
		if !strings.Contains(inOne(text), inOne(p)) {
			t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}

func TestSetupAsksForWhatTurnsOutToBeMissing(t *testing.T) {
	t.Parallel()
	f := startForge(t, true)
	d := newDesk(t)
	// a wrong file, the CA, the organisations; then sign in, with the token.
	answers := d.file("nothing.pem", "x") + "\n" + f.CAFile() + "\nidentity, platform\ny\n" + f.Token("newcomer") + "\n"
	code, out, errs := d.types(answers, "setup", f.Host())
	if code != exitDone {
		t.Errorf("exit code %d, want 0\n%s\n%s", code, out, errs)
	}
	want(t, errs, "It is not trusted", "holds no PEM certificate", "Organisations to search", "Sign in now?")
	want(t, out, "✓ tls", "✓ api", "✓ token         of newcomer", "✓ organisations identity and platform", "✓ guidelines", "Everything works.")
	want(t, d.settings(), "host: "+f.Host(), "caFile: "+f.CAFile(), "orgs: [identity, platform]")
	if strings.Contains(d.settings()+out+errs, f.Token("newcomer")) {
		t.Error("the token was written where it does not belong")
	}

	before := d.settings()
	code, out, _ = d.types("", "setup", f.Host())
	want(t, out, "Already so in", "Everything works.")
	if code != exitDone || d.settings() != before {
		t.Errorf("repeated, it ends with %d and the settings are\n%s", code, d.settings())
	}
}

func TestSetupWithFlagsAsksNothing(t *testing.T) {
	t.Parallel()
	f := startForge(t, true)
	d := newDesk(t)
	d.tty = false
	d.env["ISRC_TOKEN"] = f.Token("newcomer")
	code, out, errs := d.types("", "setup", f.URL()+"/", "--ca-file", f.CAFile(), "--orgs", "identity", "--json", "outcome,hosts,changes", "--jq", `"\(.outcome) \(.hosts[0]) \(.changes | length)"`)
	if code != exitDone || strings.TrimSpace(out) != fmt.Sprintf("written %s 3", f.Host()) {
		t.Errorf("exit code %d\n%s\n%s", code, out, errs)
	}
	code, out, _ = d.types("", "setup", f.Host(), "--ca-file", f.CAFile(), "--json", "outcome", "--jq", ".outcome")
	if code != exitDone || strings.TrimSpace(out) != "existing" {
		t.Errorf("repeated: exit code %d, %s", code, out)
	}
}

func TestSetupOfASecondHostKeepsTheDefault(t *testing.T) {
	t.Parallel()
	f := startForge(t, false)
	d := newDesk(t)
	d.tty = false
	d.env["ISRC_TOKEN"] = f.Token("newcomer")
	if code, _, errs := d.types("", "config", "set", "host", "git.example.com"); code != exitDone {
		t.Fatal(errs)
	}
	code, out, errs := d.types("", "setup", f.URL())
	want(t, out, "the default host stays git.example.com", "✓ token")
	want(t, d.settings(), "host: git.example.com", "scheme: http")
	if code != exitDone {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if _, out, _ = d.types("", "setup", f.URL(), "--default"); !strings.Contains(out, "(was git.example.com)") {
		t.Errorf("got\n%s", out)
	}
}

func TestSetupWritesNothingThatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no argument":                {[]string{"setup"}, exitUsage, "a host, a URL or a file is missing"},
		"two arguments":              {[]string{"setup", "a", "b"}, exitUsage, "one argument too many"},
		"no host":                    {[]string{"setup", "a b"}, exitUsage, "not a host name"},
		"plain http":                 {[]string{"setup", "git.example.com", "--scheme", "http"}, exitUsage, "loopback"},
		"plain http in the URL":      {[]string{"setup", "http://git.example.com"}, exitUsage, "loopback"},
		"a missing CA":               {[]string{"setup", "git.example.com", "--ca-file", "nowhere.pem"}, exitUsage, "nowhere.pem"},
		"a certificate without key":  {[]string{"setup", "git.example.com", "--client-cert", "gitconfig"}, exitUsage, "client certificate"},
		"a proxy that is none":       {[]string{"setup", "git.example.com", "--proxy", "me:hunter22@"}, exitUsage, "not a URL"},
		"the second flag is wrong":   {[]string{"setup", "git.example.com", "--orgs", "a", "--api-url", "http://git.example.com"}, exitUsage, "apiUrl"},
		"a file that is not there":   {[]string{"setup", "./isrc.yaml"}, exitUsage, "there is no file"},
		"a file on plain http":       {[]string{"setup", "http://intranet.example.com/isrc.yaml"}, exitUsage, "over https only"},
		"a URL with a password":      {[]string{"setup", "https://me:hunter22@intranet.example.com/isrc.yaml"}, exitUsage, "must not hold a password"},
		"a URL that is of no use":    {[]string{"setup", "ftp://intranet.example.com/isrc.yaml"}, exitUsage, "is not the https URL"},
		"flags of a host for a file": {[]string{"setup", "./gitconfig.yaml", "--orgs", "a"}, exitUsage, "goes with a host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.tty = false
			d.file("gitconfig", "")
			code, _, errs := d.types("", tt.args...)
			if code != tt.code || !strings.Contains(errs, tt.says) || strings.Contains(errs, "hunter22") {
				t.Errorf("exit code %d, %s", code, errs)
			}
			if s := d.settings(); s != "" {
				t.Errorf("it wrote\n%s", s)
			}
		})
	}
}

func TestSetupTakesACompanysFileOnceItIsAgreedTo(t *testing.T) {
	t.Parallel()
	f := startForge(t, false)
	company := fmt.Sprintf("host: %q\norgs: [identity]\neditor: /bin/evil\nhosts:\n  %q:\n    scheme: http\n  other.example:\n    apiUrl: https://elsewhere.example/api\n", f.Host(), f.Host())
	intranet := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent for the company's file")
		}
		switch r.URL.Path {
		case "/isrc.yaml":
			fmt.Fprint(w, company)
		case "/moved.yaml":
			http.Redirect(w, r, "/isrc.yaml", http.StatusFound)
		case "/away.yaml":
			http.Redirect(w, r, "http://intranet.example.com/isrc.yaml", http.StatusFound)
		case "/round.yaml":
			http.Redirect(w, r, "/round.yaml", http.StatusFound)
		case "/page":
			fmt.Fprint(w, "\n<!doctype html>")
		case "/large.yaml":
			fmt.Fprint(w, strings.Repeat("# \n", maxCompanyFile/2))
		case "/private.yaml":
			w.WriteHeader(http.StatusForbidden)
		case "/broken.yaml":
			w.WriteHeader(http.StatusBadGateway)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(intranet.Close)
	d := newDesk(t)
	d.env["ISRC_TOKEN"] = f.Token("newcomer")

	code, out, _ := d.types("", "setup", intranet.URL+"/isrc.yaml", "--dry-run")
	want(t, out, "host: "+f.Host(), "Nothing is written", "editor is for each person", "your token for other.example will go there")
	if code != exitDone || d.settings() != "" {
		t.Errorf("a dry run: exit code %d, wrote %q", code, d.settings())
	}
	code, _, errs := d.types("n\n", "setup", intranet.URL+"/isrc.yaml")
	want(t, errs, "host: "+f.Host(), "Write this to")
	if code != exitInterrupted || d.settings() != "" {
		t.Errorf("declined: exit code %d, wrote %q", code, d.settings())
	}
	d.tty = false
	if code, _, errs = d.types("", "setup", intranet.URL+"/isrc.yaml"); code != exitUsage || !strings.Contains(errs, "--yes") || d.settings() != "" {
		t.Errorf("with nobody to ask: exit code %d, %s", code, errs)
	}
	_, out, errs = d.types("", "setup", intranet.URL+"/moved.yaml", "--yes", "--json", "source,outcome,hosts,checks", "--jq",
		`.outcome, .hosts[0], (.checks[] | select(.name == "token") | "\(.host) \(.state)")`)
	want(t, out, "written\n"+f.Host()+"\n", f.Host()+" ok")
	want(t, d.settings(), "orgs: [identity]")
	if strings.Contains(d.settings(), "evil") {
		t.Errorf("a program to run was taken over\n%s\n%s", d.settings(), errs)
	}

	for path, tt := range map[string]struct {
		code int
		says string
	}{
		"/away.yaml":    {exitUsage, "over https only"},
		"/round.yaml":   {exitUnavailable, "in a circle"},
		"/page":         {exitUsage, "a web page instead of a file"},
		"/large.yaml":   {exitUsage, "larger than 1 MB"},
		"/private.yaml": {exitNotPermitted, "no token is sent for it"},
		"/broken.yaml":  {exitUnavailable, "502"},
		"/none.yaml":    {exitNotFound, "there is no file"},
	} {
		if code, _, errs := d.types("", "setup", intranet.URL+path, "--yes"); code != tt.code || !strings.Contains(errs, tt.says) {
			t.Errorf("%s: exit code %d, want %d: %s", path, code, tt.code, errs)
		}
	}
}
