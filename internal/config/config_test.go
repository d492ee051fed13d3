package config

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// world is a machine with its files and variables.
type world struct {
	t    *testing.T
	home string
	env  map[string]string
}

func newWorld(t *testing.T) *world {
	home := t.TempDir()
	return &world{t: t, home: home, env: map[string]string{"XDG_CONFIG_DIRS": filepath.Join(home, "etc1") + ":" + filepath.Join(home, "etc2")}}
}

func (w *world) options() LoadOptions {
	getenv := func(name string) string { return w.env[name] }
	return LoadOptions{Getenv: getenv, Home: w.home, Dirs: NewDirs("linux", getenv, w.home)}
}

func (w *world) userFile() string { return filepath.Join(w.home, ".config", "isrc", "config.yaml") }

func (w *world) write(path, content string) {
	w.t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(w.home, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read() string {
	w.t.Helper()
	content, err := os.ReadFile(w.userFile())
	if err != nil {
		w.t.Fatal(err)
	}
	return string(content)
}

func (w *world) load() *Config {
	w.t.Helper()
	c, err := Load(w.options())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestEachLayerCoversTheOneBelowAndIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("etc2/isrc/config.yaml", "host: far.example\npager: far\nbrowser: far\neditor: far\norgs: [far]\n")
	w.write("etc1/isrc/config.yaml", "host: near.example\npager: near\nbrowser: near\neditor: near\n")
	w.write(w.userFile(), "# mine\nhost: GHE.Example:443\npager: mine\nbrowser: mine\n")
	w.env["ISRC_BROWSER"], w.env["ISRC_PAGER"] = "env", "env"
	o := w.options()
	o.Flags = map[string]string{"pager": "flag"}
	c, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	user, near, far := w.userFile(), filepath.Join(w.home, "etc1/isrc/config.yaml"), filepath.Join(w.home, "etc2/isrc/config.yaml")
	want := []Setting{
		{"browser", "env", FromEnvironment, "ISRC_BROWSER"},
		{"catalog.needs", "", FromDefault, ""},
		{"catalog.source", "", FromDefault, ""},
		{"editor", "near", FromSystem, near + ":4"},
		{"git.binary", "auto", FromDefault, ""},
		{"host", "ghe.example", FromUser, user + ":2"},
		{"noInput", "false", FromDefault, ""},
		{"orgs", "far", FromSystem, far + ":5"},
		{"pager", "flag", FromFlag, "--pager"},
	}
	if diff := cmp.Diff(want, c.Settings()); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if c.Host != "ghe.example" || c.Editor != "near" || c.Pager != "flag" || c.Git.Binary != "auto" || c.NoInput {
		t.Errorf("the struct says %+v", c)
	}
}

func TestHostsMayContainDotsAndPorts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(w.userFile(), `
host: ghe.example
orgs: [platform, identity]
hosts:
  ghe.example:
    caFile: acme.pem
    proxy: http://proxy.example:3128
  GHE.example:8443:
    apiUrl: https://ghe.example:8443/api/v3
    orgs: one, two
    oauthClientId: 12345
  "[::1]:8080":
    scheme: http
  bare.example:
  empty.example: {}
`)
	c := w.load()
	want := map[string]Host{
		"ghe.example":      {Name: "ghe.example", CAFile: filepath.Join(w.home, ".config/isrc/acme.pem"), Proxy: "http://proxy.example:3128"},
		"ghe.example:8443": {Name: "ghe.example:8443", APIURL: "https://ghe.example:8443/api/v3", Orgs: []string{"one", "two"}, OAuthClientID: "12345"},
		"[::1]:8080":       {Name: "[::1]:8080", Scheme: "http"},
		"bare.example":     {Name: "bare.example"},
		"empty.example":    {Name: "empty.example"},
	}
	if diff := cmp.Diff(want, c.Hosts); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %q, want none", c.Warnings)
	}
	if got, want := c.HostFor("GHE.EXAMPLE").Orgs, []string{"platform", "identity"}; !cmp.Equal(got, want) {
		t.Errorf("the default host has the organisations %q, want %q", got, want)
	}
	if got := c.HostFor("other.example"); !cmp.Equal(got, Host{Name: "other.example"}) {
		t.Errorf("an unknown host is %+v", got)
	}
	if s, ok := c.Setting("hosts.ghe.example:8443.APIURL"); !ok || s.Key != "hosts.ghe.example:8443.apiUrl" || s.OriginDetail != w.userFile()+":9" {
		t.Errorf("got %+v", s)
	}
	for host, want := range map[string]bool{"ghe.example": true, "bare.example": true, "empty.example": true, "other.example": false} {
		if c.Configured(host) != want {
			t.Errorf("Configured(%q) = %v", host, !want)
		}
	}
}

