package publish

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog/publish/registrytest"
)

// world is a registry, and what this machine knows of it.
type world struct {
	t       *testing.T
	reg     *registrytest.Registry
	o       *Options
	dir     string
	mu      sync.Mutex
	secrets []string
	debug   bytes.Buffer
}

func newWorld(t *testing.T, ro registrytest.Options, c Credential) *world {
	t.Helper()
	w := &world{t: t, reg: registrytest.Start(ro), dir: t.TempDir()}
	t.Cleanup(w.reg.Close)
	w.o = &Options{
		Transport: func(string) (http.RoundTripper, error) {
			return &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ResponseHeaderTimeout: 10 * time.Second}, nil //nolint:gosec // a test's own server
		},
		Credential: func(context.Context, string) (Credential, error) { return c, nil },
		Secret:     func(s string) { w.mu.Lock(); defer w.mu.Unlock(); w.secrets = append(w.secrets, s) },
		Sleep:      func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Debug:      &w.debug, Version: "1.2.3",
	}
	return w
}

func (w *world) place(rest string) Place {
	w.t.Helper()
	p, err := ParsePlace("oci://"+w.reg.Host()+"/"+rest, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// generation makes a file that packs like a database: pages of words.
func generation(t *testing.T, seed uint64, size int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, seed))
	b := make([]byte, 0, size)
	for len(b) < size {
		b = append(b, []string{"token ", "validation ", "gateway ", "filter ", "pipeline "}[r.IntN(5)]...)
		b = append(b, byte(r.Uint32()), byte(r.Uint32()))
	}
	return b[:size]
}

func (w *world) push(p Place, content []byte) (Sent, error) {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "generation")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	to, err := w.o.sink(w.t.Context(), p)
	if err != nil {
		return Sent{}, err
	}
	plan := &Outline{Format: format, Schema: 1, Version: "1.2.3", Records: 7}
	sent, err := w.o.upload(w.t.Context(), to, path, plan, false)
	if err != nil {
		return sent, err
	}
	return sent, w.o.retry(w.t.Context(), true, func() error { return to.publish(w.t.Context(), plan) })
}

func (w *world) pull(p Place, old ...string) ([]byte, *assembly, error) {
	w.t.Helper()
	from, err := w.o.source(w.t.Context(), p)
	if err != nil {
		return nil, nil, err
	}
	plan, _, err := from.outline(w.t.Context(), "")
	if err != nil {
		return nil, nil, err
	}
	a := &assembly{o: w.o, from: from, plan: plan.first(), place: p.String(), host: p.Host(), dir: filepath.Join(w.dir, "pull"), amount: &amount{}}
	defer a.close()
	todo, err := a.todo(w.t.Context(), false, old...)
	if err == nil {
		err = a.fetch(w.t.Context(), todo)
	}
	if err != nil {
		return nil, a, err
	}
	path, err := a.finish(w.t.Context())
	if err != nil {
		return nil, a, err
	}
	got, err := os.ReadFile(path)
	return got, a, errors.Join(err, os.RemoveAll(a.dir))
}

// published puts a generation of that many bytes under acme/catalog:main.
func (w *world) published(size int) []byte {
	w.t.Helper()
	content := generation(w.t, 1, size)
	if _, err := w.push(w.place("acme/catalog:main"), content); err != nil {
		w.t.Fatal(err)
	}
	return content
}

// inFolder publishes one in a folder of its own.
func (w *world) inFolder() (dir string, content []byte) {
	w.t.Helper()
	dir, content = w.t.TempDir(), generation(w.t, 3, 3<<20)
	folder, err := ParsePlace(dir, "")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.push(folder, content); err != nil {
		w.t.Fatal(err)
	}
	return dir, content
}

func (w *world) count(match func(registrytest.Request) bool) int {
	n := 0
	for _, r := range w.reg.Requests() {
		if match(r) {
			n++
		}
	}
	return n
}

