package index

import (
	"cmp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// fold puts forks and copies under the hit that they belong to, at the place of
// the best of them: a fork under its source, forks of one source under each
// other, and what has the same name and nearly the same text under the oldest
// and most used. A fork that scores more than its source, although being a fork
// costs it much, is where work goes on: it stands for itself.
func fold(hits []*ranked) []*ranked {
	var families [][]*ranked
	byFamily, byName := map[int64]int{}, map[string][]int{}
	score := map[int64]float64{}
	said := map[int64]map[string]bool{} // taken apart once, since many are called the same
	words := func(h *ranked) map[string]bool {
		if said[h.id] == nil {
			said[h.id] = saidOf(&h.Record)
		}
		return said[h.id]
	}
	for _, h := range hits {
		score[h.id] = h.Score
	}
	for _, h := range hits {
		family, name := h.source, strings.ToLower(h.Name)
		if of, ok := score[family]; family == 0 || ok && of < h.Score {
			family = h.id
		}
		at, ok := byFamily[family]
		for _, place := range byName[name] {
			if !ok && nearlySame(words(families[place][0]), words(h)) {
				at, ok = place, h.source == 0 || family != h.id
			}
		}
		if !ok {
			at = len(families)
			families = append(families, nil)
			byName[name] = append(byName[name], at)
		}
		if _, known := byFamily[family]; !known {
			byFamily[family] = at
		}
		families[at] = append(families[at], h)
	}
	out := make([]*ranked, len(families))
	for i, members := range families {
		out[i] = eldest(members)
	}
	return out
}

// eldest gives the member that stands for a family, with the others as its
// copies. One that scores much more stands before what is older.
func eldest(members []*ranked) *ranked {
	best := members[0].Score
	sources := map[int64]bool{}
	for _, m := range members {
		sources[m.source] = true
	}
	first := slices.MinFunc(members, func(a, b *ranked) int {
		rank := func(m *ranked) int {
			switch {
			case sources[m.id]:
				return 0
			case m.source == 0 && m.Score > 0.8*best:
				return 1
			case m.source == 0:
				return 2
			}
			return 3
		}
		old := func(m *ranked) int64 {
			if m.CreatedAt.IsZero() {
				return 1 << 40
			}
			return m.CreatedAt.Unix()
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Stars+b.Forks, a.Stars+a.Forks), cmp.Compare(old(a), old(b)), cmp.Compare(b.Score, a.Score))
	})
	for _, m := range members {
		if m.id != first.id {
			first.Copies = append(first.Copies, m.FullName())
		}
	}
	return first
}

// saidOf are the words with which a record tells what it is, but for its owner's
// name.
func saidOf(r *catalog.Record) map[string]bool {
	set := map[string]bool{}
	owner := catalog.Fold(r.Owner)
	for _, w := range catalog.Words(r.Description + "\n" + r.Excerpt) {
		if w = catalog.Fold(w); w != owner {
			set[w] = true
		}
	}
	return set
}

// nearlySame tells whether two records of one name say nearly the same: eight of
// ten words in common.
func nearlySame(x, y map[string]bool) bool {
	if least := min(len(x), len(y)); least*10 < (len(x)+len(y)-least)*8 { // if it had them all
		return false
	}
	common := 0
	for w := range x {
		if y[w] {
			common++
		}
	}
	return common > 0 && common*10 >= (len(x)+len(y)-common)*8
}
