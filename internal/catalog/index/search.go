package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// How many matches are looked at closely. The index gives the best ones by its
// own measure; these are read and ranked by what stands where in them.
const (
	poolLeast = 30
	poolMost  = 10_000
	enough    = 20 // hits with all words: with fewer, words may be missing
)

// Search answers a query as of now. It reads the wide rows of the best matches
// alone; ranking is described in docs/ranking.md.
func (c *Catalog) Search(ctx context.Context, q catalog.Query, now time.Time) (*catalog.Found, error) {
	s := &search{c: c, q: q, now: now, found: &catalog.Found{Asked: q.String(), Searched: c.info.Records}}
	var err error
	if s.where, err = c.conditions(ctx, q, now); err != nil {
		return nil, err
	}
	if s.clauses, err = c.clauses(ctx, q.Wanted()); err != nil {
		return nil, err
	}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s.found, nil
}

// search is one search under way.
type search struct {
	c       *Catalog
	q       catalog.Query
	now     time.Time
	where   condition
	clauses []clause
	tally   *tally
	found   *catalog.Found
}

func (s *search) run(ctx context.Context) error {
	go s.c.coder.ready()
	if len(s.clauses) == 0 {
		if len(s.q.Wanted()) > 0 && len(s.q.Filters) == 0 {
			return nil // words without a letter: nothing has them
		}
		return s.browse(ctx)
	}
	if !s.q.Exact {
		if err := s.mend(ctx); err != nil {
			return err
		}
	}
	var err error
	if s.tally, err = s.c.newTally(ctx, s.clauses, unwantedClauses(s.q.Unwanted())); err != nil {
		return err
	}
	pool, total, err := s.pool(ctx, wants{must: bitsOf(s.clauses, func(cl clause) bool { return !cl.soft })})
	if err != nil {
		return err
	}
	s.found.Total = total
	if pool, err = s.addNamed(ctx, pool); err != nil {
		return err
	}
	if total < enough && !s.q.Exact && (total == 0 || s.q.Sort == catalog.ByRelevance || s.q.Sort == "") {
		if pool, err = s.widen(ctx, pool); err != nil {
			return err
		}
	}
	if err := s.finish(ctx, pool); err != nil {
		return err
	}
	if len(s.found.Hits) == 0 {
		s.found.Topics, err = s.nearTopics(ctx)
	}
	return err
}

