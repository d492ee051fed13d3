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

// Hint writes to Err what to do next. A command stays in one piece, to be pasted:
// what is said about it, before it or behind a #, gives way on a narrow terminal.
func (s *Streams) Hint(text string) {
	const hint, further = "isrc: hint: ", "  "
	text = s.Twin(text)
	command, note, noted := strings.Cut(text, " # ")
	switch {
	case !s.ErrTTY || Columns(hint+text) <= s.Width:
		fmt.Fprintln(s.Err, hint+text)
	case noted:
		fmt.Fprintln(s.Err, hint+command)
		for i, l := range Wrap(note, s.Width-4) {
			fmt.Fprintln(s.Err, further+[]string{"# ", "  "}[min(i, 1)]+l)
		}
	case isCommand(text):
		fmt.Fprintln(s.Err, hint+text)
	default:
		last := ""
		if i := strings.LastIndex(text, " isrc "); i > 0 && Columns(text[i:]) < s.Width {
			text, last = text[:i], text[i+1:]
		}
		lines := Wrap(hint+text, s.Width-2)
		if end := len(lines) - 1; last != "" && Columns(lines[end]+last) < s.Width-2 {
			lines[end] += " " + last
		} else if last != "" {
			lines = append(lines, last)
		}
		fmt.Fprintln(s.Err, strings.Join(lines, "\n"+further))
	}
}

// isCommand tells whether a hint is something to type, and not a sentence.
func isCommand(text string) bool {
	for _, p := range [...]string{"isrc ", "git ", "gh ", "cd ", "ssh", "--", "export ", "ISRC_"} {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}
