package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Renewer gives a new token for one that ends, by the secret that was given with
// it. The secret is good for one time.
type Renewer func(ctx context.Context, host, refresh string) (DeviceToken, error)

// renewedBefore is how long before its end a token is renewed, so that a command
// does not see it end. Underneath a command, which has the old one, only what has
// ended is: the host lets the old one end at once.
const renewedBefore = 5 * time.Minute

// lockPatience is how long another process may take to renew.
const lockPatience = 45 * time.Second

// Renew asks for a new token by a refresh token, as GitHub describes it
// ("Refreshing user access tokens"); one that came of a code needs no secret of
// the application. A refusal is a *DeviceError.
func (d *Device) Renew(ctx context.Context, refresh string) (DeviceToken, error) {
	a, err := d.post(ctx, "/login/oauth/access_token", url.Values{"client_id": {d.ClientID}, "grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	switch {
	case err != nil:
		return DeviceToken{}, err
	case a.Error == "slow_down":
		return DeviceToken{}, d.unavailable(errors.New("it was asked too often"))
	case a.Error != "":
		return DeviceToken{}, d.failed(a)
	case a.Token == "":
		return DeviceToken{}, d.unavailable(errors.New("its answer holds neither a token nor an error"))
	}
	return d.given(a)
}

// given is what an answer with a token holds.
func (d *Device) given(a deviceAnswer) (t DeviceToken, err error) {
	if t.Token, err = checked(a.Token, d.Host); err != nil {
		return DeviceToken{}, err
	}
	n, _ := a.Expires.Float64() // "" is none
	if t.Lasts = seconds(n, 0, 365*24*time.Hour); t.Lasts == 0 {
		return t, nil
	}
	t.Ends = d.Now().Add(t.Lasts).UTC()
	t.Refresh, err = checked(a.Refresh, d.Host)
	return t, err
}

// Given is a source that keeps with the next token what was given with it.
func (s Source) Given(t DeviceToken) Source {
	s.given = t
	return s
}

func (s Source) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// fresh renews a kept token that is about to end; without a way to do so it is
// told that it has ended, and not sent.
func (s Source) fresh(ctx context.Context, host string, t Token) (Token, []string, error) {
	if t.Value == "" || t.ends.IsZero() {
		return t, nil, nil
	}
	before := renewedBefore
	if s.withoutGit && s.env(trustVariable) != "" {
		before = 0
	}
	switch ended := !s.now().Before(t.ends); {
	case s.now().Before(t.ends.Add(-before)):
		return t, nil, nil
	case t.refresh != "" && s.Renew != nil:
		return s.renewed(ctx, host, t, ended)
	case ended:
		return Token{}, []string{"the one that is kept has ended"}, nil
	}
	return t, nil, nil
}

// renewed asks for a new token and keeps it, one process at a time: the host gives
// one only once. What another process got meanwhile is taken. Once the host is
// asked, neither Ctrl-C nor the end of a terminal comes between its answer and the
// keeping: what renews would be lost with it.
func (s Source) renewed(ctx context.Context, host string, t Token, ended bool) (Token, []string, error) {
	lock, err := s.lockTokens(ctx)
	if err != nil {
		return Token{}, nil, fault.Errorf("renew the token for %s: %w", host, err)
	}
	defer lock.Release() //nolint:errcheck // the system gives it back at the end
	is, why, err := s.kept(ctx, t.entry)
	if err != nil || is.Value != t.Value {
		return is, why, err
	}
	whole := context.WithoutCancel(ctx)
	var got DeviceToken
	if err = s.mayKeep(whole, is); err == nil {
		got, err = s.Renew(whole, host, is.refresh)
	}
	var refused *DeviceError
	switch {
	case err != nil && ctx.Err() == nil && !ended:
		return t, nil, nil // it is good for some minutes yet
	case errors.As(err, &refused):
		return Token{}, []string{"the one that is kept has ended, and is not renewed (" + refused.Code + ")"}, nil
	case err != nil:
		return Token{}, nil, fault.Errorf("renew the token for %s: %w", host, err)
	}
	is.Value, is.ends, is.refresh = got.Token, got.Ends, got.Refresh
	return is, nil, s.replace(whole, is)
}

// mayKeep keeps what is kept once more, before a host is asked that answers only
// once: on a full disk its answer would be lost.
func (s Source) mayKeep(ctx context.Context, t Token) error { return s.replace(ctx, t) }

// replace keeps a token where the one before it lies, at once: a keyring that had
// to be waited for would be time to be killed in. Only one that does not take it
// leaves it to the file.
func (s Source) replace(ctx context.Context, t Token) error {
	kept := secret{Token: t.Value, User: t.User, Ends: t.ends, Refresh: t.refresh}
	if t.Origin == fromKeyring {
		raw, err := json.Marshal(kept)
		if err != nil {
			return err
		}
		if s.keyring(ctx, func(k Keyring) error { return k.Set(t.entry, string(raw)) }) == nil {
			return nil
		}
	}
	all, file, err := s.readFile()
	if err != nil {
		return err
	}
	if all == nil {
		all = map[string]secret{}
	}
	all[t.entry] = kept
	return s.writeFile(file, all)
}

// lockTokens waits until nobody else renews.
func (s Source) lockTokens(ctx context.Context) (*disk.Lock, error) {
	dir := s.settings().Dirs.Config
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	late := time.After(lockPatience)
	for {
		lock, err := disk.Take(filepath.Join(dir, "tokens.lock"))
		var held *disk.HeldError
		if !errors.As(err, &held) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late:
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// secretOf is what is kept of a token.
func (s Source) secretOf(token, user string) secret {
	return secret{Token: token, User: user, Ends: s.given.Ends, Refresh: s.given.Refresh}
}

// keptToken is the token that was kept.
func (k secret) keptToken(origin, name string) Token {
	return Token{Value: k.Token, Origin: origin, User: k.User, entry: name, ends: k.Ends, refresh: k.Refresh}
}
