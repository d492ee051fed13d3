package git

import (
	"context"
	"io/fs"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// Limits of the search for renames, as in git.
const (
	maxRenames  = 1000 // files on either side that are searched
	renameScore = 50   // per cent of likeness that make a rename
)

// FileStatus says what happened to a file.
type FileStatus string

// The ways in which a file changes.
const (
	Added    FileStatus = "added"
	Modified FileStatus = "modified"
	Deleted  FileStatus = "deleted"
	Renamed  FileStatus = "renamed"
)

// Line is a line of a file's new content.
type Line struct {
	Number int // counted from 1
	Text   string
}

// FileChange is what happened to one file between two commits. Counts and
// sizes that could not be read are -1.
type FileChange struct {
	Path, OldPath  string // OldPath only of a rename
	Status         FileStatus
	Mode           fs.FileMode // of the new side, or of what was deleted
	Binary         bool
	Added, Deleted int    // lines, as git diff --numstat counts them; 0 for binary files
	Size           int64  // of the new content in bytes, 0 when deleted
	Head           string // how the new content begins, of text
	AddedLines     []Line
	LinesCut       bool // Head or some of AddedLines are not here: they were too much
}

// Changes compares the files of two commits, sorted by path; an empty base is
// the empty tree. It compares the trees first and then reads only what
// differs. In a partial clone the missing contents come in one request through
// Tool; where they cannot be had, counts are unknown and that is no error.
func (r *Repo) Changes(ctx context.Context, base, head string) ([]FileChange, error) {
	changes, err := r.diffTrees(ctx, base, head)
	if err != nil {
		return nil, fault.Errorf("compare the files of %s and %s: %w", base, head, err)
	}
	whole := r.ensure(ctx, changes)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if changes, err = r.renames(changes, whole); err != nil {
		return nil, fault.Errorf("look for renamed files: %w", err)
	}
	out, err := r.fileChanges(ctx, changes)
	if err != nil {
		return nil, err
	}
	order.By(out, func(a, b FileChange) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func (r *Repo) diffTrees(ctx context.Context, base, head string) (object.Changes, error) {
	d := &treeDiff{ctx: ctx, repo: r}
	var roots [2]plumbing.Hash
	for i, rev := range []string{base, head} {
		if rev == "" {
			continue
		}
		id, err := r.resolve(rev)
		if err != nil {
			return nil, err
		}
		c, err := r.commit(id)
		if err != nil {
			return nil, err
		}
		roots[i] = c.TreeHash
		r.mu.Lock()
		d.trees[i], err = object.GetTree(r.store, c.TreeHash)
		r.mu.Unlock()
		if err != nil {
			return nil, fault.Errorf("read the tree of %s: %w", rev, err)
		}
	}
	if err := d.folders("", roots[0], roots[1], 0); err != nil {
		return nil, err
	}
	return d.out, nil
}

// ensure fetches the contents that are missing and says whether all are here.
func (r *Repo) ensure(ctx context.Context, changes object.Changes) bool {
	if !r.IsPartial() {
		return true
	}
	seen := make(map[plumbing.Hash]bool)
	var missing []plumbing.Hash
	for _, c := range changes {
		for _, e := range []object.ChangeEntry{c.From, c.To} {
			id := e.TreeEntry.Hash
			if id.IsZero() || e.TreeEntry.Mode == filemode.Submodule || seen[id] {
				continue
			}
			seen[id] = true
			if !r.has(id) {
				missing = append(missing, id)
			}
		}
	}
	return len(missing) == 0 || r.fetchMissing(ctx, missing) == nil
}

// renames pairs what was deleted with what was added. Likeness needs the
// contents; without them only files that are the same count.
func (r *Repo) renames(changes object.Changes, whole bool) (object.Changes, error) {
	var added, deleted int
	for _, c := range changes {
		if c.From.Name == "" {
			added++
		} else if c.To.Name == "" {
			deleted++
		}
	}
	if added == 0 || deleted == 0 {
		return changes, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return object.DetectRenames(changes, &object.DiffTreeOptions{
		DetectRenames: true, RenameScore: renameScore, RenameLimit: maxRenames,
		OnlyExactRenames: !whole || max(added, deleted) > maxRenames,
	})
}
