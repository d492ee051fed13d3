// Package catalog finds repositories: it turns words into a query, asks for
// candidates, and puts them in the order in which a contributor would want to
// see them, each with the reasons for its place. It knows no screen. Begin with
// Search.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// Searcher is a forge's own search.
type Searcher interface {
	SearchRepos(ctx context.Context, query string, limit int) (forge.RepoSearch, error)
}

// Lister is a forge that lists what it has.
type Lister interface {
	OrgRepos(ctx context.Context, org string, limit int) ([]forge.Repo, error)
	UserRepos(ctx context.Context, limit int) ([]forge.Repo, error)
}

// Search asks the forge's own search. Where there is none, and the forge is a
// Lister, it goes through the lists. Words are taken together first; only when
// nothing has all of them, one after the other. What a forge knows nothing of
// is a *NeedsCatalogError.
func Search(ctx context.Context, s Searcher, q Query, now time.Time) (*Found, error) {
	var words []string
	for _, w := range q.Wanted() {
		words = append(words, w.Text)
	}
	asked, err := q.forge(q.Words, now)
	if err != nil {
		return nil, err
	}
	r := &Found{Asked: asked}
	found, err := r.ask(ctx, s, q, q.Words, max(candidates, q.Limit), now)
	if lists, ok := s.(Lister); ok && errors.Is(err, forge.ErrUnsupported) {
		return searchLists(ctx, lists, q, now)
	}
	if err != nil {
		return nil, err
	}
	if len(found.Repos) == 0 && len(words) > 1 && !q.Exact {
		if found, err = r.searchEach(ctx, s, q, now); err != nil {
			return nil, err
		}
		if found.Total > 0 {
			r.Widened = &Widened{}
		}
	}
	r.Total = max(found.Total, len(found.Repos))
	r.Hits = limited(Rank(found.Repos, words, now), q)
	return r, nil
}

// candidates are how many of a forge's answers are ranked, if no more are asked for.
const candidates = 50

// searchEach asks for each word alone.
func (r *Found) searchEach(ctx context.Context, s Searcher, q Query, now time.Time) (found forge.RepoSearch, err error) {
	seen := map[forge.RepoName]bool{}
	for _, w := range q.Wanted()[:min(len(q.Wanted()), 4)] {
		some, err := r.ask(ctx, s, q, append([]Word{w}, q.Unwanted()...), 30, now)
		if err != nil {
			return found, err
		}
		for _, h := range some.Repos {
			if !seen[h.RepoName] {
				seen[h.RepoName] = true
				found.Repos = append(found.Repos, h)
			}
		}
	}
	found.Total = len(found.Repos)
	return found, nil
}

// mostAccounts is how many accounts one question names: with 39 characters each
// its address stays below what servers take.
const mostAccounts = 50

// ask asks for some words, of many accounts in several questions, and notes what
// the forge did not tell.
func (r *Found) ask(ctx context.Context, s Searcher, q Query, words []Word, limit int, now time.Time) (all forge.RepoSearch, err error) {
	for _, part := range q.byAccounts(mostAccounts) {
		asked, err := part.forge(words, now)
		if err != nil {
			return all, err
		}
		some, err := s.SearchRepos(ctx, asked, limit)
		if err != nil {
			return all, fault.Errorf("search: %w", err)
		}
		r.Cut, r.GaveUp = r.Cut || some.Total > len(some.Repos), r.GaveUp || some.GaveUp
		all.Repos, all.Total = append(all.Repos, some.Repos...), all.Total+some.Total
	}
	return all, nil
}

// limited puts hits in the order that is asked, as far as a forge's answer tells
// it, and cuts them off.
func limited(hits []Hit, q Query) []Hit {
	switch q.Sort {
	case ByUpdated, ByActivity:
		order.StableBy(hits, func(a, b Hit) int { return b.ChangedAt().Compare(a.ChangedAt()) })
	case ByStars:
		order.StableBy(hits, func(a, b Hit) int { return b.Stars - a.Stars })
	}
	if q.Limit > 0 && len(hits) > q.Limit {
		hits = hits[:q.Limit]
	}
	return hits
}

// The weight of a word by where it stands. A name was chosen to be found by; a
// README mentions many things.
const (
	weightName        = 10
	weightTopic       = 6
	weightDescription = 4
	weightElsewhere   = 1 // the forge matched it in the README
)

// Rank orders what a forge found by how well it matches and how alive it is:
// score = Σ weight(word) × activity × standing, where activity falls from 1 to ¼
// over two years without a push, forks and archived ones count half, and stars
// add little.
func Rank(repos []forge.Repo, words []string, now time.Time) []Hit {
	hits := make([]Hit, 0, len(repos))
	for _, r := range repos {
		h := Hit{Record: FromRepo(r), Forge: &r}
		for _, w := range words {
			weight, where := match(r, strings.ToLower(w))
			h.Terms = append(h.Terms, Term{Name: w, Value: weight, Why: fmt.Sprintf("%q in its %s", w, where)})
		}
		if len(words) == 0 {
			h.Terms = append(h.Terms, Term{Name: "filters", Value: 1})
		}
		if !r.PushedAt.IsZero() {
			idle := now.Sub(r.PushedAt).Hours() / 24
			h.Terms = append(h.Terms, Term{Name: "activity", Times: true, Value: math.Max(0.25, 1-0.75*math.Min(idle, 730)/730)})
		}
		if r.Archived || r.Fork {
			h.Terms = append(h.Terms, Term{Name: "standing", Times: true, Value: 0.5})
		}
		h.Terms = append(h.Terms, Term{Name: "stars", Times: true, Value: 1 + math.Log1p(float64(max(r.Stars, 0)))/20})
		h.Score = Total(h.Terms)
		hits = append(hits, h)
	}
	order.StableBy(hits, func(a, b Hit) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return strings.Compare(a.FullName(), b.FullName())
	})
	return hits
}

// match gives a word's best place in a repository.
func match(r forge.Repo, word string) (float64, string) {
	for _, t := range r.Topics {
		if strings.EqualFold(t, word) {
			return math.Max(weightTopic, nameWeight(r, word)), "topics"
		}
	}
	switch {
	case nameWeight(r, word) > 0:
		return nameWeight(r, word), "name"
	case strings.Contains(strings.ToLower(r.Description), word):
		return weightDescription, "description"
	}
	return weightElsewhere, "README"
}

func nameWeight(r forge.Repo, word string) float64 {
	if strings.Contains(strings.ToLower(r.Name), word) || strings.EqualFold(r.Owner, word) {
		return weightName
	}
	return 0
}
