package command

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/rule"
)

type checkOptions struct {
	base         string
	repo         string
	dir          string
	fix          string
	mend         bool // --fix was given
	only         []string
	skip         []string
	strict       bool
	dryRun       bool
	verbose      bool
	requirements bool
	format       string
	reports      []string
	pr           string
	message      string
	run          string
	yes          bool
	output       output
}

func newCheck(a *app) *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Hold your change against what the project asks",
		Long: `Check reads what a project asks of contributors (its prose, templates,
workflows, configurations and the settings of its forge), judges the commits of
this branch by it, and cites who says so. It changes nothing but what --fix
mends: messages of your own commits that are not pushed, the title, the branch.

The base is found from --base, the contribution's record, the CI event, the
remote upstream, then origin; the answer says from what. Where the forge cannot
be reached, what lies here is judged and the rest is listed.

With --requirements nothing is judged: what is asked is listed, also of a
repository that is not cloned (-R) or of a plain folder (--repo-dir), which is
read without git and without a forge.

--pr judges open pull requests as the forge has them, for those who review; all
of them make one table. --commit-message judges one message, as the commit-msg
hook does. --run shows the commands that the project names for building and
testing, asks, and runs them in the clone; how they ended is kept.

In a CI job, --format github adds annotations to the text, and --report writes
SARIF, Markdown and JSON beside it; docs/ci.md has the jobs.`,
		Example: `  isrc check
  isrc check --fix
  isrc check --fix=sign-off
  isrc check --base main --strict --json verdict --jq .verdict
  isrc check --requirements -R identity/auth-lib --format markdown
  isrc check --requirements --repo-dir ./unpacked
  isrc check --pr 431
  isrc check --pr all -R identity/auth-lib --json pulls
  isrc check --commit-message .git/COMMIT_EDITMSG
  isrc check --run=test
  isrc check --format github --report sarif=isrc.sarif,markdown=isrc.md`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.mend = cmd.Flags().Changed("fix")
			if err := a.validateCheck(o); err != nil {
				return err
			}
			switch {
			case o.requirements:
				return a.listRequirements(cmd.Context(), o)
			case o.pr != "":
				return a.checkPull(cmd.Context(), o)
			case o.message != "":
				return a.checkMessage(cmd.Context(), o)
			}
			return a.check(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.base, "base", "", "judge against this `BASE`: a branch, HOST/OWNER/NAME:BRANCH, or a revision")
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that the change goes to")
	f.StringVar(&o.dir, "repo-dir", "", "read the folder `DIR` and nothing else: no forge is asked, no git is run")
	f.BoolVar(&o.requirements, "requirements", false, "list what is asked, and judge nothing")
	f.StringVar(&o.pr, "pr", "", "judge the open pull request `N` (or its address), or all")
	f.StringVar(&o.message, "commit-message", "", "judge the message in `FILE`, - is standard input, and nothing else")
	f.StringVar(&o.run, "run", "", "run the project's own commands of these `PURPOSES` first: all, build, test, lint, format")
	f.Lookup("run").NoOptDefVal = "all"
	f.BoolVarP(&o.yes, "yes", "y", false, "with --run: do not ask")
	f.StringVar(&o.fix, "fix", "", "mend what is safe to mend, or what these `RULES` found")
	f.Lookup("fix").NoOptDefVal = "safe"
	f.BoolVar(&o.dryRun, "dry-run", false, "with --fix: say what would be mended")
	f.StringSliceVar(&o.only, "only", nil, "judge by these `RULES` only")
	f.StringSliceVar(&o.skip, "skip", nil, "do not judge by these `RULES`")
	f.BoolVar(&o.strict, "strict", false, "what should hold, and what is unknown, counts too")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show every finding with all that is known of it")
	f.StringVar(&o.format, "format", "text", "write `FORMAT`: text, markdown, or github (text and annotations for its runner)")
	f.StringSliceVar(&o.reports, "report", nil, "write these reports too: `KIND=FILE` with sarif, markdown or json")
	addOutput(cmd, &o.output, checked{})
	for _, name := range []string{"only", "skip", "fix"} {
		registerRules(cmd, name)
	}
	registerValues(cmd, "pr", "all")
	registerValues(cmd, "run", runPurposes()...)
	registerValues(cmd, "format", formatText, formatGitHub, formatMarkdown)
	registerReports(cmd)
	exits(cmd, exitBroken, exitSignIn, exitNotFound, exitUnavailable, exitPartly)
	return cmd
}

