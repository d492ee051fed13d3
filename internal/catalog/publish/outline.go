package publish

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
)

const (
	// outlineName is the outline's file in a folder and on a web server.
	outlineName = "catalog.json"
	// mediaOutline is the artifact's type in a registry, and that of its outline.
	mediaOutline = "application/vnd.isrc.catalog.v1+json"
	// mediaChunk is the type of a chunk: a single zstd frame.
	mediaChunk = "application/vnd.isrc.catalog.v1+zstd"

	format = 1

	longestOutline = 8 << 20  // bytes
	largestWhole   = 16 << 30 // bytes of a generation
	largestChunk   = 16 << 20 // bytes of a chunk, unpacked
	mostChunks     = 30000
)

// Outline is what a published catalog consists of: the configuration of an OCI
// artifact, and catalog.json in a folder. It says nothing of when it was
// published, so that the same generation always has the same one.
type Outline struct {
	Format  int           `json:"isrcCatalog"` // the version of this format
	Schema  int           `json:"schema"`      // of the generation
	Version string        `json:"version"`     // of the isrc that published it
	Created time.Time     `json:"created"`     // when the generation was built
	Crawled time.Time     `json:"crawled"`     // when its forges were last read
	Records int           `json:"records"`
	Events  int           `json:"events"`
	Size    int64         `json:"size"`   // bytes of the generation
	Digest  digest.Digest `json:"digest"` // of the generation
	Chunks  []Chunk       `json:"chunks"` // its parts in order
}

// Chunk is one part of a generation.
type Chunk struct {
	Digest  digest.Digest `json:"digest"`  // of the packed bytes
	Size    int64         `json:"size"`    // packed
	Content digest.Digest `json:"content"` // of the bytes themselves
	Length  int64         `json:"length"`  // of the bytes themselves
}

func (o *Outline) encode() ([]byte, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write the outline: %w", err)
	}
	return append(raw, '\n'), nil
}

// parseOutline reads what a server gave, and believes nothing of it that does
// not fit together.
func parseOutline(raw []byte, place string) (*Outline, error) {
	wrong := func(format string, args ...any) error {
		return &FormatError{Place: place, Why: fmt.Sprintf(format, args...)}
	}
	var version struct {
		Format  int    `json:"isrcCatalog"`
		Version string `json:"version"`
	}
	if err := json.Unmarshal(raw, &version); err != nil || version.Format < 1 {
		return nil, wrong("this is not a catalog that isrc published")
	}
	if version.Format > format {
		return nil, &VersionError{Place: place, By: printable(version.Version), Newer: true}
	}
	o := &Outline{}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, wrong("the outline of the catalog cannot be read")
	}
	o.Version = printable(o.Version)
	if o.Size < 1 || o.Size > largestWhole || len(o.Chunks) > mostChunks || o.Records < 0 || o.Events < 0 {
		return nil, wrong("the outline of the catalog names impossible sizes")
	}
	if !isSHA256(o.Digest) {
		return nil, wrong("the outline of the catalog has no SHA-256 digest")
	}
	sum := int64(0)
	for i, c := range o.Chunks {
		if !isSHA256(c.Digest) || !isSHA256(c.Content) || c.Length < 1 || c.Length > largestChunk || c.Size < 1 || c.Size > packedLimit(c.Length) {
			return nil, wrong("chunk %d of the catalog has an impossible size or digest", i+1)
		}
		sum += c.Length
	}
	if sum != o.Size {
		return nil, wrong("the chunks of the catalog have %d bytes together, and it has %d", sum, o.Size)
	}
	return o, nil
}

func isSHA256(d digest.Digest) bool {
	return d.Validate() == nil && d.Algorithm() == digest.SHA256
}

// packedLimit is how large a chunk can be when packing it makes it larger.
func packedLimit(length int64) int64 { return length + length/64 + 1024 }
