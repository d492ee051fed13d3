package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
)

// maxObject bounds one file or folder listing that is read, in bytes.
const maxObject = 32 << 20

// errMissing says that an object is not here; in a partial clone it can be
// fetched.
var errMissing = errors.New("the object is not in this repository")

// TooLargeError says that something was not read because of its size.
type TooLargeError struct {
	What string
	Size int64 // in bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s has %d bytes, more than is read", e.What, e.Size)
}

// objects is where trees and files come from: a repository on disk, or what
// was fetched from a remote one. Implementations may be called concurrently.
type objects interface {
	// object gives the bytes of a tree or blob, or errMissing.
	object(kind plumbing.ObjectType, id plumbing.Hash) ([]byte, error)
	// size gives the length of a blob without reading it, or -1.
	size(id plumbing.Hash) int64
	// fetch brings missing objects here, all in one request.
	fetch(ctx context.Context, ids []plumbing.Hash) error
}

// entry is one name in a tree.
type entry struct {
	name string
	mode fs.FileMode // of our own, see parseMode
	id   plumbing.Hash
}

// gitlink marks the commit of a submodule in a tree.
const gitlink = fs.ModeIrregular

// parseTree reads git's tree format: octal mode, space, name, NUL, twenty
// bytes of id, again and again.
func parseTree(b []byte) ([]entry, error) {
	entries := make([]entry, 0, len(b)/40)
	for len(b) > 0 {
		nul := bytes.IndexByte(b, 0)
		if nul < 0 || len(b) < nul+21 {
			return nil, errors.New("a tree ends too early")
		}
		octal, name, ok := strings.Cut(string(b[:nul]), " ")
		mode, known := parseMode(octal)
		if !ok || !known || !sound(name) {
			return nil, fault.Errorf("a tree holds the entry %q", b[:nul])
		}
		e := entry{name: name, mode: mode}
		copy(e.id[:], b[nul+1:])
		entries, b = append(entries, e), b[nul+21:]
	}
	return entries, nil
}

// sound refuses names that would lead elsewhere when used in a path.
func sound(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/")
}

func parseMode(octal string) (fs.FileMode, bool) {
	switch octal {
	case "40000", "040000":
		return fs.ModeDir | 0o755, true
	case "100644", "100664", "100600":
		return 0o644, true
	case "100755":
		return 0o755, true
	case "120000":
		return fs.ModeSymlink | 0o777, true
	case "160000":
		return gitlink, true
	}
	return 0, false
}
