package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// showMended says what --fix did, would do, and had to leave alone. What is
// left alone the findings below tell too, with the reason: it is said here only
// of rules that were named.
func showMended(s *term.Streams, c *checked, o *checkOptions) {
	named, shown, before := o.namedFixes(), 0, ""
	for _, m := range c.Mended {
		if !m.Done && m.Why != nil && named == nil {
			continue
		}
		shown++
		showMend(s, m)
		if m.Backup != nil && *m.Backup != before {
			before = *m.Backup
			fmt.Fprintln(s.Out, "  "+s.Paint(term.Dim, "before: "+before))
		}
	}
	if shown == 0 {
		fmt.Fprintln(s.Out, nothingMended(c, named))
	}
	if back := wayBack(c.Mended); back != "" {
		fmt.Fprintln(s.Out, "to take it back: "+s.Paint(term.Strong, back))
	}
	fmt.Fprintln(s.Out)
}

// nothingMended says why --fix did nothing.
func nothingMended(c *checked, named []string) string {
	switch {
	case named != nil:
		return "Nothing to mend: " + strings.Join(named, ", ") + " found nothing broken."
	case slices.ContainsFunc(c.Findings, func(f finding) bool { return f.Verdict == "broken" }):
		return "Nothing mended: isrc has no safe mend for what is broken."
	}
	return "Nothing to mend."
}

// wayBack is the command that brings back the commits from before the first
// rewriting, "" where nothing was rewritten. It keeps what is not committed.
func wayBack(all []mended) string {
	first := ""
	for _, m := range all {
		if m.Backup != nil && (first == "" || *m.Backup < first) {
			first = *m.Backup
		}
	}
	if first == "" {
		return ""
	}
	return "git reset --keep " + first
}

func showMend(s *term.Streams, m mended) {
	switch {
	case m.Done:
		fmt.Fprintln(s.Out, s.Paint(term.Good, s.Sym(term.SymOK))+" mended: "+term.Line(m.What))
		if m.Hint != nil {
			fmt.Fprintln(s.Out, "  "+term.Line(*m.Hint))
		}
	case m.Why != nil:
		fmt.Fprintf(s.Out, "%s not mended: %s: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(m.What), term.Line(*m.Why))
		if m.Hint != nil {
			fmt.Fprintln(s.Out, "  "+s.Paint(term.Strong, term.Line(*m.Hint)))
		}
	default:
		fmt.Fprintln(s.Out, "would mend: "+term.Line(m.What))
		showDiff(s, m.Diff)
	}
}

// showDiff shows what a fix would change.
func showDiff(s *term.Streams, diff *string) {
	if diff == nil {
		return
	}
	for line := range strings.Lines(*diff) {
		tone := term.Dim
		switch line[0] {
		case '-':
			tone = term.Bad
		case '+':
			tone = term.Good
		}
		fmt.Fprintln(s.Out, "  "+s.Paint(tone, term.Line(strings.TrimRight(line, "\n"))))
	}
}
