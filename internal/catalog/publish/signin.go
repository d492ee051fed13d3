package publish

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// asking is what a server's WWW-Authenticate asks for.
type asking struct {
	scheme string // "basic", "bearer" or ""
	params map[string]string
}

// challenge reads the headers of a 401, of which each may hold several challenges.
// The first that is understood counts, but a token before a password where one
// can be got: where to get it is known of registries alone.
func challenge(headers []string, tokens bool) asking {
	var all []asking
	for _, h := range headers {
		all = append(all, challenges(h)...)
	}
	found := asking{}
	for _, c := range all {
		if c.scheme == "bearer" && tokens {
			return c
		}
		if c.scheme == "basic" && found.scheme == "" {
			found = c
		}
	}
	return found
}

// challenges reads one header: schemes, each with key="value" pairs, and commas
// between all of them.
func challenges(s string) (all []asking) {
	for {
		if s = strings.TrimLeft(s, " \t,"); s == "" {
			return all
		}
		end := strings.IndexAny(s, " \t,=")
		if end < 0 {
			end = len(s)
		}
		word, rest := strings.ToLower(s[:end]), strings.TrimLeft(s[end:], " \t")
		value, isPair := strings.CutPrefix(rest, "=")
		if !isPair {
			all, s = append(all, asking{scheme: word, params: map[string]string{}}), rest
			continue
		}
		if value = strings.TrimLeft(value, " \t"); strings.HasPrefix(value, `"`) {
			value, s = quoted(value[1:])
		} else {
			value, s, _ = strings.Cut(value, ",")
			value = strings.TrimSpace(value)
		}
		if len(all) == 0 || word == "" {
			continue
		}
		if p := all[len(all)-1].params; p[word] == "" {
			p[word] = value
		}
	}
}

// quoted reads to the closing quotation mark.
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

func (r *reach) authorization() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.header
}

func (r *reach) hasCredential(ctx context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.known(ctx)
	return !c.IsZero(), err
}

// known is what there is to tell the server; r.mu is held.
func (r *reach) known(ctx context.Context) (Credential, error) {
	if r.credential != nil || r.o.Credential == nil {
		if r.credential == nil {
			return Credential{}, nil
		}
		return *r.credential, nil
	}
	c, err := r.o.Credential(ctx, r.host)
	if err != nil {
		return Credential{}, err
	}
	r.secret(c.Password)
	r.secret(c.Identity)
	r.secret(c.Token)
	r.credential = &c
	return c, nil
}

//go:noinline
func (r *reach) secret(s string) {
	if s != "" && r.o.Secret != nil {
		r.o.Secret(s)
	}
}

// signIn gives the Authorization with which a request that was refused with the
// one in sent may succeed; "" and what was sent say that there is none. Of
// several requests that are refused at once, one asks for a token.
func (r *reach) signIn(ctx context.Context, asked asking, sent string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.header != sent {
		return r.header, nil // another request has asked in the meantime
	}
	c, err := r.known(ctx)
	if err != nil {
		return "", err
	}
	switch asked.scheme {
	case "basic":
		if c.User == "" && c.Password == "" {
			return "", nil
		}
		basic := base64.StdEncoding.EncodeToString([]byte(c.User + ":" + c.Password))
		r.secret(basic)
		r.header = "Basic " + basic
	case "bearer":
		token := c.Token
		if token == "" {
			if token, err = r.token(ctx, asked, c); err != nil {
				return "", err
			}
		}
		r.secret(token)
		r.header = "Bearer " + token
	}
	return r.header, nil
}

// token asks the service that the registry names for a token, for all that was
// asked before and now.
func (r *reach) token(ctx context.Context, asked asking, c Credential) (string, error) {
	realm, err := url.Parse(asked.params["realm"])
	if err != nil || realm.Host == "" || realm.User != nil || (isLoopback(realm.Hostname()) && !isLoopback(hostname(r.host))) {
		return "", &FormatError{Place: r.host, Why: "it names no token service that can be asked"}
	}
	for _, s := range strings.Fields(asked.params["scope"]) {
		if !slices.Contains(r.scopes, s) {
			r.scopes = append(r.scopes, s)
		}
	}
	req, err := r.tokenRequest(ctx, realm, asked.params["service"], c)
	if err != nil {
		return "", fault.Errorf("ask %s for a token: %w", printable(realm.Host), err)
	}
	// The lock is held, so the request goes out by a reach of its own.
	own := newReach(r.o, realm.Host, true)
	resp, err := own.http.Do(req)
	if err != nil {
		return "", own.failed(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusBadRequest {
		return "", r.refused(r.host, resp, !c.IsZero())
	}
	if _, err := own.judge(resp, ""); err != nil { //nolint:bodyclose // it is the same answer
		return "", err
	}
	return readToken(resp, realm.Host)
}

// tokenRequest is the distribution specification's request for a token: GET with
// the user's password, or, with an identity token, OAuth 2.
func (r *reach) tokenRequest(ctx context.Context, realm *url.URL, service string, c Credential) (*http.Request, error) {
	q := url.Values{}
	if service != "" {
		q.Set("service", service)
	}
	if c.Identity != "" {
		q.Set("grant_type", "refresh_token")
		q.Set("refresh_token", c.Identity)
		q.Set("client_id", "isrc")
		q.Set("scope", strings.Join(r.scopes, " "))
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, realm.String(), strings.NewReader(q.Encode()))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return req, err
	}
	for _, s := range r.scopes {
		q.Add("scope", s)
	}
	for k, v := range realm.Query() {
		q[k] = append(q[k], v...)
	}
	at := *realm
	at.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err == nil && (c.User != "" || c.Password != "") {
		req.SetBasicAuth(c.User, c.Password)
	}
	return req, err
}

func readToken(resp *http.Response, host string) (string, error) {
	var answer struct {
		Token  string `json:"token"`
		Access string `json:"access_token"`
	}
	err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer)
	token := answer.Token
	if token == "" {
		token = answer.Access
	}
	if err != nil || resp.StatusCode != http.StatusOK || token == "" || strings.ContainsAny(token, "\r\n") {
		return "", &UnavailableError{Host: host, Err: errors.New("it gives no token")}
	}
	return token, nil
}
