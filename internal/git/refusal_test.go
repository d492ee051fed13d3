package git

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

func TestWhatServersRefuseHasAType(t *testing.T) {
	t.Parallel()
	is := func(want any) func(error) bool { return func(err error) bool { return errors.As(err, want) } }
	var auth *AuthError
	var missing *NotFoundError
	var down *UnavailableError
	tests := []struct {
		name   string
		status int
		want   func(error) bool
	}{
		{"sign-in", http.StatusUnauthorized, func(err error) bool { return errors.As(err, &auth) && !auth.Forbidden }},
		{"not allowed", http.StatusForbidden, func(err error) bool { var a *AuthError; return errors.As(err, &a) && a.Forbidden }},
		{"not there", http.StatusNotFound, is(&missing)},
		{"gone", http.StatusGone, is(new(*NotFoundError))},
		{"broken", http.StatusInternalServerError, is(&down)},
		{"overloaded", http.StatusServiceUnavailable, is(new(*UnavailableError))},
		{"too many requests", http.StatusTooManyRequests, is(new(*UnavailableError))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.WriteHeader(tt.status)
				rw.Write([]byte("a page of words"))
			}))
			defer s.Close()
			for what, r := range map[string]*Reader{"directly": {}, "with git": {Tool: w.tool}} {
				if _, err := r.Refs(ctx(t), s.URL+"/lib.git"); !tt.want(err) {
					t.Errorf("%s: got %v (%T)", what, err, errors.Unwrap(err))
				}
			}
			if _, err := w.tool.LsRemote(ctx(t), "", s.URL+"/lib.git"); !tt.want(err) {
				t.Errorf("git alone: got %v", err)
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := httptest.NewServer(nil)
		s.Close()
		for _, r := range []*Reader{{}, {Tool: w.tool}} {
			var down *UnavailableError
			if _, err := r.Refs(ctx(t), s.URL+"/lib.git"); !errors.As(err, &down) || down.Certificate {
				t.Errorf("got %v", err)
			}
		}
	})
	t.Run("the certificate is not trusted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		s := httptest.NewUnstartedServer(nil)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		defer s.Close()
		for _, r := range []*Reader{{}, {Tool: w.tool}} {
			var down *UnavailableError
			if _, err := r.Refs(ctx(t), s.URL+"/lib.git"); !errors.As(err, &down) || !down.Certificate {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestAHostsOwnAuthorityIsTrustedThroughTheTransport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := httptest.NewTLSServer((&server{}).handler(w))
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	r := &Reader{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	if _, _, how, err := r.Tree(ctx(t), s.URL+"/lib.git", ""); err != nil || how != HowDirect {
		t.Errorf("got %s, %v", how, err)
	}
	var ca bytes.Buffer
	if err := pem.Encode(&ca, &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}); err != nil {
		t.Fatal(err)
	}
	w.write("ca.pem", ca.String())
	tool := *w.tool
	tool.Env = append(slices.Clone(tool.Env), "GIT_SSL_CAINFO="+w.path("ca.pem"))
	if _, err := tool.LsRemote(ctx(t), "", s.URL+"/lib.git"); err != nil {
		t.Errorf("git with the same authority: %v", err)
	}
}

func TestAServerThatFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	for name, silent := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"before it answers": func(_ http.ResponseWriter, req *http.Request) bool {
			<-req.Context().Done()
			return true
		},
		"in the middle": func(rw http.ResponseWriter, req *http.Request) bool {
			io.WriteString(rw, pktLine("# service=git-upload-pack\n"))
			rw.(http.Flusher).Flush()
			<-req.Context().Done()
			return true
		},
		"while it sends the objects": func(rw http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodGet {
				return false
			}
			io.WriteString(rw, "0008NAK\n")
			rw.(http.Flusher).Flush()
			<-req.Context().Done()
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.serve()
			s.first(silent)
			r := &Reader{stall: 50 * time.Millisecond}
			var down *UnavailableError
			if _, _, _, err := r.Tree(t.Context(), s.URL+"/lib.git", ""); !errors.As(err, &down) || !errors.Is(err, errStalled) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAConnectionThatBreaksIsAReasonToTryLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		s := w.serve()
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.first(func(rw http.ResponseWriter, req *http.Request) bool {
			if req.Method != method {
				return false
			}
			rw.Header().Set("Content-Length", "5000")
			io.WriteString(rw, "0008NAK\n")
			panic(http.ErrAbortHandler)
		})
		var down *UnavailableError
		if _, _, _, err := (&Reader{}).Tree(ctx(t), s.URL+"/lib.git", ""); !errors.As(err, &down) {
			t.Errorf("in the answer to %s: got %v", method, err)
		}
	}
}

func TestACancelledReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	reading, cancel := context.WithCancel(ctx(t))
	s.first(func(_ http.ResponseWriter, req *http.Request) bool {
		cancel()
		<-req.Context().Done()
		return true
	})
	if _, err := (&Reader{Tool: w.tool}).Refs(reading, s.URL+"/lib.git"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests, want no second way after the first was cancelled", n)
	}
}
