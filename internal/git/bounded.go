package git

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// errStalled says that a server stopped in the middle of an answer.
var errStalled = errors.New("nothing arrives any more")

// bounded limits how much a server can send, and how long it can be silent.
type bounded struct {
	next  http.RoundTripper
	stall time.Duration // 0: stallAfter
	most  int64         // bytes of one answer; 0: maxAnswer
	// broke is why an answer ended early; go-git passes on only its words.
	broke atomic.Pointer[error]
	home  string // host of the address
	asked atomic.Pointer[string]
	words atomic.Bool               // the last answer is meant to be read by people at a terminal
	page  atomic.Pointer[PageError] // that the last answer is, nil when it is none
}

// led is the host that was asked last, where a redirect led to another one than
// that of the address; otherwise "".
func (b *bounded) led() string {
	if host := b.asked.Load(); host != nil && b.home != "" && !strings.EqualFold(*host, b.home) {
		return *host
	}
	return ""
}

// reason is why the last answer ended early, or nil.
func (b *bounded) reason() error {
	if err := b.broke.Load(); err != nil {
		return *err
	}
	return nil
}

// RoundTrip carries one request.
func (b *bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	b.asked.Store(&req.URL.Host)
	wait := b.stall
	if wait == 0 {
		wait = stallAfter
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(wait, func() { cancel(errStalled) })
	res, err := b.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		timer.Stop()
		if errors.Is(context.Cause(ctx), errStalled) {
			err = errStalled
		}
		cancel(nil)
		return nil, err
	}
	kind, _, _ := strings.Cut(strings.ToLower(res.Header.Get("Content-Type")), ";")
	b.words.Store(kind == "text/plain")
	b.page.Store(nil)
	if kind == "text/html" || kind == "application/xhtml+xml" {
		b.page.Store(readPage(res, req.URL.Host))
	}
	most := b.most
	if most == 0 {
		most = maxAnswer
	}
	res.Body = &boundedBody{ReadCloser: res.Body, left: most, from: b, ctx: ctx, timer: timer, wait: wait, cancel: cancel}
	return res, nil
}

type boundedBody struct {
	io.ReadCloser
	left   int64
	from   *bounded
	ctx    context.Context
	timer  *time.Timer
	wait   time.Duration
	cancel context.CancelCauseFunc
	ended  bool // nothing more can be read
}

// A reader of git's protocol stops where the protocol ends, a few bytes before the
// answer does. A connection is used again only when its answer was read to the end;
// so much, for so long, is worth it.
const (
	restBytes = 32 << 10
	restWait  = 100 * time.Millisecond
)

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.read(p)
	b.ended = b.ended || err != nil
	if err != nil && !errors.Is(err, io.EOF) {
		b.from.broke.Store(&err)
	}
	return n, err
}

func (b *boundedBody) read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &TooLargeError{What: "the answer of the server", Size: maxAnswer}
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.timer.Reset(b.wait)
	if err != nil && errors.Is(context.Cause(b.ctx), errStalled) {
		err = errStalled
	}
	return n, err
}

func (b *boundedBody) Close() error {
	b.timer.Stop()
	defer b.cancel(nil)
	if !b.ended {
		late := time.AfterFunc(restWait, func() { b.cancel(nil) })
		_, _ = io.CopyN(io.Discard, b.ReadCloser, restBytes) // what fails here only costs the connection
		late.Stop()
	}
	return b.ReadCloser.Close()
}
