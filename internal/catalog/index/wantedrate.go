package index

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

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
			at, fit := f.find(want)
			if fit*place.worth > worth {
				worth, where, words = fit*place.worth, place.name, slices.Clone(f.words[at.at[0]:at.at[0]+len(want.words)])
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
	f := &field{stems: s.stems}
	for _, line := range lines {
		f.words = append(append(f.words, tokensOfText(line)...), "")
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
		order.StableBy(hits, func(a, b catalog.HelpWantedHit) int {
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
