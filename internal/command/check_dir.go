package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// enterDir makes --repo-dir the folder that is looked at. Only the root of a
// clone has a change to judge: in every other folder requirements are listed.
func (a *app) enterDir(o *checkOptions) error {
	dir := a.path(o.dir)
	info, err := os.Stat(dir)
	if err != nil {
		return usagef("--repo-dir: %v", err)
	}
	if !info.IsDir() {
		return usagef("--repo-dir: %s is no folder", o.dir)
	}
	o.dir, a.inv.Dir = dir, dir
	if _, err := os.Lstat(filepath.Join(dir, ".git")); errors.Is(err, fs.ErrNotExist) {
		o.requirements = true
	}
	return nil
}

// notAsked is said once for a plain folder.
const notAsked = "only the files of the folder were read: no forge was asked for its rules, no merged history, and no defaults of an organisation"

// askedOfFolder reads a folder as it lies there, without git.
func (a *app) askedOfFolder(ctx context.Context, o *checkOptions) (*contribute.Review, error) {
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return nil, &usageError{err: fault.Errorf("--repo-dir: %w", err)}
	}
	defer root.Close() //nolint:errcheck // read only
	p := &contribute.Place{Dir: o.dir, Base: o.base, BaseFrom: "the folder " + o.dir, Notes: []string{notAsked}}
	set, err := guideline.Read(ctx, guideline.Query{Base: o.base, Orgless: true}, folderTrees{root}, unaskedForge{})
	if err != nil {
		return nil, fault.Errorf("read the guidelines in %s: %w", o.dir, err)
	}
	return &contribute.Review{Place: p, Guidelines: set, Requirements: rule.Derive(set)}, nil
}

// folderTrees gives a folder for the repository without a name, and no other.
type folderTrees struct{ root *os.Root }

func (t folderTrees) Tree(_ context.Context, repo forge.RepoName, _ string) (fs.FS, string, error) {
	if !repo.IsZero() {
		return nil, "", fault.Errorf("%s lies elsewhere, and no forge is asked", repo.FullName())
	}
	return folder(t), "", nil
}

// unaskedForge has no settings: that they were not read is said once for all.
type unaskedForge struct{}

func (unaskedForge) Rules(context.Context, forge.RepoName, string) ([]forge.Rule, error) {
	return nil, nil
}

func (unaskedForge) RequiredChecks(context.Context, forge.RepoName, string) ([]string, error) {
	return nil, nil
}

// folder shows regular files and folders, and follows no link: what somebody
// unpacked may point anywhere.
type folder struct{ root *os.Root }

var errNoPlainFile = errors.New("it is a link or no regular file")

func (f folder) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	for at := range ancestors(name) {
		info, err := f.root.Lstat(filepath.FromSlash(at))
		if err != nil {
			return nil, err
		}
		if !info.IsDir() && (at != name || !info.Mode().IsRegular()) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: errNoPlainFile}
		}
	}
	return f.root.Open(filepath.FromSlash(name))
}

// ancestors goes through the folders that lead to a name, and the name.
func ancestors(name string) func(func(string) bool) {
	return func(yield func(string) bool) {
		at := ""
		for part := range strings.SplitSeq(name, "/") {
			if at = path.Join(at, part); !yield(at) {
				return
			}
		}
	}
}
