package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/term"
)

type proposeOptions struct {
	textOptions
	form   string
	labels []string
	anyway bool
	dryRun bool
	yes    bool
	output output
}

func newPropose(a *app) *cobra.Command {
	o := &proposeOptions{}
	cmd := &cobra.Command{
		Use:   "propose <repo>",
		Short: "Agree with the owners before you write code",
		Long: `Propose opens an issue that says what you want to change, with the repository's
own form for that, so that its owners can agree before there is code.

Before it opens one it looks for what says the same: your own proposal is found
again and not opened twice; open issues and pull requests that resemble it are
shown, and nothing is opened beside them unless you say --anyway.

What a form sets besides (labels, assignees, the type) is asked for; a forge
leaves it out for accounts that may not push, which is said. Projects are not
set: that takes GraphQL and a scope of its own.

Later, contribute --issue NUMBER takes the proposal up, and the pull request
closes it.`,
		Example: `  isrc propose identity/auth-lib --title 'Refuse tokens without expiry'
  isrc propose identity/auth-lib -t 'Rotate keys' --section Motivation=why.md --yes
  isrc propose obs/collector -t 'Batch exports' --dry-run --json similar`,
		Args:              exactArgs(1, "a repository"),
		ValidArgsFunction: a.completeRepos,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.propose(cmd.Context(), o, args[0]) },
	}
	f := cmd.Flags()
	o.flags(f, "of the issue: what you want to change", "part of the form")
	f.StringVar(&o.form, "issue-template", "", "fill this `FORM` of several (default: the one for proposals)")
	f.StringSliceVar(&o.labels, "label", nil, "add this `LABEL`")
	f.BoolVar(&o.anyway, "anyway", false, "open it although something similar is open")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be opened, and open nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	addOutput(cmd, &o.output, proposed{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitInterrupted)
	return cmd
}

func (a *app) propose(ctx context.Context, o *proposeOptions, arg string) error {
	body, sections, err := a.readTexts(&o.textOptions)
	if err != nil {
		return err
	}
	name, site, err := a.repository(ctx, arg)
	if err != nil {
		return err
	}
	if err := a.askTitle(ctx, o, site, name); err != nil {
		return unopened(err)
	}
	plan, err := site.PlanProposal(ctx, contribute.Proposal{
		Upstream: name, Title: strings.TrimSpace(o.title), Body: body, Form: o.form, Sections: sections, Ticks: o.ticks, Labels: o.labels, Anyway: o.anyway,
	}, issueTerms)
	if err != nil {
		return err
	}
	result := describeProposal(plan)
	if plan.Mine != nil {
		result.found(plan.Mine, contribute.PullExisting)
		return a.show(&o.output, result, func(s *term.Streams) error { return showProposed(s, result) })
	}
	if o.dryRun {
		return a.show(&o.output, result, func(s *term.Streams) error { return showProposalPlan(s, s.Out, result) })
	}
	if same := plan.Same(); same != nil && !o.anyway {
		if taken, err := a.takeSimilar(o, result, same); err != nil || taken {
			return err
		}
	}
	if err := a.fillProposal(o, plan); err != nil {
		return unopened(err)
	}
	if err := a.agreeToProposal(o, describeProposal(plan)); err != nil {
		return unopened(err)
	}
	issue, err := site.Propose(ctx, plan)
	if err != nil {
		return err
	}
	result.URL, result.Number, result.Title, result.Outcome, result.Body = &issue.URL, &issue.Number, issue.Title, issue.Outcome, plan.Text
	for _, left := range result.leaveOut(issue) {
		a.say("isrc: %s", term.Line(left))
	}
	return a.show(&o.output, result, func(s *term.Streams) error { return showProposed(s, result) })
}

// unopened says of a question that was broken off that nothing came of it: what
// was typed is not kept.
//
//go:noinline
func unopened(err error) error {
	if errors.Is(err, term.ErrDeclined) {
		return &contribute.HintError{Err: err, Hint: "no issue was opened; --title and --body-file give the words at once"}
	}
	return err
}

// askTitle asks what for, once it is known that there is something to propose to:
// what is typed must not be for nothing.
func (a *app) askTitle(ctx context.Context, o *proposeOptions, site *contribute.Site, name forge.RepoName) (err error) {
	if o.title == "" && !a.io.CanPrompt() && !o.dryRun {
		return nil // unfilled names it, with what the form demands
	}
	if o.title == "" {
		if a.io.CanPrompt() {
			if _, err := site.Forge.Repo(ctx, name); err != nil {
				return err
			}
		}
		o.title, err = a.io.Input("What do you want to change, in one line", "--title", "")
	}
	if err == nil && strings.TrimSpace(o.title) == "" {
		err = &usageError{err: errors.New("a proposal needs a title"), hint: "--title 'what you want to change'"}
	}
	return err
}

