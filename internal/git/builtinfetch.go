package git

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// maxClone bounds what one fetch brings, in bytes on the wire.
const maxClone = 16 << 30

// maxHaves bounds how many commits a server is told of.
const maxHaves = 2000

// Fetch brings branches of a remote here. In a shallow clone the history stays
// cut where it is: the server is told where that is, which go-git's own Fetch
// does not do.
func (b *Builtin) Fetch(ctx context.Context, dir, remote string, refspecs ...string) error {
	err := checkRemote(remote)
	for _, s := range refspecs {
		err = errors.Join(err, checkRev(s))
	}
	if err == nil {
		err = b.fetch(ctx, dir, remote, refspecs, 0)
	}
	return wrap(err, "fetch from %s", redact(remote))
}

// Gather brings the last commits of references into a repository of its own
// without files, which is made where there is none.
func (b *Builtin) Gather(ctx context.Context, dir, url string, depth int, refspecs ...string) error {
	err := checkRemote(url)
	for _, s := range refspecs {
		err = errors.Join(err, checkRev(s))
	}
	if err != nil {
		return fault.Errorf("fetch from %s: %w", redact(url), err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".git")); errors.Is(err, fs.ErrNotExist) {
		if err := layOut(dir, "origin", url, "main"); err != nil {
			return classifyDisk(err)
		}
	}
	return wrap(b.fetch(ctx, dir, url, refspecs, depth), "fetch from %s", redact(url))
}

func (b *Builtin) fetch(ctx context.Context, dir, remote string, refspecs []string, depth int) error {
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	url, specs, err := r.remoteSpecs(remote, refspecs)
	if err != nil {
		return err
	}
	d, err := b.connect(url)
	if err != nil {
		return err
	}
	refs, err := d.refs(ctx)
	if err != nil {
		return err
	}
	updates, err := match(redact(url), refs, specs)
	if err != nil {
		return err
	}
	var wants []plumbing.Hash
	for _, u := range updates {
		if id := plumbing.NewHash(u.sha); !r.has(id) {
			wants = append(wants, id)
		}
	}
	if len(wants) > 0 {
		if err := b.bring(ctx, d, r, wants, depth); err != nil {
			return err
		}
	}
	for _, u := range updates {
		if u.to == "" {
			continue
		}
		if err := r.setRef(u.to, u.sha, ""); err != nil {
			return err
		}
	}
	return nil
}

// refUpdate is a reference that is set to what a remote has.
type refUpdate struct{ to, sha string }

// remoteSpecs gives the address and the refspecs of a remote.
func (r *Repo) remoteSpecs(remote string, given []string) (url string, specs []string, err error) {
	if strings.ContainsAny(remote, ":/\\") {
		return remote, given, nil
	}
	c, err := r.config()
	if err != nil {
		return "", nil, err
	}
	url, ok := c.get("remote." + remote + ".url")
	if !ok {
		return "", nil, fault.Errorf("there is no remote %s", remote)
	}
	if len(given) == 0 {
		given = c.Section("remote").Subsection(remote).OptionAll("fetch")
	}
	return url, given, nil
}

// match finds what refspecs ask for: "[+]FROM[:TO]", each with at most one star
// at the end of a folder.
func match(at string, refs Refs, specs []string) ([]refUpdate, error) {
	var out []refUpdate
	for _, s := range specs {
		from, to, _ := strings.Cut(strings.TrimPrefix(s, "+"), ":")
		before, after, star := strings.Cut(from, "*")
		if !star {
			name := from
			if !strings.HasPrefix(name, "refs/") {
				name = "refs/heads/" + name
			}
			sha := refs.Hashes[name]
			if sha == "" {
				return nil, &NotFoundError{URL: at, Ref: strings.TrimPrefix(name, "refs/heads/")}
			}
			out = append(out, refUpdate{to, sha})
			continue
		}
		for name, sha := range refs.Hashes {
			if mid, ok := strings.CutPrefix(name, before); ok && strings.HasSuffix(mid, after) && checkRef(name) == nil {
				out = append(out, refUpdate{strings.Replace(to, "*", strings.TrimSuffix(mid, after), 1), sha})
			}
		}
	}
	return out, nil
}

