package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
)

// hookNames are the hooks that isrc has something to say in.
func hookNames() []string { return []string{"commit-msg", "pre-push"} }

// hookState is what hook install, uninstall and status answer for each hook.
type hookState struct {
	Name   string     `json:"name"` // commit-msg or pre-push
	Path   string     `json:"path"`
	State  string     `json:"state"`  // absent, installed, foreign or replaced
	Before *string    `json:"before"` // the hook that runs first
	Error  *itemError `json:"error"`
}

func newHook(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Let git check messages and pushes in this clone",
		Long: `Two hooks judge what you do before it leaves your machine: commit-msg each
message while you write it, pre-push the commits and the branch that you push.
They ask no forge and fetch nothing, so they cost next to no time; what only a
forge can tell is the matter of isrc check and isrc submit.

A hook that is there already runs first and comes back when ours goes. Hooks
that other clones share (core.hooksPath), or that the project tracks, are left
alone.
To get past a hook once: git commit --no-verify, git push --no-verify.`,
		Example: `  isrc hook install
  isrc hook install commit-msg
  isrc hook status
  isrc hook uninstall`,
	}
	cmd.AddCommand(
		a.hookCommand("install", "Install the hooks, beside those that are there", func(ctx context.Context, t *git.Tool, name string) (git.Hook, error) {
			program, err := a.self()
			if err != nil {
				return git.Hook{}, err
			}
			return t.InstallHook(ctx, a.inv.Dir, name, program)
		}),
		a.hookCommand("uninstall", "Take the hooks away, and put back what was there", func(ctx context.Context, t *git.Tool, name string) (git.Hook, error) {
			return t.UninstallHook(ctx, a.inv.Dir, name)
		}),
		a.hookCommand("status", "Say which hooks are there, and whose", func(ctx context.Context, t *git.Tool, name string) (git.Hook, error) {
			return t.InspectHook(ctx, a.inv.Dir, name)
		}),
		newHookRun(a),
	)
	return cmd
}

// hookCommand makes one of the commands that differ only in what they do with
// each hook.
func (a *app) hookCommand(verb, short string, do func(context.Context, *git.Tool, string) (git.Hook, error)) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use: verb + " [HOOK…]", Short: short,
		Example:   "  isrc hook " + verb + "\n  isrc hook " + verb + " commit-msg",
		ValidArgs: hookNames(),
		Args: func(_ *cobra.Command, args []string) error {
			for _, name := range args {
				if !slices.Contains(hookNames(), name) {
					return &usageError{err: fault.Errorf("isrc has no hook %q", name), hint: "the hooks are: " + strings.Join(hookNames(), ", ")}
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = hookNames()
			}
			return a.hooks(cmd.Context(), verb, names, o, do)
		},
	}
	addOutput(cmd, o, []hookState{})
	exits(cmd, exitNotFound, exitPartly)
	return cmd
}

func (a *app) hooks(ctx context.Context, verb string, names []string, o *output, do func(context.Context, *git.Tool, string) (git.Hook, error)) error {
	tool, err := a.tool()
	if err != nil {
		return err
	}
	if _, err := git.Open(a.inv.Dir); err != nil {
		return fault.Errorf("%s hooks: %w", verb, err)
	}
	var rows []hookState
	var failed []error
	for _, name := range names {
		h, err := do(ctx, tool, name)
		row := hookState{Name: name, Path: h.Path, State: string(h.State), Before: orNull(h.Before)}
		if err != nil {
			failed = append(failed, fault.Errorf("%s the hook %s: %w", verb, name, err))
			row.Error = a.itemError(a.elsewhere(err, name))
		}
		rows = append(rows, row)
	}
	if len(failed) == len(names) { // nothing to show that the error does not say
		return a.elsewhere(failed[0], names[0])
	}
	if err := a.show(o, rows, func(s *term.Streams) error { showHooks(s, rows); return nil }); err != nil {
		return err
	}
	if len(failed) > 0 {
		return &exitError{code: exitPartly, err: fault.Join(failed...)}
	}
	return nil
}

// elsewhere says how hooks that are not this clone's alone can run ours.
func (a *app) elsewhere(err error, name string) error {
	var e *git.HooksElsewhereError
	if !asError(err, &e) {
		return err
	}
	dir := e.Dir
	if filepath.Base(dir) == "_" && filepath.Base(filepath.Dir(dir)) == ".husky" {
		dir = filepath.Dir(dir) // husky makes the folder "_" anew, and runs what lies above it
	}
	return &exitError{code: exitFailed, err: err, hint: fmt.Sprintf(`add this line to %s: isrc hook run %s "$@"`, filepath.Join(dir, name), name)}
}

// self is the program that hooks run.
func (a *app) self() (string, error) {
	if a.inv.Self != "" {
		return a.inv.Self, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fault.Errorf("find the path of isrc: %w", err)
	}
	return path, nil
}

func showHooks(s *term.Streams, rows []hookState) {
	for _, r := range rows {
		sign, tone, text := s.Sym(term.SymOK), term.Good, "installed: "+r.Path
		switch {
		case r.Error != nil:
			sign, tone, text = s.Sym(term.SymBroken), term.Bad, r.Error.Message
		case r.State == string(git.HookAbsent):
			sign, tone, text = s.Sym(term.SymLater), term.Dim, "not installed"
		case r.State == string(git.HookForeign):
			sign, tone, text = s.Sym(term.SymLater), term.Dim, "not ours: "+r.Path
		case r.State == string(git.HookReplaced):
			sign, tone, text = s.Sym(term.SymUnknown), term.Warn, "overwritten by another program: "+r.Path
		}
		fmt.Fprintf(s.Out, "%s %-10s  %s\n", s.Paint(tone, fmt.Sprintf("%-2s", sign)), r.Name, term.Line(text))
		if r.Before != nil && r.State == string(git.HookOurs) {
			fmt.Fprintf(s.Out, "%s%s runs first\n", pad(15), term.Line(*r.Before))
		}
	}
}
