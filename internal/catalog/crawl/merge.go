package crawl

import (
	"context"
	"encoding/json"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// Part is one of the files that are merged: a shard, or a whole catalog.
type Part interface {
	Each(context.Context, func(*catalog.Record) error) error
}

// MergeWriter is the generation that a merge makes.
type MergeWriter interface {
	Put(*catalog.Record) error
	PutEvents([]catalog.PullEvent) error
	SetMeta(key, value string) error
}

// Merged says what a merge made.
type Merged struct {
	Records int
	Events  int
	Older   int // records that a newer one of the same repository took the place of
}

// choice is which part has the newest record of a repository.
type choice struct {
	part int
	seen time.Time
}

// Merge makes one catalog of several parts. Of a repository that is in several,
// the record that was read last wins, also where it has another name in each;
// events are united, those of a later part over those of an earlier one.
func Merge(ctx context.Context, parts []Part, w MergeWriter) (Merged, error) {
	var m Merged
	best := map[string]choice{}  // by key
	named := map[string]string{} // key by host and number
	for i, p := range parts {
		err := p.Each(ctx, func(r *catalog.Record) error {
			key := r.Key()
			had, ok := best[key]
			if r.ID != 0 {
				if other, known := named[idOf(r)]; known && other != key {
					if !best[other].seen.Before(r.SeenAt) {
						m.Older++
						return nil
					}
					m.Older++
					delete(best, other)
				}
				named[idOf(r)] = key
			}
			if ok {
				m.Older++
			}
			if !ok || !r.SeenAt.Before(had.seen) {
				best[key] = choice{i, r.SeenAt}
			}
			return nil
		})
		if err != nil {
			return m, err
		}
	}
	for i, p := range parts {
		err := p.Each(ctx, func(r *catalog.Record) error {
			if c, ok := best[r.Key()]; !ok || c.part != i || !c.seen.Equal(r.SeenAt) {
				return nil
			}
			m.Records++
			return w.Put(r)
		})
		if err != nil {
			return m, err
		}
	}
	return m, mergeEvents(ctx, parts, w, &m)
}

// mergeEvents unites the events of those parts that have some.
func mergeEvents(ctx context.Context, parts []Part, w MergeWriter, m *Merged) error {
	for _, p := range parts {
		with, ok := p.(PullKnown)
		if !ok {
			continue
		}
		var some []catalog.PullEvent
		err := with.Events(ctx, "", func(e catalog.PullEvent) error {
			m.Events++
			if some = append(some, e); len(some) < 1000 {
				return nil
			}
			err := w.PutEvents(some)
			some = some[:0:0]
			return err
		})
		if err != nil {
			return err
		}
		if len(some) > 0 {
			if err := w.PutEvents(some); err != nil {
				return err
			}
		}
	}
	return nil
}

// NotePositions notes in a merged catalog how far its shards came, so that an
// incremental crawl can go on from there. The shards must be whole sets.
func NotePositions(shards []*ShardFile, w MergeWriter) error {
	all := map[string]*Position{}
	for _, s := range shards {
		for _, o := range s.own {
			key := positionKey(s.Head.Host, o.Name)
			if err := w.SetMeta(defaultsKey(s.Head.Host, o.Name), o.Defaults.note()); err != nil {
				return err
			}
			count := o.Seen + len(o.Skipped)
			p := all[key]
			if p == nil {
				own := o.Position
				own.Total = count
				all[key] = &own
				continue
			}
			p.Total += count
			p.Pushed, p.Updated = earlier(p.Pushed, o.Position.Pushed), earlier(p.Updated, o.Position.Updated)
			p.At, p.FullAt = earlier(p.At, o.Position.At), earlier(p.FullAt, o.Position.FullAt)
		}
	}
	for key, p := range all {
		raw, err := json.Marshal(p)
		if err != nil {
			return err
		}
		if err := w.SetMeta(key, string(raw)); err != nil {
			return err
		}
	}
	return nil
}

//go:noinline
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
