package index

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// stemmed gives the first keywords of a record, with one number for all words of
// a stem, and without boilerplate.
func (o *overlaps) stemmed(words []keyword) []keyword {
	out := words[:0]
	for _, k := range words {
		k.id = o.stemOf[k.id]
		if k.id == 0 || slices.ContainsFunc(out, func(have keyword) bool { return have.id == k.id }) {
			continue
		}
		if out = append(out, k); len(out) == overlapKeywords {
			break
		}
	}
	return out
}

// vocabulary gives each word the number of the first one with its stem; 0 for
// what says nothing.
func (o *overlaps) vocabulary(ctx context.Context) error {
	o.stemOf = map[int64]int64{}
	first := map[string]int64{}
	return o.c.each(ctx, func(scan func(...any) error) error {
		var id, records int64
		var term string
		if err := scan(&id, &term, &records); err != nil {
			return err
		}
		o.records[catalog.Stem(term)] += records // no look-up for each word later
		if boilerplate(term) || catalog.GenericWord(term) {
			return nil
		}
		stem := catalog.Stem(term)
		if first[stem] == 0 {
			first[stem] = id
		}
		o.stemOf[id] = first[stem]
		return nil
	}, "SELECT id, term, max(df, readmes) FROM vocabulary WHERE df > 0")
}

// names counts the prefixes of all names by account, as families would one by
// one.
func (o *overlaps) names(ctx context.Context) error {
	o.counted = true
	return o.c.each(ctx, func(scan func(...any) error) error {
		var name, owner string
		if err := scan(&name, &owner); err != nil {
			return err
		}
		for i, r := range name {
			if i > 0 && strings.ContainsRune("-_.", r) {
				o.prefixes[owner+"/"+name[:i+1]]++
			}
		}
		return nil
	}, "SELECT n.name, l.value FROM names n JOIN facts f ON f.id = n.id JOIN labels l ON l.id = f.owner")
}

// load reads the keywords of every record that is compared.
func (o *overlaps) load(ctx context.Context, org string) error {
	owner := int64(-1)
	if org != "" {
		if err := o.c.each(ctx, func(scan func(...any) error) error { return scan(&owner) }, "SELECT id FROM labels WHERE kind = ? AND value = ?", labelOwner, foldLabel(org)); err != nil {
			return err
		}
	}
	return o.c.each(ctx, func(scan func(...any) error) error {
		var id, account int64
		var terms []byte
		if err := scan(&id, &account, &terms); err != nil {
			return err
		}
		words := append([]keyword(nil), o.stemmed(decodeKeywords(terms))...) // no larger than it has to be
		norm := 0.0
		for _, k := range words {
			norm += float64(k.weight) * float64(k.weight)
		}
		o.ids = append(o.ids, id)
		o.ours = append(o.ours, org == "" || account == owner)
		o.keywords = append(o.keywords, words)
		o.norms = append(o.norms, math.Sqrt(norm))
		return nil
	}, "SELECT f.id, f.owner, k.terms FROM facts f JOIN keywords k ON k.record = f.id WHERE f.flags & ? = 0 AND f.source = 0 ORDER BY f.id", flagArchived|flagFork)
}

// candidates finds for each record those that share most rare keywords with it.
func (o *overlaps) candidates(ctx context.Context) error {
	type posting struct {
		at     int32
		weight uint8
	}
	postings := map[int64][]posting{}
	for i, words := range o.keywords {
		for _, k := range words {
			postings[k.id] = append(postings[k.id], posting{int32(i), k.weight})
		}
	}
	dots := make([]float32, len(o.ids))
	shares := make([]uint8, len(o.ids))
	var touched []int32
	for i, words := range o.keywords {
		if i%1000 == 0 {
			o.tell("comparing repositories", i, len(o.keywords))
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		touched = touched[:0]
		for _, k := range words {
			list := postings[k.id]
			if len(list) > overlapPosting || len(list) < 2 {
				continue
			}
			for _, p := range list {
				if int(p.at) == i {
					continue
				}
				if shares[p.at] == 0 {
					touched = append(touched, p.at)
				}
				shares[p.at]++
				dots[p.at] += float32(k.weight) * float32(p.weight)
			}
		}
		o.nearest(i, touched, dots, shares)
		for _, at := range touched {
			dots[at], shares[at] = 0, 0
		}
	}
	order.By(o.pairs, func(x, y pair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	o.pairs = slices.CompactFunc(o.pairs, func(x, y pair) bool { return x.a == y.a && x.b == y.b })
	return nil
}

// nearest keeps the pairs of a record that are worth reading.
func (o *overlaps) nearest(i int, touched []int32, dots []float32, shares []uint8) {
	var best []pair
	for _, at := range touched {
		j := int(at)
		if shares[at] < 2 || !o.ours[i] && !o.ours[j] {
			continue
		}
		if near := float64(dots[at]) / o.norms[i] / o.norms[j]; near >= overlapKeyLeast {
			best = append(best, pair{min(i, j), max(i, j), near})
		}
	}
	order.By(best, func(x, y pair) int {
		return cmp.Or(cmp.Compare(y.near, x.near), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	o.pairs = append(o.pairs, best[:min(len(best), overlapNearest)]...)
}
