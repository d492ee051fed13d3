package command

import (
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/workflow"
)

type contributeOptions struct {
	issue   int
	branch  string
	base    string
	dir     string
	clone   cloneFlags
	via     string
	forkOrg string
	fork    string
	fresh   bool
	yes     bool
	dryRun  bool

	patch   string
	exec    string
	message string
	signoff bool
	toFork  bool
	submit  submitOptions
	output  output
	bulk    bulkOptions

	one     bool                // one of several repositories
	collect func(*contribution) // takes the result of one of several
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

A fork is looked for first: under the repository's name, under another name, in
your account or in --fork-org, which may be the repository's own organisation.
A repository that is a fork itself is refused, and its source named, unless
--to-fork says that it goes its own way.
The answer says whether it was created, existing or renamed. What is there is
never renamed or deleted; a fork that is behind is brought up to date where that
needs no force.

Given again for the same repository it goes on where the last one stopped, also
in the middle of a clone whose connection was cut.

In a clone of the repository, or with --dir naming one, that clone is used: a
branch is made in it, nothing is renamed, and what is not committed stays as it
is. Otherwise one is made.

That clone is blobless where the server offers it: all history, and files when
they are needed. For large repositories there are --sparse and --shallow, and
--reference saves what another clone on this machine has.

With --apply or --exec the change is made too, and one command goes through to
the pull request, without a terminal. A mail patch (git format-patch) keeps its
author and message. Given again while that pull request is open, the same
command answers it and changes nothing.

With --repos the same change goes to several: of a file, or of what a query
finds in the catalog. Each has a journal and a pull request of its own and
follows its own project's rules; --limit bounds how many are opened in one go,
and the same command goes on. No fork is made where the command changes
nothing. Owners refuse by contribute.bulk: no in innersource.json. Clones lie in
--dir (default: named after the branch or title). --json then lists, for each,
repository, outcome, url, number, via, branch, directory, run and error.`,
		Example: `  isrc contribute identity/auth-lib --issue 398
  isrc contribute platform/pipelines --branch fix-cache --dry-run
  isrc contribute platform/monorepo --sparse services/billing --sparse docs
  isrc contribute obs/collector --exec 'sed -i s/old/new/ go.mod' --title 'fix: new module path' --yes
  isrc contribute --repos 'topic:go team:payments' --exec ./bump.sh --title 'chore: Go 1.26'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.bulk.repos != "" {
				return exactArgs(0, "")(cmd, args)
			}
			return exactArgs(1, "a repository")(cmd, args)
		},
		ValidArgsFunction: a.completeRepos,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validateBulk(cmd); err != nil {
				return err
			}
			if o.bulk.repos == "" {
				return a.contribute(cmd.Context(), o, args[0])
			}
			if err := o.validate(); err != nil {
				return err
			}
			return a.contributeBulk(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.IntVarP(&o.issue, "issue", "i", 0, "the `NUMBER` of the issue that the change is for")
	f.StringVarP(&o.branch, "branch", "b", "", "`NAME` of the branch (default: made from the issue or title, as the project wants it)")
	f.StringVar(&o.base, "base", "", "the `BRANCH` of the repository that the change goes to (default: its default branch)")
	f.StringVarP(&o.dir, "dir", "d", "", "`FOLDER` of the clone (default: the repository's name, here)")
	o.clone.add(cmd)
	f.StringVar(&o.via, "via", "auto", "`WAY` to go: auto, branch or fork")
	f.BoolVar(&o.toFork, "to-fork", false, "contribute to the repository although it is a fork of another")
	f.StringVar(&o.forkOrg, "fork-org", "", "make the fork in this `ORGANISATION` instead of your account")
	f.StringVar(&o.fork, "fork-name", "", "call a new fork `NAME` (default: the repository's, or OWNER-REPO where that name is taken)")
	f.BoolVar(&o.fresh, "new", false, "start another contribution although one is unfinished, or done")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask whether to go on")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the plan and change nothing")
	f.StringVar(&o.patch, "apply", "", "apply this `PATCH` and open the pull request")
	f.StringVar(&o.exec, "exec", "", "run this `COMMAND` in the branch, commit what it changed, and open the pull request")
	f.StringVar(&o.message, "commit-message", "", "`MESSAGE` of the commit made by --exec or a plain diff (default: the title)")
	f.BoolVar(&o.signoff, "signoff", false, "sign the commit off: you certify what the project's DCO says")
	o.submit.textFlags(cmd)
	o.bulk.flags(cmd)
	addOutput(cmd, &o.output, contribution{})
	fields := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if o.bulk.repos != "" {
			o.output.sample = []bulkItem{}
		}
		return fields(cmd, args)
	}
	registerValues(cmd, "via", "auto", "branch", "fork")
	exits(cmd, exitBroken, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitPartly, exitInterrupted)
	return cmd
}

func (o *contributeOptions) unattended() bool { return o.patch != "" || o.exec != "" }

// knownWay refuses what is no value of --via.
func knownWay(via string) error {
	if via != "auto" && via != "branch" && via != "fork" {
		return usagef("--via takes auto, branch or fork, not %q", via)
	}
	return nil
}

func (o *contributeOptions) validate() error {
	switch {
	case knownWay(o.via) != nil:
		return knownWay(o.via)
	case o.patch != "" && o.exec != "":
		return usagef("--apply and --exec exclude each other")
	case o.exec != "" && o.submit.title == "" && o.message == "":
		return &usageError{err: errors.New("--exec makes a commit: it needs words"), hint: "--title 'what the change does'"}
	case !o.unattended() && (o.message != "" || o.signoff):
		return usagef("--commit-message and --signoff go with --apply or --exec")
	case o.clone.validate() != nil:
		return o.clone.validate()
	case o.issue < 0:
		return usagef("--issue takes a number")
	case o.via == "branch" && (o.forkOrg != "" || o.fork != ""):
		return usagef("a branch needs no fork: --via branch and --fork-org or --fork-name exclude each other")
	}
	return nil
}

// change says in the plan who or what makes the change.
func (o *contributeOptions) change() planned {
	switch {
	case o.exec != "":
		return planned{ID: "exec", Title: "run " + o.exec}
	case o.patch != "":
		return planned{ID: "apply", Title: "apply " + filepath.Base(o.patch)}
	}
	return planned{ID: "you", Title: "make the change and commit it"}
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
