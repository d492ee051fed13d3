package github

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestTheAPIOfAHostIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		o    Options
		want string // "" is an error
	}{
		{"github.com has a host for it", Options{Host: "GitHub.com"}, "https://api.github.com/"},
		{"so has a tenant of ghe.com", Options{Host: "acme.ghe.com"}, "https://api.acme.ghe.com/"},
		{"an own server has a folder for it", Options{Host: "ghe.example:8443"}, "https://ghe.example:8443/api/v3/"},
		{"loopback is https unless told", Options{Host: "127.0.0.1:8080"}, "https://127.0.0.1:8080/api/v3/"},
		{"loopback may be http", Options{Host: "127.0.0.1:8080", Scheme: "http"}, "http://127.0.0.1:8080/api/v3/"},
		{"loopback of version 6 too", Options{Host: "[::1]:8080", Scheme: "http"}, "http://[::1]:8080/api/v3/"},
		{"localhost is loopback", Options{Host: "localhost:8080", Scheme: "http"}, "http://localhost:8080/api/v3/"},
		{"a configured address gets its slash", Options{Host: "ghe.example", APIURL: "https://api.example/v3"}, "https://api.example/v3/"},
		{"a configured address may be http on loopback", Options{Host: "ghe.example", APIURL: "http://127.0.0.1:3000/api"}, "http://127.0.0.1:3000/api/"},
		{"http elsewhere is refused", Options{Host: "ghe.example", Scheme: "http"}, ""},
		{"http elsewhere is refused in an address", Options{Host: "ghe.example", APIURL: "http://ghe.example/api/v3"}, ""},
		{"a name that begins like loopback is not loopback", Options{Host: "127.0.0.1.evil.example", Scheme: "http"}, ""},
		{"another scheme is refused", Options{Host: "ghe.example", APIURL: "file:///etc/passwd"}, ""},
		{"a password in an address is refused", Options{Host: "ghe.example", APIURL: "https://me:secret@ghe.example/"}, ""},
		{"a query in an address is refused", Options{Host: "ghe.example", APIURL: "https://ghe.example/?x=1"}, ""},
		{"a path is not a host", Options{Host: "ghe.example/acme"}, ""},
		{"nothing is not a host", Options{}, ""},
		{"a token with a line break is refused", Options{Host: "ghe.example", Token: "a\nb"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := New(tt.o)
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("got %s, want an error", c.api)
			case tt.want == "" && strings.Contains(err.Error(), "secret"):
				t.Errorf("the error shows a password: %v", err)
			case tt.want != "" && (err != nil || c.api.String() != tt.want):
				t.Errorf("got %v, %v, want %s", c, err, tt.want)
			}
		})
	}
}

// private is an https server with a certificate of its own authority.
func private(t *testing.T, h http.Handler, change ...func(*tls.Config)) (host, caFile string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = &tls.Config{}
	for _, f := range change {
		f(srv.TLS)
	}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	caFile = filepath.Join(t.TempDir(), "acme.pem")
	raw := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(caFile, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(srv.URL, "https://"), caFile
}

func TestAPrivateAuthorityIsTrustedWhenItsFileIsGiven(t *testing.T) {
	t.Parallel()
	host, caFile := private(t, said(200, `{"login":"newcomer"}`))
	plain, err := New(Options{Host: host, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	_, err = plain.Viewer(t.Context())
	var down *forge.UnavailableError
	if !errors.As(err, &down) || !strings.Contains(err.Error(), "caFile") {
		t.Errorf("without the file: %v, want it to name caFile", err)
	}
	if plain.Requests() != 1 {
		t.Errorf("%d requests, want one: a certificate does not mend itself", plain.Requests())
	}
	transport, err := NewTransport(TransportOptions{CAFile: caFile})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Host: host, Token: testToken, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := c.Viewer(t.Context()); err != nil || v.Login != "newcomer" {
		t.Errorf("with the file: %v, %v", v, err)
	}
}

func TestAProxyThatLetsNobodyThroughIsNamed(t *testing.T) {
	t.Parallel()
	for status, stays := range map[int]bool{407: true, 403: true, 502: false} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		defer proxy.Close()
		transport, err := NewTransport(TransportOptions{Proxy: proxy.URL})
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://forge.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		var got *ProxyError
		if !errors.As(err, &got) || got.Status != status || "http://"+got.Proxy != proxy.URL || got.Stays() != stays {
			t.Errorf("got %v", err)
		}
	}
}

func TestFilesOfATransportAreNamedWhenTheyAreBad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing, notPEM := filepath.Join(dir, "missing.pem"), filepath.Join(dir, "not.pem")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		o    TransportOptions
		says string
	}{
		{"a CA file that is not there", TransportOptions{CAFile: missing}, missing},
		{"a CA file without a certificate", TransportOptions{CAFile: notPEM}, notPEM},
		{"a client certificate without its key", TransportOptions{ClientCert: notPEM}, notPEM},
		{"a client key that is none", TransportOptions{ClientCert: notPEM, ClientKey: missing}, notPEM},
		{"a proxy that is no URL", TransportOptions{Proxy: "proxy"}, "http://HOST:PORT"},
	} {
		if _, err := NewTransport(tt.o); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want it to say %q", tt.name, err, tt.says)
		}
	}
}

