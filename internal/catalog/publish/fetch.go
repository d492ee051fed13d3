package publish

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/fault"
)

// assembly puts a generation together from its chunks, in a folder in which it
// goes on where an earlier one ended: what lies there counts if its digest says
// so, and needs no book to be kept of it.
type assembly struct {
	o     *Options
	from  source
	plan  pieces
	place string // as people know it
	host  string // its server; a folder has none, and is named itself
	dir   string
	whole *os.File
	fresh bool // nothing was in it

	*amount
	Fetched  int
	Reused   int
	Standing int // chunks that an earlier pull had put in place
}

// amount is how much a pull has to fetch.
type amount struct {
	fetched atomic.Int64 // bytes that came over the wire
	writes  atomic.Int64
	missing int64     // bytes, packed, that are not here
	since   time.Time // when the fetching began
	begun   int64     // bytes of them that an earlier pull had fetched in part
}

const workers = 4 // requests at once

//go:noinline
func (a *assembly) file() string { return filepath.Join(a.dir, "whole") }

// todo says which chunks have to be fetched, having put in place those that are
// on this machine: in the generations given, or fetched by an earlier pull.
func (a *assembly) todo(ctx context.Context, dry bool, old ...string) ([]part, error) {
	all := parts(a.plan)
	if !dry {
		if err := a.open(); err != nil {
			return nil, err
		}
		var err error
		if all, err = a.standing(ctx, all); err != nil {
			return nil, err
		}
	}
	for _, path := range old {
		if len(all) == 0 || path == "" {
			continue
		}
		var err error
		if all, err = a.reuse(ctx, path, all, dry); err != nil {
			return nil, err
		}
	}
	counted := map[digest.Digest]bool{}
	for _, p := range all {
		if counted[p.Digest] {
			continue
		}
		counted[p.Digest] = true
		a.missing += p.Size
		if info, err := os.Stat(a.partFile(p.Chunk)); err == nil && !dry {
			a.begun += min(info.Size(), p.Size)
		}
	}
	return all, nil
}

// part is a chunk with where in the generation it begins.
type part struct {
	Chunk
	at int64
	n  int
}

func parts(p pieces) []part {
	at, all := int64(0), make([]part, len(p.chunks))
	for i, c := range p.chunks {
		all[i] = part{Chunk: c, at: at, n: i + 1}
		at += c.Length
	}
	return all
}

func (a *assembly) open() error {
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return fault.Errorf("make room for the catalog: %w", err)
	}
	f, err := os.OpenFile(a.file(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.Errorf("make room for the catalog: %w", err)
	}
	a.whole = f
	info, err := f.Stat()
	if err != nil {
		return fault.Errorf("make room for the catalog: %w", err)
	}
	a.fresh = info.Size() == 0
	if err := f.Truncate(a.plan.size); err != nil {
		return fault.Errorf("make room for the catalog: %w", err)
	}
	return nil
}

// standing leaves out the chunks that are in their places already.
func (a *assembly) standing(ctx context.Context, all []part) ([]part, error) {
	if a.fresh {
		return all, nil
	}
	var left []part
	for _, p := range all {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		sum, err := digest.SHA256.FromReader(io.NewSectionReader(a.whole, p.at, p.Length))
		if err != nil {
			return nil, fault.Errorf("read what was fetched before: %w", err)
		}
		if sum == p.Content {
			a.Standing++
		} else {
			left = append(left, p)
		}
	}
	return left, nil
}

// reuse copies what another generation on this machine has in common with the
// one that is wanted. One that cannot be read has nothing.
func (a *assembly) reuse(ctx context.Context, path string, all []part, dry bool) ([]part, error) {
	f, err := os.Open(path)
	if err != nil {
		return all, nil //nolint:nilerr // then everything is fetched
	}
	defer f.Close()
	wanted := map[digest.Digest][]part{}
	for _, p := range all {
		wanted[p.Content] = append(wanted[p.Content], p)
	}
	here := map[digest.Digest]bool{}
	err = cut(f, func(_ int64, data []byte) error {
		sum := digest.FromBytes(data)
		for _, p := range wanted[sum] {
			if int64(len(data)) != p.Length || here[sum] {
				continue
			}
			if !dry {
				if _, err := a.whole.WriteAt(data, p.at); err != nil {
					return &writeError{err}
				}
			}
			a.Reused++
		}
		here[sum] = len(wanted[sum]) > 0
		return ctx.Err()
	})
	var write *writeError
	if errors.As(err, &write) || ctx.Err() != nil {
		return nil, err
	}
	var left []part
	for _, p := range all {
		if !here[p.Content] {
			left = append(left, p)
		}
	}
	return left, nil
}

