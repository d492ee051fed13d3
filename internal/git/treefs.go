package git

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/order"
)

// Limits of a tree that is walked; more than that is nobody's source code.
const (
	maxDepth = 100
	maxFiles = 2_000_000
	maxLinks = 8 // symbolic links that lead to each other
)

// ErrOutside says that a symbolic link leads out of the repository.
var ErrOutside = errors.New("the link leads out of the repository")

// Tree is the content of one commit as a read-only file system. Symbolic
// links are followed inside the tree and never out of it. What is missing
// here, as in a partial clone, is fetched when it is read; Prefetch does that
// for many files at once. It may be used concurrently.
type Tree struct {
	ctx   context.Context // of lazy fetches, since fs.FS has no place for one
	store objects
	root  plumbing.Hash
	mu    sync.Mutex
	trees map[plumbing.Hash][]entry
}

var (
	_ fs.ReadFileFS = (*Tree)(nil)
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)
	_ fs.ReadLinkFS = (*Tree)(nil)
)

func newTree(ctx context.Context, store objects, root plumbing.Hash) *Tree {
	return &Tree{ctx: ctx, store: store, root: root, trees: make(map[plumbing.Hash][]entry)}
}

// list gives the entries of a folder.
func (t *Tree) list(id plumbing.Hash) ([]entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entries, ok := t.trees[id]; ok {
		return entries, nil
	}
	b, err := t.get(plumbing.TreeObject, id)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(b)
	if err != nil {
		return nil, err
	}
	t.trees[id] = entries
	return entries, nil
}

// get reads an object and fetches it if it is missing.
func (t *Tree) get(kind plumbing.ObjectType, id plumbing.Hash) ([]byte, error) {
	b, err := t.store.object(kind, id)
	if !errors.Is(err, errMissing) {
		return b, err
	}
	if err := t.store.fetch(t.ctx, []plumbing.Hash{id}); err != nil {
		return nil, err
	}
	return t.store.object(kind, id)
}

// lookup finds a name. With follow, a symbolic link at its end is resolved;
// links on the way always are.
func (t *Tree) lookup(name string, follow bool) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, fs.ErrInvalid
	}
	root := entry{name: ".", mode: fs.ModeDir | 0o755, id: t.root}
	at, where, rest, links := root, ".", name, 0
	if rest == "." {
		return at, nil
	}
	for rest != "" {
		first, after := split(rest)
		next, err := t.child(at, first)
		if err != nil {
			return entry{}, err
		}
		if next.mode&fs.ModeSymlink == 0 || after == "" && !follow {
			at, where, rest = next, path.Join(where, first), after
			continue
		}
		if links++; links > maxLinks {
			return entry{}, errors.New("too many symbolic links")
		}
		target, err := t.target(next, where)
		if err != nil {
			return entry{}, err
		}
		at, where, rest = root, ".", path.Join(target, after)
		if rest == "." {
			break
		}
	}
	return at, nil
}

func split(name string) (first, rest string) {
	for i := range len(name) {
		if name[i] == '/' {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

func (t *Tree) child(dir entry, name string) (entry, error) {
	if !dir.mode.IsDir() {
		return entry{}, fs.ErrNotExist
	}
	entries, err := t.list(dir.id)
	if err != nil {
		return entry{}, err
	}
	for _, e := range entries {
		if e.name == name {
			return e, nil
		}
	}
	return entry{}, fs.ErrNotExist
}

// target gives where a link in a folder leads, seen from the root.
func (t *Tree) target(link entry, dir string) (string, error) {
	b, err := t.get(plumbing.BlobObject, link.id)
	if err != nil {
		return "", err
	}
	if len(b) > 4096 || path.IsAbs(string(b)) {
		return "", ErrOutside
	}
	to := path.Join(dir, string(b))
	if !fs.ValidPath(to) {
		return "", ErrOutside
	}
	return to, nil
}

// Open opens a file or folder.
func (t *Tree) Open(name string) (fs.File, error) {
	e, err := t.lookup(name, true)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f := &file{info: t.info(e, path.Base(name))}
	if e.mode.IsDir() {
		f.entries, err = t.ReadDir(name)
		return f, err
	}
	b, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f.Reader, f.info.size = bytes.NewReader(b), int64(len(b))
	return f, nil
}

// ReadFile reads a file whole. Files over 32 MiB are a *TooLargeError.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	e, err := t.lookup(name, true)
	if err == nil && !e.mode.IsRegular() {
		err = errors.New("not a file")
	}
	var b []byte
	if err == nil {
		b, err = t.get(plumbing.BlobObject, e.id)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return slices.Clone(b), nil
}

// ReadDir lists a folder, sorted by name. A submodule is an irregular file.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.lookup(name, true)
	if err == nil && !e.mode.IsDir() {
		err = errors.New("not a folder")
	}
	var entries []entry
	if err == nil {
		entries, err = t.list(e.id)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, len(entries))
	for i, e := range entries {
		out[i] = fs.FileInfoToDirEntry(t.info(e, e.name))
	}
	order.By(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// Stat describes what a name leads to. The size of a file that was not
// fetched yet is -1.
func (t *Tree) Stat(name string) (fs.FileInfo, error) { return t.stat(name, true) }

// Lstat is Stat without following a link at the end of the name.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) { return t.stat(name, false) }

func (t *Tree) stat(name string, follow bool) (fs.FileInfo, error) {
	e, err := t.lookup(name, follow)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return t.info(e, path.Base(name)), nil
}

// ReadLink gives what is written in a symbolic link.
func (t *Tree) ReadLink(name string) (string, error) {
	e, err := t.lookup(name, false)
	if err == nil && e.mode&fs.ModeSymlink == 0 {
		err = fs.ErrInvalid
	}
	var b []byte
	if err == nil {
		b, err = t.get(plumbing.BlobObject, e.id)
	}
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(b), nil
}

func (t *Tree) info(e entry, name string) info {
	i := info{name: name, mode: e.mode}
	if !e.mode.IsDir() && e.mode&gitlink == 0 {
		i.size = t.store.size(e.id)
	}
	return i
}
