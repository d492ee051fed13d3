package estate

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// readiness is what a contributor would find. Which points the program looks at
// is for the program to say; these are plausible, not the same.
func readiness(rec *catalog.Record) *catalog.Readiness {
	guided := rec.Guidelines != ""
	points := []catalog.Point{
		point("readme-purpose", 2, len(rec.Readme) > 60, "README"),
		point("contributing-build", 2, guided && len(rec.Name)%4 != 0, rec.Guidelines),
		point("contributing-test", 2, guided && len(rec.Name)%3 != 0, rec.Guidelines),
		point("contributing-submit", 3, guided, rec.Guidelines),
		point("owner-known", 2, rec.Team != nil, "CODEOWNERS"),
		point("licence", 1, rec.License != "", "LICENSE"),
		point("not-archived", 3, !rec.Archived, ""),
	}
	got, of := 0.0, 0.0
	for _, p := range points {
		of += p.Weight
		if p.State == catalog.PointMet {
			got += p.Weight
		}
	}
	return &catalog.Readiness{Score: math.Round(100*got/of) / 100, Ready: guided && !rec.Archived && rec.Team != nil, Points: points}
}

func point(id string, weight float64, met bool, from string) catalog.Point {
	if met {
		return catalog.Point{ID: id, State: catalog.PointMet, Weight: weight, Why: "found", From: from}
	}
	return catalog.Point{ID: id, State: catalog.PointMissing, Weight: weight, Why: "not found"}
}

// events are the pull requests of the last two years. They depend on the seed
// and the repository alone, so that they can be made again when they are needed.
func events(seed uint64, rec *catalog.Record) []catalog.PullEvent {
	h := fnv.New64a()
	_, _ = h.Write([]byte(rec.Key())) // a hash never fails
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	n := min(400, *rec.QuarterCount/3+rec.Forks)
	if rec.Archived || rec.Fork {
		n /= 4
	}
	pace := 2 + r.ExpFloat64()*60 // hours to the first answer
	out := make([]catalog.PullEvent, 0, n)
	for i := range n {
		out = append(out, event(r, rec, i+1, pace))
	}
	order.By(out, func(a, b catalog.PullEvent) int { return a.Opened.Compare(b.Opened) })
	for i := range out {
		out[i].Number = i + 1
	}
	return out
}

func event(r *rand.Rand, rec *catalog.Record, number int, pace float64) catalog.PullEvent {
	since := Now().Sub(rec.PushedAt).Hours()
	e := catalog.PullEvent{Host: rec.Host, Owner: rec.Owner, Name: rec.Name, Number: number}
	e.Opened = rec.PushedAt.Add(-hours(r.Float64() * 730 * 24)).Add(hours(min(since, r.ExpFloat64()*24)))
	if rec.Team != nil {
		outside := r.Float64() < 0.25
		e.Outside, e.Team = &outside, rec.Team.Name
		if outside {
			e.Team, e.FromFork = pick(r, domains())+"/"+pick(r, teamNames()), r.Float64() < 0.6
		}
	}
	e.Bot = r.Float64() < 0.1
	if r.Float64() < 0.1 {
		return e // waits still
	}
	first := e.Opened.Add(hours(r.ExpFloat64() * pace))
	ended := first.Add(hours(r.ExpFloat64() * 2 * pace))
	if first.Before(Now()) {
		e.First = &first
	}
	if ended.Before(Now()) {
		e.Ended, e.Merged = &ended, r.Float64() < 0.8
	}
	return e
}

func hours(h float64) time.Duration {
	return time.Duration(h * float64(time.Hour)).Truncate(time.Second)
}

// answers sums up events; nil when there are none.
func answers(all []catalog.PullEvent) *catalog.Answers {
	if len(all) == 0 {
		return nil
	}
	a := &catalog.Answers{Since: all[0].Opened, AsOf: Now()}
	var firsts, decided []float64
	for _, e := range all {
		switch {
		case e.Bot:
			continue
		case e.First != nil:
			a.Answered++
			firsts = append(firsts, e.First.Sub(e.Opened).Hours())
		case e.Ended == nil:
			a.Waiting++
			if age := tenth(Now().Sub(e.Opened).Hours()); a.OldestHours == nil || age > *a.OldestHours {
				a.OldestHours = &age
			}
		}
		if e.Outside != nil && *e.Outside {
			a.Outside++
		}
		if e.Ended != nil {
			decided = append(decided, e.Ended.Sub(e.Opened).Hours())
			if e.Merged {
				a.Merged++
			} else {
				a.Declined++
			}
		}
	}
	a.FirstHours, a.DecidedHours = median(firsts), median(decided)
	return a
}

func median(of []float64) *float64 {
	if len(of) == 0 {
		return nil
	}
	slices.Sort(of)
	middle := tenth(of[len(of)/2])
	return &middle
}

func tenth(h float64) float64 { return math.Round(h*10) / 10 }
