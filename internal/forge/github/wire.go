package github

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/isrc-dev/isrc/internal/secret"
)

// wire is where requests leave: it adds the token, for its own host alone,
// counts, and writes the debug lines. Nothing above it knows the token.
type wire struct {
	base     http.RoundTripper
	api      *url.URL
	token    string
	secrets  *secret.Set
	now      func() time.Time
	requests atomic.Int64

	mu    sync.Mutex
	debug io.Writer
}

// RoundTrip sends one request, if it goes to the host of the API.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req.URL, w.api) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, &redirectError{to: origin(req.URL)}
	}
	w.requests.Add(1)
	if n, ok := req.Context().Value(counted{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	if w.token != "" {
		req = req.Clone(req.Context())
		// "token" is what servers of every age understand.
		req.Header.Set("Authorization", "token "+w.token)
	}
	start := w.now()
	resp, err := w.base.RoundTrip(req)
	w.log(req, resp, w.now().Sub(start))
	return resp, err
}

// log writes method, path, status, milliseconds, request id and the rest of
// the rate. No header of the request is ever written.
func (w *wire) log(req *http.Request, resp *http.Response, took time.Duration) {
	if w.debug == nil {
		return
	}
	status, id, rest := "failed", "-", "-"
	if resp != nil {
		status = fmt.Sprint(resp.StatusCode)
		id = plain(resp.Header.Get("X-GitHub-Request-Id"))
		rest = plain(resp.Header.Get("X-RateLimit-Remaining"))
	}
	line := fmt.Sprintf("api %s %s %s %d ms id %s rest %s\n",
		req.Method, req.URL.RequestURI(), status, took.Milliseconds(), id, rest)
	w.mu.Lock()
	defer w.mu.Unlock()
	io.WriteString(w.debug, w.secrets.Hide(line)) // a debug line that cannot be written must not fail the request
}

// counted is the key under which a context carries a count of its requests.
type counted struct{}

// counting gives a context whose requests are counted apart from those of other
// goroutines, for a figure of what one page cost.
func counting(ctx context.Context) (context.Context, func() int) {
	var n atomic.Int64
	return context.WithValue(ctx, counted{}, &n), func() int { return int(n.Load()) }
}

// plain keeps the letters, digits and separators of a header that is shown.
func plain(s string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(":.-_", r):
			return r
		}
		return -1
	}, s)
	if kept == "" {
		return "-"
	}
	return kept[:min(len(kept), 64)]
}

// redirectError is an answer that would lead a token, or a write, astray.
type redirectError struct {
	to  string
	why string
}

func (e *redirectError) Error() string {
	if e.why != "" {
		return e.why
	}
	return fmt.Sprintf("it redirects to %s, which is another host and is not followed", e.to)
}

// redirect follows what a renamed repository answers, and nothing that leaves
// the host or turns a write into a read.
func (c *Client) redirect(req *http.Request, via []*http.Request) error {
	switch {
	case !sameOrigin(req.URL, c.api):
		return &redirectError{to: origin(req.URL)}
	case len(via) >= 5:
		return &redirectError{why: "it redirects in a circle"}
	case req.Method != via[0].Method:
		return &redirectError{why: "it answers a " + via[0].Method + " with a redirect that would make it a " + req.Method}
	}
	return nil
}

func sameOrigin(a, b *url.URL) bool { return origin(a) == origin(b) }

// origin is scheme://host, in lower case and without a default port.
func origin(u *url.URL) string {
	o := strings.ToLower(u.Scheme + "://" + u.Host)
	switch u.Scheme {
	case "https":
		o = strings.TrimSuffix(o, ":443")
	case "http":
		o = strings.TrimSuffix(o, ":80")
	}
	return o
}
