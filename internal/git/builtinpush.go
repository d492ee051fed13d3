package git

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1" //nolint:gosec // the format of packs
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/isrc-dev/isrc/internal/fault"
)

// maxPush bounds what one push sends, in bytes before compression: it is put
// together in memory.
const maxPush = 512 << 20

// Push sends a commit to one branch of a remote. What is sent is what the commits
// hold that the remote has not: go-git's own Push walks the whole history.
func (b *Builtin) Push(ctx context.Context, dir, remote, local, branch string, o PushOptions) (PushResult, error) {
	to := "refs/heads/" + strings.TrimPrefix(branch, "refs/heads/")
	res := PushResult{Ref: to}
	if err := errors.Join(checkRemote(remote), checkRev(local), checkRef(to)); err != nil {
		return res, fault.Errorf("push %s: %w", branch, err)
	}
	r, err := b.open(dir)
	if err != nil {
		return res, err
	}
	defer r.Close() //nolint:errcheck // read only
	id, err := r.resolve(local)
	if err == nil {
		if hooks := b.hooks(r, "pre-push"); len(hooks) > 0 {
			b.Sink.Note("git", "without a git program hooks are not run: pre-push")
		}
		err = b.send(ctx, r, remote, id, o.ForceWithLease, &res)
	}
	var rejected *RejectedError
	if err != nil && !errors.As(err, &rejected) {
		err = fault.Errorf("push %s: %w", branch, err)
	}
	return res, err
}

// DeleteRemote deletes a branch of a remote that is still at a commit.
func (b *Builtin) DeleteRemote(ctx context.Context, dir, remote, branch, sha string) error {
	ref := "refs/heads/" + branch
	if err := errors.Join(checkRemote(remote), checkRef(ref), checkRev(sha)); err != nil {
		return fault.Errorf("delete %s: %w", branch, err)
	}
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	return wrap(b.send(ctx, r, remote, plumbing.ZeroHash, sha, &PushResult{Ref: ref}), "delete %s", branch)
}

// send sets one reference of a remote; the zero id deletes it.
func (b *Builtin) send(ctx context.Context, r *Repo, remote string, id plumbing.Hash, lease string, res *PushResult) error {
	url, _, err := r.remoteSpecs(remote, []string{""})
	if err != nil {
		return err
	}
	if c, cErr := r.config(); cErr == nil {
		if push, ok := c.get("remote." + remote + ".pushurl"); ok {
			url = push
		}
	}
	d, err := b.connect(url)
	if err != nil {
		return err
	}
	session, adv, err := d.receiver(ctx)
	if err != nil {
		return err
	}
	req, err := r.update(adv, id, lease, res)
	if err != nil || res.Status == PushUpToDate {
		return err
	}
	var said bytes.Buffer
	req.Progress = &said
	report, err := session.ReceivePack(ctx, req)
	for line := range strings.Lines(said.String()) {
		if line = strings.TrimSpace(line); line != "" {
			res.Remote = append(res.Remote, line)
		}
	}
	if report != nil {
		for _, s := range report.CommandStatuses {
			if s.Status != "ok" {
				return &RejectedError{Ref: res.Ref, Reason: s.Status, Remote: res.Remote}
			}
		}
		if report.UnpackStatus != "ok" {
			return &RejectedError{Ref: res.Ref, Reason: report.UnpackStatus, Remote: res.Remote}
		}
	}
	if err == nil && report == nil && req.Capabilities.Supports(capability.ReportStatus) { // an empty answer, which the library takes for a good one
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return d.failure(err)
	}
	return nil
}

// receiver opens the way for a push.
func (d *directSource) receiver(ctx context.Context) (transport.ReceivePackSession, *packp.AdvRefs, error) {
	endpoint, err := transport.NewEndpoint(d.url)
	if err != nil {
		return nil, nil, err
	}
	session, err := d.client.NewReceivePackSession(endpoint, d.auth)
	if err != nil {
		return nil, nil, err
	}
	adv, err := session.AdvertisedReferencesContext(ctx)
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return session, packp.NewAdvRefs(), nil
	}
	if err != nil {
		return nil, nil, d.failure(err)
	}
	return session, adv, nil
}

// update makes the request that moves a reference from where the remote has it,
// if that may be.
func (r *Repo) update(adv *packp.AdvRefs, id plumbing.Hash, lease string, res *PushResult) (*packp.ReferenceUpdateRequest, error) {
	was := adv.References[res.Ref]
	refused := func(reason string) error {
		return &RejectedError{Ref: res.Ref, Reason: reason, Stale: hasMoved(reason)}
	}
	known, err := r.knownTo(adv)
	if err != nil {
		return nil, err
	}
	switch {
	case was == id && !id.IsZero():
		res.Status = PushUpToDate
		return nil, nil
	case lease != "" && was.String() != lease:
		return nil, refused("stale info")
	case lease != "":
		res.Status = PushForced
	case was.IsZero():
		res.Status = PushCreated
	default:
		res.Status = PushUpdated
		if !r.has(was) {
			return nil, refused("fetch first")
		}
		if forward, err := r.holds(id, was); err != nil || !forward {
			return nil, errors.Join(err, refused("non-fast-forward"))
		}
	}
	req := packp.NewReferenceUpdateRequest()
	req.Commands = []*packp.Command{{Name: plumbing.ReferenceName(res.Ref), Old: was, New: id}}
	for _, c := range []capability.Capability{capability.ReportStatus, capability.Sideband64k, capability.DeleteRefs} {
		if adv.Capabilities.Supports(c) {
			_ = req.Capabilities.Set(c) // takes no argument, so cannot fail
		}
	}
	if id.IsZero() {
		return req, nil
	}
	pack, err := r.packFor(id, known)
	if err != nil {
		return nil, err
	}
	req.Packfile = io.NopCloser(bytes.NewReader(pack))
	return req, nil
}

