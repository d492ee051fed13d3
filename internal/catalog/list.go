package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// mostListed bounds what is read of one list.
const mostListed = 1000

// searchLists looks for the words in what a forge without a search lists: names,
// descriptions and topics, but no READMEs.
func searchLists(ctx context.Context, l Lister, q Query, now time.Time) (*Result, error) {
	var all []forge.Repo
	if len(q.Orgs) == 0 {
		some, err := l.UserRepos(ctx, mostListed)
		if err != nil {
			return nil, fmt.Errorf("list repositories: %w", err)
		}
		all = some
	}
	for _, org := range q.Orgs {
		some, err := l.OrgRepos(ctx, org, mostListed)
		if err != nil {
			return nil, fmt.Errorf("list the repositories of %s: %w", org, err)
		}
		all = append(all, some...)
	}
	whole, some := q.among(all)
	r := &Result{Asked: strings.Join(q.Words, " "), Listed: true}
	if len(whole) == 0 && len(some) > 0 {
		whole, r.Widened = some, true
	}
	r.Total = len(whole)
	r.Hits = Rank(whole, q.Words, now)
	if q.Limit > 0 && len(r.Hits) > q.Limit {
		r.Hits = r.Hits[:q.Limit]
	}
	return r, nil
}

// among picks the repositories that have all words, and those that have some.
func (q Query) among(all []forge.Repo) (whole, some []forge.Repo) {
	for _, r := range all {
		switch {
		case r.Archived && !q.Archived,
			q.Language != "" && !strings.EqualFold(r.Language, q.Language),
			q.Topic != "" && !slices.ContainsFunc(r.Topics, func(t string) bool { return strings.EqualFold(t, q.Topic) }):
			continue
		}
		n := 0
		for _, w := range q.Words {
			if weight, _ := match(r, strings.ToLower(w)); weight > weightElsewhere {
				n++
			}
		}
		if n == len(q.Words) {
			whole = append(whole, r)
		} else if n > 0 {
			some = append(some, r)
		}
	}
	return whole, some
}
