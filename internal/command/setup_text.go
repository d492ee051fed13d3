package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// showChanges lists what differs from the user's file.
func showChanges(s *term.Streams, w io.Writer, r *setupResult) error {
	var b strings.Builder
	if r.Source != nil {
		fmt.Fprintf(&b, "%s says:\n", term.Line(*r.Source))
	}
	for _, c := range r.Changes {
		line := fmt.Sprintf("  %s: %s", term.Line(c.Key), term.Line(c.New))
		if c.Old != nil {
			line += s.Paint(term.Dim, " (was "+term.Line(*c.Old)+")")
		}
		b.WriteString(line + "\n")
	}
	for _, text := range r.Warnings {
		fmt.Fprintf(&b, "%s %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showWrittenSettings says what setup wrote, or would write.
func showWrittenSettings(s *term.Streams, r *setupResult) error {
	if !r.shown {
		if err := showChanges(s, s.Out, r); err != nil {
			return err
		}
	}
	text := "Written to %s.\n"
	switch r.Outcome {
	case setupExisting:
		text = "Already so in %s.\n"
	case setupPlanned:
		text = "Nothing is written: --dry-run. It would go to %s.\n"
	}
	_, err := fmt.Fprintf(s.Out, text, r.File)
	return err
}

// showTested says what works of it, and what comes next.
func showTested(s *term.Streams, r *setupResult) error {
	if len(r.Checks) == 0 {
		return nil
	}
	if err := showProbed(s, r.Checks); err != nil {
		return err
	}
	if firstBroken(r.Checks) == nil {
		fmt.Fprintln(s.Err, "isrc find <words> looks for a repository there.")
	}
	return nil
}
