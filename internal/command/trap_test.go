package command

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// trap looks for a secret wherever it may have gone. It works out by itself how
// a secret may be written, so that it sees what package secret overlooks.
type trap struct {
	t     *testing.T
	fail  func(place, around string) // tells that the secret was found
	forms []string                   // the secret and its encodings

	mu     sync.Mutex
	caught map[string]bool
}

func newTrap(t *testing.T, secret string) *trap {
	x := &trap{t: t, forms: formsOf(secret), caught: map[string]bool{}}
	x.fail = func(place, around string) { t.Errorf("the token is in %s: %s", place, around) }
	return x
}

// formsOf lists ways to write a secret: plain, as a part of a URL, with each byte
// escaped, in hexadecimal, in base64 at each of the three places that
// it may have in a longer text. Of base64 it is the characters that the secret
// alone decides, by whichever name they were preceded.
func formsOf(secret string) []string {
	escaped := ""
	for _, b := range []byte(secret) {
		escaped += fmt.Sprintf("%%%02X", b)
	}
	forms := []string{secret, url.QueryEscape(secret), escaped, strings.ToLower(escaped), hex.EncodeToString([]byte(secret))}
	for before := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			a := e.EncodeToString([]byte(strings.Repeat("a", before) + secret))
			b := e.EncodeToString([]byte(strings.Repeat("~", before) + secret + "~~"))
			from := 0
			for a[from] != b[from] {
				from++
			}
			to := from
			for to < len(a) && a[to] == b[to] {
				to++
			}
			forms = append(forms, a[from+1:to-1]) // the first and the last may agree by chance
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

func (x *trap) holds(s string) bool {
	return slices.ContainsFunc(x.forms, func(f string) bool { return strings.Contains(s, f) })
}

// look reports a place that holds the secret, once.
func (x *trap) look(place, s string) {
	if !x.holds(s) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.caught[place] {
		x.caught[place] = true
		x.fail(place, x.around(s))
	}
}

// around is the neighbourhood of the secret, which is worth nothing elsewhere.
func (x *trap) around(s string) string {
	for _, f := range x.forms {
		if i := strings.Index(s, f); i >= 0 {
			return fmt.Sprintf("%q", s[max(i-120, 0):min(i+len(f)+40, len(s))])
		}
	}
	return ""
}

// stranger is a server that no token is for.
func (x *trap) stranger(name string, tls bool) *httptest.Server {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 16<<20))
		if a := r.Header.Get("Authorization"); a != "" {
			x.fail("the credentials that "+name+" was sent", fmt.Sprintf("%s %s: %s", r.Method, r.URL.Path, a))
		}
		x.look("the address of a request to "+name, r.URL.String())
		x.look("the headers of a request to "+name, fmt.Sprint(r.Header))
		x.look("the body of a request to "+name, string(body))
		w.Header().Set("WWW-Authenticate", `Basic realm="give me one"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	x.t.Cleanup(s.Close)
	return s
}

// watch samples the arguments and the environments of processes that begin from
// now on, until it is stopped: each often at first and then ever more seldom,
// since it may become another program, and on a busy machine late.
func (x *trap) watch() (stop func()) {
	if runtime.GOOS != "linux" {
		return func() {}
	}
	before := processes()
	var end atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for rounds := map[string]uint{}; !end.Load(); {
			for pid := range processes() {
				rounds[pid]++
				if !before[pid] && bits.OnesCount(rounds[pid]) == 1 { // a power of two
					x.process(pid)
				}
			}
			time.Sleep(3 * time.Millisecond) // samples: nothing is waited for
		}
	}()
	return func() { end.Store(true); <-done }
}

func (x *trap) process(pid string) {
	for _, name := range []string{"cmdline", "environ"} {
		if content, err := os.ReadFile(filepath.Join("/proc", pid, name)); err == nil {
			x.look("the "+name+" of a process", string(content))
		}
	}
}

func processes() map[string]bool {
	all := map[string]bool{}
	d, err := os.Open("/proc")
	if err != nil {
		return all
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	for _, n := range names {
		if n[0] >= '0' && n[0] <= '9' {
			all[n] = true
		}
	}
	return all
}

// files looks into every file below the folders, their names, and where links
// lead, but not into those that may hold it.
func (x *trap) files(may map[string]bool, dirs ...string) {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || may[path] {
				return err
			}
			x.look("the name of a file in "+dir, d.Name())
			switch {
			case d.Type()&fs.ModeSymlink != 0:
				to, err := os.Readlink(path)
				x.look("the link "+path, to)
				return err
			case d.Type().IsRegular():
				content, err := os.ReadFile(path)
				x.look(path, string(content))
				return err
			}
			return nil
		})
		if err != nil {
			x.t.Error(err)
		}
	}
}

// record lets a program of that name, first in PATH, write down what it is given
// before the real one runs. Sampling misses what ends at once; this does not.
func record(t *testing.T, dir, name, then string) (log string) {
	t.Helper()
	log = filepath.Join(dir, name+".log")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n{ printf '%%s\\n' \"$0\" \"$@\"; export -p; } >> '%s'\n%s\n", log, then)
	if err := writeProgram(filepath.Join(dir, name), script, 0o700); err != nil {
		t.Fatal(err)
	}
	return log
}
