package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// unfinished finds the one contribution to go on with. One of several knows its
// own by its folder.
func (a *app) unfinished(site *contribute.Site, name forge.RepoName, o *contributeOptions) (*workflow.State, error) {
	runs, err := site.Unfinished(name)
	if err != nil {
		return nil, err
	}
	var fit []workflow.State
	for _, r := range runs {
		if (o.branch == "" || r.Branch == o.branch) && (!o.one || r.Clone == o.dir) {
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
			err:  fault.Errorf("%d contributions to %s are unfinished: %s", len(fit), name.FullName(), strings.Join(options, "; ")),
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
			return &exitError{code: exitNotFound, err: fault.Errorf("the clone %s is gone", run.Clone), hint: "isrc abandon " + run.Run + ", then start anew"}
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
	if site, err = a.siteOfRun(ctx, upstream, &run); err != nil {
		return err
	}
	return a.runContribution(ctx, site, o, j, resumed(site, upstream, run))
}

// resumed describes a contribution that an earlier call began.
func resumed(site *contribute.Site, upstream forge.RepoName, run workflow.State) *contribution {
	return &contribution{
		Repository: repositoryOf(upstream, site.WebURL(upstream)), Base: run.Base, Branch: run.Branch, Directory: run.Clone, Outcome: "existing",
		Requirements: []requirement{}, Routes: []route{}, Commands: []commandLine{}, Steps: []planned{},
	}
}

// identityLines are what git wants before it commits.
const identityLines = "git config --global user.name \"Your Name\"\ngit config --global user.email you@example.com"

// whoCommits says early that git has no name to commit with: as a remark where
// the user will commit, as an error where isrc would.
func (a *app) whoCommits(ctx context.Context, o *contributeOptions, dir string, say func(string, ...any)) error {
	if o.dryRun {
		return nil
	}
	tool, err := a.tool()
	if _, err := os.Stat(dir); err != nil {
		dir = os.TempDir()
	}
	var who git.Settings = tool
	if errors.Is(err, git.ErrNoGit) {
		builtin := &git.Builtin{Env: a.inv.Env}
		if err := builtin.MaySign(dir); err != nil {
			if o.unattended() {
				return err
			}
			say("isrc: %v; isrc submit --commit-message will refuse", err)
		}
		who = builtin
	} else if err != nil {
		return err
	}
	_, err = who.Identity(ctx, dir)
	if !errors.Is(err, git.ErrNoIdentity) {
		return err
	}
	if _, later := tool.Run(ctx, dir, "config", "--get-regexp", `^includeif\.`); later == nil {
		return nil // the clone's place may give it one
	}
	if o.unattended() {
		return git.ErrNoIdentity
	}
	say("isrc: %v; before you commit:", git.ErrNoIdentity)
	for _, l := range hintLines(identityLines) {
		say("isrc: hint: %s", l)
	}
	return nil
}

// agrees refuses to go on with a run in another way than it was begun in. A
// change that was not made yet gives way to the one that is asked for now.
func (o *contributeOptions) agrees(a *app, j *workflow.Journal) error {
	run := j.State()
	differs := func(flag, is string) error {
		return &usageError{
			err:  fault.Errorf("%s: your unfinished contribution on %s %s", flag, run.Branch, is),
			hint: "start another with --new and a --branch of its own, or end that one: isrc abandon " + run.Run,
		}
	}
	if err := o.sameWay(a, run, differs); err != nil || !o.unattended() {
		return err
	}
	if _, byHand := run.Step("edit"); byHand {
		return differs("--apply, --exec", "waits for a change by hand")
	}
	wanted, err := o.after(a, nil)
	if err != nil {
		return err
	}
	return replaceChange(j, wanted[0], differs)
}

// sameWay refuses flags that a run which was begun before does not follow.
func (o *contributeOptions) sameWay(a *app, run workflow.State, differs func(flag, is string) error) error {
	_, forked := run.Step("fork")
	switch {
	case o.base != "" && o.base != run.Base:
		return differs("--base "+o.base, "goes to "+run.Base)
	case o.dir != "" && a.path(o.dir) != run.Clone:
		return differs("--dir "+o.dir, "has its clone in "+run.Clone)
	case o.clone.set() && otherClone(a, o, run):
		return differs("--full, --shallow, --sparse, --reference", "has another clone in "+run.Clone)
	case o.issue != 0 && strconv.Itoa(o.issue) != run.Extra["issue"]:
		return differs(fmt.Sprintf("--issue %d", o.issue), "is for another one, or none")
	case o.via == "branch" && forked:
		return differs("--via branch", "goes by a fork")
	case o.via == "fork" && !forked:
		return differs("--via fork", "goes by a branch in the repository")
	case o.forkOrg != "" && !forked:
		return differs("--fork-org "+o.forkOrg, "goes by a branch in the repository")
	}
	if fork, _, made := contribute.ForkOf(run); made && o.forkOrg != "" && !strings.EqualFold(fork.Owner, o.forkOrg) {
		return differs("--fork-org "+o.forkOrg, "goes by the fork "+fork.FullName())
	}
	return nil
}

// otherClone tells whether a run made another clone than flags ask for.
func otherClone(a *app, o *contributeOptions, run workflow.State) bool {
	was, known := contribute.ClonedAs(run)
	return !known || !was.Same(o.clone.wish(a, false))
}

// replaceChange lets another patch or command take the place of one that
// failed. One that is in the branch already stays.
func replaceChange(j *workflow.Journal, wanted workflow.Step, differs func(flag, is string) error) error {
	n := 0
	for _, st := range j.State().Steps {
		if st.ID != "apply" && st.ID != "exec" && st.Kind != wanted.Kind {
			continue
		}
		n++
		switch {
		case st.Status == workflow.Dropped:
		case st.Kind == wanted.Kind && bytes.Equal(st.In, wanted.In):
			return nil
		case st.Status == workflow.Done:
			return differs("--apply, --exec", "has another change in its branch already")
		default:
			if err := j.Drop(st.ID); err != nil {
				return err
			}
		}
	}
	if n > 0 {
		wanted.ID += fmt.Sprintf("-%d", n+1)
	}
	return j.Append(wanted)
}

// stopped adds to a failure how to go on. A refusal before anything was made
// leaves nothing to go on with, so the run ends.
func stopped(j *workflow.Journal, err error) error {
	st := j.State()
	if denied(err) && !anyDone(st) {
		return fault.Join(err, j.End("refused"))
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var hinted *contribute.HintError
	if errors.As(err, &hinted) {
		return err
	}
	upstream, parseErr := forge.ParseRepo(st.Upstream, "")
	if parseErr != nil {
		return err
	}
	again := "isrc contribute " + upstream.FullName() + " --branch " + shellWord(st.Branch)
	return &contribute.HintError{Err: err, Hint: "what was made is kept; the same command, or " + again + ", goes on"}
}

// denied tells whether the host has answered, and would answer the same again.
func denied(err error) bool {
	var (
		refused *forge.NotPermittedError
		missing *forge.NotFoundError
		invalid *forge.InvalidError
	)
	return errors.As(err, &refused) || errors.As(err, &missing) || errors.As(err, &invalid)
}

func anyDone(st workflow.State) bool {
	for _, s := range st.Steps {
		if s.Status == workflow.Done {
			return true
		}
	}
	return false
}

// inClone lets the hint of a command that worked in a clone be pasted from
// where the user stands.
func inClone(dir string, err error) error {
	var exit *exitError
	if errors.As(err, &exit) && exit.hint != "" {
		return &exitError{code: exit.code, err: exit.err, hint: "cd " + shellWord(dir) + ", then " + exit.hint}
	}
	return err
}
