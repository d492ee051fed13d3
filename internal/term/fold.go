package term

import "strings"

// Fold breaks the lines of help that are wider than the terminal, at blanks. A
// line of two columns, such as a flag and what it does, goes on below its second
// one; where that leaves no room, the second one begins on a line of its own.
// Away from a terminal lines stay as they are.
func (s *Streams) Fold(text string) string {
	if !s.OutTTY {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if Columns(line) > s.Width {
			lines[i] = foldLine(line, s.Width)
		}
	}
	return strings.Join(lines, "\n")
}

// leastColumn is the width below which a column is not worth having.
const leastColumn = 24

func foldLine(line string, width int) string {
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	first, second, two := strings.Cut(text, "  ")
	if !two {
		return pad(indent) + strings.Join(Wrap(text, max(width-indent, 1)), "\n"+pad(indent))
	}
	second = strings.TrimLeft(second, " ")
	column := Columns(line) - Columns(second)
	if width-column >= leastColumn {
		below := Wrap(second, width-column)
		return line[:len(line)-len(second)] + strings.Join(below, "\n"+pad(column))
	}
	column = min(indent+4, 10)
	return pad(indent) + first + "\n" + pad(column) + strings.Join(Wrap(second, max(width-column, 1)), "\n"+pad(column))
}

// Reflow fits the paragraphs of a text that was broken for 80 columns to a
// narrower terminal. What is indented keeps its lines.
func (s *Streams) Reflow(text string) string {
	if !s.OutTTY || s.Width >= 80 {
		return text
	}
	parts := strings.Split(text, "\n\n")
	for i, p := range parts {
		if !strings.HasPrefix(p, " ") && !strings.Contains(p, "\n ") {
			parts[i] = strings.Join(Wrap(p, s.Width), "\n")
		}
	}
	return s.Fold(strings.Join(parts, "\n\n"))
}
