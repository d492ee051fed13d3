package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

type cleanOptions struct {
	dryRun bool
	yes    bool
	lose   []string
	output output
}

// What became of a fork.
const (
	forkDeleted = "deleted"
	forkKept    = "kept"
	forkWould   = "would-delete"
	forkFailed  = "failed"
)

func newForksClean(a *app) *cobra.Command {
	o := &cleanOptions{}
	cmd := &cobra.Command{
		Use:   "clean [FORK...]",
		Short: "Delete your forks that hold nothing of yours any more",
		Long: `Clean deletes forks of yours, all of them or those that are named, after it has
looked at every branch: one whose commits are in the upstream, or were merged
from a pull request, loses nothing. A fork with an open pull request stays, and
so does one that could not be looked at.

A fork with commits that are nowhere else stays too, and what would be lost is
shown; name it with --lose to delete it all the same. Nothing brings a deleted
repository back, so each is asked for; a script says --yes, which deletes only
what loses nothing and what --lose names.`,
		Example: `  isrc forks clean --dry-run
  isrc forks clean newcomer/auth-lib
  isrc forks clean --yes --json repository,outcome`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.cleanForks(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be deleted, and what would be lost")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.StringSliceVar(&o.lose, "lose", nil, "delete this `FORK` although commits of it are nowhere else")
	addOutput(cmd, &o.output, []forkRow{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitPartly, exitInterrupted)
	return cmd
}

func (a *app) cleanForks(ctx context.Context, o *cleanOptions, args []string) error {
	if !o.dryRun && !o.yes && !a.io.CanPrompt() {
		return &usageError{err: fault.Errorf("forks clean deletes, and there is no terminal to ask on"), hint: "isrc forks clean --dry-run shows what, --yes does it"}
	}
	rows, err := a.mineToClean(ctx, append(args, o.lose...))
	if err != nil {
		return err
	}
	failed := 0
	for i, r := range rows {
		if err := a.cleanFork(ctx, o, r); err != nil {
			if i > 0 { // what is done is done, and must be told
				err = fault.Join(err, a.show(&o.output, rows[:i], func(s *term.Streams) error { return showCleaned(s, rows[:i]) }))
			}
			return err
		}
		if r.Error != nil {
			failed++
		}
	}
	a.progress.Clear()
	if err := a.show(&o.output, rows, func(s *term.Streams) error { return showCleaned(s, rows) }); err != nil || failed == 0 {
		return err
	}
	if failed == len(rows) {
		for _, row := range exitTable {
			if row.Name == rows[0].Error.Code {
				return &exitError{code: row.Code}
			}
		}
	}
	return &exitError{code: exitPartly}
}

// mineToClean looks at the forks that are named, each as the account that is for
// it, or at all of mine.
func (a *app) mineToClean(ctx context.Context, names []string) ([]*forkRow, error) {
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	const what = "deleting forks of one's own"
	var looks []*contribute.ForkLook
	if len(names) == 0 {
		var notes []string
		if looks, notes, err = a.forksOfMine(ctx, host, 1000, what); err != nil {
			return nil, err
		}
		for _, n := range notes {
			a.say("isrc: %s", n)
		}
	} else if looks, err = a.forksNamed(ctx, host, names, what); err != nil {
		return nil, err
	}
	rows := []*forkRow{}
	for _, l := range looks {
		for i := range l.Forks {
			rows = append(rows, a.forkRow(&l.Forks[i], l))
		}
	}
	return rows, nil
}

func (a *app) forksNamed(ctx context.Context, host string, args []string, what string) ([]*contribute.ForkLook, error) {
	var names []forge.RepoName
	seen := map[string]bool{}
	for _, n := range args {
		name, err := forge.ParseRepo(n, host)
		if err != nil {
			return nil, &usageError{err: err, hint: "isrc forks lists yours"}
		}
		if !seen[strings.ToLower(name.String())] {
			names = append(names, name)
		}
		seen[strings.ToLower(name.String())] = true
	}
	askers, err := a.askersFor(names)
	if err != nil {
		return nil, err
	}
	var looks []*contribute.ForkLook
	for _, w := range askers {
		look, err := a.forkLook(ctx, w, what)
		if err != nil {
			return nil, err
		}
		if err := look.Named(ctx, w.repos); err != nil {
			return nil, err
		}
		looks = append(looks, look)
	}
	return looks, nil
}

// cleanFork decides about one fork, asks, and deletes it.
func (a *app) cleanFork(ctx context.Context, o *cleanOptions, r *forkRow) error {
	set := func(outcome, why string) {
		r.Outcome = &outcome
		if why != "" {
			r.Why = why
		}
	}
	keep, lost := r.facts.Keep(r.stand), r.facts.Unmerged()
	if !r.Mine {
		keep = "it is not yours"
	}
	named := false
	for _, n := range o.lose {
		name, err := forge.ParseRepo(n, r.Repository.Host)
		named = named || err == nil && strings.EqualFold(name.FullName(), r.Repository.FullName)
	}
	switch {
	case keep != "":
		set(forkKept, keep)
		return nil
	case len(lost) > 0 && !named:
		set(forkKept, "would lose "+lossOf(lost)+": --lose "+r.Repository.FullName)
		return nil
	case o.dryRun:
		set(forkWould, "")
		if len(lost) > 0 {
			set(forkWould, "loses "+lossOf(lost))
		}
		return nil
	}
	if !o.yes {
		a.progress.Clear()
		question := "Delete " + r.Repository.FullName + "? Nothing of yours is lost with it."
		if len(lost) > 0 {
			question = "Delete " + r.Repository.FullName + " and lose " + lossOf(lost) + "?"
		}
		if err := a.io.Confirm(question, "--yes", false); err != nil {
			if !term.SaidNo(err) {
				return err
			}
			set(forkKept, "you said no")
			return nil //nolint:nilerr // a no is an answer
		}
	}
	if err := r.client.DeleteRepo(ctx, r.facts.Repo.RepoName); err != nil {
		r.Error = a.itemError(err)
		set(forkFailed, r.Error.Message)
		return nil //nolint:nilerr // told with the fork
	}
	set(forkDeleted, "")
	return nil
}

// lossOf says which commits are nowhere else.
func lossOf(lost []insight.ForkBranch) string {
	var parts []string
	for i, b := range lost {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("%d more", len(lost)-3))
			break
		}
		n := "commits"
		if b.Known {
			n = pluralOf(b.Ahead, "commit", "commits")
		}
		parts = append(parts, n+" of "+b.Name)
	}
	return strings.Join(parts, ", ")
}

func showCleaned(s *term.Streams, rows []*forkRow) error {
	if len(rows) == 0 {
		fmt.Fprintln(s.Err, "You have no forks.")
		return nil
	}
	t, under := s.NewTable(2), []string{}
	for _, r := range rows {
		tone := map[string]term.Tone{forkDeleted: term.Good, forkFailed: term.Bad, forkWould: term.Warn}[*r.Outcome]
		cells := []term.Cell{{Text: r.Repository.FullName, Tone: term.Strong}, {Text: strings.ReplaceAll(*r.Outcome, "-", " "), Tone: tone}, {Text: r.Why}}
		if s.OutTTY { // it ends with a flag to be typed, which must not be cut
			cells, under = cells[:2], append(under, term.Line(r.Why))
		}
		t.Row(cells...)
	}
	if err := writeWithUnder(s, t, under); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Error != nil {
			for _, h := range hintLines(textOf(r.Error.Hint)) {
				s.Hint(term.Line(h))
			}
			break
		}
	}
	return nil
}