// connect opens the way to a server.
func (b *Builtin) connect(url string) (*directSource, error) {
	if err := checkRemote(url); err != nil {
		return nil, err
	}
	if !isHTTP(url) {
		return nil, onlyGit("reach " + redact(url))
	}
	reader := Reader{Auth: b.Reader.Auth, Transport: b.Reader.Transport, Debug: b.Reader.Debug, stall: b.Reader.stall}
	d, err := reader.direct(url)
	if err == nil {
		d.wire.most = maxClone
	}
	return d, err
}

// bring fetches commits with everything in them into a repository.
func (b *Builtin) bring(ctx context.Context, d *directSource, r *Repo, wants []plumbing.Hash, depth int) error {
	if _, err := d.advertised(ctx); err != nil {
		return err
	}
	req := d.request(wants...)
	req.Depth = packp.DepthCommits(depth)
	ids, err := r.store.Shallow()
	if err != nil {
		return err
	}
	req.Shallows = ids
	if depth > 0 || len(ids) > 0 {
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return err
		}
	}
	if req.Haves, err = r.haves(); err != nil {
		return err
	}
	res, err := d.session.UploadPack(ctx, req)
	if err != nil {
		return d.failure(err)
	}
	defer res.Close()
	var pack io.Reader = res
	if req.Capabilities.Supports(capability.Sideband64k) {
		pack = sideband.NewDemuxer(sideband.Sideband64k, res)
	}
	if err := r.keepPack(&counting{Reader: pack, sink: b.Sink}); err != nil {
		return classifyDisk(d.failure(err))
	}
	r.store.Reindex()
	for _, id := range wants {
		if !r.has(id) { // a pack that did not come at all is no error to the library
			return d.failure(io.ErrUnexpectedEOF)
		}
	}
	if len(res.Shallows) > 0 {
		if err := r.store.SetShallow(append(ids, res.Shallows...)); err != nil {
			return classifyDisk(err)
		}
	}
	return r.readShallow()
}

// keepPack writes a pack into the repository, whole or not at all: the library
// leaves what it began.
func (r *Repo) keepPack(pack io.Reader) error {
	before := r.begunPacks()
	w, err := r.store.PackfileWriter()
	if err != nil {
		return err
	}
	_, err = io.Copy(w, pack)
	if err = errors.Join(err, w.Close()); err == nil {
		return nil
	}
	for _, name := range r.begunPacks() {
		if !slices.Contains(before, name) {
			_ = os.Remove(filepath.Join(r.commonDir, "objects", "pack", name))
		}
	}
	return err
}

// begunPacks lists packs that the library is writing, or left. git's own have six
// letters after the name, the library's more digits than that.
func (r *Repo) begunPacks() (names []string) {
	entries, _ := os.ReadDir(filepath.Join(r.commonDir, "objects", "pack"))
	for _, e := range entries {
		if number, ok := strings.CutPrefix(e.Name(), "tmp_pack_"); ok && len(number) > 6 {
			names = append(names, e.Name())
		}
	}
	return names
}

// counting reports how much has come.
type counting struct {
	io.Reader
	sink progress.Sink
	n    int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	before := c.n >> 20
	if c.n += int64(n); c.n>>20 != before {
		c.sink.Send(progress.Event{Phase: progress.Running, Task: "clone", Message: "receiving", Current: c.n >> 20, Unit: "MiB"})
	}
	return n, err
}

// haves names commits that are here, those of references first.
func (r *Repo) haves() ([]plumbing.Hash, error) {
	all, err := r.Refs("refs/")
	if err != nil {
		return nil, err
	}
	seen := map[plumbing.Hash]bool{}
	var queue, out []plumbing.Hash
	for _, sha := range all {
		queue = append(queue, plumbing.NewHash(sha))
	}
	for len(queue) > 0 && len(out) < maxHaves {
		id := queue[0]
		queue = queue[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		parents, _, _, err := r.parents(id)
		if err != nil {
			continue // a tag, or what lies beyond the end
		}
		out, queue = append(out, id), append(queue, parents...)
	}
	return out, nil
}
