package index

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// The bits of wanted.flags. They stand in files: none may change its meaning.
const (
	wantedNewcomer = 1 << iota
	wantedTaken
	wantedSmall
	wantedMedium
	wantedLarge
)

func wantedFlags(h *catalog.HelpWanted) int64 {
	flags := map[string]int64{catalog.SizeSmall: wantedSmall, catalog.SizeMedium: wantedMedium, catalog.SizeLarge: wantedLarge}[h.SizeClass()]
	if h.Newcomer {
		flags |= wantedNewcomer
	}
	if h.Taken {
		flags |= wantedTaken
	}
	return flags
}

// How many issues are looked at. The easiest as of the day their records were
// seen are read and rated as of now.
const (
	wantedLeast = 100
	wantedMost  = 5000 // where filters can only be decided on what is read
	wantedBatch = 100
)

// HelpWanted looks for open issues that welcome help, the easiest first for
// somebody who is new. Words are looked for in their titles, labels and skills,
// and in what their repository is; all of them at first, and some where too few
// issues have all. Every hit carries the terms of its rank.
func (c *Catalog) HelpWanted(ctx context.Context, q catalog.Query, now time.Time) (*catalog.HelpWantedFound, error) {
	s := &wantedSearch{c: c, q: q, now: now, records: map[int64]*catalog.Record{}, stems: map[string]string{}}
	found := &catalog.HelpWantedFound{}
	if err := c.db.QueryRowContext(ctx, "SELECT count(*) FROM wanted").Scan(&found.Searched); err != nil {
		return nil, c.failure(err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if len(s.clauses) == 0 && len(q.Wanted()) > 0 && len(q.Filters) == 0 {
		return found, nil // words without a letter: nothing has them
	}
	hits, total, err := s.look(ctx, " AND ")
	if err != nil {
		return nil, err
	}
	if total < enough && len(s.clauses) > 1 && !q.Exact {
		whole := total
		if hits, total, err = s.look(ctx, " OR "); err != nil {
			return nil, err
		}
		found.Widened = total > whole
	}
	s.order(hits)
	if q.Limit > 0 && len(hits) > q.Limit {
		hits = hits[:q.Limit]
	}
	found.Hits, found.Total = hits, total
	return found, nil
}

type wantedSearch struct {
	c       *Catalog
	q       catalog.Query
	now     time.Time
	where   condition
	clauses []clause
	without string
	records map[int64]*catalog.Record
	stems   map[string]string
}

// prepare turns the query into what the tables are asked.
func (s *wantedSearch) prepare(ctx context.Context) error {
	about := s.q
	about.Filters = slices.DeleteFunc(slices.Clone(s.q.Filters), catalog.AboutIssues)
	var err error
	if s.where, err = s.c.conditions(ctx, about, s.now); err != nil {
		return err
	}
	for _, f := range s.q.Filters {
		if sql := issueCondition(f); sql != "" {
			s.where.sql += " AND " + sql
		}
	}
	s.clauses = wantedClauses(s.q.Wanted())
	s.without = unwanted(s.q.Unwanted())
	return nil
}

// issueCondition decides a filter by the flags of an issue, where they can.
func issueCondition(f catalog.Filter) string {
	bits := 0
	for _, v := range f.Any {
		bits |= map[string]int{
			catalog.FilterSize + catalog.SizeSmall: wantedSmall, catalog.FilterSize + catalog.SizeMedium: wantedMedium, catalog.FilterSize + catalog.SizeLarge: wantedLarge,
		}[f.Name+strings.ToLower(v.Text)]
	}
	is := "<>"
	switch f.Name {
	case catalog.FilterSize:
	case catalog.FilterNewcomer:
		bits = wantedNewcomer
	case catalog.FilterFree:
		bits, is = wantedTaken, "="
	default:
		return ""
	}
	if f.Not {
		is = map[string]string{"<>": "=", "=": "<>"}[is]
	}
	return fmt.Sprintf("w.flags & %d %s 0", bits, is)
}

// wantedClauses are the words of a query with their forms. A stop word asks
// nothing as long as another word does.
func wantedClauses(words []catalog.Word) []clause {
	var all, telling []clause
	for _, w := range split(words) {
		tokens := tokensOf(w.Text)
		if len(tokens) == 0 {
			continue
		}
		cl := clause{typed: w.Text, phrase: w.Phrase, open: w.Open && len(tokens) == 1 && len(tokens[0]) > 1, forms: spellings(w, tokens)}
		all = append(all, cl)
		if w.Phrase || !catalog.StopWord(strings.Join(tokens, " ")) {
			telling = append(telling, cl)
		}
	}
	if len(telling) == 0 {
		telling = all
	}
	return telling[:min(len(telling), mostClauses)]
}

// wantedMatch writes a clause for the index; of a word that is still being
// typed longer ones count, too.
func wantedMatch(cl clause) string {
	if cl.open {
		return "(" + cl.match() + ` OR "` + cl.forms[0].words[0] + `"*)`
	}
	return cl.match()
}

// look finds the issues that have the words joined by AND or OR, and how many
// there are.
func (s *wantedSearch) look(ctx context.Context, join string) ([]catalog.HelpWantedHit, int, error) {
	from, order := "wanted w CROSS JOIN facts f ON f.id = w.record WHERE ", "w.ease DESC, w.id DESC" // as wanted_ease has them
	args := slices.Clone(s.where.args)
	switch {
	case len(s.clauses) > 0:
		parts := make([]string, len(s.clauses))
		for i, cl := range s.clauses {
			parts[i] = wantedMatch(cl)
		}
		match := strings.Join(parts, join)
		if s.without != "" {
			match = "(" + match + ") NOT (" + s.without + ")"
		}
		from = "wanted_words x CROSS JOIN wanted w ON w.id = x.rowid CROSS JOIN facts f ON f.id = w.record WHERE wanted_words MATCH ? AND "
		order = "bm25(wanted_words, 6, 3, 5, 2) * (1 + w.ease), w.id"
		args = append([]any{match}, args...)
	case s.without != "":
		from += "w.id NOT IN (SELECT rowid FROM wanted_words WHERE wanted_words MATCH ?) AND "
		args = append([]any{s.without}, args...)
	}
	from += s.where.sql
	var found [][2]int64
	err := s.c.each(ctx, func(scan func(...any) error) error {
		var f [2]int64
		if err := scan(&f[0], &f[1]); err != nil {
			return err
		}
		found = append(found, f)
		return nil
	}, "SELECT w.record, w.place FROM "+from+" ORDER BY "+order+" LIMIT ?", append(slices.Clone(args), s.size())...)
	if err != nil {
		return nil, 0, err
	}
	hits, all, err := s.read(ctx, found)
	if err != nil || all || s.size() == wantedMost {
		return hits, len(hits), err
	}
	total := 0
	err = s.c.each(ctx, func(scan func(...any) error) error { return scan(&total) }, "SELECT count(*) FROM "+from, args...)
	return hits, total, err
}

// size is how many issues are picked.
func (s *wantedSearch) size() int {
	if s.q.Limit <= 0 || slices.ContainsFunc(s.q.Filters, func(f catalog.Filter) bool { return f.Name == "skill" }) {
		return wantedMost
	}
	return min(max(wantedLeast, 3*s.q.Limit), wantedMost)
}

// read makes hits of issues, and answers whether those were all there are.
func (s *wantedSearch) read(ctx context.Context, found [][2]int64) (hits []catalog.HelpWantedHit, all bool, err error) {
	for part := range slices.Chunk(found, wantedBatch) {
		if err := s.fetch(ctx, part); err != nil {
			return nil, false, err
		}
		for _, f := range part {
			r := s.records[f[0]]
			if r == nil || f[1] < 0 || f[1] >= int64(len(r.HelpWanted)) {
				continue
			}
			h := &r.HelpWanted[f[1]]
			if s.q.AdmitsWanted(r, h) {
				hits = append(hits, s.hit(r, h))
			}
		}
	}
	return hits, len(found) < s.size(), nil
}

// fetch reads the records of issues that were not read yet.
func (s *wantedSearch) fetch(ctx context.Context, found [][2]int64) error {
	var ids []any
	for _, f := range found {
		if _, ok := s.records[f[0]]; !ok {
			s.records[f[0]] = nil
			ids = append(ids, f[0])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return s.c.each(ctx, func(scan func(...any) error) error {
		var id int64
		var body []byte
		if err := scan(&id, &body); err != nil {
			return err
		}
		r, err := s.c.record(body)
		s.records[id] = r
		return err
	}, "SELECT id, body FROM records WHERE id IN (?"+strings.Repeat(",?", len(ids)-1)+")", ids...)
}

// hit rates an issue; where words were asked, by how well it has them.
func (s *wantedSearch) hit(r *catalog.Record, h *catalog.HelpWanted) catalog.HelpWantedHit {
	hit := catalog.HitOf(r, h, s.now)
	if len(s.clauses) == 0 {
		return hit
	}
	has := 0.0
	var whys []string
	for _, cl := range s.clauses {
		worth, where, words := s.stands(r, h, cl)
		has += worth
		if worth > 0 {
			whys = append(whys, fmt.Sprintf("%q in %s", cl.typed, where))
			hit.Matched = append(hit.Matched, words...)
		} else {
			whys = append(whys, fmt.Sprintf("nothing of %q", cl.typed))
		}
	}
	share := math.Round(has/float64(len(s.clauses))*1000) / 1000
	hit.Terms = append(hit.Terms, catalog.Term{Name: "words", Times: true, Value: 0.1 + 0.9*share*share, Why: strings.Join(whys, ", ")})
	hit.Score = catalog.Total(hit.Terms)
	slices.Sort(hit.Matched)
	hit.Matched = slices.Compact(hit.Matched)
	return hit
}

// stands tells where the words of a clause stand best.
func (s *wantedSearch) stands(r *catalog.Record, h *catalog.HelpWanted, cl clause) (worth float64, where string, words []string) {
	for _, place := range []struct {
		name  string
		worth float64
		text  []string
	}{
		{"its title", 1, []string{catalog.Indexed(h.Title)}},
		{"its skills", 1, h.Skills},
		{"its labels", 0.8, h.Labels},
		{"the repository's name", 0.7, []string{catalog.IndexedName(r.Name)}},
		{"the repository's topics", 0.7, r.Topics},
		{"the repository's language or account", 0.6, []string{r.Language, r.Owner}},
	} {
		f := s.field(place.text)
		for _, want := range cl.forms {
			at, _, fit := f.find(want)
			if fit*place.worth > worth {
				worth, where, words = fit*place.worth, place.name, slices.Clone(f.words[at:at+len(want.words)])
			}
		}
		if !cl.open {
			continue
		}
		for _, w := range f.words {
			if fit := asPrefix * place.worth; fit > worth && strings.HasPrefix(w, cl.forms[0].words[0]) {
				worth, where, words = fit, place.name, []string{w}
			}
		}
	}
	return worth, where, words
}

func (s *wantedSearch) field(lines []string) *field {
	f := &field{}
	for _, line := range lines {
		for _, w := range tokensOfText(line) {
			stem, ok := s.stems[w]
			if !ok {
				stem = catalog.Stem(w)
				s.stems[w] = stem
			}
			f.words, f.stems = append(f.words, w), append(f.stems, stem)
		}
		f.words, f.stems = append(f.words, ""), append(f.stems, "")
	}
	return f
}

func tokensOfText(text string) []string {
	var out []string
	catalog.EachWord(catalog.Spread(text), func(w string) { out = append(out, catalog.Fold(w)) })
	return out
}

// order sorts hits by their score. A repository with many issues does not fill
// the list: each further one of its issues counts less.
func (s *wantedSearch) order(hits []catalog.HelpWantedHit) {
	sortHits := func() {
		slices.SortStableFunc(hits, func(a, b catalog.HelpWantedHit) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Owner+"/"+a.Name, b.Owner+"/"+b.Name), cmp.Compare(a.Number, b.Number))
		})
	}
	sortHits()
	before := map[string]int{}
	for i := range hits {
		h := &hits[i]
		key := h.RepoName().String()
		if n := before[key]; n > 0 {
			h.Terms = append(h.Terms, catalog.Term{Name: "others", Times: true, Value: math.Round(math.Pow(0.93, float64(n))*1000) / 1000, Why: fmt.Sprintf("%d of the same repository before it", n)})
			h.Score = catalog.Total(h.Terms)
		}
		before[key]++
	}
	sortHits()
}
