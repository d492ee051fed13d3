package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// submitted is what submit answers.
type submitted struct {
	URL            *string    `json:"url"` // null while it is only planned
	Number         *int       `json:"number"`
	Title          string     `json:"title"`
	Body           string     `json:"body"`
	Outcome        string     `json:"outcome"` // created, existing, updated or planned
	Draft          bool       `json:"draft"`
	Repository     repository `json:"repository"`
	HeadRepository repository `json:"headRepository"`
	Branch         string     `json:"branch"`
	Base           string     `json:"base"`
	Head           string     `json:"head"`
	Run            *string    `json:"run"`
	Findings       []finding  `json:"findings"`
	Despite        []string   `json:"despite"`
	Steps          []planned  `json:"steps"`
}

type submitOptions struct {
	repo     string
	base     string
	branch   string
	title    string
	bodyFile string
	draft    bool
	template string
	sections []string
	ticks    []string
	despite  []string
	forkOrg  string
	again    bool
	dryRun   bool
	yes      bool
	output   output
}

// textFlags are the flags with which a pull request is written; contribute has
// them too.
func (o *submitOptions) textFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.title, "title", "t", "", "`TITLE` of the pull request")
	f.StringVar(&o.bodyFile, "body-file", "", "read the body from `FILE`, - for standard input")
	f.BoolVar(&o.draft, "draft", false, "open it as a draft")
	f.StringVar(&o.template, "pr-template", "", "fill this `TEMPLATE` of several")
	f.StringArrayVar(&o.sections, "section", nil, "fill a section of the template: `HEADING=FILE`, or HEADING=- for standard input")
	f.StringArrayVar(&o.ticks, "tick", nil, "tick the box with this `TEXT`: you answer for what it says")
	f.StringSliceVar(&o.despite, "despite", nil, "go on although these `RULES` are broken; it is kept in the journal")
	registerValues(cmd, "despite", ruleIDs()...)
}

func newSubmit(a *app) *cobra.Command {
	o := &submitOptions{}
	cmd := &cobra.Command{
		Use:   "submit",
		Short: "Check the change, push it and open the pull request",
		Long: `Submit holds the change against what the project asks, pushes the branch, and
opens the pull request with the project's template filled. An open pull request
of the branch is found and brought up to date instead.

In a clone that isrc made it knows where the change goes; elsewhere say so with
--repo. It ticks no box that states something about you, and signs nothing off.`,
		Example: `  isrc submit
  isrc submit --title 'fix: reject tokens without expiry' --tick 'I have run the tests'
  isrc submit --repo identity/auth-lib --base main --draft --json url --jq .url`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			pull, err := a.submitIn(cmd.Context(), nil, o, a.inv.Dir)
			if err != nil {
				return err
			}
			return a.show(&o.output, pull, func(s *term.Streams) error { return showSubmitted(s, pull) })
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that the change goes to")
	f.StringVar(&o.base, "base", "", "the `BRANCH` that the change goes to")
	f.StringVarP(&o.branch, "branch", "b", "", "move commits that lie on the base branch to a new branch of this `NAME`")
	f.StringVar(&o.forkOrg, "fork-org", "", "if a fork is needed, make it in this `ORGANISATION`")
	f.BoolVar(&o.again, "again", false, "open one although an earlier one of this branch was declined")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be pushed and opened, and change nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	o.textFlags(cmd)
	addOutput(cmd, &o.output, submitted{})
	exits(cmd, exitBroken, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitInterrupted)
	return cmd
}

// submitIn submits the change in a clone.
func (a *app) submitIn(ctx context.Context, site *contribute.Site, o *submitOptions, dir string) (*submitted, error) {
	if err := knownRules("despite", o.despite); err != nil {
		return nil, err
	}
	text, err := a.submitText(o)
	if err != nil {
		return nil, err
	}
	defer func(was string) { a.inv.Dir = was }(a.inv.Dir)
	a.inv.Dir = dir
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
		return nil, err
	}
	result := describeSubmission(site, sub, draft, findings, o)
	if o.dryRun {
		return result, nil
	}
	for _, f := range review.Findings {
		if f.Verdict == rule.Broken && f.Requirement != nil && f.Requirement.Strength != rule.May {
			a.say("isrc: %s, not followed: %s (isrc check says more)", f.Requirement.Strength, term.Line(f.Message))
		}
	}
	if n := len(review.Uncommitted); n > 0 {
		a.say("isrc: %s not committed and will not be part of it", pluralOf(n, "file is", "files are"))
	}
	return result, a.carrySubmission(ctx, site, o, sub, result)
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
		return err
	}
	run := j.State().Run
	result.URL, result.Number, result.Outcome, result.Draft, result.Run = &pull.URL, &pull.Number, pull.Outcome, pull.Draft, &run
	result.Title = firstOf(pull.Title, result.Title)
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
		return nil, nil, &usageError{err: fmt.Errorf("this clone has no record of where the change goes"), hint: "isrc submit --repo " + firstOf(strings.Trim(place.Upstream.FullName(), "/"), "OWNER/NAME")}
	}
	if site == nil {
		if site, err = a.site(ctx, place.Upstream.Host); err != nil {
			return nil, nil, err
		}
	}
	if o.title != "" && !o.dryRun && place.Branch != place.Base {
		if err := place.KeepTitle(o.title); err != nil {
			return nil, nil, err
		}
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
	if err != nil {
		return nil, nil, err
	}
	return review, site, place.Ready(review)
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

func (a *app) submitText(o *submitOptions) (contribute.SubmitOptions, error) {
	t := contribute.SubmitOptions{Title: o.title, Template: o.template, Ticks: o.ticks, Draft: o.draft, ForkOrg: o.forkOrg, Again: o.again, Sections: map[string]string{}}
	if o.bodyFile != "" {
		body, err := a.readText(o.bodyFile)
		if err != nil {
			return t, fmt.Errorf("--body-file: %w", err)
		}
		t.Body = &body
	}
	for _, s := range o.sections {
		heading, file, ok := strings.Cut(s, "=")
		if !ok || heading == "" || file == "" {
			return t, usagef("--section takes HEADING=FILE, not %q", s)
		}
		text, err := a.readText(file)
		if err != nil {
			return t, fmt.Errorf("--section %s: %w", heading, err)
		}
		t.Sections[heading] = text
	}
	return t, nil
}

// maxText bounds what is read as a pull request's text; GitHub takes 65,536
// characters.
const maxText = 1 << 20

func (a *app) readText(file string) (string, error) {
	if file == "-" {
		data, err := io.ReadAll(io.LimitReader(a.io.In, maxText))
		return string(data), err
	}
	f, err := os.Open(a.path(file))
	if err != nil {
		return "", &usageError{err: err}
	}
	defer f.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(io.LimitReader(f, maxText))
	return string(data), err
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
		if err := showReview(&shown, c, false); err != nil {
			return err
		}
	}
	var rules []string
	fixable := false
	for _, f := range r.Findings {
		if rule.Blocking([]rule.Finding{f}, false) && !slices.Contains(o.despite, f.Rule) {
			rules = append(rules, f.Rule)
			fixable = fixable || (f.Fix != nil && f.Fix.Refused == "" && f.Fix.Kind != rule.FixFillBody)
		}
	}
	hint := "isrc submit --despite " + strings.Join(rules, ",") + " goes on all the same"
	if fixable {
		hint = "isrc check --fix, then isrc submit"
	}
	return &exitError{code: exitBroken, err: fmt.Errorf("submit %s to %s: broken: %s", r.Branch, r.Upstream.FullName(), strings.Join(rules, ", ")), hint: hint}
}

