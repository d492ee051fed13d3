package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// How much the heap grows between collections, in percent. Until a branch is
// ready little is held and much of it thrown away: collecting that took a tenth
// of the processor time, and leaving it lie takes 6 MiB.
const (
	shortGC = 400
	usualGC = 100
)

func (a *app) contribute(ctx context.Context, o *contributeOptions, arg string) error {
	if err := o.validate(); err != nil {
		return err
	}
	if a.inv.Alone && !o.one {
		debug.SetGCPercent(shortGC)
		defer debug.SetGCPercent(usualGC)
	}
	if o.unattended() {
		if _, err := o.after(a, nil); err != nil {
			return err // a patch that cannot be read, before anything is looked up
		}
	}
	name, site, err := a.repository(ctx, arg)
	if err != nil {
		return err
	}
	req, err := o.request(a, site, name)
	if err == nil {
		err = a.adopt(ctx, site, o, &req)
	}
	if err != nil {
		return err
	}
	if done, err := a.before(ctx, site, o, req); err != nil || done != nil {
		if err != nil {
			return err
		}
		return a.answer(o, done, func(s *term.Streams) error { return showBefore(s, done.Pull) })
	}
	if !o.fresh && !o.dryRun {
		if run, err := a.unfinished(site, name, o); err != nil || run != nil {
			if err != nil {
				return err
			}
			return a.goOn(ctx, site, o, *run)
		}
	}
	return a.begin(ctx, site, o, req)
}

// request says what is asked for. Another contribution beside an earlier one
// gets a branch of its own.
func (o *contributeOptions) request(a *app, site *contribute.Site, name forge.RepoName) (contribute.Request, error) {
	if flag := o.clone.onlyGit(); site.Tool == nil && flag != "" {
		return contribute.Request{}, fault.Errorf("%s: %w", flag, git.ErrNoGit)
	}
	if site.Tool == nil && o.patch != "" {
		return contribute.Request{}, &contribute.HintError{Err: fault.Errorf("--apply: %w", git.ErrNoGit), Hint: "--exec runs a command instead, such as patch -p1 < FILE"}
	}
	req := contribute.Request{
		Upstream: name, Issue: o.issue, Title: o.submit.title, Branch: o.branch, Base: o.base, Dir: a.path(firstOf(o.dir, name.Name)),
		Via: contribute.Via(o.via), ForkOrg: o.forkOrg, ForkName: o.fork, ToFork: o.toFork, Thorough: o.dryRun, Clone: o.clone.wish(a, site.Tool == nil),
	}
	var err error
	if req.Known, err = site.Known(); err == nil && o.fresh {
		req.Taken, err = site.Branches(name)
	}
	return req, err
}

// adopt takes the clone of the upstream that the user stands in, or that --dir
// names, instead of making one.
func (a *app) adopt(ctx context.Context, site *contribute.Site, o *contributeOptions, req *contribute.Request) error {
	there, err := site.Checkout(ctx, firstOf(a.path(o.dir), a.inv.Dir), req.Upstream)
	switch {
	case err != nil && o.dir == "" || there == nil && err == nil:
		return err
	case err != nil:
		if _, gone := os.Stat(a.path(o.dir)); gone != nil {
			return nil //nolint:nilerr // a folder that is not there yet: what lies above it is looked at later
		}
		return err
	case o.dir != "" && !sameDir(there.Root, a.path(o.dir)):
		return nil // inside it, which is refused later
	case o.clone.set():
		return &usageError{err: fault.Errorf("%s is a clone of %s already, which is used as it is", there.Root, req.Upstream.FullName()), hint: "leave out --full, --shallow, --sparse and --reference, or give a clone beside it another --dir"}
	}
	req.Adopt, req.Dir = there, there.Root
	if o.branch != "" {
		return nil
	}
	runs, err := site.RunsAt(req.Upstream, there.Root)
	for _, name := range there.Branches { // a name that isrc chooses is nobody's but this contribution's
		if !slices.ContainsFunc(runs, func(st workflow.State) bool { return st.Branch == name }) {
			req.Taken = append(req.Taken, name)
		}
	}
	return err
}

func sameDir(a, b string) bool {
	one, err := os.Stat(a)
	other, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(one, other)
}