// writeError tells a full disk from an old file that cannot be read.
type writeError struct{ err error }

func (e *writeError) Error() string { return "put the catalog together: " + e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// fetch gets what is missing, several chunks at once.
func (a *assembly) fetch(ctx context.Context, todo []part) error {
	places := map[digest.Digest][]int64{}
	once := todo[:0:0]
	for _, p := range todo { // equal chunks are fetched once
		if places[p.Digest] == nil {
			once = append(once, p)
		}
		places[p.Digest] = append(places[p.Digest], p.at)
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for _, p := range once {
		g.Go(func() error {
			data, err := a.get(ctx, p)
			if err != nil {
				return fault.Errorf("fetch chunk %d of %d: %w", p.n, len(a.plan.chunks), err)
			}
			for _, at := range places[p.Digest] {
				if _, err := a.whole.WriteAt(data, at); err != nil {
					return &writeError{err}
				}
			}
			_ = os.Remove(a.partFile(p.Chunk))
			mu.Lock()
			defer mu.Unlock()
			a.Fetched++
			a.o.trace(fmt.Sprintf("chunk %d", a.Fetched))
			return nil
		})
	}
	return g.Wait()
}

func (a *assembly) partFile(c Chunk) string { return filepath.Join(a.dir, c.Digest.Encoded()+".part") }

// get fetches one chunk. What has arrived is kept when the rest does not, and
// is thrown away when the whole turns out not to be what it should.
func (a *assembly) get(ctx context.Context, p part) ([]byte, error) {
	f, err := os.OpenFile(a.partFile(p.Chunk), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &writeError{err}
	}
	defer f.Close()
	for try := 0; ; try++ {
		if err := a.o.retry(ctx, true, func() error { return a.continued(ctx, f, p.Chunk) }); err != nil {
			return nil, err
		}
		packed, err := io.ReadAll(io.NewSectionReader(f, 0, p.Size))
		if err != nil {
			return nil, fault.Errorf("read what was fetched: %w", err)
		}
		data, err := unpack(packed, p.Chunk)
		if err == nil {
			return data, nil
		}
		if terr := f.Truncate(0); terr != nil {
			return nil, &writeError{terr}
		}
		if try > 0 {
			return nil, &FormatError{Place: a.place, Why: "the chunk is " + err.Error()}
		}
	}
}

// continued brings a file up to the size of its chunk.
func (a *assembly) continued(ctx context.Context, f *os.File, c Chunk) error {
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return &writeError{err}
	}
	if have == c.Size {
		return nil
	}
	if have > c.Size {
		have = 0
	}
	body, at, err := a.from.chunk(ctx, c, have)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := f.Truncate(at); err != nil {
		return &writeError{err}
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return &writeError{err}
	}
	n, err := io.Copy(&counted{f, a}, io.LimitReader(body, c.Size-at+1))
	var write *writeError
	switch {
	case errors.As(err, &write):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return unreachable(a.host, err)
	case at+n > c.Size:
		return fault.Join(&FormatError{Place: a.place, Why: "a chunk is longer than it should be"}, f.Truncate(0))
	case at+n < c.Size:
		return &UnavailableError{Host: a.host, Err: io.ErrUnexpectedEOF}
	}
	return nil
}

// counted writes what arrives, and tells of it.
type counted struct {
	f *os.File
	a *assembly
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.f.Write(p)
	if err != nil {
		return n, &writeError{err}
	}
	fetched := c.a.fetched.Add(int64(n))
	c.a.o.Sink.Send(moving("fetching the catalog", min(fetched+c.a.begun, c.a.missing), c.a.missing, fetched, c.a.since))
	c.a.o.trace(fmt.Sprintf("bytes %d", c.a.writes.Add(1)))
	return n, nil
}

// finish checks the whole and gives its path.
func (a *assembly) finish(ctx context.Context) (string, error) {
	if a.plan.digest != "" {
		h := sha256.New()
		if _, err := io.Copy(h, &cancelled{ctx, io.NewSectionReader(a.whole, 0, a.plan.size)}); err != nil {
			return "", err
		}
		if digest.NewDigest(digest.SHA256, h) != a.plan.digest {
			return "", &FormatError{Place: a.place, Why: "the catalog is " + errDamaged.Error()}
		}
	}
	if err := fault.Join(a.whole.Sync(), a.whole.Close()); err != nil {
		return "", &writeError{err}
	}
	a.whole = nil
	a.o.trace("whole")
	return a.file(), nil
}

type cancelled struct {
	ctx context.Context
	io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, c.ctx.Err()
	}
	return c.Reader.Read(p)
}

func (a *assembly) close() {
	if a.whole != nil {
		_ = a.whole.Close()
	}
}
