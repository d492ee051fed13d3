package github

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	pathpkg "path"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/order"
)

// Open opens a file or folder.
func (t *tree) Open(name string) (fs.File, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

func (t *tree) open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(name, true)
	if err != nil {
		return nil, err
	}
	as := info{n, pathpkg.Base(name)}
	if n.mode.IsDir() {
		return &folder{info: as, entries: n.list()}, nil
	}
	b, err := t.blob(n)
	if err != nil {
		return nil, err
	}
	return &file{info: as, Reader: bytes.NewReader(b)}, nil
}

// Lstat describes a name without following a link at its end.
func (t *tree) Lstat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrInvalid}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(name, false)
	if err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return info{n, pathpkg.Base(name)}, nil
}

// ReadLink gives what a symbolic link points to.
func (t *tree) ReadLink(name string) (string, error) {
	i, err := t.Lstat(name)
	if err == nil && i.Mode()&fs.ModeSymlink == 0 {
		err = fs.ErrInvalid
	}
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.blob(i.(info).node)
	return string(b), err
}

func (n *node) list() []fs.DirEntry {
	all := make([]fs.DirEntry, 0, len(n.children))
	for name, child := range n.children {
		all = append(all, fs.FileInfoToDirEntry(info{child, name}))
	}
	order.By(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all
}

// info describes a node under the name by which it was reached.
type info struct {
	*node
	as string
}

func (i info) Name() string       { return i.as }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

type file struct {
	info info
	*bytes.Reader
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

type folder struct {
	info    info
	entries []fs.DirEntry
}

func (f *folder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *folder) Close() error               { return nil }

func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.info.as, Err: errors.New("it is a folder")}
}

// ReadDir gives the next n entries, or all that are left for n <= 0.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(f.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(f.entries) {
		n = len(f.entries)
	}
	some := f.entries[:n]
	f.entries = f.entries[n:]
	return some, nil
}