// begin looks up, plans, asks and carries out.
func (a *app) begin(ctx context.Context, site *contribute.Site, o *contributeOptions, req contribute.Request) error {
	where := req.Dir
	if req.Adopt == nil {
		where = filepath.Dir(req.Dir)
		if err := contribute.OutsideWorkTree(where, filepath.Base(req.Dir)); err != nil {
			return err
		}
	}
	if err := req.Adopt.Free(); err != nil {
		return err
	}
	if err := req.Adopt.Takes(req.Branch); err != nil {
		return err
	}
	sit, err := a.look(ctx, site, o, req, where)
	if err != nil {
		return err
	}
	if o.one {
		if err := sit.TakesBulk(); err != nil {
			return err
		}
	}
	if o.dir == "" && req.Adopt == nil && sit.FolderNow() {
		a.say("isrc: the folder is named as the repository is now: %s (--dir chooses another)", term.Line(filepath.Base(sit.Dir)))
		req.Dir = sit.Dir
	}
	plan, err := contribute.Decide(sit)
	if err != nil {
		return err
	}
	result := describePlan(sit, plan, site.WebURL)
	if sit.Issue == nil {
		if result.proposals, err = site.Proposals(sit.Upstream.RepoName); err != nil {
			return err
		}
	}
	if o.dryRun {
		return a.answer(o, result, func(s *term.Streams) error { return showDryRun(s, result, o.change()) })
	}
	if req.Adopt == nil {
		if err := contribute.FreeDir(req.Dir); err != nil {
			return err
		}
	}
	if err := a.agree(o, result); err != nil {
		return err
	}
	return a.carryOut(ctx, site, o, sit, plan, result)
}

// look asks the forge, and meanwhile git who would commit. What git says of that
// comes first.
func (a *app) look(ctx context.Context, site *contribute.Site, o *contributeOptions, req contribute.Request, where string) (*contribute.Situation, error) {
	var remarks []string
	who := make(chan error, 1)
	go func() {
		who <- a.whoCommits(ctx, o, where, func(format string, args ...any) { remarks = append(remarks, fmt.Sprintf(format, args...)) })
	}()
	sit, err := site.Look(ctx, req)
	if nobody := <-who; nobody != nil {
		return nil, nobody
	}
	for _, r := range remarks {
		a.say("%s", r)
	}
	return sit, err
}

// agree shows the plan and asks. Without a terminal the command itself is the
// word to go on: it named the repository, and nothing of the user's is changed.
func (a *app) agree(o *contributeOptions, result *contribution) error {
	if o.one {
		return nil // agreed to for all of them
	}
	a.progress.Clear()
	if err := showPlan(a.io, a.io.Err, result, o.change()); err != nil {
		return err
	}
	if o.yes || !a.io.CanPrompt() {
		return nil
	}
	return a.io.Confirm("Go on?", "--yes", true)
}

func (a *app) carryOut(ctx context.Context, site *contribute.Site, o *contributeOptions, sit *contribute.Situation, plan *contribute.Plan, result *contribution) error {
	after, err := o.after(a, plan)
	if err != nil {
		return err
	}
	if o.one {
		plan.Steps, after = plan.ChangeFirst(after), nil
	}
	j, err := site.Begin(sit, plan, after...)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	result.Outcome = "created"
	return sit.Refused(a.runContribution(ctx, site, o, j, result))
}

// runContribution carries a journal on to its pause, or to the pull request.
func (a *app) runContribution(ctx context.Context, site *contribute.Site, o *contributeOptions, j *workflow.Journal, result *contribution) error {
	err := site.Resume(ctx, j)
	st := j.State()
	result.fill(site, st)
	var paused *workflow.PausedError
	switch {
	case errors.As(err, &paused):
		next := "isrc submit"
		if site.Tool == nil {
			next += " --commit-message MESSAGE"
		}
		result.Next = &next
		return a.answer(o, result, func(s *term.Streams) error { return showReady(s, a.inv.Dir, result) })
	case err != nil:
		return stopped(j, err)
	}
	if pull := contribute.Opened(st); pull != nil { // what went on was its submission
		result.Pull = submittedBefore(site, st, pull)
		return a.answer(o, result, func(s *term.Streams) error { return showSubmitted(s, result.Pull) })
	}
	if !o.unattended() {
		return a.answer(o, result, func(s *term.Streams) error { return showReady(s, a.inv.Dir, result) })
	}
	if err := j.Close(); err != nil {
		return err
	}
	if a.inv.Alone {
		debug.SetGCPercent(usualGC) // judging a large change takes memory
	}
	o.submit.output = output{}
	pull, err := a.submitIn(ctx, site, &o.submit, st.Clone)
	if err != nil {
		return inClone(st.Clone, err)
	}
	result.Pull = pull
	return a.answer(o, result, func(s *term.Streams) error { return showSubmitted(s, pull) })
}

// answer shows the result, or hands it to whom it is one of several for.
func (a *app) answer(o *contributeOptions, c *contribution, human func(*term.Streams) error) error {
	if o.collect != nil {
		o.collect(c)
		return nil
	}
	return a.show(&o.output, c, human)
}
