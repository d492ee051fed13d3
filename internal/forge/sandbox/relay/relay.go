// Package relay passes requests on to a forge, for the servers that stand before
// one in tests and spoil a request or its answer. It knows nothing of what is
// spoilt. The program does not contain it. Begin with Carry.
package relay

import (
	"bytes"
	"io"
	"net/http"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Answer is a forge's answer, read to its end.
type Answer struct {
	Status string // with its words
	Code   int
	Header http.Header
	Body   []byte
}

// Carry lets a forge, named by its address, carry a request out. When one of the
// two goes away meanwhile, the connection ends as that of a server that stops:
// it panics with http.ErrAbortHandler.
func Carry(forge string, r *http.Request) *Answer {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a, err := Ask(forge, r, bytes.NewReader(body), len(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return a
}

// Ask asks a forge with the method, the address and the headers of a request, and
// with a body that may turn out to be shorter than the length that is announced.
func Ask(forge string, r *http.Request, body io.Reader, length int) (*Answer, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, forge+r.URL.RequestURI(), body)
	if err != nil {
		return nil, fault.Errorf("ask the forge: %w", err)
	}
	req.Header, req.ContentLength = r.Header.Clone(), int64(length)
	if length == 0 {
		req.Body = nil // else a length that is not known is sent
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, fault.Errorf("ask the forge: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fault.Errorf("read the forge's answer: %w", err)
	}
	return &Answer{Status: resp.Status, Code: resp.StatusCode, Header: resp.Header, Body: answer}, nil
}

// Begin sends the status and the headers, and so many bytes of the body.
func (a *Answer) Begin(w http.ResponseWriter, n int) {
	for k, v := range a.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Body[:n]) // who asked may be gone
}

// Send sends the whole answer.
func (a *Answer) Send(w http.ResponseWriter) { a.Begin(w, len(a.Body)) }
