package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Errors of what writes into a checkout.
var (
	ErrBranchExists = errors.New("the branch exists already")
	ErrMoved        = errors.New("it has moved since")
	// ErrElsewhere says that another work tree of the clone stands on a branch.
	ErrElsewhere = errors.New("another work tree stands on it")
	// ErrInTheWay says that git keeps files that a switch would overwrite.
	ErrInTheWay = errors.New("files that are not committed are in the way")
)

// AddRemote adds a remote and touches nothing else in the configuration.
func (t *Tool) AddRemote(ctx context.Context, dir, name, url string) error {
	if err := fault.Join(checkRev(name), checkRemote(url)); err != nil {
		return fault.Errorf("add remote %s: %w", name, err)
	}
	_, err := t.Run(ctx, dir, "remote", "add", "--", name, url)
	return wrap(err, "add remote %s", name)
}

// RemoveRemote removes a remote with its settings and tracking branches.
func (t *Tool) RemoveRemote(ctx context.Context, dir, name string) error {
	if err := checkRev(name); err != nil {
		return fault.Errorf("remove remote %s: %w", name, err)
	}
	_, err := t.Run(ctx, dir, "remote", "remove", "--", name)
	return wrap(err, "remove remote %s", name)
}

// SetConfig sets one value in the repository's own configuration.
func (t *Tool) SetConfig(ctx context.Context, dir, key, value string) error {
	_, err := t.Run(ctx, dir, "config", "--local", "--replace-all", "--", key, value)
	return wrap(err, "set %s", key)
}

// UnsetConfig removes all values of a key. A key that is not set is no error.
func (t *Tool) UnsetConfig(ctx context.Context, dir, key string) error {
	_, err := t.Run(ctx, dir, "config", "--local", "--unset-all", "--", key)
	var e *CommandError
	if errors.As(err, &e) && e.ExitCode == 5 { // git-config(1): no such section or name
		return nil
	}
	return wrap(err, "unset %s", key)
}

// CreateBranch makes a branch at a start point and switches to it. Changes
// that are not committed are carried along; where that is impossible git
// refuses, and nothing is overwritten. The branch follows no remote branch.
func (t *Tool) CreateBranch(ctx context.Context, dir, name, start string) error {
	if err := fault.Join(CheckBranch(name), checkRev(start)); err != nil {
		return fault.Errorf("create branch %s: %w", name, err)
	}
	err := t.switchTo(ctx, dir, "switch", "--progress", "--no-track", "-c", name, start)
	return wrap(err, "create branch %s", name)
}

// Switch goes to a local branch, and refuses as CreateBranch does.
func (t *Tool) Switch(ctx context.Context, dir, name string) error {
	if err := CheckBranch(name); err != nil {
		return fault.Errorf("switch to %s: %w", name, err)
	}
	return wrap(t.switchTo(ctx, dir, "switch", "--progress", "--no-guess", name), "switch to %s", name)
}

// Detach goes to a commit without a branch, and refuses as CreateBranch does.
func (t *Tool) Detach(ctx context.Context, dir, commit string) error {
	if err := checkRev(commit); err != nil {
		return fault.Errorf("go to %s: %w", commit, err)
	}
	return wrap(t.switchTo(ctx, dir, "switch", "--progress", "--detach", commit), "go to %s", short(commit))
}

func (t *Tool) switchTo(ctx context.Context, dir string, args ...string) error {
	_, err := t.run(ctx, command{dir: dir, args: args, task: "switch"})
	var e *CommandError
	if errors.As(err, &e) {
		switch {
		case strings.Contains(e.Stderr, "already exists"):
			return fault.Errorf("%w: %w", ErrBranchExists, err)
		case strings.Contains(e.Stderr, "would be overwritten"):
			return fault.Errorf("%w: %w", ErrInTheWay, err)
		}
	}
	return elsewhere(err)
}

// elsewhere gives a refusal its name where another work tree stands on a branch.
func elsewhere(err error) error {
	var e *CommandError
	if errors.As(err, &e) && (strings.Contains(e.Stderr, "checked out at '") || strings.Contains(e.Stderr, "used by worktree at '")) {
		return fault.Errorf("%w: %w", ErrElsewhere, err)
	}
	return err
}

// DeleteBranch deletes a local branch that is still at the commit sha;
// otherwise it answers ErrMoved. The branch must not be checked out.
func (t *Tool) DeleteBranch(ctx context.Context, dir, name, sha string) error {
	if err := fault.Join(CheckBranch(name), checkRev(sha)); err != nil {
		return fault.Errorf("delete branch %s: %w", name, err)
	}
	at, err := t.Run(ctx, dir, "rev-parse", "--verify", "--quiet", "refs/heads/"+name)
	if err != nil {
		return wrap(err, "delete branch %s", name)
	}
	if strings.TrimSpace(at) != sha {
		return fault.Errorf("delete branch %s: %w", name, ErrMoved)
	}
	_, err = t.Run(ctx, dir, "branch", "-D", "--", name)
	return wrap(elsewhere(err), "delete branch %s", name)
}

// GitPath gives the place of a file in the git folder, right for linked
// worktrees too. It is absolute.
func (t *Tool) GitPath(ctx context.Context, dir, name string) (string, error) {
	out, err := t.Run(ctx, dir, "rev-parse", "--git-path", name)
	if err != nil {
		return "", err
	}
	path := strings.TrimSuffix(strings.TrimSuffix(out, "\n"), "\r")
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return path, nil
}

// busy names an operation of the user that is half done in this checkout.
func (t *Tool) busy(ctx context.Context, dir string) error {
	for _, name := range halfDone() {
		path, err := t.GitPath(ctx, dir, name)
		if err != nil {
			return err
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return &BusyError{What: name}
		}
	}
	return nil
}

// BusyError says that a merge, rebase or the like is half done.
type BusyError struct{ What string }

func (e *BusyError) Error() string { return "a " + e.Name() + " is in progress in this checkout" }

// Name is what people call it.
func (e *BusyError) Name() string {
	return map[string]string{
		"rebase-apply": "rebase or am", "rebase-merge": "rebase", "MERGE_HEAD": "merge",
		"CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert", "BISECT_LOG": "bisect",
	}[e.What]
}

// halfDone lists the files by which git knows that something is half done.
func halfDone() []string {
	return []string{"rebase-apply", "rebase-merge", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG"}
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fault.Errorf(format+": %w", append(args, err)...)
}
