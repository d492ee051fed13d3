package github

import (
	"context"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// historiesREST reads histories one by one, for hosts without GraphQL.
func (c *Client) historiesREST(ctx context.Context, repos []forge.RepoName, each int) ([]forge.PullHistory, error) {
	out := make([]forge.PullHistory, 0, len(repos))
	for _, r := range repos {
		h, err := c.PullHistoryREST(ctx, r, each, time.Time{})
		if hidden(err) {
			h, err = forge.PullHistory{Repo: r, Err: err}, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// PullHistoryREST reads the last pull requests of a repository, at most each and
// none that did not change since a time: one request, and two more for every
// pull request. When a draft became ready is not known this way; it counts from
// when it was opened.
func (c *Client) PullHistoryREST(ctx context.Context, r forge.RepoName, each int, since time.Time) (forge.PullHistory, error) {
	each = min(max(each, 1), perPage)
	h := forge.PullHistory{Repo: r}
	pulls, err := c.Pulls(ctx, r, PullQuery{State: "all", Sort: "updated", Direction: "desc", Limit: each})
	if err != nil {
		return h, err
	}
	h.More = len(pulls) == each
	for _, p := range pulls {
		if p.UpdatedAt.Before(since) {
			break
		}
		said, err := c.said(ctx, r, p.Number)
		if err != nil {
			return h, err
		}
		h.Pulls = append(h.Pulls, forge.PullOutline{
			Number:   p.Number,
			Author:   p.Author,
			FromFork: p.Head.Repo == nil || !p.Head.Repo.Equal(p.Repo),
			Draft:    p.Draft,
			Opened:   p.CreatedAt,
			First:    forge.FirstAnswer(p.Author, time.Time{}, p.ClosedAt, said),
			Ended:    p.ClosedAt,
			Merged:   p.State == forge.PullMerged,
			Updated:  p.UpdatedAt,
		})
	}
	return h, nil
}

// said is what was said to a pull request, as far as the host has lists of it.
func (c *Client) said(ctx context.Context, r forge.RepoName, number int) ([]forge.Said, error) {
	var said []forge.Said
	reviews, err := c.Reviews(ctx, r, number)
	if err != nil && !lacking(err) {
		return nil, err
	}
	for _, v := range reviews {
		said = append(said, forge.Said{By: v.Author, At: v.At})
	}
	comments, err := c.Comments(ctx, r, number)
	if err != nil && !lacking(err) {
		return nil, err
	}
	for _, m := range comments {
		said = append(said, forge.Said{By: m.Author, At: m.At})
	}
	return said, nil
}
