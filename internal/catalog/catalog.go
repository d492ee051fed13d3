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
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Query is what somebody looks for.
type Query struct {
	Words    []string
	Orgs     []string // where to look; empty means everything the token sees
	Language string
	Topic    string
	Archived bool // take archived repositories too
	Limit    int
}

// Hit is a repository that was found, with the reasons for its rank.
type Hit struct {
	forge.Repo
	Score   float64
	Reasons []string
}

// Result is what a search answers, with what was searched: an empty answer
// must say what it is empty of.
type Result struct {
	Hits    []Hit
	Total   int    // as the forge counts, before the limit
	Asked   string // the query as the forge got it
	Widened bool   // no repository had all words, these have some
	Listed  bool   // the forge has no search: its lists were gone through instead
}

// Searcher is a forge's own search.
type Searcher interface {
	SearchRepos(ctx context.Context, query string, limit int) (hits []forge.Repo, total int, err error)
}

// Lister is a forge that lists what it has.
type Lister interface {
	OrgRepos(ctx context.Context, org string, limit int) ([]forge.Repo, error)
	UserRepos(ctx context.Context, limit int) ([]forge.Repo, error)
}

// Search asks the forge's own search. Where there is none, and the forge is a
// Lister, it goes through the lists. Words are taken together first; only when
// nothing has all of them, one after the other.
func Search(ctx context.Context, s Searcher, q Query, now time.Time) (*Result, error) {
	r := &Result{Asked: q.forge(q.Words)}
	found, total, err := s.SearchRepos(ctx, r.Asked, 50)
	if lists, ok := s.(Lister); ok && errors.Is(err, forge.ErrUnsupported) {
		return searchLists(ctx, lists, q, now)
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if len(found) == 0 && len(q.Words) > 1 {
		seen := map[forge.RepoName]bool{}
		for _, w := range q.Words[:min(len(q.Words), 4)] {
			some, _, err := s.SearchRepos(ctx, q.forge([]string{w}), 30)
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			for _, h := range some {
				if !seen[h.RepoName] {
					seen[h.RepoName] = true
					found = append(found, h)
				}
			}
		}
		total, r.Widened = len(found), len(found) > 0
	}
	r.Total = total
	r.Hits = Rank(found, q.Words, now)
	if q.Limit > 0 && len(r.Hits) > q.Limit {
		r.Hits = r.Hits[:q.Limit]
	}
	return r, nil
}

// forge writes the query in GitHub's search language. A word that would be read
// as a qualifier is quoted.
func (q Query) forge(words []string) string {
	var parts []string
	for _, w := range words {
		w = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == '"' {
				return -1
			}
			return r
		}, w)
		if strings.ContainsAny(w, ": ") || strings.HasPrefix(w, "-") {
			w = `"` + w + `"`
		}
		if w != "" {
			parts = append(parts, w)
		}
	}
	parts = append(parts, "in:name,description,topics,readme")
	for _, o := range q.Orgs {
		parts = append(parts, "org:"+o)
	}
	if q.Language != "" {
		parts = append(parts, "language:"+quoted(q.Language))
	}
	if q.Topic != "" {
		parts = append(parts, "topic:"+q.Topic)
	}
	if !q.Archived {
		parts = append(parts, "archived:false")
	}
	return strings.Join(parts, " ")
}

func quoted(s string) string {
	if strings.ContainsAny(s, " ") {
		return `"` + s + `"`
	}
	return s
}

// The weight of a word by where it stands. A name was chosen to be found by; a
// README mentions many things.
const (
	weightName        = 10
	weightTopic       = 6
	weightDescription = 4
	weightElsewhere   = 1 // the forge matched it in the README
)

// Rank orders repositories by how well they match and how alive they are:
// score = Σ weight(word) × activity, where activity falls from 1 to ¼ over two
// years without a push, and forks and archived ones count half.
func Rank(repos []forge.Repo, words []string, now time.Time) []Hit {
	hits := make([]Hit, 0, len(repos))
	for _, r := range repos {
		h := Hit{Repo: r}
		relevance := 0.0
		for _, w := range words {
			weight, where := match(r, strings.ToLower(w))
			relevance += weight
			h.Reasons = append(h.Reasons, fmt.Sprintf("%q in its %s", w, where))
		}
		activity := 1.0
		if !r.PushedAt.IsZero() {
			idle := now.Sub(r.PushedAt).Hours() / 24
			activity = math.Max(0.25, 1-0.75*math.Min(idle, 730)/730)
		}
		if r.Archived || r.Fork {
			activity /= 2
		}
		h.Score = math.Max(relevance, 0.1) * activity * (1 + math.Log1p(float64(r.Stars))/20)
		hits = append(hits, h)
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
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
