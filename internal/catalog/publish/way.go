package publish

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/fault"
)

// way is how the generation that is wanted is come by: from the one that is on
// this machine by the patches that followed it, or else from the one with which
// the patches begin. It has a folder, in which a pull goes on where an earlier
// one ended.
type way struct {
	*amount
	top, dir string
	place    string
	begin    string      // the file that the first patch is applied to, "" where the first leg makes it
	size     int64       // its bytes
	legs     []*assembly // the generation without patches, unless there is begin, then the patches
	todo     [][]part    // of the legs
	patches  []Patch
	old      []string // generations that may have chunks in common
}

// newWay plans how to come to a generation, with what lies in the file here, of
// which have is the digest.
func newWay(o *Options, in source, from Place, plan *Outline, top, here string, have digest.Digest) *way {
	w := &way{amount: &amount{}, top: top, place: from.String(), dir: filepath.Join(top, plan.Digest.Encoded()[:16])}
	like := &assembly{o: o, from: in, place: w.place, host: from.Host(), amount: w.amount}
	ok := false
	if w.patches, ok = plan.after(have); ok {
		w.begin = here
	} else {
		first := plan.first()
		if len(plan.Patches) == 0 {
			first.digest = "" // looked at when it is adopted
		}
		w.leg(like, first, w.dir)
		w.patches, w.size, w.old = plan.Patches, w.legs[0].plan.size, append([]string{here}, w.leftovers()...)
	}
	for i := range w.patches {
		w.leg(like, w.patches[i].pieces(), filepath.Join(w.dir, "patch-"+strconv.Itoa(i+1)))
	}
	return w
}

// leg adds a file that is fetched into a folder.
//
//go:noinline
func (w *way) leg(like *assembly, p pieces, dir string) {
	a := *like
	a.plan, a.dir = p, dir
	w.legs = append(w.legs, &a)
}

// look finds out what is missing.
func (w *way) look(ctx context.Context, dry bool) error {
	if w.begin != "" {
		info, err := os.Stat(w.begin)
		if err != nil {
			return fault.Errorf("read the catalog: %w", err)
		}
		w.size = info.Size()
	}
	for i, a := range w.legs {
		old := w.old
		if i > 0 {
			old = nil
		}
		todo, err := a.todo(ctx, dry, old...)
		if err != nil {
			return err
		}
		w.todo = append(w.todo, todo)
	}
	return nil
}

// chunks is how many are missing.
func (w *way) chunks() (n int) {
	for _, t := range w.todo {
		n += len(t)
	}
	return n
}

func (w *way) fetchedChunks() (n int) {
	for _, a := range w.legs {
		n += a.Fetched
	}
	return n
}

// walk fetches what is missing, and gives the file of the generation.
func (w *way) walk(ctx context.Context) (string, error) {
	w.since = time.Now()
	for i, a := range w.legs {
		if err := a.fetch(ctx, w.todo[i]); err != nil {
			return "", err
		}
	}
	legs, path := w.legs, w.begin
	if path == "" {
		var err error
		if path, err = legs[0].finish(ctx); err != nil {
			return "", err
		}
		legs = legs[1:]
	}
	size := w.size
	for i, a := range legs {
		patch, err := a.finish(ctx)
		if err != nil {
			return "", err
		}
		to := filepath.Join(w.dir, "made-"+strconv.Itoa(i%2))
		if err := w.make(ctx, path, size, patch, to, w.patches[i].Stage); err != nil {
			return "", err
		}
		path, size = to, w.patches[i].Size
	}
	return path, nil
}

// make applies a patch to a file, and checks what comes of it.
func (w *way) make(ctx context.Context, from string, before int64, patch, to string, want Stage) (err error) {
	old, err := os.Open(from)
	if err != nil {
		return fault.Errorf("read the catalog: %w", err)
	}
	defer old.Close()
	p, err := os.Open(patch)
	if err != nil {
		return fault.Errorf("read what was fetched: %w", err)
	}
	defer p.Close()
	f, err := os.Create(to)
	if err != nil {
		return &writeError{err}
	}
	defer func() { err = fault.Join(err, f.Close()) }()
	h, file := sha256.New(), bufio.NewWriterSize(f, 1<<18)
	err = apply(old, before, &cancelled{ctx, p}, want.Size, io.MultiWriter(file, h))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errPatch) || err == nil && digest.NewDigest(digest.SHA256, h) != want.Digest {
		return &FormatError{Place: w.place, Why: "what a patch makes of the catalog is " + errDamaged.Error()}
	}
	if err != nil {
		return err
	}
	if err := fault.Join(file.Flush(), f.Sync()); err != nil {
		return &writeError{err}
	}
	return nil
}

// leftovers are what pulls of other generations have left behind.
func (w *way) leftovers() []string {
	all, err := filepath.Glob(filepath.Join(w.top, "*", "whole"))
	if err != nil {
		return nil
	}
	var others []string
	for _, f := range all {
		if filepath.Dir(f) != w.dir {
			others = append(others, f)
		}
	}
	return others
}

// clear removes what this pull and others have left.
func (w *way) clear() {
	w.close()
	all, err := filepath.Glob(filepath.Join(w.top, "*"))
	if err != nil {
		return
	}
	for _, dir := range all {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() {
			_ = os.RemoveAll(dir)
		}
	}
}

func (w *way) close() {
	for _, a := range w.legs {
		a.close()
	}
}
