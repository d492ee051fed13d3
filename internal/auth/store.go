package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/disk"
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
}

// Login keeps a token in the keyring, or in a file of the settings' folder
// where there is none that works. It does not ask whether the token is good.
func Login(ctx context.Context, s Source, host, token, user string) (Stored, error) {
	host = forge.NormalizeHost(host)
	token, err := checked(token, "what was given")
	switch {
	case err != nil:
		return Stored{}, err
	case token == "":
		return Stored{}, errors.New("no token was given")
	}
	raw, err := json.Marshal(secret{Token: token, User: user})
	if err != nil {
		return Stored{}, err
	}
	inKeyring := s.keyring(ctx, func(k Keyring) error { return k.Set(host, string(raw)) })
	if ctx.Err() != nil {
		return Stored{}, ctx.Err()
	}
	if inKeyring == nil {
		// An older token in the file would win otherwise.
		_, err := s.editFile(func(all map[string]secret) { delete(all, host) })
		return Stored{InKeyring: true}, err
	}
	file, err := s.editFile(func(all map[string]secret) { all[host] = secret{Token: token, User: user} })
	if err != nil {
		return Stored{}, fmt.Errorf("keep the token for %s: %w", host, err)
	}
	return Stored{File: file, Why: inKeyring.Error()}, nil
}

// Logout forgets what Login kept; removed says whether there was anything. A
// keyring that does not answer is an error: the token may still be in it.
func Logout(ctx context.Context, s Source, host string) (removed bool, err error) {
	host = forge.NormalizeHost(host)
	fromKeyring := s.keyring(ctx, func(k Keyring) error { return k.Delete(host) })
	_, err = s.editFile(func(all map[string]secret) {
		_, removed = all[host]
		delete(all, host)
	})
	switch {
	case ctx.Err() != nil:
		return removed, ctx.Err()
	case err != nil:
		return false, fmt.Errorf("forget the token for %s: %w", host, err)
	case errors.Is(fromKeyring, errSlow):
		return removed, fmt.Errorf("forget the token for %s: %w", host, fromKeyring)
	}
	return removed || fromKeyring == nil, nil
}

// fromStore gives what Login kept. The file is asked first: it holds a token
// only where the keyring could not take it, and is faster to be asked than a
// keyring that does not work.
func (s Source) fromStore(ctx context.Context, host string, _ bool) (Token, []string, error) {
	all, file, err := s.readFile()
	if err != nil {
		return Token{}, nil, err
	}
	if kept, ok := all[host]; ok && kept.Token != "" {
		return Token{Value: kept.Token, Origin: file, User: kept.User}, nil, nil
	}
	var raw string
	err = s.keyring(ctx, func(k Keyring) (err error) {
		raw, err = k.Get(host)
		return err
	})
	if errors.Is(err, errSlow) {
		return Token{}, []string{errSlow.Error()}, nil
	}
	if err != nil || raw == "" {
		return Token{}, nil, nil //nolint:nilerr // no keyring, or nothing in it: other sources are asked
	}
	var kept secret
	if json.Unmarshal([]byte(raw), &kept) != nil {
		kept = secret{Token: raw} // put there by hand
	}
	value, err := checked(kept.Token, "the keyring's entry for "+host)
	return Token{Value: value, Origin: "keyring", User: kept.User}, nil, err
}

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
		return nil, file, fmt.Errorf("read the kept tokens: %w", err)
	}
	var f tokenFile
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, file, fmt.Errorf("%s cannot be read: %s", file, withoutContent(err))
	}
	if f.Version != 1 {
		return nil, file, fmt.Errorf("%s is of version %d, which this isrc does not know", file, f.Version)
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
	if file == "" {
		return "", errors.New("there is no folder of settings to keep it in")
	}
	content, err := json.MarshalIndent(tokenFile{Version: 1, Hosts: all}, "", "  ")
	if err != nil {
		return file, err
	}
	return file, writeWhole(file, append(content, '\n'))
}

// writeWhole replaces a file that only its owner may read.
func writeWhole(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return disk.WriteFile(file, content, 0o600)
}
