package publish

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/fault"
)

const (
	// outlineName is the outline's file in a folder and on a web server.
	outlineName = "catalog.json"
	// mediaOutline is the artifact's type in a registry, and that of its outline.
	mediaOutline = "application/vnd.isrc.catalog.v1+json"
	// mediaChunk is the type of a chunk: a single zstd frame.
	mediaChunk = "application/vnd.isrc.catalog.v1+zstd"

	// format is that of a generation in chunks, patchedFormat that of one in chunks
	// and patches.
	format        = 1
	patchedFormat = 2

	longestOutline = 8 << 20  // bytes
	largestWhole   = 16 << 30 // bytes of a generation
	largestChunk   = 16 << 20 // bytes of a chunk, unpacked
	mostChunks     = 30000
	mostPatches    = 100 // that are read; lengthen.go says how many are written
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
	Chunks  []Chunk       `json:"chunks"` // its parts in order, or those of Base
	// Base is the generation with which the patches begin, nil where there are none.
	Base    *Stage  `json:"base,omitempty"`
	Patches []Patch `json:"patches,omitempty"` // each of the generation before it
}

// Stage is what a generation is known by.
type Stage struct {
	Size   int64         `json:"size"`
	Digest digest.Digest `json:"digest"`
}

// Patch makes a generation of the one before it.
type Patch struct {
	Stage          // what it makes
	Gone   int     `json:"gone"`   // repositories of the one before that it does not have
	Chunks []Chunk `json:"chunks"` // the parts of the patch
}

// pieces are a file in chunks.
type pieces struct {
	size   int64
	digest digest.Digest // "" where only its chunks have one
	chunks []Chunk
}

// first is the generation that the chunks make.
//
//go:noinline
func (o *Outline) first() pieces {
	if o.Base != nil {
		return pieces{o.Base.Size, o.Base.Digest, o.Chunks}
	}
	return pieces{o.Size, o.Digest, o.Chunks}
}

// pieces are the patch itself.
func (p *Patch) pieces() pieces { return pieces{size: lengthOf(p.Chunks), chunks: p.Chunks} }

func lengthOf(chunks []Chunk) (n int64) {
	for _, c := range chunks {
		n += c.Length
	}
	return n
}

// all are the chunks of everything.
func (o *Outline) all() []Chunk {
	all := slices.Clone(o.Chunks)
	for _, p := range o.Patches {
		all = append(all, p.Chunks...)
	}
	return all
}

// after gives the patches that make this generation of another, if they can.
func (o *Outline) after(d digest.Digest) (patches []Patch, ok bool) {
	if o.Base == nil || d == "" {
		return nil, false
	}
	for i := len(o.Patches) - 1; i >= 0; i-- {
		if i > 0 && o.Patches[i-1].Digest == d || i == 0 && o.Base.Digest == d {
			return o.Patches[i:], true
		}
	}
	return nil, false
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
		return nil, fault.Errorf("write the outline: %w", err)
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
	if version.Format > patchedFormat {
		return nil, &VersionError{Place: place, By: printable(version.Version), Newer: true}
	}
	o := &Outline{}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, wrong("the outline of the catalog cannot be read")
	}
	o.Version = printable(o.Version)
	if (o.Base == nil) != (len(o.Patches) == 0) || (o.Base != nil) != (o.Format == patchedFormat) || len(o.Patches) > mostPatches {
		return nil, wrong("the outline of the catalog has patches that do not fit together")
	}
	all := o.all()
	if !o.possible() || len(all) > mostChunks || o.Records < 0 || o.Events < 0 {
		return nil, wrong("the outline of the catalog names impossible sizes, or no SHA-256 digest")
	}
	for i, c := range all {
		if !isSHA256(c.Digest) || !isSHA256(c.Content) || c.Length < 1 || c.Length > largestChunk || c.Size < 1 || c.Size > packedLimit(c.Length) {
			return nil, wrong("chunk %d of the catalog has an impossible size or digest", i+1)
		}
	}
	if f := o.first(); lengthOf(f.chunks) != f.size {
		return nil, wrong("the chunks of the catalog have %d bytes together, and it has %d", lengthOf(f.chunks), f.size)
	}
	return o, nil
}

// possible tells whether the generations that an outline names can be, and the
// last one is the one that it is about.
func (o *Outline) possible() bool {
	if lengthOf(o.all()) > 2*largestWhole {
		return false
	}
	last := &Stage{o.Size, o.Digest}
	if !last.possible() || o.Base != nil && !o.Base.possible() {
		return false
	}
	for i := range o.Patches {
		p := &o.Patches[i]
		if !p.possible() || p.Gone < 0 || i == len(o.Patches)-1 && p.Stage != *last {
			return false
		}
	}
	return true
}

func (s *Stage) possible() bool {
	return s.Size > 0 && s.Size <= largestWhole && isSHA256(s.Digest)
}

func isSHA256(d digest.Digest) bool {
	return d.Validate() == nil && d.Algorithm() == digest.SHA256
}

// packedLimit is how large a chunk can be when packing it makes it larger.
func packedLimit(length int64) int64 { return length + length/64 + 1024 }
