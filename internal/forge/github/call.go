package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

// maxBody bounds every answer, after decompression.
const maxBody = 32 << 20

// A call is one question to the API, possibly asked more than once.
type call struct {
	method string
	path   string // relative to the API, escaped
	query  url.Values
	body   any
	accept string // "" is the JSON of version 3
	graph  bool   // a query of GraphQL, which is posted and reads
	what   string // a noun for what is missing: "repository acme/lib"
	doing  string // a verb phrase for what is refused: "fork acme/lib"; "" is what
	gaveUp *bool  // set where a search ended before everything was searched; nil: that is noted
}

//go:noinline
func get(what, format string, parts ...any) call {
	return call{method: http.MethodGet, path: path(format, parts...), what: what}
}

//go:noinline
func write(method, doing, what string, body any, format string, parts ...any) call {
	return call{method: method, path: path(format, parts...), body: body, what: what, doing: doing}
}

// path fills a format with escaped path elements.
func path(format string, parts ...any) string {
	escaped := make([]any, len(parts))
	for i, p := range parts {
		escaped[i] = p
		if s, ok := p.(string); ok {
			escaped[i] = url.PathEscape(s)
		}
	}
	return fmt.Sprintf(format, escaped...)
}

func (k call) reads() bool { return k.method == http.MethodGet || k.graph }

func (k call) verb() string {
	if k.doing != "" {
		return k.doing
	}
	return "reading " + k.what
}

// An answer is what the server said, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) isHTML() bool {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return kind == "text/html" || kind == "application/xhtml+xml" || bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<"))
}

// serverNow is the server's clock, or ours where it does not tell.
func (c *Client) serverNow(a answer) time.Time {
	if t, err := http.ParseTime(a.header.Get("Date")); err == nil {
		return t
	}
	return c.o.Now()
}

// hostNow is the host's clock as it was seen last.
func (c *Client) hostNow() time.Time { return c.o.Now().Add(time.Duration(c.skew.Load())) }

// do asks, and reads the answer's JSON into out unless that is nil.
func (c *Client) do(ctx context.Context, k call, out any) (answer, error) {
	a, err := c.send(ctx, k)
	if err != nil || out == nil {
		return a, err
	}
	if err := decode(a.body, out); err != nil {
		return a, c.unavailable(fault.Errorf("its answer about %s is not the JSON that was expected: %w", k.what, err))
	}
	return a, nil
}

const maxTries = 3

// send asks until there is an answer worth having, the tries are used up, or
// the waits would take longer than allowed. Reads are repeated when the way
// failed; anything is repeated when the server said that it was too early and
// that nothing was done.
func (c *Client) send(ctx context.Context, k call) (answer, error) {
	var waited time.Duration
	for try := 1; ; try++ {
		a, err := c.once(ctx, k)
		if err == nil && a.status < 300 {
			return a, nil
		}
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		wait, again := c.again(k, a, err, try)
		if !again || try >= maxTries || waited+wait > c.o.MaxWait {
			return a, c.refusal(k, a, err)
		}
		waited += wait
		why := ""
		if _, limits := c.limited(a); limits && err == nil {
			why = ", which limits requests"
		}
		if err := c.wait(ctx, wait, why); err != nil {
			return answer{}, err
		}
	}
}

// again says whether the same question may be asked once more, and when.
func (c *Client) again(k call, a answer, err error, try int) (time.Duration, bool) {
	backoff := time.Second << (try - 1) / 2
	if err != nil {
		return backoff, k.reads() && transient(err)
	}
	if l, ok := c.limited(a); ok {
		return l.wait, true
	}
	switch a.status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if after, ok := c.retryAfter(a); ok {
			backoff = max(backoff, after)
		}
		// A query of GraphQL that is too much gets the same answers every time.
		return backoff, k.reads() && !(k.graph && try > 1)
	}
	return 0, false
}

func (c *Client) wait(ctx context.Context, d time.Duration, why string) error {
	c.o.Sink.Send(progress.Event{
		Phase:   progress.Waiting,
		Task:    "forge",
		Message: fmt.Sprintf("waiting %s for %s%s", seconds(d), c.o.Host, why),
		Wait:    d,
	})
	if err := c.o.Sleep(ctx, d); err != nil {
		return err
	}
	return ctx.Err()
}

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%d s", int64((d+time.Second-1)/time.Second))
}

// errBroken is JSON that ends too early: the way failed, not the question.
var errBroken = errors.New("its answer is cut off")

// errPage is a page for people where an answer should be.
var errPage = errors.New("a web page came instead of an answer (a login page, a proxy, or not the address of the API)")

var errTooLarge = fault.Errorf("its answer is larger than %d MB", maxBody>>20)

// once sends one request and reads its answer. go-github builds the request
// but does not send it: its own memory of rate limits would answer in place of
// the server, by a clock that cannot be set, and its decoding gives up on the
// first field of an unexpected type.
func (c *Client) once(ctx context.Context, k call) (answer, error) {
	req, err := c.request(ctx, k)
	if err != nil {
		return answer{}, err
	}
	kept, haveKept := c.cache.load(req)
	if haveKept {
		req.Header.Set("If-None-Match", kept.ETag)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return answer{}, err
	case len(body) > maxBody:
		return answer{}, errTooLarge
	case resp.StatusCode == http.StatusNotModified && haveKept:
		return kept.answer(resp.Header), nil
	}
	// A server, or a proxy before it, may repeat what it was sent, and its words
	// are shown and kept.
	a := answer{status: resp.StatusCode, header: resp.Header, body: c.secrets.HideBytes(body)}
	if a.status < 300 && k.accept == "" && len(a.body) > 0 && !json.Valid(a.body) {
		if a.isHTML() {
			return answer{}, errPage
		}
		return answer{}, errBroken
	}
	if k.graph {
		a.status = graphStatus(a)
	}
	c.skew.Store(int64(c.serverNow(a).Sub(c.o.Now())))
	c.partial(a)
	c.cache.store(req, a)
	return a, nil
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	target := k.path
	if len(k.query) > 0 {
		target += "?" + k.query.Encode()
	}
	req, err := c.gh.NewRequest(k.method, target, k.body)
	if err != nil {
		return nil, fault.Errorf("ask for %s: %w", k.what, err)
	}
	if k.accept != "" {
		req.Header.Set("Accept", k.accept)
	}
	return req.WithContext(ctx), nil
}

// partial says what a list leaves out because of single sign-on.
func (c *Client) partial(a answer) {
	if header := a.header.Get("X-GitHub-SSO"); strings.HasPrefix(header, "partial-results") {
		left := "some organisations are"
		if _, ids, ok := strings.Cut(header, "organizations="); ok && ids != "" {
			left = fmt.Sprintf("organisations (%d) are", strings.Count(ids, ",")+1)
		}
		c.leftOut(left)
	}
}

//go:noinline
func (c *Client) leftOut(what string) {
	c.o.Sink.Note("sso", what+" left out until the token is authorised for single sign-on: "+c.scheme+"://"+c.o.Host+"/settings/tokens")
}

//go:noinline
func (c *Client) unavailable(err error) error {
	return &forge.UnavailableError{Host: c.o.Host, Err: err}
}
