package auth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/config"
	gittool "github.com/isrc-dev/isrc/internal/git"
)

// aLive is a token that was good when it was looked up, and how often it was
// renewed.
func aLive(t *testing.T) (Source, *Live, *int) {
	t.Helper()
	s, asked := anEnding(t, 8*time.Hour, func(refresh string) (DeviceToken, error) {
		if refresh != "ghr_first" {
			return DeviceToken{}, &DeviceError{Code: "bad_refresh_token"}
		}
		return DeviceToken{Token: "ghu_second", Ends: noon.Add(8 * time.Hour), Refresh: "ghr_second"}, nil
	})
	token, err := s.Token(t.Context(), "h.example", false)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.Live("h.example", token), asked
}

// accepting answers 401 to all but one token, and repeats what it was sent.
func accepting(t *testing.T, good string) (*httptest.Server, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, token := carried(r)
		if token != "" {
			mu.Lock()
			seen = append(seen, token)
			mu.Unlock()
		}
		if token != good {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/info/refs") {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = io.WriteString(w, "001e# service=git-upload-pack\n0000004795dcfa3633004da0049d3d0fa03f80589cbcaf31 refs/heads/main\x00agent=a/b\n0000")
			return
		}
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(server.Close)
	return server, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), seen...) }
}

func post(t *testing.T, next http.RoundTripper, url, auth string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("the body"))
	if err != nil {
		t.Fatal(err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	res, err := (&http.Client{Transport: next}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// TestACommandOutlivesItsToken: what was refused is sent once more, whole, by
// everyone who is under way, and renewed once.
func TestACommandOutlivesItsToken(t *testing.T) {
	t.Parallel()
	_, live, asked := aLive(t)
	server, _ := accepting(t, "ghu_second")
	transport := live.Transport(http.DefaultTransport)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if status, body := post(t, transport, server.URL, "token ghu_first"); status != 200 || body != "the body" {
				t.Errorf("answered %d %q", status, body)
			}
		})
	}
	all.Wait()
	basic := httptest.NewRequest(http.MethodPost, "/", nil)
	basic.SetBasicAuth("mona", "ghu_first")
	if status, _ := post(t, transport, server.URL, basic.Header.Get("Authorization")); status != 200 {
		t.Errorf("as git sends it: %d", status)
	}
	if *asked != 1 {
		t.Errorf("renewed %d times", *asked)
	}
}

// TestATokenIsAddedToNoRequest: only what carries the token carries its follower.
func TestATokenIsAddedToNoRequest(t *testing.T) {
	t.Parallel()
	_, live, asked := aLive(t)
	server, sent := accepting(t, "nobody's")
	transport := live.Transport(http.DefaultTransport)
	for _, auth := range []string{"", "token ghp_another", "Bearer ghu_first"} {
		if status, _ := post(t, transport, server.URL, auth); status != http.StatusUnauthorized {
			t.Errorf("%q is answered %d", auth, status)
		}
	}
	if all := strings.Join(sent(), " "); strings.Contains(all, "ghu_second") || *asked != 0 {
		t.Errorf("sent %s, renewed %d times", all, *asked)
	}
	// A host that refuses the next one too is not asked for ever.
	if status, _ := post(t, transport, server.URL, "token ghu_first"); status != http.StatusUnauthorized || *asked != 1 {
		t.Errorf("answered %d, renewed %d times", status, *asked)
	}
}

// TestWhatAnotherProcessGotIsTaken without asking the host for anything.
func TestWhatAnotherProcessGotIsTaken(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{"mona": "ghu_theirs", "somebody": ""} {
		s, live, asked := aLive(t)
		if _, err := s.Given(DeviceToken{}).keep(t.Context(), "h.example", "h.example", "ghu_theirs", user); err != nil {
			t.Fatal(err)
		}
		got, ok := live.After(t.Context(), "ghu_first")
		if got != want || ok != (want != "") || *asked != 0 {
			t.Errorf("of %s: %q, %v, asked %d times", user, got, ok, *asked)
		}
	}
}

func TestATokenThatIsRevokedStaysRefused(t *testing.T) {
	t.Parallel()
	s, live, _ := aLive(t)
	for name, renew := range map[string]Renewer{
		"refused": func(context.Context, string, string) (DeviceToken, error) {
			return DeviceToken{}, &DeviceError{Code: "bad_refresh_token"}
		},
		"away":   func(context.Context, string, string) (DeviceToken, error) { return DeviceToken{}, errors.New("away") },
		"nobody": nil,
	} {
		live.source.Renew = renew
		if got, ok := live.After(t.Context(), "ghu_first"); ok {
			t.Errorf("%s: %q follows", name, got)
		}
	}
	if s.Live("h.example", Token{Value: "ghp_of_the_environment", Origin: "ISRC_TOKEN"}) != nil {
		t.Error("a token that isrc does not keep is followed")
	}
}

// TestGitOutlivesItsToken: a command of git whose token ends is asked again, with
// what is handed on and with what the helper looks up.
func TestGitOutlivesItsToken(t *testing.T) {
	t.Parallel()
	self := filepath.Join(t.TempDir(), "isrc")
	if err := os.WriteFile(self, []byte("#!/bin/sh\necho username=u\necho password=$(cat "+self+".now)\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, handed := range map[string]bool{"handed on": true, "looked up": false} {
		if handed && runtime.GOOS == "windows" {
			continue // no pipe is inherited there
		}
		_, live, asked := aLive(t)
		server, sent := accepting(t, "ghu_second")
		renew := live.source.Renew
		now := func(token string) {
			if err := os.WriteFile(self+".now", []byte(token), 0o600); err != nil {
				t.Error(err)
			}
		}
		now("ghu_first")
		live.source.Renew = func(ctx context.Context, host, refresh string) (DeviceToken, error) {
			now("ghu_second")
			return renew(ctx, host, refresh)
		}
		environ := gitEnviron(t)
		tool, err := gittool.FindTool("auto", environ)
		if err != nil {
			t.Fatal(err)
		}
		tool.Env = append(environ, GitEnv(self, config.Host{Name: strings.TrimPrefix(server.URL, "http://"), Scheme: "http"}, GitEnvOptions{Environ: environ})...)
		tool.Handed = &gittool.Handed{Site: server.URL, User: "mona", Live: live}
		address := server.URL + "/acme/lib.git"
		if !handed {
			tool.Handed.User = "mona\n" // is not handed on
		}
		refs, err := tool.LsRemote(t.Context(), t.TempDir(), address)
		if err != nil || len(refs) != 1 || *asked != 1 {
			t.Errorf("%s: %v, %v, renewed %d times, sent %v", name, refs, err, *asked, sent())
		}
	}
}
