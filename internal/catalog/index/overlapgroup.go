package index

import (
	"cmp"
	"math"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// group joins pairs, the most similar first. A repository joins a group when it
// is like half of its members, so that groups do not grow along chains.
func (o *overlaps) group() []catalog.Overlap {
	order.By(o.kept, func(x, y pair) int {
		return cmp.Or(cmp.Compare(y.near, x.near), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	like := map[[2]int]bool{}
	for _, e := range o.kept {
		like[[2]int{e.a, e.b}] = true
	}
	of := map[int]int{}
	var groups [][]int
	var least []float64
	for _, e := range o.kept {
		ga, inA := of[e.a]
		gb, inB := of[e.b]
		switch {
		case !inA && !inB:
			of[e.a], of[e.b] = len(groups), len(groups)
			groups, least = append(groups, []int{e.a, e.b}), append(least, e.near)
		case inA != inB:
			g, one := ga, e.b
			if inB {
				g, one = gb, e.a
			}
			links := 0
			for _, m := range groups[g] {
				if like[[2]int{min(m, one), max(m, one)}] {
					links++
				}
				if related(&o.profiles[m].member, &o.profiles[one].member) {
					links = -overlapGroup // one of its copies is there
				}
			}
			if 2*links >= len(groups[g]) && len(groups[g]) < overlapGroup {
				of[one] = g
				groups[g], least[g] = append(groups[g], one), min(least[g], e.near)
			}
		}
	}
	out := make([]catalog.Overlap, 0, len(groups))
	for i, g := range groups {
		out = append(out, o.overlap(g, least[i]))
	}
	order.StableBy(out, func(x, y catalog.Overlap) int {
		return cmp.Or(cmp.Compare(y.Similarity*math.Log(float64(len(y.Repos))+1), x.Similarity*math.Log(float64(len(x.Repos))+1)), strings.Compare(x.Repos[0].FullName(), y.Repos[0].FullName()))
	})
	return out
}

// overlap describes a group: its members, the most active first, and the terms
// that most of them share.
func (o *overlaps) overlap(members []int, near float64) catalog.Overlap {
	out := catalog.Overlap{Similarity: round3(near)}
	count, rate, shown := map[string]int{}, map[string]float64{}, map[string]string{}
	for _, m := range members {
		p := o.profiles[m]
		for _, t := range p.terms {
			if t.part {
				continue // it is said by the word
			}
			count[t.stem]++
			rate[t.stem] += t.value
			shown[t.stem] = t.word
		}
	}
	var stems []string
	for stem, n := range count {
		if n > 1 && 3*n >= 2*len(members) {
			stems = append(stems, stem)
		}
	}
	order.By(stems, func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(rate[b], rate[a]), strings.Compare(a, b))
	})
	for _, stem := range stems[:min(len(stems), 8)] {
		out.Shared = append(out.Shared, shown[stem])
	}
	for _, m := range members {
		out.Repos = append(out.Repos, likeHit(o.profiles[m].Record, out.Shared, near))
	}
	order.StableBy(out.Repos, func(a, b catalog.Hit) int {
		score := func(h catalog.Hit) int {
			if h.Activity == nil {
				return 0
			}
			return h.Activity.Score
		}
		return cmp.Or(cmp.Compare(score(b), score(a)), strings.Compare(a.FullName(), b.FullName()))
	})
	return out
}
