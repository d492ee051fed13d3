package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// finished is what finish answers.
type finished struct {
	Repository repository     `json:"repository"`
	Number     int            `json:"number"`
	Title      string         `json:"title"`
	URL        string         `json:"url"`
	State      string         `json:"state"` // merged or declined
	Since      *string        `json:"sinceAt"`
	Merge      *string        `json:"mergeCommit"`
	Release    *releasedIn    `json:"release"` // the first one that carries it; null while none does
	Warranty   *warranty      `json:"warranty"`
	LastWord   *lastWord      `json:"lastWord"` // what was said last before it was declined
	Ways       []finishWay    `json:"ways"`     // what can be done now
	Cleaned    []cleanedThing `json:"cleaned"`
	Run        *string        `json:"run"`
}

type releasedIn struct {
	Tag       string  `json:"tag"`
	URL       string  `json:"url"`
	Published *string `json:"publishedAt"`
}

// warranty is how long the owners expect contributors to mend what breaks.
type warranty struct {
	Days  int     `json:"days"`
	Until *string `json:"untilAt"`
	Said  *quote  `json:"said"`
}

type lastWord struct {
	By   string `json:"by"`
	Text string `json:"text"`
}

type finishWay struct {
	Kind string `json:"kind"` // rework, extension, variant, removal or next
	Why  string `json:"why"`
	Next string `json:"next"`
}

type cleanedThing struct {
	What    string  `json:"what"`
	Outcome string  `json:"outcome"` // removed, would-remove, kept or gone
	Why     *string `json:"why"`
}

type finishOptions struct {
	dryRun bool
	yes    bool
	keep   bool
	remove bool
	output output
}

