package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/isrc-dev/isrc/internal/catalog/publish/registrytest"
)

// What registries do in ways of their own, as the specification allows or as some
// are known to.
func TestQuirks(t *testing.T) {
	t.Parallel()
	ci := Credential{User: "ci", Password: "secret"}
	tokens := registrytest.Options{User: "ci", Password: "secret", Bearer: true}
	for name, o := range map[string]registrytest.Options{
		"no lengths":                {Quirks: registrytest.Quirks{Lengthless: true}},
		"no lengths and no digests": {Digestless: true, Quirks: registrytest.Quirks{Lengthless: true}},
		"images alone":              {Quirks: registrytest.Quirks{ImagesOnly: true}},
		"two ways to sign in":       {User: "ci", Password: "secret", Bearer: true, Quirks: registrytest.Quirks{Both: true}},
		"another name for a token":  {User: "ci", Password: "secret", Bearer: true, Quirks: registrytest.Quirks{AccessToken: true}},
		"TLS that it knows not of":  {TLS: true, Quirks: registrytest.Quirks{Plain: true}},
		"redirected uploads":        {User: "ci", Password: "secret", Quirks: registrytest.Quirks{Moved: true}},
		"none":                      tokens,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, o, ci)
			content, place := generation(t, 1, 5<<20), w.place("acme/catalog:main")
			if _, err := w.push(place, content); err != nil {
				t.Fatal(err)
			}
			if sent, err := w.push(place, content); err != nil || sent.Uploaded != 0 {
				t.Errorf("pushed again: %+v, %v", sent, err)
			}
			if got, _, err := w.pull(place); err != nil || !bytes.Equal(got, content) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			from, err := w.o.source(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			_, version, err := from.outline(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if o, same, err := from.outline(t.Context(), version); o != nil || same != version || err != nil {
				t.Errorf("unchanged: %v, %q, %v", o, same, err)
			}
		})
	}
}

// Companies lead whoever is not signed in to a page.
func TestAPageIsNoCatalog(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("\n<!doctype html>sign in")) }))
	defer server.Close()
	w := newWorld(t, registrytest.Options{}, Credential{})
	web, err := ParsePlace(server.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.pull(web); err == nil || !strings.Contains(err.Error(), "it answers with a page for people, perhaps to sign in at") {
		t.Errorf("got %v", err)
	}
}

// A token may end between any two requests, and is asked for with all that the
// work needs.
func TestATokenThatEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{User: "ci", Password: "secret", Bearer: true}, Credential{User: "ci", Password: "secret"})
	to, err := w.o.sink(t.Context(), w.place("acme/catalog:main"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPacker()
	if err != nil {
		t.Fatal(err)
	}
	chunk, packed := p.pack([]byte("token validation"))
	plan := &Outline{Format: format, Schema: 1, Size: chunk.Length, Digest: chunk.Content, Chunks: []Chunk{chunk}}
	for _, do := range []func() error{
		func() error { _, err := to.current(t.Context()); return err },
		func() error { return to.put(t.Context(), chunk, packed) },
		func() error { _, err := to.has(t.Context(), chunk); return err },
		func() error { return to.publish(t.Context(), plan) },
	} {
		w.reg.Expire()
		w.reg.Forget()
		if err := do(); err != nil {
			t.Error(err)
		}
		if n := w.count(func(r registrytest.Request) bool { return r.Path == "/token" }); n != 1 {
			t.Errorf("asked for a token %d times", n)
		}
	}
}

// A registry that knows images alone gets one, and what it gets is one.
func TestAnImageOfACatalog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{Quirks: registrytest.Quirks{ImagesOnly: true}}, Credential{})
	w.published(3 << 20)
	var m ocispec.Manifest
	if err := json.Unmarshal(w.reg.Manifest("acme/catalog", "main"), &m); err != nil {
		t.Fatal(err)
	}
	if m.ArtifactType != "" || m.Config.MediaType != ocispec.MediaTypeImageConfig || m.Layers[0].MediaType != ocispec.MediaTypeImageLayerZstd {
		t.Errorf("it is %q with %q and %q", m.ArtifactType, m.Config.MediaType, m.Layers[0].MediaType)
	}
	var image ocispec.Image
	w.reg.Blobs(func(all map[string][]byte) {
		if err := json.Unmarshal(all[m.Config.Digest.String()], &image); err != nil {
			t.Fatal(err)
		}
	})
	if image.OS == "" || image.Architecture == "" || image.RootFS.Type != "layers" || len(image.RootFS.DiffIDs) != len(m.Layers) {
		t.Errorf("the configuration is %+v of %d layers", image, len(m.Layers))
	}
}

