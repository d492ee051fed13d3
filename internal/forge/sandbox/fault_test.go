package sandbox_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// faultCase is a fault and what a plain HTTP client must see of it.
type faultCase struct {
	name  string
	fault sandbox.Fault
	check func(t *testing.T, r reply, err error)
}

func faultCases() []faultCase {
	return []faultCase{
		{"a status", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}, func(t *testing.T, r reply, err error) {
			if r.status != 503 || r.object(t)["message"] != "Service Unavailable" {
				t.Errorf("got %d %s", r.status, r.body)
			}
		}},
		{"a cut before the answer", sandbox.Fault{Kind: sandbox.FaultCut}, func(t *testing.T, r reply, err error) {
			if err == nil {
				t.Errorf("got %d %s", r.status, r.body)
			}
		}},
		{"a cut within the answer", sandbox.Fault{Kind: sandbox.FaultCut, After: 10}, func(t *testing.T, r reply, err error) {
			if err == nil || len(r.body) != 10 {
				t.Errorf("got %q, %v", r.body, err)
			}
		}},
		{"a truncated body", sandbox.Fault{Kind: sandbox.FaultTruncate}, func(t *testing.T, r reply, err error) {
			if err != nil || r.status != 200 || json.Valid(r.body) || len(r.body) < 100 {
				t.Errorf("got %d, %d bytes, %v", r.status, len(r.body), err)
			}
		}},
		{"a reset", sandbox.Fault{Kind: sandbox.FaultReset}, func(t *testing.T, r reply, err error) {
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v", err)
			}
		}},
		{"a secondary limit", sandbox.Fault{Kind: sandbox.FaultSecondaryLimit, RetryAfter: 7 * time.Second}, func(t *testing.T, r reply, err error) {
			if r.status != 403 || r.header.Get("Retry-After") != "7" || !strings.Contains(string(r.body), "secondary rate limit") {
				t.Errorf("got %d %v %s", r.status, r.header, r.body)
			}
		}},
		{"a primary limit", sandbox.Fault{Kind: sandbox.FaultPrimaryLimit, Status: 429}, func(t *testing.T, r reply, err error) {
			if r.status != 429 || r.header.Get("X-RateLimit-Remaining") != "0" || r.header.Get("X-RateLimit-Reset") == "" || r.header.Get("X-RateLimit-Resource") != "core" {
				t.Errorf("got %d %v", r.status, r.header)
			}
		}},
		{"single sign-on", sandbox.Fault{Kind: sandbox.FaultSSO}, func(t *testing.T, r reply, err error) {
			if r.status != 403 || !strings.HasPrefix(r.header.Get("X-GitHub-SSO"), "required; url=http") || !strings.Contains(r.header.Get("X-GitHub-SSO"), "/orgs/platform/sso?authorization_request=A") {
				t.Errorf("got %d %v", r.status, r.header)
			}
		}},
		{"a fork policy", sandbox.Fault{Kind: sandbox.FaultForkPolicy}, func(t *testing.T, r reply, err error) {
			if r.status != 422 || r.object(t)["message"] != "This organization does not allow private repository forking" {
				t.Errorf("got %d %s", r.status, r.body)
			}
		}},
		{"a page", sandbox.Fault{Kind: sandbox.FaultHTML, Status: 200}, func(t *testing.T, r reply, err error) {
			if r.status != 200 || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
				t.Errorf("got %d %v", r.status, r.header)
			}
		}},
		{"only a delay", sandbox.Fault{Kind: sandbox.FaultDelay, Delay: time.Millisecond}, func(t *testing.T, r reply, err error) {
			if err != nil || r.status != 200 {
				t.Errorf("got %d, %v", r.status, err)
			}
		}},
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const path = "/repos/platform/lib"
	for _, c := range faultCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, _ := small()
			var log bytes.Buffer
			b := start(t, w, func(o *sandbox.Options) { o.Log = &log })
			c.fault.Method, c.fault.Path, c.fault.Skip, c.fault.Count = "GET", "/repos/*/lib", 1, 1
			b.AddFault(c.fault)
			b.get("newcomer", path)
			r, err := b.send(b.Token("newcomer"), "GET", path, nil)
			c.check(t, r, err)
			b.get("newcomer", path)
			all := b.Requests()
			if len(all) != 3 || all[1].Fault != c.fault.Kind || all[0].Fault != "" || !all[1].Authorized || all[1].Credential != sandbox.Fingerprint(b.Token("newcomer")) {
				t.Errorf("got %+v", all)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if !strings.Contains(log.String(), "FAULT="+string(c.fault.Kind)) || strings.Contains(log.String(), b.Token("newcomer")) {
				t.Errorf("log:\n%s", log.String())
			}
		})
	}
}

