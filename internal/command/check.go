package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// checked is what check answers.
type checked struct {
	Repository  *repository `json:"repository"` // null when the clone belongs to no forge
	Base        string      `json:"base"`
	BaseFrom    string      `json:"baseFrom"`
	BaseCommit  string      `json:"baseCommit"`
	Branch      *string     `json:"branch"`
	Head        string      `json:"head"`
	Commits     int         `json:"commits"`
	Files       int         `json:"files"`
	Title       *string     `json:"title"`
	TitleFrom   *string     `json:"titleFrom"`
	Verdict     string      `json:"verdict"` // met, broken or unknown
	Findings    []finding   `json:"findings"`
	Uncommitted []string    `json:"uncommitted"`
	Unread      []unread    `json:"unread"`
	Notes       []string    `json:"notes"`
	Mended      []mended    `json:"mended"`
}

type finding struct {
	Rule        string      `json:"rule"`
	Verdict     string      `json:"verdict"`
	Strength    string      `json:"strength"`
	Text        string      `json:"text"`
	Message     string      `json:"message"`
	At          []location  `json:"at"`
	Requirement requirement `json:"requirement"`
	Fix         *fixLine    `json:"fix"`
}

type location struct {
	Commit *string `json:"commit"`
	Path   *string `json:"path"`
	Line   *int    `json:"line"`
	What   string  `json:"what"`
}

type fixLine struct {
	Verb    string  `json:"verb"`
	Command string  `json:"command"`
	Refused *string `json:"refused"`
	Params  any     `json:"params"`
}

type mended struct {
	Rule   string  `json:"rule"`
	What   string  `json:"what"`
	Done   bool    `json:"done"`
	Why    *string `json:"why"`
	Hint   *string `json:"hint"`
	Backup *string `json:"backup"`
	Diff   *string `json:"diff"` // lines that begin with "-" and "+"
}

