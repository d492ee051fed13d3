package crawl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// pass is one way through an owner's repositories.
type pass string

const (
	// passWalk goes from the repository that was pushed to last to the oldest, or
	// to what is known.
	passWalk pass = "walk"
	// passAgain follows a walk of several pages: what was pushed to meanwhile has
	// moved to the front, past the walk. That as many were seen as there are does
	// not tell that none was: one that was seen may be gone since.
	passAgain pass = "again"
	// passUpdated goes by the last change: a rename, a topic, an archived
	// repository are no pushes.
	passUpdated pass = "updated"
)

// mostAgain bounds how often the front is looked at again.
const mostAgain = 3

// mostAnew bounds how often a list is read from its beginning because the host
// does not know any more where it goes on. What was read of it stays.
const mostAnew = 5

// mostPages bounds a pass through what a server claims to have.
const mostPages = 100_000

// walk is one owner's way. What it knows is all in its spool, from which it is
// rebuilt after a kill.
type walk struct {
	c     *crawler
	o     *Owner
	h     head
	sp    *spool
	teams *forge.OwnerTeams

	at     again
	next   string
	pages  int // of this pass
	passed bool
	top    Position // of this pass
	start  Position // of the first one
	latest time.Time
	named  bool      // repositories were read by their names
	most   int       // repositories there were at any time
	begun  time.Time // by the forge's clock; zero: not known
	total  int
	bound  bool // there are no more than total, perhaps fewer
	rounds int
	anew   int // times that a list was begun anew
	fresh  int // that the owner did not have before
	seen   map[string]stamp
	final  map[string]int   // number of the record in the spool that counts, by key
	lines  int              // records in the spool
	ids    map[int64]string // key by number, of what was seen
	ended  *ending
	issues issuesRead
	held   map[int64]bool // numbers that the catalog has of this owner; nil not looked at
}

// stamp is what tells whether a repository is as it was read.
type stamp struct{ pushed, updated time.Time }

// owner reads one owner's repositories to their end, or as far as it comes.
func (c *crawler) owner(ctx context.Context, o *Owner) error {
	w, err := c.begin(o)
	if err != nil {
		return err
	}
	err = w.run(ctx)
	o.Seen, o.Total, o.Mode = len(w.ids), w.total, w.at.Mode
	if w.at.Why != "" {
		o.Why = w.at.Why
	}
	if err = fault.Join(err, w.sp.close()); err != nil && w.pages == 0 && w.at.Pass == passWalk && !o.Resumed {
		return fault.Join(err, os.Remove(w.sp.path)) // there is nothing in it
	}
	return err
}

// begin goes on with a spool that is there and fresh enough, or makes one.
func (c *crawler) begin(o *Owner) (*walk, error) {
	now := c.o.Now().UTC()
	o.noted = c.o.Book[defaultsKey(c.o.Host, o.Name)]
	path := filepath.Join(c.o.State, spoolName(c.o.Host, o.Name, c.o.Shard))
	if !c.o.Full {
		w, err := c.resume(o, path, now)
		if w != nil {
			return w, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.o.Sink.Note("crawl", fmt.Sprintf("beginning anew with %s: %v", o.Name, err))
		}
	}
	mode, why, from := decide(c.o, o.Name, now)
	w := c.newWalk(o, head{Version: spoolVersion, Host: c.o.Host, Owner: o.Name, Shard: c.o.Shard.String(), Mode: mode, Why: why, From: from, StartedAt: now, QuarterEnd: now})
	var err error
	w.sp, err = createSpool(path, w.h)
	o.spool = path
	return w, err
}

//go:noinline
func (c *crawler) newWalk(o *Owner, h head) *walk {
	o.Mode, o.Why, o.At = h.Mode, h.Why, h.StartedAt
	return &walk{
		c: c, o: o, h: h, at: again{Pass: passWalk, Mode: h.Mode, Why: h.Why, Stop: h.From.Pushed},
		seen: map[string]stamp{}, ids: map[int64]string{}, final: map[string]int{},
	}
}

