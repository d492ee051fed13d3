package index

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// ErrOther is that a file or a generation is not the one that was meant.
var ErrOther = errors.New("the catalog is not the one that was meant")

// Adopt makes a file that was made elsewhere the current generation, as it is,
// once everything in it is verified. source is where it was fetched from and at
// is now. The file at path stays. A file that is not what it should be answers a
// *DamagedError or a *SchemaError and changes nothing. sum is the SHA-256 that the
// file must have, in hexadecimal: ErrOther where it has another.
func (s *Store) Adopt(ctx context.Context, path, sum, source string, at time.Time, sink progress.Sink) (Info, error) {
	return s.locked(func(p *pointer) (Info, error) {
		g := stamp{ID: newID(at), Source: source, At: at.UTC()}
		part := s.file(g.ID) + ".part"
		defer os.Remove(part)
		copied, err := copyFile(path, part)
		if err != nil {
			return Info{}, fault.Errorf("copy the catalog: %w", err)
		}
		if copied != sum {
			return Info{}, ErrOther
		}
		g.Whole = sum
		if err := verify(ctx, part, sink); err != nil {
			return Info{}, renamed(err, path)
		}
		return s.adoptPart(ctx, part, g, p)
	})
}

// renamed lets an error speak of the file that the caller knows.
func renamed(err error, path string) error {
	var broken *DamagedError
	var other *SchemaError
	switch {
	case errors.As(err, &broken):
		return &DamagedError{Path: path, Why: broken.Why}
	case errors.As(err, &other):
		return &SchemaError{Path: path, Have: other.Have, Want: other.Want}
	}
	return err
}

// Path is the file of a generation, which need not be there any more; "" for what
// is no name of one.
func (s *Store) Path(id string) string {
	if !generationID.MatchString(id) {
		return ""
	}
	return s.file(id)
}

// Peek opens a generation that lies outside of a store, such as one that was
// written by this machine, without verifying it.
func Peek(ctx context.Context, path string) (*Catalog, error) {
	if err := glance(path, nil); err != nil {
		return nil, err
	}
	return open(ctx, path, "", stamp{})
}

// OpenFile opens a generation that lies outside of a store, such as another
// machine's part of a crawl, once everything in it is verified.
func OpenFile(ctx context.Context, path string, sink progress.Sink) (*Catalog, error) {
	if err := verify(ctx, path, sink); err != nil {
		return nil, err
	}
	return open(ctx, path, "", stamp{})
}