// knownTo lists the commits here that a remote has for certain: its references,
// and where a shallow clone ends, since it came from there.
func (r *Repo) knownTo(adv *packp.AdvRefs) (map[plumbing.Hash]bool, error) {
	known := map[plumbing.Hash]bool{}
	for _, id := range adv.References {
		known[id] = true
	}
	ends, err := r.store.Shallow()
	for _, id := range ends {
		known[id] = true
	}
	return known, err
}

// holds says whether a commit has another one in its history.
func (r *Repo) holds(id, ancestor plumbing.Hash) (bool, error) {
	found := false
	err := r.history(id, func(at plumbing.Hash) bool {
		found = found || at == ancestor
		return !found
	})
	return found, err
}

// history visits a commit and those before it, as far as visit says true.
func (r *Repo) history(id plumbing.Hash, visit func(plumbing.Hash) bool) error {
	seen := map[plumbing.Hash]bool{}
	for queue := []plumbing.Hash{id}; len(queue) > 0; {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if !visit(at) {
			continue
		}
		parents, _, _, err := r.parents(at)
		if err != nil {
			return err
		}
		queue = append(queue, parents...)
	}
	return nil
}

// packFor writes a pack of what a commit holds and the known ones do not.
func (r *Repo) packFor(id plumbing.Hash, known map[plumbing.Hash]bool) ([]byte, error) {
	p := &packing{repo: r, there: map[plumbing.Hash]bool{}}
	var fresh []*object.Commit
	var bases []plumbing.Hash
	err := r.history(id, func(at plumbing.Hash) bool {
		c, err := r.commit(at)
		if err != nil || known[at] {
			if err == nil {
				bases = append(bases, c.TreeHash)
			}
			return false
		}
		fresh = append(fresh, c)
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, tree := range bases {
		if err := p.tree(tree, false, 0); err != nil {
			return nil, err
		}
	}
	for _, c := range fresh {
		if err := errors.Join(p.add(plumbing.CommitObject, c.Hash), p.tree(c.TreeHash, true, 0)); err != nil {
			return nil, err
		}
	}
	return p.bytes(), nil
}

// packing puts a pack together: its format is in gitformat-pack(5).
type packing struct {
	repo  *Repo
	there map[plumbing.Hash]bool // at the remote, or in the pack
	body  bytes.Buffer
	count uint32
	size  int64
}

// tree goes through a folder: what is in it is there, or is sent.
func (p *packing) tree(id plumbing.Hash, send bool, depth int) error {
	if p.there[id] || depth > maxDepth {
		return nil
	}
	if !send {
		p.there[id] = true
	} else if err := p.add(plumbing.TreeObject, id); err != nil {
		return err
	}
	data, err := p.repo.object(plumbing.TreeObject, id)
	if err != nil {
		return err
	}
	entries, err := parseTree(data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch {
		case e.mode&gitlink != 0:
		case e.mode.IsDir():
			err = p.tree(e.id, send, depth+1)
		case send && !p.there[e.id]:
			err = p.add(plumbing.BlobObject, e.id)
		default:
			p.there[e.id] = true
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *packing) add(kind plumbing.ObjectType, id plumbing.Hash) error {
	p.there[id] = true
	_, data, err := p.repo.read(kind, id, maxPush)
	if err != nil {
		return fault.Errorf("send %s: %w", id, err)
	}
	if p.size += int64(len(data)); p.size > maxPush {
		return &TooLargeError{What: "what is pushed", Size: p.size}
	}
	p.count++
	// Three bits of kind and four of size, then seven of size each.
	n := len(data)
	first := byte(kind)<<4 | byte(n&0x0f) //nolint:gosec // kinds are below eight
	for n >>= 4; n > 0; n >>= 7 {
		p.body.WriteByte(first | 0x80)
		first = byte(n & 0x7f)
	}
	p.body.WriteByte(first)
	z := zlib.NewWriter(&p.body)
	_, err = z.Write(data)
	return errors.Join(err, z.Close())
}

func (p *packing) bytes() []byte {
	out := append([]byte("PACK"), 0, 0, 0, 2)
	out = binary.BigEndian.AppendUint32(out, p.count)
	out = append(out, p.body.Bytes()...)
	sum := sha1.Sum(out) //nolint:gosec // the format of packs
	return append(out, sum[:]...)
}
