package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// MergeConflicts tries the merge of two commits and names the files that
// conflict, without touching work tree, index or branches. It takes git 2.38.
func (t *Tool) MergeConflicts(ctx context.Context, dir, ours, theirs string) ([]string, error) {
	if err := fault.Join(checkRev(ours), checkRev(theirs)); err != nil {
		return nil, err
	}
	out, err := t.Run(ctx, dir, "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs)
	var failed *CommandError
	if err != nil && (!errors.As(err, &failed) || failed.ExitCode != 1) { // git-merge-tree(1): 1 is a conflict
		return nil, wrap(err, "try to merge")
	}
	records := strings.Split(strings.TrimRight(out, "\x00"), "\x00")
	if err == nil || len(records) < 2 {
		return nil, nil
	}
	files := records[1:] // the first one is the tree
	slices.Sort(files)
	return slices.Compact(files), nil
}

// Unmerged names the files in which conflicts are left.
func (t *Tool) Unmerged(ctx context.Context, dir string) ([]string, error) {
	out, err := t.Run(ctx, dir, "diff", "--name-only", "--diff-filter=U", "-z")
	if err != nil {
		return nil, wrap(err, "look for conflicts")
	}
	var files []string
	for f := range strings.SplitSeq(out, "\x00") {
		if f != "" {
			files = append(files, f)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// InProgress names what is half done in a checkout: "rebase", "merge", or
// "other" for what is none of the two, with its name; "" for nothing.
func (r *Repo) InProgress() (doing, name string) {
	var busy *BusyError
	if !errors.As(r.Busy(), &busy) {
		return "", ""
	}
	switch busy.What {
	case "rebase-merge", "rebase-apply":
		return "rebase", busy.Name()
	case "MERGE_HEAD":
		return "merge", busy.Name()
	}
	return "other", busy.Name()
}

// StartRebase puts the commits of the branch that is checked out on top of
// another commit: those behind since, or where that is "" all that it lacks. One that conflicts is left half done, for people to mend, and is
// a ConflictError with its files. In a partial clone git may need the network on
// its way; where that breaks off, the rebase is taken back, because git would go
// on behind the commit at which it ended, and leave that one out.
func (t *Tool) StartRebase(ctx context.Context, dir, onto, since string) error {
	if since == "" {
		since = onto
	}
	if err := fault.Join(checkRev(onto), checkRev(since)); err != nil {
		return err
	}
	err := t.begin(ctx, dir, "rebase", "-c", "rebase.updateRefs=false", "rebase", "--quiet", "--no-fork-point", "--no-autostash", "--onto", onto, since)
	var down *UnavailableError
	if !errors.As(err, &down) {
		return err
	}
	r, look := Open(dir)
	if look != nil {
		return fault.Join(err, look)
	}
	defer r.Close() //nolint:errcheck // read only
	if now, _ := r.InProgress(); now == "rebase" {
		return fault.Join(err, t.Abort(ctx, dir, now))
	}
	return err
}

// StartMerge merges a commit into the branch that is checked out. One that
// conflicts is left half done, as with StartRebase.
func (t *Tool) StartMerge(ctx context.Context, dir, from, message string) error {
	if err := checkRev(from); err != nil {
		return err
	}
	return t.begin(ctx, dir, "merge", "merge", "--quiet", "--no-edit", "-m", message, from)
}

// Continue goes on with a rebase or merge whose conflicts are mended.
func (t *Tool) Continue(ctx context.Context, dir, what string) error {
	return t.begin(ctx, dir, what, what, "--continue")
}

// Abort takes a rebase or merge back that is half done.
func (t *Tool) Abort(ctx context.Context, dir, what string) error {
	_, err := t.Run(ctx, dir, what, "--abort")
	return wrap(err, "take back the %s", what)
}

func (t *Tool) begin(ctx context.Context, dir, what string, args ...string) error {
	// No editor asks for a message: the one that is there is taken.
	_, err := t.run(ctx, command{dir: dir, args: args, env: []string{"GIT_EDITOR=:", "GIT_SEQUENCE_EDITOR=:"}})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failed *CommandError
	if errors.As(err, &failed) {
		err = classify(t.promisor(ctx, dir), failed)
	}
	r, look := Open(dir)
	if look != nil {
		return fault.Join(wrap(err, what), look)
	}
	defer r.Close() //nolint:errcheck // read only
	if now, _ := r.InProgress(); now != what {
		return wrap(err, what)
	}
	files, look := t.Unmerged(ctx, dir)
	if look != nil {
		return fault.Join(wrap(err, what), look)
	}
	if len(files) == 0 {
		return wrap(err, what) // it stopped for another reason, such as a hook
	}
	return &ConflictError{Doing: "the " + what, Files: files}
}

// promisor is where a partial clone has the rest from, "" in a whole one.
func (t *Tool) promisor(ctx context.Context, dir string) string {
	out, err := t.Run(ctx, dir, "config", "--get-regexp", `^remote\..*\.promisor$`)
	key, _, found := strings.Cut(out, " ")
	if err != nil || !found {
		return ""
	}
	return t.address(ctx, dir, strings.TrimSuffix(strings.TrimPrefix(key, "remote."), ".promisor"))
}

// RebaseHead is the branch that is being rebased, "" when there is none.
func (r *Repo) RebaseHead() string {
	for _, name := range []string{"rebase-merge", "rebase-apply"} {
		if data, err := os.ReadFile(filepath.Join(r.gitDir, name, "head-name")); err == nil {
			return strings.TrimPrefix(strings.TrimSpace(string(data)), "refs/heads/")
		}
	}
	return ""
}

// IsAncestor tells whether one commit is in the history of another.
func (t *Tool) IsAncestor(ctx context.Context, dir, old, young string) (bool, error) {
	if err := fault.Join(checkRev(old), checkRev(young)); err != nil {
		return false, err
	}
	_, err := t.Run(ctx, dir, "merge-base", "--is-ancestor", old, young)
	var failed *CommandError
	if errors.As(err, &failed) && failed.ExitCode == 1 {
		return false, nil
	}
	return err == nil, err
}
