package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/isrc-dev/isrc/internal/progress"
)

// mostAhead bounds a pack of files in bytes. It goes to the disk, so the limit is
// only that of a server that never ends.
const mostAhead = 1 << 40

// errNotAhead says that files cannot be fetched beside the history; git fetches
// them when it checks them out, as it does anyway.
var errNotAhead = errors.New("the files are not fetched ahead")

// filesAhead are the files of a checkout while they are fetched beside the history
// of their clone, over the connection by which the tree was read. A blobless clone
// of git's own asks for them at the checkout, by a second program that connects
// and signs in again. Whatever goes wrong here is left to that.
type filesAhead struct {
	dir    string // a bare repository of its own, for git to put the pack into
	stop   context.CancelFunc
	done   chan struct{}
	err    error       // when done
	waited atomic.Bool // nothing else is going on any more
}

// fetchAhead begins to fetch the files of a tree. Without one it answers nil.
func (t *Tool) fetchAhead(ctx context.Context, o CloneOptions, dir string) *filesAhead {
	if o.Files == nil || o.Filter != filterFiles || o.NoCheckout || len(o.Sparse) > 0 || o.Reference != "" {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	f := &filesAhead{dir: dir, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		start := time.Now()
		if f.err = f.fetch(ctx, t, o); t.Debug != nil {
			fmt.Fprintf(t.Debug, "git read all files of %s by %s: %s, %d ms\n", redact(o.URL), HowDirect, redact(fmt.Sprint(f.err)), time.Since(start).Milliseconds())
		}
	}()
	return f
}

func (f *filesAhead) fetch(ctx context.Context, t *Tool, o CloneOptions) error {
	pack, err := o.Files.pack(ctx)
	if err != nil {
		return err
	}
	defer pack.Close() //nolint:errcheck // it was read to its end, or is of no use
	for _, folder := range []string{"objects/pack", "refs"} {
		if err := os.MkdirAll(filepath.Join(f.dir, folder), 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(f.dir, "HEAD"), []byte("ref: refs/heads/none\n"), 0o600); err != nil {
		return err
	}
	index := *t
	index.Sink = func(e progress.Event) {
		if e.Phase != progress.Running || f.waited.Load() {
			t.Sink.Send(e)
		}
	}
	c := command{args: []string{"--git-dir=" + f.dir, "index-pack", "--stdin", "--promisor"}, in: pack, mortal: true}
	if o.Progress {
		c.args, c.task = append(c.args, "-v"), "clone"
	}
	if _, err = index.run(ctx, c); err != nil {
		f.stop() // nothing is waited for any more
	}
	return err
}

// put waits for the files and hands them over to a clone. The index of a pack goes
// last, since git takes a pack for whole by it.
func (f *filesAhead) put(clone string) {
	if f == nil {
		return
	}
	f.waited.Store(true)
	if <-f.done; f.err != nil {
		return
	}
	from, to := filepath.Join(f.dir, "objects", "pack"), filepath.Join(clone, ".git", "objects", "pack")
	packs, err := os.ReadDir(from)
	if err != nil {
		return
	}
	for _, last := range []bool{false, true} {
		for _, p := range packs {
			if strings.HasSuffix(p.Name(), ".idx") != last {
				continue
			}
			if os.Rename(filepath.Join(from, p.Name()), filepath.Join(to, p.Name())) != nil {
				return
			}
		}
	}
}

// drop ends what is still going on; nothing of it runs any more afterwards.
func (f *filesAhead) drop() {
	if f != nil {
		f.stop()
		<-f.done
	}
}

// pack asks for all files of a tree that was read directly, in one request.
func (t *Tree) pack(ctx context.Context) (io.ReadCloser, error) {
	remote, ok := t.store.(*remoteObjects)
	if !ok {
		return nil, errNotAhead
	}
	direct, ok := remote.source.(*directSource)
	if !ok || direct.adv == nil || !direct.givesIDs() || !direct.can(capability.Sideband64k) || direct.wire.led() != "" {
		return nil, errNotAhead
	}
	seen := map[plumbing.Hash]bool{}
	var ids []plumbing.Hash
	err := t.walk(func(_ string, e entry) error {
		if e.mode&gitlink == 0 && !seen[e.id] {
			seen[e.id] = true
			ids = append(ids, e.id)
		}
		if len(ids) > maxWants {
			return errNotAhead
		}
		return nil
	})
	if err == nil && len(ids) == 0 {
		err = errNotAhead
	}
	if err != nil {
		return nil, err
	}
	return direct.stream(ctx, ids)
}

// stream is the pack of objects as the server sends it, over the connection of the
// source and with a limit of its own.
func (d *directSource) stream(ctx context.Context, ids []plumbing.Hash) (io.ReadCloser, error) {
	wire := &bounded{next: d.wire.next, stall: d.wire.stall, most: mostAhead, home: d.wire.home}
	endpoint, err := transport.NewEndpoint(d.url)
	if err != nil {
		return nil, err
	}
	session, err := githttp.NewClient(&http.Client{Transport: wire}).NewUploadPackSession(endpoint, d.auth)
	if err != nil {
		return nil, err
	}
	res, err := session.UploadPack(ctx, d.request(ids...))
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{sideband.NewDemuxer(sideband.Sideband64k, res), res}, nil
}
