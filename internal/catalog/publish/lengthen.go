package publish

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// How long a row of patches may get before all is sent again. Who fetches a
// catalog for the first time fetches the whole row; and it holds what
// repositories said before.
const (
	patchesAtMost  = 30
	patchesAndGone = 7 // once one of them took a repository out
	patchShare     = 4 // the patches have at most a fourth of the bytes of the first generation
)

// lengthening is the attempt to publish a generation as a patch of the one that
// is published.
type lengthening struct {
	o       *Options
	store   *index.Store
	out     sink
	before  *Outline // nil for nothing
	scratch string
	dry     bool

	old  string // the file of the one that is published, "" where it cannot be lengthened
	gone int    // repositories that it has and the new one has not
}

// look finds out whether what is published can be lengthened.
func (l *lengthening) look(ctx context.Context, which *chosen) error {
	if l.before == nil || l.before.Schema != index.Schema {
		return nil
	}
	old := l.earlier(ctx)
	if old == "" {
		return nil
	}
	gone, fit, err := which.since(ctx, old)
	if l.gone = gone; fit && !l.full() {
		l.old = old
	}
	return err
}

// send gives a place what it needs to have the generation in a file: the patch,
// "" for none, or its chunks.
func (l *lengthening) send(ctx context.Context, path, patch string, plan *Outline) (Sent, error) {
	if patch == "" {
		return l.o.upload(ctx, l.out, path, plan, l.dry)
	}
	made, sent, err := l.o.send(ctx, l.out, patch, l.dry)
	if err != nil {
		return Sent{}, err
	}
	first := l.before.first()
	plan.Format, plan.Chunks, plan.Base = patchedFormat, first.chunks, &Stage{first.size, first.digest}
	plan.Patches = append(slices.Clone(l.before.Patches), Patch{Stage: Stage{plan.Size, plan.Digest}, Gone: l.gone, Chunks: made.chunks})
	sent.Chunks = len(plan.all())
	return sent, nil
}

// full tells that the row of patches is as long as it may get.
func (l *lengthening) full() bool {
	gone := l.gone
	for _, p := range l.before.Patches {
		gone += p.Gone
	}
	n := len(l.before.Patches)
	return n >= patchesAtMost || gone > 0 && n >= patchesAndGone
}

// patch writes the patch and gives its file, "" where all has to be sent.
func (l *lengthening) patch(ctx context.Context, path string) (string, error) {
	if l.old == "" {
		return "", nil
	}
	l.o.Sink.Send(progress.Event{Phase: progress.Started, Task: "catalog", Message: "looking for what has changed"})
	file := filepath.Join(l.scratch, "patch")
	size, err := writePatch(ctx, l.old, path, file)
	if err != nil {
		return "", err
	}
	for _, p := range l.before.Patches {
		size += lengthOf(p.Chunks)
	}
	if size > l.before.first().size/patchShare {
		return "", nil
	}
	for _, c := range l.before.all() { // a registry may have cleared some away
		there := false
		if err := l.o.retry(ctx, true, func() (err error) { there, err = l.out.has(ctx, c); return err }); err != nil || !there {
			return "", err
		}
	}
	return file, nil
}

// writePatch writes to a file what makes one generation of another, and answers
// its size.
func writePatch(ctx context.Context, from, path, to string) (size int64, err error) {
	old, err := os.ReadFile(from)
	if err != nil {
		return 0, fault.Errorf("read what was published before: %w", err)
	}
	in, err := os.Open(path)
	if err != nil {
		return 0, fault.Errorf("read the catalog: %w", err)
	}
	defer in.Close()
	f, err := os.Create(to)
	if err != nil {
		return 0, fault.Errorf("write what has changed: %w", err)
	}
	defer func() { err = fault.Join(err, f.Close()) }()
	if err := diff(old, &cancelled{ctx, in}, bufio.NewWriterSize(f, 1<<18)); err != nil {
		return 0, fault.Errorf("write what has changed: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return 0, fault.Errorf("write what has changed: %w", err)
	}
	return info.Size(), nil
}

// since compares what is told now with a generation that was published: how many
// repositories are gone, and whether what is told now can be had without those
// who were told more of a repository then than may be told today.
func (c *chosen) since(ctx context.Context, path string) (gone int, fit bool, err error) {
	old, err := index.Peek(ctx, path)
	if err != nil {
		return 0, false, nil //nolint:nilerr // then all is sent
	}
	defer old.Close()
	err = old.EachSketch(ctx, func(r *catalog.Record, whole func() (*catalog.Record, error)) error {
		key := r.Key()
		if c.hidden[key] || c.hidden[sourceKey(r)] {
			return errHidden
		}
		if c.short[key] {
			if r, err = whole(); err != nil || !isShort(r) {
				return fault.Join(err, errHidden)
			}
		}
		if !c.told[key] {
			gone++
		}
		return nil
	})
	switch {
	case errors.Is(err, errHidden):
		return 0, false, nil
	case ctx.Err() != nil:
		return 0, false, ctx.Err()
	}
	return gone, err == nil, nil
}

var errHidden = errors.New("a repository is not told any more")

//go:noinline
func publishedFolder(store *index.Store) string { return filepath.Join(store.Dir, "published") }

//go:noinline
func keptFile(store *index.Store, d digest.Digest) string {
	return filepath.Join(publishedFolder(store), d.Encoded()+".db")
}

// earlier is a file with the generation that is published, "" for none: it was
// kept when it was published, or it was fetched from there.
func (l *lengthening) earlier(ctx context.Context) string {
	want := l.before.Digest
	for _, path := range []string{keptFile(l.store, want), l.store.Path(lastPull(l.store).Generation)} {
		if info, err := os.Stat(path); err != nil || info.Size() != l.before.Size || info.Size() > largestKept {
			continue
		}
		if _, sum, err := digestOf(ctx, path); err == nil && sum == want {
			return path
		}
	}
	return ""
}

func age(f fs.DirEntry) (t time.Time) {
	if info, err := f.Info(); err == nil {
		t = info.ModTime()
	}
	return t
}

// keptFiles is how many published generations a machine keeps.
const keptFiles = 2

// keep puts a generation that was published aside, so that the next one can be
// published as a patch of it. It can be done without.
//
//go:noinline
func keep(store *index.Store, path string, d digest.Digest) {
	dir := publishedFolder(store)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return
	}
	if err := os.Rename(path, keptFile(store, d)); err != nil {
		return
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for len(files) > keptFiles {
		oldest := 0
		for i := range files {
			if age(files[i]).Before(age(files[oldest])) {
				oldest = i
			}
		}
		_ = os.Remove(filepath.Join(dir, files[oldest].Name()))
		files[oldest] = files[len(files)-1]
		files = files[:len(files)-1]
	}
}
