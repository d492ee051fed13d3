package github

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

func (c *Client) restPulls(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	k := get("pull requests of "+p.FullName(), "repos/%s/%s/pulls", p.Owner, p.Name)
	k.query = url.Values{"state": {"open"}}
	n, _, err := c.length(ctx, k)
	p.OpenPulls = n
	return err
}

// restCommits counts the commits of the quarter. Not every server minds since;
// one that is not GitHub is believed when its oldest commit lies in the quarter.
func (c *Client) restCommits(ctx context.Context, p *forge.Profile, o forge.ProfileOptions) error {
	if p.DefaultBranch == "" {
		return nil
	}
	since, until := c.quarterTo(o.QuarterEnd)
	k := get("commits of "+p.FullName(), "repos/%s/%s/commits", p.Owner, p.Name)
	k.query = url.Values{"sha": {p.DefaultBranch}, "since": {since}, "until": {until}}
	n, a, err := c.length(ctx, k)
	var empty *forge.InvalidError // 409: there is nothing in it yet
	if errors.As(err, &empty) {
		none := 0
		n, err = &none, nil
	}
	if err != nil || n == nil {
		return err
	}
	if *n > 0 && a.header.Get("X-GitHub-Request-Id") == "" {
		k.query.Set("per_page", "1")
		k.query.Set("page", strconv.Itoa(*n))
		all, err := c.commitPage(ctx, k)
		if err != nil {
			return err
		}
		if len(all) != 1 || all[0].GetCommit().GetCommitter().GetDate().Format(sortable) < since {
			return nil
		}
	}
	p.QuarterCommits = n
	return nil
}

const sortable = "2006-01-02T15:04:05Z"

func (c *Client) commitPage(ctx context.Context, k call) ([]*gh.RepositoryCommit, error) {
	var all []*gh.RepositoryCommit
	_, err := c.do(ctx, k, &all)
	return all, err
}

// length counts a list by asking for pages of one element; nil is not known. It
// takes one request, or two on a server that does not say how many pages there
// are.
func (c *Client) length(ctx context.Context, k call) (*int, answer, error) {
	k.query.Set("per_page", "1")
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, a, err
	}
	first, err := readPage(a.body, "")
	if err != nil {
		return nil, a, c.unavailable(fault.Errorf("its list of %s is not the JSON that was expected: %w", k.what, err))
	}
	n := len(first.items)
	if total, err := strconv.Atoi(a.header.Get("X-Total-Count")); err == nil && total >= n {
		return &total, a, nil
	}
	if last, ok := lastPage(a); ok && n == 1 {
		return &last, a, nil
	}
	_, links := a.header["Link"]
	switch {
	case n == 0:
		return &n, a, nil
	case n > 1 || links: // pages are not as long as they were asked to be
		return nil, a, nil
	}
	k.query.Set("page", "2")
	second, err := c.send(ctx, k)
	if err != nil {
		return nil, a, err
	}
	rest, err := readPage(second.body, "")
	if err == nil && len(rest.items) == 0 {
		return &n, a, nil
	}
	return nil, a, nil // unknown: it has more pages than it tells
}
