package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// contribution is what contribute answers.
type contribution struct {
	Repository   repository    `json:"repository"`
	Via          string        `json:"via"`
	Why          string        `json:"why"`
	Base         string        `json:"base"`
	Branch       string        `json:"branch"`
	Directory    string        `json:"directory"`
	Run          *string       `json:"run"`
	Outcome      string        `json:"outcome"` // created, existing (an unfinished one goes on) or planned
	Fork         *forkResult   `json:"fork"`
	Issue        *int          `json:"issue"`
	Requirements []requirement `json:"requirements"`
	Commands     []commandLine `json:"commands"`
	Steps        []planned     `json:"steps"`
	Next         *string       `json:"next"`
	Pull         *submitted    `json:"pull"`
}

type forkResult struct {
	repository
	Outcome string `json:"outcome"` // created, existing or renamed
}

type planned struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	Status string `json:"status"`
}

type contributeOptions struct {
	issue   int
	branch  string
	base    string
	dir     string
	via     string
	forkOrg string
	fresh   bool
	yes     bool
	dryRun  bool

	patch   string
	exec    string
	message string
	signoff bool
	submit  submitOptions
	output  output
}

func newContribute(a *app) *cobra.Command {
	o := &contributeOptions{}
	cmd := &cobra.Command{
		Use:   "contribute <repo>",
		Short: "Get a branch that is ready for your change",
		Long: `Contribute looks up who you are to a repository and what its owners ask, shows
the plan, and carries it out: a fork where you cannot push (a branch in the
repository where you can), a clone, the remotes and the branch. Then it pauses
for your change and says how to go on.

Given again for the same repository it goes on where the last one stopped.

With --apply or --exec the change is made too, and one command goes through to
the pull request, without a terminal. A mail patch (git format-patch) keeps its
author and message.`,
		Example: `  isrc contribute identity/auth-lib --issue 398
  isrc contribute platform/pipelines --branch fix-cache --dry-run
  isrc contribute obs/collector --exec 'sed -i s/old/new/ go.mod' --title 'fix: new module path' --yes`,
		Args:              exactArgs(1, "a repository"),
		ValidArgsFunction: a.completeRepos,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.contribute(cmd.Context(), o, args[0]) },
	}
	f := cmd.Flags()
	f.IntVarP(&o.issue, "issue", "i", 0, "the `NUMBER` of the issue that the change is for")
	f.StringVarP(&o.branch, "branch", "b", "", "`NAME` of the branch (default: made from the issue or title, as the project wants it)")
	f.StringVar(&o.base, "base", "", "the `BRANCH` of the repository that the change goes to (default: its default branch)")
	f.StringVarP(&o.dir, "dir", "d", "", "`FOLDER` of the clone (default: the repository's name, here)")
	f.StringVar(&o.via, "via", "auto", "`WAY` to go: auto, branch or fork")
	f.StringVar(&o.forkOrg, "fork-org", "", "make the fork in this `ORGANISATION` instead of your account")
	f.BoolVar(&o.fresh, "new", false, "start another contribution although one is unfinished")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask whether to go on")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the plan and change nothing")
	f.StringVar(&o.patch, "apply", "", "apply this `PATCH` and open the pull request")
	f.StringVar(&o.exec, "exec", "", "run this `COMMAND` in the branch, commit what it changed, and open the pull request")
	f.StringVar(&o.message, "commit-message", "", "`MESSAGE` of the commit made by --exec or a plain diff (default: the title)")
	f.BoolVar(&o.signoff, "signoff", false, "sign the commit off: you certify what the project's DCO says")
	o.submit.textFlags(cmd)
	addOutput(cmd, &o.output, contribution{})
	registerValues(cmd, "via", "auto", "branch", "fork")
	exits(cmd, exitBroken, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitInterrupted)
	return cmd
}

func (o *contributeOptions) unattended() bool { return o.patch != "" || o.exec != "" }

