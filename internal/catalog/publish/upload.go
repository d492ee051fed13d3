package publish

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Sent is what it took to publish a generation.
type Sent struct {
	Chunks   int   // of the generation
	Uploaded int   // chunks that were not there
	Bytes    int64 // of those, packed
}

// upload packs a generation and gives a place the chunks that it does not have.
// A dry run only asks for them. The outline gets the chunks and the digest.
func (o *Options) upload(ctx context.Context, to sink, path string, plan *Outline, dry bool) (Sent, error) {
	whole, sent, err := o.send(ctx, to, path, dry)
	plan.Format, plan.Size, plan.Digest, plan.Chunks = format, whole.size, whole.digest, whole.chunks
	return sent, err
}

// send gives a place the chunks of a file that it does not have.
func (o *Options) send(ctx context.Context, to sink, path string, dry bool) (pieces, Sent, error) {
	f, err := os.Open(path)
	if err != nil {
		return pieces{}, Sent{}, fault.Errorf("read the catalog: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return pieces{}, Sent{}, fault.Errorf("read the catalog: %w", err)
	}
	u := &uploading{o: o, to: to, dry: dry, size: info.Size(), since: time.Now(), asked: map[digest.Digest]bool{}}
	h := sha256.New()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	n := 0
	err = cut(io.TeeReader(f, h), func(_ int64, data []byte) error {
		own, at := append([]byte(nil), data...), n
		n++
		u.grow(n)
		g.Go(func() error { return u.one(ctx, at, own) })
		return ctx.Err()
	})
	if werr := g.Wait(); werr != nil {
		return pieces{}, Sent{}, werr // the reason for which the reading was ended, too
	}
	if err != nil {
		return pieces{}, Sent{}, fault.Errorf("read the catalog: %w", err)
	}
	u.sent.Chunks = n
	return pieces{info.Size(), digest.NewDigest(digest.SHA256, h), u.chunks}, u.sent, nil
}

type uploading struct {
	o     *Options
	to    sink
	dry   bool
	size  int64
	since time.Time
	done  atomic.Int64

	mu     sync.Mutex
	chunks []Chunk
	asked  map[digest.Digest]bool // equal chunks go once
	sent   Sent
	idle   []*packer
}

func (u *uploading) grow(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.chunks = append(u.chunks, make([]Chunk, n-len(u.chunks))...)
}

func (u *uploading) packer() (*packer, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := len(u.idle); n > 0 {
		p := u.idle[n-1]
		u.idle = u.idle[:n-1]
		return p, nil
	}
	return newPacker()
}

func (u *uploading) one(ctx context.Context, n int, data []byte) error {
	p, err := u.packer()
	if err != nil {
		return err
	}
	c, packed := p.pack(data)
	u.mu.Lock()
	u.idle = append(u.idle, p)
	u.chunks[n] = c
	asked := u.asked[c.Digest]
	u.asked[c.Digest] = true
	u.mu.Unlock()
	if !asked {
		if err := u.o.retry(ctx, n > 0, func() error { return u.give(ctx, c, packed) }); err != nil {
			return err
		}
	}
	done := u.done.Add(c.Length)
	u.o.Sink.Send(moving("publishing the catalog", done, u.size, done, u.since))
	return nil
}

func (u *uploading) give(ctx context.Context, c Chunk, packed []byte) error {
	there, err := u.to.has(ctx, c)
	if err != nil || there {
		return err
	}
	if !u.dry {
		if err := u.to.put(ctx, c, packed); err != nil {
			return err
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sent.Uploaded++
	u.sent.Bytes += c.Size
	u.o.trace(fmt.Sprintf("upload %d", u.sent.Uploaded))
	return nil
}
