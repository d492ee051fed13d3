package catalog

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// vector is a golden vector of the Repository Activity Score.
type vector struct {
	forks, stars, issues int
	watchers             *int
	created, updated     string
	weekly               int // commits in each of 52 weeks; -1 is not known
	description          string
	guidelines           string
	want                 int
}

func (v vector) record(t *testing.T) *Record {
	t.Helper()
	day := func(s string) time.Time {
		d, err := time.Parse("2006-01-02", s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	r := &Record{Forks: v.forks, Stars: v.stars, OpenIssues: v.issues, Watchers: v.watchers, Description: v.description, Guidelines: v.guidelines, CreatedAt: day(v.created), UpdatedAt: day(v.updated)}
	if v.weekly >= 0 {
		r.Participation = slices.Repeat([]int{v.weekly}, 52)
	}
	return r
}

func TestActivityIsThePatternsScore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	n := func(i int) *int { return &i }
	for name, v := range map[string]vector{
		"fresh, empty":      {created: "2026-01-01", updated: "2026-01-01", weekly: -1, want: 1050},
		"old, dead":         {created: "2020-01-01", updated: "2023-01-01", weekly: -1, want: 0},
		"mature active":     {forks: 33, watchers: n(20), stars: 56, issues: 10, created: "2020-01-01", updated: "2025-12-22", weekly: 10, description: strings.Repeat("x", 46), guidelines: "CONTRIBUTING.md", want: 1072},
		"half-year quiet":   {forks: 5, stars: 9, issues: 5, created: "2025-07-05", updated: "2025-11-12", weekly: 5, description: "short", want: 540},
		"viral (log scale)": {forks: 600, watchers: n(100), stars: 900, issues: 100, created: "2020-01-01", updated: "2026-01-01", weekly: 13, description: strings.Repeat("x", 31), guidelines: "CONTRIBUTING.md", want: 3905},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := v.record(t)
			a := ActivityOf(r, now)
			if a == nil || a.Score != v.want {
				t.Fatalf("got %+v, want %d", a, v.want)
			}
			if got := int(math.Floor(Total(a.Terms) + 0.5)); got != v.want {
				t.Errorf("the terms make %d, want %d", got, v.want)
			}
			if v.weekly < 0 {
				return
			}
			r.Participation, r.QuarterCount = nil, n(13*v.weekly)
			if a := ActivityOf(r, now); a.Score != v.want {
				t.Errorf("with the quarter's count instead of its weeks: %d, want %d", a.Score, v.want)
			}
		})
	}
}

// pattern is the score written down in one piece, as the pattern has it.
func pattern(forks, watchers, stars, issues int, idle, age, weekly float64, text, guidelines bool) float64 {
	s := 50 + float64(forks)*5 + float64(watchers) + float64(stars)/3 + float64(issues)/5
	s *= 1 + (100-math.Min(idle, 100))/100
	s *= 1 + math.Min(math.Max(weekly-3, 0), 7)/7
	boost := 1000 - math.Min(idle, 365)*2.74
	boost *= (365 - math.Min(age, 365)) / 365
	s += boost
	if text {
		s += 50
	}
	if guidelines {
		s += 100
	}
	if s > 3000 {
		s = 3000 + math.Log(s)*100
	}
	return math.Round(s - 50)
}

func TestActivityAgreesWithThePatternAnywhere(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		watchers, commits := random.IntN(300), random.IntN(200)
		age := random.Float64() * 800
		idle := random.Float64() * age
		r := &Record{
			Forks: random.IntN(400), Stars: random.IntN(4000), OpenIssues: random.IntN(300), Watchers: &watchers, QuarterCount: &commits,
			CreatedAt: now.Add(-time.Duration(age * 24 * float64(time.Hour))), UpdatedAt: now.Add(-time.Duration(idle * 24 * float64(time.Hour))),
			Description: strings.Repeat("x", random.IntN(60)),
		}
		if random.IntN(2) == 0 {
			r.Guidelines = "CONTRIBUTING.md"
		}
		want := pattern(r.Forks, watchers, r.Stars, r.OpenIssues, idle, age, float64(commits)/13, len(r.Description) > 30, r.Guidelines != "")
		if got := float64(ActivityOf(r, now).Score); math.Abs(got-want) > 1e-9 {
			t.Fatalf("got %v, want %v for %+v", got, want, r)
		}
	}
}

func TestActivityOfOddInput(t *testing.T) {
	t.Parallel()
	year := now.AddDate(-2, 0, 0)
	score := func(change func(*Record)) int {
		r := &Record{CreatedAt: year, UpdatedAt: now, Forks: 10}
		change(r)
		return ActivityOf(r, now).Score
	}
	plain := score(func(*Record) {})
	for name, c := range map[string]struct {
		change func(*Record)
		want   int
	}{
		"a date in the future is today":                  {func(r *Record) { r.UpdatedAt = now.AddDate(0, 1, 0) }, plain},
		"an empty list of weeks is not known":            {func(r *Record) { r.Participation = []int{} }, plain},
		"few weeks are still a quarter of 13":            {func(r *Record) { r.Participation = []int{65} }, 207},
		"only the last 13 weeks count":                   {func(r *Record) { r.Participation = append(slices.Repeat([]int{99}, 39), make([]int, 13)...) }, plain},
		"thirty characters are too few":                  {func(r *Record) { r.Description = strings.Repeat("ä", 30) }, plain},
		"thirty-one are enough, in the motivation, too":  {func(r *Record) { r.Motivation = strings.Repeat("ä", 31) }, plain + 50},
		"an emoji is two characters, as in JavaScript":   {func(r *Record) { r.Description = strings.Repeat("🚀", 16) }, plain + 50},
		"two texts of 20 characters do not make one":     {func(r *Record) { r.Description, r.Motivation = strings.Repeat("x", 20), strings.Repeat("y", 20) }, plain},
		"the weeks are believed rather than their count": {func(r *Record) { n := 1000; r.QuarterCount, r.Participation = &n, make([]int, 52) }, plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := score(c.change); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	for name, r := range map[string]*Record{"never updated": {CreatedAt: year}, "never created": {UpdatedAt: now}} {
		if a := ActivityOf(r, now); a != nil {
			t.Errorf("%s: got %+v, want no score", name, a)
		}
	}
}
