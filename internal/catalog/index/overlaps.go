package index

import (
	"context"
	"math"
	"slices"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/progress"
)

// How overlaps are looked for. Candidates share rare keywords; each record is
// compared with those that share most with it, so that the work grows with the
// records and not with their pairs.
const (
	overlapKeywords = 12   // of each record
	overlapPosting  = 400  // records of a keyword: more share it by chance
	overlapNearest  = 6    // candidates of each record that are read
	overlapKeyLeast = 0.25 // similarity of keywords that makes a candidate
	overlapLeast    = 0.35 // similarity that makes an overlap
	overlapGroup    = 12   // repositories of a group
)

// Overlaps gives groups of repositories that do the same thing without being
// forks or copies of each other, the most similar first: one at least is of the
// account org, or of any where org is "". Archived ones and forks are left out.
func (c *Catalog) Overlaps(ctx context.Context, org string, limit int, sink progress.Sink) ([]catalog.Overlap, error) {
	advise(c.path, fromEndToEnd)
	o := &overlaps{c: c, weigher: newWeigher(c), sink: sink}
	defer sink.Send(progress.Event{Phase: progress.Done, Task: overlapTask})
	if err := o.vocabulary(ctx); err != nil {
		return nil, err
	}
	if err := o.names(ctx); err != nil {
		return nil, err
	}
	if err := o.load(ctx, org); err != nil {
		return nil, err
	}
	if err := o.candidates(ctx); err != nil {
		return nil, err
	}
	if err := o.verify(ctx); err != nil {
		return nil, err
	}
	groups := o.group()
	if limit > 0 {
		groups = groups[:min(len(groups), limit)]
	}
	return groups, o.fill(ctx, groups)
}

// slim is what is needed of a record until it is shown: whole ones of an estate
// would take a gigabyte.
func slim(r *catalog.Record) catalog.Record {
	out := catalog.Record{Host: r.Host, Owner: r.Owner, Name: r.Name, Description: r.Description, Excerpt: r.Excerpt, Fork: r.Fork, Source: r.Source}
	if r.Activity != nil {
		out.Activity = &catalog.Activity{Score: r.Activity.Score}
	}
	return out
}

// fill puts the whole records into what is shown.
func (o *overlaps) fill(ctx context.Context, groups []catalog.Overlap) error {
	idOf := map[string]int64{}
	for _, p := range o.profiles {
		idOf[p.Key()] = p.id
	}
	for i := range groups {
		repos := groups[i].Repos
		ids := make([]int64, len(repos))
		for j := range repos {
			ids[j] = idOf[repos[j].Key()]
		}
		whole, err := o.c.read(ctx, ids)
		if err != nil {
			return err
		}
		for j := range repos {
			repos[j].Record = whole[j].Record
		}
	}
	return nil
}

type overlaps struct {
	*weigher
	c        *Catalog
	sink     progress.Sink
	ids      []int64 // of the records that are compared
	ours     []bool  // of the account that is asked about
	keywords [][]keyword
	norms    []float64
	stemOf   map[int64]int64
	pairs    []pair
	profiles map[int]*profile
	kept     []pair // that overlap, with how near they are
}

const overlapTask = "overlaps"

// tell says how far the comparison is.
func (o *overlaps) tell(what string, done, of int) {
	o.sink.Send(progress.Event{Phase: progress.Running, Task: overlapTask, Message: what, Current: int64(done), Total: int64(of)})
}

type pair struct {
	a, b int // places in ids
	near float64
}

// verify reads the candidates and keeps the pairs whose own words say that they
// do the same.
func (o *overlaps) verify(ctx context.Context) error {
	o.profiles = map[int]*profile{}
	var ids []int64
	at := map[int64]int{}
	for _, p := range o.pairs {
		for _, i := range []int{p.a, p.b} {
			if _, ok := at[o.ids[i]]; !ok {
				at[o.ids[i]] = i
				ids = append(ids, o.ids[i])
			}
		}
	}
	var everybody []member
	for part := range slices.Chunk(ids, 2000) {
		o.tell("reading what may be alike", len(everybody), len(ids))
		members, err := o.c.read(ctx, part)
		if err != nil {
			return err
		}
		for _, m := range members {
			p, err := o.profile(ctx, m)
			if err != nil {
				return err
			}
			p.Record = slim(&m.Record)
			o.profiles[at[m.id]] = p
			everybody = append(everybody, member{Record: catalog.Record{Name: m.Name, Description: m.Description}})
		}
	}
	same := fromTemplate(everybody)
	for _, p := range o.pairs {
		a, b := o.profiles[p.a], o.profiles[p.b]
		_, near := a.compare(b, math.Inf(1))
		if near < overlapLeast || related(&a.member, &b.member) || same(&a.member, &b.member) {
			continue
		}
		p.near = near
		o.kept = append(o.kept, p)
	}
	return nil
}