// resume takes up a spool. It answers nil where there is none to take up.
func (c *crawler) resume(o *Owner, path string, now time.Time) (*walk, error) {
	h, whole, err := openSpool(path)
	if err != nil {
		return nil, err
	}
	last, _ := c.o.Book.position(c.o.Host, o.Name)
	switch age := now.Sub(h.StartedAt); {
	case !strings.EqualFold(h.Host, c.o.Host), !strings.EqualFold(h.Owner, o.Name), h.Shard != c.o.Shard.String():
		return nil, fault.Errorf("%s %w: it is of another crawl", path, errSpool)
	case age > keptFor || age < -keptFor:
		return nil, fault.Errorf("what an earlier crawl left is older than a day")
	case !last.At.IsZero() && !last.At.Before(h.StartedAt), h.Mode == ModeIncremental && !h.From.At.Equal(last.At):
		return nil, fault.Errorf("the catalog has changed since an earlier crawl was cut off")
	}
	w := c.newWalk(o, *h)
	if err := readSpool(path, whole, w.note); err != nil {
		return nil, err
	}
	if w.sp, err = reopenSpool(path, whole); err != nil {
		return nil, err
	}
	o.Resumed, o.spool = true, path
	return w, nil
}

// note takes in a line, whether it was just written or read back.
func (w *walk) note(l *line) error {
	switch {
	case l.Record != nil:
		w.lines++
		w.final[l.Record.Key()] = w.lines
		w.see(l.Record.ID, l.Record.Key(), stamp{l.Record.PushedAt, l.Record.UpdatedAt})
	case l.Skipped != nil:
		w.o.Skipped = append(w.o.Skipped, *l.Skipped)
	case l.Defaults != nil:
		w.o.defaults = l.Defaults
	case l.Issues != nil:
		w.noteIssues(l.Issues)
	case l.Page != nil:
		if w.begun.IsZero() {
			w.begun = l.Page.At
		}
		if w.pages++; w.pages == 1 {
			w.top = l.Page.Top
			if w.start.Pushed.IsZero() {
				w.start = l.Page.Top
			}
		}
		if w.at.Pass == passUpdated && w.pages == 1 {
			w.latest = l.Page.Top.Updated
		}
		w.next, w.passed = l.Page.Next, l.Page.Last || l.Page.Low
		if !l.Page.Bound || w.total == 0 || w.bound {
			w.total, w.bound = l.Page.Total, l.Page.Bound
		}
		if !l.Page.Bound {
			w.most = max(w.most, l.Page.Total)
		}
		w.fresh += l.Page.New
		w.o.Requests += l.Page.Cost
	case l.Again != nil:
		w.at, w.next, w.pages, w.passed, w.top = *l.Again, "", 0, false, Position{}
		if w.at.Pass == passAgain {
			w.rounds++
		}
	case l.End != nil:
		w.ended = l.End
	}
	return nil
}

// see notes a repository by its number, under the name it had last.
func (w *walk) see(id int64, key string, s stamp) {
	if id == 0 {
		id = -int64(len(w.seen)) - 1 // a number of its own, unless it was seen
		if _, ok := w.seen[key]; ok {
			w.seen[key] = s
			return
		}
	}
	if old, ok := w.ids[id]; ok && old != key {
		delete(w.seen, old)
		delete(w.final, old)
	}
	w.ids[id], w.seen[key] = key, s
}

// run goes through the passes.
func (w *walk) run(ctx context.Context) error {
	for w.ended == nil {
		for !w.passed {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.page(ctx); err != nil {
				return err
			}
		}
		l, err := w.turn(ctx)
		if err != nil {
			return err
		}
		if err := w.begins(l); err != nil {
			return err
		}
	}
	w.o.Whole, w.o.Gone, w.o.position, w.o.final = true, w.ended.Gone, w.ended.Position, w.final
	w.o.settle()
	return nil
}

// begins writes a line that begins something, and takes it in.
func (w *walk) begins(l *line) error {
	if err := fault.Join(w.sp.write(l), w.sp.flush()); err != nil {
		return err
	}
	return w.note(l)
}

