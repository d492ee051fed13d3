package git

import (
	"context"
	"errors"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/isrc-dev/isrc/internal/fault"
)

// treeDiff compares the folders of two commits. go-git's own comparison refuses
// names that git takes, such as one with a tab in it.
type treeDiff struct {
	ctx   context.Context
	repo  *Repo
	trees [2]*object.Tree // of the commits, through which contents are read
	out   object.Changes
	seen  int
}

// folders compares two of them; the zero id is one that is not there.
func (d *treeDiff) folders(dir string, a, b plumbing.Hash, depth int) error {
	if a == b {
		return nil
	}
	if depth > maxDepth {
		return errors.New("the folders of the repository are nested too deeply")
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	before, err := d.list(a)
	if err != nil {
		return err
	}
	after, err := d.list(b)
	if err != nil {
		return err
	}
	was := make(map[string]entry, len(before))
	for _, e := range before {
		was[e.name] = e
	}
	for _, e := range after {
		old := was[e.name]
		delete(was, e.name)
		if err := d.pair(dir, old, e, depth); err != nil {
			return err
		}
	}
	for _, e := range before {
		if _, gone := was[e.name]; gone {
			if err := d.pair(dir, e, entry{}, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *treeDiff) list(id plumbing.Hash) ([]entry, error) {
	if id.IsZero() {
		return nil, nil
	}
	data, err := d.repo.object(plumbing.TreeObject, id)
	if err != nil {
		return nil, fault.Errorf("read tree %s: %w", id, err)
	}
	return parseTree(data)
}

// pair compares what two folders have under one name.
func (d *treeDiff) pair(dir string, a, b entry, depth int) error {
	if a.id == b.id && a.mode == b.mode {
		return nil
	}
	if d.seen++; d.seen > maxFiles {
		return errors.New("the change has too many files")
	}
	name := a.name + b.name
	if a.name != "" && b.name != "" {
		name = a.name
	}
	if dir != "" {
		name = dir + "/" + name
	}
	var from, to plumbing.Hash
	if a.mode.IsDir() {
		from, a = a.id, entry{}
	}
	if b.mode.IsDir() {
		to, b = b.id, entry{}
	}
	if a.name != "" || b.name != "" {
		d.out = append(d.out, &object.Change{From: d.side(0, name, a), To: d.side(1, name, b)})
	}
	return d.folders(name, from, to, depth+1)
}

// side is one side of a change. go-git refuses to read a blob under a name with
// control characters, which git allows: the name within the folder, which nothing
// else looks at, is a plain one.
func (d *treeDiff) side(i int, name string, e entry) object.ChangeEntry {
	if e.name == "" {
		return object.ChangeEntry{}
	}
	return object.ChangeEntry{Name: name, Tree: d.trees[i], TreeEntry: object.TreeEntry{Name: "file", Mode: modeOf(e.mode), Hash: e.id}}
}

// modeOf is how git writes the kind of a file.
func modeOf(m fs.FileMode) filemode.FileMode {
	switch {
	case m&gitlink != 0:
		return filemode.Submodule
	case m&fs.ModeSymlink != 0:
		return filemode.Symlink
	case m&0o111 != 0:
		return filemode.Executable
	}
	return filemode.Regular
}
