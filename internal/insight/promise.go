package insight

import (
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// Whether a promise was kept.
const (
	PromiseKept   = "kept"
	PromiseDue    = "due"
	PromiseBroken = "broken"
)

// Promise is what owners promise in their manifest, held against one pull
// request.
type Promise struct {
	Kind  string // first-response or decision
	Span  string // as they wrote it: "2bd"
	Due   time.Time
	State string
}

// Promises holds both promises of a manifest against a pull request: the first
// response counts as forge.FirstAnswer says, the decision is its end. For what
// is not promised there is none, and a draft is promised nothing.
func Promises(slo manifest.SLO, f forge.Followed, now time.Time) []Promise {
	if f.Draft && f.ClosedAt == nil {
		return nil
	}
	opened := Opened(f)
	said := make([]forge.Said, 0, len(f.Reviews)+len(f.Comments))
	for _, r := range f.Reviews {
		said = append(said, forge.Said{By: r.Author, At: r.At})
	}
	for _, c := range f.Comments {
		said = append(said, forge.Said{By: c.Author, At: c.At})
	}
	first := forge.FirstAnswer(f.Author, opened, f.ClosedAt, said)
	var out []Promise
	for _, p := range []struct {
		kind, span string
		met        *time.Time
	}{{"first-response", slo.FirstResponse, first}, {"decision", slo.Decision, f.ClosedAt}} {
		due, err := Due(opened, p.span)
		if err != nil || p.span == "" {
			continue
		}
		state := PromiseDue
		switch {
		case p.met != nil && !p.met.After(due):
			state = PromiseKept
		case p.met != nil, now.After(due):
			state = PromiseBroken
		}
		out = append(out, Promise{Kind: p.kind, Span: p.span, Due: due, State: state})
	}
	return out
}

// Pressing is the promise that matters now: a broken one, else the one that is
// due first, else the last that was kept; nil when nothing is promised.
func Pressing(all []Promise) *Promise {
	var best *Promise
	rank := map[string]int{PromiseKept: 0, PromiseDue: 1, PromiseBroken: 2}
	for i := range all {
		p := &all[i]
		sooner := best != nil && p.State == PromiseDue && best.State == PromiseDue && p.Due.Before(best.Due)
		if best == nil || rank[p.State] > rank[best.State] || sooner {
			best = p
		}
	}
	return best
}

// Due is when a span such as 4h, 3d, 2bd or 1w ends that begins at a time. A
// business day (bd) is Monday to Friday, in UTC: what begins at a weekend begins
// on Monday.
func Due(from time.Time, span string) (time.Time, error) {
	unit := strings.TrimLeft(span, "0123456789")
	n, err := strconv.Atoi(strings.TrimSuffix(span, unit))
	if err != nil || n <= 0 || n > 10_000 {
		return time.Time{}, fault.Errorf("%q is no time such as 2bd", span)
	}
	from = from.UTC()
	switch unit {
	case "h":
		return from.Add(time.Duration(n) * time.Hour), nil
	case "d":
		return from.AddDate(0, 0, n), nil
	case "w":
		return from.AddDate(0, 0, 7*n), nil
	case "bd":
		return businessDays(from, n), nil
	}
	return time.Time{}, fault.Errorf("%q is no time such as 2bd", span)
}

func businessDays(t time.Time, n int) time.Time {
	weekend := func() bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }
	for weekend() {
		t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, time.UTC)
	}
	for ; n > 0; n-- {
		t = t.AddDate(0, 0, 1)
		for weekend() {
			t = t.AddDate(0, 0, 1)
		}
	}
	return t
}
