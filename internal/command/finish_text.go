package command

import (
	"fmt"
	"slices"
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
	s.Print(s.Paint(tone, line))
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
	ways := r.Ways
	if r.removed() { // it was chosen
		ways = nil
	}
	if len(ways) > 0 {
		fmt.Fprintln(w, "\n"+s.Paint(term.Strong, "What you can do"))
	}
	for _, x := range ways {
		for i, l := range term.Wrap(term.Line(x.Why), max(s.Width-13, 7)) {
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
			s.Print(s.Paint(term.Good, s.Sym(term.SymOK)) + " deleted: " + term.Line(c.What))
		case contribute.CleanWould:
			s.Print("would delete: " + term.Line(c.What))
		case contribute.CleanKept:
			s.Print(s.Paint(term.Warn, s.Sym(term.SymUnknown)) + " kept: " + term.Line(c.What) + ": " + term.Line(textOf(c.Why)))
		}
	}
	return nil
}

// removed tells whether a declined change was let go.
func (r *finished) removed() bool {
	return r.State != "merged" && slices.ContainsFunc(r.Cleaned, func(c cleanedThing) bool { return c.Outcome == contribute.CleanRemoved })
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
