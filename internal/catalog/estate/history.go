package estate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// history fills in what happened to a repository: its dates, who cares for it,
// and the figures that are made of that.
func (m *maker) history(rec *catalog.Record, t *Truth) {
	r := m.r
	idle, commits := idleDays(r, t.State)
	rec.Archived = t.State == Archived
	rec.PushedAt = ago(idle)
	rec.UpdatedAt = ago(idle * r.Float64())
	rec.CreatedAt = ago(idle + 5 + r.ExpFloat64()*700)
	if t.Shape != Portal {
		rec.Stars = heavy(r, 1.2, t)
	}
	rec.Forks = heavy(r, 0.4, t)
	watchers := 1 + rec.Stars/4 + r.IntN(4)
	rec.Watchers = &watchers
	pulls := heavy(r, 0.3, t)
	rec.OpenPulls = &pulls
	rec.OpenIssues = pulls + heavy(r, 0.8, t)
	quarter := 0
	if r.Float64() < 0.8 {
		rec.Participation = weeks(r, idle, Now().Sub(rec.CreatedAt).Hours()/24, commits)
		for _, n := range rec.Participation[39:] {
			quarter += n
		}
	} else {
		quarter = int(commits * 13)
	}
	rec.QuarterCount = &quarter
	allow := r.Float64() < 0.9
	rec.AllowForking = &allow
	if t.State != Archived && t.Does != "" && r.Float64() < 0.6 {
		rec.Release = &catalog.Release{Tag: "v" + version(r), Published: ago(idle + r.ExpFloat64()*60)}
	}
	if t.Shape == Original && (t.State == Live || t.State == Quiet) && r.Float64() < 0.18 {
		rec.HelpWanted = m.helpWanted(rec, t.Does)
	}
	rec.Activity = &catalog.Activity{Score: catalog.ActivityOf(rec, Now()).Score}
	rec.Readiness = readiness(rec)
	rec.Answers = answers(events(m.e.seed, rec))
}

func ago(days float64) time.Time {
	return Now().Add(-time.Duration(days * float64(24*time.Hour))).Truncate(time.Second)
}

// idleDays is how long nobody pushed, and how many commits a week there were
// before.
func idleDays(r *rand.Rand, s State) (days, weekly float64) {
	switch s {
	case Live:
		return r.ExpFloat64() * 12, 0.5 + r.ExpFloat64()*4
	case Quiet:
		return 40 + r.Float64()*320, 0.1
	case Stale:
		return 500 + r.ExpFloat64()*700, 0
	default:
		return 300 + r.ExpFloat64()*800, 0
	}
}

// weeks are the commits of the last year, from the beginning to the last push.
func weeks(r *rand.Rand, idle, age, weekly float64) []int {
	w := make([]int, 52)
	for i := range w {
		if since := float64(51-i) * 7; since >= idle && since <= age && weekly > 0 {
			w[i] = int(r.ExpFloat64() * weekly)
		}
	}
	return w
}

// heavy is a number with a heavy tail: mostly near 0, sometimes hundreds. What
// nobody uses any more, and what is not an original, has less.
func heavy(r *rand.Rand, scale float64, t *Truth) int {
	mean := scale
	switch {
	case t.Shape == Fork || t.Shape == Copy || t.Shape == Experiment || t.Shape == Generated:
		mean -= 2
	case t.State == Live:
		mean += 0.8
	case t.State == Archived:
		mean -= 0.3
	}
	return int(math.Exp(mean+1.3*r.NormFloat64()) * 0.8)
}

func (m *maker) helpWanted(rec *catalog.Record, does string) []catalog.HelpWanted {
	r := m.r
	var c *Capability
	for i, each := range Capabilities() {
		if each.Name == does {
			c = &Capabilities()[i]
		}
	}
	var out []catalog.HelpWanted
	for i := range 1 + m.zipf(4) {
		number := 3 + i*17 + r.IntN(16)
		h := catalog.HelpWanted{Number: number, Title: fmt.Sprintf(pick(r, helpTitles()), pick(r, c.Owners)),
			URL: fmt.Sprintf("%s/issues/%d", rec.URL, number), Labels: []string{"help wanted"}, CreatedAt: ago(r.Float64() * 300)}
		if r.Float64() < 0.4 {
			h.Labels, h.Newcomer = append(h.Labels, "good first issue"), true
		}
		if r.Float64() < 0.4 {
			h.Skills = []string{rec.Language}
		}
		if r.Float64() < 0.3 {
			h.Size = pick(r, []string{"S", "M", "L"})
			hours := map[string]float64{"S": 4, "M": 16, "L": 40}[h.Size]
			h.Hours = &hours
		}
		h.Taken = r.Float64() < 0.2
		out = append(out, h)
	}
	return out
}

func helpTitles() []string {
	return []string{"Document %s for newcomers", "Add tests for %s", "%s fails with a confusing message",
		"Support Windows in %s", "Make %s faster for large inputs", "Translate the guide to %s", "Remove deprecated parts of %s"}
}
