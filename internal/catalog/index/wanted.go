package index

import (
	"context"
	"fmt"
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
	var without []string
	for _, cl := range unwantedClauses(s.q.Unwanted()) {
		without = append(without, cl.match())
	}
	s.without = strings.Join(without, " OR ")
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