func TestProxiesAreNotUsedForThisMachine(t *testing.T) {
	t.Parallel()
	env := map[string]string{"https_proxy": "http://env.example:1", "NO_PROXY": "intranet.example"}
	getenv := func(n string) string { return env[n] }
	for _, tt := range []struct{ configured, target, want string }{
		{"", "https://ghe.example/api/v3/", "http://env.example:1"},
		{"", "https://intranet.example/api/v3/", ""},
		{"", "https://127.0.0.1:8080/", ""},
		{"", "https://localhost:8080/", ""},
		{"http://own.example:2", "https://ghe.example/", "http://own.example:2"},
		{"http://own.example:2", "https://[::1]:8080/", ""},
	} {
		transport, err := NewTransport(TransportOptions{Proxy: tt.configured, Getenv: getenv})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(tt.target)
		got, err := transport.Proxy(&http.Request{URL: u})
		if err != nil || (got == nil) != (tt.want == "") || got != nil && got.String() != tt.want {
			t.Errorf("%s with the setting %q goes through %v, %v, want %q", tt.target, tt.configured, got, err, tt.want)
		}
	}
}

func TestTheTokenGoesToItsOwnHostAlone(t *testing.T) {
	t.Parallel()
	var seen []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		fmt.Fprint(w, `{"name":"lib","owner":{"login":"acme"}}`)
	}))
	t.Cleanup(other.Close)
	var first string
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first = r.Header.Get("Authorization")
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	_, err := c.Repo(t.Context(), lib(c))
	if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(other.URL, "http://")) {
		t.Errorf("got %v, want it to name the other host", err)
	}
	if first != "token "+testToken {
		t.Errorf("the own host got %q", first)
	}
	if len(seen) != 0 {
		t.Errorf("the other host was asked, with %q", seen)
	}
	if strings.Contains(err.Error(), testToken) {
		t.Error("the error shows the token")
	}
}

func TestARenamedRepositoryIsFollowedOnItsOwnHost(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v3/repositories/7" && r.Header.Get("Authorization") != "" {
			fmt.Fprint(w, `{"full_name":"acme/auth-lib","name":"auth-lib","owner":{"login":"acme"}}`)
			return
		}
		w.Header().Set("Location", "/api/v3/repositories/7")
		w.WriteHeader(http.StatusMovedPermanently)
		fmt.Fprint(w, `{"message":"Moved Permanently"}`)
	}))
	r, err := c.Repo(t.Context(), lib(c))
	if err != nil || r.FullName() != "acme/auth-lib" {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestDebugLinesSayWhatWasAskedAndHideTheToken(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c, _ := testClient(t, said(200, `{"total_count":0,"items":[]}`, "X-GitHub-Request-Id", "AB:12 <b>2J", "X-RateLimit-Remaining", "29"),
		func(o *Options) { o.Debug = &out })
	if _, err := c.SearchRepos(t.Context(), "x "+testToken, 3); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^api GET /api/v3/search/repositories\?per_page=3&q=x\+\[redacted\] 200 0 ms id AB:12b2J rest 29\n$`)
	if !want.MatchString(out.String()) {
		t.Errorf("got %q", out.String())
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for range maxBody>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	if _, err := c.Repo(t.Context(), lib(c)); err == nil || !strings.Contains(err.Error(), "larger than 32 MB") {
		t.Errorf("got %v", err)
	}
}

func TestNobodyListeningIsUnavailable(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(said(200, `{}`))
	host := strings.TrimPrefix(srv.URL, "http://")
	srv.Close()
	c, _ := testClient(t, said(200, `{}`), func(o *Options) { o.Host = host })
	_, err := c.Repo(t.Context(), lib(c))
	var down *forge.UnavailableError
	if !errors.As(err, &down) || c.Requests() != 3 {
		t.Errorf("got %v after %d requests, want it unavailable after 3", err, c.Requests())
	}
}
