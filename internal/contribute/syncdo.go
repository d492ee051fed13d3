package contribute

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Synced is what bringing a branch up to date came to.
type Synced struct {
	Before string
	After  string
	Backup string
	Pushed bool
	Forced bool
}

func (s *Site) at(name string) {
	if s.Trace != nil {
		s.Trace(workflow.Point{Step: "sync", Name: name})
	}
}

// Carry brings the branch up to date and, where it was pushed before, pushes it.
// Every part may be repeated: what was begun is written down first, and a branch
// that has the base already is not touched again.
func (y *Syncing) Carry(ctx context.Context, push, force bool) (*Synced, error) {
	st := &SyncState{
		Version: syncVersion, Branch: y.Branch, Base: y.Base, How: y.Way.How, From: y.Head, Onto: y.BaseRev,
		Push: push && y.Facts.Pushed, Force: force,
	}
	if st.How == HowRebase {
		st.Backup = y.backupName()
	}
	if len(y.Dirty) > 0 && st.How != HowNothing {
		return nil, refuse(ErrNoCommit, "git commit them, or git stash, isrc sync, git stash pop", "%s not committed: %s", plural(len(y.Dirty), "file is", "files are"), strings.Join(y.Dirty[:min(len(y.Dirty), 5)], ", "))
	}
	if err := st.save(y.Repo); err != nil {
		return nil, err
	}
	y.Site.at("after the state is written")
	if err := y.move(ctx, st); err != nil {
		return nil, err
	}
	return y.finish(ctx, st)
}

// backupName is a reference that is free, or that keeps this very commit.
func (y *Syncing) backupName() string {
	first := fmt.Sprintf("refs/isrc/backup/%s/%s", y.Branch, y.Site.Now().UTC().Format("20060102T150405"))
	name := first
	for n := 2; ; n++ {
		if at, err := y.Repo.Resolve(name); err != nil || at == y.Head {
			return name
		}
		name = fmt.Sprintf("%s-%d", first, n)
	}
}

// move puts the branch on top of the base.
func (y *Syncing) move(ctx context.Context, st *SyncState) error {
	var err error
	switch st.How {
	case HowFastForward:
		_, err = y.Site.Tool.Run(ctx, y.Dir, "merge", "--quiet", "--ff-only", st.Onto)
	case HowRebase:
		if _, there := y.Repo.Resolve(st.Backup); there != nil { // else it is of an earlier try
			err = y.Site.Tool.Backup(ctx, y.Dir, st.Backup)
		}
		if err == nil {
			y.Site.at("after the backup")
			err = y.Site.Tool.StartRebase(ctx, y.Dir, st.Onto)
		}
	case HowMerge:
		err = y.Site.Tool.StartMerge(ctx, y.Dir, st.Onto, fmt.Sprintf("Merge branch '%s' into %s", st.Base, st.Branch))
	}
	if err != nil {
		return conflicting(st, err)
	}
	y.Site.at("after the branch moved")
	return nil
}

// conflicting says how to go on after a conflict.
func conflicting(st *SyncState, err error) error {
	var conflict *git.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Files) == 0 {
		return fmt.Errorf("%s %s onto %s: %w", st.How, st.Branch, st.Base, err)
	}
	return &SyncConflict{State: *st, Files: conflict.Files}
}

// SyncConflict hands conflicts over to people.
type SyncConflict struct {
	State SyncState
	Files []string
}

func (e *SyncConflict) Error() string {
	return fmt.Sprintf("%s conflicts with %s in %s", e.State.Branch, e.State.Base, plural(len(e.Files), "file"))
}

// Unwrap gives the state.
func (e *SyncConflict) Unwrap() error { return ErrConflict }

// finish pushes what was pushed before, and forgets what was begun.
func (y *Syncing) finish(ctx context.Context, st *SyncState) (*Synced, error) {
	if err := y.reopen(y.Site.Tool); err != nil {
		return nil, err
	}
	head, err := y.Repo.Resolve("refs/heads/" + st.Branch)
	if err != nil {
		return nil, err
	}
	done := &Synced{Before: st.From, After: head, Backup: st.Backup}
	if st.Push && head != y.There && (st.Force || st.How != HowRebase) {
		if err := y.push(ctx, head, st.Force); err != nil {
			return nil, &HintError{Err: fmt.Errorf("push %s to %s: %w", st.Branch, y.To.FullName(), err), Hint: "the branch here is up to date; isrc sync pushes it"}
		}
		y.Site.at("after the push")
		done.Pushed, done.Forced = true, st.Force && st.How == HowRebase
	}
	return done, st.remove(y.Repo)
}

// FindSync finds what was begun in a clone and is not over: what git is in the
// middle of, and what isrc knows of it. Git may be in the middle of something
// that is none of ours.
func FindSync(ctx context.Context, tool *git.Tool, dir string) (*SyncState, string, *git.Repo, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return nil, "", nil, err
	}
	dir = repo.Root()
	doing, err := tool.InProgress(ctx, dir)
	if err != nil {
		return nil, "", repo, err
	}
	branch, _, _, err := repo.Head()
	if doing == "rebase" {
		branch, err = tool.RebaseHead(ctx, dir)
	}
	if err != nil {
		return nil, doing, repo, err
	}
	st, err := LoadSync(repo, branch)
	return st, doing, repo, err
}

// GoOn continues the rebase or merge of a sync once its conflicts are mended.
// One that the user has ended with git alone is taken as it is.
func GoOn(ctx context.Context, tool *git.Tool, dir string, st *SyncState, doing string) error {
	if doing != "" && doing != st.How {
		return refuse(ErrUsage, "finish it with git first", "git is in the middle of something else in %s", dir)
	}
	if doing == "" {
		has, err := tool.IsAncestor(ctx, dir, st.Onto, "refs/heads/"+st.Branch)
		if err == nil && !has {
			err = refuse(ErrUsage, "isrc sync begins anew", "the %s of %s was taken back", st.How, st.Branch)
		}
		return err
	}
	files, err := tool.Unmerged(ctx, dir)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return &SyncConflict{State: *st, Files: files}
	}
	if err := tool.Continue(ctx, dir, doing); err != nil {
		return conflicting(st, err)
	}
	return nil
}

// TakeBack ends a sync that was begun and leaves the branch as it was.
func TakeBack(ctx context.Context, tool *git.Tool, repo *git.Repo, st *SyncState, doing string) error {
	switch {
	case doing == st.How:
		if err := tool.Abort(ctx, repo.Root(), doing); err != nil {
			return err
		}
	case doing != "":
		return refuse(ErrUsage, "finish it with git first", "git is in the middle of something else in %s", repo.Root())
	default:
		if has, err := tool.IsAncestor(ctx, repo.Root(), st.Onto, "refs/heads/"+st.Branch); err != nil || has {
			hint := "git reset --keep " + firstWord(st.Backup, st.From)
			return errors.Join(err, refuse(ErrNoCommit, hint, "%s has %s already; what it was is kept", st.Branch, st.Base))
		}
	}
	return st.remove(repo)
}

// Finish goes on behind GoOn: with the push.
func (y *Syncing) Finish(ctx context.Context, st *SyncState) (*Synced, error) {
	return y.finish(ctx, st)
}

// Done tells whether a sync that was begun has put the branch on its base.
func (st *SyncState) Done(ctx context.Context, tool *git.Tool, dir string) (bool, error) {
	return tool.IsAncestor(ctx, dir, st.Onto, "refs/heads/"+st.Branch)
}
