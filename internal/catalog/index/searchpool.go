package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// match is a row of the index before it is read.
type match struct {
	id, source int64
	text       float64 // BM25 as a part of what it can be
	whole      bool    // it has all words
}

// orders are what rows are sorted by where relevance is not asked.
func (s *search) order() string {
	switch s.q.Sort {
	case catalog.ByActivity:
		return "f.activity DESC, f.id"
	case catalog.ByReadiness:
		return "f.readiness DESC, f.activity DESC, f.id"
	case catalog.ByUpdated:
		return "CASE f.updated WHEN 0 THEN f.pushed ELSE f.updated END DESC, f.id"
	case catalog.ByStars:
		return "f.stars DESC, f.id"
	}
	return ""
}

// size is how many rows are looked at closely.
func (s *search) size() int {
	if s.q.Limit <= 0 {
		return poolMost
	}
	return min(max(poolLeast, 3*s.q.Limit), poolMost)
}

// pool gives the best of the records that are wanted, and how many these are.
func (s *search) pool(ctx context.Context, w wants) ([]match, int, error) {
	w.archived = !s.where.simple
	if s.order() == "" && (s.where.simple || s.where.sql == everything) {
		total := 0
		best := newShortlist(s.size())
		s.tally.matches(w, func(id int64, row *tallyRow, at int) {
			total++
			best.add(rankedID{id, row.rank(at)})
		})
		return s.measured(best.take()), total, nil
	}
	var all []rankedID
	s.tally.matches(w, func(id int64, row *tallyRow, at int) { all = append(all, rankedID{id, row.rank(at)}) })
	all, err := s.filtered(ctx, all)
	if err != nil {
		return nil, 0, fault.Errorf("search the catalog: %w", err)
	}
	best := newShortlist(s.size())
	for _, r := range all {
		best.add(r)
	}
	return s.measured(best.take()), len(all), nil
}

// filtered leaves those that pass the filters, ranked by the order that is asked.
func (s *search) filtered(ctx context.Context, all []rankedID) ([]rankedID, error) {
	if len(all) == 0 {
		return nil, nil
	}
	if int64(len(all)) > s.where.slow(s.c.info.Records) {
		return s.byFacets(ctx, all)
	}
	ids := []byte{'['}
	rank := make(map[int64]int64, len(all))
	for i, r := range all {
		if i > 0 {
			ids = append(ids, ',')
		}
		ids = strconv.AppendInt(ids, r.id, 10)
		rank[r.id] = r.rank
	}
	query := "SELECT f.id FROM json_each(?) j CROSS JOIN facts f ON f.id = j.value WHERE " + s.where.sql
	if order := s.order(); order != "" {
		query += " ORDER BY " + order
	}
	kept := all[:0]
	err := s.c.each(ctx, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		r := rankedID{id, rank[id]}
		if s.order() != "" {
			r.rank = int64(len(all) - len(kept))
		}
		kept = append(kept, r)
		return err
	}, query, append([]any{string(append(ids, ']'))}, s.where.args...)...)
	return kept, err
}

// measured are records with what BM25 says of them, as a part of what it can be:
// k1 + 1 times the weight of each word.
func (s *search) measured(all []rankedID) []match {
	most := 0.0
	for _, cl := range s.clauses {
		most += (bm25K1 + 1) * cl.idf
	}
	out := make([]match, len(all))
	for i, r := range all {
		out[i] = match{id: r.id, whole: true, text: min(max(s.tally.of(r.id)/max(most, 1e-6), 0), 1)}
	}
	return out
}

// rankedID is a record with its rank before it is looked at closely: what has more
// stands before.
type rankedID struct{ id, rank int64 }

// rankOf makes a rank of a figure that is not below 0.
func rankOf(f float32) int64 { return int64(math.Float32bits(f)) }

// shortlist keeps the best of many.
type shortlist struct {
	most int
	best []rankedID
	bar  int64 // what has less is not among them
}

func newShortlist(most int) *shortlist { return &shortlist{most: most, bar: math.MinInt64} }

func (l *shortlist) add(r rankedID) {
	if r.rank < l.bar {
		return
	}
	if l.best = append(l.best, r); len(l.best) >= 2*l.most+64 {
		l.best = l.take()
		l.bar = l.best[l.most-1].rank
	}
}

// take gives them, the best first.
func (l *shortlist) take() []rankedID {
	order.By(l.best, func(a, b rankedID) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.id, b.id)) })
	return l.best[:min(len(l.best), l.most)]
}

// byName gives the repositories that are called as the query says: a name is
// never lost among many matches.
func (s *search) byName(ctx context.Context) ([]match, error) {
	if len(s.q.Unwanted()) > 0 || s.order() != "" {
		return nil, nil
	}
	var parts, words []string
	for _, w := range split(s.q.Wanted()) {
		words = append(words, strings.ToLower(w.Text))
		parts = append(parts, tokensOf(w.Text)...)
	}
	if len(parts) == 0 || len(parts) > 8 {
		return nil, nil
	}
	names := []any{strings.Join(words, "-"), words[len(words)-1]}
	for _, by := range []string{"-", "_", ".", ""} {
		if name := strings.Join(parts, by); !slices.Contains(names, any(name)) {
			names = append(names, name)
		}
	}
	if s.where.simple || s.where.sql == everything {
		return s.standingByName(ctx, names)
	}
	var found []rankedID
	err := s.c.quick(ctx, func(row []driver.Value) error {
		found = append(found, rankedID{id: number(row[0])})
		return nil
	}, "SELECT f.id FROM names n CROSS JOIN facts f ON f.id = n.id WHERE n.name IN (?"+strings.Repeat(",?", len(names)-1)+") AND "+s.where.sql+" ORDER BY f.boost DESC LIMIT ?",
		append(append(names, s.where.args...), mostNamed)...)
	return s.measured(found), err
}

// mostNamed bounds what is taken for its name alone.
const mostNamed = 20

// standingByName is byName where no filter asks more than the tally knows.
func (s *search) standingByName(ctx context.Context, names []any) ([]match, error) {
	best := newShortlist(mostNamed)
	err := s.c.quick(ctx, func(row []driver.Value) error {
		id := number(row[0])
		r := s.tally.row(id)
		if r == nil {
			return nil
		}
		standing := r.standings[slabAt(id):][:standingBytes]
		if standing[standPart] != 0 && (!s.where.simple || standing[standFlags]&standArchived == 0) {
			best.add(rankedID{id, int64(standing[standBoost])})
		}
		return nil
	}, "SELECT id FROM names WHERE name IN (?"+strings.Repeat(",?", len(names)-1)+")", names...)
	return s.measured(best.take()), err
}
