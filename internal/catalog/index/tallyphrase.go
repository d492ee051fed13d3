package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// phraseMatch is a record that may have a phrase.
type phraseMatch struct {
	id      int64
	weight  float32
	columns uint8
}

// fewMatches is up to how many records a phrase is asked for one by one: looking
// one up takes as long as going over a thousand.
const fewMatches = 24

// addPhrase counts words that stand side by side: of the records that have all
// of them in one column, those that FTS5 finds. It would have to go over each place
// of a stop word, so of another name with one ("sign in" for login) all count that
// have it before the README, where texts are short.
func (t *tally) addPhrase(ctx context.Context, f form, bit uint32, rated bool) error {
	loose, columns := f.worth == asSynonym && slices.ContainsFunc(f.words, catalog.StopWord), uint8(math.MaxUint8)
	if loose {
		columns &^= inReadme
	}
	found, err := t.together(f.stems, columns)
	if err == nil && !loose {
		found, err = t.adjacent(ctx, f, found)
	}
	if err != nil {
		return err
	}
	idf := float32(0)
	if rated {
		idf = t.idf(len(found))
	}
	for _, m := range found {
		t.rows[slabOf(m.id)].count(int(m.id%slabSize), bit, idf, m.weight, &t.lengths)
	}
	return nil
}

// adjacent keeps the records that have the words of a form side by side.
func (t *tally) adjacent(ctx context.Context, f form, found []phraseMatch) ([]phraseMatch, error) {
	if len(found) == 0 {
		return nil, nil
	}
	query, args := "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?", []any{f.match(), int64(0), int64(0)}
	low, high := found[0].id, found[0].id
	at := make(map[int64]phraseMatch, len(found))
	for _, m := range found {
		at[m.id] = m
		low, high = min(low, m.id), max(high, m.id)
	}
	args[1], args[2] = low, high
	if len(at) <= fewMatches {
		query, args = "SELECT rowid FROM words WHERE words MATCH ? AND rowid IN (?"+strings.Repeat(",?", len(at)-1)+")", args[:1]
		for id := range at {
			args = append(args, id)
		}
	}
	found = found[:0]
	err := t.c.quick(ctx, func(row []driver.Value) error {
		if m, ok := at[number(row[0])]; ok {
			found = append(found, m)
		}
		return nil
	}, query, args...)
	return found, err
}

// together gives the records that have all of some stems in one of these columns.
func (t *tally) together(stems []string, columns uint8) ([]phraseMatch, error) {
	rarest := slices.MinFunc(stems, func(a, b string) int { return cmp.Compare(t.size(a), t.size(b)) })
	var found []phraseMatch
	err := t.each(rarest, func(some []entry) {
		for _, x := range some {
			if in := x.columns() & columns; in != 0 {
				found = append(found, phraseMatch{x.id, x.weight(), in})
			}
		}
	})
	for _, stem := range stems {
		if err != nil || len(found) == 0 || stem == rarest {
			continue
		}
		at := make(map[int64]int, len(found))
		for i, m := range found {
			at[m.id] = i
		}
		had := make([]uint8, len(found))
		err = t.among(at, stem, func(i int, c code) {
			had[i], found[i].weight = c.columns(), min(found[i].weight, c.weight())
		})
		kept := found[:0]
		for i, m := range found {
			if m.columns &= had[i]; m.columns != 0 {
				kept = append(kept, m)
			}
		}
		found = kept
	}
	return found, err
}