// takeSimilar tells of an open one that most probably says the same. On a
// terminal the user chooses; a script is told what there is.
func (a *app) takeSimilar(o *proposeOptions, result *proposed, same *contribute.Similar) (taken bool, err error) {
	a.progress.Clear()
	next := "isrc contribute " + result.Repository.FullName + fmt.Sprintf(" --issue %d", same.Number)
	if same.Pull {
		next = "isrc show " + result.Repository.FullName
	}
	if !a.io.CanPrompt() || o.yes {
		result.found(same, "similar")
		if o.output.set {
			if err := a.show(&o.output, result, nil); err != nil {
				return true, err
			}
		}
		return true, &exitError{
			code: exitNotReached, err: fault.Errorf("nothing was opened: #%d says much the same: %s (%s)", same.Number, same.Title, same.URL),
			hint: next + "\n--anyway opens yours beside it",
		}
	}
	showSimilar(a.io, a.io.Err, result)
	pick, err := a.io.Choose("Open yours beside them?", "--anyway", []string{fmt.Sprintf("no: #%d is what I mean", same.Number), "yes, mine is another one"})
	if err != nil || pick == 1 {
		return err != nil, err
	}
	result.found(same, "similar")
	result.Next = &next
	return true, a.show(&o.output, result, func(s *term.Streams) error { return showProposed(s, result) })
}

// fillProposal asks for what the form demands, or names the flags that give it.
func (a *app) fillProposal(o *proposeOptions, plan *contribute.ProposalPlan) error {
	if err := a.askSections(o, plan); err != nil {
		return err
	}
	if !a.io.CanPrompt() || o.yes {
		if err := unfilled(o, plan); err != nil {
			return err
		}
	}
	for _, heading := range plan.Missing {
		if plan.Used.IsBox(heading) {
			if err := a.io.Confirm(term.Line(heading), "--tick", false); err != nil {
				return err
			}
			plan.Ticks = append(plan.Ticks, heading)
			continue
		}
		text, err := a.askField(plan.Field(heading), false)
		if err != nil {
			return err
		}
		plan.Sections[heading] = text
	}
	if err := plan.Fill(); err != nil {
		return err
	}
	if plan.Bare() && (!a.io.CanPrompt() || o.yes) {
		hint := "--body-file FILE, or --body-file - for standard input"
		if plan.Used != nil {
			for _, s := range plan.Used.Form.Sections[:min(len(plan.Used.Form.Sections), 5)] {
				if s.Heading != "" && len(s.Boxes) == 0 {
					hint += "\n--section " + shellWord(s.Heading+"=FILE")
				}
			}
		}
		return &usageError{err: fault.Errorf("the issue would be empty but for its title: say what for"), hint: hint}
	}
	return unfilled(o, plan)
}

// askSections asks at a terminal for what the form has room for, unless a text
// was given; Enter leaves a part empty.
func (a *app) askSections(o *proposeOptions, plan *contribute.ProposalPlan) error {
	if !a.io.CanPrompt() || o.yes || plan.Body != nil {
		return nil
	}
	if plan.Used == nil {
		why, err := a.io.Text("Why, in a line or two (Enter leaves it out)", "--body-file")
		if err != nil || why == "" {
			return err
		}
		plan.Body = &why
		return plan.Fill()
	}
	for _, s := range plan.Used.Form.Sections {
		if _, given := plan.Sections[s.Heading]; given || s.Heading == "" || len(s.Boxes) > 0 || s.Content != "" {
			continue
		}
		text, err := a.askField(s, !s.Required)
		if err != nil {
			return err
		}
		if text != "" {
			plan.Sections[s.Heading] = text
		}
	}
	return plan.Fill()
}

// askField asks for a part of a form: for one of its words, where it has such, or
// for a text. A word that it does not take is asked for again at once, so that
// nothing that was typed before is lost with it.
func (a *app) askField(s guideline.Section, optional bool) (string, error) {
	label := term.Line(s.Heading)
	if len(s.Options) == 0 {
		return a.io.Text(label, "--section")
	}
	words, how := term.Line(strings.Join(s.Options, ", ")), "one of"
	if s.Several {
		how = "some of"
	}
	fits := func(answer string) bool { return s.Takes(answer) && (answer != "" || optional) }
	return a.io.InputThat(label+" ("+how+": "+words+")", "--section", fits, "Please answer with "+how+": "+words+".")
}

func (a *app) agreeToProposal(o *proposeOptions, result *proposed) error {
	if o.yes || !a.io.CanPrompt() {
		return nil
	}
	a.progress.Clear()
	if err := showProposalPlan(a.io, a.io.Err, result); err != nil {
		return err
	}
	return a.io.Confirm("Open it?", "--yes", true)
}

// issueTerms takes a text apart as find compares words.
func issueTerms(text string) []string {
	var out []string
	catalog.EachWord(text, func(w string) {
		parts := catalog.Parts(w)
		if len(parts) == 0 {
			parts = []string{catalog.Fold(w)}
		}
		for _, p := range parts {
			if len(p) > 1 && !catalog.StopWord(p) {
				out = append(out, catalog.Stem(p))
			}
		}
	})
	return out
}
