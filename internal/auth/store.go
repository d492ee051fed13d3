package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Stored says where Login put a token.
type Stored struct {
	InKeyring bool
	File      string // where it is instead, readable by its owner alone
	Why       string // why the keyring did not take it
}

// secret is what is kept for a host, in the keyring and in the file alike.
type secret struct {
	Token string `json:"token"`
	User  string `json:"user,omitempty"`
	// Ends and Refresh are those of a token that does not last.
	Ends    time.Time `json:"ends,omitzero"`
	Refresh string    `json:"refresh,omitempty"`
}

// entry is under what the token of an account is kept; that of the usual one is
// kept under the host's name alone.
//
//go:noinline
func entry(host, login string) string {
	if login == "" {
		return host
	}
	return strings.ToLower(login) + "@" + host
}

// Login keeps a token as that of the usual account of a host. One of another
// account that was the usual one until then is kept as one of several.
func Login(ctx context.Context, s Source, host, token, user string) (Stored, error) {
	host = forge.NormalizeHost(host)
	before, _, err := s.kept(ctx, host)
	if err != nil {
		return Stored{}, err
	}
	if before.Value != "" && before.User != "" && user != "" && !strings.EqualFold(before.User, user) {
		if _, err := LoginAs(ctx, s.Given(DeviceToken{Ends: before.ends, Refresh: before.refresh}), host, before.Value, before.User); err != nil {
			return Stored{}, err
		}
	}
	return s.keep(ctx, host, host, token, user)
}

// LoginAs keeps a token as that of one of several accounts of a host.
func LoginAs(ctx context.Context, s Source, host, token, user string) (Stored, error) {
	host = forge.NormalizeHost(host)
	return s.keep(ctx, host, entry(host, user), token, user)
}

// keep keeps a token in the keyring, or in a file of the settings' folder
// where there is none that works. It does not ask whether the token is good.
func (s Source) keep(ctx context.Context, host, name, token, user string) (Stored, error) {
	token, err := checked(token, "what was given")
	switch {
	case err != nil:
		return Stored{}, err
	case token == "":
		return Stored{}, errors.New("no token was given")
	}
	kept := s.secretOf(token, user)
	raw, err := json.Marshal(kept)
	if err != nil {
		return Stored{}, err
	}
	inKeyring := s.keyring(ctx, func(k Keyring) error { return k.Set(name, string(raw)) })
	if ctx.Err() != nil {
		return Stored{}, ctx.Err()
	}
	if inKeyring == nil {
		// An older token in the file would win otherwise.
		_, err := s.editFile(func(all map[string]secret) { delete(all, name) })
		return Stored{InKeyring: true}, err
	}
	file, err := s.editFile(func(all map[string]secret) { all[name] = kept })
	if err != nil {
		return Stored{}, fault.Errorf("keep the token for %s: %w", host, err)
	}
	return Stored{File: file, Why: inKeyring.Error()}, nil
}

// Logout forgets what Login kept; removed says whether there was anything. A
// keyring that does not answer is an error: the token may still be in it.
func Logout(ctx context.Context, s Source, host string) (removed bool, err error) {
	return s.forget(ctx, forge.NormalizeHost(host), "")
}

// LogoutAs forgets the token of one account, the usual one or another.
func LogoutAs(ctx context.Context, s Source, host, login string) (removed bool, err error) {
	host = forge.NormalizeHost(host)
	usual, _, err := s.kept(ctx, host)
	if err != nil {
		return false, err
	}
	if strings.EqualFold(usual.User, login) {
		if removed, err = s.forget(ctx, host, ""); err != nil {
			return removed, err
		}
	}
	other, err := s.forget(ctx, host, login)
	return removed || other, err
}

func (s Source) forget(ctx context.Context, host, login string) (removed bool, err error) {
	name := entry(host, login)
	fromKeyring := s.keyring(ctx, func(k Keyring) error { return k.Delete(name) })
	_, err = s.editFile(func(all map[string]secret) {
		_, removed = all[name]
		delete(all, name)
	})
	switch {
	case ctx.Err() != nil:
		return removed, ctx.Err()
	case err != nil:
		return false, fault.Errorf("forget the token for %s: %w", host, err)
	case errors.Is(fromKeyring, errSlow), errors.Is(fromKeyring, ErrLocked):
		return removed, fault.Errorf("forget the token for %s: %w", host, fromKeyring)
	}
	return removed || fromKeyring == nil, nil
}