// The faces of a review on standard output.
const (
	formatText     = "text"
	formatGitHub   = "github"
	formatMarkdown = "markdown"
)

// validateCheck refuses what cannot be meant, before anything is read.
func (a *app) validateCheck(o *checkOptions) error {
	named := map[string][]string{"only": o.only, "skip": o.skip, "fix": o.namedFixes()}
	for _, flag := range []string{"only", "skip", "fix"} {
		if err := knownRules(flag, named[flag]); err != nil {
			return err
		}
	}
	switch {
	case o.dryRun && !o.mend:
		return usagef("--dry-run goes with --fix: without it check changes nothing anyway")
	case o.mend && o.dir != "":
		return usagef("--fix goes with a change in a clone, not with --repo-dir")
	case o.dir != "" && o.repo != "":
		return usagef("--repo-dir and --repo exclude each other: a folder is read as it is")
	case !slices.Contains([]string{formatText, formatGitHub, formatMarkdown}, o.format):
		return usagef("--format takes text, markdown or github, not %q", o.format)
	case o.requirements && o.format == formatGitHub:
		return usagef("--format github annotates what is judged; with --requirements nothing is")
	case o.output.set && o.format != formatText:
		return usagef("--format %s and --json exclude each other", o.format)
	}
	if err := o.exclusive(); err != nil {
		return err
	}
	if o.dir != "" {
		if err := a.enterDir(o); err != nil {
			return err
		}
	}
	return a.validateReports(o.reports)
}

// exclusive refuses ways of checking that cannot go together.
func (o *checkOptions) exclusive() error {
	var given []string
	for _, way := range []struct {
		flag string
		on   bool
	}{{"--requirements", o.requirements}, {"--pr", o.pr != ""}, {"--commit-message", o.message != ""}, {"--fix", o.mend}} {
		if way.on {
			given = append(given, way.flag)
		}
	}
	if len(given) > 1 {
		return usagef("%s exclude each other", strings.Join(given, " and "))
	}
	if o.run != "" && len(given) == 1 && given[0] != "--fix" || o.run != "" && o.dir != "" {
		return usagef("--run goes with a change in a clone")
	}
	if o.pr != "" && (o.dir != "" || o.base != "") {
		return usagef("--pr judges a pull request as its forge has it: no --base or --repo-dir goes with it")
	}
	for _, purpose := range strings.Split(o.run, ",") {
		if o.run != "" && !slices.Contains(runPurposes(), purpose) {
			return &usageError{err: fault.Errorf("--run: there are no commands for %q", purpose), hint: "it takes " + strings.Join(runPurposes(), ", ")}
		}
	}
	if o.yes && o.run == "" {
		return usagef("--yes goes with --run: nothing else is asked")
	}
	return nil
}

// namedFixes are the rules whose findings are to be mended, nil for all that
// are safe.
func (o *checkOptions) namedFixes() []string {
	if !o.mend || o.fix == "safe" {
		return nil
	}
	return strings.Split(o.fix, ",")
}

// check judges the change, mends what is wanted, and shows what is left.
func (a *app) check(ctx context.Context, o *checkOptions) error {
	where := placeOptions{repo: o.repo, base: o.base, only: o.only, skip: o.skip, local: o.dir != ""}
	review, site, err := a.review(ctx, where)
	if err != nil {
		return err
	}
	failed := false
	if o.run != "" {
		if failed, err = a.runCommands(ctx, o, review); err != nil {
			return err
		}
	}
	var done []contribute.Mended
	if o.mend {
		where.site = site
		if review, done, err = a.mendAll(ctx, o, where, review); err != nil {
			return err
		}
	}
	return a.answerReview(o, review, done, failed)
}

