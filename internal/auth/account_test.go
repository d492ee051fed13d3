package auth

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/config"
)

// somebody has five accounts on two hosts, and this home.
func somebody(t *testing.T, more string) (s Source, home string) {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"code/deep/er", "codebench", "other"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	getenv := func(string) string { return "" }
	dirs := config.NewDirs("linux", getenv, home)
	if err := os.MkdirAll(dirs.Config, 0o755); err != nil {
		t.Fatal(err)
	}
	content := `host: h.example
hosts:
  h.example:
    user: Usual
accounts:
  by-org@h.example:
    orgs: [identity, Platform]
    email: org@acme.example
  by-dir@h.example:
    dirs: ` + home + `/code
    tokenVariable: DIR_TOKEN
  deeper@h.example:
    dirs: ` + home + `/code/deep
    orgs: [deep]
  both@other.example:
    orgs: [identity]
    dirs: ` + home + `/code
  usual@h.example:
    email: usual@acme.example
` + more
	if err := os.WriteFile(dirs.UserFile(), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.LoadOptions{Getenv: getenv, Home: home, Dirs: dirs})
	if err != nil {
		t.Fatal(err)
	}
	return Source{Getenv: getenv, Config: c}, home
}

func TestAccountIsChosenByWhatIsAsked(t *testing.T) {
	t.Parallel()
	s, home := somebody(t, "")
	link := filepath.Join(home, "link")
	if err := os.Symlink(filepath.Join(home, "code", "deep"), link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	at := func(dir string) string { return filepath.Join(home, dir) }
	for _, c := range []struct {
		name             string
		variable         string
		host, owner, dir string
		login, why       string
		origin           string // its end
		email            string
	}{
		{name: "the host", host: "h.example", dir: at("other"), login: "Usual", why: "it is the usual one on h.example", origin: "config.yaml:4", email: "usual@acme.example"},
		{name: "the host in any spelling", host: "H.EXAMPLE", login: "Usual", why: "it is the usual one on h.example", origin: "config.yaml:4", email: "usual@acme.example"},
		{name: "no setting for the host", host: "third.example", owner: "identity", dir: at("code")},
		{name: "the organisation", host: "h.example", owner: "identity", login: "by-org", why: "it is for the organisation identity", origin: "config.yaml:7", email: "org@acme.example"},
		{name: "the organisation in any case", host: "h.example", owner: "PLATFORM", login: "by-org", why: "it is for the organisation PLATFORM", origin: "config.yaml:7", email: "org@acme.example"},
		{name: "no part of a name", host: "h.example", owner: "identity-2", login: "Usual", why: "it is the usual one on h.example", origin: "config.yaml:4", email: "usual@acme.example"},
		{name: "its own repository", host: "h.example", owner: "Deeper", dir: at("code"), login: "deeper", why: "the repository is its own", origin: "", email: ""},
		{name: "the folder", host: "h.example", dir: at("code"), login: "by-dir", why: "it is for the folder " + at("code"), origin: "config.yaml:10"},
		{name: "below the folder", host: "h.example", dir: at("code/not/there/yet"), login: "by-dir", why: "it is for the folder " + at("code"), origin: "config.yaml:10"},
		{name: "the deepest folder", host: "h.example", dir: at("code/deep/er"), login: "deeper", why: "it is for the folder " + at("code/deep"), origin: "config.yaml:13"},
		{name: "a folder behind a link", host: "h.example", dir: filepath.Join(link, "er"), login: "deeper", why: "it is for the folder " + at("code/deep"), origin: "config.yaml:13"},
		{name: "not a folder whose name begins alike", host: "h.example", dir: at("codebench"), login: "Usual", why: "it is the usual one on h.example", origin: "config.yaml:4", email: "usual@acme.example"},
		{name: "not the folder above", host: "h.example", dir: home, login: "Usual", why: "it is the usual one on h.example", origin: "config.yaml:4", email: "usual@acme.example"},
		{name: "the organisation before the folder", host: "h.example", owner: "identity", dir: at("code/deep"), login: "by-org", why: "it is for the organisation identity", origin: "config.yaml:7", email: "org@acme.example"},
		{name: "each host for itself", host: "other.example", owner: "identity", dir: at("code"), login: "both", why: "it is for the organisation identity", origin: "config.yaml:16"},
		{name: "the variable before all", variable: "by-dir", host: "h.example", owner: "identity", dir: at("code/deep"), login: "by-dir", why: "ISRC_ACCOUNT asks for it", origin: "ISRC_ACCOUNT"},
		{name: "the variable, whatever the settings know", variable: " stranger@H.example ", host: "h.example", login: "stranger", why: "ISRC_ACCOUNT asks for it", origin: "ISRC_ACCOUNT"},
		{name: "the variable for another host", variable: "by-dir@other.example", host: "h.example", owner: "identity", login: "by-org", why: "it is for the organisation identity", origin: "config.yaml:7", email: "org@acme.example"},
		{name: "an email of the one that the variable asks for", variable: "BY-ORG", host: "h.example", login: "BY-ORG", why: "ISRC_ACCOUNT asks for it", origin: "ISRC_ACCOUNT", email: "org@acme.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := s
			s.Owner, s.Dir = c.owner, c.dir
			s.Getenv = func(name string) string { return map[string]string{AccountVariable: c.variable}[name] }
			got, err := s.Account(c.host)
			if err != nil || got.Login != c.login || got.Why != c.why || got.Email != c.email || !strings.HasSuffix(got.Origin, c.origin) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// Two that would do are a mistake of the settings, not of chance.
func TestAccountsThatAreForTheSame(t *testing.T) {
	t.Parallel()
	s, home := somebody(t, "  second@h.example:\n    orgs: [IDENTITY]\n    dirs: /nowhere\n")
	s.Owner = "identity"
	_, err := s.Account("h.example")
	var two *AmbiguousError
	if !errors.As(err, &two) || !cmp.Equal(two.Logins, []string{"by-org", "second"}) || !strings.Contains(err.Error(), "it is for the organisation identity") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Token(t.Context(), "h.example", false); !errors.As(err, &two) {
		t.Errorf("a token was looked for all the same: %v", err)
	}
	if got, err := s.As("second", "h.example").Account("h.example"); err != nil || got.Login != "second" {
		t.Errorf("the variable settles it: got %+v, %v", got, err)
	}
	s.Owner, s.Dir = "", filepath.Join(home, "code")
	if got, err := s.Account("h.example"); err != nil || got.Login != "by-dir" {
		t.Errorf("elsewhere nothing is in doubt: got %+v, %v", got, err)
	}
}

// As asks for one account on one host, and leaves all others as they are.
func TestAsIsForOneHost(t *testing.T) {
	t.Parallel()
	s, _ := somebody(t, "")
	as := s.As("by-dir", "H.example")
	if got, err := as.Account("h.example"); err != nil || got.Login != "by-dir" {
		t.Errorf("got %+v, %v", got, err)
	}
	as.Owner = "identity"
	if got, err := as.Account("other.example"); err != nil || got.Login != "both" {
		t.Errorf("on another host: got %+v, %v", got, err)
	}
}

// A token of another account, or of nobody knows whom, is not taken for an
// account that was chosen for a reason.
func TestTokenOfTheAccountAlone(t *testing.T) {
	t.Parallel()
	s, home := somebody(t, "")
	k := &memory{all: map[string]string{}}
	s.Keyring = k
	keep := func(login, token string) {
		t.Helper()
		if _, err := LoginAs(t.Context(), s, "h.example", token, login); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Login(t.Context(), s, "h.example", "ghp_usual", "usual"); err != nil {
		t.Fatal(err)
	}
	keep("By-Org", "ghp_org")
	token := func(owner, dir string, env map[string]string) (string, error) {
		s := s
		s.Owner, s.Dir = owner, dir
		s.Getenv = func(name string) string { return env[name] }
		got, err := s.Token(t.Context(), "h.example", false)
		return got.Value, err
	}
	for _, c := range []struct {
		owner, dir string
		env        map[string]string
		want       string
		fails      string
	}{
		{want: "ghp_usual"},
		{owner: "identity", want: "ghp_org"},
		{dir: filepath.Join(home, "code"), fails: "DIR_TOKEN, which the settings of by-dir name, is not set; the one that is kept is of usual"},
		{dir: filepath.Join(home, "code"), env: map[string]string{"DIR_TOKEN": "ghp_dir"}, want: "ghp_dir"},
		{dir: filepath.Join(home, "code"), env: map[string]string{"DIR_TOKEN": "two words"}, fails: "something that is not a token"},
		{owner: "deep", fails: "no token of deeper for h.example"},
		{owner: "identity", env: map[string]string{"ISRC_TOKEN": "ghp_env"}, want: "ghp_env"},
		{owner: "identity", env: map[string]string{"ISRC_TOKEN": "ghp_env", "ISRC_ACCOUNT": "usual"}, want: "ghp_usual"},
		{owner: "identity", env: map[string]string{"ISRC_TOKEN": "ghp_env", "ISRC_ACCOUNT": "nobody"}, fails: "no token of nobody for h.example"},
	} {
		got, err := token(c.owner, c.dir, c.env)
		if got != c.want || (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s %s %v: got %q, %v; want %q %s", c.owner, c.dir, c.env, got, err, c.want, c.fails)
		}
	}
}

// A keyring that is locked is named, so that nobody looks for the mistake
// elsewhere; one that is not there is nothing to speak of.
func TestALockedKeyringIsNamed(t *testing.T) {
	t.Parallel()
	s, _ := somebody(t, "")
	for err, says := range map[error]string{ErrLocked: "the keyring is locked", errors.New("no bus"): ""} {
		s.Keyring = &memory{all: map[string]string{}, err: err}
		_, got := s.Token(t.Context(), "h.example", false)
		if got == nil || strings.Contains(got.Error(), "keyring") != (says != "") || !strings.Contains(got.Error(), says) {
			t.Errorf("%v: got %v", err, got)
		}
		if _, got := Logout(t.Context(), s, "h.example"); errors.Is(got, ErrLocked) != (says != "") {
			t.Errorf("%v: log-out: %v", err, got)
		}
	}
}
