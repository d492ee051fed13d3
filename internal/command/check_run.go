package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/term"
)

// ran is a command of the project that was run on the change.
type ran struct {
	Command string  `json:"command"`
	Purpose string  `json:"purpose"` // build, test, lint or format
	Said    string  `json:"said"`
	Exit    int     `json:"exit"` // -1 when it could not be started
	Seconds float64 `json:"seconds"`
	At      string  `json:"at"`
	Head    string  `json:"head"`
	Dirty   bool    `json:"dirty"` // something was not committed when it ran
}

func ranOf(e contribute.Evidence) ran {
	return ran{Command: e.Command, Purpose: e.Purpose, Said: e.Said, Exit: e.Exit, Seconds: e.Seconds, At: e.At.Format("2006-01-02T15:04:05Z"), Head: e.Head, Dirty: e.Dirty}
}

// runPurposes are what --run takes.
func runPurposes() []string {
	return []string{"all", guideline.PurposeBuild, guideline.PurposeTest, guideline.PurposeLint, guideline.PurposeFormat}
}

// runCommands shows the commands that the project names, asks, and runs them in
// the clone. It answers whether one of them failed.
func (a *app) runCommands(ctx context.Context, o *checkOptions, review *contribute.Review) (failed bool, err error) {
	wanted := strings.Split(o.run, ",")
	var commands []guideline.Command
	for _, c := range review.Guidelines.Commands() {
		if slices.Contains(wanted, "all") || slices.Contains(wanted, c.Purpose) {
			commands = append(commands, c)
		}
	}
	if len(commands) == 0 {
		a.say("isrc: the project names no command to run (%s)", o.run)
		return false, nil
	}
	s := a.io
	fmt.Fprintf(s.Err, "%s names these commands:\n", term.Line(firstOf(review.Upstream.FullName(), "the project")))
	for _, c := range commands {
		fmt.Fprintf(s.Err, "  %s   %s\n", s.Paint(term.Strong, term.Line(c.Text)), s.Paint(term.Dim, term.Line(commandPlace(c))))
	}
	if !o.yes {
		if err := s.Confirm("Run them in "+review.Dir+"?", "--yes", false); err != nil {
			return false, err
		}
	}
	for _, c := range commands {
		fmt.Fprintf(s.Err, "\n%s %s\n", s.Sym(term.SymArrow), s.Paint(term.Strong, term.Line(c.Text)))
		e, err := review.RunCommand(ctx, a.inv.Env, c, s.Err, a.inv.Now)
		if err != nil {
			return failed, err
		}
		failed = failed || e.Exit != 0
	}
	fmt.Fprintln(s.Err)
	return failed, nil
}

func commandPlace(c guideline.Command) string {
	if c.Said.Source == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", c.Said.Source.Path, c.Said.Line)
}

// showEvidence says which commands were run on what is judged, and how they
// ended.
func showEvidence(s *term.Streams, all []ran) {
	for _, r := range all {
		sign, tone, how := s.Sym(term.SymOK), term.Good, "succeeded"
		if r.Exit != 0 {
			sign, tone, how = s.Sym(term.SymBroken), term.Bad, fmt.Sprintf("failed (exit %d)", r.Exit)
		}
		note := ""
		if r.Dirty {
			note = ", with changes that are not committed"
		}
		fmt.Fprintf(s.Out, "%s ran    %s %s in %.1f s%s   %s\n", s.Paint(tone, fmt.Sprintf("%-*s", signWidth(s), sign)), term.Line(r.Command), how, r.Seconds, note, s.Paint(term.Dim, term.Line(r.Said)))
	}
}
