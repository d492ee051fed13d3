package index

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/catalog"
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
	s.unwanted = unwanted(q.Unwanted())
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s.found, nil
}

// search is one search under way.
type search struct {
	c        *Catalog
	q        catalog.Query
	now      time.Time
	where    condition
	clauses  []clause
	unwanted string // what must not match, in the index's language
	found    *catalog.Found
}

func (s *search) run(ctx context.Context) error {
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
	pool, total, err := s.pool(ctx, all(s.clauses), 1)
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

// unwanted writes what must not match.
func unwanted(words []catalog.Word) string {
	var parts []string
	for _, w := range words {
		if tokens := tokensOf(w.Text); len(tokens) > 0 {
			for _, f := range spellings(catalog.Word{Text: w.Text, Phrase: true}, tokens) {
				parts = append(parts, f.match())
			}
		}
	}
	return strings.Join(parts, " OR ")
}

// all joins the clauses that a record must have.
func all(clauses []clause) string {
	var parts []string
	for _, cl := range clauses {
		if !cl.soft {
			parts = append(parts, cl.match())
		}
	}
	return strings.Join(parts, " AND ")
}

// browse answers a query without words: everything that passes its filters.
func (s *search) browse(ctx context.Context) error {
	where, args := s.where.sql, s.where.args
	if s.unwanted != "" {
		where += " AND f.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)"
		args = append(slices.Clone(args), s.unwanted)
	}
	order := s.order()
	if order == "" {
		order = "f.boost DESC, f.id"
	}
	var pool []match
	err := s.c.each(ctx, func(scan func(...any) error) error {
		m := match{whole: true}
		if err := scan(&m.id, &m.source); err != nil {
			return err
		}
		pool = append(pool, m)
		return nil
	}, "SELECT f.id, f.source FROM facts f WHERE "+where+" ORDER BY "+order+" LIMIT ?", append(slices.Clone(args), s.size())...)
	if err != nil {
		return err
	}
	s.found.Total = len(pool)
	if len(pool) == s.size() {
		if err := s.c.each(ctx, func(scan func(...any) error) error { return scan(&s.found.Total) }, "SELECT count(*) FROM facts f WHERE "+where, args...); err != nil {
			return err
		}
	}
	return s.finish(ctx, pool)
}

// widen takes records that lack words, as few of them as possible, until there
// are enough. Phrases are never missing.
func (s *search) widen(ctx context.Context, pool []match) ([]match, error) {
	var must, may []clause
	for _, cl := range s.clauses {
		switch {
		case cl.phrase:
			must = append(must, cl)
		case !cl.soft:
			may = append(may, cl)
		}
	}
	if len(may)+len(must) < 2 {
		return pool, nil
	}
	order.StableBy(may, func(a, b clause) int { return cmp.Compare(b.idf, a.idf) })
	have := map[int64]bool{}
	for _, m := range pool {
		have[m.id] = true
	}
	whole := len(pool)
	for _, n := range steps(len(may), len(must) > 0) {
		some, total, err := s.pool(ctx, atLeast(n, may, must), choose(min(len(may), mostCombined)-1, n-1))
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

// atLeast writes that n of the clauses must be there, and all of must.
func atLeast(n int, may, must []clause) string {
	fixed := all(must)
	if n == 0 {
		return fixed
	}
	may = may[:min(len(may), mostCombined)]
	n = min(n, len(may))
	var parts []string
	var pick func(from int, chosen []clause)
	pick = func(from int, chosen []clause) {
		if len(chosen) == n {
			parts = append(parts, "("+all(chosen)+")")
			return
		}
		for i := from; i < len(may); i++ {
			pick(i+1, append(slices.Clone(chosen), may[i]))
		}
	}
	pick(0, nil)
	expression := strings.Join(parts, " OR ")
	if fixed != "" {
		expression = fixed + " AND (" + expression + ")"
	}
	return expression
}

// choose is the number of ways to take k of n.
func choose(n, k int) int {
	out := 1
	for i := 1; i <= k; i++ {
		out = out * (n - k + i) / i
	}
	return out
}

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
	for _, h := range hits {
		s.found.Hits = append(s.found.Hits, h.Hit)
	}
	return nil
}

func asksForForks(q catalog.Query) bool {
	return slices.ContainsFunc(q.Filter("is"), func(f catalog.Filter) bool {
		return !f.Not && slices.ContainsFunc(f.Any, func(v catalog.Value) bool { return v.Text == "fork" })
	})
}

func (s *search) sort(hits []ranked) {
	slices.SortStableFunc(hits, func(a, b ranked) int {
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
	inReadme map[int]bool // the clauses that only its README has
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

// read gets the records of a pool, in its order, and rates them: on all
// processors, since taking texts apart is most of the work of a search.
func (s *search) read(ctx context.Context, pool []match) ([]ranked, error) {
	hits := make([]ranked, 0, len(pool))
	bodies := make([][]byte, len(pool))
	at := map[int64]int{}
	for part := range slices.Chunk(pool, 500) {
		args := make([]any, len(part))
		for i, m := range part {
			args[i] = m.id
			at[m.id] = len(hits)
			hits = append(hits, ranked{match: m, inReadme: map[int]bool{}})
		}
		err := s.c.each(ctx, func(scan func(...any) error) error {
			var id int64
			var body []byte
			err := scan(&id, &body)
			bodies[at[id]] = body
			return err
		}, "SELECT id, body FROM records WHERE id IN (?"+strings.Repeat(",?", len(args)-1)+")", args...)
		if err != nil {
			return nil, err
		}
	}
	if err := s.readmes(ctx, hits); err != nil {
		return nil, err
	}
	return hits, s.rateAll(hits, bodies)
}

func (s *search) rateAll(hits []ranked, bodies [][]byte) error {
	var g errgroup.Group
	workers := min(runtime.GOMAXPROCS(0), 4)
	for w := range workers {
		g.Go(func() error {
			stems := map[string]string{}
			for i := w; i < len(hits); i += workers {
				r, err := s.c.record(bodies[i])
				if err != nil {
					return err
				}
				hits[i].Record = *r
				s.rate(&hits[i], stems)
			}
			return nil
		})
	}
	return g.Wait()
}

// readmes finds out which words the READMEs of records have that lack some.
func (s *search) readmes(ctx context.Context, hits []ranked) error {
	at := map[any]int{}
	var ids []any
	for i, h := range hits {
		if !h.whole {
			at[h.id] = i
			ids = append(ids, h.id)
		}
	}
	for part := range slices.Chunk(ids, 500) {
		for n, cl := range s.clauses {
			err := s.c.each(ctx, func(scan func(...any) error) error {
				var id int64
				if err := scan(&id); err != nil {
					return err
				}
				hits[at[id]].inReadme[n] = true
				return nil
			}, "SELECT rowid FROM words WHERE words MATCH ? AND rowid IN (?"+strings.Repeat(",?", len(part)-1)+")", append([]any{"{readme} : " + cl.match()}, part...)...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// round3 keeps what is shown of a figure, so that its terms make it up exactly.
func round3(f float64) float64 { return math.Round(f*1000) / 1000 }