func TestFaultsStrikeInTurn(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	b.AddFault(sandbox.Fault{Method: "GET", Path: "/repos/**", Kind: sandbox.FaultStatus, Status: 502, Count: 1})
	b.AddFault(sandbox.Fault{Path: "/repos/*/lib", Kind: sandbox.FaultStatus, Status: 503, Count: 2})
	var got []int
	for _, path := range []string{"/user", "/repos/platform/lib", "/repos/platform/lib", "/repos/platform/lib/branches", "/repos/platform/lib", "/repos/platform/lib"} {
		r, err := b.send(b.Token("newcomer"), "GET", path, nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.status)
	}
	if diff := cmp.Diff([]int{200, 502, 503, 200, 503, 200}, got); diff != "" {
		t.Error(diff)
	}
	b.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus})
	b.api("newcomer", http.StatusInternalServerError, "GET", "/user", nil)
	b.ClearFaults()
	b.get("newcomer", "/user")
}

// TestADelayIsWaited looks at both sides: the answer comes late, and whoever
// goes away does not hold the forge up.
func TestADelayIsWaited(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	const delay = 50 * time.Millisecond
	b.AddFault(sandbox.Fault{Path: "/user", Kind: sandbox.FaultDelay, Delay: delay, Count: 1})
	began := time.Now()
	b.get("newcomer", "/user")
	if took := time.Since(began); took < delay {
		t.Errorf("answered after %v", took)
	}
	b.AddFault(sandbox.Fault{Path: "/user", Kind: sandbox.FaultDelay, Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), delay)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL()+"/api/v3/user", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(r); err == nil {
		_ = resp.Body.Close()
		t.Errorf("got %s", resp.Status)
	}
}

func TestACutLeavesItsEffect(t *testing.T) {
	t.Parallel()
	w, r := small()
	r.Access = map[string]string{"newcomer": "push"}
	b := start(t, w)
	b.AddFault(sandbox.Fault{Method: "POST", Path: "/repos/*/*/forks", Kind: sandbox.FaultCut, Count: 1})
	if r, err := b.send(b.Token("newcomer"), "POST", "/repos/platform/lib/forks", nil); err == nil {
		t.Errorf("got %d", r.status)
	}
	b.get("newcomer", "/repos/newcomer/lib")
	dir := b.clone("newcomer", "platform/lib")
	want := b.commit(dir, "x", "x", "x")
	b.AddFault(sandbox.Fault{Path: "/**/git-receive-pack", Kind: sandbox.FaultCut, Count: 1})
	if out, err := b.tryGit("newcomer", dir, "push", "origin", "HEAD"); err == nil {
		t.Errorf("the push succeeded: %s", out)
	}
	if got := b.git("newcomer", dir, "ls-remote", "origin", "refs/heads/main"); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %s", got, want)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w, func(o *sandbox.Options) { o.TLS = true })
	ca, err := os.ReadFile(b.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	resp, err := client.Get(b.URL() + "/api/v3/meta")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if !strings.HasPrefix(b.URL(), "https://localhost:") || b.Host() != strings.TrimPrefix(b.URL(), "https://") {
		t.Errorf("got %s and %s", b.URL(), b.Host())
	}
	b.clone("newcomer", "platform/lib")
}

func TestStartTouchesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, nil, func(o *sandbox.Options) { o.Dir = dir })
	b.get("newcomer", "/search/repositories?q=token")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("got %v, %v", entries, err)
	}
}

func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		f, err := sandbox.Start(b.Context(), sandbox.Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		_ = f.Close()
	}
}

// firstByte calls a function before an answer begins.
type firstByte struct {
	*httptest.ResponseRecorder
	before func()
}

func (w firstByte) WriteHeader(status int) {
	w.before()
	w.ResponseRecorder.WriteHeader(status)
}

// A client finds its request noted as soon as it has anything of the answer,
// however slowly the server then ends it: git reads no further than it must.
func TestARequestIsNotedBeforeItsAnswer(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	references := httptest.NewRequest(http.MethodPost, "/platform/lib.git/git-upload-pack", strings.NewReader("0014command=ls-refs\n0000"))
	references.Header.Set("Git-Protocol", "version=2")
	references.SetBasicAuth("x", b.Token("newcomer"))
	for i, tt := range []struct {
		request *http.Request
		status  int
	}{{httptest.NewRequest(http.MethodGet, "/api/v3/repos/platform/none", nil), http.StatusUnauthorized}, {references, http.StatusOK}} {
		var seen []sandbox.Entry
		out := firstByte{httptest.NewRecorder(), func() { seen = b.Requests() }}
		b.Answer(out, tt.request)
		if len(seen) != i+1 || seen[i].Status != tt.status || out.Body.Len() == 0 {
			t.Errorf("noted before the answer %q: %+v", out.Body.String(), seen)
		}
		if n := len(b.Requests()); n != i+1 {
			t.Errorf("noted %d times", n)
		}
	}
}
