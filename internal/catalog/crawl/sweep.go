package crawl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
	"github.com/isrc-dev/isrc/internal/progress"
)

// PullSource is a forge as far as a sweep asks it.
type PullSource interface {
	PullHistories(context.Context, []forge.RepoName, int) ([]forge.PullHistory, error)
	OwnerTeams(context.Context, string) (*forge.OwnerTeams, error)
	Requests() int
	Spent() int // of the forge's rate so far
}

// PullKnown is a catalog with its events.
type PullKnown interface {
	Each(context.Context, func(*catalog.Record) error) error
	Events(ctx context.Context, key string, each func(catalog.PullEvent) error) error
}

// SweepOptions says how far and how fast a sweep goes.
type SweepOptions struct {
	Host   string
	Owners []string // only of these; none is all
	Known  PullKnown
	State  string
	For    time.Duration // at most this long
	// Share is the part of the forge's rate that it takes, from 0 to 1.
	Share float64
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	Sink  progress.Sink
}

const (
	// perHour is what GitHub allows a user in an hour, in requests by REST and in
	// points by GraphQL.
	perHour = 5000
	// sweepBatch and sweepPulls are how many repositories are asked for at once,
	// and how many pull requests of each.
	sweepBatch = 20
	sweepPulls = 30
	// restFor is how long figures that nothing hints have changed are good: what
	// waits grows older by itself, but an answer shows in nothing else.
	restFor   = 7 * 24 * time.Hour
	sweepName = "responses.spool"
)

// Swept is what a sweep brought.
type Swept struct {
	Repos    int // whose pull requests were read
	Pulls    int
	Outside  int // pull requests of other teams than the owner's
	Left     int // repositories that are still due
	Skipped  []forge.Skipped
	Requests int
	Took     time.Duration
	Resumed  bool // what an earlier sweep read that was cut off is among it

	spool string
}

// due is a repository whose pull requests may have changed.
type due struct {
	name  forge.RepoName
	team  *catalog.Team
	swept time.Time
}

// SweepPulls reads the pull requests of repositories where they may have
// changed, those first that were not looked at for the longest time, slowly
// enough to leave the forge's rate to people. What it read is in a spool that a
// later sweep goes on with; Apply puts it into the catalog.
func SweepPulls(ctx context.Context, source PullSource, o SweepOptions) (*Swept, error) {
	begun, asked := o.Now(), source.Requests()
	s := &sweep{o: o, source: source, out: &Swept{spool: filepath.Join(o.State, sweepName)}, rosters: map[string]*roster{}, done: map[string]bool{}}
	if err := s.open(begun.UTC()); err != nil {
		return nil, err
	}
	list, err := s.due(ctx, begun)
	if err == nil {
		err = s.run(ctx, list, begun)
	}
	s.out.Requests, s.out.Took = source.Requests()-asked, o.Now().Sub(begun)
	o.Sink.Send(progress.Event{Phase: progress.Done, Task: "sweep"})
	return s.out, fault.Join(err, s.sp.close())
}

type sweep struct {
	o       SweepOptions
	source  PullSource
	out     *Swept
	sp      *spool
	rosters map[string]*roster // by owner
	done    map[string]bool    // keys that are in the spool
}

// open goes on with what an earlier sweep left and did not apply.
func (s *sweep) open(now time.Time) error {
	h, whole, err := openSpool(s.out.spool)
	if err == nil && now.Sub(h.StartedAt).Abs() < keptFor && strings.EqualFold(h.Host, s.o.Host) {
		if err = readSpool(s.out.spool, whole, func(l *line) error { s.note(l); return nil }); err == nil {
			s.out.Resumed = s.out.Repos > 0
			s.sp, err = reopenSpool(s.out.spool, whole)
			return err
		}
		s.out.Repos, s.out.Pulls, s.out.Outside, s.done = 0, 0, 0, map[string]bool{}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.o.Sink.Note("sweep", fmt.Sprintf("beginning anew: %v", err))
	}
	s.sp, err = createSpool(s.out.spool, head{Version: spoolVersion, Host: s.o.Host, StartedAt: now})
	return err
}