func TestVariablesOfAHostSpeakOfTheHostThatIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["GH_HOST"], w.env["ISRC_HOST"] = "gh.example", "ghe.example"
	w.env["ISRC_CA_FILE"] = "/etc/acme.pem"
	c := w.load()
	if c.Host != "ghe.example" || c.HostFor("ghe.example").CAFile != "/etc/acme.pem" || c.HostFor("gh.example").CAFile != "" {
		t.Errorf("got %q and %+v", c.Host, c.Hosts)
	}
	if c.Configured("ghe.example") {
		t.Error("a variable configures a host, which only a file does")
	}
	delete(w.env, "ISRC_HOST")
	if c := w.load(); c.Host != "gh.example" {
		t.Errorf("GH_HOST gives the host %q", c.Host)
	}
	delete(w.env, "GH_HOST")
	if c := w.load(); len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "ISRC_CA_FILE") {
		t.Errorf("warnings %q, want one about ISRC_CA_FILE", c.Warnings)
	}
}

func TestAMistakeIsNamedWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, content, want string }{
		{"a file that is not YAML", "host: x\n\tpager: y\n", ":2: found a tab character"},
		{"a list where one value belongs", "pager: less\nhost: [a, b]\n", ":2: host is one value, not a list"},
		{"a group where one value belongs", "editor:\n  vi: true\n", ""},
		{"plain http to a real host", "hosts:\n  ghe.example:\n    scheme: http\n", ":3: scheme: http is for loopback addresses only"},
		{"an API that is not https", "hosts:\n  ghe.example:\n    apiUrl: http://ghe.example/api\n", ":3: apiUrl:"},
		{"a host that is none", "hosts:\n  \"a b\":\n    user: x\n", ":2: hosts: \"a b\" is not a host name"},
		{"a truth that is none", "noInput: perhaps\n", ":1: noInput: \"perhaps\" is neither true nor false"},
		{"an organisation that is none", "orgs: [\"../x\"]\n", ":1: orgs: \"../x\" is not the name of an account"},
		{"a password of a proxy is not shown", "hosts:\n  ghe.example:\n    proxy: user:secret@\n", ":3: proxy: not a URL"},
		{"a control character", "editor: \"vi\\e[2J\"\n", ":1: editor contains control characters"},
		{"a key that stands twice", "host: a.example\nhost: b.example\n", ":2:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.write(w.userFile(), tt.content)
			c, err := Load(w.options())
			if tt.want == "" {
				if err != nil || len(c.Warnings) == 0 {
					t.Errorf("got %v with the warnings %q, want a warning", err, c.Warnings)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), w.userFile()+tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want FILE%s", err, tt.want)
			}
		})
	}
}

func TestUnknownSettingsAreWarnings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(w.userFile(), "host: ghe.example\ncolour: blue\nhosts:\n  ghe.example:\n    speed: 9\n")
	c := w.load()
	if len(c.Warnings) != 2 || !strings.Contains(strings.Join(c.Warnings, "\n"), w.userFile()+":2: there is no setting \"colour\"") ||
		!strings.Contains(strings.Join(c.Warnings, "\n"), w.userFile()+":5: a host has no setting \"speed\"") {
		t.Errorf("got %q", c.Warnings)
	}
}

func TestLoadingTouchesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.load()
	entries, err := os.ReadDir(w.home)
	if err != nil || len(entries) != 0 {
		t.Errorf("loading left %v, %v", entries, err)
	}
}

func TestSetKeepsCommentsAndOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("acme.pem", "x")
	w.write(w.userFile(), `# kept by the platform team
pager: less # I like it
hosts:
  # the company's
  ghe.example:
    user: newcomer
host: ghe.example
`)
	for _, kv := range [][2]string{
		{"hosts.ghe.example.caFile", filepath.Join(w.home, "acme.pem")},
		{"pager", "more"},
		{"ORGS", "platform, identity"},
		{"noinput", "yes"},
		{"hosts.127.0.0.1:8080.scheme", "http"},
	} {
		if err := Set(w.options(), kv[0], kv[1]); err != nil {
			t.Fatalf("set %s: %v", kv[0], err)
		}
	}
	want := `# kept by the platform team
pager: more # I like it
hosts:
  # the company's
  ghe.example:
    user: newcomer
    caFile: ` + filepath.Join(w.home, "acme.pem") + `
  127.0.0.1:8080:
    scheme: http
host: ghe.example
orgs: [platform, identity]
noInput: true
`
	if diff := cmp.Diff(want, w.read()); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	info, err := os.Stat(w.userFile())
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if c := w.load(); c.Pager != "more" || !c.NoInput || c.HostFor("127.0.0.1:8080").Scheme != "http" {
		t.Errorf("read back: %+v", c)
	}
	if err := Unset(w.options(), "hosts.127.0.0.1:8080.scheme"); err != nil {
		t.Fatal(err)
	}
	if got := w.read(); strings.Contains(got, "8080") {
		t.Errorf("a group without settings is left:\n%s", got)
	}
}

func TestSetLeavesAFileThatSaysSoAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	odd := "host:   ghe.example\n\n\npager:  less\n"
	w.write(w.userFile(), odd)
	for _, do := range []error{Set(w.options(), "host", "ghe.example"), Unset(w.options(), "browser")} {
		if do != nil {
			t.Fatal(do)
		}
	}
	if got := w.read(); got != odd {
		t.Errorf("the file was rewritten:\n%s", got)
	}
}

func TestSetBeginsAFileAndKeepsOneOfCommentsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := Set(w.options(), "host", "ghe.example"); err != nil {
		t.Fatal(err)
	}
	if got := w.read(); got != "host: ghe.example\n" {
		t.Errorf("got %q", got)
	}
	w.write(w.userFile(), "# nothing yet\n")
	if err := Set(w.options(), "host", "ghe.example"); err != nil {
		t.Fatal(err)
	}
	if got := w.read(); got != "# nothing yet\nhost: ghe.example\n" {
		t.Errorf("got %q", got)
	}
}

func TestSetWritesThroughALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("dotfiles/isrc.yaml", "host: a.example\n")
	if err := os.MkdirAll(filepath.Dir(w.userFile()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(w.home, "dotfiles/isrc.yaml"), w.userFile()); err != nil {
		t.Skip("no symbolic links here")
	}
	if err := Set(w.options(), "host", "b.example"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(w.userFile()); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became a file: %v, %v", info, err)
	}
	if got := w.read(); got != "host: b.example\n" {
		t.Errorf("got %q", got)
	}
}

func TestSetRefusesWhatLoadWouldRefuse(t *testing.T) {
	t.Parallel()
	for _, kv := range [][2]string{
		{"hosts.ghe.example.scheme", "http"}, {"hosts.ghe.example.caFile", "/nowhere/at/all.pem"}, {"colour", "blue"},
		{"hosts.ghe.example.speed", "9"}, {"hosts.x", "y"}, {"host", "a/b"}, {"noInput", "perhaps"}, {"host", ""},
	} {
		w := newWorld(t)
		if err := Set(w.options(), kv[0], kv[1]); err == nil {
			t.Errorf("%s = %q was taken", kv[0], kv[1])
		}
		if _, err := os.Stat(w.userFile()); err == nil {
			t.Errorf("%s = %q left a file", kv[0], kv[1])
		}
	}
}