// fromStore gives what was kept for the account that is wanted, or else for the
// usual one if that is the same.
func (s Source) fromStore(ctx context.Context, host string, _ bool) (Token, []string, error) {
	if login := s.account.Login; login != "" {
		t, why, err := s.kept(ctx, entry(host, login))
		if err == nil && t.Value != "" {
			return s.fresh(ctx, host, t)
		}
		if err != nil || len(why) > 0 {
			return t, why, err
		}
	}
	t, why, err := s.kept(ctx, host)
	switch {
	case err != nil || t.Value == "":
		return t, why, err
	case !s.account.mayBe(t.User):
		return Token{}, []string{"the one that is kept is of " + t.User}, nil
	}
	return s.fresh(ctx, host, t)
}

// kept gives what was kept under a name. The file is asked first: it holds a token
// only where the keyring could not take it, and is faster to be asked than a
// keyring that does not work.
func (s Source) kept(ctx context.Context, name string) (Token, []string, error) {
	all, file, err := s.readFile()
	if err != nil {
		return Token{}, nil, err
	}
	if kept, ok := all[name]; ok && kept.Token != "" {
		return kept.keptToken(file, name), nil, nil
	}
	var raw string
	err = s.keyring(ctx, func(k Keyring) (err error) {
		raw, err = k.Get(name)
		return err
	})
	if errors.Is(err, errSlow) || errors.Is(err, ErrLocked) {
		return Token{}, []string{err.Error()}, nil
	}
	if err != nil || raw == "" {
		return Token{}, nil, nil //nolint:nilerr // no keyring, or nothing in it: other sources are asked
	}
	var kept secret
	if json.Unmarshal([]byte(raw), &kept) != nil {
		kept = secret{Token: raw} // put there by hand
	}
	kept.Token, err = checked(kept.Token, "the keyring's entry for "+name)
	return kept.keptToken(fromKeyring, name), nil, err
}

// fromKeyring is the origin of a token that was kept there.
const fromKeyring = "keyring"

// tokenFile is the form of the file.
type tokenFile struct {
	Version int               `json:"version"`
	Hosts   map[string]secret `json:"hosts"`
}

func (s Source) readFile() (map[string]secret, string, error) {
	dir := s.settings().Dirs.Config
	if dir == "" {
		return nil, "", nil
	}
	file := filepath.Join(dir, "tokens.json")
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, file, nil
	}
	if err != nil {
		return nil, file, fault.Errorf("read the kept tokens: %w", err)
	}
	var f tokenFile
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, file, fault.Errorf("%s cannot be read: %s", file, withoutContent(err))
	}
	if f.Version != 1 {
		return nil, file, fault.Errorf("%s is of version %d, which this isrc does not know", file, f.Version)
	}
	return f.Hosts, file, nil
}

// withoutContent says that JSON is broken without repeating any of it.
func withoutContent(err error) string {
	var s *json.SyntaxError
	if errors.As(err, &s) {
		return fmt.Sprintf("it is not JSON at byte %d", s.Offset)
	}
	return "it is not what was written there"
}

// editFile changes the file as a whole; without a change it is not touched.
func (s Source) editFile(edit func(map[string]secret)) (string, error) {
	all, file, err := s.readFile()
	if err != nil {
		return file, err
	}
	before, _ := json.Marshal(all)
	if all == nil {
		all = map[string]secret{}
	}
	edit(all)
	after, err := json.Marshal(all)
	if err != nil {
		return file, err
	}
	if string(before) == string(after) || len(all) == 0 && string(before) == "null" {
		return file, nil
	}
	return file, s.writeFile(file, all)
}

// writeFile replaces the file, which only its owner may read.
func (s Source) writeFile(file string, all map[string]secret) error {
	if file == "" {
		return errors.New("there is no folder of settings to keep it in")
	}
	content, err := json.MarshalIndent(tokenFile{Version: 1, Hosts: all}, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(file, append(content, '\n'))
}

// writeWhole replaces a file that only its owner may read.
func writeWhole(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return disk.WriteFile(file, content, 0o600)
}