func (s *sweep) note(l *line) {
	if l.Pulls == nil {
		return
	}
	s.done[l.Pulls.Key] = true
	s.out.Repos, s.out.Pulls = s.out.Repos+1, s.out.Pulls+len(l.Pulls.Events)
	for _, e := range l.Pulls.Events {
		if e.Outside != nil && *e.Outside {
			s.out.Outside++
		}
	}
}

// due lists the repositories to look at, the ones that waited longest first.
func (s *sweep) due(ctx context.Context, now time.Time) ([]due, error) {
	var list []due
	err := s.o.Known.Each(ctx, func(r *catalog.Record) error {
		switch {
		case !strings.EqualFold(r.Host, s.o.Host), s.done[r.Key()], !mayHaveChanged(r, now):
			return nil
		case len(s.o.Owners) > 0 && !slices.ContainsFunc(s.o.Owners, func(o string) bool { return strings.EqualFold(o, r.Owner) }):
			return nil
		}
		d := due{name: r.RepoName(), team: r.Team}
		if r.Answers != nil {
			d.swept = r.Answers.AsOf
		}
		list = append(list, d)
		return nil
	})
	order.StableBy(list, func(a, b due) int {
		return cmp.Or(a.swept.Compare(b.swept), strings.Compare(keyOf(a.name), keyOf(b.name)))
	})
	if err != nil {
		return nil, fault.Errorf("read the catalog: %w", err)
	}
	return list, nil
}

// mayHaveChanged tells whether a repository's pull requests may be other ones
// than at its last sweep. It is pure.
func mayHaveChanged(r *catalog.Record, now time.Time) bool {
	if r.Answers == nil {
		return true
	}
	last := r.Answers.AsOf
	open := r.Answers.Waiting
	if r.OpenPulls != nil {
		open = max(open, *r.OpenPulls)
	}
	switch {
	case r.PushedAt.After(last), r.UpdatedAt.After(last): // a merge is a push
		return true
	case r.Archived:
		return false
	}
	return open > 0 && now.Sub(last) > 24*time.Hour || now.Sub(last) > restFor
}

