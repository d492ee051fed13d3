package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// submitIn submits the change in a clone.
func (a *app) submitIn(ctx context.Context, site *contribute.Site, o *submitOptions, dir string) (*submitted, error) {
	if err := knownRules("despite", o.despite); err != nil {
		return nil, err
	}
	wishes, err := o.wishes()
	if err != nil {
		return nil, err
	}
	text, err := a.submitText(o)
	if err != nil {
		return nil, err
	}
	defer func(was string) { a.inv.Dir = was }(a.inv.Dir)
	a.inv.Dir = dir
	if !o.dryRun {
		end, err := contribute.AloneIn(dir)
		if err != nil {
			return nil, err
		}
		defer end()
	}
	review, site, err := a.reviewForSubmit(ctx, site, o)
	if err != nil {
		return nil, err
	}
	draft, err := review.Write(ctx, site, text)
	if err != nil {
		return nil, err
	}
	if !o.dryRun {
		if err := review.KeepText(draft, text); err != nil {
			return nil, err // what somebody wrote must not be lost if what follows fails
		}
	}
	findings := describeReview(review, nil)
	if blocking := broken(review.Findings, o.despite); blocking {
		return nil, a.refuseBroken(review, findings, o)
	}
	sub, err := site.PlanSubmit(ctx, review, draft, text)
	if err != nil {
		return nil, review.Refused(err)
	}
	if e := sub.Existing; e != nil && e.Base.Branch != "" && e.Base.Branch != sub.Base {
		a.say("isrc: pull request #%d is sent to %s; it went to %s", e.Number, term.Line(sub.Base), term.Line(e.Base.Branch))
	}
	result := describeSubmission(site, sub, draft, findings, o)
	if err := wishes.mayBe(sub.Upstream, sub.Existing); err != nil {
		return nil, err
	}
	result.wish(wishes)
	a.sayThreads(result.Threads, a.inv.Now())
	if o.dryRun {
		return result, nil
	}
	for _, f := range review.Findings {
		if f.Verdict == rule.Broken && f.Requirement != nil && f.Requirement.Strength != rule.May {
			a.say("isrc: not followed, though it %s be: %s (isrc check says more)", f.Requirement.Strength, term.Line(f.Message))
		}
	}
	if n := len(review.Uncommitted); n > 0 {
		a.say("isrc: %s not committed and will not be part of it", pluralOf(n, "file is", "files are"))
	}
	if err := a.carrySubmission(ctx, site, o, sub, result); err != nil {
		return nil, err
	}
	if err := wishes.carry(ctx, site, sub.Upstream, *result.Number); err != nil {
		return nil, &contribute.HintError{Err: err, Hint: "the pull request is there: " + *result.URL + "; the same command asks again"}
	}
	result.wish(wishes)
	return result, nil
}

func (a *app) carrySubmission(ctx context.Context, site *contribute.Site, o *submitOptions, sub *contribute.Submission, result *submitted) error {
	review := sub.Review
	j, err := site.Adopt(ctx, review.Place, site.Tool)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	pull, err := site.Submit(ctx, j, sub, o.despite)
	if err != nil {
		return review.Refused(err)
	}
	run := j.State().Run
	result.URL, result.Number, result.Outcome, result.Draft, result.Run = &pull.URL, &pull.Number, pull.Outcome, pull.Draft, &run
	result.Title = firstOf(pull.Title, result.Title)
	if sub.Round != nil {
		if len(sub.Round.Ask) > 0 {
			sub.Round.RoundOf(j.State())
		}
		result.Round = roundOf(sub.Round)
	}
	if !pull.Head.IsZero() {
		result.HeadRepository = repositoryOf(pull.Head, site.WebURL(pull.Head))
	}
	result.Steps = []planned{}
	for _, s := range j.State().Steps {
		result.Steps = append(result.Steps, planned{ID: s.ID, Kind: s.Kind, Title: s.Title, Status: string(s.Status)})
	}
	return nil
}

// reviewForSubmit finds the place and what can be said of it before any text.
func (a *app) reviewForSubmit(ctx context.Context, site *contribute.Site, o *submitOptions) (*contribute.Review, *contribute.Site, error) {
	place, tool, err := a.place(ctx, placeOptions{repo: o.repo, base: o.base})
	if err != nil {
		return nil, nil, err
	}
	if place.Branch == "" {
		return nil, nil, place.Ready(&contribute.Review{Place: place})
	}
	if place.Run == nil && o.repo == "" {
		return nil, nil, &usageError{err: fault.Errorf("this clone has no record of where the change goes"), hint: "isrc submit --repo " + firstOf(strings.Trim(place.Upstream.FullName(), "/"), "OWNER/NAME")}
	}
	if site == nil {
		if site, err = a.siteOfRun(ctx, place.Upstream, place.Run); err != nil {
			return nil, nil, err
		}
	}
	if o.message != "" {
		if place, err = a.commitFirst(ctx, site, place, o); err != nil {
			return nil, nil, err
		}
	}
	place.Equip(site)
	if o.title != "" && !o.dryRun && place.Branch != place.Base {
		if err := place.KeepTitle(o.title); err != nil {
			return nil, nil, err
		}
	}
	if err := site.FollowPull(ctx, place); err != nil {
		return nil, nil, err
	}
	if moved := place.Moved(); moved != "" {
		a.say("isrc: %s", term.Line(moved))
	}
	if err := place.Refresh(ctx, site.Tool); err != nil {
		return nil, nil, err
	}
	if place.Branch == place.Base && (o.branch != "" || a.io.CanPrompt()) {
		if err := a.moveCommits(ctx, place, tool, o); err != nil {
			return nil, nil, err
		}
	}
	review, err := place.Review(ctx, site, site.Tool, contribute.ReviewOptions{Frugal: true})
	if err == nil && o.base == "" {
		review, err = a.declaredBase(ctx, site, review)
	}
	if err != nil {
		return nil, nil, err
	}
	return review, site, place.Ready(review)
}

