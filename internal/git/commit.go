package git

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Errors of committing.
var (
	ErrNothingToCommit = errors.New("there is nothing to commit")
	ErrDoesNotApply    = errors.New("the patch does not apply")
)

// Identity is who git commits as.
type Identity struct{ Name, Email string }

// Identity gives the name and email that git would commit with here, from all
// its sources (includes, conditional ones too). What git would only guess from
// the machine's name counts as ErrNoIdentity.
func (t *Tool) Identity(ctx context.Context, dir string) (Identity, error) {
	out, err := t.Run(ctx, dir, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
	if err != nil {
		return Identity{}, noIdentity(err)
	}
	name, rest, ok := strings.Cut(strings.TrimSpace(out), " <")
	email, _, ok2 := strings.Cut(rest, ">")
	if !ok || !ok2 {
		return Identity{}, fault.Errorf("read git's identity: git answers %q", out)
	}
	return Identity{Name: name, Email: email}, nil
}

// noIdentity recognizes git's complaint about a missing name or email.
func noIdentity(err error) error {
	var e *CommandError
	if errors.As(err, &e) {
		for _, p := range []string{"Please tell me who you are", "empty ident name", "auto-detection is disabled", "unable to auto-detect"} {
			if strings.Contains(e.Stderr, p) {
				return fault.Errorf("%w: %w", ErrNoIdentity, err)
			}
		}
	}
	return err
}

// Am commits mail patches with the authors and messages they carry. When one
// does not apply, everything is as before and the error is ErrDoesNotApply.
func (t *Tool) Am(ctx context.Context, dir string, patches []byte, signoff bool) error {
	if err := t.busy(ctx, dir); err != nil {
		return wrap(err, "apply mail patches")
	}
	args := []string{"am", "--3way"}
	if signoff {
		args = append(args, "--signoff")
	}
	_, err := t.RunInput(ctx, dir, bytes.NewReader(patches), args...)
	if err == nil {
		return nil
	}
	// Even a cancelled run must leave the checkout as it was.
	if t.busy(context.WithoutCancel(ctx), dir) != nil {
		if _, e := t.Run(context.WithoutCancel(ctx), dir, "am", "--abort"); e != nil {
			err = fault.Join(err, e)
		}
	}
	if err = noIdentity(err); ctx.Err() == nil && !errors.Is(err, ErrNoIdentity) {
		err = fault.Errorf("%w: %w", ErrDoesNotApply, err)
	}
	return wrap(err, "apply mail patches")
}

// Apply applies a plain diff to the files and the index, all of it or nothing.
func (t *Tool) Apply(ctx context.Context, dir string, patch []byte) error {
	_, err := t.RunInput(ctx, dir, bytes.NewReader(patch), "apply", "--index", "--whitespace=nowarn", "-")
	if err != nil && ctx.Err() == nil {
		err = fault.Errorf("%w: %w", ErrDoesNotApply, err)
	}
	return wrap(err, "apply a patch")
}

// CommitOptions are the choices of a commit.
type CommitOptions struct {
	Message string
	Signoff bool   // only when the user asked for it
	Author  string // "Name <email>"; empty: the user
	// Dry makes the commit beside the checkout: no branch, no index and no file
	// changes, no hook runs and nobody signs. It is there until git clears up.
	Dry bool
}

// CommitAll commits everything in the checkout that is not ignored, through
// git, so that hooks, filters and signing take part, and gives the commit. Files of
// Git LFS without git-lfs are an *LFSError, and nothing has changed.
func (t *Tool) CommitAll(ctx context.Context, dir string, o CommitOptions) (string, error) {
	if err := t.withoutLFS(ctx, dir); err != nil {
		return "", err
	}
	if o.Dry {
		sha, err := t.foreseeCommit(ctx, dir, o)
		return sha, wrap(noIdentity(err), "commit")
	}
	if _, err := t.Run(ctx, dir, "add", "--all", "--", ":/"); err != nil {
		return "", wrap(err, "add the changes")
	}
	_, err := t.Run(ctx, dir, "diff", "--cached", "--quiet", "--no-ext-diff")
	if err == nil {
		return "", ErrNothingToCommit
	}
	args := []string{"commit", "--quiet", "--no-edit", "--cleanup=whitespace", "--file=-"}
	if o.Signoff {
		args = append(args, "--signoff")
	}
	if o.Author != "" {
		args = append(args, "--author="+o.Author)
	}
	if _, err := t.RunInput(ctx, dir, strings.NewReader(o.Message), args...); err != nil {
		return "", wrap(noIdentity(err), "commit")
	}
	out, err := t.Run(ctx, dir, "rev-parse", "--verify", "HEAD")
	return strings.TrimSpace(out), wrap(err, "commit")
}
