package publish

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/fault"
)

// website is a folder that a web server serves.
type website struct {
	*reach
	place Place
}

// outline asks for the outline unless it is the known one, by its ETag, or, of a
// server that has none, by its digest.
func (w *website) outline(ctx context.Context, known string) (*Outline, string, error) {
	within, stop := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(within, http.MethodGet, w.place.web.String(), nil)
	if err != nil {
		stop(nil)
		return nil, "", &PlaceError{Why: w.place.name + " is not an address"}
	}
	if tag, ok := strings.CutPrefix(known, "etag "); ok {
		req.Header.Set("If-None-Match", tag)
	}
	resp, err := w.Do(req) //nolint:bodyclose // with the body that is watched
	if err != nil {
		stop(nil)
		return nil, "", err
	}
	body := watch(within, resp.Body, stop)
	defer body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && known != "":
		return nil, known, nil
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return nil, "", &MissingError{Place: w.place.name}
	case resp.StatusCode != http.StatusOK:
		return nil, "", w.unexpected(resp)
	}
	raw, err := readAll(body, longestOutline)
	if err != nil {
		return nil, "", w.failed(ctx, err)
	}
	version := "digest " + digest.FromBytes(raw).String()
	if tag := resp.Header.Get("ETag"); tag != "" && len(tag) < 300 {
		version = "etag " + tag
	}
	if version == known {
		return nil, known, nil
	}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("<")) {
		return nil, "", &FormatError{Place: w.place.name, Why: "it answers with a page for people, perhaps to sign in at, and not with a catalog"}
	}
	o, err := parseOutline(raw, w.place.name)
	return o, version, err
}

func (w *website) chunk(ctx context.Context, c Chunk, from int64) (io.ReadCloser, int64, error) {
	at := w.place.web.JoinPath("..", chunkFolder, chunkName(c.Digest))
	body, begins, err := w.get(ctx, at.String(), from)
	if err != nil {
		return nil, 0, fault.Errorf("fetch a chunk: %w", err)
	}
	return body, begins, nil
}

const chunkFolder = "chunks"

// chunkName is the file of a chunk.
//
//go:noinline
func chunkName(d digest.Digest) string { return d.Encoded() + ".zst" }