// addNamed adds what is called as the query says to a pool that was cut off.
func (s *search) addNamed(ctx context.Context, pool []match) ([]match, error) {
	if len(pool) < s.size() {
		return pool, nil
	}
	named, err := s.byName(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range named {
		if !slices.ContainsFunc(pool, func(o match) bool { return o.id == m.id }) {
			pool = append(pool, m)
		}
	}
	return pool, nil
}

// unwantedClauses are the words of which none must be there.
func unwantedClauses(words []catalog.Word) []clause {
	var out []clause
	for _, w := range words {
		if tokens := tokensOf(w.Text); len(tokens) > 0 {
			out = append(out, clause{typed: w.Text, forms: spellings(catalog.Word{Text: w.Text, Phrase: true}, tokens)})
		}
	}
	return out
}

// bitsOf are the bits of the clauses that are chosen.
func bitsOf(clauses []clause, choose func(clause) bool) (set uint32) {
	for i, cl := range clauses {
		if choose(cl) {
			set |= 1 << i
		}
	}
	return set
}

// browse answers a query without words: everything that passes its filters.
func (s *search) browse(ctx context.Context) error {
	if without := unwantedClauses(s.q.Unwanted()); len(without) > 0 {
		var err error
		if s.tally, err = s.c.newTally(ctx, nil, without); err != nil {
			return err
		}
	}
	best, total, err := s.admitted(ctx)
	if err != nil {
		return err
	}
	s.found.Total = total
	return s.finish(ctx, s.measured(best))
}

// widen takes records that lack words, as few of them as possible, until there
// are enough. Phrases are never missing.
func (s *search) widen(ctx context.Context, pool []match) ([]match, error) {
	var may []int // the rarest first
	for i, cl := range s.clauses {
		if !cl.phrase && !cl.soft {
			may = append(may, i)
		}
	}
	must := bitsOf(s.clauses, func(cl clause) bool { return cl.phrase })
	if len(may) == 0 || len(may) < 2 && must == 0 {
		return pool, nil
	}
	order.StableBy(may, func(a, b int) int { return cmp.Compare(s.clauses[b].idf, s.clauses[a].idf) })
	w := wants{must: must}
	for _, i := range may[:min(len(may), mostCombined)] {
		w.may |= 1 << i
	}
	have := map[int64]bool{}
	for _, m := range pool {
		have[m.id] = true
	}
	whole := len(pool)
	for _, n := range steps(len(may), must != 0) {
		w.least = min(n, mostCombined)
		some, total, err := s.pool(ctx, w)
		if err != nil {
			return nil, err
		}
		s.found.Total = max(total, s.found.Total)
		for _, m := range some {
			if !have[m.id] {
				have[m.id], m.whole = true, false
				pool = append(pool, m)
			}
		}
		if len(pool) >= 2*enough {
			break
		}
	}
	if len(pool) > whole {
		s.found.Widened = &catalog.Widened{Whole: whole}
		for _, cl := range s.clauses {
			if cl.records == 0 {
				s.found.Widened.Unknown = append(s.found.Widened.Unknown, cl.typed)
			}
		}
	}
	return pool, nil
}

// steps are how many of n words are wanted, one after the other.
func steps(n int, none bool) []int {
	var out []int
	for _, k := range []int{n - 1, n / 2, 1} {
		if k > 0 && k < n && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	if none {
		out = append(out, 0)
	}
	return out
}

// mostCombined bounds the words of which some are wanted: of more, only the
// rarest count.
const mostCombined = 7

// finish reads the pool, ranks and folds it, and cuts it off.
func (s *search) finish(ctx context.Context, pool []match) error {
	hits, err := s.read(ctx, pool)
	if err != nil {
		return err
	}
	s.sort(hits)
	if len(s.q.Filter("is")) == 0 || !asksForForks(s.q) {
		hits = fold(hits)
	}
	if s.q.Limit > 0 && len(hits) > s.q.Limit {
		hits = hits[:s.q.Limit]
	}
	for i := range hits {
		if err := s.fill(hits[i]); err != nil {
			return err
		}
		s.found.Hits = append(s.found.Hits, hits[i].Hit)
	}
	return nil
}

func asksForForks(q catalog.Query) bool {
	return slices.ContainsFunc(q.Filter("is"), func(f catalog.Filter) bool {
		return !f.Not && slices.ContainsFunc(f.Any, func(v catalog.Value) bool { return v.Text == "fork" })
	})
}

func (s *search) sort(hits []*ranked) {
	order.StableBy(hits, func(a, b *ranked) int {
		by := 0
		switch s.q.Sort {
		case catalog.ByActivity:
			by = cmp.Compare(b.activity(), a.activity())
		case catalog.ByReadiness:
			by = cmp.Compare(b.readiness(), a.readiness())
		case catalog.ByUpdated:
			by = b.ChangedAt().Compare(a.ChangedAt())
		case catalog.ByStars:
			by = cmp.Compare(b.Stars, a.Stars)
		}
		return cmp.Or(by, cmp.Compare(b.Score, a.Score), strings.Compare(a.FullName(), b.FullName()))
	})
}

// ranked is a hit with what ranking knows of it.
type ranked struct {
	catalog.Hit
	match
	plain    []byte // the record as JSON
	inReadme []bool // the clauses that its README has
}

// activity is the score; below 0 where it is not known.
func (r *ranked) activity() float64 {
	if r.Activity == nil {
		return -1
	}
	return float64(r.Activity.Score)
}

func (r *ranked) readiness() float64 {
	if r.Readiness == nil {
		return -1
	}
	return r.Readiness.Score
}

// read gets the records of a pool, in its order, and rates them. Where their
// words stand is found out meanwhile.
func (s *search) read(ctx context.Context, pool []match) ([]*ranked, error) {
	hits := make([]*ranked, len(pool))
	for i, m := range pool {
		hits[i] = &ranked{match: m}
	}
	var misplaced error
	placed := meanwhile(func() { misplaced = s.places(hits) })
	bodies, err := s.bodies(ctx, hits)
	if placed(); err == nil {
		err = misplaced
	}
	if err != nil {
		return nil, err
	}
	return hits, s.rateAll(hits, bodies)
}

// bodies reads the records of hits as they are kept, and their sources.
func (s *search) bodies(ctx context.Context, hits []*ranked) ([][]byte, error) {
	out := make([][]byte, len(hits))
	at := make(map[int64]int, len(hits))
	for i, h := range hits {
		at[h.id] = i
	}
	for part := range slices.Chunk(hits, 500) {
		args := make([]any, len(part))
		for i, h := range part {
			args[i] = h.id
		}
		err := s.c.quick(ctx, func(row []driver.Value) error {
			if i, ok := at[number(row[0])]; ok {
				hits[i].source, out[i] = number(row[1]), blob(row[2])
			}
			return nil
		}, "SELECT r.id, f.source, r.body FROM records r JOIN facts f ON f.id = r.id WHERE r.id IN (?"+strings.Repeat(",?", len(args)-1)+")", args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ratedAtOnce is how many hits are rated in one part of the work.
const ratedAtOnce = 3

// rateAll rates hits, on several processors, since taking texts apart is most of
// the work of a search.
func (s *search) rateAll(hits []*ranked, bodies [][]byte) error {
	var stems [mostWorkers]map[string]string
	return inParts((len(hits)+ratedAtOnce-1)/ratedAtOnce, func(worker, part int) error {
		if stems[worker] == nil {
			stems[worker] = map[string]string{}
		}
		for i := part * ratedAtOnce; i < min((part+1)*ratedAtOnce, len(hits)); i++ {
			if err := s.c.outline(hits[i], bodies[i]); err != nil {
				return err
			}
			s.rate(hits[i], stems[worker])
		}
		return nil
	})
}

// outline reads of a hit's record what ranking looks at.
func (c *Catalog) outline(h *ranked, body []byte) error {
	plain, err := c.coder.plain(body)
	if err != nil {
		return c.broken(fault.Errorf("a record cannot be read: %w", err))
	}
	h.plain = plain
	r, err := outline(plain)
	if err == nil {
		h.Record = *r
		return nil
	}
	return c.whole(h)
}

// fill reads of a hit's record what is shown of it.
func (s *search) fill(h *ranked) error {
	if s.q.Brief && list(h.plain, &h.Record) == nil {
		return nil
	}
	return s.c.whole(h)
}

// whole reads a hit's record.
func (c *Catalog) whole(h *ranked) error {
	h.Record = catalog.Record{}
	if err := json.Unmarshal(h.plain, &h.Record); err != nil {
		return c.broken(fault.Errorf("a record cannot be read: %w", err))
	}
	return nil
}

// places finds out which words stand in the READMEs of hits.
func (s *search) places(hits []*ranked) error {
	if s.tally == nil {
		return nil
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	columns, err := s.tally.columnsOf(ids, s.clauses)
	if err != nil {
		return err
	}
	for i := range hits {
		h := hits[i]
		h.inReadme = make([]bool, len(s.clauses))
		for n, cl := range s.clauses {
			has := s.tally.has(h.id, n)
			h.inReadme[n] = h.whole && !cl.soft || !h.whole && has && (columns[i][n] == 0 || columns[i][n]&inReadme != 0)
		}
	}
	return nil
}

// round3 keeps what is shown of a figure, so that its terms make it up exactly.
//
//go:noinline
func round3(f float64) float64 { return math.Round(f*1000) / 1000 }
