package crawl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

// fakePulls is a forge with pull requests.
type fakePulls struct {
	pulls    map[string][]forge.PullOutline // by name
	broken   map[string]bool
	teams    map[string][]string
	largest  int
	requests int
	points   int // that a request costs; 0 is 1
	asked    []string
	before   func(n int) error
}

func (f *fakePulls) Requests() int { return f.requests }
func (f *fakePulls) Spent() int    { return f.requests * max(f.points, 1) }

func (f *fakePulls) OwnerTeams(context.Context, string) (*forge.OwnerTeams, error) {
	return &forge.OwnerTeams{Members: f.teams}, nil
}

func (f *fakePulls) PullHistories(_ context.Context, repos []forge.RepoName, _ int) ([]forge.PullHistory, error) {
	f.requests++
	if f.before != nil {
		if err := f.before(f.requests); err != nil {
			return nil, err
		}
	}
	if f.largest > 0 && len(repos) > f.largest {
		return nil, fmt.Errorf("asked: %w", forge.ErrTooMuch)
	}
	var out []forge.PullHistory
	for _, r := range repos {
		f.asked = append(f.asked, r.Name)
		h := forge.PullHistory{Repo: r, Pulls: f.pulls[r.Name]}
		if f.broken[r.Name] {
			h.Err = errors.New("no")
		}
		out = append(out, h)
	}
	return out, nil
}

// eventShelf is a shelf with events.
type eventShelf struct {
	*shelf
	events map[string]map[int]catalog.PullEvent
}

func (s *eventShelf) PutEvents(all []catalog.PullEvent) error {
	for _, e := range all {
		key := keyOf(forge.RepoName{Host: e.Host, Owner: e.Owner, Name: e.Name})
		if s.events[key] == nil {
			s.events[key] = map[int]catalog.PullEvent{}
		}
		s.events[key][e.Number] = e
	}
	return nil
}

type knownEvents struct{ *eventShelf }

