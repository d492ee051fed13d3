package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

type statusOptions struct {
	all      bool
	exitCode bool
	limit    int
	waiting  bool
	check    bool
	watch    bool
	interval time.Duration
	patience time.Duration
	output   output
}

func newStatus(a *app) *cobra.Command {
	o := &statusOptions{}
	cmd := &cobra.Command{
		Use:   "status [contribution]",
		Short: "See who waits for whom, in what you contribute and own",
		Long: `Status lists your contributions on all your forges: those that are being made
on this machine and your pull requests, each with what it waits for and since
when, what fails, and the next command. Ended ones are shown for two weeks.

With one contribution it tells all of it: reviews, threads about lines that
nobody resolved, failing checks with the lines that fail, conflicts, how far it
is behind, and what the owners promised.
Name it as REPOSITORY#NUMBER, by its address, by its branch or run, or as . for
the branch that is checked out here.

Promised is what the manifest says (slo), else what CONTRIBUTING says in so many
words, such as "we answer within three working days". What owners aim at, try,
or usually do is no promise. Working days are Monday to Friday, in UTC, holidays
among them. Where the forge has no GraphQL, the CONTRIBUTING.md of the
repository itself is read and not that of its organisation, and of comments on
lines is known how many there are and who wrote last, but not which are
resolved.

For owners, --waiting-on-me lists what waits for your answer, the oldest first:
open contributions to what you own (by the manifest, catalog-info.yaml,
CODEOWNERS or your rights) and reviews that you or your teams are asked for. It
looks at the repositories that are named, or else through the configured
organisations. A conversation about a line waits for you when the contributor
wrote last in it, and for the contributor when you did, unless a review is asked
for again. With --check the oldest 25 are judged by what you ask of
contributors, as check --pr does, and each says what is broken that must hold.

--watch goes on until nobody is waited for any more, and shows what changes.`,
		Example: `  isrc status
  isrc status identity/auth-lib#431
  isrc status . --watch
  isrc status --waiting-on-me identity/auth-lib
  isrc status --waiting-on-me --check --json url,blocking
  isrc status --json url,waitsFor --jq '.[] | select(.waitsFor == "you") | .url'
  isrc status --exit-code || echo "somebody waits"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if !o.waiting && len(args) > 1 {
				return exactArgs(1, "")(cmd, args)
			}
			return nil
		},
		ValidArgsFunction: a.completeRuns,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.status(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.all, "all", "a", false, "ended ones too, however old")
	f.BoolVar(&o.waiting, "waiting-on-me", false, "what waits for your answer, as owner or reviewer")
	f.BoolVar(&o.check, "check", false, "with --waiting-on-me: judge each, and say what blocks it")
	f.BoolVarP(&o.watch, "watch", "w", false, "look again and again, until nobody is waited for")
	f.DurationVar(&o.interval, "interval", time.Minute, "with --watch: look again after `TIME`, or later where the forge limits requests")
	f.DurationVar(&o.patience, "for", 0, "with --watch: give up after `TIME` (8)")
	f.BoolVar(&o.exitCode, "exit-code", false, "exit 8 while somebody is waited for")
	f.IntVarP(&o.limit, "limit", "L", 30, "at most `N` pull requests")
	addOutput(cmd, &o.output, []standing{})
	exits(cmd, exitSignIn, exitNotFound, exitUnavailable, exitNotReached, exitPartly, exitInterrupted)
	return cmd
}

// statusView is one look at where contributions stand.
type statusView struct {
	rows  []standing
	one   bool // a single contribution was named
	notes []string
	err   error // of what could not be asked, while the rest could
}

func (a *app) status(ctx context.Context, o *statusOptions, args []string) error {
	look, err := a.statusLook(o, args)
	if err != nil {
		return err
	}
	if o.watch {
		return a.watchStatus(ctx, o, look)
	}
	v, err := look(ctx)
	if err != nil {
		return err
	}
	if err := a.showView(o, v); err != nil {
		return err
	}
	return v.end(o)
}

// statusLook decides what is looked at.
func (a *app) statusLook(o *statusOptions, args []string) (func(context.Context) (*statusView, error), error) {
	switch {
	case o.limit < 1:
		return nil, usagef("--limit is at least 1")
	case o.interval < time.Second || o.patience < 0:
		return nil, usagef("--interval is at least 1s, and --for is not negative")
	case o.watch && o.output.set:
		return nil, usagef("--watch and --json exclude each other: ask again instead")
	case o.check && (!o.waiting || o.watch):
		return nil, usagef("--check goes with --waiting-on-me, and not with --watch")
	case o.waiting:
		return func(ctx context.Context) (*statusView, error) { return a.waitingOnMe(ctx, o, args) }, nil
	case len(args) == 1:
		return func(ctx context.Context) (*statusView, error) { return a.statusOf(ctx, args[0]) }, nil
	}
	return func(ctx context.Context) (*statusView, error) { return a.mine(ctx, o) }, nil
}

// waited counts the contributions for which somebody is waited.
func (v *statusView) waited() (n int) {
	for _, r := range v.rows {
		if r.WaitsFor == insight.WaitsForYou || r.WaitsFor == insight.WaitsForThem || r.WaitsFor == waitsUnknown {
			n++
		}
	}
	return n
}

// end gives the exit code of a view that was shown.
func (v *statusView) end(o *statusOptions) error {
	if v.err != nil {
		return v.err
	}
	if o.exitCode && v.waited() > 0 {
		return &exitError{code: exitNotReached}
	}
	return nil
}

func (a *app) showView(o *statusOptions, v *statusView) error {
	for _, n := range v.notes {
		a.say("isrc: %s", n)
	}
	if v.one {
		return a.show(&o.output, v.rows[0], func(s *term.Streams) error { return showStanding(s, &v.rows[0], a.inv.Now()) })
	}
	return a.show(&o.output, v.rows, func(s *term.Streams) error { return showStatus(s, v.rows, o.waiting, a.inv.Now()) })
}
