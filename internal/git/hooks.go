package git

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Hook is a hook of a clone, as it was found or as it is now.
type Hook struct {
	Name  string
	Path  string
	State HookState
	// Before is the hook that was there first, and that runs first; "" when
	// there was none.
	Before string
}

// HookState says whose a hook is.
type HookState string

// The states of a hook.
const (
	HookAbsent   HookState = "absent"
	HookOurs     HookState = "installed"
	HookForeign  HookState = "foreign"  // somebody else's, and nothing of ours
	HookReplaced HookState = "replaced" // ours was overwritten; what it had saved is still there
)

// HooksElsewhereError says that core.hooksPath leads to hooks which are not
// this clone's alone: those of the user's whole machine, or files of the
// project.
type HooksElsewhereError struct {
	Dir    string
	Shared bool // for all clones of the user; else files that the project tracks
}

func (e *HooksElsewhereError) Error() string {
	if e.Shared {
		return "core.hooksPath leads to " + e.Dir + ", which other clones use too"
	}
	return "core.hooksPath leads to " + e.Dir + ", which belongs to the project"
}

// hookMark is in the second line of a hook that is ours.
const hookMark = "# isrc hook: "

// beforeSuffix is what a hook that was there first is called then.
const beforeSuffix = ".before-isrc"

// HooksDir is where git looks for the hooks of a clone. Linked worktrees share
// them.
func (t *Tool) HooksDir(ctx context.Context, dir string) (string, error) {
	path, err := t.GitPath(ctx, dir, "hooks")
	if err != nil {
		return "", wrap(err, "find the hooks")
	}
	return path, nil
}

// ownHooks makes sure that the folder of hooks is this clone's alone.
func (t *Tool) ownHooks(ctx context.Context, dir string) (string, error) {
	hooks, err := t.HooksDir(ctx, dir)
	if err != nil {
		return "", err
	}
	common, err := t.Run(ctx, dir, "rev-parse", "--git-common-dir")
	if err != nil {
		return "", err
	}
	common = strings.TrimSpace(common)
	if !filepath.IsAbs(common) {
		common = filepath.Join(dir, common)
	}
	if within(resolved(common), resolved(hooks)) {
		return hooks, nil
	}
	root, err := t.Run(ctx, dir, "rev-parse", "--show-toplevel")
	shared := err != nil || !within(resolved(strings.TrimSpace(root)), resolved(hooks))
	return "", &HooksElsewhereError{Dir: hooks, Shared: shared}
}

// resolved follows links as far as the path exists.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	return filepath.Join(resolved(parent), filepath.Base(path))
}

func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// InspectHook says what is there.
func (t *Tool) InspectHook(ctx context.Context, dir, name string) (Hook, error) {
	hooks, err := t.HooksDir(ctx, dir)
	if err != nil {
		return Hook{}, err
	}
	return inspectHook(hooks, name)
}

func inspectHook(hooks, name string) (Hook, error) {
	h := Hook{Name: name, Path: filepath.Join(hooks, name), State: HookAbsent}
	if _, err := os.Lstat(h.Path + beforeSuffix); err == nil {
		h.Before = h.Path + beforeSuffix
	}
	data, err := os.ReadFile(h.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return h, err
	case bytes.Contains(data, []byte(hookMark)):
		h.State = HookOurs
	default:
		h.State = HookForeign
		if h.Before != "" {
			h.State = HookReplaced
		}
	}
	return h, nil
}

// InstallHook lets a hook run a command of ours, after the hook that was there.
// To install again is safe and renews the command.
func (t *Tool) InstallHook(ctx context.Context, dir, name, program string) (Hook, error) {
	hooks, err := t.ownHooks(ctx, dir)
	if err != nil {
		return Hook{}, err
	}
	if err := os.MkdirAll(hooks, 0o777); err != nil {
		return Hook{}, err
	}
	h, err := inspectHook(hooks, name)
	if err != nil {
		return h, err
	}
	switch h.State {
	case HookReplaced:
		return h, fault.Errorf("%s was overwritten by another program, and %s is there too: keep the one you want", h.Path, h.Before)
	case HookForeign:
		h.Before = h.Path + beforeSuffix
		if err := os.Rename(h.Path, h.Before); err != nil {
			return h, err
		}
	}
	if err := disk.WriteFile(h.Path, []byte(hookScript(name, program)), 0o755); err != nil {
		if h.State == HookForeign {
			err = fault.Join(err, os.Rename(h.Before, h.Path))
		}
		return h, err
	}
	h.State = HookOurs
	return h, nil
}

// UninstallHook takes our hook away and puts the one that was there first back.
func (t *Tool) UninstallHook(ctx context.Context, dir, name string) (Hook, error) {
	hooks, err := t.HooksDir(ctx, dir)
	if err != nil {
		return Hook{}, err
	}
	h, err := inspectHook(hooks, name)
	if err != nil || h.State != HookOurs {
		return h, err
	}
	if h.Before != "" {
		if err := os.Rename(h.Before, h.Path); err != nil {
			return h, err
		}
		h.State, h.Before = HookForeign, ""
		return h, nil
	}
	if err := os.Remove(h.Path); err != nil {
		return h, err
	}
	h.State = HookAbsent
	return h, nil
}

// hookScript is a POSIX shell script: git brings a shell on every system. The
// hook that was there first gets the same arguments and the same input. Without
// isrc nothing is judged, and nothing is stopped.
func hookScript(name, program string) string {
	return `#!/bin/sh
` + hookMark + `installed by isrc hook install; isrc hook uninstall takes it away.
before="$(dirname "$0")/` + name + beforeSuffix + `"
input=
` + feed(name) + `
if [ -x "$before" ]; then
	` + withInput(name, `"$before" "$@"`) + ` || exit
fi
program=` + quoteShell(program) + `
[ -x "$program" ] || program=$(command -v isrc) || {
	echo "isrc: not found, so nothing was checked (isrc hook uninstall takes this hook away)" >&2
	exit 0
}
` + withInput(name, `"$program" hook run `+name+` "$@"`) + `
`
}

// feed keeps the input of hooks that have one.
func feed(name string) string {
	if name == "pre-push" {
		return "input=$(cat)"
	}
	return ":"
}

func withInput(name, command string) string {
	if name == "pre-push" {
		return `{ [ -z "$input" ] || printf '%s\n' "$input"; } | ` + command
	}
	return command
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
