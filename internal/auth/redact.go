package auth

import (
	"bytes"
	"encoding/base64"
	"io"
	"sync"
)

// Redactor passes on what is written to it without secrets, whole or split over
// several writes. What may be the beginning of a secret is held back until it is
// known not to be one, or until Flush.
type Redactor struct {
	mu      sync.Mutex
	w       io.Writer
	secrets [][]byte
	pending []byte
}

// Redact makes a writer that replaces secrets, also where they stand encoded in
// a header of basic authentication. Words too short to be secrets are left.
func Redact(w io.Writer, secrets ...string) *Redactor {
	r := &Redactor{w: w}
	for _, s := range secrets {
		if len(s) < 6 {
			continue
		}
		basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + s))
		r.secrets = append(r.secrets, []byte(s), []byte(basic))
	}
	return r
}

const redacted = "***"

// Write passes on all that cannot be part of a secret. It reports the length of
// p, whatever that became.
func (r *Redactor) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := append(r.pending, p...)
	for _, s := range r.secrets {
		all = bytes.ReplaceAll(all, s, []byte(redacted))
	}
	held := r.beginning(all)
	r.pending = bytes.Clone(all[len(all)-held:])
	if _, err := r.w.Write(all[:len(all)-held]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// beginning is the length of the longest end of b that a secret begins with.
func (r *Redactor) beginning(b []byte) int {
	longest := 0
	for _, s := range r.secrets {
		for n := min(len(s)-1, len(b)); n > longest; n-- {
			if bytes.HasSuffix(b, s[:n]) {
				longest = n
				break
			}
		}
	}
	return longest
}

// Flush passes on what is held back.
func (r *Redactor) Flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.w.Write(r.pending)
	r.pending = nil
	return err
}
