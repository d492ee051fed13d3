package auth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/forge"
)

// TestMain lets git start this test as the credential helper that GitEnv names.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "auth" && os.Args[2] == "git-credential" {
		if err := GitCredential(context.Background(), os.Stdin, os.Stdout, os.Args[3], Source{}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// memory is a keyring that works, or fails with err.
type memory struct {
	mu  sync.Mutex
	all map[string]string
	err error
}

func (m *memory) Get(host string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.all[host]
	if m.err == nil && !ok {
		return "", ErrNoSecret
	}
	return s, m.err
}

func (m *memory) Set(host, secret string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.all[host] = secret
	}
	return m.err
}

func (m *memory) Delete(host string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.all[host]; m.err == nil && !ok {
		return ErrNoSecret
	}
	delete(m.all, host)
	return m.err
}

// programs answers by the name of the program and writes down what was run.
type programs struct {
	answers map[string]string
	ran     []Command
}

func (p *programs) run(_ context.Context, c Command) ([]byte, error) {
	p.ran = append(p.ran, c)
	out, ok := p.answers[c.Name]
	if !ok {
		return nil, errors.New("not installed")
	}
	return []byte(out), nil
}

// machine is what a token may be found on.
type machine struct {
	env      map[string]string
	settings string // the user's file
	keyring  map[string]string
	gh       string // hosts.yml
	programs map[string]string
}

