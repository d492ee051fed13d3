package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// reach sends requests to one server, signed in where the server asks for it.
// It implements remote.Client.
//
// Credentials go to that server and, where it is a registry, to the token
// service that it names. A redirect to anybody else, as to a store of blobs, is
// followed without them. Nothing is sent in the clear but to this machine.
type reach struct {
	o        *Options
	host     string
	registry bool
	http     *http.Client

	mu         sync.Mutex
	ways       map[string]http.RoundTripper
	credential *Credential // asked for once
	header     string      // what is sent as Authorization
	scopes     []string    // of the token in it
}

const patience = time.Minute // without a byte

//go:noinline
func newReach(o *Options, host string, registry bool) *reach {
	r := &reach{o: o, host: host, registry: registry, ways: map[string]http.RoundTripper{}}
	r.http = &http.Client{Transport: roundTrip(r.send), CheckRedirect: r.redirect}
	return r
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// send is one request on the wire.
func (r *reach) send(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && (req.URL.Scheme != "http" || !isLoopback(req.URL.Hostname())) {
		return nil, &FormatError{Place: r.host, Why: "it leads to " + printable(req.URL.Scheme+"://"+req.URL.Host) + ", which is not encrypted"}
	}
	way, err := r.way(req.URL.Host)
	if err != nil {
		return nil, err
	}
	if r.o.UserAgent != "" {
		req.Header.Set("User-Agent", r.o.UserAgent)
	}
	begun := time.Now()
	resp, err := way.RoundTrip(req)
	if r.o.Debug != nil {
		what := "no answer"
		if err == nil {
			what = resp.Status
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		fmt.Fprintf(r.o.Debug, "%s %s://%s%s: %s (%d ms)\n", req.Method, req.URL.Scheme, req.URL.Host, printable(req.URL.EscapedPath()), printable(what), time.Since(begun).Milliseconds())
	}
	return resp, err
}

func (r *reach) way(host string) (http.RoundTripper, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.ways[host]; w != nil {
		return w, nil
	}
	w, err := r.o.Transport(host)
	if err != nil {
		return nil, err
	}
	r.ways[host] = w
	return w, nil
}

const mostRedirects = 5

// redirect follows to another server only what carries nothing of its own, and
// without credentials: also to another port, and to a host below this one.
func (r *reach) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > mostRedirects {
		return errors.New("too many redirects")
	}
	first := via[0]
	left := !sameOrigin(first.URL, req.URL)
	for _, hop := range via[1:] {
		left = left || !sameOrigin(first.URL, hop.URL)
	}
	if isLoopback(req.URL.Hostname()) && !isLoopback(first.URL.Hostname()) {
		return errors.New("a redirect to this machine is not followed")
	}
	if left && req.Method != http.MethodGet && req.Method != http.MethodHead {
		return errors.New("a redirect of an upload to another host is not followed")
	}
	if left {
		req.Header.Del("Authorization")
	}
	return nil
}

// hostname is a host without its port.
//
//go:noinline
func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }

func sameOrigin(a, b *url.URL) bool {
	port := func(u *url.URL) string {
		p := u.Port()
		switch {
		case p == "" && u.Scheme == "https":
			return "443"
		case p == "" && u.Scheme == "http":
			return "80"
		}
		return p
	}
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

// Do sends a request, and again when the server asks who is there. What comes
// back is neither a refusal nor a server's failure: those are errors.
func (r *reach) Do(req *http.Request) (*http.Response, error) {
	sent := r.authorization()
	for try := 0; ; try++ {
		again, err := fresh(req, sent)
		if err != nil {
			return nil, err
		}
		resp, err := r.http.Do(again)
		if err != nil {
			return nil, r.failed(req.Context(), err)
		}
		if resp.StatusCode != http.StatusUnauthorized || !sameOrigin(resp.Request.URL, req.URL) {
			return r.judge(resp, sent)
		}
		asked := challenge(resp.Header.Values("WWW-Authenticate"))
		discard(resp)
		next, err := r.signIn(req.Context(), asked, sent)
		if err != nil {
			return nil, err
		}
		if try > 1 || next == "" || next == sent {
			has, err := r.hasCredential(req.Context())
			if err != nil {
				return nil, err
			}
			return nil, &RefusedError{Host: r.host, Registry: r.registry, Sent: has, Forbidden: has && asked.params["error"] == "insufficient_scope"}
		}
		sent = next
	}
}

// fresh is the same request once more, from the beginning of its body.
func fresh(req *http.Request, authorization string) (*http.Request, error) {
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, fault.Errorf("send the same bytes again: %w", err)
		}
		again.Body = body
	}
	again.Header.Del("Authorization") // oras copies it from an earlier request
	if authorization != "" {
		again.Header.Set("Authorization", authorization)
	}
	return again, nil
}

// judge makes errors of the answers that mean the same for every request.
func (r *reach) judge(resp *http.Response, sent string) (*http.Response, error) {
	host := resp.Request.URL.Host
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		discard(resp)
		return nil, &RefusedError{Host: host, Registry: r.registry, Sent: sent != "", Forbidden: code == http.StatusForbidden}
	case code == http.StatusTooManyRequests, code >= 500, code == http.StatusRequestTimeout:
		after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil || after < 0 {
			after = 0
		}
		discard(resp)
		return nil, &UnavailableError{Host: host, Err: fault.Errorf("it answers %d %s", code, http.StatusText(code)), After: time.Duration(min(after, 3600)) * time.Second}
	}
	return resp, nil
}

func (r *reach) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return unreachable(r.host, err)
}

// discard ends an answer of which no more is wanted, and keeps its connection
// when little is left of it.
func discard(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
}

// tries is how often something is begun before a server counts as unavailable.
const tries = 5

// retry repeats what a server could not do just now. A server that could not be
// reached at all is asked again only by who is patient, having reached it before.
func (o *Options) retry(ctx context.Context, patient bool, do func() error) error {
	wait := time.Second
	for try := 1; ; try++ {
		err := do()
		var down *UnavailableError
		if err == nil || try == tries || ctx.Err() != nil || !errors.As(err, &down) || !passes(down.Err) || (!patient && neverReached(down.Err)) {
			return err
		}
		pause := min(max(wait, down.After), time.Minute)
		o.Sink.Send(waitEvent(down, pause))
		if err := o.sleep(ctx, pause); err != nil {
			return err
		}
		wait *= 2
	}
}
