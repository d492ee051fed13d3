package git

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/go-git/go-git/v5/plumbing"
)

// Prefetch brings the files that are wanted here, those that are missing in
// one request. It asks about every file of the tree; a size that is not known
// yet is -1. Where a wanted file is a symbolic link, what it leads to inside
// the tree comes too.
func (t *Tree) Prefetch(ctx context.Context, want func(path string, size int64) bool) error {
	var ids []plumbing.Hash
	var links []string
	err := t.walk(func(name string, e entry) error {
		if e.mode&gitlink != 0 || !want(name, t.store.size(e.id)) {
			return nil
		}
		if e.mode&fs.ModeSymlink != 0 {
			links = append(links, name)
		}
		ids = append(ids, e.id)
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.fetchMissing(ctx, ids); err != nil || len(links) == 0 {
		return err
	}
	ids = nil
	for _, name := range links {
		if e, err := t.lookup(name, true); err == nil && e.mode.IsRegular() {
			ids = append(ids, e.id)
		}
	}
	return t.fetchMissing(ctx, ids)
}

func (t *Tree) fetchMissing(ctx context.Context, ids []plumbing.Hash) error {
	seen := make(map[plumbing.Hash]bool, len(ids))
	var missing []plumbing.Hash
	for _, id := range ids {
		if !seen[id] && t.store.size(id) < 0 {
			missing = append(missing, id)
		}
		seen[id] = true
	}
	if len(missing) == 0 {
		return nil
	}
	return t.store.fetch(ctx, missing)
}

// walk visits every file, link and submodule of the tree.
func (t *Tree) walk(visit func(name string, e entry) error) error {
	seen := 0 // folders too: a few small trees can unfold into billions
	var down func(dir string, id plumbing.Hash, depth int) error
	down = func(dir string, id plumbing.Hash, depth int) error {
		if depth > maxDepth {
			return errors.New("the folders of the repository are nested too deeply")
		}
		entries, err := t.list(id)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := path.Join(dir, e.name)
			if seen++; seen > maxFiles {
				return errors.New("the repository has too many files")
			}
			if e.mode.IsDir() {
				err = down(name, e.id, depth+1)
			} else {
				err = visit(name, e)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return down("", t.root, 0)
}
