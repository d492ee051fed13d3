package auth

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Live is a token that another one may follow while a command runs: when the host
// refuses it, what another process has got meanwhile is taken, or else it is
// renewed. It may be used by several goroutines at once.
type Live struct {
	source Source
	host   string

	mu    sync.Mutex
	token Token
	past  []string // those before it
}

// Live follows a token. nil stays nil in what it is handed to: nobody but isrc
// renews what isrc does not keep.
func (s Source) Live(host string, t Token) *Live {
	if t.entry == "" {
		return nil
	}
	return &Live{source: s, host: forge.NormalizeHost(host), token: t}
}

// Value is the token as it is now.
func (l *Live) Value() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.token.Value
}

// After gives the one that follows a token that the host has refused; ok is false
// where there is none.
func (l *Live) After(ctx context.Context, refused string) (value string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.token.Value != refused {
		return l.token.Value, true
	}
	t, err := l.source.after(ctx, l.host, l.token)
	if err != nil || t.Value == "" || t.Value == refused || !strings.EqualFold(t.User, l.token.User) {
		return "", false
	}
	l.past, l.token = append(l.past, refused), t
	return t.Value, true
}

// after is what is kept in the place of a token that was refused. The host's word
// counts more than the time at which it should end.
func (s Source) after(ctx context.Context, host string, t Token) (Token, error) {
	is, _, err := s.kept(ctx, t.entry)
	if err != nil || is.Value != t.Value || is.refresh == "" || s.Renew == nil {
		return is, err
	}
	is, _, err = s.renewed(ctx, host, is, true)
	return is, err
}

// was tells whether a password is this token, or one before it.
func (l *Live) was(value string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.past {
		if p == value {
			return true
		}
	}
	return l.token.Value == value
}

// Transport sends requests that carry the token with what it is now, and those
// that are refused (401) once more with what follows it: the host has carried out
// nothing of them. It adds the token to no request.
func (l *Live) Transport(next http.RoundTripper) http.RoundTripper {
	if l == nil {
		return next
	}
	return liveTransport{l, next}
}

type liveTransport struct {
	live *Live
	next http.RoundTripper
}

func (t liveTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	user, used := carried(req)
	if used == "" || !t.live.was(used) {
		return t.next.RoundTrip(req)
	}
	now := t.live.Value()
	res, err := t.next.RoundTrip(with(req, user, now))
	if err != nil || res.StatusCode != http.StatusUnauthorized || req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return res, err
	}
	value, ok := t.live.After(req.Context(), now)
	if !ok {
		return res, nil
	}
	again := with(req, user, value)
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return res, nil //nolint:nilerr // the first answer stands
		}
	}
	_ = res.Body.Close()
	return t.next.RoundTrip(again)
}

// carried is the token of a request, as the API takes it or as git does, with the
// name beside it.
func carried(req *http.Request) (user, token string) {
	if user, pass, ok := req.BasicAuth(); ok {
		return user, pass
	}
	token, _ = strings.CutPrefix(req.Header.Get("Authorization"), "token ")
	return "", token
}

func with(req *http.Request, user, token string) *http.Request {
	req = req.Clone(req.Context())
	value := "token " + token
	if user != "" {
		value = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+token))
	}
	req.Header.Set("Authorization", value)
	return req
}
