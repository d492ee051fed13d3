package term

import (
	"io"
	"strings"
)

// Table lays rows out in columns on a terminal and writes them separated by
// tabs elsewhere, so that cut and awk can read them.
type Table struct {
	streams *Streams
	rows    [][]Cell
	flex    int // the column that shrinks when the terminal is narrow, -1 for none
	indent  int // beside the two columns that each row has
}

// Cell is one field of a row, with the tone in which a terminal shows it.
type Cell struct {
	Text string
	Tone Tone
}

// NewTable makes an empty table whose column flex gives way first.
//
//go:noinline
func (s *Streams) NewTable(flex int) *Table { return &Table{streams: s, flex: flex} }

// Row adds a row. Texts are sanitized here: a table never shows foreign bytes.
//
//go:noinline
func (t *Table) Row(cells ...Cell) {
	for i := range cells {
		cells[i].Text = Line(cells[i].Text)
	}
	t.rows = append(t.rows, cells)
}

// Write renders all rows.
func (t *Table) Write(w io.Writer) error {
	if !t.streams.OutTTY {
		return t.writeTabs(w)
	}
	_, err := io.WriteString(w, strings.Join(t.Rows(), ""))
	return err
}

// Rows gives each row as a terminal shows it, with its newline. Where there is no
// room for a first column that does not give way, the name of what the row is
// about, it has a line of its own: cut it would name nothing.
func (t *Table) Rows() []string {
	all := t.widths()
	for _, row := range t.rows {
		if t.flex != 0 && len(row) > 0 && Columns(row[0].Text) > all[0] {
			rest := &Table{streams: t.streams, flex: t.flex - 1}
			for _, r := range t.rows {
				rest.rows = append(rest.rows, r[min(1, len(r)):])
			}
			return rest.below(t.rows)
		}
	}
	out := make([]string, len(t.rows))
	for i, row := range t.rows {
		out[i] = t.line(2, all, row)
	}
	return out
}

// below gives rows whose first cells stand above the others.
func (t *Table) below(whole [][]Cell) []string {
	t.indent = 2
	widths := t.widths()
	out := make([]string, len(whole))
	for i, row := range whole {
		out[i] = "  " + t.streams.Paint(row[0].Tone, row[0].Text) + "\n"
		if rest := t.line(4, widths, t.rows[i]); rest != "\n" {
			out[i] += rest
		}
	}
	return out
}

func (t *Table) line(indent int, widths []int, row []Cell) string {
	var line strings.Builder
	line.WriteString(strings.Repeat(" ", indent))
	for i, c := range row {
		text := Truncate(c.Text, widths[i], t.streams.Ellipsis())
		line.WriteString(t.streams.Paint(c.Tone, text))
		if i < len(row)-1 {
			line.WriteString(strings.Repeat(" ", widths[i]-Columns(text)+2))
		}
	}
	return strings.TrimRight(line.String(), " ") + "\n"
}

func (t *Table) writeTabs(w io.Writer) error {
	var b strings.Builder
	for _, row := range t.rows {
		for i, c := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(c.Text)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Table) widths() []int {
	var widths []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Columns(c.Text))
		}
	}
	total := 2
	for _, n := range widths {
		total += n + 2
	}
	over := total - 2 + t.indent - t.streams.Width
	if over > 0 && t.flex >= 0 && t.flex < len(widths) {
		cut := min(over, max(widths[t.flex]-12, 0))
		widths[t.flex] -= cut
		over -= cut
	}
	for over > 0 { // still too wide: shorten the widest column, one at a time
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 6 {
			break
		}
		widths[widest]--
		over--
	}
	return widths
}
