package crawl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Writer is a generation of a catalog that is being made. Get answers nil, or a
// *forge.NotFoundError, for what is not in it.
type Writer interface {
	Get(key string) (*catalog.Record, error)
	Put(*catalog.Record) error
	Delete(key string) error
	Each(func(*catalog.Record) error) error
	SetMeta(key, value string) error
}

// Tally counts what a crawl changed in a catalog.
type Tally struct {
	New, Changed, Unchanged, Removed int
	Renamed                          int // of the changed ones
}

// add sums up.
func (t *Tally) add(o Tally) {
	t.New, t.Changed, t.Unchanged = t.New+o.New, t.Changed+o.Changed, t.Unchanged+o.Unchanged
	t.Removed, t.Renamed = t.Removed+o.Removed, t.Renamed+o.Renamed
}

// Whole gives the owners that were read to their end.
//
//go:noinline
func (out *Outcome) Whole() []*Owner {
	var all []*Owner
	for _, o := range out.Owners {
		if o.Whole {
			all = append(all, o)
		}
	}
	return all
}

// Tally sums up what Apply found.
func (out *Outcome) Tally() Tally {
	var t Tally
	for _, o := range out.Owners {
		t.add(o.Tally)
	}
	return t
}

// Apply puts the owners that were read to their end into a generation: their
// records, what was renamed under its new name only, and without what is gone.
// The pull events of what was renamed are taken along, where past (the catalog
// as it was, or nil) has some.
func (out *Outcome) Apply(ctx context.Context, w Writer, past PullKnown) error {
	whole := out.Whole()
	a := &applying{w: w, past: past, owners: whole}
	for _, o := range whole {
		o.Tally = Tally{}
		if err := fault.Join(a.owner(ctx, o), a.issues(o)); err != nil {
			return fault.Errorf("put %s into the catalog: %w", o.Name, err)
		}
	}
	if err := a.removeGone(ctx); err != nil {
		return fault.Errorf("take what is gone out of the catalog: %w", err)
	}
	if err := a.judge(ctx); err != nil {
		return fault.Errorf("judge by what organisations say for all: %w", err)
	}
	for _, o := range whole {
		if o.Mode == ModeIncremental {
			o.Tally.Unchanged = max(o.Total-o.Tally.New-o.Tally.Changed, 0)
		}
		raw, err := json.Marshal(o.position)
		if err != nil {
			return err
		}
		if err := fault.Join(w.SetMeta(positionKey(o.Host, o.Name), string(raw)), w.SetMeta(batchKey(o.Host), strconv.Itoa(out.Batch))); err != nil {
			return err
		}
	}
	return nil
}

// Clean removes the spools of what is in the catalog now.
func (out *Outcome) Clean() error {
	var all []error
	for _, o := range out.Whole() {
		all = append(all, os.Remove(o.spool))
	}
	return fault.Join(all...)
}

type applying struct {
	w      Writer
	past   PullKnown
	owners []*Owner
	byID   map[string]string // host and number → key, of what the catalog had
}

// owner puts one owner's records.
func (a *applying) owner(ctx context.Context, o *Owner) error {
	n := 0
	return o.records(func(r *catalog.Record) error {
		if n++; n%100 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		return a.record(ctx, o, r)
	})
}

// records gives each repository's last record in the owner's spool.
func (o *Owner) records(each func(*catalog.Record) error) error {
	_, whole, err := openSpool(o.spool)
	if err != nil {
		return err
	}
	n := 0
	return readSpool(o.spool, whole, func(l *line) error {
		if l.Record == nil {
			return nil
		}
		if n++; o.final[l.Record.Key()] != n {
			return nil // read once more later
		}
		return each(l.Record)
	})
}

// record puts one record, with what only the catalog knows of the repository.
func (a *applying) record(ctx context.Context, o *Owner, r *catalog.Record) error {
	r.SetDefaults(o.defaults.of())
	old, err := get(a.w, r.Key())
	if err != nil {
		return err
	}
	if old != nil && old.ID != r.ID && old.ID != 0 && r.ID != 0 {
		old = nil // another one had the name before
	}
	renamed := false
	if old == nil && r.ID != 0 {
		if old, err = a.renamed(ctx, r); err != nil {
			return err
		}
		renamed = old != nil
	}
	switch {
	case old == nil:
		o.Tally.New++
	case renamed:
		o.Tally.Changed, o.Tally.Renamed = o.Tally.Changed+1, o.Tally.Renamed+1
		r.SetAnswers(old.Answers)
	default:
		r.SetAnswers(old.Answers)
		if same(old, r) {
			o.Tally.Unchanged++
		} else {
			o.Tally.Changed++
		}
	}
	return a.w.Put(r)
}

