package command

import (
	"fmt"
	"io"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/term"
)

// explainRecord shows the terms of a repository's activity score and the points
// of its readiness: the same for find --explain and show --explain.
func explainRecord(s *term.Streams, r *catalog.Record) {
	if r == nil {
		return
	}
	if a := r.Activity; a != nil {
		fmt.Fprintf(s.Out, "  activity score %d\n", a.Score)
		writeTerms(indented(s), s.Out, termRows(a.Terms))
	}
	if d := r.Readiness; d != nil {
		state := "not ready for contributions"
		if d.Ready {
			state = "ready for contributions"
		}
		fmt.Fprintf(s.Out, "  %s, %.0f %% of what could be observed\n", state, d.Score*100)
		for _, p := range d.Points {
			writePoint(s, p)
		}
	}
	if r.Activity == nil && r.Readiness == nil {
		s.Print("  activity and readiness: not known, its files were not looked at")
	}
}

// indented leaves room on the left.
func indented(s *term.Streams) *term.Streams {
	t := *s
	t.Width -= 2
	return &t
}

func writePoint(s *term.Streams, p catalog.Point) {
	sign, tone := s.Sym(term.SymUnknown), term.Dim
	switch p.State {
	case catalog.PointMet:
		sign, tone = s.Sym(term.SymOK), term.Good
	case catalog.PointMissing:
		sign, tone = s.Sym(term.SymBroken), term.Warn
	}
	text := p.ID + ": " + p.Why
	if p.From != "" {
		text += " (" + p.From + ")"
	}
	for i, l := range term.Wrap(term.Line(text), max(s.Width-13, 8)) {
		if i == 0 {
			fmt.Fprintf(s.Out, "    %s %6s  %s\n", s.Paint(tone, sign), figure(p.Weight), l)
			continue
		}
		fmt.Fprintf(s.Out, "%14s%s\n", "", l)
	}
}

// termRow is one part of a figure.
type termRow struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Times bool    `json:"times"` // it multiplies what stands before it
	Why   string  `json:"why"`
}

// pointRow is one thing that contributors look for.
type pointRow struct {
	ID     string  `json:"id"`
	State  string  `json:"state"` // met, missing or unknown
	Weight float64 `json:"weight"`
	Why    string  `json:"why"`
	From   *string `json:"from"` // path:line, or a setting of the forge
}

//go:noinline
func termRows(terms []catalog.Term) []termRow {
	out := make([]termRow, 0, len(terms))
	for _, t := range terms {
		out = append(out, termRow(t))
	}
	return out
}

func pointRows(points []catalog.Point) []pointRow {
	out := make([]pointRow, 0, len(points))
	for _, p := range points {
		out = append(out, pointRow{ID: p.ID, State: p.State, Weight: p.Weight, Why: p.Why, From: orNull(p.From)})
	}
	return out
}

// writeTerms shows the parts of a figure, one on each line.
func writeTerms(s *term.Streams, w io.Writer, terms []termRow) {
	for _, t := range terms {
		sign := "+"
		if t.Times {
			sign = s.Twin("×")
		}
		why := t.Name
		if t.Why != "" {
			why = t.Name + ": " + t.Why
		}
		lines := term.Wrap(term.Line(why), max(s.Width-16, 8))
		for i, l := range lines {
			if i == 0 {
				fmt.Fprintf(w, "  %s %9s  %s\n", sign, figure(t.Value), l)
				continue
			}
			fmt.Fprintf(w, "%14s%s\n", "", l)
		}
	}
}

// figure writes a number with as many decimals as tell something.
func figure(v float64) string {
	if v == float64(int64(v)) && v < 1e9 && v > -1e9 {
		return fmt.Sprintf("%d", int64(v))
	}
	return fmt.Sprintf("%.3g", v)
}
