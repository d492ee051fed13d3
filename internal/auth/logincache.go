package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// LoginCache remembers which login a token belongs to, so that no request is
// needed to know it. The file holds fingerprints, no tokens; losing it costs a
// request.
type LoginCache struct {
	File string           // "" remembers nothing
	Now  func() time.Time // nil is time.Now
}

// rememberedFor is how long a login is believed: accounts are renamed.
const rememberedFor = 30 * 24 * time.Hour

type remembered struct {
	Login string    `json:"login"`
	At    time.Time `json:"at"`
}

// Login gives a remembered login.
func (c LoginCache) Login(host, token string) (string, bool) {
	r, ok := c.read()[fingerprint(host, token)]
	if !ok || r.Login == "" || c.now().Sub(r.At) > rememberedFor {
		return "", false
	}
	return r.Login, true
}

// Remember keeps a login; an empty one is forgotten.
func (c LoginCache) Remember(host, token, login string) error {
	if c.File == "" || token == "" {
		return nil
	}
	all := c.read()
	if all == nil {
		all = map[string]remembered{}
	}
	for f, r := range all {
		if c.now().Sub(r.At) > rememberedFor {
			delete(all, f)
		}
	}
	all[fingerprint(host, token)] = remembered{Login: login, At: c.now().UTC()}
	if login == "" {
		delete(all, fingerprint(host, token))
	}
	content, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return writeWhole(c.File, content)
}

func (c LoginCache) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// read gives what is remembered; a file that cannot be read remembers nothing.
func (c LoginCache) read() map[string]remembered {
	content, err := readSmall(c.File)
	var all map[string]remembered
	if err != nil || json.Unmarshal(content, &all) != nil {
		return nil
	}
	return all
}

// readSmall reads a file as far as its first MiB.
func readSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 1<<20))
}

func fingerprint(host, token string) string {
	sum := sha256.Sum256([]byte(forge.NormalizeHost(host) + "\x00" + token))
	return hex.EncodeToString(sum[:16])
}
