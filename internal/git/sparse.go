package git

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// checkSparse refuses what is no folder inside a repository. In git's cone mode
// a path is a folder with all below it, and never a pattern.
func checkSparse(paths []string) error {
	for _, p := range paths {
		if p == "" || path.IsAbs(p) || strings.HasPrefix(p, "-") || strings.ContainsAny(p, "\x00\n\r*?[]\\!") || p != path.Clean(p) || p == ".." || strings.HasPrefix(p, "../") {
			return fault.Errorf("%w: %q is no folder of a repository", ErrBadName, p)
		}
	}
	return nil
}

// SetSparse narrows the checkout to folders, the files beside the way to them
// and those at the top. Files of other folders that are not committed stay.
func (t *Tool) SetSparse(ctx context.Context, dir string, paths []string) error {
	if err := checkSparse(paths); err != nil {
		return err
	}
	if !t.AtLeast(2, 25) {
		return fault.Errorf("check out some folders alone: git %s cannot, 2.25 and later can", t.Version)
	}
	if _, err := t.Run(ctx, dir, "sparse-checkout", "init", "--cone"); err != nil {
		return wrap(err, "narrow the checkout")
	}
	_, err := t.RunInput(ctx, dir, strings.NewReader(strings.Join(paths, "\n")+"\n"), "sparse-checkout", "set", "--stdin")
	return wrap(err, "narrow the checkout")
}

// Sparse lists the folders that are checked out, none where all are.
func (t *Tool) Sparse(ctx context.Context, dir string) ([]string, error) {
	out, err := t.Run(ctx, dir, "sparse-checkout", "list")
	var failed *CommandError
	if errors.As(err, &failed) { // "this worktree is not sparse"
		return nil, nil
	}
	return strings.Fields(out), err
}

// lends refuses a clone that objects cannot be taken from: what git takes for
// being there must be there, so a partial one lends to a partial clone alone,
// and a shallow one to none.
func lends(o CloneOptions) error {
	repo, err := Open(o.Reference)
	if err != nil {
		return wrap(err, "take objects from %s", o.Reference)
	}
	defer repo.Close() //nolint:errcheck // read only
	switch {
	case repo.IsShallow():
		return fault.Errorf("take objects from %s: %w", o.Reference, &UnsupportedError{What: "a cut off history as a reference"})
	case repo.IsPartial() && o.Filter == "":
		return fault.Errorf("take objects from %s: it lacks files that a full clone has", o.Reference)
	}
	return nil
}
