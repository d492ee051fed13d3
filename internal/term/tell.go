package term

import (
	"fmt"
	"io"
	"strings"
)

// Tell writes to Err what is said beside a result, a line and more, without a
// newline at its end. On a terminal lines are broken at blanks, and go on two
// columns further in than they began; elsewhere they stay as they are, for those
// who look for them.
//
//go:noinline
func (s *Streams) Tell(text string) { s.tell(s.Err, s.ErrTTY, text) }

// Print writes such a text to Out.
//
//go:noinline
func (s *Streams) Print(text string) { s.tell(s.Out, s.OutTTY, text) }

func (s *Streams) tell(w io.Writer, tty bool, text string) {
	for line := range strings.SplitSeq(s.Twin(text), "\n") {
		if !tty || Columns(line) <= s.Width {
			fmt.Fprintln(w, line)
			continue
		}
		rest := strings.TrimLeft(line, " ")
		lead := strings.Repeat(" ", len(line)-len(rest))
		for i, part := range Wrap(rest, max(s.Width-len(lead)-2, 16)) {
			if i == 1 {
				lead += "  "
			}
			fmt.Fprintln(w, lead+part)
		}
	}
}
