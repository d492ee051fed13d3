package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/isrc-dev/isrc/internal/fault"
)

func (a *artifact) put(ctx context.Context, c Chunk, packed []byte) error {
	return a.upload(ctx, ocispec.Descriptor{MediaType: mediaChunk, Digest: c.Digest, Size: c.Size}, packed)
}

func (a *artifact) upload(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	return a.explain(ctx, a.repo.Blobs().Push(ctx, desc, bytes.NewReader(raw)), len(raw), false)
}

// publish uploads the outline, then the manifest under its tag. What a registry
// does not take because it does not know the type is published as an image.
func (a *artifact) publish(ctx context.Context, o *Outline) error {
	raw, err := o.encode()
	if err != nil {
		return err
	}
	err = a.publishAs(ctx, o, mediaOutline, raw)
	var declined *DeclinedError
	if !errors.As(err, &declined) || declined.Why != UnknownType {
		return err
	}
	if raw, err = o.encodeAsImage(); err != nil {
		return err
	}
	if err = a.publishAs(ctx, o, ocispec.MediaTypeImageConfig, raw); errors.As(err, new(*DeclinedError)) {
		return declined
	}
	return err
}

func (a *artifact) publishAs(ctx context.Context, o *Outline, kind string, raw []byte) error {
	config := ocispec.Descriptor{MediaType: kind, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
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
	err = a.repo.Manifests().PushReference(ctx, desc, bytes.NewReader(m), a.place.ref.Reference)
	return a.explain(ctx, err, len(m), true)
}

// encodeAsImage is the outline as the configuration of an image without a
// program, for registries that know no other artifacts: GitLab's keeps a list.
func (o *Outline) encodeAsImage() ([]byte, error) {
	type files struct {
		Type  string          `json:"type"`
		Diffs []digest.Digest `json:"diff_ids"`
	}
	image := struct {
		Architecture string `json:"architecture"`
		OS           string `json:"os"`
		RootFS       files  `json:"rootfs"`
		*Outline
	}{"unknown", "unknown", files{"layers", []digest.Digest{}}, o}
	for _, c := range o.all() {
		image.RootFS.Diffs = append(image.RootFS.Diffs, c.Content)
	}
	raw, err := json.Marshal(image)
	if err != nil {
		return nil, fault.Errorf("write the outline: %w", err)
	}
	return append(raw, '\n'), nil
}

// manifestOf is the manifest of an outline: an artifact of its own type, or,
// where its configuration is that of an image, one.
func manifestOf(o *Outline, config ocispec.Descriptor) ocispec.Manifest {
	kind, layer := mediaOutline, mediaChunk
	if config.MediaType == ocispec.MediaTypeImageConfig {
		kind, layer = "", ocispec.MediaTypeImageLayerZstd
	}
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: kind, Config: config,
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
		m.Layers = append(m.Layers, ocispec.Descriptor{MediaType: layer, Digest: c.Digest, Size: c.Size})
	}
	return m
}

// explain makes one of our errors of what oras says of something that was sent:
// of so many bytes, under the tag or before it.
func (a *artifact) explain(ctx context.Context, err error, size int, tagged bool) error {
	var answer *errcode.ErrorResponse
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case isOurs(err) || isDown(err):
		return err
	case errors.As(err, &answer):
		return a.declined(answer.StatusCode, words(answer.Errors), size, tagged)
	}
	return &FormatError{Place: a.host, Why: "it does not answer as a registry: " + printable(err.Error())}
}