func describeSubmission(site *contribute.Site, sub *contribute.Submission, d rule.Draft, c *checked, o *submitOptions) *submitted {
	head := sub.To
	if head.IsZero() {
		head = forge.RepoName{Host: site.Host, Owner: site.KnownLogin, Name: sub.Upstream.Name}
	}
	s := &submitted{
		Title: d.Title, Body: d.Body, Outcome: "planned", Draft: o.draft, Repository: repositoryOf(sub.Upstream, site.WebURL(sub.Upstream)),
		HeadRepository: repositoryOf(head, site.WebURL(head)), Branch: sub.Review.Branch, Base: sub.Base, Head: sub.Review.Head, Findings: c.Findings, Despite: nonNil(o.despite), Steps: []planned{},
	}
	if sub.Existing != nil {
		s.URL, s.Number = &sub.Existing.URL, &sub.Existing.Number
	}
	for _, st := range sub.Steps {
		s.Steps = append(s.Steps, planned{ID: st.ID, Kind: st.Kind, Title: st.Title, Status: "planned"})
	}
	return s
}

// submittedBefore describes a pull request that an interrupted submission has
// come to.
func submittedBefore(site *contribute.Site, st workflow.State, p *contribute.OpenedPull) *submitted {
	s := &submitted{
		URL: &p.URL, Number: &p.Number, Title: p.Title, Outcome: p.Outcome, Draft: p.Draft, Repository: repositoryOf(p.Upstream, site.WebURL(p.Upstream)),
		Branch: st.Branch, Base: st.Base, Run: &st.Run, Findings: []finding{}, Despite: []string{}, Steps: []planned{},
	}
	if !p.Head.IsZero() {
		s.HeadRepository = repositoryOf(p.Head, site.WebURL(p.Head))
	}
	return s
}

// showSubmitted writes the URL as the only line of stdout; the rest is aside.
func showSubmitted(s *term.Streams, p *submitted) error {
	switch p.Outcome {
	case "planned":
		fmt.Fprintf(s.Out, "Would push %s to %s and open in %s:\n\n  %s\n\n", term.Line(p.Branch), p.HeadRepository.FullName, p.Repository.FullName, term.Line(p.Title))
		for _, l := range strings.Split(term.Block(p.Body), "\n") {
			fmt.Fprintln(s.Out, strings.TrimRight("  "+l, " "))
		}
		return nil
	case contribute.PullCreated:
		fmt.Fprintf(s.Err, "%s pull request #%d opened: %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number, term.Line(p.Title))
	case contribute.PullExisting:
		fmt.Fprintf(s.Err, "%s pull request #%d was open already and has your new commits\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number)
	case contribute.PullUpdated:
		fmt.Fprintf(s.Err, "%s pull request #%d was open already; commits, title and body are brought up to date\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number)
	}
	_, err := fmt.Fprintln(s.Out, *p.URL)
	return err
}