// answerReview shows a review and says by the exit code what it means.
func (a *app) answerReview(o *checkOptions, review *contribute.Review, done []contribute.Mended, failed bool) error {
	result := describeReview(review, done)
	if result.Repository != nil {
		*result.Repository = a.named(review.Upstream)
	}
	if err := nothingJudged(review); err != nil {
		a.sayUnread(result)
		return err
	}
	code := exitDone
	if failed || rule.Blocking(review.Findings, o.strict) {
		code = exitBroken
	}
	if err := a.showChecked(o, result, code); err != nil {
		return err
	}
	if code != exitDone {
		return &exitError{code: code}
	}
	return nil
}

type placeOptions struct {
	repo, base string
	only, skip []string
	local      bool // ask no forge and fetch nothing
	site       *contribute.Site
}

// review finds the place and judges the change in it. Without a forge, or
// without a token for it, files alone speak.
func (a *app) review(ctx context.Context, o placeOptions) (*contribute.Review, *contribute.Site, error) {
	place, site, err := a.standing(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	tool, err := a.tool()
	if err != nil || o.local {
		tool = nil // said by a.standing, if it matters
	}
	if site != nil {
		tool = site.Tool
	}
	review, err := place.Review(ctx, site, tool, contribute.ReviewOptions{})
	if err != nil {
		return nil, nil, err
	}
	review.Findings = narrowed(review.Findings, o.only, o.skip)
	return review, site, nil
}

// narrowed keeps what --only and --skip leave.
//
//go:noinline
func narrowed(findings []rule.Finding, only, skip []string) []rule.Finding {
	return slices.DeleteFunc(findings, func(f rule.Finding) bool { return !wanted(f.Rule, only, skip) })
}

//go:noinline
func wanted(id string, only, skip []string) bool {
	return (len(only) == 0 || slices.Contains(only, id)) && !slices.Contains(skip, id)
}

// standing finds the place, the forge it belongs to, and the base as it is now.
func (a *app) standing(ctx context.Context, o placeOptions) (*contribute.Place, *contribute.Site, error) {
	place, tool, err := a.place(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	if o.local {
		return place, nil, place.Refresh(ctx, nil)
	}
	site := o.site
	if site == nil && !place.Upstream.IsZero() {
		if site, err = a.siteOfRun(ctx, place.Upstream, place.Run); isSignIn(err) && place.Run != nil {
			without := err
			if site, err = a.siteOf(ctx, place.Upstream); err == nil { // judging needs nobody in particular
				place.Notes = append(place.Notes, without.Error())
			}
		}
		if err != nil {
			if !isSignIn(err) {
				return nil, nil, err
			}
			place.Notes = append(place.Notes, "the settings of the forge were not read: "+err.Error())
			site = nil
		}
	}
	if site != nil {
		tool = site.Tool
		place.Equip(site)
		if err := site.FollowPull(ctx, place); err != nil {
			return nil, nil, err
		}
		if moved := place.Moved(); moved != "" {
			place.Notes = append(place.Notes, moved)
		}
	}
	return place, site, place.Refresh(ctx, tool)
}

//go:noinline
func isSignIn(err error) bool {
	var e *forge.SignInError
	return asError(err, &e)
}

//go:noinline
func ruleIDs() []string {
	var ids []string
	for _, r := range rule.All() {
		ids = append(ids, r.ID)
	}
	return ids
}

func knownRules(flag string, ids []string) error {
	known := ruleIDs()
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return &usageError{err: fault.Errorf("--%s: there is no rule %q", flag, id), hint: ruleHint(known, id)}
		}
	}
	return nil
}

// ruleHint names the rule whose ID is nearest to a word, or where all are told.
func ruleHint(known []string, word string) string {
	best, edits := "", 3
	for _, id := range known {
		if d := distance(word, id); d < edits {
			best, edits = id, d
		}
	}
	for i := 0; best == "" && word != "" && i < len(known); i++ {
		if strings.Contains(known[i], word) || strings.Contains(known[i], strings.TrimSuffix(word, "s")) {
			best = known[i]
		}
	}
	if best == "" {
		return "isrc help rules"
	}
	return "the nearest one is " + best + "; isrc help rules tells all"
}
