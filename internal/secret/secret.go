// Package secret hides secrets in text that is shown or kept. It is the last
// line of defence behind code that never prints them: a server may repeat what
// it was sent, and git what a server said. Any package may import it. Begin with
// Of and Set.Hide.
package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
)

// Hidden stands where a secret stood.
const Hidden = "[redacted]"

// shortest is the length of a word that may be a secret, in bytes. A shorter one
// would be hidden in the middle of ordinary words.
const shortest = 8

// Set is some secrets. The zero value and nil have none. It may be used by
// several goroutines at once.
type Set struct {
	mu    sync.RWMutex
	forms []form
}

// form is one way to write a secret.
type form struct {
	text string
	// within says that text is only the part of an encoded word that the secret
	// alone decides: what stands before and after it belongs to the word.
	within bool
}

// Of makes a set of secrets.
//
//go:noinline
func Of(secrets ...string) *Set {
	s := &Set{}
	for _, one := range secrets {
		s.Add(one)
	}
	return s
}

// Add takes a secret into the set, as it is and as it may be written: in a URL,
// in JSON, and in base64 at any place of a longer text, such as the name and
// password of basic authentication. Words of less than 8 bytes are left.
func (s *Set) Add(secret string) {
	if len(secret) < shortest {
		return
	}
	forms := []form{{text: secret}}
	quoted, _ := json.Marshal(secret) // a string always has a form in JSON
	for _, written := range []string{url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`)} {
		if written != secret {
			forms = append(forms, form{text: written})
		}
	}
	for before := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, form{text: core(alphabet, secret, before), within: true})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range forms {
		if !s.has(f) {
			s.forms = append(s.forms, f)
		}
	}
}

func (s *Set) has(f form) bool {
	for _, have := range s.forms {
		if have == f {
			return true
		}
	}
	return false
}

// core is what base64 makes of a secret that begins so many bytes (modulo 3)
// into a text, without the characters that depend on its neighbours too.
func core(alphabet *base64.Encoding, secret string, before int) string {
	all := alphabet.EncodeToString(append(make([]byte, before), secret...))
	return all[(before*8+5)/6 : (before+len(secret))*8/6]
}

// Hide gives the text without the secrets, in whatever form they are in it.
//
//go:noinline
func (s *Set) Hide(text string) string {
	if s == nil {
		return text
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, f := range s.forms {
		text = f.hide(text)
	}
	return text
}

// HideBytes is Hide for bytes. Without a secret in them they are given back as
// they are.
func (s *Set) HideBytes(b []byte) []byte {
	if s == nil {
		return b
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, f := range s.forms {
		if bytes.Contains(b, []byte(f.text)) {
			b = []byte(f.hide(string(b)))
		}
	}
	return b
}

func (f form) hide(text string) string {
	if !f.within {
		return strings.ReplaceAll(text, f.text, Hidden)
	}
	var b strings.Builder
	for {
		i := strings.Index(text, f.text)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(strings.TrimRightFunc(text[:i], inBase64))
		b.WriteString(Hidden)
		text = strings.TrimLeft(strings.TrimLeftFunc(text[i+len(f.text):], inBase64), "=")
	}
}

func inBase64(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+/-_", r)
}