type checkOptions struct {
	base   string
	repo   string
	fix    string
	only   []string
	skip   []string
	strict bool
	dryRun bool
	output output
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
remote upstream, then origin; the answer says from what.`,
		Example: `  isrc check
  isrc check --fix
  isrc check --fix=sign-off
  isrc check --base main --strict --json verdict --jq .verdict`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.check(cmd.Context(), o, cmd.Flags().Changed("fix"))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.base, "base", "", "judge against this `BASE`: a branch, HOST/OWNER/NAME:BRANCH, or a revision")
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that the change goes to")
	f.StringVar(&o.fix, "fix", "", "mend what is safe to mend, or what these `RULES` found")
	f.Lookup("fix").NoOptDefVal = "safe"
	f.StringSliceVar(&o.only, "only", nil, "judge by these `RULES` only")
	f.StringSliceVar(&o.skip, "skip", nil, "do not judge by these `RULES`")
	f.BoolVar(&o.strict, "strict", false, "what should hold, and what is unknown, counts too")
	f.BoolVar(&o.dryRun, "dry-run", false, "with --fix: say what would be mended")
	addOutput(cmd, &o.output, checked{})
	for _, name := range []string{"only", "skip", "fix"} {
		registerValues(cmd, name, ruleIDs()...)
	}
	exits(cmd, exitBroken, exitNotFound, exitUnavailable)
	return cmd
}

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
			return &usageError{err: fmt.Errorf("--%s: there is no rule %q", flag, id), hint: "the rules are: " + strings.Join(known, ", ")}
		}
	}
	return nil
}

func (a *app) check(ctx context.Context, o *checkOptions, fix bool) error {
	var named []string
	if fix && o.fix != "safe" {
		named = strings.Split(o.fix, ",")
	}
	for flag, ids := range map[string][]string{"only": o.only, "skip": o.skip, "fix": named} {
		if err := knownRules(flag, ids); err != nil {
			return err
		}
	}
	if o.dryRun && !fix {
		return usagef("--dry-run goes with --fix: without it check changes nothing anyway")
	}
	review, site, err := a.review(ctx, placeOptions{repo: o.repo, base: o.base, only: o.only, skip: o.skip})
	if err != nil {
		return err
	}
	var done []contribute.Mended
	if fix {
		if review, done, err = a.mendAll(ctx, o, named, review, site); err != nil {
			return err
		}
	}
	result := describeReview(review, done)
	if result.Repository != nil {
		*result.Repository = a.named(review.Upstream)
	}
	if err := a.show(&o.output, result, func(s *term.Streams) error { return showReview(s, result, o.dryRun) }); err != nil {
		return err
	}
	if rule.Blocking(review.Findings, o.strict) {
		return &exitError{code: exitBroken}
	}
	return nil
}

type placeOptions struct {
	repo, base string
	only, skip []string
	site       *contribute.Site
}

// review finds the place and judges the change in it. Without a forge, or
// without a token for it, files alone speak.
func (a *app) review(ctx context.Context, o placeOptions) (*contribute.Review, *contribute.Site, error) {
	place, tool, err := a.place(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	site := o.site
	if site == nil && !place.Upstream.IsZero() {
		if site, err = a.site(ctx, place.Upstream.Host); err != nil {
			if !isSignIn(err) {
				return nil, nil, err
			}
			place.Notes = append(place.Notes, "the settings of the forge were not read: "+err.Error())
			site = nil
		}
	}
	refresh := tool
	if site != nil {
		refresh = site.Tool
	}
	if err := place.Refresh(ctx, refresh); err != nil {
		return nil, nil, err
	}
	review, err := place.Review(ctx, site, refresh, contribute.ReviewOptions{})
	if err != nil {
		return nil, nil, err
	}
	if len(o.only) > 0 || len(o.skip) > 0 {
		review.Findings = slices.DeleteFunc(review.Findings, func(f rule.Finding) bool {
			return (len(o.only) > 0 && !slices.Contains(o.only, f.Rule)) || slices.Contains(o.skip, f.Rule)
		})
	}
	return review, site, nil
}

func describeReview(r *contribute.Review, done []contribute.Mended) *checked {
	c := &checked{
		Base: r.Base, BaseFrom: r.BaseFrom, BaseCommit: r.BaseRev, Head: r.Head, Commits: len(r.Change.Commits), Files: len(r.Change.Files),
		Verdict: "met", Findings: []finding{}, Uncommitted: nonNil(r.Uncommitted), Unread: []unread{}, Notes: nonNil(r.Notes), Mended: []mended{},
	}
	if !r.Upstream.IsZero() {
		repo := repositoryOf(r.Upstream, "")
		c.Repository = &repo
	}
	if r.Branch != "" {
		c.Branch = &r.Branch
	}
	if r.Change.Draft.Title != "" {
		c.Title, c.TitleFrom = &r.Change.Draft.Title, &r.Change.Draft.TitleFrom
	}
	for _, f := range r.Findings {
		c.Findings = append(c.Findings, findingOf(f))
		switch {
		case f.Verdict == rule.Broken && f.Requirement != nil && f.Requirement.Strength == rule.Must:
			c.Verdict = "broken"
		case f.Verdict == rule.Unknown && c.Verdict == "met":
			c.Verdict = "unknown"
		}
	}
	for _, u := range r.Guidelines.Unread {
		c.Unread = append(c.Unread, unread{What: u.What, Why: u.Why, URL: orNull(u.URL)})
	}
	for _, m := range done {
		c.Mended = append(c.Mended, mended{Rule: m.Rule, What: m.Verb, Done: m.Done, Why: orNull(m.Why), Hint: orNull(m.Hint), Backup: orNull(m.Backup), Diff: orNull(m.Diff)})
	}
	return c
}

func findingOf(f rule.Finding) finding {
	out := finding{Rule: f.Rule, Verdict: string(f.Verdict), Message: f.Message, At: []location{}}
	if f.Requirement != nil {
		out.Requirement = requirementsOf([]rule.Requirement{*f.Requirement})[0]
		out.Strength, out.Text = out.Requirement.Strength, out.Requirement.Text
	}
	for _, p := range f.At {
		l := location{Commit: orNull(p.Commit), Path: orNull(p.Path), What: p.What}
		if p.Line > 0 {
			l.Line = &p.Line
		}
		out.At = append(out.At, l)
	}
	if f.Fix != nil {
		out.Fix = &fixLine{Verb: f.Fix.Verb, Command: "isrc check --fix=" + f.Rule, Refused: orNull(f.Fix.Refused), Params: f.Fix.Params}
	}
	return out
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func isSignIn(err error) bool {
	var e *forge.SignInError
	return asError(err, &e)
}