func (m machine) source(t *testing.T) (Source, *programs) {
	t.Helper()
	home := t.TempDir()
	getenv := func(name string) string { return m.env[name] }
	write(t, filepath.Join(home, ".config/isrc/config.yaml"), m.settings)
	write(t, filepath.Join(home, ".config/gh/hosts.yml"), m.gh)
	c, err := config.Load(config.LoadOptions{Getenv: getenv, Home: home, Dirs: config.Dirs{Config: filepath.Join(home, ".config/isrc")}})
	if err != nil {
		t.Fatal(err)
	}
	ring := &memory{all: m.keyring}
	if ring.all == nil {
		ring.all = map[string]string{}
	}
	p := &programs{answers: m.programs}
	return Source{Getenv: getenv, Config: c, Keyring: ring, Run: p.run, GHConfigDir: GHConfigDir("linux", getenv, home)}, p
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if content == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

const (
	ghe       = "ghe.example"
	stranger  = "stranger.example"
	configure = "hosts:\n  ghe.example:\n    user: newcomer\n"
)

func TestATokenGoesOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	named := true
	for _, tt := range []struct {
		name     string
		m        machine
		host     string
		named    bool
		want     string // origin of the token, "" for none
		withheld []string
	}{
		{"ISRC_TOKEN goes to the host in ISRC_HOST", machine{env: vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")}, ghe, named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN goes to the host in GH_HOST", machine{env: vars("ISRC_TOKEN", "GH_HOST=GHE.example:443")}, ghe, named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN for another host is withheld", machine{env: vars("ISRC_TOKEN", "ISRC_HOST=ghe.example")}, stranger, named, "",
			[]string{"ISRC_TOKEN is for ghe.example, not for stranger.example"}},
		{"a host in a variable is not another port of it", machine{env: vars("ISRC_TOKEN", "ISRC_HOST=127.0.0.1:8080")}, "127.0.0.1:9090", named, "",
			[]string{"ISRC_TOKEN is for 127.0.0.1:8080, not for 127.0.0.1:9090"}},
		{"a variable that names a host is not for a configured one", machine{env: vars("ISRC_TOKEN", "ISRC_HOST=github.com"), settings: configure}, ghe, named, "",
			[]string{"ISRC_TOKEN is for github.com, not for ghe.example"}},
		{"ISRC_TOKEN goes to a configured host", machine{env: vars("ISRC_TOKEN"), settings: configure}, ghe, named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN goes to the default host of a file", machine{env: vars("ISRC_TOKEN"), settings: "host: ghe.example\n"}, ghe, named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN does not go to a host that is merely named", machine{env: vars("ISRC_TOKEN"), settings: "host: ghe.example\n"}, stranger, named, "",
			[]string{"ISRC_TOKEN is for ghe.example, not for stranger.example"}},
		{"ISRC_TOKEN is github.com's where nothing is configured", machine{env: vars("ISRC_TOKEN")}, "github.com", named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN is not a stranger's where nothing is configured", machine{env: vars("ISRC_TOKEN")}, stranger, named, "",
			[]string{"ISRC_TOKEN is for github.com, not for stranger.example"}},
		{"ISRC_TOKEN goes to a host that was not merely named", machine{env: vars("ISRC_TOKEN")}, ghe, !named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN goes to the only host of gh", machine{env: vars("ISRC_TOKEN"), gh: "ghe.example:\n  user: newcomer\n"}, ghe, named, "ISRC_TOKEN", nil},
		{"ISRC_TOKEN goes to the server of an Actions job", machine{env: vars("ISRC_TOKEN", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://ghe.example")}, ghe, named, "ISRC_TOKEN", nil},

		{"GH_TOKEN goes to github.com", machine{env: vars("GH_TOKEN")}, "github.com", named, "GH_TOKEN", nil},
		{"GH_TOKEN goes to a tenant of ghe.com", machine{env: vars("GH_TOKEN")}, "acme.ghe.com", named, "GH_TOKEN", nil},
		{"GH_TOKEN does not go to a company's server, configured or not", machine{env: vars("GH_TOKEN"), settings: configure}, ghe, !named, "",
			[]string{"GH_TOKEN is for github.com, not for ghe.example"}},
		{"GH_TOKEN does not go to a host that ends alike", machine{env: vars("GH_TOKEN", "GITHUB_TOKEN")}, "evilghe.com", named, "",
			[]string{"GH_TOKEN is for github.com, not for evilghe.com", "GITHUB_TOKEN is for github.com, not for evilghe.com"}},
		{"GITHUB_TOKEN goes to github.com", machine{env: vars("GITHUB_TOKEN")}, "github.com", named, "GITHUB_TOKEN", nil},
		{"ISRC_TOKEN comes before GH_TOKEN", machine{env: vars("ISRC_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")}, "github.com", named, "ISRC_TOKEN", nil},
		{"GH_TOKEN comes before GITHUB_TOKEN", machine{env: vars("GH_TOKEN", "GITHUB_TOKEN")}, "github.com", named, "GH_TOKEN", nil},
		{"GH_TOKEN takes over where ISRC_TOKEN is withheld", machine{env: vars("ISRC_TOKEN", "GH_TOKEN", "ISRC_HOST=ghe.example")}, "github.com", named, "GH_TOKEN", nil},

		{"GITHUB_TOKEN of a job goes to its server", machine{env: vars("GITHUB_TOKEN", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://ghe.example")}, ghe, named, "GITHUB_TOKEN", nil},
		{"GITHUB_TOKEN of a job on a server does not go to github.com", machine{env: vars("GITHUB_TOKEN", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://ghe.example")}, "github.com", !named, "",
			[]string{"GITHUB_TOKEN is for ghe.example, not for github.com"}},
		{"GITHUB_TOKEN of a job on github.com does not go to a tenant", machine{env: vars("GITHUB_TOKEN", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com")}, "acme.ghe.com", named, "",
			[]string{"GITHUB_TOKEN is for github.com, not for acme.ghe.com"}},

		{"GH_ENTERPRISE_TOKEN goes to a configured server", machine{env: vars("GH_ENTERPRISE_TOKEN"), settings: configure}, ghe, named, "GH_ENTERPRISE_TOKEN", nil},
		{"GITHUB_ENTERPRISE_TOKEN goes to the server in GH_HOST", machine{env: vars("GITHUB_ENTERPRISE_TOKEN", "GH_HOST=ghe.example")}, ghe, named, "GITHUB_ENTERPRISE_TOKEN", nil},
		{"GH_ENTERPRISE_TOKEN does not go to a stranger", machine{env: vars("GH_ENTERPRISE_TOKEN"), settings: configure}, stranger, named, "",
			[]string{"GH_ENTERPRISE_TOKEN is for a configured server, not for stranger.example"}},
		{"GH_ENTERPRISE_TOKEN does not go to github.com", machine{env: vars("GH_ENTERPRISE_TOKEN")}, "github.com", !named, "",
			[]string{"GH_ENTERPRISE_TOKEN is for a company's own server, not for github.com"}},

		{"the keyring comes after the variables", machine{env: vars("GH_TOKEN"), keyring: map[string]string{"github.com": `{"token":"k"}`}}, "github.com", named, "GH_TOKEN", nil},
		{"the keyring comes before gh", machine{keyring: map[string]string{ghe: `{"token":"k"}`}, gh: "ghe.example:\n  oauth_token: g\n"}, ghe, named, "keyring", nil},
		{"an entry made by hand is a token", machine{keyring: map[string]string{ghe: "k"}}, ghe, named, "keyring", nil},
		{"gh comes before git", machine{gh: "ghe.example:\n  oauth_token: g\n", programs: map[string]string{"git": "password=p\n"}}, ghe, named, "gh", nil},
		{"gh is asked where it keeps the token elsewhere", machine{gh: "ghe.example:\n  user: newcomer\n", programs: map[string]string{"gh": "g\n"}}, ghe, named, "gh", nil},
		{"gh's login for one host is not another's", machine{gh: "ghe.example:\n  oauth_token: g\n"}, stranger, named, "", nil},
		{"git's credentials come last", machine{programs: map[string]string{"git": "username=newcomer\npassword=p\n"}}, stranger, named, "git credential", nil},
		{"git is not asked where it is not to be used", machine{settings: "git:\n  binary: none\n", programs: map[string]string{"git": "password=p\n"}}, ghe, named, "", nil},
		{"nothing anywhere is no token", machine{}, ghe, named, "", nil},
		{"an empty variable is none", machine{env: map[string]string{"GH_TOKEN": " "}}, "github.com", named, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := tt.m.source(t)
			got, err := s.Token(t.Context(), tt.host, tt.named)
			var none *forge.SignInError
			if tt.want == "" {
				if !errors.As(err, &none) || got.Value != "" {
					t.Fatalf("got %v and %v, want no token", got, err)
				}
				if diff := cmp.Diff(&forge.SignInError{Host: tt.host, Withheld: tt.withheld}, none); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				return
			}
			if err != nil || got.Origin != tt.want || got.Value == "" {
				t.Errorf("got %v of %q and %v, want the one of %q", got.Value != "", got.Origin, err, tt.want)
			}
		})
	}
}

// vars sets variables; one without a value is a token.
func vars(all ...string) map[string]string {
	env := map[string]string{}
	for _, kv := range all {
		name, value, ok := strings.Cut(kv, "=")
		if !ok {
			value = "token-of-" + name
		}
		env[name] = value
	}
	return env
}

func TestProgramsAreAskedWithoutTheTokensOfTheEnvironment(t *testing.T) {
	t.Parallel()
	s, p := machine{
		env: vars("ISRC_TOKEN", "ISRC_HOST=ghe.example"), gh: "stranger.example:\n  user: newcomer\n",
	}.source(t)
	if _, err := s.Token(t.Context(), stranger, true); err == nil {
		t.Fatal("there is a token")
	}
	if len(p.ran) != 2 || p.ran[0].Name != "gh" || p.ran[1].Name != "git" {
		t.Fatalf("ran %v, want gh and git", p.ran)
	}
	for _, c := range p.ran {
		for _, name := range tokenVariables() {
			if !strings.Contains(strings.Join(c.Unset, " "), name) {
				t.Errorf("%s sees %s", c.Name, name)
			}
		}
		if strings.Contains(strings.Join(append(c.Args, c.Set...), " ")+c.Stdin, "token-of") {
			t.Errorf("%s is given a token", c.Name)
		}
	}
	if got, want := p.ran[1].Stdin, "protocol=https\nhost=stranger.example\n\n"; got != want {
		t.Errorf("git was asked %q, want %q", got, want)
	}
}

func TestTheConfiguredAccountIsTakenAmongSeveral(t *testing.T) {
	t.Parallel()
	m := machine{settings: configure, gh: `
ghe.example:
  user: identity-lead
  oauth_token: of-the-lead
  users:
    identity-lead: {oauth_token: of-the-lead}
    newcomer: {oauth_token: of-the-newcomer}
`}
	s, _ := m.source(t)
	got, err := s.Token(t.Context(), ghe, true)
	if err != nil || got.Value != "of-the-newcomer" || got.User != "newcomer" {
		t.Errorf("got %q of %q, %v", got.Value, got.User, err)
	}
	m.gh, m.programs = "ghe.example:\n  user: identity-lead\n", map[string]string{"gh": "of-the-newcomer\n"}
	s, p := m.source(t)
	if got, err = s.Token(t.Context(), ghe, true); err != nil || got.User != "newcomer" {
		t.Errorf("got %q of %q, %v", got.Value, got.User, err)
	}
	if want := []string{"auth", "token", "--hostname", ghe, "--user", "newcomer"}; !cmp.Equal(p.ran[0].Args, want) {
		t.Errorf("gh was run with %q, want %q", p.ran[0].Args, want)
	}
}

func TestWhatIsNotATokenIsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()
	s, _ := machine{env: map[string]string{"GH_TOKEN": "canary\r\nX-Evil: 1"}}.source(t)
	if _, err := s.Token(t.Context(), "github.com", true); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", Token{Value: "canary"}, Token{Value: "canary"}, Token{Value: "canary"}, Token{Value: "canary"}); strings.Contains(shown, "canary") {
		t.Errorf("a token prints as %q", shown)
	}
}

func TestAKeyringThatHangsIsLeftAlone(t *testing.T) {
	t.Parallel()
	s, _ := machine{programs: map[string]string{"git": "password=p\n"}}.source(t)
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		s.Keyring = hanging(release)
		got, err := s.Token(t.Context(), ghe, true)
		if err != nil || got.Origin != "git credential" {
			t.Errorf("got %v, %v, want git's", got, err)
		}
		s.Run = nil
		var none *forge.SignInError
		if _, err := s.Token(t.Context(), ghe, true); !errors.As(err, &none) || len(none.Withheld) != 1 || !strings.Contains(none.Withheld[0], "within 3s") {
			t.Errorf("got %v, want it to say that the keyring is slow", err)
		}
		stored, err := Login(t.Context(), s, ghe, "canary", "newcomer")
		if err != nil || stored.InKeyring || stored.File == "" || !strings.Contains(stored.Why, "within 3s") {
			t.Errorf("got %+v, %v, want the file", stored, err)
		}
		if _, err := Logout(t.Context(), s, ghe); err == nil {
			t.Error("a logout that the keyring did not hear succeeded")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Token(ctx, ghe, true); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

type hanging chan struct{}

func (h hanging) Get(string) (string, error) { <-h; return "", ErrNoSecret }
func (h hanging) Set(_, _ string) error      { <-h; return nil }
func (h hanging) Delete(string) error        { <-h; return nil }

func TestLoginPrefersTheKeyringAndLogoutForgetsBoth(t *testing.T) {
	t.Parallel()
	s, _ := machine{}.source(t)
	ring := s.Keyring.(*memory)
	file := filepath.Join(s.Config.Dirs.Config, "tokens.json")

	ring.err = errors.New("no bus")
	stored, err := Login(t.Context(), s, "GHE.example", " canary\n", "newcomer")
	if err != nil || !cmp.Equal(stored, Stored{File: file, Why: "no bus"}) {
		t.Fatalf("got %+v, %v", stored, err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if got, err := s.Token(t.Context(), ghe, true); err != nil || got.Value != "canary" || got.User != "newcomer" || got.Origin != file {
		t.Errorf("got %v of %q, %v", got, got.User, err)
	}

	ring.err = nil
	if stored, err = Login(t.Context(), s, ghe, "newer", "newcomer"); err != nil || !stored.InKeyring {
		t.Fatalf("got %+v, %v", stored, err)
	}
	if got, err := s.Token(t.Context(), ghe, true); err != nil || got.Value != "newer" || got.Origin != "keyring" {
		t.Errorf("the older token in the file wins: %v, %v", got, err)
	}
	for _, want := range []bool{true, false} {
		if removed, err := Logout(t.Context(), s, ghe); err != nil || removed != want {
			t.Errorf("logout: %v, %v, want %v", removed, err, want)
		}
	}
	if _, err := s.Token(t.Context(), ghe, true); err == nil {
		t.Error("there is a token after logout")
	}
	if _, err := Login(t.Context(), s, ghe, "two words", ""); err == nil {
		t.Error("two words were taken for a token")
	}
}

func TestAFileOfTokensThatCannotBeReadIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for _, content := range []string{`{"version":2,"hosts":{}}`, `{"version":1,"hosts":{"x":{"token":"canary`} {
		s, _ := machine{}.source(t)
		s.Keyring = nil
		file := filepath.Join(s.Config.Dirs.Config, "tokens.json")
		write(t, file, content)
		_, err := Login(t.Context(), s, ghe, "new", "")
		if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), file) {
			t.Errorf("got %v", err)
		}
		if got, _ := os.ReadFile(file); string(got) != content {
			t.Errorf("it was overwritten with %s", got)
		}
	}
}

func TestLoginsAreRememberedByTokenWithoutKeepingIt(t *testing.T) {
	t.Parallel()
	c := LoginCache{File: filepath.Join(t.TempDir(), "isrc", "logins.json")}
	if err := c.Remember("GHE.example", "canary", "newcomer"); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Login(ghe, "canary"); !ok || got != "newcomer" {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, other := range [][2]string{{ghe, "other"}, {stranger, "canary"}} {
		if got, ok := c.Login(other[0], other[1]); ok {
			t.Errorf("%v is %q", other, got)
		}
	}
	content, err := os.ReadFile(c.File)
	if err != nil || strings.Contains(string(content), "canary") {
		t.Errorf("the file holds the token: %s, %v", content, err)
	}
	write(t, c.File, "{broken")
	if _, ok := c.Login(ghe, "canary"); ok {
		t.Error("a broken file remembers")
	}
	if err := c.Remember(ghe, "canary", "newcomer"); err != nil {
		t.Error(err)
	}
}
