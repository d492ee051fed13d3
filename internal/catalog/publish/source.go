package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// source is where a published catalog is fetched from.
type source interface {
	// outline reads what is published. The version names exactly that, in words
	// of the place; where it is the known one, the outline is nil.
	outline(ctx context.Context, known string) (o *Outline, version string, err error)
	// chunk opens the packed bytes of a chunk. They begin at from, or at 0 where
	// the place can give only all of them.
	chunk(ctx context.Context, c Chunk, from int64) (body io.ReadCloser, at int64, err error)
}

// sink is where a catalog is published.
type sink interface {
	// current is what is published there now, nil for nothing.
	current(ctx context.Context) (*Outline, error)
	has(ctx context.Context, c Chunk) (bool, error)
	put(ctx context.Context, c Chunk, packed []byte) error
	// publish makes an outline whose chunks are all there the current one.
	publish(ctx context.Context, o *Outline) error
}

func (o *Options) source(ctx context.Context, p Place) (source, error) {
	switch p.kind {
	case inRegistry:
		return o.openRegistry(ctx, p)
	case onWeb:
		return &website{reach: newReach(o, p.web.Host, false), place: p}, nil
	}
	return &folder{path: p.folder}, nil
}

func (o *Options) sink(ctx context.Context, p Place) (sink, error) {
	switch p.kind {
	case inRegistry:
		return o.openToPublish(ctx, p)
	case onWeb:
		return nil, &ReadOnlyError{Place: p.name}
	}
	return &folder{path: p.folder}, nil
}

// get asks for a file from a byte on, and gives its body and where that begins.
func (r *reach) get(ctx context.Context, address string, from int64) (io.ReadCloser, int64, error) {
	within, stop := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(within, http.MethodGet, address, nil)
	if err != nil {
		stop(nil)
		return nil, 0, fault.Errorf("ask for a chunk: %w", err)
	}
	req.Header.Set("Accept-Encoding", "identity") // a digest is of the bytes as they are
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := r.Do(req) //nolint:bodyclose // by who gets the body
	if err != nil {
		stop(nil)
		return nil, 0, err
	}
	body := watch(within, resp.Body, stop)
	at := int64(0)
	switch {
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode == http.StatusPartialContent && from > 0 && rangeBegins(resp.Header.Get("Content-Range")) == from:
		at = from
	default:
		_ = body.Close()
		if from > 0 && (resp.StatusCode == http.StatusRequestedRangeNotSatisfiable || resp.StatusCode == http.StatusPartialContent) {
			return r.get(ctx, address, 0)
		}
		return nil, 0, r.unexpected(resp)
	}
	return body, at, nil
}

// unexpected is an answer that no request of ours gets from a server that has
// what it says it has.
func (r *reach) unexpected(resp *http.Response) error {
	if resp.StatusCode == http.StatusNotFound {
		return &MissingError{Place: resp.Request.URL.Host + resp.Request.URL.EscapedPath()}
	}
	return &FormatError{Place: resp.Request.URL.Host, Why: "it answers " + status(resp.StatusCode)}
}

// rangeBegins is the first byte that a Content-Range speaks of, -1 for none.
func rangeBegins(header string) int64 {
	rest, ok := strings.CutPrefix(header, "bytes ")
	first, _, dashed := strings.Cut(rest, "-")
	n, err := strconv.ParseInt(first, 10, 64)
	if !ok || !dashed || err != nil {
		return -1
	}
	return n
}

// readAll reads an answer that may not be longer than limit.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = errTooLong
	}
	return raw, err
}

var errTooLong = errors.New("it is longer than it may be")