func TestAGenerationComesBackAsItWas(t *testing.T) {
	t.Parallel()
	secret := Credential{User: "ci", Password: "hunter2-canary"}
	for _, tt := range []struct {
		name string
		o    registrytest.Options
		c    Credential
	}{
		{"to everybody", registrytest.Options{}, Credential{}},
		{"by password", registrytest.Options{User: "ci", Password: "hunter2-canary"}, secret},
		{"by tokens", registrytest.Options{User: "ci", Password: "hunter2-canary", Bearer: true}, secret},
		{"by an identity token", registrytest.Options{User: "ci", Password: "x", Bearer: true, Identity: "identity-canary"}, Credential{Identity: "identity-canary"}},
		{"with TLS", registrytest.Options{TLS: true, User: "ci", Password: "hunter2-canary", Bearer: true}, secret},
		{"blobs lie elsewhere", registrytest.Options{Elsewhere: true, User: "ci", Password: "hunter2-canary"}, secret},
		{"blobs lie elsewhere, by tokens", registrytest.Options{Elsewhere: true, TLS: true, Bearer: true, User: "ci", Password: "hunter2-canary"}, secret},
		{"without ranges and digests", registrytest.Options{NoRange: true, Digestless: true}, Credential{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.o, tt.c)
			content := generation(t, 1, 6<<20)
			if _, err := w.push(w.place("acme/catalog:main"), content); err != nil {
				t.Fatal(err)
			}
			got, a, err := w.pull(w.place("acme/catalog:main"))
			if err != nil || !bytes.Equal(got, content) {
				t.Fatalf("got %d bytes, %v", len(got), err)
			}
			if a.Fetched < 2 || a.Reused != 0 {
				t.Errorf("fetched %d chunks and reused %d of a machine that had nothing", a.Fetched, a.Reused)
			}
			if n := w.count(func(r registrytest.Request) bool { return r.Store && r.Authorized }); n != 0 {
				t.Errorf("%d requests brought credentials to the store of blobs", n)
			}
			if n := w.count(func(r registrytest.Request) bool { return r.Store }); tt.o.Elsewhere != (n > 0) {
				t.Errorf("%d requests went to the store of blobs", n)
			}
			for _, leak := range append(w.secrets, "canary", "not-for-logs") {
				if strings.Contains(w.debug.String(), leak) {
					t.Errorf("the debug output holds %q:\n%s", leak, w.debug.String())
				}
			}
		})
	}
}

func TestTheSameGenerationIsNotSentTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	content := generation(t, 1, 5<<20)
	first, err := w.push(w.place("acme/catalog:a"), content)
	if err != nil {
		t.Fatal(err)
	}
	manifest := w.reg.Manifest("acme/catalog", "a")
	again, err := w.push(w.place("acme/catalog:b"), content)
	if err != nil || again.Uploaded != 0 || first.Uploaded != first.Chunks {
		t.Errorf("sent %+v, then %+v, %v", first, again, err)
	}
	if got := w.reg.Manifest("acme/catalog", "b"); !bytes.Equal(got, manifest) {
		t.Errorf("the same generation has the manifests\n%s\n%s", manifest, got)
	}
	// Something new in the middle leaves the other chunks as they are.
	changed := append(append(append([]byte(nil), content[:2<<20]...), "a new page"...), content[2<<20:]...)
	third, err := w.push(w.place("acme/catalog:b"), changed)
	if err != nil || third.Uploaded > 2 {
		t.Errorf("%d of %d chunks were sent for ten bytes, %v", third.Uploaded, third.Chunks, err)
	}
	old := filepath.Join(t.TempDir(), "old")
	if err := os.WriteFile(old, content, 0o600); err != nil {
		t.Fatal(err)
	}
	got, a, err := w.pull(w.place("acme/catalog:b"), old)
	if err != nil || !bytes.Equal(got, changed) || a.Fetched != third.Uploaded || a.Reused != third.Chunks-third.Uploaded {
		t.Errorf("fetched %d and reused %d, %v", a.Fetched, a.Reused, err)
	}
}

