package git

import (
	"context"
	"errors"
	"io"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
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
	return readObject(r.store, kind, id, most)
}

// readObject reads an object of at most so many bytes out of a storage that
// nobody else uses meanwhile.
func readObject(store *diskStore, kind plumbing.ObjectType, id plumbing.Hash, most int64) (plumbing.ObjectType, []byte, error) {
	e, err := findObject(store, kind, id, most)
	if err != nil {
		return kind, nil, err
	}
	b, err := objectBytes(e)
	return e.Type(), b, err
}

func findObject(store *diskStore, kind plumbing.ObjectType, id plumbing.Hash, most int64) (plumbing.EncodedObject, error) {
	e, err := store.EncodedObject(kind, id)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, errMissing
	}
	if err != nil {
		return nil, fault.Errorf("read object %s: %w", id, err)
	}
	if e.Size() > most {
		return nil, &TooLargeError{What: "object " + id.String(), Size: e.Size()}
	}
	return e, nil
}

func objectBytes(e plumbing.EncodedObject) ([]byte, error) {
	in, err := e.Reader()
	if err != nil {
		return nil, fault.Errorf("read object %s: %w", e.Hash(), err)
	}
	defer in.Close()
	b := make([]byte, e.Size())
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, fault.Errorf("read object %s: %w", e.Hash(), err)
	}
	return b, nil
}

// borrowBlob reads a blob without a copy where the storage holds it in memory.
// Its bytes may not be changed.
func borrowBlob(store *diskStore, id plumbing.Hash, most int64) ([]byte, error) {
	e, err := findObject(store, plumbing.BlobObject, id, most)
	if err != nil {
		return nil, err
	}
	held, ok := e.(*plumbing.MemoryObject)
	if !ok {
		return objectBytes(e)
	}
	in, err := held.Reader()
	if err != nil {
		return nil, fault.Errorf("read object %s: %w", id, err)
	}
	defer in.Close()
	if all, ok := in.(io.WriterTo); ok { // writes what it has at once
		var b borrowed
		if _, err := all.WriteTo(&b); err == nil && int64(len(b)) == e.Size() {
			return b, nil
		}
	}
	return objectBytes(e)
}

// borrowed takes what is written to it as it is.
type borrowed []byte

func (b *borrowed) Write(p []byte) (int, error) {
	*b = p
	return len(p), nil
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
		return fault.Errorf("%d objects: %w", len(ids), errMissing)
	}
	err = r.Tool.fetchIDs(ctx, r.Root(), from, ids, "--filter="+filterFiles)
	if err != nil {
		return fault.Errorf("fetch %d missing objects: %w", len(ids), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.store.Reindex()
	return nil
}
