package publish

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/isrc-dev/isrc/internal/fault"
)

// artifact is a repository of an OCI registry. A generation is one artifact in
// it: its outline is the configuration, its chunks are the layers.
type artifact struct {
	*reach
	repo  *remote.Repository
	place Place
}

func (o *Options) openRegistry(ctx context.Context, p Place) (*artifact, error) {
	r := newReach(o, p.ref.Host(), true)
	scheme, err := r.scheme(ctx)
	if err != nil {
		return nil, err
	}
	repo, err := remote.NewRepository(p.ref.String())
	if err != nil {
		return nil, &PlaceError{Why: printable(p.name) + " is not an address like oci://REGISTRY/PATH:TAG"}
	}
	repo.Client, repo.PlainHTTP, repo.SkipReferrersGC = r, scheme == "http", true
	repo.HandleWarning = func(remote.Warning) {}
	return &artifact{reach: r, repo: repo, place: p}, nil
}

// openToPublish opens a repository to write into. The right for that is asked for
// with the first token: some registries tell of a repository that is not yet there
// only who may make it.
func (o *Options) openToPublish(ctx context.Context, p Place) (*artifact, error) {
	if _, err := p.ref.Digest(); err == nil {
		return nil, &PlaceError{Why: "a catalog is published under a tag, as in oci://REGISTRY/PATH:TAG, and not under a digest"}
	}
	a, err := o.openRegistry(ctx, p)
	if err == nil {
		a.scopes = []string{"repository:" + p.ref.Repository + ":pull,push"}
	}
	return a, err
}

