package index

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// match is a row of the index before it is read.
type match struct {
	id, source int64
	text       float64 // the index's own measure, as a part of what it can be
	whole      bool    // it has all words
}

// weights are those of the columns in the index's own measure.
const weights = "10, 6, 6, 4, 3, 5, 1.5, 1"

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

// How the pool is taken from many matches. Walking over matches costs a third of
// a microsecond each, joining facts twice that, BM25 six times (measured with
// 100,000 records). So of many matches only those are measured that have the
// words where they count most, as long as there are enough of these.
const (
	measured = 800 // matches that BM25 is computed of, at most
	strong   = "{name topics title description skills provides} : "
	named    = "{name topics title provides} : "
	called   = "{name} : "
)

// pool gives the best matches of an expression, in which each word stands so
// many times, and how many there are.
func (s *search) pool(ctx context.Context, expression string, times int) ([]match, int, error) {
	whole := s.without(expression)
	total, err := s.count(ctx, whole)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	if s.order() != "" {
		pool, err := s.take(ctx, whole, s.order())
		return pool, total, s.measure(ctx, whole, times, pool, err)
	}
	best, n := whole, total
	for _, columns := range []string{strong, named, called} {
		if n <= measured {
			break
		}
		narrow := s.without(columns + "(" + expression + ")")
		some, err := s.count(ctx, narrow)
		if err != nil {
			return nil, 0, err
		}
		if some < s.size() {
			break
		}
		best, n = narrow, some
	}
	if n <= 5*measured {
		pool, err := s.rank(ctx, best, times)
		return pool, total, err
	}
	pool, err := s.take(ctx, best, "f.boost DESC, f.id")
	return pool, total, s.measure(ctx, best, times, pool, err)
}

// without leaves out what is not wanted, and archived records where nothing else
// is filtered.
func (s *search) without(expression string) string {
	var not []string
	if s.where.simple {
		not = append(not, `{about} : "`+markArchived+`"`)
	}
	if s.unwanted != "" {
		not = append(not, s.unwanted)
	}
	if len(not) == 0 {
		return expression
	}
	return "(" + expression + ") NOT (" + strings.Join(not, " OR ") + ")"
}

// count counts the matches that pass the filters.
func (s *search) count(ctx context.Context, expression string) (int, error) {
	query, args := "SELECT count(*) FROM words WHERE words MATCH ?", []any{expression}
	if !s.where.simple {
		query = "SELECT count(*) FROM words w CROSS JOIN facts f ON f.id = w.rowid WHERE words MATCH ? AND " + s.where.sql
		args = append(args, s.where.args...)
	}
	n := 0
	err := s.c.each(ctx, func(scan func(...any) error) error { return scan(&n) }, query, args...)
	if err != nil {
		return 0, fmt.Errorf("search the catalog: %w", err)
	}
	return n, nil
}

// rank gives the matches with the best product of BM25 and boost.
func (s *search) rank(ctx context.Context, expression string, times int) ([]match, error) {
	return s.matches(ctx, times, "SELECT id, source, b FROM (SELECT f.id AS id, bm25(words, "+weights+") AS b, f.source AS source, f.boost AS boost FROM words w CROSS JOIN facts f ON f.id = w.rowid WHERE words MATCH ? AND "+
		s.where.sql+") ORDER BY b * boost LIMIT ?", s.args(expression)...)
}

// take gives the first matches in another order, without a measure.
func (s *search) take(ctx context.Context, expression, order string) ([]match, error) {
	return s.matches(ctx, 1, "SELECT f.id, f.source, 0 FROM words w CROSS JOIN facts f ON f.id = w.rowid WHERE words MATCH ? AND "+s.where.sql+" ORDER BY "+order+" LIMIT ?", s.args(expression)...)
}

func (s *search) args(expression string) []any {
	return append(append([]any{expression}, s.where.args...), s.size())
}

// measure adds what BM25 says of the matches of a pool.
func (s *search) measure(ctx context.Context, expression string, times int, pool []match, err error) error {
	if err != nil || len(pool) > 500 {
		return err
	}
	args := []any{expression}
	at := map[int64]int{}
	for i, m := range pool {
		at[m.id] = i
		args = append(args, m.id)
	}
	list, err := s.matches(ctx, times, "SELECT rowid, 0, bm25(words, "+weights+") FROM words WHERE words MATCH ? AND rowid IN (?"+strings.Repeat(",?", len(pool)-1)+")", args...)
	for _, m := range list {
		pool[at[m.id]].text = m.text
	}
	return err
}

func (s *search) matches(ctx context.Context, times int, query string, args ...any) ([]match, error) {
	most := 0.0 // what BM25 can be at most: k1 + 1 = 2.2 times the weight of each word
	for _, cl := range s.clauses {
		most += 2.2 * cl.idf * float64(times)
	}
	var out []match
	err := s.c.each(ctx, func(scan func(...any) error) error {
		m := match{whole: true}
		bm25 := 0.0
		if err := scan(&m.id, &m.source, &bm25); err != nil {
			return err
		}
		m.text = min(max(-bm25/max(most, 1e-6), 0), 1)
		out = append(out, m)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("search the catalog: %w", err)
	}
	return out, nil
}

// byName gives the repositories that are called as the query says: a name is
// never lost among many matches.
func (s *search) byName(ctx context.Context) ([]match, error) {
	if s.unwanted != "" || s.order() != "" {
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
	found, err := s.matches(ctx, 1, "SELECT f.id, f.source, 0 FROM names n CROSS JOIN facts f ON f.id = n.id WHERE n.name IN (?"+strings.Repeat(",?", len(names)-1)+") AND "+s.where.sql+" ORDER BY f.boost DESC LIMIT 20",
		append(names, s.where.args...)...)
	return found, err
}
