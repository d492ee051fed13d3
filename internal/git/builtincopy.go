package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
)

// Copy checks a commit of a clone out into a folder of its own, which reads the
// clone's objects, as a work tree that may be thrown away.
func (b *Builtin) Copy(ctx context.Context, from, to, commit string) error {
	r, err := b.open(from)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	if err := layOut(to, "origin", r.Root(), "main"); err != nil {
		return classifyDisk(err)
	}
	at := filepath.Join(to, ".git")
	if err := os.WriteFile(filepath.Join(at, "objects", "info", "alternates"), []byte(filepath.Join(r.commonDir, "objects")+"\n"), 0o600); err != nil {
		return err
	}
	if ends, err := os.ReadFile(filepath.Join(r.commonDir, "shallow")); err == nil {
		if err := os.WriteFile(filepath.Join(at, "shallow"), ends, 0o600); err != nil {
			return err
		}
	}
	c, err := b.open(to)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // what was written is on the disk
	if err := c.setHead(commit); err != nil {
		return err
	}
	return wrap(c.checkOut(ctx, commit), "check %s out", short(commit))
}

// BringIn takes over a commit that was made in a copy, and moves a branch of the
// clone on to it from where the copy began, with what is checked out.
func (b *Builtin) BringIn(ctx context.Context, copied, clone, branch, sha, start string) error {
	r, err := b.open(clone)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	c, err := b.open(copied)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // read only
	if err := c.giveLoose(r); err != nil {
		return err
	}
	current, head, _, err := r.Head()
	if err != nil {
		return err
	}
	if current == branch {
		if head != start {
			return ErrMoved
		}
		if err := r.checkOut(ctx, sha); err != nil {
			return err
		}
	}
	return r.setRef("refs/heads/"+branch, sha, start)
}

// giveLoose hands the objects that were written one by one to another clone.
func (r *Repo) giveLoose(to *Repo) error {
	objects := os.DirFS(filepath.Join(r.commonDir, "objects"))
	return fs.WalkDir(objects, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || len(name) != 41 || name[2] != '/' {
			return nil
		}
		id := plumbing.NewHash(name[:2] + name[3:])
		kind, data, err := r.read(plumbing.AnyObject, id, maxOwnFile)
		if err != nil {
			return err
		}
		put, err := to.put(kind, data)
		if err == nil && put != id {
			err = errors.New("it is damaged")
		}
		return wrap(err, "take over %s", id)
	})
}
