package command

import (
	"context"
	"fmt"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// before finds out whether this very call came to a pull request before that is
// still open: the same folder, branch and change. It changes nothing.
func (a *app) before(ctx context.Context, site *contribute.Site, o *contributeOptions, req contribute.Request) (*contribution, error) {
	if !o.unattended() || o.fresh || o.dryRun {
		return nil, nil
	}
	runs, err := site.RunsAt(req.Upstream, req.Dir)
	if err != nil {
		return nil, err
	}
	run, err := runOf(ctx, site, runs, req)
	if err != nil || run == nil {
		return nil, err
	}
	opened := contribute.Opened(*run)
	pull, err := site.Forge.Pull(ctx, opened.Upstream, opened.Number)
	if err != nil {
		return nil, fault.Errorf("look up pull request #%d of %s: %w", opened.Number, opened.Upstream.FullName(), err)
	}
	if pull.State != forge.PullOpen {
		return nil, nil
	}
	if err := o.sameAs(a, *run, opened.URL); err != nil {
		return nil, err
	}
	result := resumed(site, req.Upstream, *run)
	result.fill(site, *run)
	opened.Outcome, opened.Title, opened.Draft = contribute.PullExisting, pull.Title, pull.Draft
	result.Pull = submittedBefore(site, *run, opened)
	result.Pull.Body, result.Pull.Head = pull.Body, pull.Head.SHA
	return result, nil
}

// runOf is the newest run of the branch that a request means, if it has a pull
// request. Only a branch that is not named costs look-ups.
func runOf(ctx context.Context, site *contribute.Site, runs []workflow.State, req contribute.Request) (*workflow.State, error) {
	some := false
	for _, r := range runs {
		some = some || contribute.Opened(r) != nil
	}
	if !some {
		return nil, nil
	}
	branch := req.Branch
	if branch == "" {
		sit, err := site.Look(ctx, req)
		if err != nil {
			return nil, err
		}
		plan, err := contribute.Decide(sit)
		if err != nil {
			return nil, err
		}
		branch = plan.Branch
	}
	for i, r := range runs {
		if r.Branch != branch {
			continue
		}
		if contribute.Opened(r) == nil {
			return nil, nil // begun since: it is gone on with
		}
		return &runs[i], nil
	}
	return nil, nil
}

// sameAs refuses to take another change, or another way, for what was done.
func (o *contributeOptions) sameAs(a *app, run workflow.State, url string) error {
	differs := func(flag, is string) error {
		return &usageError{
			err:  fault.Errorf("%s: your contribution on %s %s: %s", flag, run.Branch, is, url),
			hint: "start another with --new, and a --branch and --dir of its own; or commit in " + shellWord(run.Clone) + ", then isrc submit",
		}
	}
	if err := o.sameWay(a, run, differs); err != nil {
		return err
	}
	steps, err := o.after(a, nil)
	if err != nil {
		return err
	}
	if !contribute.Carries(run, steps[0]) {
		return differs("--apply, --exec", "has a pull request with another change")
	}
	return nil
}

// showBefore writes the URL as the only line of stdout, like the call that
// opened it; that nothing was done now is aside.
func showBefore(s *term.Streams, p *submitted) error {
	fmt.Fprintf(s.Err, "%s pull request #%d is open already, from the same command; nothing was changed (--new makes another)\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number)
	_, err := fmt.Fprintln(s.Out, *p.URL)
	return err
}
