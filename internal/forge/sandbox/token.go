package sandbox

import (
	"crypto/sha256"
	"strings"
	"sync"
)

// token is what a credential stands for.
type token struct {
	login   string
	scopes  []string
	kind    string // "" for classic ones
	expired bool
}

// tokenTable knows every token that the forge accepts or has let expire.
type tokenTable struct {
	mu  sync.Mutex
	all map[string]token
}

func (t *tokenTable) put(secret string, x token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]token{}
	}
	t.all[secret] = x
}

func (t *tokenTable) find(secret string) (token, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, ok := t.all[secret]
	return x, ok
}

// defaultScopes are those of the tokens that accounts have from the start.
func defaultScopes() []string { return []string{"repo", "read:org", "workflow", "user:email"} }

// Token is a valid token of the account with the scopes repo, read:org,
// workflow and user:email. It has the shape of a classic token and depends on
// nothing but the world's name and the login.
func (f *Forge) Token(login string) string {
	secret := makeToken(f.world.Name, login, "")
	f.tokens.put(secret, token{login: login, scopes: defaultScopes()})
	return secret
}

// TokenWith is a valid token of the account with just these scopes.
func (f *Forge) TokenWith(login string, scopes ...string) string {
	secret := makeToken(f.world.Name, login, "scopes "+strings.Join(scopes, ","))
	f.tokens.put(secret, token{login: login, scopes: scopes})
	return secret
}

// ExpiredToken is a token of the account that is not accepted any more.
func (f *Forge) ExpiredToken(login string) string {
	secret := makeToken(f.world.Name, login, "expired")
	f.tokens.put(secret, token{login: login, expired: true})
	return secret
}

// makeToken derives 36 letters and digits.
func makeToken(world, login, kind string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	seed := world + "\x00" + strings.ToLower(login) + "\x00" + kind
	out := []byte("ghp_")
	for round := byte('a'); len(out) < 40; round++ {
		sum := sha256.Sum256([]byte(seed + string(round)))
		for _, b := range sum {
			if int(b) < 4*len(letters) && len(out) < 40 {
				out = append(out, letters[int(b)%len(letters)])
			}
		}
	}
	return string(out)
}