func (o *contributeOptions) validate() error {
	switch {
	case o.via != "auto" && o.via != "branch" && o.via != "fork":
		return usagef("--via takes auto, branch or fork, not %q", o.via)
	case o.patch != "" && o.exec != "":
		return usagef("--apply and --exec exclude each other")
	case o.exec != "" && o.submit.title == "" && o.message == "":
		return &usageError{err: errors.New("--exec makes a commit: it needs words"), hint: "--title 'what the change does'"}
	case !o.unattended() && (o.message != "" || o.signoff):
		return usagef("--commit-message and --signoff go with --apply or --exec")
	case o.issue < 0:
		return usagef("--issue takes a number")
	}
	return nil
}

func (a *app) contribute(ctx context.Context, o *contributeOptions, arg string) error {
	if err := o.validate(); err != nil {
		return err
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
	if !o.fresh && !o.dryRun {
		if run, err := a.unfinished(site, name, o.branch); err != nil || run != nil {
			if err != nil {
				return err
			}
			return a.goOn(ctx, site, o, *run)
		}
	}
	dir := a.path(firstOf(o.dir, name.Name))
	if err := contribute.OutsideWorkTree(filepath.Dir(dir), filepath.Base(dir)); err != nil {
		return err
	}
	if err := a.whoCommits(ctx, o, filepath.Dir(dir)); err != nil {
		return err
	}
	sit, err := site.Look(ctx, contribute.Request{
		Upstream: name, Issue: o.issue, Title: o.submit.title, Branch: o.branch, Base: o.base, Dir: dir, Via: contribute.Via(o.via), ForkOrg: o.forkOrg,
	})
	if err != nil {
		return err
	}
	plan, err := contribute.Decide(sit)
	if err != nil {
		return err
	}
	result := describePlan(sit, plan)
	if o.dryRun {
		return a.show(&o.output, result, func(s *term.Streams) error { return showPlan(s, s.Out, result) })
	}
	if err := contribute.FreeDir(dir); err != nil {
		return err
	}
	if err := a.agree(o, result); err != nil {
		return err
	}
	return a.carryOut(ctx, site, o, sit, plan, result)
}

// agree shows the plan and asks. Without a terminal the command itself is the
// word to go on: it named the repository, and nothing of the user's is changed.
func (a *app) agree(o *contributeOptions, result *contribution) error {
	a.progress.Clear()
	if err := showPlan(a.io, a.io.Err, result); err != nil {
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
	j, err := site.Begin(sit, plan, after...)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	result.Outcome = "created"
	return a.runContribution(ctx, site, o, j, result)
}

// after gives the steps that follow the plan's own: a pause for the user, or
// the change itself.
func (o *contributeOptions) after(a *app, plan *contribute.Plan) ([]workflow.Step, error) {
	if o.unattended() {
		u := contribute.Unattended{Patch: a.path(o.patch), Exec: o.exec, Message: firstOf(o.message, o.submit.title), Signoff: o.signoff}
		return u.Steps(plan)
	}
	pause, err := workflow.PauseStep("edit", "make your change", "make your change and commit it", "isrc submit")
	return []workflow.Step{pause}, err
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
		result.Next = &next
		return a.show(&o.output, result, func(s *term.Streams) error { return showReady(s, a.inv.Dir, result) })
	case err != nil:
		return stopped(j, err)
	}
	if pull := contribute.Opened(st); pull != nil { // what went on was its submission
		result.Pull = submittedBefore(site, st, pull)
		return a.show(&o.output, result, func(s *term.Streams) error { return showSubmitted(s, result.Pull) })
	}
	if !o.unattended() {
		return a.show(&o.output, result, func(s *term.Streams) error { return showReady(s, a.inv.Dir, result) })
	}
	if err := j.Close(); err != nil {
		return err
	}
	o.submit.output = output{}
	pull, err := a.submitIn(ctx, site, &o.submit, st.Clone)
	if err != nil {
		return inClone(st.Clone, err)
	}
	result.Pull = pull
	return a.show(&o.output, result, func(s *term.Streams) error { return showSubmitted(s, pull) })
}

// unfinished finds the one contribution to go on with.
func (a *app) unfinished(site *contribute.Site, name forge.RepoName, branch string) (*workflow.State, error) {
	runs, err := site.Unfinished(name)
	if err != nil {
		return nil, err
	}
	var fit []workflow.State
	for _, r := range runs {
		if branch == "" || r.Branch == branch {
			fit = append(fit, r)
		}
	}
	switch len(fit) {
	case 0:
		return nil, nil
	case 1:
		return &fit[0], nil
	}
	var options []string
	for _, r := range fit {
		options = append(options, fmt.Sprintf("%s in %s", r.Branch, r.Clone))
	}
	if !a.io.CanPrompt() {
		return nil, &usageError{
			err:  fmt.Errorf("%d contributions to %s are unfinished: %s", len(fit), name.FullName(), strings.Join(options, "; ")),
			hint: "choose one with --branch NAME, or start another with --new",
		}
	}
	n, err := a.io.Choose("Which one goes on?", "--branch", options)
	if err != nil {
		return nil, err
	}
	return &fit[n], nil
}

// goOn carries on a run that was begun before.
func (a *app) goOn(ctx context.Context, site *contribute.Site, o *contributeOptions, run workflow.State) error {
	if p := a.placeHere(); p != nil && p.Run != nil && p.Run.Run == run.Run {
		run.Clone, run.Branch = p.Dir, p.Branch // as they are called now
	}
	a.say("isrc: going on with your contribution on %s in %s (--new starts another)", run.Branch, run.Clone)
	if _, err := os.Stat(run.Clone); errors.Is(err, os.ErrNotExist) {
		if step, ok := run.Step("clone"); ok && step.Status == workflow.Done {
			return &exitError{code: exitNotFound, err: fmt.Errorf("the clone %s is gone", run.Clone), hint: "isrc abandon " + run.Run + ", then start anew"}
		}
	}
	j, err := workflow.Open(a.runsDir(), run.Run)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	if err := o.agrees(a, j); err != nil {
		return err
	}
	upstream, err := forge.ParseRepo(run.Upstream, site.Host)
	if err != nil {
		return err
	}
	result := &contribution{Repository: repositoryOf(upstream, site.WebURL(upstream)), Base: run.Base, Branch: run.Branch, Directory: run.Clone, Outcome: "existing", Requirements: []requirement{}, Commands: []commandLine{}, Steps: []planned{}}
	return a.runContribution(ctx, site, o, j, result)
}

func describePlan(sit *contribute.Situation, p *contribute.Plan) *contribution {
	r := &contribution{
		Repository: repositoryOf(sit.Upstream.RepoName, sit.Upstream.HTMLURL), Via: string(p.Via), Why: p.Why, Base: p.Base, Branch: p.Branch, Directory: p.Dir, Outcome: "planned",
		Requirements: requirementsOf(sit.Requirements), Commands: []commandLine{}, Steps: []planned{},
	}
	if sit.Issue != nil {
		r.Issue = &sit.Issue.Number
	}
	for _, c := range sit.Guidelines.Commands() {
		r.Commands = append(r.Commands, commandLine{Purpose: c.Purpose, Command: c.Text, Said: *quoteOf(c.Said)})
	}
	for _, st := range p.Steps {
		r.Steps = append(r.Steps, planned{ID: st.ID, Kind: st.Kind, Title: st.Title, Status: "planned"})
	}
	return r
}

// fill adds what the journal knows after the steps ran.
func (r *contribution) fill(site *contribute.Site, st workflow.State) {
	run := st.Run
	r.Run, r.Steps = &run, []planned{}
	for _, s := range st.Steps {
		r.Steps = append(r.Steps, planned{ID: s.ID, Kind: s.Kind, Title: s.Title, Status: string(s.Status)})
	}
	if r.Via == "" {
		r.Via = "branch"
	}
	if name, outcome, ok := contribute.ForkOf(st); ok {
		r.Via, r.Fork = "fork", &forkResult{repository: repositoryOf(name, site.WebURL(name)), Outcome: outcome}
	}
	if n, err := strconv.Atoi(st.Extra["issue"]); err == nil {
		r.Issue = &n
	}
}
