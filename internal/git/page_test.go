package git

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Behind single sign-on a page answers, at the address itself or at another host
// to which it leads. It is said whose it is, and gets no credentials.
func TestASignInPageIsNamedAndGetsNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	sso := w.serve()
	sso.first(func(rw http.ResponseWriter, _ *http.Request) bool { longPage(rw); return true })
	home := w.serve()
	home.first(func(rw http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/led.git") {
			http.Redirect(rw, r, sso.URL+"/login?next=x", http.StatusFound)
			return true
		}
		longPage(rw)
		return true
	})
	auth := func(string) (string, string, bool) { return "x-access-token", canary, true }
	for path, at := range map[string]string{"/lib.git": hostOf(home.URL), "/led.git": hostOf(sso.URL)} {
		_, direct := (&Reader{Auth: auth}).Refs(ctx(t), home.URL+path)
		_, both := (&Reader{Auth: auth, Tool: w.tool}).Refs(ctx(t), home.URL+path)
		_, viaGit := w.tool.LsRemote(ctx(t), "", home.URL+path)
		for way, err := range map[string]error{"direct": direct, "both": both, "git": viaGit} {
			var page *PageError
			var down *UnavailableError
			if !errors.As(err, &page) || !errors.As(err, &down) || page.Host != at {
				t.Errorf("%s, %s: got %v, want a page of %s", path, way, err, at)
				continue
			}
			if want := "Sign in \u00b7 ACME & Co"; way != "git" && page.Title != want {
				t.Errorf("%s, %s: got the title %q, want %q", path, way, page.Title, want)
			}
			if led := path == "/led.git"; led != strings.Contains(err.Error(), "does not get your token") {
				t.Errorf("%s, %s: got %v", path, way, err)
			}
		}
	}
	if all := sso.seen(); len(all) == 0 || slices.ContainsFunc(all, func(l string) bool { return strings.Contains(l, "x-access-token") }) {
		t.Errorf("the page's host saw %q", all)
	}
}

func longPage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html>\n<head><title>\n Sign in \u00b7 ACME &amp; Co\n</title></head>\n<body>\n<form>user</form>\n</body>\n</html>\n")
}

// What a server says with a refusal is kept, whichever way it was asked; of a page
// it is the title, and of anything else nothing.
func TestTheWordsOfARefusalAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name, kind, body string
		status           int
		direct, viaGit   []string
	}{
		{"text", "text/plain; charset=utf-8", "one\n\n  two\n", 403, []string{"one", "two"}, []string{"one", "two"}},
		{"law", "text/plain", "taken down\n", 451, []string{"taken down"}, []string{"taken down"}},
		{"page", "text/html", "<html><title>Blocked &lt;here&gt;</title></html>", 403, []string{"Blocked <here>"}, nil},
		{"binary", "application/octet-stream", "\x00\x01", 403, nil, nil},
		{"none", "text/plain", "", 403, nil, nil},
	} {
		s := w.serve()
		s.first(func(rw http.ResponseWriter, _ *http.Request) bool {
			rw.Header().Set("Content-Type", tt.kind)
			rw.WriteHeader(tt.status)
			_, _ = io.WriteString(rw, tt.body)
			return true
		})
		_, direct := (&Reader{}).Refs(ctx(t), s.URL+"/lib.git")
		_, both := (&Reader{Tool: w.tool}).Refs(ctx(t), s.URL+"/lib.git")
		_, viaGit := w.tool.LsRemote(ctx(t), "", s.URL+"/lib.git")
		for way, got := range map[string]struct {
			err  error
			want []string
		}{"direct": {direct, tt.direct}, "both": {both, tt.direct}, "git": {viaGit, tt.viaGit}} {
			var denied *AuthError
			if !errors.As(got.err, &denied) || !denied.Forbidden {
				t.Errorf("%s, %s: got %v", tt.name, way, got.err)
			} else if d := cmp.Diff(got.want, denied.Remote); d != "" {
				t.Errorf("%s, %s: %s", tt.name, way, d)
			}
		}
	}
}
