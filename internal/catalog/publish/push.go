package publish

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// State is what became of a push or a pull.
type State string

// The states.
const (
	Published    State = "published"
	WouldPublish State = "would-publish"
	Unchanged    State = "unchanged"
	Fetched      State = "fetched"
	WouldFetch   State = "would-fetch"
)

// Pushed is what was published.
type Pushed struct {
	State     State
	Outline   *Outline
	Sent      Sent
	Shortened int
	LeftOut   []LeftOut
}

// Push publishes what may be told of the current generation: chunks that are not
// there first, the name under which it is found last. A dry run asks, and sends
// nothing.
func Push(ctx context.Context, o Options, store *index.Store, to Place, choice Choice, dry bool) (Pushed, error) {
	out, err := o.sink(ctx, to)
	if err != nil {
		return Pushed{}, err
	}
	known, err := current(ctx, store)
	if err != nil {
		return Pushed{}, err
	}
	last := lastPush(store, to)
	if last.isOf(known, choice, o.Version) {
		before, err := o.published(ctx, out)
		if err != nil {
			return Pushed{}, err
		}
		if before != nil && before.Digest == last.Digest {
			return Pushed{State: Unchanged, Outline: before, Sent: Sent{Chunks: len(before.all())}, Shortened: last.Shortened, LeftOut: last.LeftOut}, nil
		}
	}
	scratch, err := scratchFolder(store)
	if err != nil {
		return Pushed{}, err
	}
	defer os.RemoveAll(scratch)
	before, err := o.published(ctx, out)
	if err != nil {
		return Pushed{}, err
	}
	o.Sink.Send(progress.Event{Phase: progress.Started, Task: "catalog", Message: "taking out what is published"})
	which, err := choose(ctx, store, choice)
	if err != nil {
		return Pushed{}, err
	}
	l := &lengthening{o: &o, store: store, out: out, before: before, scratch: scratch, dry: dry}
	if err := l.look(ctx, which); err != nil {
		return Pushed{}, err
	}
	path := filepath.Join(scratch, "published.db")
	p, err := extract(ctx, &o, store, path, l.old, which)
	if errors.Is(err, index.ErrOther) { // the catalog was updated meanwhile
		return Push(ctx, o, store, to, choice, dry)
	}
	if err != nil {
		return Pushed{}, err
	}
	next := pushed{Place: to.String(), Generation: which.generation, By: o.Version, Private: choice.Private, Digest: p.Outline.Digest, Shortened: p.Shortened, LeftOut: p.LeftOut}
	if before != nil && before.Digest == p.Outline.Digest {
		p.State, p.Outline, p.Sent = Unchanged, before, Sent{Chunks: len(before.all())}
		if dry {
			return p, nil
		}
		return p, next.write(store)
	}
	patch, err := l.patch(ctx, path)
	if err != nil {
		return Pushed{}, err
	}
	if patch == "" && l.old != "" { // what is sent whole owes nothing to what was published
		if p, err = extract(ctx, &o, store, path, "", which); err != nil {
			return Pushed{}, err
		}
	}
	if p.Sent, err = l.send(ctx, path, patch, p.Outline); err != nil {
		return Pushed{}, err
	}
	if p.State = WouldPublish; dry {
		return p, nil
	}
	p.State = Published
	if err := o.retry(ctx, true, func() error { return out.publish(ctx, p.Outline) }); err != nil {
		return p, err
	}
	keep(store, path, p.Outline.Digest)
	return p, next.write(store)
}

// published is the outline of what is there, nil for nothing. What cannot be
// understood is nothing: it is replaced.
func (o *Options) published(ctx context.Context, out sink) (before *Outline, err error) {
	err = o.retry(ctx, false, func() error { before, err = out.current(ctx); return err })
	var format *FormatError
	var version *VersionError
	if errors.As(err, &format) || errors.As(err, &version) {
		return nil, nil
	}
	return before, err
}

// current is the generation that would be published.
//
//go:noinline
func current(ctx context.Context, store *index.Store) (id string, err error) {
	c, err := store.Open(ctx)
	if err != nil {
		return "", err
	}
	return c.Info().ID, c.Close()
}

// choose decides about all records.
//
//go:noinline
func choose(ctx context.Context, store *index.Store, choice Choice) (*chosen, error) {
	c, err := store.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	which := &chosen{choice: choice, hidden: map[string]bool{}, told: map[string]bool{}, short: map[string]bool{}, counts: map[Reason]int{}, generation: c.Info().ID}
	return which, c.EachSketch(ctx, func(r *catalog.Record, _ func() (*catalog.Record, error)) error { return which.see(r) })
}

// extract writes the generation that is published, like the one before, "" for
// none.
func extract(ctx context.Context, o *Options, store *index.Store, path, like string, which *chosen) (Pushed, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return Pushed{}, fault.Errorf("make room for what is published: %w", err)
	}
	info, err := store.Extract(ctx, path, which.telling(like))
	if err != nil {
		return Pushed{}, err
	}
	size, sum, err := digestOf(ctx, path)
	if err != nil {
		return Pushed{}, err
	}
	return Pushed{
		Outline: &Outline{
			Version: o.Version, Size: size, Digest: sum, Format: format, Schema: info.Schema, Created: info.BuiltAt.UTC(), Crawled: info.CrawledAt.UTC(),
			Records: info.Records, Events: info.Events,
		},
		Shortened: len(which.short), LeftOut: which.leftOut(),
	}, nil
}

// scratchFolder makes a folder beside the generations, and clears away those of
// pushes that were killed.
//
//go:noinline
func scratchFolder(store *index.Store) (string, error) {
	if _, err := os.Stat(store.Dir); errors.Is(err, os.ErrNotExist) {
		return "", index.ErrNone
	}
	left, err := filepath.Glob(filepath.Join(store.Dir, "push-*"))
	if err != nil {
		return "", fault.Errorf("make room for what is published: %w", err)
	}
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(store.Dir, "push-*")
	if err != nil {
		return "", fault.Errorf("make room for what is published: %w", err)
	}
	return dir, nil
}

func digestOf(ctx context.Context, path string) (int64, digest.Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", fault.Errorf("read the catalog: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, &cancelled{ctx, f})
	if err != nil {
		return 0, "", fault.Errorf("read the catalog: %w", err)
	}
	return n, digest.NewDigest(digest.SHA256, h), nil
}
