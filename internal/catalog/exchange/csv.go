package exchange

import (
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// column is a column of the table.
type column struct {
	name  string
	value func(*catalog.Record) string
}

func columns() []column {
	return []column{
		{"host", func(r *catalog.Record) string { return r.Host }},
		{"fullName", func(r *catalog.Record) string { return r.FullName() }},
		{"url", func(r *catalog.Record) string { return r.URL }},
		{"title", func(r *catalog.Record) string { return r.Title }},
		{"description", func(r *catalog.Record) string { return r.Description }},
		{"team", func(r *catalog.Record) string {
			if r.Team == nil {
				return ""
			}
			return r.Team.Name
		}},
		{"language", func(r *catalog.Record) string { return r.Language }},
		{"topics", func(r *catalog.Record) string { return strings.Join(r.Topics, " ") }},
		{"license", func(r *catalog.Record) string { return r.License }},
		{"visibility", func(r *catalog.Record) string { return r.Visibility }},
		{"archived", func(r *catalog.Record) string { return strconv.FormatBool(r.Archived) }},
		{"fork", func(r *catalog.Record) string { return strconv.FormatBool(r.Fork) }},
		{"source", func(r *catalog.Record) string { return r.Source }},
		{"stars", func(r *catalog.Record) string { return strconv.Itoa(r.Stars) }},
		{"forks", func(r *catalog.Record) string { return strconv.Itoa(r.Forks) }},
		{"openIssues", func(r *catalog.Record) string { return strconv.Itoa(r.OpenIssues) }},
		{"createdAt", func(r *catalog.Record) string { return moment(r.CreatedAt) }},
		{"updatedAt", func(r *catalog.Record) string { return moment(r.UpdatedAt) }},
		{"pushedAt", func(r *catalog.Record) string { return moment(r.PushedAt) }},
		{"release", func(r *catalog.Record) string {
			if r.Release == nil {
				return ""
			}
			return r.Release.Tag
		}},
		{"contributions", func(r *catalog.Record) string { return r.Mode }},
		{"ready", func(r *catalog.Record) string {
			if r.Readiness == nil {
				return ""
			}
			return strconv.FormatBool(r.Readiness.Ready)
		}},
		{"readiness", func(r *catalog.Record) string {
			if r.Readiness == nil {
				return ""
			}
			return strconv.FormatFloat(r.Readiness.Score, 'g', -1, 64)
		}},
		{"activity", func(r *catalog.Record) string {
			if r.Activity == nil {
				return ""
			}
			return strconv.Itoa(r.Activity.Score)
		}},
		{"firstAnswerHours", func(r *catalog.Record) string {
			if r.Answers == nil || r.Answers.FirstHours == nil {
				return ""
			}
			return strconv.FormatFloat(*r.Answers.FirstHours, 'f', 1, 64)
		}},
		{"helpWanted", func(r *catalog.Record) string { return strconv.Itoa(len(r.HelpWanted)) }},
		{"skills", func(r *catalog.Record) string { return strings.Join(r.Skills, ", ") }},
		{"provides", func(r *catalog.Record) string { return names(r.Provides) }},
		{"requires", func(r *catalog.Record) string { return names(r.Requires) }},
		{"ask", func(r *catalog.Record) string { return r.Ask }},
		{"docs", func(r *catalog.Record) string { return r.Docs }},
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func names(all []catalog.Capability) string {
	var out []string
	for _, c := range all {
		out = append(out, strings.TrimSpace(c.Name+" "+c.Version))
	}
	return strings.Join(out, ", ")
}

// table begins a table. Its columns may only be added to, at the end.
func (w *Writer) table() error {
	out := csv.NewWriter(w.out)
	all := columns()
	row := make([]string, len(all))
	for i, c := range all {
		row[i] = c.name
	}
	w.entry = func(r *catalog.Record) error {
		for i, c := range all {
			row[i] = harmless(c.value(r))
		}
		return out.Write(row)
	}
	w.end = func() error {
		out.Flush()
		return out.Error()
	}
	return out.Write(row)
}

// harmless writes an apostrophe in front of what a spreadsheet would run as a
// formula: a description is written by anybody. Line breaks become blanks, and
// what cannot be seen goes away.
func harmless(cell string) string {
	cell = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, cell)
	if trimmed := strings.TrimLeft(cell, " "); trimmed != "" && strings.ContainsRune("=+-@\uFF1D\uFF0B\uFF0D\uFF20|%", []rune(trimmed)[0]) {
		return "'" + cell
	}
	return cell
}