// declaredBase sends a change for which nobody chose a base where the owners take
// changes, as contribute does.
func (a *app) declaredBase(ctx context.Context, site *contribute.Site, r *contribute.Review) (*contribute.Review, error) {
	base := r.Declared()
	if base == "" {
		return r, nil
	}
	usual := r.Base
	if moved, err := r.GoTo(ctx, site.Tool, base); err != nil || !moved {
		return r, err // the rule says what is wrong with it
	}
	a.say("isrc: the owners take changes on %s, so this one goes there, not to %s (--base chooses another)", term.Line(base), term.Line(usual))
	return r.Place.Review(ctx, site, site.Tool, contribute.ReviewOptions{Frugal: true})
}

// commitFirst commits what is not committed yet and looks at the clone anew.
func (a *app) commitFirst(ctx context.Context, site *contribute.Site, p *contribute.Place, o *submitOptions) (*contribute.Place, error) {
	commit := git.CommitOptions{Message: o.message, Signoff: o.signoff}
	if o.dryRun {
		made, err := p.Foresee(ctx, site, commit)
		if made {
			a.say("isrc: what is not committed would become a commit first, which your hooks have not seen yet: %s", term.Line(o.message))
		}
		return p, err
	}
	_, err := site.CommitAll(ctx, p.Dir, commit)
	if err != nil && !errors.Is(err, git.ErrNothingToCommit) { // committed before is as good
		return nil, err
	}
	p, _, err = a.place(ctx, placeOptions{repo: o.repo, base: o.base})
	return p, err
}

// moveCommits gives commits that were made on the base branch a branch of their
// own and lets the base be what the upstream has.
func (a *app) moveCommits(ctx context.Context, p *contribute.Place, tool *git.Tool, o *submitOptions) error {
	name := o.branch
	if name == "" {
		ahead, _, err := p.Repo.AheadBehind(ctx, p.Head, p.BaseRev)
		if err != nil || ahead == 0 {
			return nil //nolint:nilerr // whether there is anything to submit is said elsewhere
		}
		if name, err = a.io.Input(fmt.Sprintf("%s on %s. Name of a branch to move them to", pluralOf(ahead, "commit lies", "commits lie"), p.Base), "--branch", ""); err != nil {
			return err
		}
		if name == "" {
			return term.ErrDeclined
		}
	}
	if o.dryRun {
		a.say("isrc: the commits on %s would move to a branch %s", p.Base, term.Line(name))
		return p.StandFor(name)
	}
	return p.MoveTo(ctx, tool, name)
}

// broken tells whether something that must hold is broken and not excused.
func broken(all []rule.Finding, despite []string) bool {
	for _, f := range all {
		if slices.Contains(despite, f.Rule) {
			continue
		}
		if rule.Blocking([]rule.Finding{f}, false) {
			return true
		}
	}
	return false
}

// refuseBroken shows what is broken and says how to go on.
func (a *app) refuseBroken(r *contribute.Review, c *checked, o *submitOptions) error {
	if !o.output.set {
		shown := *a.io
		shown.Out = a.io.Err
		shown.OutTTY = a.io.ErrTTY
		if err := showReview(&shown, c, &checkOptions{}); err != nil {
			return err
		}
	}
	var rules []string
	var named []string
	safe := false
	for _, f := range r.Findings {
		if rule.Blocking([]rule.Finding{f}, false) && !slices.Contains(o.despite, f.Rule) {
			rules = append(rules, f.Rule)
			if f.Fix != nil && f.Fix.Refused == "" && f.Fix.Kind != rule.FixFillBody {
				safe = safe || f.Fix.Safe
				named = append(named, f.Rule)
			}
		}
	}
	mend := "mend it and try again"
	if i := slices.IndexFunc(r.Findings, func(f rule.Finding) bool { return slices.Contains(rules, f.Rule) }); i >= 0 && len(rules) == 1 {
		switch f := r.Findings[i]; {
		case f.Rule == "up-to-date":
			mend = "isrc sync, then isrc submit"
		case f.Rule == "branch-name" && f.Fix == nil:
			mend = "git branch -m NAME, then isrc submit"
		}
	}
	hint := mend + ", or go on all the same: isrc submit --despite " + strings.Join(rules, ",")
	switch {
	case safe:
		hint = "isrc check --fix, then isrc submit"
	case len(named) > 0: // it wants a look first
		hint = "isrc check --fix=" + strings.Join(slices.Compact(named), ",") + ", then isrc submit"
	}
	if o.dryRun && o.message != "" {
		hint = "once it is committed: " + hint
	}
	return &exitError{code: exitBroken, err: fault.Errorf("submit %s to %s: broken: %s", r.Branch, r.Upstream.FullName(), strings.Join(rules, ", ")), hint: hint}
}
