package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog/publish/registrytest"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want, host, wrong string }{
		{"oci://registry.example/innersource/catalog:main", "oci://registry.example/innersource/catalog:main", "registry.example", ""},
		{"OCI://registry.example:5000/catalog", "oci://registry.example:5000/catalog:latest", "registry.example:5000", ""},
		{"https://intranet.example/catalog/", "https://intranet.example/catalog/catalog.json", "intranet.example", ""},
		{"https://intranet.example/a/catalog.json?signature=x", "https://intranet.example/a/catalog.json", "intranet.example", ""},
		{"http://127.0.0.1:8080/c", "http://127.0.0.1:8080/c/catalog.json", "127.0.0.1:8080", ""},
		{"file:///srv/www/catalog", "/srv/www/catalog", "", ""},
		{"file:///srv/www/catalog/catalog.json", "/srv/www/catalog", "", ""},
		{"www/catalog", "/home/me/www/catalog", "", ""},
		{"./a:b", "/home/me/a:b", "", ""},
		{"", "", "", "is empty"},
		{"oci://registry.example", "", "", "not an address like oci://"},
		{"oci://registry.example/UPPER:main", "", "", "not an address like oci://"},
		{"oci://me:secret-canary@registry.example/catalog", "", "", "no user and no password"},
		{"https://me:secret-canary@intranet.example/", "", "", "no user and no password"},
		{"http://intranet.example/c", "", "", "this machine alone"},
		{"ssh://intranet.example/c", "", "", "ssh:// is none of them"},
		{"file://elsewhere/c", "", "", "not an address like file:///PATH"},
	} {
		p, err := ParsePlace(tt.text, "/home/me")
		if tt.wrong != "" {
			var wrong *PlaceError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.wrong) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%q: %v, want %q", tt.text, err, tt.wrong)
			}
			continue
		}
		if err != nil || p.String() != tt.want || p.Host() != tt.host {
			t.Errorf("%q is %q at %q, %v; want %q at %q", tt.text, p, p.Host(), err, tt.want, tt.host)
		}
	}
}

// webServer serves a folder, and counts.
type webServer struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	ranged int
	user   string // who may come in
}

// admits says who may come in from now on.
func (w *webServer) admits(user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.user = user
}

// seen gives what was asked since the last time, and how often for a part.
func (w *webServer) seen() (asked []string, ranged int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked, ranged = w.asked, w.ranged
	w.asked, w.ranged = nil, 0
	return asked, ranged
}

func serveFolder(t *testing.T, dir string, etags bool) *webServer {
	t.Helper()
	w := &webServer{}
	files := http.FileServer(http.Dir(dir))
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, q.Method+" "+q.URL.Path)
		if q.Header.Get("Range") != "" {
			w.ranged++
		}
		user := w.user
		w.mu.Unlock()
		if name, _, _ := q.BasicAuth(); name != user {
			rw.Header().Set("WWW-Authenticate", `Basic realm="intranet"`)
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		if etags {
			if raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(q.URL.Path))); err == nil {
				rw.Header().Set("ETag", `"`+registrytest.Digest(raw)+`"`)
			}
		}
		files.ServeHTTP(rw, q)
	}))
	t.Cleanup(w.Close)
	return w
}

func TestAFolderIsFetchedThroughAWebServer(t *testing.T) {
	t.Parallel()
	for _, etags := range []bool{true, false} {
		w := newWorld(t, registrytest.Options{}, Credential{User: "ci", Password: "secret"})
		dir, content := w.inFolder()
		server := serveFolder(t, dir, etags)
		server.admits("ci")
		web, err := ParsePlace(server.URL, "")
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := w.pull(web)
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("got %d bytes, %v", len(got), err)
		}
		from, err := w.o.source(t.Context(), web)
		if err != nil {
			t.Fatal(err)
		}
		_, version, err := from.outline(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		server.seen()
		o, again, err := from.outline(t.Context(), version)
		if asked, _ := server.seen(); o != nil || again != version || err != nil || len(asked) != 1 {
			t.Errorf("with ETags %v, what is known is %v, %q, %v by %q", etags, o, again, err, asked)
		}
		server.admits("somebody-else")
		var refused *RefusedError
		if _, _, err := w.pull(web); !errors.As(err, &refused) || refused.Registry || !refused.Sent {
			t.Errorf("got %v, want a refusal of the credentials", err)
		}
	}
}