// turn says what follows a pass that is at its end.
func (w *walk) turn(ctx context.Context) (*line, error) {
	full := w.at.Mode == ModeFull
	switch {
	case full && w.at.Pass == passWalk && (w.pages > 1 || w.o.Resumed) && !w.start.Pushed.IsZero():
		return &line{Again: &again{Pass: passAgain, Mode: ModeFull, Why: w.at.Why, Stop: w.start.Pushed}}, nil
	case full && w.at.Pass == passAgain && w.pages > 1 && w.rounds < mostAgain:
		return &line{Again: &again{Pass: passAgain, Mode: ModeFull, Why: w.at.Why, Stop: w.top.Pushed}}, nil
	case full && !w.named:
		if err := w.missed(ctx); err != nil {
			return nil, err
		}
		return w.end(), nil
	case full:
		return w.end(), nil
	case w.at.Pass == passWalk && !w.h.From.Updated.IsZero():
		return &line{Again: &again{Pass: passUpdated, Mode: ModeIncremental, Stop: w.h.From.Updated}}, nil
	}
	if why := w.miscount(); why != "" {
		return &line{Again: &again{Pass: passWalk, Mode: ModeFull, Why: why}}, ctx.Err()
	}
	if l, err := w.askIssues(ctx); l != nil || err != nil {
		return l, err
	}
	if !w.named {
		if err := w.reread(ctx); err != nil {
			return nil, err
		}
	}
	return w.end(), nil
}

// counted tells whether as many repositories were seen as there are. Then a walk
// has missed none; but in a shard that does not show.
func (w *walk) counted() bool {
	return w.total > 0 && w.c.o.Shard.Of == 0 && len(w.ids)+len(w.o.Skipped) >= w.total
}

const someAreGone = ": some are gone"

// miscount compares how many repositories there are with how many there should
// be: what was deleted, hidden, handed over or made without a push shows in
// nothing else. Some hosts tell by REST only about how many there are.
func (w *walk) miscount() string {
	want, slack := w.h.From.Total+w.fresh, 0
	if w.bound {
		slack = mostAtOnce - 1
	}
	switch {
	case w.h.From.Total == 0 || w.total == 0:
		return ""
	case w.total < want:
		return fmt.Sprintf("%d fewer than expected%s", want-w.total, someAreGone)
	case w.total > want+slack:
		return fmt.Sprintf("%d more than expected: some came without a push", w.total-want)
	}
	w.total = want
	return ""
}

// end makes the line that makes a spool whole.
func (w *walk) end() *line {
	p := Position{
		Version: positionVersion, Pushed: later(w.start.Pushed, w.h.From.Pushed), At: w.h.StartedAt, FullAt: w.h.From.FullAt, Total: w.total,
		Updated: later(later(w.start.Updated, w.latest), w.h.From.Updated), Issues: w.issuesUntil(),
	}
	e := &ending{Seen: len(w.ids)}
	if w.at.Mode == ModeFull {
		p.FullAt = w.h.StartedAt
		e.Gone = len(w.ids) > 0 && (w.counted() || w.total == 0)
		// More were seen than there are, or there were more: some went while the list
		// was read, and others may have moved past its pages. The next crawl expects
		// them, and walks again; but one walk is enough for who counts oddly.
		were := max(len(w.ids)+len(w.o.Skipped), w.most)
		if were > w.total && w.total > 0 && !strings.HasSuffix(w.at.Why, someAreGone) {
			p.Total = were
		}
	}
	e.Position = p
	return &line{End: e}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// had tells whether the catalog has a repository of this owner by its number.
func (w *walk) had(ctx context.Context, p *forge.Profile) (bool, error) {
	if w.c.o.Known == nil {
		return false, nil
	}
	if r, err := w.known(ctx, p.RepoName); err == nil && r.ID == p.ID {
		return true, nil
	}
	if w.held == nil {
		w.held = map[int64]bool{}
		err := w.c.o.Known.Each(ctx, func(r *catalog.Record) error {
			if strings.EqualFold(r.Owner, w.o.Name) && strings.EqualFold(r.Host, w.o.Host) {
				w.held[r.ID] = true
			}
			return nil
		})
		if err != nil {
			return false, fault.Errorf("read the catalog: %w", err)
		}
	}
	return p.ID != 0 && w.held[p.ID], nil
}

var errUnknown = errors.New("not in the catalog")

func (w *walk) known(ctx context.Context, n forge.RepoName) (*catalog.Record, error) {
	if w.c.o.Known == nil {
		return nil, errUnknown
	}
	r, err := w.c.o.Known.Get(ctx, n)
	if err == nil && r == nil {
		return nil, errUnknown
	}
	return r, err
}
