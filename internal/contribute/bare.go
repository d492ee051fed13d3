package contribute

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
)

// ownCommits tells whether a commit's history has anything that none of the
// others has.
func (s *Site) ownCommits(ctx context.Context, dir, at string, others ...string) (bool, error) {
	if s.Tool != nil {
		own, err := s.Tool.Run(ctx, dir, append([]string{"rev-list", "--max-count=1", at, "--not"}, others...)...)
		return strings.TrimSpace(own) != "", err
	}
	repo, err := git.Open(dir)
	if err != nil {
		return false, err
	}
	defer repo.Close() //nolint:errcheck // read only
	for _, other := range others {
		ahead, _, err := repo.AheadBehind(ctx, at, other)
		if err != nil || ahead == 0 {
			return false, err
		}
	}
	return true, nil
}

// keepBuiltin says what a clone that was made without a git program holds that
// cannot be cloned again.
func (s *Site) keepBuiltin(ctx context.Context, out cloneOut) (string, error) {
	repo, err := git.Open(out.Dir)
	if err != nil {
		return "", fault.Errorf("look at what %s holds: %w", out.Dir, err)
	}
	defer repo.Close() //nolint:errcheck // read only
	left, err := s.Builtin.Leftovers(ctx, out.Dir)
	if err != nil {
		return "", fault.Errorf("look at what %s holds: %w", out.Dir, err)
	}
	if len(left) > 0 {
		return "it has files that git cannot bring back: " + out.Dir, nil
	}
	branches, err := repo.Branches()
	if err != nil {
		return "", err
	}
	for _, at := range branches {
		if own, err := s.ownCommits(ctx, out.Dir, at, "refs/remotes/"+out.Remote+"/"+out.Base); err != nil || own {
			return "it has commits of yours: " + out.Dir, err
		}
	}
	for found, name := range map[string]string{"it has stashed changes": "refs/stash", "it has further work trees": "worktrees", "it has commits of yours": "refs/isrc"} {
		if _, err := os.Stat(filepath.Join(repo.CommonDir(), filepath.FromSlash(name))); !errors.Is(err, os.ErrNotExist) {
			return found + ": " + out.Dir, nil
		}
	}
	return "", nil
}
