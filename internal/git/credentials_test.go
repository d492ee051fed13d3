package git

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const canary = "canary-7f3a-token"

func TestCredentialsGoToTheirOwnHostAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	var asked []string
	r := &Reader{Auth: func(url string) (string, string, bool) {
		asked = append(asked, url)
		return "x-access-token", canary, true
	}}
	home := w.serve()
	if _, err := r.Refs(ctx(t), home.URL+"/lib.git"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"GET /lib.git/info/refs x-access-token"}, home.seen()); d != "" {
		t.Errorf("at home: %s", d)
	}
	if d := cmp.Diff([]string{home.URL + "/lib.git"}, asked); d != "" {
		t.Error(d)
	}

	away := w.serve()
	moved := w.serve()
	moved.first(func(rw http.ResponseWriter, req *http.Request) bool {
		to := away.URL + req.URL.Path
		if strings.HasPrefix(req.URL.Path, "/renamed.git") {
			to = strings.Replace(req.URL.Path, "/renamed.git", "/lib.git", 1)
		} else if strings.HasPrefix(req.URL.Path, "/lib.git") {
			return false
		}
		http.Redirect(rw, req, to+"?"+req.URL.RawQuery, http.StatusFound)
		return true
	})
	w.bare("lib", "away.git")
	tree, _, how, err := r.Tree(ctx(t), moved.URL+"/away.git", "")
	if err != nil || how != HowDirect {
		t.Fatal(how, err)
	}
	if _, err := tree.ReadFile("README.md"); err != nil {
		t.Fatal(err)
	}
	for _, line := range away.seen() {
		if strings.Contains(line, "x-access-token") {
			t.Errorf("another host got the credentials: %s", line)
		}
	}
	if len(away.seen()) != 3 {
		t.Errorf("the other host saw %q", away.seen())
	}
	if _, _, _, err := r.Tree(ctx(t), moved.URL+"/renamed.git", ""); err != nil {
		t.Errorf("a repository that was renamed: %v", err)
	}
	if last := moved.seen()[len(moved.seen())-1]; last != "POST /lib.git/git-upload-pack x-access-token" {
		t.Errorf("a rename on the same host loses the credentials: %s", last)
	}
}

func TestCredentialsAreNotSentInTheClear(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://forge.example/a/b": true, "HTTPS://forge.example/a/b": true, "http://127.0.0.1:80/a": true,
		"http://[::1]:8080/a": true, "http://localhost/a": true,
		"http://forge.example/a/b": false, "http://localhost.forge.example/a": false, "http://10.0.0.1/a": false, "http://%zz": false,
	} {
		if got := mayCarry(address); got != want {
			t.Errorf("%s: got %v", address, got)
		}
	}
	var asked bool
	r := &Reader{Auth: func(string) (string, string, bool) { asked = true; return "u", canary, true }}
	if _, err := r.direct("http://forge.example/a/b"); err != nil || asked {
		t.Errorf("credentials were asked for: %v, %v", asked, err)
	}
}

func TestNoErrorOrTraceHoldsCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	var debug bytes.Buffer
	tool := *w.tool
	tool.Debug = &debug
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.UserPassword("newcomer", canary), "/none.git"
	r := &Reader{Tool: &tool, Debug: &debug}
	_, refs := r.Refs(ctx(t), u.String())
	_, ls := tool.LsRemote(ctx(t), "", u.String())
	clone := tool.Clone(ctx(t), CloneOptions{URL: u.String(), Dir: w.path("c")})
	_, header := tool.Run(ctx(t), "", "-c", "http.extraHeader=Authorization: Bearer "+canary, "ls-remote", u.String())
	for what, err := range map[string]error{"refs": refs, "ls-remote": ls, "clone": clone, "header": header} {
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		var e *CommandError
		errors.As(err, &e)
		if all := fmt.Sprintf("%v %+v", err, e); strings.Contains(all, canary) {
			t.Errorf("%s: %s", what, all)
		}
	}
	if debug.Len() == 0 || strings.Contains(debug.String(), canary) {
		t.Errorf("the trace is %q", debug.String())
	}
}
