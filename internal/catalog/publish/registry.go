package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/errcode"

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
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "http", nil
	}
	return "https", nil // any other failure is told by the request that matters
}

func (a *artifact) outline(ctx context.Context, known string) (*Outline, string, error) {
	if known != "" {
		desc, err := a.repo.Resolve(ctx, a.place.ref.Reference)
		if err == nil && known == desc.Digest.String() {
			return nil, known, nil
		}
		// A registry that does not say the digest of a tag is asked for all of it.
		if err != nil && (isOurs(err) || isDown(err) || errors.Is(err, errdef.ErrNotFound)) {
			return nil, "", a.explain(ctx, err)
		}
	}
	m, version, err := a.manifest(ctx)
	if err != nil {
		return nil, "", err
	}
	raw, err := a.fetch(ctx, m.Config, longestOutline)
	if err != nil {
		return nil, "", err
	}
	o, err := parseOutline(raw, a.place.name)
	if err != nil {
		return nil, "", err
	}
	all := o.all()
	if len(all) != len(m.Layers) {
		return nil, "", a.wrong("its layers are not the chunks that it names")
	}
	for i, l := range m.Layers {
		if c := all[i]; l.Digest != c.Digest || l.Size != c.Size || l.MediaType != mediaChunk {
			return nil, "", a.wrong("its layers are not the chunks that it names")
		}
	}
	return o, version, nil
}

const longestManifest = 4 << 20 // bytes; registries take no longer ones

// manifest reads what stands under the tag, and gives its digest.
func (a *artifact) manifest(ctx context.Context) (*ocispec.Manifest, string, error) {
	desc, body, err := a.repo.FetchReference(ctx, a.place.ref.Reference)
	if err != nil {
		return nil, "", a.explain(ctx, err)
	}
	defer body.Close()
	if desc.MediaType != ocispec.MediaTypeImageManifest {
		return nil, "", a.wrong("this is not a catalog that isrc published, but " + printable(desc.MediaType))
	}
	raw, err := readAll(body, longestManifest)
	switch {
	case errors.Is(err, errTooLong):
		return nil, "", a.wrong("its manifest is too long")
	case err != nil:
		return nil, "", a.failed(ctx, err)
	case digest.FromBytes(raw) != desc.Digest:
		return nil, "", a.wrong("its manifest is " + errDamaged.Error())
	}
	m := &ocispec.Manifest{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, "", a.wrong("its manifest cannot be read")
	}
	kind := m.ArtifactType
	if kind == "" {
		kind = m.Config.MediaType
	}
	if kind != mediaOutline || m.Config.MediaType != mediaOutline {
		return nil, "", a.wrong("this is not a catalog that isrc published, but " + printable(kind))
	}
	return m, desc.Digest.String(), nil
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

func (a *artifact) address(d digest.Digest) string {
	scheme := "https"
	if a.repo.PlainHTTP {
		scheme = "http"
	}
	return scheme + "://" + a.place.ref.Host() + "/v2/" + a.place.ref.Repository + "/blobs/" + d.String()
}

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

func (a *artifact) has(ctx context.Context, c Chunk) (bool, error) {
	there, err := a.repo.Blobs().Exists(ctx, ocispec.Descriptor{MediaType: mediaChunk, Digest: c.Digest, Size: c.Size})
	if err != nil {
		return false, a.explain(ctx, err)
	}
	return there, nil
}

func (a *artifact) put(ctx context.Context, c Chunk, packed []byte) error {
	return a.upload(ctx, ocispec.Descriptor{MediaType: mediaChunk, Digest: c.Digest, Size: c.Size}, packed)
}

func (a *artifact) upload(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	if err := a.repo.Blobs().Push(ctx, desc, bytes.NewReader(raw)); err != nil {
		return a.explain(ctx, err)
	}
	return nil
}

// publish uploads the outline, then the manifest under its tag.
func (a *artifact) publish(ctx context.Context, o *Outline) error {
	raw, err := o.encode()
	if err != nil {
		return err
	}
	config := ocispec.Descriptor{MediaType: mediaOutline, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
	there, err := a.has(ctx, Chunk{Digest: config.Digest, Size: config.Size})
	if err != nil {
		return err
	}
	if !there {
		if err := a.upload(ctx, config, raw); err != nil {
			return err
		}
	}
	m, err := json.Marshal(manifestOf(o, config))
	if err != nil {
		return fault.Errorf("write the manifest: %w", err)
	}
	desc := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(m), Size: int64(len(m))}
	if err := a.repo.Manifests().PushReference(ctx, desc, bytes.NewReader(m), a.place.ref.Reference); err != nil {
		return a.explain(ctx, err)
	}
	return nil
}

func manifestOf(o *Outline, config ocispec.Descriptor) ocispec.Manifest {
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: mediaOutline, Config: config,
		Layers: []ocispec.Descriptor{},
		Annotations: map[string]string{
			ocispec.AnnotationCreated:  o.Created.UTC().Format(time.RFC3339),
			ocispec.AnnotationTitle:    "catalog of repositories",
			"dev.isrc.catalog.records": strconv.Itoa(o.Records),
			"dev.isrc.catalog.schema":  strconv.Itoa(o.Schema),
			"dev.isrc.catalog.version": o.Version,
			"dev.isrc.catalog.size":    strconv.FormatInt(o.Size, 10),
			"dev.isrc.catalog.digest":  o.Digest.String(),
		},
	}
	for _, c := range o.all() {
		m.Layers = append(m.Layers, ocispec.Descriptor{MediaType: mediaChunk, Digest: c.Digest, Size: c.Size})
	}
	return m
}

//go:noinline
func (a *artifact) wrong(why string) error { return &FormatError{Place: a.place.name, Why: why} }

// explain makes one of our errors of what oras says.
func (a *artifact) explain(ctx context.Context, err error) error {
	var answer *errcode.ErrorResponse
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case isOurs(err):
		return err
	case errors.Is(err, errdef.ErrNotFound):
		return &MissingError{Place: a.place.name}
	case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound:
		return &MissingError{Place: a.place.name}
	case errors.As(err, &answer):
		return a.wrong("the registry refuses it: " + printable(answer.Errors.Error()) + " (" + strconv.Itoa(answer.StatusCode) + ")")
	case isDown(err):
		return err
	}
	return a.wrong("the registry does not answer as one: " + printable(err.Error()))
}
