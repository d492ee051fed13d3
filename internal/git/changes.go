package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Limits of what is compared line by line.
const (
	maxDiffed     = 4 << 20  // bytes of one file; larger ones count as binary
	maxAddedLines = 64 << 20 // bytes of added lines that are kept in all
	maxRenames    = 1000     // files on either side that are searched for renames, as in git
	renameScore   = 50       // per cent of likeness that make a rename, as in git
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
	Added, Deleted int   // lines, as git diff --numstat counts them; 0 for binary files
	Size           int64 // of the new content in bytes, 0 when deleted
	AddedLines     []Line
}

// Changes compares the files of two commits, sorted by path; an empty base is
// the empty tree. It compares the trees first and then reads only what
// differs. In a partial clone the missing contents come in one request through
// Tool; where they cannot be had, counts are unknown and that is no error.
func (r *Repo) Changes(ctx context.Context, base, head string) ([]FileChange, error) {
	changes, err := r.diffTrees(ctx, base, head)
	if err != nil {
		return nil, fmt.Errorf("compare the files of %s and %s: %w", base, head, err)
	}
	whole := r.ensure(ctx, changes)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if changes, err = r.renames(changes, whole); err != nil {
		return nil, fmt.Errorf("look for renamed files: %w", err)
	}
	out := make([]FileChange, 0, len(changes))
	budget := maxAddedLines
	for i, c := range changes {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f, err := r.fileChange(c, &budget)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", f.Path, err)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b FileChange) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func (r *Repo) diffTrees(ctx context.Context, base, head string) (object.Changes, error) {
	var trees [2]*object.Tree
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
		r.mu.Lock()
		trees[i], err = object.GetTree(r.store, c.TreeHash)
		r.mu.Unlock()
		if err != nil {
			return nil, fmt.Errorf("read the tree of %s: %w", rev, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return object.DiffTreeWithOptions(ctx, trees[0], trees[1], &object.DiffTreeOptions{})
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

func (r *Repo) fileChange(c *object.Change, budget *int) (FileChange, error) {
	f := FileChange{Path: c.To.Name, Status: Modified}
	mode := c.To.TreeEntry.Mode
	switch {
	case c.From.Name == "":
		f.Status = Added
	case c.To.Name == "":
		f.Path, f.Status, mode = c.From.Name, Deleted, c.From.TreeEntry.Mode
	case c.From.Name != c.To.Name:
		f.OldPath, f.Status = c.From.Name, Renamed
	}
	f.Mode, _ = parseMode(fmt.Sprintf("%06o", uint32(mode)))
	before, err := r.content(c.From)
	if err != nil {
		return f, err
	}
	after, err := r.content(c.To)
	if err != nil {
		return f, err
	}
	f.Size = after.size
	switch {
	case before.size < 0 || after.size < 0:
		f.Added, f.Deleted = -1, -1
	case before.binary || after.binary:
		f.Binary = true
	default:
		f.count(before.text, after.text, budget)
	}
	return f, nil
}

// content is one side of a changed file. A size of -1 is unknown.
type content struct {
	text   []byte
	size   int64
	binary bool
}

func (r *Repo) content(e object.ChangeEntry) (content, error) {
	id := e.TreeEntry.Hash
	switch {
	case e.Name == "":
		return content{}, nil
	case e.TreeEntry.Mode == filemode.Submodule: // as git shows it
		text := []byte("Subproject commit " + id.String() + "\n")
		return content{text: text, size: 0}, nil
	}
	_, b, err := r.read(plumbing.BlobObject, id, maxDiffed)
	var large *TooLargeError
	switch {
	case errors.Is(err, errMissing):
		return content{size: -1}, nil
	case errors.As(err, &large):
		return content{size: large.Size, binary: true}, nil
	}
	return content{text: b, size: int64(len(b)), binary: isBinary(b)}, err
}

// isBinary is git's rule: a NUL among the first 8000 bytes.
func isBinary(b []byte) bool { return bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 }

// count compares the lines and keeps those that were added.
func (f *FileChange) count(before, after []byte, budget *int) {
	if bytes.Equal(before, after) {
		return
	}
	table := make(map[string]int)
	a, _ := numberLines(before, table)
	b, lines := numberLines(after, table)
	for _, e := range diffLines(a, b) {
		f.Deleted += e.to - e.from
		f.Added += e.newTo - e.newFrom
		for n := e.newFrom; n < e.newTo && *budget > 0; n++ {
			text := string(bytes.TrimSuffix(lines[n], []byte("\n")))
			*budget -= len(text) + 32
			f.AddedLines = append(f.AddedLines, Line{Number: n + 1, Text: text})
		}
	}
}

// numberLines gives equal lines equal numbers. A last line without its end
// differs from one with it, as in git.
func numberLines(b []byte, table map[string]int) ([]int, [][]byte) {
	lines := bytes.SplitAfter(b, []byte("\n"))
	if n := len(lines); len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	numbers := make([]int, len(lines))
	for i, l := range lines {
		n, ok := table[string(l)]
		if !ok {
			n = len(table)
			table[string(l)] = n
		}
		numbers[i] = n
	}
	return numbers, lines
}
