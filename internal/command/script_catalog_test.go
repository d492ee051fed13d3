package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/catalog/publish/registrytest"
)

type (
	registryKey struct{}
	aRegistry   struct{ *registrytest.Registry }
)

// registryCommand lets a script have an OCI registry.
//
//	registry start [tls] [bearer] [readonly] [elsewhere] [norange] [USER PASSWORD]
//	        its name comes into REGISTRY, with tls its CA into REGISTRY_CA
//	registry forget: count requests from here
//	registry count 'METHOD PATH' N: at most so many requests match
//	registry ranged: some request asked for the rest of a chunk
//	registry fault 'METHOD PATH' COUNT STATUS|cut|page | registry heal
//	registry spoil WORD...: chunks get other bytes, or no bytes with "drop"
//	registry type TAG MEDIATYPE: an artifact of another type stands under a tag
//	registry lacks WORD: no blob holds a word
func registryCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg {
		ts.Fatalf("usage: registry WHAT ARGS...")
	}
	r := ts.Value(registryKey{}).(*aRegistry)
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "start":
		startRegistry(ts, r, args[1:])
	case "forget":
		r.Forget()
	case "count":
		match, n := regexp.MustCompile(args[1]), 0
		for _, q := range r.Requests() {
			ts.Logf("%s %s %s %d", q.Method, q.Path, q.Range, q.Status)
			if match.MatchString(q.Method + " " + q.Path) {
				n++
			}
		}
		if n > number(args[2]) {
			ts.Fatalf("%d requests, want at most %s", n, args[2])
		}
	case "ranged":
		for _, q := range r.Requests() {
			if q.Range != "" {
				return
			}
		}
		ts.Fatalf("no request asked for a part")
	case "fault":
		f := registrytest.Fault{Match: args[1], Count: number(args[2])}
		switch args[3] {
		case "cut":
			f.Cut = 20_000
		case "page":
			f.Swap, f.Kind = []byte("<html>sign in</html>"), "text/html"
		default:
			f.Status = number(args[3])
		}
		if len(args) > 4 { // in the words of a registry
			f.Swap, f.Kind = []byte(fmt.Sprintf(`{"errors":[{"code":"UNKNOWN","message":%q}]}`, args[4])), "application/json"
		}
		r.Fail(f)
	case "heal":
		r.Heal()
	case "spoil":
		r.Blobs(func(b map[string][]byte) {
			for d, raw := range b {
				if !bytes.HasPrefix(raw, []byte("{")) {
					b[d] = append(bytes.Clone(raw[:len(raw)-1]), raw[len(raw)-1]^1)
				}
			}
		})
	case "type":
		r.SetManifest("acme/catalog", args[1], "application/vnd.oci.image.manifest.v1+json", []byte(fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":%q},"layers":[]}`, args[2])))
	default:
		ts.Fatalf("the registry knows no %q", args[0])
	}
}

func startRegistry(ts *testscript.TestScript, r *aRegistry, args []string) {
	var o registrytest.Options
	var words []string
	for _, w := range args {
		switch w {
		case "tls":
			o.TLS = true
		case "bearer":
			o.Bearer = true
		case "readonly":
			o.ReadOnly = true
		case "elsewhere":
			o.Elsewhere = true
		case "norange":
			o.NoRange = true
		default:
			words = append(words, w)
		}
	}
	if len(words) == 2 {
		o.User, o.Password = words[0], words[1]
	}
	r.Registry = registrytest.Start(o)
	ts.Defer(r.Close)
	ts.Setenv("REGISTRY", r.Host())
	if o.TLS {
		ca := ts.MkAbs(".registry-ca.pem")
		ts.Check(os.WriteFile(ca, r.CA(), 0o600))
		ts.Setenv("REGISTRY_CA", ca)
	}
}

// catalogCommand writes a catalog as a crawl would, or looks at one.
//
//	catalog put FILE [N]: the records of a file of JSON lines, and N made up
//	        ones with READMEs, crawled now
//	catalog lacks WORD DIR...: no file below these folders holds a word, nor does a
//	        record of the catalogs in them
//	catalog has WORD DIR...: the opposite
func catalogCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: catalog put FILE [N] | catalog lacks|has WORD DIR...")
	}
	switch args[0] {
	case "put":
		putCatalog(ts, args[1:])
	case "lacks", "has":
		found, err := recordsWith(ts, args[1], args[2:])
		ts.Check(err)
		for _, dir := range args[2:] {
			ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(path string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				raw, err := os.ReadFile(path)
				if err == nil && bytes.Contains(raw, []byte(args[1])) {
					found = path
				}
				return err
			}))
		}
		if (found != "") != (args[0] == "has") {
			ts.Fatalf("%q is found in %q", args[1], found)
		}
	default:
		ts.Fatalf("catalog knows no %q", args[0])
	}
}

// recordsWith looks for a word in the records of catalogs, which are packed on
// the disk.
func recordsWith(ts *testscript.TestScript, word string, dirs []string) (found string, err error) {
	for _, dir := range dirs {
		for _, sub := range []string{"isrc/catalog", ".local/share/isrc/catalog"} {
			c, err := (&index.Store{Dir: filepath.Join(ts.MkAbs(dir), sub)}).Open(context.Background())
			if errors.Is(err, index.ErrNone) {
				continue
			}
			if err != nil {
				return "", err
			}
			err = c.Each(context.Background(), func(r *catalog.Record) error {
				raw, err := json.Marshal(r)
				if err == nil && bytes.Contains(raw, []byte(word)) {
					found = r.Key()
				}
				return err
			})
			if err := errors.Join(err, c.Close()); err != nil {
				return "", err
			}
		}
	}
	return found, nil
}

func putCatalog(ts *testscript.TestScript, args []string) {
	var records []*catalog.Record
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0])))
	for lines.Scan() {
		r := &catalog.Record{}
		ts.Check(json.Unmarshal(lines.Bytes(), r))
		records = append(records, r)
	}
	ts.Check(lines.Err())
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		records = append(records, madeUp(n)...)
	}
	data := ts.Getenv("XDG_DATA_HOME")
	if data == "" {
		data = filepath.Join(ts.Getenv("HOME"), ".local", "share")
	}
	store := &index.Store{Dir: filepath.Join(data, "isrc", "catalog")}
	_, err := store.Update(context.Background(), index.UpdateOptions{Source: "crawl", At: clock}, func(w *index.Writer) error {
		for _, r := range records {
			if err := w.Put(r); err != nil {
				return err
			}
			if err := w.PutEvents([]catalog.PullEvent{{Host: r.Host, Owner: r.Owner, Name: r.Name, Number: 1, Team: "team-of-" + r.Name, Opened: clock}}); err != nil {
				return err
			}
		}
		return w.SetMeta(index.MetaCrawled, clock.Add(-3*time.Hour).Format(time.RFC3339))
	})
	ts.Check(err)
}

// madeUp are records whose READMEs no two have in common, so that the catalog is
// large enough for several chunks.
func madeUp(n int) []*catalog.Record {
	rnd := rand.New(rand.NewPCG(1, 2))
	out := make([]*catalog.Record, n)
	for i := range out {
		var b strings.Builder
		for range 120 {
			fmt.Fprintf(&b, "w%x ", rnd.Uint64())
		}
		out[i] = &catalog.Record{Host: "forge.example", Owner: "acme", Name: fmt.Sprintf("made-up-%d", i), Visibility: "internal", Readme: b.String()}
	}
	return out
}
