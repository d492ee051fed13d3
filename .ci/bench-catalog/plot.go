package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// series is one line of a panel: a figure of one label, by number of records.
type series struct {
	name, label, color string
	value              func(Figures) float64
}

// panel is a diagram with logarithmic axes.
type panel struct {
	title, unit string
	lines       []series
}

// The colours have about the same contrast on white and on black: a picture in a
// README is not told which it lies on.
const (
	ink    = "#7d8590"
	blue   = "#3b82d6"
	orange = "#d97a1e"
	green  = "#2f9e62"
	violet = "#9a6bd8"
)

func panels() []panel {
	p50 := func(f Figures) float64 { return f.P50 }
	p95 := func(f Figures) float64 { return f.P95 }
	return []panel{
		{"one search, whole process", "ms", []series{
			{"grep over the JSON", "grep", ink, p50},
			{"isrc find, widened, p95", "find wide", orange, p95},
			{"isrc find, all words, p95", "find and", blue, p95},
			{"isrc find, all words, p50", "find and", green, p50},
			{"sqlite3 on the twin, p50", "sqlite3 and", violet, p50},
		}},
		{"the catalog", "MiB, or seconds", []series{
			{"size on disk, MiB", "build", blue, func(f Figures) float64 { return f.Size }},
			{"memory of a build, MiB", "build", orange, func(f Figures) float64 { return f.RSS }},
			{"memory of a search, MiB", "find and", violet, func(f Figures) float64 { return f.RSS }},
			{"processor time of a build, s", "build", green, func(f Figures) float64 { return f.CPU / 1000 }},
		}},
	}
}

func plot(args []string) error {
	if len(args) != 2 {
		return errors.New("plot needs a file of figures and the name of the picture")
	}
	all, err := readFigures(args[0])
	if err != nil {
		return err
	}
	const width, height = 760, 400
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12" fill="%s" role="img">`+"\n", width, height, width, height, ink)
	b.WriteString("<title>How the catalog grows from 10,000 to 1,000,000 repositories</title>\n")
	for i, p := range panels() {
		p.draw(&b, all, 50+float64(i)*380, 40, 310, 250)
	}
	b.WriteString("</svg>\n")
	return os.WriteFile(args[1], []byte(b.String()), 0o644)
}

// draw draws the panel with its upper left corner at x, y.
func (p panel) draw(b *strings.Builder, all []Figures, x, y, width, height float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range p.lines {
		for _, f := range pointsOf(all, l) {
			low, high = min(low, l.value(f)), max(high, l.value(f))
		}
	}
	if math.IsInf(low, 1) {
		return
	}
	bottom, top := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	at := func(records int, v float64) (float64, float64) {
		return x + (math.Log10(float64(records))-4)/2*width, y + height - (math.Log10(v)-bottom)/(top-bottom)*height
	}
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" font-weight="600">%s (%s)</text>`+"\n", x, y-16, p.title, p.unit)
	for e := bottom; e <= top; e++ {
		_, gy := at(10000, math.Pow(10, e))
		fmt.Fprintf(b, `<path d="M%.1f %.1fh%.1f" stroke="%s" stroke-opacity=".3"/><text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", x, gy, width, ink, x-6, gy+4, number(math.Pow(10, e)))
	}
	for _, n := range []int{10000, 100000, 1000000} {
		gx, _ := at(n, low)
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", gx, y+height+18, number(float64(n)))
	}
	for i, l := range p.lines {
		var path []string
		for _, f := range pointsOf(all, l) {
			px, py := at(f.Records, l.value(f))
			path = append(path, fmt.Sprintf("%.1f %.1f", px, py))
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"><title>%s</title></circle>`+"\n", px, py, l.color, number(l.value(f)))
		}
		if len(path) > 0 {
			fmt.Fprintf(b, `<path d="M%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(path, "L"), l.color)
		}
		ly := y + height + 40 + float64(i)*15
		fmt.Fprintf(b, `<path d="M%.1f %.1fh16" stroke="%s" stroke-width="3"/><text x="%.1f" y="%.1f">%s</text>`+"\n", x, ly-4, l.color, x+22, ly, l.name)
	}
}

func pointsOf(all []Figures, l series) []Figures {
	var out []Figures
	for _, f := range all {
		if f.Label == l.label && f.Records >= 10000 && l.value(f) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// number writes 1000000 as 1M, 0.1 as 0.1.
func number(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%gM", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%gk", x/1e3)
	default:
		return fmt.Sprintf("%g", x)
	}
}

func readFigures(name string) ([]Figures, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []Figures
	for d := json.NewDecoder(file); ; {
		var f Figures
		if err := d.Decode(&f); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, f)
	}
}
