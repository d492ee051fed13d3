package contribute

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
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

//go:noinline
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
	if y.Site.Tool == nil && (st.How == HowRebase || st.How == HowMerge) {
		return nil, &HintError{Err: fault.Errorf("%s %s onto %s: %w", st.How, st.Branch, st.Base, git.ErrNoGit), Hint: "install git; without it isrc sync takes a branch along that has no commits of its own\nisrc sync --fork-only brings the fork's " + st.Base + " up to date without git"}
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
		err = y.Site.fastForward(ctx, y.Dir, st.Onto)
	case HowRebase:
		if _, there := y.Repo.Resolve(st.Backup); there != nil { // else it is of an earlier try
			err = y.Site.Tool.Backup(ctx, y.Dir, st.Backup)
		}
		if err == nil {
			y.Site.at("after the backup")
			err = y.Site.Tool.StartRebase(ctx, y.Dir, st.Onto, y.since)
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

// fastForward moves what is checked out on to a commit that has it in its history.
func (s *Site) fastForward(ctx context.Context, dir, to string) error {
	if s.Tool == nil {
		return s.Builtin.FastForward(ctx, dir, to)
	}
	_, err := s.Tool.Run(ctx, dir, "merge", "--quiet", "--ff-only", to)
	return err
}

// conflicting says how to go on after a conflict.
func conflicting(st *SyncState, err error) error {
	var conflict *git.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Files) == 0 {
		return fault.Errorf("%s %s onto %s: %w", st.How, st.Branch, st.Base, err)
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
			return nil, &HintError{Err: fault.Errorf("push %s to %s: %w", st.Branch, y.To.FullName(), err), Hint: "the branch here is up to date; isrc sync pushes it"}
		}
		y.Site.at("after the push")
		done.Pushed, done.Forced = true, st.Force && st.How == HowRebase
	}
	return done, st.remove(y.Repo)
}

// HalfDone is what was begun in a clone and is not over.
type HalfDone struct {
	State *SyncState // what isrc knows of it, nil when it is none of ours
	Doing string     // what git is in the middle of: rebase, merge, other or nothing
	Name  string     // of that, for people
	Repo  *git.Repo
}

// FindSync finds what was begun in a clone and is not over: what git is in the
// middle of, and what isrc knows of it. Git may be in the middle of something
// that is none of ours.
func FindSync(dir string) (*HalfDone, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return nil, err
	}
	b := &HalfDone{Repo: repo}
	b.Doing, b.Name = repo.InProgress()
	branch, _, _, err := repo.Head()
	if b.Doing == "rebase" {
		branch, err = repo.RebaseHead(), nil
	}
	if err != nil {
		return nil, err
	}
	b.State, err = LoadSync(repo, branch)
	return b, err
}

// SyncHalts tells whether a sync of a branch, or of any where it is "", stands in
// the middle of its rebase or merge in a clone, and waits for somebody to go on.
func SyncHalts(dir, branch string) bool {
	b, err := FindSync(dir)
	if err != nil {
		return false // no clone, or one that cannot be read: whoever goes on is told
	}
	defer b.Repo.Close() //nolint:errcheck // read only
	return b.Doing != "" && b.State != nil && (branch == "" || b.State.Branch == branch)
}

// ancestor tells whether one commit is in the history of another.
func ancestor(ctx context.Context, tool *git.Tool, dir, old, young string) (bool, error) {
	if tool != nil {
		return tool.IsAncestor(ctx, dir, old, young)
	}
	repo, err := git.Open(dir)
	if err != nil {
		return false, err
	}
	defer repo.Close() //nolint:errcheck // read only
	if old, err = repo.Resolve(old); err != nil {
		return false, err
	}
	base, err := repo.MergeBase(ctx, old, young)
	if errors.Is(err, git.ErrNoMergeBase) || errors.Is(err, git.ErrShallow) {
		return false, nil
	}
	return base == old, err
}

// GoOn continues the rebase or merge of a sync once its conflicts are mended.
// One that the user has ended with git alone is taken as it is.
func GoOn(ctx context.Context, tool *git.Tool, repo *git.Repo, st *SyncState, doing string) error {
	dir := repo.Root()
	switch {
	case doing != "" && doing != st.How:
		return refuse(ErrUsage, "finish it with git first", "git is in the middle of something else in %s", dir)
	case doing == HowRebase && st.Broken:
		return refuse(ErrConflict, brokenHint, "the connection broke while a commit was put on %s: git would go on without that commit", st.Base)
	}
	if doing == "" {
		has, err := ancestor(ctx, tool, dir, st.Onto, "refs/heads/"+st.Branch)
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
	err = tool.Continue(ctx, dir, doing)
	if err == nil {
		return nil
	}
	var down *git.UnavailableError
	if doing == HowRebase && errors.As(err, &down) {
		st.Broken = true
		err = errors.Join(&HintError{Err: err, Hint: brokenHint}, st.save(repo))
	}
	return conflicting(st, err)
}

const brokenHint = "isrc sync --abort, then isrc sync: nothing is lost, but what was mended in this rebase is asked again"

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
		if has, err := ancestor(ctx, tool, repo.Root(), st.Onto, "refs/heads/"+st.Branch); err != nil || has {
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
	return ancestor(ctx, tool, dir, st.Onto, "refs/heads/"+st.Branch)
}