// scheme is https, but for a registry on this machine: that one is tried, since
// one that is being tried out has no certificate.
func (r *reach) scheme(ctx context.Context) (string, error) {
	if !isLoopback(hostname(r.host)) {
		return "https", nil
	}
	if r.o.Scheme != nil {
		if s := r.o.Scheme(r.host); s != "" {
			return s, nil
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+r.host+"/v2/", nil)
	if err != nil {
		return "", &PlaceError{Why: printable(r.host) + " is not the name of a host"}
	}
	resp, err := r.http.Do(req)
	if err == nil {
		discard(resp)
	}
	if isPlain(err) {
		return "http", nil
	}
	return "https", nil // any other failure is told by the request that matters
}

func (a *artifact) outline(ctx context.Context, known string) (*Outline, string, error) {
	if known != "" {
		resp, err := a.ask(ctx, http.MethodHead, a.tag(), manifestTypes)
		if err != nil {
			return nil, "", err
		}
		discard(resp)
		// A registry that does not say the digest of a tag is asked for all of it.
		switch {
		case resp.StatusCode == http.StatusOK && resp.Header.Get(digestHeader) == known:
			return nil, known, nil
		case resp.StatusCode == http.StatusNotFound:
			return nil, "", &MissingError{Place: a.place.name}
		}
	}
	m, version, err := a.manifest(ctx)
	if err != nil {
		return nil, "", err
	}
	if version == known {
		return nil, known, nil
	}
	raw, err := a.fetch(ctx, m.Config, longestOutline)
	if err != nil {
		return nil, "", err
	}
	o, err := parseOutline(raw, a.place.name)
	if err != nil {
		return nil, "", err
	}
	all, ours := o.all(), manifestOf(o, m.Config)
	if len(all) != len(m.Layers) {
		return nil, "", a.wrong("its layers are not the chunks that it names")
	}
	for i, l := range m.Layers {
		if c := ours.Layers[i]; l.Digest != c.Digest || l.Size != c.Size || l.MediaType != c.MediaType {
			return nil, "", a.wrong("its layers are not the chunks that it names")
		}
	}
	return o, version, nil
}

const (
	longestManifest = 4 << 20 // bytes; registries take no longer ones
	digestHeader    = "Docker-Content-Digest"

	// manifestTypes are those that are asked for. More than one, so that what
	// stands there instead can be named.
	manifestTypes = ocispec.MediaTypeImageManifest + ", " + ocispec.MediaTypeImageIndex +
		", application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json"
)

// tag is the address of the manifest.
func (a *artifact) tag() string { return a.under("manifests", a.place.ref.Reference) }

// ask sends a request without a body.
func (a *artifact) ask(ctx context.Context, method, address, accept string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, fault.Errorf("ask the registry: %w", err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return a.Do(req)
}

// manifest reads what stands under the tag, and gives its digest.
func (a *artifact) manifest(ctx context.Context) (*ocispec.Manifest, string, error) {
	within, stop := context.WithCancelCause(ctx)
	resp, err := a.ask(within, http.MethodGet, a.tag(), manifestTypes) //nolint:bodyclose // with the body that is watched
	if err != nil {
		stop(nil)
		return nil, "", err
	}
	body := watch(within, resp.Body, stop)
	defer body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, "", &MissingError{Place: a.place.name}
	default:
		return nil, "", &FormatError{Place: a.host, Why: "it answers " + status(resp.StatusCode) + said(resp)}
	}
	raw, err := readAll(body, longestManifest)
	switch {
	case errors.Is(err, errTooLong):
		return nil, "", a.wrong("its manifest is too long")
	case err != nil:
		return nil, "", a.failed(ctx, err)
	}
	sum, m := digest.FromBytes(raw), &ocispec.Manifest{}
	for _, want := range []string{resp.Header.Get(digestHeader), a.place.ref.Reference} {
		if want := digest.Digest(want); isSHA256(want) && want != sum {
			return nil, "", a.wrong("its manifest is " + errDamaged.Error())
		}
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if err := json.Unmarshal(raw, m); err != nil && kind == ocispec.MediaTypeImageManifest {
		return nil, "", a.wrong("its manifest cannot be read")
	}
	if m.MediaType != "" { // the word of who published it
		kind = m.MediaType
	}
	if kind != ocispec.MediaTypeImageManifest {
		return nil, "", a.wrong("this is not a catalog that isrc published, but " + printable(kind))
	}
	if kind = m.ArtifactType; kind == "" {
		kind = m.Config.MediaType
	}
	if kind != m.Config.MediaType || kind != mediaOutline && kind != ocispec.MediaTypeImageConfig {
		return nil, "", a.wrong("this is not a catalog that isrc published, but " + printable(kind))
	}
	return m, sum.String(), nil
}

// fetch reads a small blob.
func (a *artifact) fetch(ctx context.Context, desc ocispec.Descriptor, longest int64) ([]byte, error) {
	if desc.Size < 1 || desc.Size > longest || desc.Digest.Validate() != nil {
		return nil, a.wrong("its outline has an impossible size or digest")
	}
	body, _, err := a.get(ctx, a.address(desc.Digest), 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	raw, err := readAll(body, desc.Size)
	if err != nil && !errors.Is(err, errTooLong) {
		return nil, a.failed(ctx, err)
	}
	if digest.FromBytes(raw) != desc.Digest {
		return nil, a.wrong("its outline is " + errDamaged.Error())
	}
	return raw, nil
}

func (a *artifact) under(what, name string) string {
	scheme := "https"
	if a.repo.PlainHTTP {
		scheme = "http"
	}
	return scheme + "://" + a.place.ref.Host() + "/v2/" + a.place.ref.Repository + "/" + what + "/" + name
}

func (a *artifact) address(d digest.Digest) string { return a.under("blobs", d.String()) }

func (a *artifact) chunk(ctx context.Context, c Chunk, from int64) (io.ReadCloser, int64, error) {
	return a.get(ctx, a.address(c.Digest), from)
}

func (a *artifact) current(ctx context.Context) (*Outline, error) {
	o, _, err := a.outline(ctx, "")
	var missing *MissingError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return o, err
}

// has does not ask how long the blob is: not all that stands before a registry
// tells it of what it does not send.
func (a *artifact) has(ctx context.Context, c Chunk) (bool, error) {
	resp, err := a.ask(ctx, http.MethodHead, a.address(c.Digest), "")
	if err != nil {
		return false, err
	}
	discard(resp)
	switch resp.StatusCode {
	case http.StatusOK:
		return true, nil
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return false, nil
	}
	return false, &FormatError{Place: a.host, Why: "it answers " + status(resp.StatusCode)}
}

//go:noinline
func (a *artifact) wrong(why string) error { return &FormatError{Place: a.place.name, Why: why} }
