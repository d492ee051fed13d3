package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
)

// synced is what sync answers.
type synced struct {
	Repository repository  `json:"repository"`
	Branch     string      `json:"branch"`
	Base       string      `json:"base"`
	BaseWas    *string     `json:"baseWas"` // before the pull request was sent elsewhere on the forge, else null
	Directory  string      `json:"directory"`
	Outcome    string      `json:"outcome"` // current, updated, planned, conflicts or aborted
	How        string      `json:"how"`     // nothing, fast-forward, rebase or merge
	Why        string      `json:"why"`
	BehindBy   *int        `json:"behindBy"` // before
	AheadBy    *int        `json:"aheadBy"`
	Before     *string     `json:"before"`
	After      *string     `json:"after"`
	Backup     *string     `json:"backup"`    // reference to the branch as it was
	Conflicts  []string    `json:"conflicts"` // files; with --dry-run those that are foreseen
	Push       string      `json:"push"`      // none, pushed, forced, planned, planned-force or kept
	Fork       *syncedFork `json:"fork"`      // null where the branch goes to the upstream itself

	forkOnly bool // the branch was not looked after
}

// syncedFork is the base of the fork.
type syncedFork struct {
	Repository repository `json:"repository"`
	Branch     string     `json:"branch"`
	Outcome    string     `json:"outcome"` // current, updated, diverged, kept or planned
	Why        *string    `json:"why"`
}

type syncOptions struct {
	repo, base     string
	rebase, merge  bool
	goOn, abort    bool
	dryRun, noPush bool
	forkOnly, yes  bool
	output         output
}

