package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// abandoned is what abandon answers.
type abandoned struct {
	Run        string     `json:"run"`
	Repository repository `json:"repository"`
	Branch     string     `json:"branch"`
	DryRun     bool       `json:"dryRun"`
	Ended      bool       `json:"ended"`
	Steps      []undone   `json:"steps"`
}

type undone struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Outcome string  `json:"outcome"` // released, kept or would-release
	Why     *string `json:"why"`
}

type abandonOptions struct {
	dryRun bool
	yes    bool
	close  bool
	output output
}

func newAbandon(a *app) *cobra.Command {
	o := &abandonOptions{}
	cmd := &cobra.Command{
		Use:   "abandon [run]",
		Short: "End a contribution and take back what isrc made",
		Long: `Abandon ends the contribution of this branch, or of the named run, and takes
back what isrc made and nobody changed since: a clone with nothing of yours in
it, a branch without commits, a pushed branch without an open pull request. A
fork stays, and so does everything that holds work of yours. A pull request
stays open unless you say otherwise: at a terminal it asks, elsewhere --close
closes it. It says what it keeps, and where.`,
		Example: `  isrc abandon --dry-run
  isrc abandon 20260102-auth-lib-fix-398-x7k2 --yes`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return exactArgs(1, "")(cmd, args)
			}
			return nil
		},
		ValidArgsFunction: a.completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			run := ""
			if len(args) == 1 {
				run = args[0]
			}
			return a.abandon(cmd.Context(), o, run)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be taken back and what kept")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.close, "close", false, "close its pull request too")
	addOutput(cmd, &o.output, abandoned{})
	exits(cmd, exitSignIn, exitNotFound, exitUnavailable, exitNotReached, exitInterrupted)
	return cmd
}