// run asks for batches until the time is up.
func (s *sweep) run(ctx context.Context, list []due, begun time.Time) error {
	size := sweepBatch
	pace := s.pace()
	s.out.Left = len(list)
	for first := true; len(list) > 0; first = false {
		if !first && s.o.For > 0 && s.o.Now().Sub(begun) >= s.o.For {
			return nil // but every sweep gets something done
		}
		n := min(size, len(list))
		before := s.source.Spent()
		err := s.batch(ctx, list[:n])
		var limited *forge.RateLimitError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, forge.ErrTooMuch) && size > 1:
			size = max(size/2, 1)
			continue
		case errors.As(err, &limited) && s.o.Now().Add(limited.Until.Sub(s.o.Now())).Before(begun.Add(s.o.For)):
			if err := s.sleep(ctx, limited.Until.Sub(s.o.Now()), "the forge limits requests"); err != nil {
				return err
			}
			continue
		case errors.As(err, &limited):
			return nil // the next sweep goes on here
		case err != nil:
			return err
		}
		list = list[n:]
		s.out.Left = len(list)
		s.o.Sink.Send(progress.Event{
			Phase: progress.Running, Task: "sweep", Current: int64(s.out.Repos), Total: int64(s.out.Repos + len(list)),
			Message: fmt.Sprintf("reading pull requests: %d of %d repositories", s.out.Repos, s.out.Repos+len(list)),
		})
		if len(list) > 0 {
			if err := s.sleep(ctx, time.Duration(s.source.Spent()-before)*pace, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// pace is the time that one request, or one point, must take, so that a sweep stays within its
// share of the rate.
func (s *sweep) pace() time.Duration {
	share := s.o.Share
	if share <= 0 || share > 1 {
		share = 0.25
	}
	return time.Duration(float64(time.Hour) / (perHour * share))
}

func (s *sweep) sleep(ctx context.Context, d time.Duration, why string) error {
	if d <= 0 {
		return ctx.Err()
	}
	if why != "" {
		s.o.Sink.Send(progress.Event{Phase: progress.Waiting, Task: "sweep", Message: why, Wait: d})
	}
	return s.o.Sleep(ctx, d)
}

// batch reads the pull requests of some repositories into the spool.
func (s *sweep) batch(ctx context.Context, some []due) error {
	names := make([]forge.RepoName, len(some))
	for i, d := range some {
		names[i] = d.name
		if err := s.readRoster(ctx, d.name.Owner); err != nil {
			return err
		}
	}
	got, err := s.source.PullHistories(ctx, names, sweepPulls)
	if err != nil {
		return err
	}
	if len(got) != len(some) {
		return fault.Errorf("read pull requests: %d answers to %d questions", len(got), len(some))
	}
	now := s.o.Now().UTC()
	var lines []*line
	for i, h := range got {
		if h.Err != nil {
			s.out.Skipped = append(s.out.Skipped, forge.Skipped{Repo: some[i].name, Why: h.Err.Error()})
			continue
		}
		lines = append(lines, &line{Pulls: &swept{Key: keyOf(some[i].name), AsOf: now, Events: s.events(some[i], h.Pulls)}})
	}
	lines = append(lines, &line{Page: &pageEnd{}})
	for _, l := range lines {
		if err := s.sp.write(l); err != nil {
			return err
		}
		s.note(l)
	}
	return s.sp.flush()
}

// events makes events of pull requests. People become teams here, and go no
// further. A draft is none yet: nobody waits for an answer to it.
func (s *sweep) events(d due, pulls []forge.PullOutline) []catalog.PullEvent {
	var out []catalog.PullEvent
	r := s.rosters[strings.ToLower(d.name.Owner)]
	for _, p := range pulls {
		if p.Draft && p.Ended == nil {
			continue
		}
		e := catalog.PullEvent{
			Host: d.name.Host, Owner: d.name.Owner, Name: d.name.Name, Number: p.Number, FromFork: p.FromFork, Bot: isBot(p.Author),
			Opened: p.Opened.UTC(), First: p.First, Ended: p.Ended, Merged: p.Merged,
		}
		e.Team, e.Outside = r.team(p.Author.Login, d.team)
		out = append(out, e)
	}
	return out
}

func isBot(u forge.User) bool { return u.Type == "Bot" || strings.HasSuffix(u.Login, "[bot]") }

// readRoster asks once for an owner's teams.
func (s *sweep) readRoster(ctx context.Context, owner string) error {
	low := strings.ToLower(owner)
	if s.rosters[low] != nil {
		return nil
	}
	t, err := s.source.OwnerTeams(ctx, owner)
	if err != nil && !hides(err) {
		return fault.Errorf("read the teams of %s: %w", owner, err)
	}
	s.rosters[low] = newRoster(t)
	return nil
}

// EventWriter is a generation that takes events.
type EventWriter interface {
	Get(key string) (*catalog.Record, error)
	Put(*catalog.Record) error
	PutEvents([]catalog.PullEvent) error
}

// Apply puts what was swept into a generation, and computes the figures of the
// repositories anew. An event that is there keeps the team that its author had
// when it was first seen.
func (s *Swept) Apply(ctx context.Context, past PullKnown, w EventWriter) error {
	_, whole, err := openSpool(s.spool)
	if err != nil {
		return err
	}
	return readSpool(s.spool, whole, func(l *line) error {
		if l.Pulls == nil {
			return ctx.Err()
		}
		return apply(ctx, l.Pulls, past, w)
	})
}

func apply(ctx context.Context, l *swept, past PullKnown, w EventWriter) error {
	r, err := get(w, l.Key)
	if err != nil || r == nil {
		return err // it is gone meanwhile
	}
	all := map[int]catalog.PullEvent{}
	if past != nil {
		if err := past.Events(ctx, l.Key, func(e catalog.PullEvent) error { all[e.Number] = e; return nil }); err != nil {
			return err
		}
	}
	for i, e := range l.Events {
		if old, ok := all[e.Number]; ok && old.Team != "" && old.Opened.Equal(e.Opened) {
			e.Team, e.Outside = old.Team, old.Outside
			l.Events[i] = e
		}
		all[e.Number] = e
	}
	if len(l.Events) > 0 {
		if err := w.PutEvents(l.Events); err != nil {
			return err
		}
	}
	events := make([]catalog.PullEvent, 0, len(all))
	for _, e := range all {
		events = append(events, e)
	}
	r.SetAnswers(AnswersOf(events, l.AsOf))
	return w.Put(r)
}

// Clean removes the spool of what is in the catalog now.
//
//go:noinline
func (s *Swept) Clean() error { return os.Remove(s.spool) }
