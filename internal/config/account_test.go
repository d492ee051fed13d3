package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAccountsAreRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(w.userFile(), `host: git.example.com
accounts:
  Work-Login@GIT.example.com:
    orgs: [identity, Platform]
    email: work@acme.example
    tokenVariable: WORK_TOKEN
  home@git.example.com:
    dirs: src/own, ~/two words,
  home@github.com:
    orgs: own, other
  a@git.example.com:8443:
    orgs: one
`)
	c := w.load()
	at := func(p string) string { return filepath.Join(w.home, p) }
	want := []Account{
		{Login: "home", Host: "git.example.com", Dirs: []string{at(".config/isrc/src/own"), at("two words")}},
		{Login: "work-login", Host: "git.example.com", Orgs: []string{"identity", "Platform"}, Email: "work@acme.example", TokenVariable: "WORK_TOKEN"},
		{Login: "a", Host: "git.example.com:8443", Orgs: []string{"one"}},
		{Login: "home", Host: "github.com", Orgs: []string{"own", "other"}},
	}
	if diff := cmp.Diff(want, c.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:2], c.AccountsOn("GIT.Example.Com")); diff != "" {
		t.Errorf("on a host, in any spelling (-want +got):\n%s", diff)
	}
	if got := c.AccountsOn("elsewhere.example"); got != nil {
		t.Errorf("on another host: %v", got)
	}
	if s, ok := c.Setting(want[1].Setting("orgs")); !ok || s.Value != "identity,Platform" || !strings.HasSuffix(s.OriginDetail, "config.yaml:4") {
		t.Errorf("setting %+v, %v", s, ok)
	}
}

// What several files say of one account is joined setting by setting, and a file
// of the user wins.
func TestAccountsOfSeveralFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("etc1/isrc/config.yaml", "accounts:\n  me@h.example:\n    orgs: [one]\n    email: old@acme.example\n")
	w.write(w.userFile(), "accounts:\n  Me@H.example:\n    email: new@acme.example\n")
	c := w.load()
	want := []Account{{Login: "me", Host: "h.example", Orgs: []string{"one"}, Email: "new@acme.example"}}
	if diff := cmp.Diff(want, c.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if a, b := mustSetting(t, c, "accounts.me@h.example.orgs"), mustSetting(t, c, "accounts.ME@h.example.email"); a.Origin != FromSystem || b.Origin != FromUser {
		t.Errorf("origins %s and %s", a.Origin, b.Origin)
	}
}

func mustSetting(t *testing.T, c *Config, key string) Setting {
	t.Helper()
	s, ok := c.Setting(key)
	if !ok {
		t.Fatalf("%s is no setting", key)
	}
	return s
}

func TestAccountsThatAreNone(t *testing.T) {
	t.Parallel()
	for content, says := range map[string]string{
		"accounts:\n  me@h.example:\n    tokenVariable: ghp_abcdefghijklmnopqrstuvwxyz0123456789\n": "not the name of a variable",
		"accounts:\n  me@h.example:\n    tokenVariable: 1TOKEN\n":                                   "not the name of a variable",
		"accounts:\n  me@h.example:\n    email: nobody\n":                                           `"nobody" is not an email address`,
		"accounts:\n  me@h.example:\n    email: \"a b@acme.example\"\n":                             "is not an email address",
		"accounts:\n  me@h.example:\n    orgs: [\"../x\"]\n":                                        "is not the name of an account",
		"accounts:\n  me@h.example:\n    dirs: [\"a\\u0007b\"]\n":                                   "control characters",
	} {
		w := newWorld(t)
		w.write(w.userFile(), content)
		_, err := Load(w.options())
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "config.yaml:3") {
			t.Errorf("%q: got %v, want %q and where it stands", content, err, says)
		}
		if err != nil && strings.Contains(err.Error(), "ghp_") {
			t.Errorf("the error repeats a token: %v", err)
		}
	}
	w := newWorld(t)
	w.write(w.userFile(), "accounts:\n  me@h.example:\n    orgs: {a: b}\n  nobody:\n    orgs: one\n  me@other.example:\n    login: me\n")
	if c := w.load(); len(c.Accounts) != 0 || len(c.Warnings) != 3 {
		t.Errorf("accounts %v, warnings %q: what is not understood is said and left out", c.Accounts, c.Warnings)
	}
	for key, says := range map[string]string{
		"accounts.me.orgs": "write it as accounts.LOGIN@HOST.NAME", "accounts.@h.example.orgs": "write it as", "accounts.me@.orgs": "write it as",
		"accounts.me@h.example.nothing": `has no setting "nothing"`, "accounts.m e@h.example.orgs": "not the name of an account", "accounts.me@h/x.orgs": "not a host name",
	} {
		if err := Set(w.options(), key, "x"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", key, err, says)
		}
	}
}

// Which of one's accounts is meant is nothing that a company knows.
func TestAccountsAreNotTakenFromACompanysFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plan, warnings, err := Merge(w.options(), "https://intranet.example/isrc.yaml", []byte("host: h.example\naccounts:\n  me@h.example:\n    orgs: [one]\n    tokenVariable: HOME_TOKEN\n"), false)
	if err != nil || len(plan) != 1 || len(warnings) == 0 {
		t.Errorf("plan %v, warnings %v, %v", plan, warnings, err)
	}
	if c := w.load(); len(c.Accounts) != 0 || c.Host != "h.example" {
		t.Errorf("accounts %v of %q", c.Accounts, c.Host)
	}
}