func (a *app) abandon(ctx context.Context, o *abandonOptions, run string) error {
	if run == "" {
		if run = a.runHere(); run == "" {
			return &exitError{code: exitNotFound, err: errors.New("the branch here belongs to no contribution of isrc"), hint: "isrc status lists your contributions; name one: isrc abandon RUN"}
		}
	}
	st, err := workflow.Read(a.runsDir(), run)
	if err != nil {
		return a.runError(run, err)
	}
	name, err := forge.ParseRepo(st.Upstream, "")
	if err != nil {
		return err
	}
	result := &abandoned{Run: run, Repository: a.named(name), Branch: st.Branch, DryRun: o.dryRun, Ended: st.Ended != "", Steps: []undone{}}
	if st.Ended != "" {
		return a.show(&o.output, result, func(s *term.Streams) error {
			fmt.Fprintf(s.Err, "The contribution %s ended before (%s).\n", run, term.Line(st.Ended))
			return nil
		})
	}
	j, err := workflow.Open(a.runsDir(), run)
	if err != nil {
		return a.runError(run, err)
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	a.foretell(ctx, j, name, o)
	if err := a.agreeToEnd(o, st, name); err != nil {
		return err
	}
	failed := a.takeBack(ctx, j, name, o, result)
	if failed == nil && !o.dryRun {
		if err := j.End("abandoned"); err != nil {
			return err
		}
		result.Ended = true
	}
	if err := a.show(&o.output, result, func(s *term.Streams) error { return showAbandoned(s, result) }); err != nil || failed == nil {
		return err
	}
	return &contribute.HintError{Err: fault.Errorf("abandon %s: %w", run, failed), Hint: "what could not be looked at is kept, and the contribution is not ended; try again: isrc abandon " + run}
}

// foretell shows, before it is asked for, what ending a contribution would take
// back. Where there is a pull request that depends on the answers; and what
// cannot be looked at now is told when it is done.
func (a *app) foretell(ctx context.Context, j *workflow.Journal, name forge.RepoName, o *abandonOptions) {
	if o.dryRun || o.yes || !a.io.CanPrompt() || contribute.Opened(j.State()) != nil {
		return
	}
	dry, would := abandonOptions{dryRun: true}, &abandoned{}
	if err := a.takeBack(ctx, j, name, &dry, would); err != nil {
		return
	}
	aside := *a.io
	aside.Out = a.io.Err
	a.progress.Clear()
	_ = showAbandoned(&aside, would) // to the error stream, where nothing can be done about it
}

// agreeToEnd asks whether to end the contribution, and what to do with its pull
// request.
func (a *app) agreeToEnd(o *abandonOptions, st workflow.State, name forge.RepoName) error {
	if o.dryRun || o.yes || !a.io.CanPrompt() {
		return nil
	}
	if err := a.io.Confirm(fmt.Sprintf("End the contribution on %s to %s?", st.Branch, name.FullName()), "--yes", false); err != nil {
		return err
	}
	pull := contribute.Opened(st)
	if pull == nil || o.close {
		return nil
	}
	err := a.io.Confirm(fmt.Sprintf("Close its pull request #%d too?", pull.Number), "--close", false)
	if o.close = err == nil; term.SaidNo(err) {
		err = nil // a no is an answer
	}
	return err
}

// takeBack undoes the steps. Those of a newer version cannot be read, so what
// they made stays.
func (a *app) takeBack(ctx context.Context, j *workflow.Journal, name forge.RepoName, o *abandonOptions, result *abandoned) error {
	st := j.State()
	if st.NewerVersion {
		why := fmt.Sprintf("begun by a newer isrc (%s), which alone can read what it made; its clone is %s", st.Tool, st.Clone)
		result.Steps = append(result.Steps, undone{ID: "all", Title: "what it made", Outcome: workflow.OutcomeKept, Why: &why})
		return nil
	}
	site, err := a.siteOfRun(ctx, name, &st)
	if err != nil {
		return err
	}
	site.ClosePulls = o.close
	steps, err := site.Engine().Undo(ctx, j, o.dryRun)
	if !o.dryRun { // nobody goes on with a clone that was cut off
		err = fault.Join(err, git.RemoveLeftClone(st.Clone))
	}
	if forge.Refused(err) {
		if p, lost := (contribute.Finder{Dir: st.Clone, Runs: a.runsDir(), Getenv: func(string) string { return "" }}).Find(ctx); lost == nil { // else nobody is known to ask
			err = p.Refused(ctx, err)
		}
	}
	seen := map[string]bool{}
	for _, s := range steps {
		if !seen[s.Kind+s.Title] { // of several pushes of a branch the last one tells
			result.Steps = append(result.Steps, undone{ID: s.Step, Title: s.Title, Outcome: s.Outcome, Why: orNull(s.Why)})
		}
		seen[s.Kind+s.Title] = true
	}
	return err
}

func (a *app) runError(run string, err error) error {
	if errors.Is(err, workflow.ErrNoRun) {
		return &contribute.HintError{Err: fault.Errorf("%s: %w", run, contribute.ErrNoRun), Hint: "isrc status lists your contributions"}
	}
	return err
}

func showAbandoned(s *term.Streams, r *abandoned) error {
	for _, u := range r.Steps {
		switch u.Outcome {
		case workflow.OutcomeReleased:
			s.Print(fmt.Sprintf("%s taken back: %s (%s)", s.Paint(term.Good, s.Sym(term.SymOK)), u.ID, term.Line(u.Title)))
		case workflow.OutcomeWouldRelease:
			s.Print(fmt.Sprintf("would take back: %s (%s)", u.ID, term.Line(u.Title)))
		default:
			why := ""
			if u.Why != nil {
				why = ": " + term.Line(*u.Why)
			}
			s.Print(fmt.Sprintf("%s kept: %s%s", s.Paint(term.Dim, s.Sym(term.SymDash)), u.ID, why))
		}
	}
	if r.Ended {
		s.Print(fmt.Sprintf("The contribution on %s to %s is ended.", term.Line(r.Branch), term.Line(r.Repository.FullName)))
	}
	return nil
}
