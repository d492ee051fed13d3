package contribute

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
)

// mayBranchOff refuses to make a branch in a clone of the user's where that
// would touch what is theirs, and claims the branch for the run.
func (s *Site) mayBranchOff(ctx context.Context, in branchIn) error {
	repo, err := git.Open(in.Dir)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // read only
	if _, err := repo.Resolve("refs/heads/" + in.Branch); err == nil {
		return refuse(ErrUsage, "give another name: --branch NAME, with --new", "there is a branch %s in %s already, which isrc did not make", in.Branch, in.Dir)
	}
	start, err := repo.Resolve("refs/remotes/" + in.Remote + "/" + in.Base)
	if err != nil {
		return fault.Errorf("find where %s begins: %w", in.Branch, err)
	}
	if err := repo.Busy(); err != nil {
		return &HintError{Err: err, Hint: "end it first, or work elsewhere: --new --dir " + besideDir(in.Dir)}
	}
	if err := s.leavesAlone(ctx, repo, in.Dir, start); err != nil {
		return err
	}
	return s.Work().SetConfig(ctx, in.Dir, runKey(in.Branch), in.Run)
}

// leavesAlone wants no change that is not committed, unless the files that are
// checked out stay as they are: then it simply comes along.
func (s *Site) leavesAlone(ctx context.Context, repo *git.Repo, dir, start string) error {
	_, head, _, err := repo.Head()
	if err != nil || head == start {
		return err
	}
	entries, err := s.Work().Status(ctx, dir)
	if err != nil {
		return err
	}
	changed := 0
	for _, e := range entries {
		if !e.Untracked {
			changed++
		}
	}
	if changed == 0 {
		return nil // git itself refuses where an untracked file is in the way
	}
	return refuse(ErrUsage, "git stash, then the same command, then git stash pop\nor work in a clone beside it: --new --dir "+besideDir(dir)+" --reference "+dir,
		"%s in %s not committed, and the new branch begins elsewhere", plural(changed, "file is", "files are"), dir)
}

func besideDir(dir string) string { return freeSibling(strings.TrimRight(dir, "/\\")) }

// branchIsOf tells whether a branch was claimed for a run.
func (s *Site) branchIsOf(repo *git.Repo, branch, run string) bool {
	of, ok, err := repo.OwnConfig(runKey(branch))
	return err == nil && ok && of == run
}

// comesBack tells whether what is not committed in a clone of the user's can go
// back with them to where they were: nothing that git tracks is changed, or the
// files that are checked out stay as they are.
func (s *Site) comesBack(out branchOut, at string, entries []git.StatusEntry) bool {
	if !slices.ContainsFunc(entries, func(e git.StatusEntry) bool { return !e.Untracked }) {
		return true
	}
	repo, err := git.Open(out.Dir)
	if err != nil {
		return false
	}
	defer repo.Close() //nolint:errcheck // read only
	was, err := repo.Resolve(out.Was)
	return err == nil && was == at
}

// goBack checks out what was there before the branch was.
func (s *Site) goBack(ctx context.Context, out branchOut) error {
	repo, err := git.Open(out.Dir)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // read only
	branch := firstOf(out.Was, out.Base)
	if _, err := repo.Resolve("refs/heads/" + branch); err == nil {
		if err := s.Work().Switch(ctx, out.Dir, branch); !errors.Is(err, git.ErrElsewhere) {
			return err
		}
		return s.Tool.Detach(ctx, out.Dir, out.Start)
	}
	if _, err := repo.Resolve(branch); err == nil && out.Was != "" {
		return s.Tool.Detach(ctx, out.Dir, out.Was)
	}
	return s.Tool.Detach(ctx, out.Dir, out.Start)
}
