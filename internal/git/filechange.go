package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Limits of what is compared line by line, and of what is kept of it.
const (
	maxDiffed    = 4 << 20   // bytes of one file; larger ones count as binary
	maxFileLines = 512 << 10 // bytes of added lines that are kept of one file
	maxKept      = 32 << 20  // bytes that are kept of all files
	headBytes    = 4 << 10   // of a file's beginning
	codeBytes    = 1 << 10   // of the beginning of code that was there before
	lineCost     = 32        // bytes that a line takes beside its text
)

// How the files of a change are shared out.
const (
	batchFiles  = 512 // what is kept is counted after each
	manyFiles   = 300 // from here on two read at the same time
	secondCache = 8 * cache.MiByte
	maxIndexes  = 64 << 20 // bytes of pack indexes that are worth reading twice
)

// fileChanges compares files two at a time. What it keeps of them does not
// depend on which is done first.
func (r *Repo) fileChanges(ctx context.Context, changes object.Changes) ([]FileChange, error) {
	readers := []blobReader{func(id plumbing.Hash) ([]byte, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		return borrowBlob(r.store, id, maxDiffed)
	}}
	if len(changes) > manyFiles {
		if second := r.secondStore(); second != nil {
			defer second.Close() //nolint:errcheck // nothing was written
			readers = append(readers, func(id plumbing.Hash) ([]byte, error) { return borrowBlob(second, id, maxDiffed) })
		}
	}
	out := make([]FileChange, len(changes))
	left := maxKept
	for from := 0; from < len(changes); from += batchFiles {
		to := min(from+batchFiles, len(changes))
		if err := compareBatch(ctx, readers, changes[from:to], out[from:to], left > 0); err != nil {
			return nil, err
		}
		for i := from; i < to; i++ {
			left = out[i].bound(left)
		}
	}
	return out, nil
}

// compareBatch lets each reader take the next file until none is left.
func compareBatch(ctx context.Context, readers []blobReader, changes object.Changes, out []FileChange, keep bool) error {
	var next atomic.Int64
	errs := make([]error, len(readers))
	var wg sync.WaitGroup
	for n, read := range readers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(changes) || ctx.Err() != nil {
					return
				}
				var err error
				if out[i], err = compareFile(read, changes[i], keep); err != nil {
					errs[n] = fault.Errorf("compare %s: %w", out[i].Path, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return fault.Join(append(errs, ctx.Err())...)
}

// blobReader reads a blob of at most maxDiffed bytes. They may not be changed.
type blobReader func(id plumbing.Hash) ([]byte, error)

// secondStore opens the objects once more: go-git's storage serves one at a
// time. It is nil where the indexes of the packs take too much memory.
func (r *Repo) secondStore() *diskStore {
	if indexBytes(r.commonDir) > maxIndexes {
		return nil
	}
	return newDiskStore(r.gitDir, r.commonDir, secondCache)
}

func compareFile(read blobReader, c *object.Change, keep bool) (FileChange, error) {
	f := FileChange{Path: c.To.Name, Status: Modified}
	mode := c.To.TreeEntry.Mode
	switch {
	case c.From.Name == "":
		f.Status = Added
	case c.To.Name == "":
		f.Path, f.Status, mode = c.From.Name, Deleted, c.From.TreeEntry.Mode
	case c.From.Name != c.To.Name:
		f.OldPath, f.Status = c.From.Name, Renamed
	}
	f.Mode, _ = parseMode(fmt.Sprintf("%06o", uint32(mode)))
	before, err := readContent(read, c.From)
	if err != nil {
		return f, err
	}
	after, err := readContent(read, c.To)
	if err != nil {
		return f, err
	}
	f.Size = after.size
	switch {
	case before.size < 0 || after.size < 0:
		f.Added, f.Deleted, f.LinesCut = -1, -1, true
	case before.binary || after.binary:
		f.Binary = true
	default:
		f.count(before.text, after.text, keep)
	}
	return f, nil
}

// content is one side of a changed file. A size of -1 is unknown.
type content struct {
	text   []byte
	size   int64
	binary bool
}

func readContent(read blobReader, e object.ChangeEntry) (content, error) {
	id := e.TreeEntry.Hash
	switch {
	case e.Name == "":
		return content{}, nil
	case e.TreeEntry.Mode == filemode.Submodule: // as git shows it
		text := []byte("Subproject commit " + id.String() + "\n")
		return content{text: text, size: 0}, nil
	}
	b, err := read(id)
	var large *TooLargeError
	switch {
	case errors.Is(err, errMissing):
		return content{size: -1}, nil
	case errors.As(err, &large):
		return content{size: large.Size, binary: true}, nil
	}
	return content{text: b, size: int64(len(b)), binary: isBinary(b)}, err
}

// isBinary is git's rule: a NUL among the first 8000 bytes.
func isBinary(b []byte) bool { return bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 }
