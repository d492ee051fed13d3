package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Clone makes a shallow clone of one branch, whatever kind was wished for. It
// works beside the target and renames it at the end, as Tool.Clone does.
func (b *Builtin) Clone(ctx context.Context, o CloneOptions) error {
	dir, err := filepath.Abs(o.Dir)
	if err == nil {
		err = errors.Join(checkRemote(o.URL), checkTarget(dir))
	}
	if err == nil && len(o.Sparse) > 0 {
		err = onlyGit("check out some folders alone")
	}
	if err != nil {
		return fault.Errorf("clone into %s: %w", o.Dir, err)
	}
	b.say()
	made, err := makeParents(dir)
	if err == nil {
		if err = b.cloneBeside(ctx, o, dir); err != nil {
			removeEmpty(made)
		}
	}
	return wrap(err, "clone %s", redact(o.URL))
}

func (b *Builtin) cloneBeside(ctx context.Context, o CloneOptions, dir string) error {
	if len(leftWorkshops(dir)) > 0 {
		b.Sink.Note("clone", "a clone was cut off here: without a git program it begins anew")
	}
	w, err := openWorkshop(dir, "")
	if err != nil {
		return classifyDisk(err)
	}
	defer os.RemoveAll(w.dir)
	into := filepath.Join(w.dir, filepath.Base(dir))
	if err := b.cloneInto(ctx, o, into); err != nil {
		if resumable(ctx, err) {
			b.Sink.Note("clone", "the clone was cut off; without a git program the next one begins anew")
		}
		return classifyDisk(err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(into, dir)
}

func (b *Builtin) cloneInto(ctx context.Context, o CloneOptions, into string) error {
	d, err := b.connect(o.URL)
	if err != nil {
		return err
	}
	refs, err := d.refs(ctx)
	if err != nil {
		return err
	}
	branch := o.Branch
	if branch == "" {
		branch = refs.Head
	}
	sha := refs.Hashes["refs/heads/"+branch]
	if sha == "" {
		return &NotFoundError{URL: redact(o.URL), Ref: branch}
	}
	if err := CheckBranch(branch); err != nil {
		return err
	}
	remote := o.Remote
	if remote == "" {
		remote = "origin"
	}
	if err := layOut(into, remote, o.URL, branch); err != nil {
		return err
	}
	r, err := b.open(into)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	if err := b.bring(ctx, d, r, []plumbing.Hash{plumbing.NewHash(sha)}, max(o.Depth, 1)); err != nil {
		return err
	}
	for _, ref := range []string{"refs/remotes/" + remote + "/" + branch, "refs/heads/" + branch} {
		if err := r.setRef(ref, sha, ""); err != nil {
			return err
		}
	}
	if o.NoCheckout {
		return nil
	}
	return r.checkOut(ctx, sha)
}

// layOut writes an empty repository with one remote and its branch.
func layOut(dir, remote, url, branch string) error {
	at := filepath.Join(dir, ".git")
	for _, d := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags", "info", "hooks"} {
		if err := os.MkdirAll(filepath.Join(at, filepath.FromSlash(d)), 0o777); err != nil {
			return err
		}
	}
	c := &configText{}
	c.set("core", "", "repositoryformatversion", "0")
	c.set("core", "", "filemode", fmt.Sprint(os.PathSeparator == '/'))
	c.set("core", "", "bare", "false")
	c.set("core", "", "logallrefupdates", "true")
	c.set("remote", remote, "url", url)
	c.set("remote", remote, "fetch", "+refs/heads/"+branch+":refs/remotes/"+remote+"/"+branch)
	c.set("branch", branch, "remote", remote)
	c.set("branch", branch, "merge", "refs/heads/"+branch)
	if err := editConfig(filepath.Join(at, "config"), func(t *configText) error { t.lines = c.lines; return nil }); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(at, "HEAD"), []byte("ref: refs/heads/"+branch+"\n"), 0o666)
}

// setRef moves a reference, from a commit where one is given, and deletes it
// when it is to be at none.
func (r *Repo) setRef(name, sha, was string) error {
	if err := checkRef(name); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ref := plumbing.ReferenceName(name)
	if was != "" {
		at, err := r.store.Reference(ref)
		if err != nil || at.Hash().String() != was {
			return ErrMoved
		}
	}
	if sha == "" {
		return r.store.RemoveReference(ref)
	}
	return r.store.SetReference(plumbing.NewHashReference(ref, plumbing.NewHash(sha)))
}
