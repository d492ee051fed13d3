package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/forge"
)

// followPage is how many pull requests one request asks for.
const followPage = 25

// Follow reads pull requests with their reviews, comments and checks: over
// GraphQL with one request for a page of them, else one by one. A host without
// a search is forge.ErrUnsupported if one is asked for.
func (c *Client) Follow(ctx context.Context, q forge.FollowQuery) (forge.FollowAnswer, error) {
	f := &following{c: c, q: q, page: followPage, seen: map[string]bool{}, more: map[string]bool{}}
	f.out.Totals = make([]int, len(q.Searches))
	if q.Limit <= 0 {
		f.q.Limit = perPage
	}
	err := f.byGraph(ctx)
	if errors.Is(err, forge.ErrUnsupported) || errors.Is(err, forge.ErrTooMuch) {
		f.out.Pulls, f.seen = nil, map[string]bool{}
		err = f.byREST(ctx)
	}
	return f.out, err
}

// following is one answer in the making.
type following struct {
	c    *Client
	q    forge.FollowQuery
	page int // how many are asked for at once
	out  forge.FollowAnswer
	seen map[string]bool
	more map[string]bool // those of which not all checks were told
	// teamless leaves out what teams are called, which takes the scope read:org;
	// a question that names it is refused whole without that.
	teamless bool
	// lean leaves out what older servers do not know: merge queues at 1, review
	// threads and the page for contributors too at 2.
	lean int
}

func keyOf(p forge.Pull) string {
	return strings.ToLower(fmt.Sprintf("%s#%d", p.Repo.FullName(), p.Number))
}

// add keeps each pull request once.
func (f *following) add(p forge.Followed) {
	if key := keyOf(p.Pull); !f.seen[key] {
		f.seen[key] = true
		f.out.Pulls = append(f.out.Pulls, p)
	}
}

// cursor is how far a search was read.
type cursor struct {
	n     int // which search
	query string
	after string
	got   int
}

// byGraph asks for the next page of every search, and some of the named ones,
// until all were read.
func (f *following) byGraph(ctx context.Context) error {
	var open []cursor
	for i, s := range f.q.Searches {
		open = append(open, cursor{n: i, query: s})
	}
	named := f.q.Pulls
	found := make([][]forge.Followed, len(f.q.Searches))
	var rest []forge.Followed
	for len(open) > 0 || len(named) > 0 {
		some := named[:min(len(named), f.page)]
		if len(open) > 0 { // most of the page is for the searches, which find most of the others too
			some = named[:min(len(named), max(f.page/4, 1))]
		}
		each := max((f.page-len(some))/max(len(open), 1), 1)
		got, r, err := f.ask(ctx, open, some, each)
		if errors.Is(err, forge.ErrTooMuch) && f.page > 1 {
			f.page /= 2
			continue
		}
		var scope *forge.ScopeError
		if errors.As(err, &scope) && !f.teamless {
			f.teamless = true
			continue
		}
		if errors.Is(err, forge.ErrUnsupported) && f.lean < 2 {
			f.lean++
			continue
		}
		if err != nil {
			return err
		}
		var next []cursor
		for _, cur := range open {
			if cur = f.takeSearch(cur, got, found); cur.after != "" {
				next = append(next, cur)
			}
		}
		for i, ref := range some {
			rest = append(rest, f.takeNamed(ref, i, got, r))
		}
		open, named = next, named[len(some):]
	}
	for _, list := range append(found, rest) {
		for _, p := range list {
			f.add(p)
		}
	}
	return f.restOfChecks(ctx)
}

// restOfChecks reads all checks of those pull requests that have more than one
// page of them, as builds of many platforms do: one request for each hundred.
// What cannot be read leaves the first page.
func (f *following) restOfChecks(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i := range f.out.Pulls {
		if p := &f.out.Pulls[i]; f.more[keyOf(p.Pull)] {
			g.Go(func() error {
				if all := f.checks(gctx, p.Repo, p.Head.SHA); len(all) > len(p.Checks) {
					p.Checks = all
				}
				return gctx.Err()
			})
		}
	}
	return g.Wait()
}

func (f *following) ask(ctx context.Context, open []cursor, named []forge.PullRef, each int) (map[string]*graphFound, reply, error) {
	got := map[string]*graphFound{}
	d := followDocument(open, named, f.limitOf(open, each), f.q.Owning)
	if f.teamless {
		d.text = strings.Replace(d.text, followTeams, "", 1)
	}
	if f.lean > 0 {
		d.name, d.text = d.name+" without merge queues", strings.Replace(d.text, followQueue, "", 1)
	}
	if f.lean > 1 {
		d.name, d.text = d.name+" and threads", strings.Replace(strings.Replace(d.text, followThreads, "", 1), followPages, "", 1)
	}
	r, err := f.c.ask(ctx, d, nil, "pull requests", &got)
	return got, r, err
}

// limitOf is how many each of the searches may still give.
func (f *following) limitOf(open []cursor, each int) []int {
	out := make([]int, len(open))
	for i, cur := range open {
		out[i] = min(each, f.q.Limit-cur.got)
	}
	return out
}

// takeSearch keeps a page of a search and gives where the next one begins, with
// no cursor at the end.
func (f *following) takeSearch(cur cursor, got map[string]*graphFound, found [][]forge.Followed) cursor {
	g := got[fmt.Sprintf("s%d", cur.n)]
	cur.after = ""
	if g == nil {
		return cur
	}
	f.out.Totals[cur.n] = g.IssueCount
	for _, n := range g.Nodes {
		if n != nil && n.Number > 0 {
			if p, ok := f.c.followed(n); ok {
				p.Search = cur.n
				f.more[keyOf(p.Pull)] = n.moreChecks()
				found[cur.n] = append(found[cur.n], p)
			}
		}
		cur.got++
	}
	if g.PageInfo.HasNextPage && cur.got < f.q.Limit && len(g.Nodes) > 0 {
		cur.after = g.PageInfo.EndCursor
	}
	return cur
}

func (f *following) takeNamed(ref forge.PullRef, i int, got map[string]*graphFound, r reply) forge.Followed {
	name := fmt.Sprintf("p%d", i)
	if g := got[name]; g != nil && g.PullRequest != nil {
		if p, ok := f.c.followed(g.PullRequest); ok {
			p.Search = -1
			f.more[keyOf(p.Pull)] = g.PullRequest.moreChecks()
			return p
		}
	}
	p := forge.Followed{Search: -1, Err: f.c.graphRefusal(r, pullNoun(ref.Repo, ref.Number), errorsBelow(r.errors, name))}
	p.Repo, p.Number = ref.Repo, ref.Number
	return p
}