// Refusals as Harbor, Amazon, Azure, GitLab, Sonatype and proxies word them.
func TestDeclined(t *testing.T) {
	t.Parallel()
	said := func(code, message, detail string) string {
		raw, err := json.Marshal(map[string]any{"errors": []map[string]any{{"code": code, "message": message, "detail": detail}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	const tag, upload = "^PUT .*/manifests/main", "^(POST|PUT) .*/blobs/uploads/"
	for _, tt := range []struct {
		match  string
		status int
		said   string
		want   Decline
		words  string
	}{
		{tag, 412, said("PRECONDITION", "Failed to process request due to 'catalog:main' configured as immutable.", ""), TagStays, "lets nobody overwrite the tag main: it answers 412 Precondition Failed (PRECONDITION: Failed to process"},
		{tag, 400, said("TAG_INVALID", "The image tag 'main' already exists in the 'catalog' repository and cannot be overwritten because the tag is immutable.", ""), TagStays, "(TAG_INVALID: The image tag"},
		{tag, 405, said("REGISTRY_DISALLOWED_OPERATION", "The operation is disallowed on this registry, repository or image.", ""), TagStays, ""},
		{tag, 400, said("UNKNOWN", "Repository does not allow updating assets: docker-hosted", ""), TagStays, ""},
		{tag, 405, said("UNSUPPORTED", "The operation is unsupported.", ""), NoWriting, "takes nothing"},
		{tag, 405, "", NoWriting, "it answers 405 Method Not Allowed"},
		{tag, 400, said("MANIFEST_INVALID", "manifest invalid", "unknown media type: application/vnd.isrc.catalog.v1+json"), UnknownType, "takes no artifacts of the type application/vnd.isrc.catalog.v1+json"},
		{tag, 413, "<html>too large</html>", TooLarge, "takes nothing as large as "},
		{upload, 413, "<html>too large</html>", TooLarge, "takes nothing as large as "},
		{upload, 404, said("NAME_UNKNOWN", "The repository with name 'acme/catalog' does not exist in the registry", ""), NoRepository, "has no repository acme/catalog, and makes none by itself"},
		{upload, 400, said("SIZE_INVALID", "no", "a reason"), OtherDecline, "refuses it: it answers 400 Bad Request (SIZE_INVALID: no: a reason)"},
	} {
		w := newWorld(t, registrytest.Options{}, Credential{})
		w.reg.Fail(registrytest.Fault{Match: tt.match, Count: 9, Status: tt.status, Swap: []byte(tt.said), Kind: "application/json"})
		_, err := w.push(w.place("acme/catalog:main"), generation(t, 1, 1<<20))
		var got *DeclinedError
		if !errors.As(err, &got) || got.Why != tt.want || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%d %s: got %v", tt.status, tt.said, err)
		}
	}
}

func TestOnlyTheRegistryGetsAnUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	for _, f := range []registrytest.Fault{
		{Match: "^POST .*/blobs/uploads/", Status: http.StatusAccepted, Header: http.Header{"Location": {"https://other.example/upload"}}},
		{Match: "^POST .*/blobs/uploads/", Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://other.example/upload"}}},
	} {
		f.Count, f.Swap = 9, []byte{}
		w.reg.Fail(f)
		_, err := w.push(w.place("acme/catalog:main"), generation(t, 1, 1<<20))
		if err == nil || !strings.Contains(err.Error(), "it sends uploads to https://other.example") {
			t.Errorf("got %v", err)
		}
		w.reg.Heal()
	}
}

func TestChallenges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		headers []string
		tokens  bool
		scheme  string
		realm   string
	}{
		{[]string{`Basic realm="a"`, `Bearer realm="https://b",scope="x:y,z"`}, true, "bearer", "https://b"},
		{[]string{`Bearer realm="https://b",scope="x:y,z", Basic realm="a"`}, false, "basic", "a"},
		{[]string{`Negotiate, BASIC realm="a, Bearer realm=c", charset="UTF-8"`}, true, "basic", "a, Bearer realm=c"},
		{[]string{`Negotiate abc==, Basic realm=a`, `NTLM`}, true, "basic", "a"},
		{[]string{`Digest realm="a", nonce=b`}, true, "", ""},
		{nil, true, "", ""},
	} {
		if got := challenge(tt.headers, tt.tokens); got.scheme != tt.scheme || got.params["realm"] != tt.realm {
			t.Errorf("%q: got %+v", tt.headers, got)
		}
	}
}

func TestHowLongAServerAsksToWait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "86400": time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func TestACatalogIsPublishedUnderATag(t *testing.T) {
	t.Parallel()
	p, err := ParsePlace("oci://registry.example/acme/catalog@"+registrytest.Digest(nil), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&Options{}).sink(context.Background(), p); !errors.As(err, new(*PlaceError)) {
		t.Errorf("got %v", err)
	}
}

// A server without TLS may answer a handshake with anything.
func TestARegistryWithoutTLSIsKnown(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"HTTP/1.0 400 Bad Request\r\n\r\n", "<!DOCTYPE HTML>\n<html>what was that?</html>"} {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = c.Read(make([]byte, 4096))
				_, _ = c.Write([]byte(answer))
				_ = c.Close()
			}
		}()
		w := newWorld(t, registrytest.Options{}, Credential{})
		if s, err := newReach(w.o, l.Addr().String(), true).scheme(t.Context()); s != "http" || err != nil {
			t.Errorf("%q: it speaks %s, %v", answer, s, err)
		}
	}
}

// A way that is cut takes what fits into its buffers, and no more.
func TestAnUploadThatIsStuckIsGivenUp(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close() // never read
			_ = c.(*net.TCPConn).SetReadBuffer(4096)
		}
	}()
	w := newWorld(t, registrytest.Options{}, Credential{})
	w.o.Transport = func(string) (http.RoundTripper, error) {
		return &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err == nil {
				_ = c.(*net.TCPConn).SetWriteBuffer(4096)
			}
			return c, err
		}}, nil
	}
	r := newReach(w.o, l.Addr().String(), true)
	r.patience = 50 * time.Millisecond
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+r.host+"/v2/a/blobs/uploads/1", bytes.NewReader(make([]byte, chunkMost)))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := r.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	var down *UnavailableError
	if !errors.As(err, &down) || !errors.Is(err, errStuck) || !passes(down.Err) {
		t.Errorf("got %v", err)
	}
}
