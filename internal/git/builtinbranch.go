package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
)

// CreateBranch makes a branch at a start point and switches to it. Changes that
// are not committed come along where they touch nothing that the switch does.
func (b *Builtin) CreateBranch(ctx context.Context, dir, name, start string) error {
	if err := errors.Join(CheckBranch(name), checkRev(start)); err != nil {
		return fault.Errorf("create branch %s: %w", name, err)
	}
	return wrap(b.onBranch(ctx, dir, name, func(r *Repo) (string, error) {
		if _, err := r.Resolve("refs/heads/" + name); err == nil {
			return "", ErrBranchExists
		}
		return r.Resolve(start)
	}), "create branch %s", name)
}

// Switch goes to a local branch, and refuses as CreateBranch does.
func (b *Builtin) Switch(ctx context.Context, dir, name string) error {
	if err := CheckBranch(name); err != nil {
		return fault.Errorf("switch to %s: %w", name, err)
	}
	return wrap(b.onBranch(ctx, dir, name, func(r *Repo) (string, error) { return r.Resolve("refs/heads/" + name) }), "switch to %s", name)
}

func (b *Builtin) onBranch(ctx context.Context, dir, name string, at func(*Repo) (string, error)) error {
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	if err := r.Busy(); err != nil {
		return err
	}
	sha, err := at(r)
	if err != nil {
		return err
	}
	if _, head, _, err := r.Head(); err != nil || head != sha {
		if err := errors.Join(err, r.checkOut(ctx, sha)); err != nil {
			return err
		}
	}
	if err := r.setRef("refs/heads/"+name, sha, ""); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.store.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, plumbing.ReferenceName("refs/heads/"+name)))
}

// FastForward moves the branch that is checked out, and its files, on to a commit
// that has it in its history. It refuses as CreateBranch does.
func (b *Builtin) FastForward(ctx context.Context, dir, to string) error {
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	if err := r.Busy(); err != nil {
		return err
	}
	branch, head, detached, err := r.Head()
	if err == nil && (detached || branch == "") {
		err = errors.New("no branch is checked out")
	}
	if err == nil {
		err = r.checkOut(ctx, to)
	}
	if err == nil {
		err = r.setRef("refs/heads/"+branch, to, head)
	}
	return wrap(err, "bring %s up to %s", branch, short(to))
}

// setHead moves a head that is on no branch.
func (r *Repo) setHead(sha string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.store.SetReference(plumbing.NewHashReference(plumbing.HEAD, plumbing.NewHash(sha)))
}

// ForgetBranch deletes what this clone remembers of a remote's branch, if that is
// still the commit sha.
func (r *Repo) ForgetBranch(ctx context.Context, remote, branch, sha string) error {
	ref := "refs/remotes/" + remote + "/" + branch
	err := fault.Join(checkRef(ref), checkRev(sha))
	switch {
	case err != nil:
	case r.Tool == nil:
		err = r.setRef(ref, "", sha)
	default:
		_, err = r.Tool.Run(ctx, r.Root(), "update-ref", "--no-deref", "-d", ref, sha)
	}
	return wrap(err, "forget %s", ref)
}

// DeleteBranch deletes a local branch that is still at the commit sha, with its
// settings; otherwise it answers ErrMoved. The branch must not be checked out.
func (b *Builtin) DeleteBranch(_ context.Context, dir, name, sha string) error {
	if err := errors.Join(CheckBranch(name), checkRev(sha)); err != nil {
		return fault.Errorf("delete branch %s: %w", name, err)
	}
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	if current, _, _, err := r.Head(); err != nil || current == name {
		return wrap(errors.Join(err, errors.New("it is checked out")), "delete branch %s", name)
	}
	if err := r.setRef("refs/heads/"+name, "", sha); err != nil {
		return wrap(err, "delete branch %s", name)
	}
	return editConfig(filepath.Join(r.commonDir, "config"), func(c *configText) error { c.drop("branch", name); return nil })
}

// Busy names an operation of the user that is half done in the checkout, as a
// *BusyError.
func (r *Repo) Busy() error {
	for _, name := range halfDone() {
		if _, err := os.Stat(filepath.Join(r.gitDir, name)); !errors.Is(err, fs.ErrNotExist) {
			return &BusyError{What: name}
		}
	}
	return nil
}
