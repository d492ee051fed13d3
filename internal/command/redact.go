package command

import (
	"encoding/base64"
	"io"
	"strings"
	"sync"
)

// redactor keeps secrets out of everything that is written for people: the
// last line of defence behind packages that never print them.
type redactor struct {
	mu      sync.Mutex
	secrets []string
}

func (r *redactor) add(secret string) {
	if len(secret) < 8 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, secret)
	for _, user := range []string{"", "x-access-token", "oauth2"} {
		r.secrets = append(r.secrets, basic(user, secret))
	}
}

// addLogin adds what a header of git holds for a login.
func (r *redactor) addLogin(login, secret string) {
	if login == "" || len(secret) < 8 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, basic(login, secret))
}

func basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

func (r *redactor) text(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, "[redacted]")
	}
	return s
}

func (r *redactor) writer(w io.Writer) io.Writer { return redactingWriter{r, w} }

type redactingWriter struct {
	r *redactor
	w io.Writer
}

func (w redactingWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.r.text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
