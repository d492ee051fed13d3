package git

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// repoObjects is a repository as a source of objects.
type repoObjects Repo

func (o *repoObjects) object(kind plumbing.ObjectType, id plumbing.Hash) ([]byte, error) {
	return (*Repo)(o).object(kind, id)
}

func (o *repoObjects) size(id plumbing.Hash) int64 { return (*Repo)(o).size(id) }

func (o *repoObjects) fetch(ctx context.Context, ids []plumbing.Hash) error {
	return (*Repo)(o).fetchMissing(ctx, ids)
}

func (r *Repo) object(kind plumbing.ObjectType, id plumbing.Hash) ([]byte, error) {
	_, b, err := r.read(kind, id, maxObject)
	return b, err
}

// any reads an object of any kind.
func (r *Repo) any(id plumbing.Hash) (plumbing.ObjectType, []byte, error) {
	return r.read(plumbing.AnyObject, id, maxObject)
}

// read reads an object of at most so many bytes.
func (r *Repo) read(kind plumbing.ObjectType, id plumbing.Hash, most int64) (plumbing.ObjectType, []byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, err := r.store.EncodedObject(kind, id)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return kind, nil, errMissing
	}
	if err != nil {
		return kind, nil, fmt.Errorf("read object %s: %w", id, err)
	}
	if e.Size() > most {
		return kind, nil, &TooLargeError{What: "object " + id.String(), Size: e.Size()}
	}
	in, err := e.Reader()
	if err != nil {
		return kind, nil, fmt.Errorf("read object %s: %w", id, err)
	}
	defer in.Close()
	b := make([]byte, e.Size())
	if _, err := io.ReadFull(in, b); err != nil {
		return kind, nil, fmt.Errorf("read object %s: %w", id, err)
	}
	return e.Type(), b, nil
}

func (r *Repo) size(id plumbing.Hash) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.store.EncodedObjectSize(id)
	if err != nil {
		return -1
	}
	return n
}

// has says whether an object is here.
func (r *Repo) has(id plumbing.Hash) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.store.HasEncodedObject(id) == nil
}

// fetchMissing brings objects of a partial clone here, in one request, the way
// git itself does when it meets them one by one.
func (r *Repo) fetchMissing(ctx context.Context, ids []plumbing.Hash) error {
	if len(ids) == 0 {
		return nil
	}
	c, err := r.config()
	if err != nil {
		return err
	}
	from := c.promisor()
	if from == "" || r.Tool == nil {
		return fmt.Errorf("%d objects: %w", len(ids), errMissing)
	}
	err = r.Tool.fetchIDs(ctx, r.Root(), from, ids, "--filter="+filterFiles)
	if err != nil {
		return fmt.Errorf("fetch %d missing objects: %w", len(ids), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.store.Reindex()
	return nil
}
