package publish

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// Pulled is what was fetched.
type Pulled struct {
	State   State
	Info    index.Info  // the generation that is current now; of a dry run, the one before
	Before  *index.Info // the one before, nil for none that could be read
	Outline *Outline    // nil where nothing had to be looked at
	Fetched int         // chunks that came over the wire, or would
	Reused  int         // chunks that were on this machine already
	Bytes   int64       // that came over the wire, or would
}

// fetched is what this machine remembers of the last pull, beside the
// generations.
type fetched struct {
	Version    int           `json:"version"`
	Place      string        `json:"place"`
	Published  string        `json:"published"` // the version that the place gave it
	Digest     digest.Digest `json:"digest"`
	Generation string        `json:"generation"` // what it became here
}

// Pull fetches what is published at a place and makes it the current generation,
// once all of it is here and is what its digests say. Whatever fails before, or
// is killed, leaves the current one as it is, and the next pull goes on from
// there. Where the current generation is what is published, that costs one
// request.
func Pull(ctx context.Context, o Options, store *index.Store, from Place, at time.Time, dry bool) (Pulled, error) {
	in, err := o.source(ctx, from)
	if err != nil {
		return Pulled{}, err
	}
	p := Pulled{State: Unchanged}
	current, err := store.Current(ctx)
	if err == nil {
		p.Info, p.Before = current, &current
	} else if !replaceable(err) {
		return Pulled{}, err
	}
	last := lastPull(store)
	here := p.Before != nil && current.Recovered == "" && last.Generation == current.ID
	known := ""
	if here && last.Place == from.String() {
		known = last.Published
	}
	o.Sink.Send(progress.Event{Phase: progress.Started, Task: "catalog", Message: "asking " + from.String()})
	version := ""
	err = o.retry(ctx, false, func() error { p.Outline, version, err = in.outline(ctx, known); return err })
	switch {
	case err != nil:
		return Pulled{}, err
	case p.Outline == nil:
		return p, nil
	case p.Outline.Schema != index.Schema:
		return Pulled{}, &VersionError{Place: from.String(), By: p.Outline.Version, Newer: p.Outline.Schema > index.Schema}
	}
	last.Place, last.Published, last.Version = from.String(), version, 1
	if here && last.Digest == p.Outline.Digest {
		if dry {
			return p, nil
		}
		return p, last.write(store)
	}
	have := digest.Digest("")
	if here {
		have = last.Digest
	}
	last.Digest = p.Outline.Digest
	err = p.assemble(ctx, &o, in, store, from, at, dry, have)
	if have != "" && spoilt(err) { // what is here is not what it was taken for
		err = p.assemble(ctx, &o, in, store, from, at, dry, "")
	}
	if err != nil || dry {
		return p, err
	}
	o.trace("adopted")
	last.Generation = p.Info.ID
	return p, last.write(store)
}

// replaceable tells what is no reason not to fetch a new catalog: there is none,
// or none that can be read.
func replaceable(err error) bool {
	var broken *index.DamagedError
	var other *index.SchemaError
	return errors.Is(err, index.ErrNone) || errors.As(err, &broken) || errors.As(err, &other)
}

// assemble fetches what is missing, and makes it the current generation. have is
// the digest of the generation on this machine, "" where that is not known.
func (p *Pulled) assemble(ctx context.Context, o *Options, in source, store *index.Store, from Place, at time.Time, dry bool, have digest.Digest) error {
	top := filepath.Join(store.Dir, "pull")
	if !dry {
		if err := os.MkdirAll(top, 0o700); err != nil {
			return fault.Errorf("make room for the catalog: %w", err)
		}
		unlock, err := index.Lock(top)
		if err != nil {
			return err
		}
		defer func() { _ = unlock() }()
	}
	w := newWay(o, in, from, p.Outline, top, p.Info.Path, have)
	defer w.close()
	if err := w.look(ctx, dry); err != nil {
		return err
	}
	p.Reused = 0
	for _, a := range w.legs {
		p.Reused += a.Reused + a.Standing
	}
	if dry {
		p.State, p.Fetched, p.Bytes = WouldFetch, w.chunks(), w.missing
		return nil
	}
	whole, err := w.walk(ctx)
	if err == nil {
		p.Info, err = store.Adopt(ctx, whole, p.Outline.Digest.Encoded(), from.String(), at, o.Sink)
		if errors.Is(err, index.ErrOther) {
			err = &FormatError{Place: from.String(), Why: "the catalog is " + errDamaged.Error()}
		}
	}
	p.State, p.Fetched, p.Bytes = Fetched, w.fetchedChunks(), w.fetched.Load()
	switch {
	case err == nil:
		w.clear()
	case spoilt(err):
		_ = os.RemoveAll(w.dir) // it would be so again
	}
	return err
}

// spoilt tells that what was fetched is whole and useless.
func spoilt(err error) bool {
	var format *FormatError
	var broken *index.DamagedError
	var other *index.SchemaError
	return errors.As(err, &format) || errors.As(err, &broken) || errors.As(err, &other)
}

//go:noinline
func memory(store *index.Store) string { return filepath.Join(store.Dir, "pulled.json") }

// lastPull is what is remembered. What cannot be read is not: then more is asked.
func lastPull(store *index.Store) fetched {
	var f fetched
	raw, err := os.ReadFile(memory(store))
	if err != nil || json.Unmarshal(raw, &f) != nil || f.Version != 1 {
		return fetched{}
	}
	return f
}

func (f fetched) write(store *index.Store) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return fault.Errorf("remember the pull: %w", err)
	}
	err = disk.WriteFile(memory(store), raw, 0o600)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Errorf("remember the pull: %w", err)
	}
	return nil
}