func TestAWebServerIsGoneOnWithInsideAChunk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	dir, content := w.inFolder()
	server := serveFolder(t, dir, true)
	web, err := ParsePlace(server.URL+"/catalog.json", "")
	if err != nil {
		t.Fatal(err)
	}
	from, err := w.o.source(t.Context(), web)
	if err != nil {
		t.Fatal(err)
	}
	plan, _, err := from.outline(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	// As a pull leaves it that was killed.
	a := &assembly{plan: plan.first(), dir: filepath.Join(w.dir, "pull")}
	first := plan.Chunks[0]
	raw, err := os.ReadFile(filepath.Join(dir, chunkFolder, chunkName(first.Digest)))
	if err == nil {
		err = os.MkdirAll(a.dir, 0o700)
	}
	if err == nil {
		err = os.WriteFile(a.partFile(first), raw[:1000], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := w.pull(web)
	if _, ranged := server.seen(); err != nil || !bytes.Equal(got, content) || ranged != 1 {
		t.Errorf("got %d bytes with %d requests for a part, %v", len(got), ranged, err)
	}
	// One that holds other bytes is thrown away.
	raw[7] ^= 1
	if err := errors.Join(os.MkdirAll(a.dir, 0o700), os.WriteFile(a.partFile(first), raw[:1000], 0o600)); err != nil {
		t.Fatal(err)
	}
	if got, _, err := w.pull(web); err != nil || !bytes.Equal(got, content) {
		t.Errorf("after a spoilt beginning: %d bytes, %v", len(got), err)
	}
}

func TestAFolderKeepsWhatOthersAreFetching(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	dir := t.TempDir()
	folder, err := ParsePlace(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	chunks := func() int {
		all, err := filepath.Glob(filepath.Join(dir, chunkFolder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	var counts []int
	for seed := range uint64(4) {
		if _, err := w.push(folder, generation(t, seed+10, 1<<20)); err != nil {
			t.Fatal(err)
		}
		all, err := filepath.Glob(filepath.Join(dir, chunkFolder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-48 * time.Hour)
		for _, f := range all {
			if err := os.Chtimes(f, old, old); err != nil {
				t.Fatal(err)
			}
		}
		counts = append(counts, chunks())
	}
	if counts[2] >= counts[0]+counts[1]+counts[0] || counts[3] > 2*counts[0]+1 {
		t.Errorf("the folder has %v chunks after each push: old ones are never cleared away", counts)
	}
	if counts[1] <= counts[0] {
		t.Errorf("the folder has %v chunks after each push: those of the one before are gone", counts)
	}
}

func TestWhatAnOutlineMayNotSay(t *testing.T) {
	t.Parallel()
	good := func() *Outline {
		p, err := newPacker()
		if err != nil {
			t.Fatal(err)
		}
		c, _ := p.pack([]byte("some bytes"))
		return &Outline{Format: 1, Schema: 1, Records: 1, Size: c.Length, Digest: c.Content, Chunks: []Chunk{c}}
	}
	for name, spoil := range map[string]func(*Outline){
		"as it is":                 func(*Outline) {},
		"as it is, with a patch":   func(o *Outline) { *o = *patched(o) },
		"no format":                func(o *Outline) { o.Format = 0 },
		"a negative size":          func(o *Outline) { o.Size = -o.Size },
		"a size without end":       func(o *Outline) { o.Size, o.Chunks[0].Length = 1<<50, 1<<50 },
		"a chunk without end":      func(o *Outline) { o.Size, o.Chunks[0].Length = 1<<30, 1<<30 },
		"packed bytes without end": func(o *Outline) { o.Chunks[0].Size = 1 << 30 },
		"a path for a digest":      func(o *Outline) { o.Chunks[0].Digest = "../../etc/passwd" },
		"a path in a digest": func(o *Outline) {
			o.Chunks[0].Digest = "sha256:../../../../../../../../../../../../../../../../../../../../../../etc"
		},
		"a weak digest":               func(o *Outline) { o.Digest = "md5:d41d8cd98f00b204e9800998ecf8427e" },
		"fewer chunks than it needs":  func(o *Outline) { o.Chunks = nil },
		"a negative number of events": func(o *Outline) { o.Events = -1 },
		"patches of nothing":          func(o *Outline) { o.Format, o.Patches = 2, []Patch{{Stage: Stage{o.Size, o.Digest}}} },
		"a beginning of nothing":      func(o *Outline) { o.Format, o.Base = 2, &Stage{o.Size, o.Digest} },
		"patches in the first format": func(o *Outline) { *o = *patched(o); o.Format = 1 },
		"patches to something else":   func(o *Outline) { *o = *patched(o); o.Patches[0].Size++ },
		"a patch without end":         func(o *Outline) { *o = *patched(o); o.Patches[0].Chunks[0].Length = 1 << 40 },
		"patches without end":         func(o *Outline) { *o = *patched(o); o.Patches = slices.Repeat(o.Patches, mostPatches+1) },
		"a weak digest on the way":    func(o *Outline) { *o = *patched(o); o.Base.Digest = "md5:d41d8cd98f00b204e9800998ecf8427e" },
		"a negative number gone":      func(o *Outline) { *o = *patched(o); o.Patches[0].Gone = -1 },
	} {
		o := good()
		spoil(o)
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseOutline(raw, "here")
		if strings.HasPrefix(name, "as it is") {
			if diff := cmp.Diff(o, got); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
			continue
		}
		var format *FormatError
		if !errors.As(err, &format) {
			t.Errorf("%s: taken (%v)", name, err)
		}
	}
}

// patched is an outline that has become longer by a patch.
func patched(o *Outline) *Outline {
	p := *o
	p.Format, p.Base, p.Size = patchedFormat, &Stage{o.Size, o.Digest}, o.Size+1
	p.Patches = []Patch{{Stage: Stage{p.Size, p.Digest}, Gone: 1, Chunks: slices.Clone(o.Chunks)}}
	return &p
}

func TestAChunkUnpacksToNoMoreThanItSays(t *testing.T) {
	t.Parallel()
	p, err := newPacker()
	if err != nil {
		t.Fatal(err)
	}
	bomb, packed := p.pack(make([]byte, 8<<20))
	bomb.Length = 1000
	if _, err := unpack(packed, bomb); err == nil {
		t.Error("a chunk of 8 MiB that says 1000 bytes was unpacked")
	}
}

// Registries and laptops know a chunk by its packed bytes: another way of packing
// would send everything anew.
func TestChunksArePackedAsEver(t *testing.T) {
	t.Parallel()
	p, err := newPacker()
	if err != nil {
		t.Fatal(err)
	}
	const want = "sha256:90721ffd8be10a881c1ad0c6c39b04e61f487752d1763b2beb2d98c6ae18e181"
	if c, _ := p.pack(generation(t, 1, chunkMost)); c.Digest != want {
		t.Errorf("%s in %d bytes, want %s", c.Digest, c.Size, want)
	}
}

func TestLoginsOfDockerAndPodman(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	write := func(path, content string) {
		path = filepath.Join(home, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write(".docker/config.json", `{"auths": {"one.example": {"auth": "Y2k6b25l"}, "two.example:5000": {"auth": "Y2k6dHdv", "identitytoken": "identity"}}, "credHelpers": {"three.example": "that-is-not-there"}}`)
	write(".config/containers/auth.json", `{"auths": {"three.example": {"auth": "Y2k6dGhyZWU="}, "one.example": {"auth": "eA=="}}}`)
	write("broken/config.json", `{{{`)
	for _, tt := range []struct {
		host string
		env  map[string]string
		want Credential
		err  bool
	}{
		{"one.example", nil, Credential{User: "ci", Password: "one"}, false},
		{"two.example:5000", nil, Credential{User: "ci", Password: "two", Identity: "identity"}, false},
		{"two.example", nil, Credential{}, false},
		{"three.example", nil, Credential{User: "ci", Password: "three"}, false}, // by podman, though docker's helper fails
		{"one.example", map[string]string{"DOCKER_CONFIG": filepath.Join(home, "none")}, Credential{}, true},
		{"one.example", map[string]string{"DOCKER_CONFIG": filepath.Join(home, "broken")}, Credential{}, true},
	} {
		got, err := Logins{Getenv: func(k string) string { return tt.env[k] }, Home: home}.Credential(context.Background(), tt.host)
		if tt.env != nil && err == nil {
			t.Errorf("%s with %v: no error", tt.host, tt.env)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != tt.err {
			t.Errorf("%s: %v\n%s", tt.host, err, diff)
		}
	}
}

func FuzzChallenge(f *testing.F) {
	for _, s := range []string{`Bearer realm="https://a.example/token",service="s",scope="repository:a:pull,push"`, `Basic realm="x"`, `Bearer realm=`, `Bearer a="\"`, `bearer ,,,=`, `Basic realm="x", Bearer realm="y"`, `Negotiate abc==, basic`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for key := range challenge([]string{header}, true).params {
			if strings.ToLower(key) != key {
				t.Errorf("%q is not lower case", key)
			}
		}
	})
}

func FuzzOutline(f *testing.F) {
	f.Add([]byte(`{"isrcCatalog":1,"size":1,"digest":"sha256:x","chunks":[{}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := parseOutline(raw, "here")
		if err != nil {
			return
		}
		sum := int64(0)
		for _, c := range o.first().chunks {
			sum += c.Length
		}
		if sum != o.first().size || o.Size < 1 {
			t.Errorf("%d bytes in chunks of %d", o.Size, sum)
		}
	})
}

// A server that names its own port leads to itself.
func TestTheUsualPortIsTheSameServer(t *testing.T) {
	t.Parallel()
	for to, same := range map[string]bool{
		"https://registry.example:443/v2/": true, "https://REGISTRY.example/": true, "https://registry.example:444/": false,
		"http://registry.example/": false, "http://registry.example:443/": false, "https://other.example/": false,
	} {
		from, _ := http.NewRequest(http.MethodGet, "https://registry.example/v2/", nil)
		next, err := http.NewRequest(http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		if sameOrigin(from.URL, next.URL) != same || sameOrigin(next.URL, from.URL) != same {
			t.Errorf("%s: the same server %v, want %v", to, !same, same)
		}
	}
}
