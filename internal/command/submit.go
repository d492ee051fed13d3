package command

import (
	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/term"
)

type submitOptions struct {
	textOptions
	repo     string
	base     string
	branch   string
	draft    bool
	ready    bool
	stage    bool // --draft was given for what may be open already
	reviews  []string
	template string
	despite  []string
	via      string
	forkOrg  string
	forkName string
	again    bool
	noAsk    bool
	dryRun   bool
	yes      bool
	message  string // of a commit that is made first
	signoff  bool
	output   output
}

// textFlags are the flags with which a pull request is written; contribute has
// them too.
func (o *submitOptions) textFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.flags(f, "of the pull request", "section of the template")
	f.BoolVar(&o.draft, "draft", false, "open it as a draft")
	f.StringVar(&o.template, "pr-template", "", "fill this `TEMPLATE` of several")
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
of the branch is found and brought up to date instead; --ready and --draft then
say what it is from now on (by GraphQL: REST cannot).

With --reviewer people, and teams of the owner, are asked for a review. Whom
the forge refuses is named, with exit code 9; the pull request is there then.

With --commit-message everything that is not committed and not ignored becomes a
commit first, made by git with its hooks and signing, or by isrc itself where
there is no git program.

In a clone that isrc made it knows where the change goes; elsewhere say so with
--repo. It ticks no box that states something about you, and signs nothing off.`,
		Example: `  isrc submit
  isrc submit --title 'fix: reject tokens without expiry' --tick 'I have run the tests'
  isrc submit --ready --reviewer identity/maintainers
  isrc submit --repo identity/auth-lib --base main --draft --json url --jq .url`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := knownWay(o.via); err != nil {
				return err
			}
			if o.ready && o.draft {
				return usagef("--ready and --draft exclude each other")
			}
			o.stage = cmd.Flags().Changed("draft")
			pull, err := a.submitIn(cmd.Context(), nil, o, a.inv.Dir)
			if err != nil {
				return err
			}
			if err := a.show(&o.output, pull, func(s *term.Streams) error { return showSubmitted(s, pull) }); err != nil {
				return err
			}
			return pull.wishesRefused()
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that the change goes to")
	f.StringVar(&o.base, "base", "", "the `BRANCH` that the change goes to")
	f.StringVarP(&o.branch, "branch", "b", "", "move commits that lie on the base branch to a new branch of this `NAME`")
	f.StringVar(&o.via, "via", "auto", "`WAY` to go where the clone has no record of one: auto, branch or fork")
	registerValues(cmd, "via", "auto", "branch", "fork")
	f.StringVar(&o.forkOrg, "fork-org", "", "if a fork is needed, make it in this `ORGANISATION`")
	f.StringVar(&o.forkName, "fork-name", "", "if a fork is needed, call it `NAME`")
	f.BoolVar(&o.ready, "ready", false, "mark a draft that is open ready for review")
	f.StringSliceVar(&o.reviews, "reviewer", nil, "ask `LOGIN` or ORG/TEAM for a review (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("reviewer", a.completeReviewers)
	f.BoolVar(&o.noAsk, "no-re-request", false, "ask nobody to look again")
	f.BoolVar(&o.again, "again", false, "open one although an earlier one of this branch was declined")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be pushed and opened, and change nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.StringVarP(&o.message, "commit-message", "m", "", "commit all changes first, with this `MESSAGE`")
	f.BoolVar(&o.signoff, "signoff", false, "sign that commit off: you certify what the project's DCO says")
	o.textFlags(cmd)
	addOutput(cmd, &o.output, submitted{})
	exits(cmd, exitBroken, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitPartly, exitInterrupted)
	return cmd
}
