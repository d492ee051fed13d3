package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// mostListed bounds what is read of one list.
const mostListed = 1000

// searchLists looks for the words in what a forge without a search lists: names,
// descriptions and topics, but no READMEs.
func searchLists(ctx context.Context, l Lister, q Query, now time.Time) (*Found, error) {
	var all []forge.Repo
	orgs := q.orgs()
	if len(orgs) == 0 {
		some, err := l.UserRepos(ctx, mostListed)
		if err != nil {
			return nil, fault.Errorf("list repositories: %w", err)
		}
		all = some
	}
	cut := len(all) >= mostListed
	for _, org := range orgs {
		some, err := l.OrgRepos(ctx, org, mostListed)
		if err != nil {
			return nil, fault.Errorf("list the repositories of %s: %w", org, err)
		}
		all, cut = append(all, some...), cut || len(some) >= mostListed
	}
	whole, some := q.among(all, now)
	var words []string
	for _, w := range q.Wanted() {
		words = append(words, w.Text)
	}
	r := &Found{Asked: q.String(), Listed: true, Cut: cut, Searched: len(all)}
	if len(whole) == 0 && len(some) > 0 && !q.Exact {
		whole, r.Widened = some, &Widened{}
	}
	r.Total = len(whole)
	r.Hits = limited(Rank(whole, words, now), q)
	return r, nil
}

// among picks the repositories that have all words, and those that have some.
func (q Query) among(all []forge.Repo, now time.Time) (whole, some []forge.Repo) {
	for _, r := range all {
		record := FromRepo(r)
		has := func(w Word) bool {
			weight, _ := match(r, strings.ToLower(w.Text))
			return weight > weightElsewhere
		}
		if !q.Admits(&record, now) || slices.ContainsFunc(q.Unwanted(), has) {
			continue
		}
		n := 0
		for _, w := range q.Wanted() {
			if has(w) {
				n++
			}
		}
		if n == len(q.Wanted()) {
			whole = append(whole, r)
		} else if n > 0 {
			some = append(some, r)
		}
	}
	return whole, some
}