func TestACompanysFileIsMergedOnceAndRunsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(w.userFile(), "# mine\nhost: old.example\neditor: vi\n")
	w.write("acme.pem", "x")
	company := `{"host": "ghe.example", "editor": "/bin/evil", "git": {"binary": "/bin/evil"},
		"hosts": {"ghe.example": {"caFile": "` + filepath.Join(w.home, "acme.pem") + `", "orgs": ["platform"], "user": "root"}}}`
	const source = "https://intranet.example/isrc.json"
	want := []Change{
		{"host", "old.example", "ghe.example"},
		{"hosts.ghe.example.caFile", "", filepath.Join(w.home, "acme.pem")},
		{"hosts.ghe.example.orgs", "", "platform"},
	}
	for _, dry := range []bool{true, false} {
		changes, warnings, err := Merge(w.options(), source, []byte(company), dry)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, changes); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if len(warnings) != 3 || strings.Contains(strings.Join(warnings, ""), "evil") {
			t.Errorf("warnings %q, want three", warnings)
		}
		if dry && strings.Contains(w.read(), "ghe.example") {
			t.Error("a dry run wrote")
		}
	}
	if got := w.read(); !strings.HasPrefix(got, "# mine\nhost: ghe.example\neditor: vi\n") {
		t.Errorf("got\n%s", got)
	}
	changes, _, err := Merge(w.options(), source, []byte(company), false)
	if err != nil || len(changes) != 0 {
		t.Errorf("repeated, it changes %v, %v", changes, err)
	}
}

func TestACompanysFileIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for _, company := range []string{
		"host: ghe.example\nhosts:\n  ghe.example:\n    caFile: relative.pem\n",
		"host: ghe.example\nhosts:\n  ghe.example:\n    caFile: /nowhere/at/all.pem\n",
		"host: ghe.example\nhosts:\n  ghe.example:\n    scheme: gopher\n",
		"host: [",
	} {
		w := newWorld(t)
		if _, _, err := Merge(w.options(), "https://intranet.example/isrc.yaml", []byte(company), false); err == nil {
			t.Errorf("taken:\n%s", company)
		}
		if _, err := os.Stat(w.userFile()); err == nil {
			t.Errorf("half of it was written:\n%s", company)
		}
	}
}

func TestFoldersFollowTheConventions(t *testing.T) {
	t.Parallel()
	env := map[string]string{"XDG_CACHE_HOME": filepath.FromSlash("/cache"), "XDG_STATE_HOME": "relative"}
	got := NewDirs("linux", func(n string) string { return env[n] }, "/home/newcomer")
	want := Dirs{
		Config: "/home/newcomer/.config/isrc", Cache: "/cache/isrc", State: "/home/newcomer/.local/state/isrc",
		Data: "/home/newcomer/.local/share/isrc", System: []string{"/etc/xdg/isrc"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzReadLayer(f *testing.F) {
	for _, s := range []string{"host: x\n", "hosts: {a.example: {orgs: [b]}}", "hosts: [1]", "a: &a [*a]", "hosts:\n  ? [a]\n  : b\n", "git: 1", "hosts: {1: {2: 3}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		l, err := readLayer("config.yaml", content, FromUser, "/etc", "/home/newcomer")
		if err != nil && !strings.HasPrefix(err.Error(), "config.yaml") {
			t.Errorf("the error does not name the file: %v", err)
		}
		for name := range l.values {
			if _, err := parseKey(name); err != nil {
				t.Errorf("%q was read and is not a setting", name)
			}
		}
	})
}
