package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// showMended says what --fix did, would do, and had to leave alone.
func showMended(s *term.Streams, all []mended, dry bool) {
	for _, m := range all {
		switch {
		case m.Done:
			text := s.Paint(term.Good, s.Sym(term.SymOK)) + " mended: " + term.Line(m.What)
			if m.Backup != nil {
				text += "   " + s.Paint(term.Dim, "before: "+*m.Backup)
			}
			fmt.Fprintln(s.Out, text)
			if m.Hint != nil {
				fmt.Fprintln(s.Out, "  "+term.Line(*m.Hint))
			}
		case m.Why != nil:
			fmt.Fprintf(s.Out, "%s not mended: %s: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(m.What), term.Line(*m.Why))
			if m.Hint != nil {
				fmt.Fprintln(s.Out, "  "+s.Paint(term.Strong, term.Line(*m.Hint)))
			}
		case dry:
			fmt.Fprintln(s.Out, "would mend: "+term.Line(m.What))
			showDiff(s, m.Diff)
		}
	}
	fmt.Fprintln(s.Out)
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