func TestAnInterruptedPullGoesOnInsideAChunk(t *testing.T) {
	t.Parallel()
	for _, noRange := range []bool{false, true} {
		w := newWorld(t, registrytest.Options{NoRange: noRange}, Credential{})
		content := w.published(6 << 20)
		from, err := w.o.source(t.Context(), w.place("acme/catalog:main"))
		if err != nil {
			t.Fatal(err)
		}
		plan, _, err := from.outline(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		w.reg.Fail(registrytest.Fault{Match: "^GET /v2/acme/catalog/blobs/", Count: 1000, Cut: 50_000})
		a := &assembly{o: w.o, from: from, plan: plan.first(), dir: filepath.Join(w.dir, "pull"), amount: &amount{}}
		todo, err := a.todo(t.Context(), false)
		if err == nil {
			err = a.fetch(t.Context(), todo)
		}
		a.close()
		var down *UnavailableError
		if !errors.As(err, &down) {
			t.Fatalf("got %v, want a registry that is not available", err)
		}
		w.reg.Heal()
		w.reg.Forget()
		got, _, err := w.pull(w.place("acme/catalog:main"))
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("gone on with: %d bytes, %v", len(got), err)
		}
		ranged := w.count(func(r registrytest.Request) bool { return r.Range != "" && r.Status == http.StatusPartialContent })
		if noRange != (ranged == 0) {
			t.Errorf("%d requests went on inside a chunk (a registry without ranges: %v)", ranged, noRange)
		}
	}
}