// renamed finds a repository under the name that it had, and takes it out there.
func (a *applying) renamed(ctx context.Context, r *catalog.Record) (*catalog.Record, error) {
	if a.byID == nil {
		a.byID = map[string]string{}
		err := a.w.Each(func(r *catalog.Record) error {
			if r.ID != 0 {
				a.byID[idOf(r)] = r.Key()
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	key, ok := a.byID[idOf(r)]
	if !ok || key == r.Key() {
		return nil, nil
	}
	old, err := get(a.w, key)
	if err == nil {
		err = a.moveEvents(ctx, key, r)
	}
	switch {
	case err != nil:
		return nil, err
	case a.keeps(key): // another repository has the name now
		if old == nil || old.ID != r.ID {
			old = &catalog.Record{}
		}
		return old, nil
	case old == nil || old.ID != r.ID:
		return nil, nil
	}
	return old, a.w.Delete(key)
}

// moveEvents gives a repository's pull events its new name.
func (a *applying) moveEvents(ctx context.Context, from string, to *catalog.Record) error {
	w, ok := a.w.(EventWriter)
	if !ok || a.past == nil {
		return nil
	}
	var all []catalog.PullEvent
	err := a.past.Events(ctx, from, func(e catalog.PullEvent) error {
		e.Host, e.Owner, e.Name = to.Host, to.Owner, to.Name
		all = append(all, e)
		return nil
	})
	if err != nil || len(all) == 0 {
		return err
	}
	return w.PutEvents(all)
}

func idOf(r *catalog.Record) string {
	return strings.ToLower(r.Host) + "/" + strconv.FormatInt(r.ID, 10)
}

// keeps tells whether a key is one that this crawl saw.
func (a *applying) keeps(key string) bool {
	for _, o := range a.owners {
		if o.final[key] > 0 {
			return true
		}
	}
	return false
}

// removeGone takes out what owners had and a full walk did not see. What an
// import told of stays: a crawl cannot know that it is gone.
func (a *applying) removeGone(ctx context.Context) error {
	gone := map[string]*Owner{}
	skipped := map[string]bool{}
	for _, o := range a.owners {
		if o.Gone {
			gone[strings.ToLower(o.Host+"/"+o.Name)] = o
		}
	}
	for _, o := range a.owners {
		for _, s := range o.Skipped {
			skipped[keyOf(s.Repo)] = true
			if s.Repo.Name == "" { // withheld, and not even named: it may be any of them
				delete(gone, strings.ToLower(o.Host+"/"+o.Name))
			}
		}
	}
	if len(gone) == 0 {
		return ctx.Err()
	}
	var keys []string
	err := a.w.Each(func(r *catalog.Record) error {
		key := r.Key()
		o := gone[strings.ToLower(r.Host+"/"+r.Owner)]
		if o == nil || o.final[key] > 0 || skipped[key] || r.From != catalog.FromCrawl {
			return nil
		}
		o.Tally.Removed++
		keys = append(keys, key)
		return nil
	})
	for _, key := range keys {
		err = fault.Join(err, a.w.Delete(key))
	}
	return fault.Join(err, ctx.Err())
}

// get looks a record up; nil is not there.
func get(w interface {
	Get(key string) (*catalog.Record, error)
}, key string) (*catalog.Record, error) {
	r, err := w.Get(key)
	var missing *forge.NotFoundError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return r, err
}

// same tells whether two records say the same of a repository. When it was
// looked at, and figures that only grow older, are no change.
func same(a, b *catalog.Record) bool {
	return bytes.Equal(substance(a), substance(b))
}

func substance(r *catalog.Record) []byte {
	c := *r
	c.SeenAt, c.Readme, c.Excerpt, c.Activity, c.Readiness, c.Answers, c.QuarterCount, c.IssueSkills = time.Time{}, "", "", nil, nil, nil, nil, nil
	c.CreatedAt, c.UpdatedAt, c.PushedAt = c.CreatedAt.UTC(), c.UpdatedAt.UTC(), c.PushedAt.UTC()
	raw, err := json.Marshal(&c)
	if err != nil {
		return nil
	}
	return raw
}
