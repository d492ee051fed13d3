package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/term"
)

// showFinished tells how a contribution ended, and what is left to do.
func showFinished(s *term.Streams, r *finished) error {
	w := s.Out
	tone := term.Good
	if r.State != "merged" {
		tone = term.Warn
	}
	head := fmt.Sprintf("%s#%d  ", r.Repository.FullName, r.Number)
	fmt.Fprintln(w, s.Paint(term.Strong, head)+term.Truncate(term.Line(r.Title), max(s.Width-term.Columns(head), 20), s.Ellipsis()))
	line := r.State + dayOf(r.Since, " on ")
	if r.Release != nil {
		line += ", released in " + term.Line(r.Release.Tag) + dayOf(r.Release.Published, " of ")
	} else if r.State == "merged" {
		line += ", in no release yet"
	}
	fmt.Fprintln(w, s.Paint(tone, line))
	if x := r.Warranty; x != nil {
		text := fmt.Sprintf("The owners expect you to mend what breaks in it for %s%s.", pluralOf(x.Days, "day", "days"), dayOf(x.Until, ": until "))
		for _, l := range term.Wrap(text, s.Width) {
			fmt.Fprintln(w, l)
		}
		if x.Said != nil {
			writeDetail(s, w, 2, term.Dim, fmt.Sprintf("%s:%d", x.Said.Path, x.Said.Line))
		}
	}
	if x := r.LastWord; x != nil {
		fmt.Fprintln(w)
		writeDetail(s, w, 2, term.Dim, term.Line(x.By+": "+strings.Join(strings.Fields(x.Text), " ")))
	}
	if len(r.Ways) > 0 {
		fmt.Fprintln(w, "\n"+s.Paint(term.Strong, "What you can do"))
	}
	for _, x := range r.Ways {
		for i, l := range term.Wrap(term.Line(x.Why), max(s.Width-13, 30)) {
			label := x.Kind
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(w, "  %-10s %s\n", label, l)
		}
		writeDetail(s, w, 13, term.Dim, term.Line(x.Next))
	}
	for i, c := range r.Cleaned {
		if i == 0 {
			fmt.Fprintln(w)
		}
		switch c.Outcome {
		case contribute.CleanRemoved:
			fmt.Fprintf(w, "%s deleted: %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), term.Line(c.What))
		case contribute.CleanWould:
			fmt.Fprintf(w, "would delete: %s\n", term.Line(c.What))
		case contribute.CleanKept:
			fmt.Fprintf(w, "%s kept: %s: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(c.What), term.Line(textOf(c.Why)))
		}
	}
	return nil
}

func dayOf(at *string, before string) string {
	if at == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339, *at)
	if err != nil {
		return ""
	}
	return before + t.UTC().Format(time.DateOnly)
}
