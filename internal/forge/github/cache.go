package github

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// cache keeps answers that carry an ETag, one file each, so that asking again
// costs nothing of the rate. A file is named for host, URL, media type and a
// fingerprint of the token: no account ever sees another's answers. What cannot
// be read or written is as if it were not there.
type cache struct {
	dir   string
	host  string
	token string
}

const (
	cacheVersion = 1
	maxKept      = 4 << 20
	keptFor      = 30 * 24 * time.Hour
)

// kept is an answer on disk.
type kept struct {
	Version int
	ETag    string
	Link    []string
	Type    string
	Body    []byte
}

func (c cache) file(req *http.Request) string {
	sum := sha256.New()
	for _, part := range []string{c.host, req.URL.String(), req.Header.Get("Accept"), c.token} {
		one := sha256.Sum256([]byte(part))
		sum.Write(one[:])
	}
	return filepath.Join(c.dir, hex.EncodeToString(sum.Sum(nil)[:16])+".json")
}

func (c cache) load(req *http.Request) (kept, bool) {
	if c.dir == "" || req.Method != http.MethodGet {
		return kept{}, false
	}
	raw, err := os.ReadFile(c.file(req))
	if err != nil {
		return kept{}, false
	}
	var k kept
	if json.Unmarshal(raw, &k) != nil || k.Version != cacheVersion || k.ETag == "" || len(k.Body) == 0 {
		return kept{}, false
	}
	return k, true
}

// answer joins what is on disk with the headers of the 304 that confirmed it:
// rates and scopes are the live ones.
func (k kept) answer(live http.Header) answer {
	header := maps.Clone(live)
	if len(k.Link) > 0 {
		header["Link"] = k.Link
	}
	header.Set("Content-Type", k.Type)
	return answer{status: http.StatusOK, header: header, body: k.Body}
}

func (c cache) store(req *http.Request, a answer) {
	tag := a.header.Get("ETag")
	if c.dir == "" || req.Method != http.MethodGet || a.status != http.StatusOK || tag == "" ||
		strings.ContainsAny(tag, "\r\n") || len(a.body) > maxKept || len(a.body) == 0 {
		return
	}
	raw, err := json.Marshal(kept{
		Version: cacheVersion, ETag: tag, Link: a.header["Link"], Type: a.header.Get("Content-Type"), Body: a.body,
	})
	if err != nil || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	c.sweep()
	f, err := os.CreateTemp(c.dir, "new-*") // mode 0600
	if err != nil {
		return
	}
	_, err = f.Write(raw)
	if closed := f.Close(); err != nil || closed != nil || os.Rename(f.Name(), c.file(req)) != nil {
		os.Remove(f.Name())
	}
}

// sweep takes out what has not been confirmed for a month, at most once a day.
func (c cache) sweep() {
	mark := filepath.Join(c.dir, "swept")
	if info, err := os.Stat(mark); err == nil && time.Since(info.ModTime()) < 24*time.Hour {
		return
	}
	if os.WriteFile(mark, nil, 0o600) != nil {
		return
	}
	now := time.Now()
	if os.Chtimes(mark, now, now) != nil {
		return
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && e.Name() != "swept" && now.Sub(info.ModTime()) > keptFor {
			os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
}
