package catalog

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// whyUnlisted is why a point is unknown for which nobody could look.
const whyUnlisted = "its files are not known"

// verdict is what was seen of one point.
type verdict struct{ state, why, from string }

//go:noinline
func met(why, from string) verdict { return verdict{PointMet, why, from} }

//go:noinline
func missing(why, from string) verdict { return verdict{PointMissing, why, from} }

func unknown(why string) verdict { return verdict{PointUnknown, why, ""} }

// newReadiness puts the verdicts in the order of the table and adds them up. A
// point without a verdict is unknown.
func newReadiness(verdicts map[string]verdict) *Readiness {
	r := &Readiness{}
	for _, row := range ReadinessPoints() {
		v, ok := verdicts[row.ID]
		if !ok {
			v = unknown("it was not looked at")
		}
		r.Points = append(r.Points, Point{ID: row.ID, State: v.state, Weight: row.Weight, Essential: row.Essential, Why: v.why, From: v.from})
	}
	r.sum()
	return r
}

// sum calculates the score and whether nothing essential is missing.
func (r *Readiness) sum() {
	var got, all float64
	r.Ready = true
	for _, p := range r.Points {
		switch p.State {
		case PointMet:
			got += p.Weight
			all += p.Weight
		case PointMissing:
			all += p.Weight
			r.Ready = r.Ready && !p.Essential
		}
	}
	r.Score = 0
	if all > 0 {
		r.Score = math.Round(1000*got/all) / 1000
	}
}

// Point is the point of an identifier, nil when there is none.
func (r *Readiness) Point(id string) *Point {
	if r == nil {
		return nil
	}
	for i := range r.Points {
		if r.Points[i].ID == id {
			return &r.Points[i]
		}
	}
	return nil
}

// Missing are the essential points that keep a repository from being ready.
func (r *Readiness) Missing() []Point {
	var out []Point
	if r != nil {
		for _, p := range r.Points {
			if p.Essential && p.State == PointMissing {
				out = append(out, p)
			}
		}
	}
	return out
}

const (
	answerInTime  = 5 * 24  // hours
	waitedTooLong = 30 * 24 // hours
	aliveFor      = 365     // days
)

// SetAnswers notes how a repository answers contributions, and judges again
// what depends on it: these figures come later than the rest.
func (r *Record) SetAnswers(a *Answers) {
	r.Answers = a
	if r.Readiness == nil {
		return
	}
	points := slices.Clone(r.Readiness.Points)
	r.Readiness = &Readiness{Points: points}
	if p := r.Readiness.Point(pointAnswers); p != nil {
		v := answersInTime(a)
		p.State, p.Why, p.From = v.state, v.why, v.from
	}
	if p := r.Readiness.Point(pointAlive); p != nil && a != nil && a.Merged > 0 && p.State == PointMissing {
		p.State, p.Why, p.From = PointMet, fmt.Sprintf("%d merged since %s", a.Merged, a.Since.Format(time.DateOnly)), "pull requests"
	}
	r.Readiness.sum()
}

// answersInTime judges the response figures. One pull request shows no habit.
func answersInTime(a *Answers) verdict {
	const few = 3
	switch {
	case a == nil:
		return unknown("pull requests were not counted")
	case a.OldestHours != nil && *a.OldestHours > waitedTooLong:
		return missing(fmt.Sprintf("one has waited for %.0f days", *a.OldestHours/24), "pull requests")
	case a.FirstHours == nil || a.Answered < few:
		return unknown(fmt.Sprintf("only %d were answered", a.Answered))
	case *a.FirstHours > answerInTime:
		return missing(fmt.Sprintf("the first answer takes %.0f days", *a.FirstHours/24), "pull requests")
	case *a.FirstHours < 48:
		return met(fmt.Sprintf("the first answer takes %.0f hours", math.Ceil(*a.FirstHours)), "pull requests")
	}
	return met(fmt.Sprintf("the first answer takes %.0f days", *a.FirstHours/24), "pull requests")
}
