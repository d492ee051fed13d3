package sandbox

import (
	"strings"
	"time"
)

// searchQuery is a search as GitHub's syntax has it: words, "phrases", and
// qualifiers, each of which a minus turns round.
type searchQuery struct {
	words []string // lower case
	not   []string
	terms []term
}

type term struct {
	name, value string
	negated     bool
}

// parseQuery reads a query. What looks like a qualifier but is none that is
// known here is a word.
func parseQuery(q string, known string) searchQuery {
	var out searchQuery
	for _, t := range tokens(q) {
		negated := strings.HasPrefix(t, "-") && len(t) > 1
		if negated {
			t = t[1:]
		}
		name, value, found := strings.Cut(t, ":")
		name = strings.ToLower(name)
		if found && value != "" && strings.Contains(known, " "+name+" ") {
			out.terms = append(out.terms, term{name, strings.Trim(value, `"`), negated})
			continue
		}
		word := strings.ToLower(strings.Trim(t, `"`))
		switch {
		case word == "" || t == "AND" || t == "OR" || t == "NOT":
		case negated:
			out.not = append(out.not, word)
		default:
			out.words = append(out.words, word)
		}
	}
	return out
}

// tokens splits at blanks outside of quotation marks.
func tokens(q string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	for _, r := range q {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && (r == ' ' || r == '\t' || r == '\n') {
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

// values are those of a qualifier that is not turned round.
//
//go:noinline
func (q searchQuery) values(name string) []string {
	var out []string
	for _, t := range q.terms {
		if t.name == name && !t.negated {
			out = append(out, t.value)
		}
	}
	return out
}

// score is how well a query's words stand in fields, which weigh as given; 0
// when one of them is nowhere or an excluded one is somewhere.
func (q searchQuery) score(fields map[string]float64) float64 {
	total := 0.0
	for text, weight := range fields {
		for _, w := range q.not {
			if weight > 0 && strings.Contains(text, w) {
				return 0
			}
		}
	}
	for _, w := range q.words {
		best := 0.0
		for text, weight := range fields {
			if weight > best && strings.Contains(text, w) {
				best = weight
			}
		}
		if best == 0 {
			return 0
		}
		total += best
	}
	return total + 1
}

// inRange tells whether a time is as a qualifier has it: ">=2026-01-02",
// "2026-01-02T10:00:00Z..*", or one day. A day without a time is all of it.
func inRange(t time.Time, value string) bool {
	if from, to, ok := strings.Cut(value, ".."); ok {
		return (from == "*" || inRange(t, ">="+from)) && (to == "*" || inRange(t, "<="+to))
	}
	op := value[:len(value)-len(strings.TrimLeft(value, "<>="))]
	first, err := time.Parse(time.RFC3339, value[len(op):])
	last := first
	if err != nil {
		if first, err = time.Parse(time.DateOnly, value[len(op):]); err != nil {
			return false
		}
		last = first.Add(24*time.Hour - time.Second)
	}
	t = t.Truncate(time.Second)
	switch op {
	case ">":
		return t.After(last)
	case ">=":
		return !t.Before(first)
	case "<":
		return t.Before(first)
	case "<=":
		return !t.After(last)
	}
	return !t.Before(first) && !t.After(last)
}
