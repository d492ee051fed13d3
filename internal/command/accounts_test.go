package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// appOf is an app of somebody with these settings, whom no keyring and no
// variable gives a token.
func appOf(t *testing.T, d *desk, settings string) *app {
	t.Helper()
	dir := filepath.Join(d.home, ".config", "isrc")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	var env []string
	for k, v := range d.env {
		env = append(env, k+"="+v)
	}
	s := &term.Streams{In: strings.NewReader(""), Out: &strings.Builder{}, Err: &strings.Builder{}}
	return newApp(Invocation{Env: env, Dir: d.home, Streams: s, Self: d.self, Now: time.Now})
}

func TestAccountsAreAskedWithinBounds(t *testing.T) {
	t.Parallel()
	settings := "host: h.example\ngit:\n  binary: none\naccounts:\n"
	for i := range 10 {
		settings += fmt.Sprintf("  login-%d@h.example:\n    orgs: [org-%d]\n", i, i)
	}
	d := newDesk(t)
	askers, notes, err := appOf(t, d, settings).askersOn(t.Context(), "H.example")
	if err != nil || len(askers) != accountsAsked || len(notes) != 1 || !strings.Contains(notes[0], "8 were asked and 2 were not") {
		t.Errorf("%d accounts are asked, %q, %v", len(askers), notes, err)
	}
	seen := map[string]bool{}
	for _, w := range askers {
		if w.login == "" || seen[w.login] {
			t.Errorf("%s is asked without a token, or twice", w)
		}
		seen[w.login] = true
	}
	d.env["ISRC_ACCOUNT"] = "login-9"
	if askers, notes, err := appOf(t, d, settings).askersOn(t.Context(), "h.example"); err != nil || len(askers) != 1 || !askers[0].alone || len(notes) > 0 {
		t.Errorf("asked for one, these are: %v, %q, %v", askers, notes, err)
	}
	if askers, _, err := appOf(t, d, settings).askersOn(t.Context(), "elsewhere.example"); err != nil || len(askers) != 1 || askers[0].login != "" {
		t.Errorf("on a host without accounts: %v, %v", askers, err)
	}
}

func TestRepositoriesAreAskedAboutByTheirAccounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := appOf(t, d, "host: h.example\ngit:\n  binary: none\naccounts:\n  one@h.example:\n    orgs: [identity, mesh]\n  two@h.example:\n    orgs: [data]\n")
	var names []forge.RepoName
	for _, r := range []string{"identity/a", "data/b", "other/c", "mesh/d", "TWO/e"} {
		name, err := forge.ParseRepo(r, "h.example")
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	askers, err := a.askersFor(names)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range askers {
		line := w.String() + ":"
		for _, r := range w.repos {
			line += " " + r.FullName()
		}
		got = append(got, line)
	}
	if text := strings.Join(got, "\n"); text != "one@h.example: identity/a mesh/d\ntwo@h.example: data/b TWO/e\nh.example: other/c" {
		t.Errorf("got\n%s", text)
	}
}