func (k knownEvents) Each(_ context.Context, f func(*catalog.Record) error) error {
	return k.shelf.Each(f)
}
func (k knownEvents) Events(_ context.Context, key string, each func(catalog.PullEvent) error) error {
	for _, e := range k.events[key] {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

type sweepScene struct {
	t     *testing.T
	forge *fakePulls
	shelf *eventShelf
	now   time.Time
	slept time.Duration
	o     SweepOptions
}

func newSweep(t *testing.T, repos int) *sweepScene {
	s := &sweepScene{t: t, forge: &fakePulls{pulls: map[string][]forge.PullOutline{}, broken: map[string]bool{}, teams: map[string][]string{}},
		shelf: &eventShelf{newShelf(), map[string]map[int]catalog.PullEvent{}}, now: clock}
	for i := range repos {
		_ = s.shelf.Put(&catalog.Record{Host: host, Owner: "acme", Name: fmt.Sprintf("repo-%03d", i), ID: int64(i + 1), PushedAt: clock.AddDate(0, -1, 0), UpdatedAt: clock.AddDate(0, -1, 0)})
	}
	s.o = SweepOptions{
		Host: host, Known: knownEvents{s.shelf}, State: t.TempDir(), Share: 0.25, Now: func() time.Time { return s.now },
		Sleep: func(ctx context.Context, d time.Duration) error { s.slept += d; s.now = s.now.Add(d); return ctx.Err() },
	}
	return s
}

func (s *sweepScene) run() *Swept {
	s.t.Helper()
	out, err := SweepPulls(context.Background(), s.forge, s.o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.apply(out)
	return out
}

func (s *sweepScene) apply(out *Swept) {
	s.t.Helper()
	if err := errors.Join(out.Apply(context.Background(), s.o.Known, s.shelf), out.Clean()); err != nil {
		s.t.Fatal(err)
	}
}

func at(hours int) *time.Time {
	t := clock.Add(-time.Duration(hours) * time.Hour)
	return &t
}

func TestASweepKnowsTeamsAndForgetsPeople(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 1)
	r := s.shelf.records[host+"/acme/repo-000"]
	r.Team = &catalog.Team{Name: "@acme/Identity"}
	s.forge.teams = map[string][]string{"identity": {"lead", "both"}, "billing": {"ann", "both"}, "everybody": {"lead", "both", "ann", "zoe"}}
	s.forge.pulls["repo-000"] = []forge.PullOutline{
		{Number: 1, Author: forge.User{Login: "Ann"}, Opened: *at(100), First: at(98), Ended: at(90), Merged: true, FromFork: true},
		{Number: 2, Author: forge.User{Login: "both"}, Opened: *at(100), First: at(96), Ended: at(80)},
		{Number: 3, Author: forge.User{Login: "stranger"}, Opened: *at(72)},
		{Number: 4, Author: forge.User{Login: "zoe"}, Opened: *at(10)},
		{Number: 5, Author: forge.User{Login: "bump[bot]"}, Opened: *at(500)},
		{Number: 6, Author: forge.User{Login: "ann"}, Opened: *at(5), Draft: true},
	}
	out := s.run()
	var got []string
	for _, e := range s.shelf.events[host+"/acme/repo-000"] {
		outside := "unknown"
		if e.Outside != nil {
			outside = fmt.Sprint(*e.Outside)
		}
		got = append(got, fmt.Sprintf("%d %q %s %v", e.Number, e.Team, outside, e.Bot))
	}
	slices.Sort(got)
	want := []string{`1 "billing" true false`, `2 "identity" false false`, `3 "" unknown false`, `4 "everybody" true false`, `5 "" unknown true`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	three, fifteen, oldest := 3.0, 15.0, 72.0
	wantAnswers := &catalog.Answers{FirstHours: &three, Answered: 2, Waiting: 2, OldestHours: &oldest, DecidedHours: &fifteen, Merged: 1, Declined: 1, Outside: 2, AsOf: clock, Since: clock.AddDate(-1, 0, 0)}
	if diff := cmp.Diff(wantAnswers, s.shelf.records[host+"/acme/repo-000"].Answers); diff != "" {
		t.Error(diff)
	}
	if out.Repos != 1 || out.Pulls != 5 || out.Outside != 2 {
		t.Errorf("%+v", out)
	}
}

func TestAnEventKeepsTheTeamOfItsDay(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 1)
	s.forge.teams = map[string][]string{"billing": {"ann"}}
	s.forge.pulls["repo-000"] = []forge.PullOutline{{Number: 1, Author: forge.User{Login: "ann"}, Opened: *at(100)}}
	s.run()
	s.forge.teams = map[string][]string{"payments": {"ann"}}
	s.forge.pulls["repo-000"] = []forge.PullOutline{{Number: 1, Author: forge.User{Login: "ann"}, Opened: *at(100), First: at(1), Ended: at(1), Merged: true}}
	s.now = s.now.Add(48 * time.Hour)
	s.run()
	if e := s.shelf.events[host+"/acme/repo-000"][1]; e.Team != "billing" || !e.Merged {
		t.Errorf("%+v", e)
	}
	if a := s.shelf.records[host+"/acme/repo-000"].Answers; a.Merged != 1 || a.Waiting != 0 {
		t.Errorf("%+v", a)
	}
}

func TestASweepIsPacedAndBounded(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 200)
	s.o.For = 15 * time.Second
	s.o.Share = 0.5 // a request every 1.44 s
	first := s.run()
	if first.Repos >= 240 || first.Left != 0 {
		t.Errorf("%+v", first)
	}
	if s.slept < 12*time.Second || s.slept > 15*time.Second {
		t.Errorf("ten requests took %s", s.slept)
	}
	s = newSweep(t, 200)
	s.forge.points = 18
	if s.run(); s.slept < 9*18*2880*time.Millisecond || s.slept > 10*18*2880*time.Millisecond {
		t.Errorf("ten requests of 18 points took %s", s.slept)
	}
	s = newSweep(t, 200)
	s.o.For = 5 * time.Second
	first = s.run()
	if first.Left == 0 || first.Repos == 0 {
		t.Fatalf("%+v", first)
	}
	for range 20 {
		if s.run().Left == 0 {
			break
		}
	}
	slices.Sort(s.forge.asked)
	if n := len(slices.Compact(slices.Clone(s.forge.asked))); n != 200 || len(s.forge.asked) != 200 {
		t.Errorf("%d repositories were asked for, %d different ones; want each of 200 once", len(s.forge.asked), n)
	}
}

func TestASweepGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 100)
	ctx, cancel := context.WithCancel(context.Background())
	s.forge.before = func(n int) error {
		if n == 4 {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	if out, err := SweepPulls(ctx, s.forge, s.o); !errors.Is(err, context.Canceled) || out.Repos != 60 {
		t.Fatalf("%+v, %v", out, err)
	}
	s.forge.before, s.forge.asked = nil, nil
	out := s.run()
	if !out.Resumed || out.Repos != 100 || len(s.forge.asked) != 40 {
		t.Errorf("%+v, asked for %d", out, len(s.forge.asked))
	}
	if again := s.run(); again.Repos != 0 || again.Requests != 0 {
		t.Errorf("nothing is due, and it read %d repositories", again.Repos)
	}
}

func TestOneBrokenRepositoryIsNamedAndPassedOver(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 30)
	s.forge.broken["repo-007"], s.forge.largest = true, 6
	out := s.run()
	if out.Repos != 29 || len(out.Skipped) != 1 || !strings.Contains(out.Skipped[0].Repo.Name, "007") {
		t.Errorf("%+v", out)
	}
}

func TestWhoIsDue(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	answered := func(age time.Duration, waiting int) *catalog.Answers {
		return &catalog.Answers{AsOf: clock.Add(-age), Waiting: waiting}
	}
	for name, c := range map[string]struct {
		r    catalog.Record
		want bool
	}{
		"never looked at":              {catalog.Record{}, true},
		"looked at today":              {catalog.Record{Answers: answered(time.Hour, 3)}, false},
		"somebody waits, two days ago": {catalog.Record{Answers: answered(2*day, 3)}, true},
		"nobody waits, two days ago":   {catalog.Record{Answers: answered(2*day, 0)}, false},
		"nobody waits, a week ago":     {catalog.Record{Answers: answered(8*day, 0)}, true},
		"pushed to since":              {catalog.Record{Answers: answered(2*day, 0), PushedAt: clock.Add(-day)}, true},
		"archived":                     {catalog.Record{Answers: answered(90*day, 3), Archived: true}, false},
	} {
		if got := mayHaveChanged(&c.r, clock); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTeamsAreOneByAnySpelling(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"identity-team", "@acme/identity-team", "Identity Team", "group:default/identity-team", "group:identity_team", " identity-team "} {
		if got := slugOf(spelling); got != "identity-team" {
			t.Errorf("%q is %q", spelling, got)
		}
	}
}