func newFinish(a *app) *cobra.Command {
	o := &finishOptions{}
	cmd := &cobra.Command{
		Use:   "finish [CONTRIBUTION]",
		Short: "Tidy up after a merge, or see what to do after a decline",
		Long: `Finish is for a contribution that has come to its end, the one of the branch
here or one that is named: OWNER/NAME#NUMBER, an address, or a run.

After a merge it says which release carries it and until when its owners expect
you to mend what breaks (warrantyDays in their manifest), and deletes its branch
on the forge and in the clone, where both are as the pull request left them.

After a decline it shows what was said last and the ways from there: rework it,
build it at an extension point, declare a variant, or remove it (--remove).`,
		Example: `  isrc finish
  isrc finish identity/auth-lib#413 --dry-run
  isrc finish identity/auth-lib#413 --json release,warranty`,
		Args: atMostOne("a contribution"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.finish(cmd.Context(), o, append(args, ".")[0])
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be tidied up")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.keep, "keep-branch", false, "delete no branch")
	f.BoolVar(&o.remove, "remove", false, "after a decline: delete the branch, and end the contribution")
	addOutput(cmd, &o.output, finished{})
	exits(cmd, exitSignIn, exitNotFound, exitUnavailable, exitNotReached, exitInterrupted)
	return cmd
}

func (a *app) finish(ctx context.Context, o *finishOptions, arg string) error {
	runs, _, err := workflow.List(a.runsDir())
	if err != nil {
		return err
	}
	ref, run, err := a.contributionToFinish(ctx, arg, runs)
	if err != nil {
		return err
	}
	if ref.Repo.IsZero() {
		return &exitError{code: exitNotReached, err: fault.Errorf("the contribution on %s has no pull request yet", run.Branch), hint: "isrc submit opens it\nisrc abandon " + run.Run + " ends it without one"}
	}
	site, err := a.siteOfRun(ctx, ref.Repo, run)
	if err != nil {
		return err
	}
	p, err := site.Forge.Pull(ctx, ref.Repo, ref.Number)
	if err != nil {
		return err
	}
	if p.State == forge.PullOpen {
		return &exitError{code: exitNotReached, err: fault.Errorf("%s#%d is still open", p.Repo.FullName(), p.Number), hint: fmt.Sprintf("isrc status %s#%d says what it waits for", p.Repo.FullName(), p.Number)}
	}
	if run == nil {
		run = runOfNumber(runs, p)
	}
	r := &finished{
		Repository: repositoryOf(p.Repo, site.WebURL(p.Repo)), Number: p.Number, Title: p.Title, URL: p.URL, State: string(p.State), Since: momentOf(endOf(p)),
		Merge: orNull(p.MergeSHA), Ways: []finishWay{}, Cleaned: []cleanedThing{},
	}
	if run != nil {
		r.Run = &run.Run
	}
	if err := a.lookBehind(ctx, site, p, r); err != nil {
		return err
	}
	if err := a.tidy(ctx, site, o, run, p, r); err != nil {
		return err
	}
	return a.show(&o.output, r, func(s *term.Streams) error { return showFinished(s, r) })
}

// contributionToFinish is the one that is named, or that of the branch here. A
// finish that was interrupted may have left that branch for its base.
func (a *app) contributionToFinish(ctx context.Context, arg string, runs []workflow.State) (forge.PullRef, *workflow.State, error) {
	ref, run, err := a.contributionNamed(ctx, arg, runs)
	if err == nil || arg != "." {
		return ref, run, err
	}
	if p := a.placeHere(); p != nil {
		if begun := contribute.Finishing(runs, p.Dir); begun != nil {
			return runNamed(begun.Run, runs)
		}
	}
	return ref, run, err
}

func endOf(p forge.Pull) *time.Time {
	if p.MergedAt != nil {
		return p.MergedAt
	}
	return p.ClosedAt
}

// runOfNumber is the run that opened a pull request, ended or not.
func runOfNumber(runs []workflow.State, p forge.Pull) *workflow.State {
	for i, st := range runs {
		if o := contribute.Opened(st); o != nil && o.Number == p.Number && o.Upstream.Equal(p.Repo) {
			return &runs[i]
		}
	}
	return nil
}

// lookBehind reads what is known of a contribution after its end.
func (a *app) lookBehind(ctx context.Context, site *contribute.Site, p forge.Pull, r *finished) error {
	repo, err := site.Forge.Repo(ctx, p.Repo)
	if err != nil {
		return err
	}
	set, err := guideline.Read(ctx, guideline.Query{Repo: repo.RepoName, Web: site.BaseURL, Ref: repo.DefaultBranch, Base: p.Base.Branch}, site.TreesOf(repo), nil)
	if err != nil {
		return err
	}
	if p.State == forge.PullMerged {
		r.Warranty = warrantyOf(set, p)
		if r.Release, err = a.releaseOf(ctx, p); err != nil {
			a.say("isrc: which release carries it could not be looked up: %s", term.Line(err.Error()))
		}
		return nil
	}
	r.Ways = waysAfter(set, p)
	comments, err := a.client(p.Repo.Host).Comments(ctx, p.Repo, p.Number)
	if err != nil {
		return err
	}
	for _, c := range comments {
		if c.Author.Login != p.Author.Login && c.Author.Type != "Bot" {
			r.LastWord = &lastWord{By: c.Author.Login, Text: c.Body}
		}
	}
	return nil
}

func warrantyOf(set *guideline.Set, p forge.Pull) *warranty {
	m := set.Manifest
	if m == nil || m.Isrc == nil || m.Isrc.WarrantyDays <= 0 || p.MergedAt == nil {
		return nil
	}
	until := p.MergedAt.AddDate(0, 0, m.Isrc.WarrantyDays)
	line := m.Line("isrc.warrantyDays")
	return &warranty{Days: m.Isrc.WarrantyDays, Until: moment(until), Said: quoteOf(guideline.Quote{Source: set.ManifestSource, Line: line, EndLine: line, Text: fmt.Sprintf("warrantyDays: %d", m.Isrc.WarrantyDays)})}
}

// How many releases after a merge are looked at for it.
const releasesRead = 30

// releaseOf finds the first release that has the merge: one to which the merge
// adds nothing.
func (a *app) releaseOf(ctx context.Context, p forge.Pull) (*releasedIn, error) {
	if p.MergeSHA == "" || p.MergedAt == nil {
		return nil, nil
	}
	client := a.client(p.Repo.Host)
	all, err := client.Releases(ctx, p.Repo, releasesRead)
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- { // the oldest first
		if all[i].Published.Before(*p.MergedAt) {
			continue
		}
		c, err := client.Compare(ctx, p.Repo, all[i].Tag, p.MergeSHA)
		if err != nil {
			return nil, err
		}
		if c.Ahead == 0 {
			return &releasedIn{Tag: all[i].Tag, URL: all[i].URL, Published: moment(all[i].Published)}, nil
		}
	}
	return nil, nil
}

// waysAfter says what can be done after a decline.
func waysAfter(set *guideline.Set, p forge.Pull) []finishWay {
	name := p.Repo.FullName()
	ways := []finishWay{{Kind: "rework", Why: "answer what was said, on the same branch", Next: "isrc submit --again"}}
	var x *manifest.Isrc
	if set.Manifest != nil {
		x = set.Manifest.Isrc
	}
	if x != nil && x.Contribute.ExtensionPoint != "" {
		ways = append(ways, finishWay{Kind: "extension", Why: "additions are welcome in " + x.Contribute.ExtensionPoint, Next: "isrc contribute " + name + " --new"})
	}
	return append(ways,
		finishWay{Kind: "variant", Why: "keep your own, and say so where others look: a manifest in it that names " + name + " under requires", Next: "isrc manifest check"},
		finishWay{Kind: "removal", Why: "let it go", Next: fmt.Sprintf("isrc finish %s#%d --remove", name, p.Number)},
	)
}

// mayDelete asks for the branch. What is merged needs no word where nobody can be
// asked.
func (a *app) mayDelete(o *finishOptions, run workflow.State, p forge.Pull) error {
	merged := p.State == forge.PullMerged
	if o.dryRun || o.yes || merged && !a.io.CanPrompt() {
		return nil
	}
	branch := term.Line(run.Branch)
	if to := contribute.PushedTo(run); !to.IsZero() {
		branch += ", here and in " + term.Line(to.FullName())
	}
	if merged {
		return a.io.Confirm(fmt.Sprintf("%s#%d is merged. Delete its branch %s?", p.Repo.FullName(), p.Number, branch), "--yes", true)
	}
	return a.io.Confirm(fmt.Sprintf("%s#%d was not merged, and its commits may be nowhere else. Delete its branch %s?", p.Repo.FullName(), p.Number, branch), "--yes", false)
}

// tidy deletes the branches after a merge, or after a decline if that is asked
// for, and ends the run.
func (a *app) tidy(ctx context.Context, site *contribute.Site, o *finishOptions, run *workflow.State, p forge.Pull, r *finished) error {
	merged := p.State == forge.PullMerged
	if run == nil || o.keep || !merged && !o.remove {
		return nil
	}
	a.progress.Clear()
	if err := a.mayDelete(o, *run, p); term.SaidNo(err) {
		r.Cleaned = append(r.Cleaned, cleanedThing{What: "the branch " + run.Branch, Outcome: "kept", Why: orNull("you said no")})
		return nil // a no is an answer
	} else if err != nil {
		return err
	}
	all, err := site.Clean(ctx, *run, p, o.dryRun)
	for _, c := range all {
		r.Cleaned = append(r.Cleaned, cleanedThing{What: c.What, Outcome: c.Outcome, Why: orNull(c.Why)})
	}
	if err != nil || o.dryRun {
		return err
	}
	return fault.Join(err, site.EndRun(run.Run, string(p.State)))
}
