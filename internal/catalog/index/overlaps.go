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

// How overlaps are looked for. Candidates share rare keywords; each record is
// compared with those that share most with it, so that the work grows with the
// records and not with their pairs.
const (
	overlapKeywords = 12   // of each record
	overlapPosting  = 400  // records of a keyword: more share it by chance
	overlapNearest  = 6    // candidates of each record that are read
	overlapKeyLeast = 0.25 // similarity of keywords that makes a candidate
	overlapLeast    = 0.35 // similarity that makes an overlap
	overlapGroup    = 12   // repositories of a group
)

// Overlaps gives groups of repositories that do the same thing without being
// forks or copies of each other, the most similar first: one at least is of the
// account org, or of any where org is "". Archived ones and forks are left out.
func (c *Catalog) Overlaps(ctx context.Context, org string, limit int) ([]catalog.Overlap, error) {
	o := &overlaps{c: c, weigher: newWeigher(c)}
	if err := o.vocabulary(ctx); err != nil {
		return nil, err
	}
	if err := o.names(ctx); err != nil {
		return nil, err
	}
	if err := o.load(ctx, org); err != nil {
		return nil, err
	}
	if err := o.candidates(ctx); err != nil {
		return nil, err
	}
	if err := o.verify(ctx); err != nil {
		return nil, err
	}
	groups := o.group()
	if limit > 0 {
		groups = groups[:min(len(groups), limit)]
	}
	return groups, o.fill(ctx, groups)
}

// slim is what is needed of a record until it is shown: whole ones of an estate
// would take a gigabyte.
func slim(r *catalog.Record) catalog.Record {
	out := catalog.Record{Host: r.Host, Owner: r.Owner, Name: r.Name, Description: r.Description, Excerpt: r.Excerpt, Fork: r.Fork, Source: r.Source}
	if r.Activity != nil {
		out.Activity = &catalog.Activity{Score: r.Activity.Score}
	}
	return out
}

// fill puts the whole records into what is shown.
func (o *overlaps) fill(ctx context.Context, groups []catalog.Overlap) error {
	idOf := map[string]int64{}
	for _, p := range o.profiles {
		idOf[p.Key()] = p.id
	}
	for i := range groups {
		repos := groups[i].Repos
		ids := make([]int64, len(repos))
		for j := range repos {
			ids[j] = idOf[repos[j].Key()]
		}
		whole, err := o.c.read(ctx, ids)
		if err != nil {
			return err
		}
		for j := range repos {
			repos[j].Record = whole[j].Record
		}
	}
	return nil
}

type overlaps struct {
	*weigher
	c        *Catalog
	ids      []int64 // of the records that are compared
	ours     []bool  // of the account that is asked about
	keywords [][]keyword
	norms    []float64
	stemOf   map[int64]int64
	pairs    []pair
	profiles map[int]*profile
	kept     []pair // that overlap, with how near they are
}

type pair struct {
	a, b int // places in ids
	near float64
}

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
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
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

// verify reads the candidates and keeps the pairs whose own words say that they
// do the same.
func (o *overlaps) verify(ctx context.Context) error {
	o.profiles = map[int]*profile{}
	var ids []int64
	at := map[int64]int{}
	for _, p := range o.pairs {
		for _, i := range []int{p.a, p.b} {
			if _, ok := at[o.ids[i]]; !ok {
				at[o.ids[i]] = i
				ids = append(ids, o.ids[i])
			}
		}
	}
	var everybody []member
	for part := range slices.Chunk(ids, 2000) {
		members, err := o.c.read(ctx, part)
		if err != nil {
			return err
		}
		for _, m := range members {
			p, err := o.profile(ctx, m)
			if err != nil {
				return err
			}
			p.Record = slim(&m.Record)
			o.profiles[at[m.id]] = p
			everybody = append(everybody, member{Record: catalog.Record{Name: m.Name, Description: m.Description}})
		}
	}
	same := fromTemplate(everybody)
	for _, p := range o.pairs {
		a, b := o.profiles[p.a], o.profiles[p.b]
		_, near := a.compare(b, math.Inf(1))
		if near < overlapLeast || related(&a.member, &b.member) || same(&a.member, &b.member) {
			continue
		}
		p.near = near
		o.kept = append(o.kept, p)
	}
	return nil
}

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