func TestBrokenAnswersAreRefusedByName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(*registrytest.Registry)
		want  string
	}{
		{"chunks that are cut for good", func(r *registrytest.Registry) {
			r.Blobs(func(b map[string][]byte) {
				for d, raw := range b {
					if len(raw) > 10_000 {
						b[d] = raw[:len(raw)-7]
					}
				}
			})
		}, "is not available: unexpected EOF"},
		{"chunks of other bytes", func(r *registrytest.Registry) {
			r.Blobs(func(b map[string][]byte) {
				for d, raw := range b {
					if len(raw) > 10_000 {
						b[d] = append(raw[:len(raw)-1:len(raw)-1], raw[len(raw)-1]+1)
					}
				}
			})
		}, "the chunk is not what its digest says"},
		{"chunks that go on", func(r *registrytest.Registry) {
			r.Blobs(func(b map[string][]byte) {
				for d, raw := range b {
					if len(raw) > 10_000 {
						b[d] = append(raw[:len(raw):len(raw)], make([]byte, 1<<20)...)
					}
				}
			})
		}, "a chunk is longer than it should be"},
		{"no chunks", func(r *registrytest.Registry) {
			r.Blobs(func(b map[string][]byte) {
				for d, raw := range b {
					if len(raw) > 10_000 {
						delete(b, d)
					}
				}
			})
		}, "nothing is published at"},
		{"a web page", func(r *registrytest.Registry) {
			r.Fail(registrytest.Fault{Match: "GET .*/manifests/", Count: 9, Swap: []byte("<html>sign in</html>"), Kind: "text/html"})
		}, "this is not a catalog that isrc published, but text/html"},
		{"garbage", func(r *registrytest.Registry) {
			r.SetManifest("acme/catalog", "main", "application/vnd.oci.image.manifest.v1+json", []byte("{{{"))
		}, "its manifest cannot be read"},
		{"another artifact", func(r *registrytest.Registry) {
			r.SetManifest("acme/catalog", "main", "application/vnd.oci.image.manifest.v1+json", []byte(`{"schemaVersion":2,"artifactType":"application/vnd.cncf.helm.chart\u001b","config":{"mediaType":"x"},"layers":[]}`))
		}, "this is not a catalog that isrc published, but application/vnd.cncf.helm.chart?"},
		{"a list of images", func(r *registrytest.Registry) {
			r.SetManifest("acme/catalog", "main", "application/vnd.oci.image.index.v1+json", []byte(`{"schemaVersion":2,"manifests":[]}`))
		}, "but application/vnd.oci.image.index.v1+json"},
		{"another outline", func(r *registrytest.Registry) {
			r.Blobs(func(b map[string][]byte) {
				for d, raw := range b {
					if bytes.HasPrefix(raw, []byte("{")) {
						b[d] = bytes.Replace(raw, []byte(`"records":7`), []byte(`"records":8`), 1)
					}
				}
			})
		}, "its outline is not what its digest says"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, registrytest.Options{}, Credential{})
			w.published(3 << 20)
			tt.spoil(w.reg)
			_, _, err := w.pull(w.place("acme/catalog:main"))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	owner := Credential{User: "ci", Password: "secret"}
	for _, tt := range []struct {
		name  string
		o     registrytest.Options
		c     Credential
		push  bool
		want  RefusedError
		fault *registrytest.Fault
	}{
		{"nobody, by password", registrytest.Options{User: "ci", Password: "secret"}, Credential{}, false, RefusedError{}, nil},
		{"nobody, by token", registrytest.Options{User: "ci", Password: "secret", Bearer: true}, Credential{}, false, RefusedError{}, nil},
		{"a wrong password", registrytest.Options{User: "ci", Password: "secret"}, Credential{User: "ci", Password: "no"}, false, RefusedError{Sent: true}, nil},
		{"a wrong password, by token", registrytest.Options{User: "ci", Password: "secret", Bearer: true}, Credential{User: "ci", Password: "no"}, false, RefusedError{Sent: true}, nil},
		{"a reader pushes", registrytest.Options{User: "ci", Password: "secret", ReadOnly: true}, owner, true, RefusedError{Sent: true, Forbidden: true, Said: ": DENIED: said by a registry for tests"}, nil},
		{"a reader pushes, by token", registrytest.Options{User: "ci", Password: "secret", ReadOnly: true, Bearer: true}, owner, true, RefusedError{Sent: true, Forbidden: true}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.o, tt.c)
			var err error
			if tt.push {
				_, err = w.push(w.place("acme/catalog:main"), generation(t, 1, 1<<20))
			} else {
				_, _, err = w.pull(w.place("acme/catalog:main"))
			}
			tt.want.Host, tt.want.Registry = w.reg.Host(), true
			var got *RefusedError
			if !errors.As(err, &got) || *got != tt.want {
				t.Errorf("got %#v (%v), want %#v", got, err, tt.want)
			}
		})
	}
}

func TestAnUnchangedTagCostsOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	w.published(1 << 20)
	version := registrytest.Digest(w.reg.Manifest("acme/catalog", "main"))
	w.reg.Forget()
	from, err := w.o.source(t.Context(), w.place("acme/catalog:main"))
	if err != nil {
		t.Fatal(err)
	}
	o, got, err := from.outline(t.Context(), version)
	if o != nil || got != version || err != nil || len(w.reg.Requests()) != 1 {
		t.Errorf("got %v, %q, %v by %+v", o, got, err, w.reg.Requests())
	}
}

func TestARegistryThatStumblesIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	w.reg.Fail(registrytest.Fault{Match: "^PUT .*/blobs/uploads/", Count: 2, Status: 503})
	w.reg.Fail(registrytest.Fault{Match: "^PUT .*/manifests/", Count: 1, Status: 429})
	content := w.published(3 << 20)
	w.reg.Fail(registrytest.Fault{Match: "^GET .*/blobs/sha256", Count: 3, Status: 502})
	if got, _, err := w.pullRetrying(w.place("acme/catalog:main")); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func (w *world) pullRetrying(p Place) (got []byte, a *assembly, err error) {
	err = w.o.retry(w.t.Context(), true, func() error { got, a, err = w.pull(p); return err })
	return got, a, err
}