func newSync(a *app) *cobra.Command {
	o := &syncOptions{}
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Bring the branch and the fork up to date with the upstream",
		Long: `Sync brings the branch that is checked out up to date with the branch that it
goes to, and the fork's copy of that branch too. Where the pull request was
sent to another branch on the forge, that one counts. It rebases or merges as
the project wants: what its rules and pages ask for, what is usual in its
history, else a rebase until somebody has reviewed the change, and a merge from
then on.

A branch that was pushed is pushed again. Commits that are replaced there are
only those that you pushed, and you are asked before (--yes agrees). Before a
rebase the branch is kept under a reference that is printed.

Conflicts are yours to mend: sync names the files, and goes on with --continue
or takes all back with --abort. Going on with git alone works as well.`,
		Example: `  isrc sync
  isrc sync --dry-run
  isrc sync --merge --no-push
  isrc sync --continue`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sync(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that the change goes to")
	f.StringVar(&o.base, "base", "", "the `BRANCH` that the change goes to")
	f.BoolVar(&o.rebase, "rebase", false, "rebase, whatever the project wants")
	f.BoolVar(&o.merge, "merge", false, "merge, whatever the project wants")
	f.BoolVar(&o.goOn, "continue", false, "go on after the conflicts are mended")
	f.BoolVar(&o.abort, "abort", false, "take back what was begun")
	f.BoolVar(&o.forkOnly, "fork-only", false, "the fork's copy of the base alone")
	f.BoolVar(&o.noPush, "no-push", false, "push nothing")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and change nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask before pushed commits are replaced")
	addOutput(cmd, &o.output, synced{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitInterrupted)
	return cmd
}

func (a *app) sync(ctx context.Context, o *syncOptions) error {
	if o.rebase && o.merge || o.goOn && o.abort || (o.goOn || o.abort) && (o.rebase || o.merge || o.dryRun || o.forkOnly) {
		return usagef("--rebase and --merge, and --continue and --abort, exclude each other")
	}
	tool, err := a.tool()
	if err != nil && !errors.Is(err, git.ErrNoGit) {
		return err
	}
	begun, err := contribute.FindSync(a.inv.Dir)
	if errors.Is(err, git.ErrNotARepo) {
		return a.noClone(err)
	}
	if err == nil && !o.dryRun {
		var end func()
		if end, err = contribute.AloneIn(a.inv.Dir); err != nil {
			return err
		}
		defer end()
		begun, err = contribute.FindSync(a.inv.Dir)
	}
	if err != nil {
		return err
	}
	if begun.Doing != "" && tool == nil {
		return fault.Errorf("go on with the %s that is half done in %s: %w", begun.Name, begun.Repo.Root(), git.ErrNoGit)
	}
	return a.syncBegun(ctx, o, tool, begun)
}

// syncBegun goes on with what was begun, takes it back, or begins.
func (a *app) syncBegun(ctx context.Context, o *syncOptions, tool *git.Tool, b *contribute.HalfDone) error {
	st, dir := b.State, b.Repo.Root()
	switch {
	case o.abort:
		return a.abortSync(ctx, o, tool, b)
	case b.Doing != "" && st == nil:
		return &usageError{err: fault.Errorf("a %s that isrc did not begin is half done in %s", b.Name, dir), hint: "finish it with git, or take it back, then isrc sync"}
	case b.Doing != "" && !o.goOn && !st.Broken:
		files, err := tool.Unmerged(ctx, dir)
		if err != nil {
			return err
		}
		return a.handOver(o, &synced{Branch: st.Branch, Base: st.Base, Directory: dir, How: st.How}, &contribute.SyncConflict{State: *st, Files: files})
	case o.goOn && st == nil:
		return &exitError{code: exitNotReached, err: errors.New("there is no sync to go on with"), hint: "isrc sync begins one"}
	case o.goOn || b.Doing != "":
		if err := contribute.GoOn(ctx, tool, b.Repo, st, b.Doing); err != nil {
			return a.handOver(o, &synced{Branch: st.Branch, Base: st.Base, Directory: dir, How: st.How}, err)
		}
	case st != nil:
		if done, err := st.Done(ctx, tool, dir); err != nil || !done {
			st = nil // it came to nothing, and begins anew
		}
	}
	return a.syncPlace(ctx, o, st)
}

// syncPlace brings the branch here up to date, or goes on behind what was begun.
func (a *app) syncPlace(ctx context.Context, o *syncOptions, begun *contribute.SyncState) error {
	place, _, err := a.place(ctx, placeOptions{repo: o.repo, base: o.base})
	if err != nil {
		return err
	}
	if place.Upstream.IsZero() {
		return &usageError{err: errors.New("it is not known which repository this change goes to"), hint: "isrc sync --repo OWNER/NAME"}
	}
	site, err := a.siteOfRun(ctx, place.Upstream, place.Run)
	if err != nil {
		return err
	}
	wish := map[bool]string{true: contribute.HowRebase}[o.rebase]
	if o.merge {
		wish = contribute.HowMerge
	}
	done := a.slowly("fetching " + place.Base + " of " + place.Upstream.FullName())
	y, err := site.LookSync(ctx, place, wish, begun)
	done()
	if err != nil {
		return place.Refused(ctx, err)
	}
	for _, n := range append(y.Notes, y.Moved()) {
		if n != "" {
			a.say("isrc: %s", term.Line(n))
		}
	}
	r := &synced{
		Repository: a.named(y.Upstream), Branch: y.Branch, Base: y.Base, BaseWas: orNull(y.BaseWas), Directory: y.Dir, Outcome: "current", How: y.Way.How, Why: y.Way.Why,
		BehindBy: &y.Facts.Behind, AheadBy: &y.Facts.Ahead, Before: &y.Head, Push: "none", forkOnly: o.forkOnly,
	}
	if o.forkOnly {
		if err := y.FindFork(ctx); err != nil {
			return err
		}
	}
	if o.dryRun {
		return a.foreseeSync(ctx, o, y, r)
	}
	if !o.forkOnly {
		if err := a.carrySync(ctx, o, y, begun, r); err != nil {
			return a.handOver(o, r, place.Refused(ctx, err))
		}
	}
	if err := a.syncFork(ctx, o, y, r); err != nil {
		return err
	}
	if !o.forkOnly {
		if err := site.KeepBase(ctx, y.Place); err != nil {
			return err
		}
	}
	return a.show(&o.output, r, func(s *term.Streams) error { return showSynced(s, r) })
}

func (a *app) carrySync(ctx context.Context, o *syncOptions, y *contribute.Syncing, begun *contribute.SyncState, r *synced) error {
	var done *contribute.Synced
	var err error
	push := y.Facts.Pushed && !o.noPush
	switch {
	case begun != nil:
		r.How, r.Why = begun.How, "it was begun before"
		if begun.How == contribute.HowRebase && begun.Push && !begun.Force {
			if begun.Force, err = a.mayReplace(o, y); err != nil {
				return err
			}
		}
		done, err = y.Finish(ctx, begun)
	case y.Way.How == contribute.HowNothing:
		return nil
	default:
		if len(y.Dirty) == 0 && push && y.Way.Force {
			if push, err = a.mayReplace(o, y); err != nil {
				return err
			}
		}
		done, err = y.Carry(ctx, push, y.Way.Force)
	}
	if err != nil {
		return err
	}
	r.Outcome, r.Before, r.After, r.Backup = "updated", &done.Before, &done.After, orNull(done.Backup)
	switch {
	case done.Forced:
		r.Push = "forced"
	case done.Pushed:
		r.Push = "pushed"
	case y.Facts.Pushed && y.There != done.After:
		r.Push = "kept"
	}
	return nil
}

// mayReplace asks before pushed commits are replaced by a rebase. Without an
// answer they stay.
func (a *app) mayReplace(o *syncOptions, y *contribute.Syncing) (bool, error) {
	if o.yes || o.noPush {
		return o.yes && !o.noPush, nil
	}
	if !a.io.CanPrompt() {
		a.say("isrc: %s in %s is not replaced: --yes agrees to that", term.Line(y.Branch), y.To.FullName())
		return false, nil
	}
	a.progress.Clear()
	err := a.io.Confirm(fmt.Sprintf("Replace your commits on %s in %s by the rebased ones?", term.Line(y.Branch), y.To.FullName()), "--yes", true)
	if term.SaidNo(err) {
		return false, nil // a no is an answer
	}
	return err == nil, err
}

// foreseeSync says what would be done.
func (a *app) foreseeSync(ctx context.Context, o *syncOptions, y *contribute.Syncing, r *synced) error {
	if r.How != contribute.HowNothing && !o.forkOnly {
		r.Outcome = "planned"
		if files, err := y.Site.Tool.MergeConflicts(ctx, y.Dir, y.BaseRev, y.Head); err == nil {
			r.Conflicts = files // an older git cannot tell
		}
		if y.Facts.Pushed && !o.noPush {
			r.Push = map[bool]string{true: "planned-force", false: "planned"}[y.Way.Force]
		}
	}
	if name, url := y.ForkURL(); url != "" {
		r.Fork = &syncedFork{Repository: a.named(name), Branch: y.Base, Outcome: "planned"}
	}
	return a.show(&o.output, r, func(s *term.Streams) error { return showSynced(s, r) })
}

// syncFork brings the fork's copy of the base up to date, if that needs no
// force.
func (a *app) syncFork(ctx context.Context, o *syncOptions, y *contribute.Syncing, r *synced) error {
	name, url := y.ForkURL()
	if url == "" || o.noPush || y.Remote == "" && y.Place.Remote == "" {
		return nil
	}
	done, err := y.Site.FastForward(ctx, y.Dir, y.Place.Remote, y.Base, url)
	if err != nil {
		return err
	}
	r.Fork = &syncedFork{Repository: a.named(name), Branch: y.Base, Outcome: done.State, Why: orNull(done.Why)}
	if r.Outcome == "current" && done.State == contribute.SyncUpdated {
		r.Outcome = "updated"
	}
	return nil
}

// handOver shows the conflicts that somebody has to mend, and says how to go on.
func (a *app) handOver(o *syncOptions, r *synced, err error) error {
	var conflict *contribute.SyncConflict
	if !errors.As(err, &conflict) {
		return err
	}
	r.Outcome, r.How, r.Conflicts, r.Push = "conflicts", conflict.State.How, conflict.Files, firstOf(r.Push, "none")
	r.Before, r.Backup = &conflict.State.From, orNull(conflict.State.Backup)
	if r.Repository.Name == "" {
		if p := a.placeHere(); p != nil && !p.Upstream.IsZero() {
			r.Repository = a.named(p.Upstream)
		}
	}
	if err := a.show(&o.output, r, func(s *term.Streams) error { return showSynced(s, r) }); err != nil {
		return err
	}
	hint := "mend them, git add " + shellWords(r.Conflicts[:min(len(r.Conflicts), 5)]) + ", then isrc sync --continue\nisrc sync --abort takes all back"
	err = conflict
	if len(r.Conflicts) == 0 {
		hint = "isrc sync --continue\nisrc sync --abort takes all back"
		err = fault.Errorf("a %s of %s onto %s is half done", r.How, r.Branch, r.Base)
	}
	if !o.output.set { // the result has said it
		err = nil
	}
	return &exitError{code: exitNotReached, err: err, hint: hint}
}

func (a *app) abortSync(ctx context.Context, o *syncOptions, tool *git.Tool, b *contribute.HalfDone) error {
	begun, repo := b.State, b.Repo
	if begun == nil {
		if b.Doing != "" {
			return &usageError{err: fault.Errorf("what is half done in %s was not begun by isrc sync", repo.Root()), hint: "take it back with git"}
		}
		return &exitError{code: exitNotReached, err: errors.New("there is no sync to take back"), hint: "isrc sync begins one"}
	}
	if err := contribute.TakeBack(ctx, tool, repo, begun, b.Doing); err != nil {
		return err
	}
	r := &synced{Branch: begun.Branch, Base: begun.Base, Directory: repo.Root(), Outcome: "aborted", How: begun.How, Before: &begun.From, After: &begun.From, Backup: orNull(begun.Backup), Push: "none"}
	if p := a.placeHere(); p != nil && !p.Upstream.IsZero() {
		r.Repository = a.named(p.Upstream)
	}
	return a.show(&o.output, r, func(s *term.Streams) error { return showSynced(s, r) })
}
