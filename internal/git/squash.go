package git

import (
	"context"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// ConflictError says that commits could not be put together again. Without
// files everything is as it was before.
type ConflictError struct {
	Doing string
	Files []string // where it was left half done for people to mend; nil: everything is as it was
}

func (e *ConflictError) Error() string { return e.Doing + " stops at a conflict" }

// Backup makes a reference to the commit that is checked out.
func (t *Tool) Backup(ctx context.Context, dir, ref string) error {
	if err := checkRef(ref); err != nil {
		return err
	}
	_, err := t.Run(ctx, dir, "update-ref", "-m", "isrc: before a rewrite", ref, "HEAD", "0000000000000000000000000000000000000000")
	return wrap(err, "keep a backup")
}

// Autosquash melts the fixup! and squash! commits of base..HEAD into those they
// name. A conflict is a ConflictError and leaves everything as it was.
func (t *Tool) Autosquash(ctx context.Context, dir, base string) error {
	if err := checkRev(base); err != nil {
		return err
	}
	return t.rebase(ctx, dir, "melting the fixup commits", "-c", "sequence.editor=:", "-c", "core.editor=:",
		"rebase", "--quiet", "--interactive", "--autosquash", "--no-fork-point", base)
}

// RebaseOnto puts the commits of base..HEAD on top of another commit. A
// conflict is a ConflictError and leaves everything as it was.
func (t *Tool) RebaseOnto(ctx context.Context, dir, onto, base string) error {
	if err := fault.Join(checkRev(onto), checkRev(base)); err != nil {
		return err
	}
	return t.rebase(ctx, dir, "the rebase", "rebase", "--quiet", "--no-fork-point", "--onto", onto, base)
}

func (t *Tool) rebase(ctx context.Context, dir, doing string, args ...string) error {
	if err := t.busy(ctx, dir); err != nil {
		return err
	}
	_, err := t.Run(ctx, dir, args...)
	if err == nil {
		return nil
	}
	if t.busy(ctx, dir) == nil {
		return wrap(err, doing) // it did not begin, or git took it back itself
	}
	if _, abort := t.Run(context.WithoutCancel(ctx), dir, "rebase", "--abort"); abort != nil {
		return fault.Join(wrap(err, doing), wrap(abort, "take back "+doing))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &ConflictError{Doing: doing}
}

// Squash makes one commit of base..HEAD, with the author and date of the first
// of them. The branch moves only if it is still where it was.
func (t *Tool) Squash(ctx context.Context, dir, base, message string) error {
	if err := checkRev(base); err != nil {
		return err
	}
	branch, err := t.Run(ctx, dir, "symbolic-ref", "--quiet", "HEAD")
	if err != nil {
		return ErrDetached
	}
	series, err := t.series(ctx, dir, base, nil)
	if err != nil {
		return wrap(err, "squash")
	}
	if len(series) < 2 {
		return nil
	}
	first, last := series[0], series[len(series)-1]
	one := rawCommit{tree: last.tree, author: first.author, email: first.email, date: first.date, committed: last.committed, message: message}
	sign, _ := t.Run(ctx, dir, "config", "--type=bool", "commit.gpgsign")
	made, err := t.commitTree(ctx, dir, one, first.parent, strings.TrimSpace(sign) == "true" || first.signed)
	if err != nil {
		return wrap(err, "squash")
	}
	line := fmt.Sprintf("update %s %s %s\n", strings.TrimSpace(branch), made, last.sha)
	_, err = t.RunInput(ctx, dir, strings.NewReader(line), "update-ref", "-m", "isrc: squash", "--stdin")
	return wrap(err, "squash")
}

// CommitPaths commits paths of the work tree as they are there, in a commit of
// their own or as part of the one that is checked out.
func (t *Tool) CommitPaths(ctx context.Context, dir, message string, amend bool, paths ...string) error {
	add := append([]string{"add", "--force", "--"}, literal(paths)...)
	if _, err := t.Run(ctx, dir, add...); err != nil {
		return wrap(err, "add the files")
	}
	args := []string{"commit", "--quiet", "--no-edit"}
	if amend {
		_, err := t.Run(ctx, dir, append(args, "--amend")...)
		return wrap(noIdentity(err), "add to the last commit")
	}
	_, err := t.RunInput(ctx, dir, strings.NewReader(message), append(args, "--file=-")...)
	return wrap(noIdentity(err), "commit")
}

func literal(paths []string) []string {
	var out []string
	for _, p := range paths {
		out = append(out, ":(literal,top)"+p)
	}
	return out
}

// CommitEmpty makes a commit that changes no file.
func (t *Tool) CommitEmpty(ctx context.Context, dir, message string) error {
	_, err := t.RunInput(ctx, dir, strings.NewReader(message), "commit", "--quiet", "--no-edit", "--allow-empty", "--file=-")
	return wrap(noIdentity(err), "commit")
}
