package contribute

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// halfGone is where a clone lies while it is removed, so that a clone is there
// whole or not at all.
func halfGone(dir string) string {
	return filepath.Join(filepath.Dir(dir), ".isrc-abandoned-"+filepath.Base(dir))
}

// keepClone says what a clone holds that cannot be cloned again.
func (s *Site) keepClone(ctx context.Context, out cloneOut) (string, error) {
	if _, err := os.Stat(out.Dir); errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(halfGone(out.Dir)); err == nil {
			return "", nil // an earlier removal came so far
		}
		return "it is no longer at " + out.Dir + "; where it was moved to, it stays", nil
	}
	if standsIn(out.Dir) {
		return "you stand in it: " + out.Dir, nil
	}
	if s.Tool == nil {
		return s.keepBuiltin(ctx, out)
	}
	for _, look := range []struct {
		found string
		args  []string
	}{
		{"it has uncommitted or untracked files", []string{"status", "--porcelain"}},
		{"it has ignored files that git cannot bring back", []string{"status", "--porcelain", "--ignored"}},
		{"it has commits of yours", []string{"rev-list", "--max-count=1", "--branches", "--glob=refs/isrc", "--not", "refs/remotes/" + out.Remote + "/" + out.Base}},
		{"it has stashed changes", []string{"stash", "list"}},
	} {
		said, err := s.Tool.Run(ctx, out.Dir, look.args...)
		if err != nil {
			return "", fault.Errorf("look at what %s holds: %w", out.Dir, err)
		}
		if strings.TrimSpace(said) != "" {
			return look.found + ": " + out.Dir, nil
		}
	}
	trees, err := s.Tool.Run(ctx, out.Dir, "worktree", "list", "--porcelain")
	if err != nil {
		return "", err
	}
	if strings.Count(trees, "worktree ") > 1 {
		return "it has further work trees: " + out.Dir, nil
	}
	return "", nil
}

// standsIn tells whether this process was started inside a folder.
func standsIn(dir string) bool {
	cwd, err := os.Getwd()
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(cwd); err == nil {
		cwd = real
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return cwd == dir || strings.HasPrefix(cwd, dir+string(filepath.Separator))
}

// releaseClone removes a clone: it is put aside in one step, then deleted.
func (s *Site) releaseClone(_ context.Context, out cloneOut) error {
	aside := halfGone(out.Dir)
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Rename(out.Dir, aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.RemoveAll(aside)
}
