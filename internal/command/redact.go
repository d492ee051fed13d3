package command

import (
	"io"

	"github.com/isrc-dev/isrc/internal/secret"
)

// redactor keeps secrets out of everything that is written for people.
type redactor struct{ secrets secret.Set }

//go:noinline
func (r *redactor) add(value string) { r.secrets.Add(value) }

//go:noinline
func (r *redactor) text(s string) string { return r.secrets.Hide(s) }

func (r *redactor) writer(w io.Writer) io.Writer { return redactingWriter{r, w} }

type redactingWriter struct {
	r *redactor
	w io.Writer
}

func (w redactingWriter) Write(p []byte) (int, error) {
	if _, err := w.w.Write(w.r.secrets.HideBytes(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
