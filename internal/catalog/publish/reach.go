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
	patience time.Duration

	mu         sync.Mutex
	ways       map[string]http.RoundTripper
	credential *Credential // asked for once
	header     string      // what is sent as Authorization
	scopes     []string    // of the token in it
}

const patience = time.Minute // without a byte

//go:noinline
func newReach(o *Options, host string, registry bool) *reach {
	r := &reach{o: o, host: host, registry: registry, patience: patience, ways: map[string]http.RoundTripper{}}
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
	if r.registry && req.Header.Get("Accept-Encoding") == "" {
		req.Header.Set("Accept-Encoding", "identity") // digests are of the bytes as they are
	}
	begun := time.Now()
	resp, err := r.carry(way, req)
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

// carry sends a request, and gives it up when of what it sends nothing is taken
// for a minute. How long an answer may take is the way's own.
func (r *reach) carry(way http.RoundTripper, req *http.Request) (*http.Response, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return way.RoundTrip(req)
	}
	within, stop := context.WithCancelCause(req.Context())
	req = req.WithContext(within)
	timer := time.AfterFunc(r.patience, func() { stop(errStuck) })
	req.Body = &taken{req.Body, timer, r.patience}
	resp, err := way.RoundTrip(req)
	timer.Stop()
	if err != nil {
		if errors.Is(context.Cause(within), errStuck) {
			err = errStuck
		}
		stop(nil)
		return nil, err
	}
	resp.Body = watch(within, resp.Body, stop)
	return resp, nil
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
		return &FormatError{Place: r.host, Why: "it redirects again and again"}
	}
	first := via[0]
	left := !sameOrigin(first.URL, req.URL)
	for _, hop := range via[1:] {
		left = left || !sameOrigin(first.URL, hop.URL)
	}
	if isLoopback(req.URL.Hostname()) && !isLoopback(first.URL.Hostname()) {
		return &FormatError{Place: r.host, Why: "a redirect to this machine is not followed"}
	}
	if left && req.Method != http.MethodGet && req.Method != http.MethodHead {
		return elsewhere(r.host, req.URL)
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
		asked := challenge(resp.Header.Values("WWW-Authenticate"), r.registry)
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
		return nil, r.refused(host, resp, sent != "")
	case code == http.StatusTooManyRequests, code >= 500, code == http.StatusRequestTimeout:
		return nil, &UnavailableError{Host: host, Err: fault.Errorf("it answers %s", status(code)+said(resp)), After: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	}
	if err := r.onward(resp); err != nil {
		return nil, err
	}
	return resp, nil
}

func (r *reach) refused(host string, resp *http.Response, sent bool) *RefusedError {
	e := &RefusedError{Host: host, Registry: r.registry, Sent: sent, Forbidden: resp.StatusCode == http.StatusForbidden}
	if words := said(resp); e.Forbidden {
		e.Said = words
	}
	return e
}

// retryAfter reads how long a server asks to wait: seconds, or a date.
func retryAfter(header string, now time.Time) time.Duration {
	var after time.Duration
	if seconds, err := strconv.Atoi(header); err == nil {
		after = time.Duration(min(seconds, 3600)) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		after = at.Sub(now)
	}
	return min(max(after, 0), time.Hour)
}

// onward looks at where a registry says that an upload goes on. One behind a
// proxy that ends TLS for it may not know that it is spoken to by https.
func (r *reach) onward(resp *http.Response) error {
	from := resp.Request.URL
	to, err := resp.Location()
	if resp.StatusCode != http.StatusAccepted || err != nil {
		return nil //nolint:nilerr // no upload
	}
	if from.Scheme == "https" && to.Scheme == "http" && strings.EqualFold(from.Hostname(), to.Hostname()) && (to.Port() == "" || to.Port() == "80" || to.Port() == from.Port()) {
		to.Scheme, to.Host = "https", from.Host
		resp.Header.Set("Location", to.String())
	}
	if sameOrigin(from, to) {
		return nil
	}
	discard(resp)
	return elsewhere(r.host, to)
}

func elsewhere(host string, to *url.URL) error {
	return &FormatError{Place: host, Why: "it sends uploads to " + printable(to.Scheme+"://"+to.Host) + ", and isrc sends nothing to another server than the one that it was told to; it has to know the name under which it is reached"}
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
