package catalog

import (
	"fmt"
	"math"
	"time"
	"unicode/utf16"
)

// ActivityOf is the Repository Activity Score as the InnerSource Commons pattern
// of that name defines it, with each of its steps as a term. It is nil where
// the dates are not known without which the pattern has no number. Watchers
// that are not known count as none, as in the pattern. A date after now, which
// a forge's clock may give, counts as now.
//
// The terms are the calculation itself: Follow repeats it, and the score is its
// result rounded to the nearest whole number, halves up.
func ActivityOf(r *Record, now time.Time) *Activity {
	if r.UpdatedAt.IsZero() || r.CreatedAt.IsZero() {
		return nil
	}
	t := attention(r)
	idle := daysSince(r.UpdatedAt, now)
	t = append(t, timesTerm("fresh", 1+(100-math.Min(idle, 100))/100, fmt.Sprintf("updated %s ago; ×2 today, ×1 after 100 days", days(idle))))
	if sum, known := quarterSum(r); known {
		weekly := float64(sum) / quarterWeeks
		t = append(t, timesTerm("commits", 1+math.Min(math.Max(weekly-3, 0), 7)/7, fmt.Sprintf("%.1f commits a week in the last 13; ×1 up to 3, ×2 from 10", weekly)))
	}
	age := daysSince(r.CreatedAt, now)
	t = append(t, plusTerm("new", (1000-2.74*math.Min(idle, 365))*(365-math.Min(age, 365))/365, fmt.Sprintf("created %s ago; up to 1000 in the first year", days(age))))
	t = append(t, documented(r)...)
	if s := Total(t); s > 3000 {
		t = append(t, plusTerm("scale", 3000+100*math.Log(s)-s, fmt.Sprintf("above 3000 only the logarithm counts: 3000 + 100 × ln %.0f", s)))
	}
	t = append(t, plusTerm("start", -scoreStart, "what it began with is taken away"))
	return &Activity{Score: int(math.Floor(Total(t) + 0.5)), Terms: t}
}

const (
	scoreStart   = 50
	quarterWeeks = 13
)

// attention are the terms for what others do with a repository.
func attention(r *Record) []Term {
	t := []Term{
		plusTerm("start", scoreStart, "where every repository begins"),
		plusTerm("forks", 5*float64(r.Forks), fmt.Sprintf("%d × 5", r.Forks)),
	}
	if r.Watchers != nil {
		t = append(t, plusTerm("watchers", float64(*r.Watchers), fmt.Sprintf("%d × 1", *r.Watchers)))
	} else {
		t = append(t, plusTerm("watchers", 0, "not known"))
	}
	return append(t,
		plusTerm("stars", float64(r.Stars)/3, fmt.Sprintf("%d ÷ 3", r.Stars)),
		plusTerm("issues", float64(r.OpenIssues)/5, fmt.Sprintf("%d open ÷ 5", r.OpenIssues)))
}

// documented are the terms for what the owners write.
func documented(r *Record) []Term {
	var t []Term
	if n := max(lengthInScript(r.Description), lengthInScript(r.Motivation)); n > 30 {
		t = append(t, plusTerm("description", 50, "longer than 30 characters"))
	} else {
		t = append(t, plusTerm("description", 0, "not longer than 30 characters"))
	}
	if r.Guidelines != "" {
		return append(t, plusTerm("guidelines", 100, r.Guidelines))
	}
	return append(t, plusTerm("guidelines", 0, "none"))
}

//go:noinline
func plusTerm(name string, value float64, why string) Term {
	return Term{Name: name, Value: value, Why: why}
}

func timesTerm(name string, value float64, why string) Term {
	return Term{Name: name, Value: value, Times: true, Why: why}
}

// quarterSum counts the commits of the last 13 weeks. Fewer weeks than that are
// still a quarter of 13, as in the pattern; an empty list is not known.
func quarterSum(r *Record) (int, bool) {
	if n := len(r.Participation); n > 0 {
		sum := 0
		for _, c := range r.Participation[max(0, n-quarterWeeks):] {
			sum += c
		}
		return sum, true
	}
	if r.QuarterCount != nil {
		return *r.QuarterCount, true
	}
	return 0, false
}

// daysSince is a time in days with their fraction, none for the future.
func daysSince(t, now time.Time) float64 { return math.Max(0, now.Sub(t).Hours()/24) }

//go:noinline
func days(d float64) string {
	if d >= 1.5 || d < 0.5 {
		return fmt.Sprintf("%.0f days", d)
	}
	return "1 day"
}

// lengthInScript is the length of a text as JavaScript counts it: the pattern
// is written in it.
//
//go:noinline
func lengthInScript(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
