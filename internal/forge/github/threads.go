package github

import (
	"context"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// followThreads are the newest 30 conversations about lines of a change, each with
// what was said first and who spoke last. There is no asking for open ones alone.
const followThreads = `
  reviewThreads(last: 30) {
    pageInfo { hasPreviousPage }
    nodes {
      isResolved
      isOutdated
      path
      line
      originalLine
      comments(first: 1) { nodes { state body url createdAt author { ...actor } } }
      last: comments(last: 1) { nodes { createdAt author { ...actor } } }
    }
  }`

// reviewsDocument asks for what reviewers said to a pull request.
func reviewsDocument() document {
	return document{"reviews", `query Reviews($owner: String!, $name: String!, $number: Int!) {
  p0: repository(owner: $owner, name: $name) { pullRequest(number: $number) { ...reviewed } }
}
fragment reviewed on PullRequest {
  reviews(last: 100) {
    pageInfo { hasPreviousPage }
    nodes { state body submittedAt author { ...actor } commit { oid } }
  }` + followThreads + `
}
` + actorFragment}
}

type (
	graphEarlier struct{ HasPreviousPage bool }
	graphThreads struct {
		PageInfo graphEarlier
		Nodes    []*graphThread
	}
	graphThread struct {
		IsResolved, IsOutdated bool
		Path                   string
		Line, OriginalLine     *int
		Comments, Last         struct{ Nodes []*graphRemark }
	}
	graphRemark struct {
		State, Body, URL string
		CreatedAt        time.Time
		Author           *graphActor
	}
	graphReview struct {
		State, Body string
		SubmittedAt *time.Time
		Author      *graphActor
		Commit      *struct{ Oid string }
	}
	graphReviews struct {
		PageInfo graphEarlier
		Nodes    []*graphReview
	}
)

// ReviewsAndThreads reads the reviews of a pull request and the conversations in
// it that are open, by one request where the host has GraphQL. REST cannot say
// what is resolved, so there the threads are not known.
func (c *Client) ReviewsAndThreads(ctx context.Context, r forge.RepoName, number int) ([]forge.Review, forge.Threads, error) {
	got := map[string]*graphFound{}
	var threads forge.Threads
	vars := map[string]any{"owner": r.Owner, "name": r.Name, "number": number}
	said, err := c.ask(ctx, reviewsDocument(), vars, "reviews of "+pullNoun(r, number), &got)
	if err == nil && len(said.errors) == 0 && got["p0"] != nil && got["p0"].PullRequest != nil {
		p := got["p0"].PullRequest
		c.takeThreads(p.ReviewThreads, &forge.Pull{Repo: r, Number: number}, &threads)
		if !p.Reviews.PageInfo.HasPreviousPage {
			return p.Reviews.reviews(), threads, nil
		}
	}
	reviews, err := c.Reviews(ctx, r, number) // which says itself what is wrong
	return reviews, threads, err
}

// takeThreads keeps those that are open.
func (c *Client) takeThreads(g *graphThreads, p *forge.Pull, out *forge.Threads) {
	if g == nil {
		return
	}
	out.Known, out.More = true, g.PageInfo.HasPreviousPage
	for _, n := range g.Nodes {
		if n == nil || n.IsResolved || len(n.Comments.Nodes) == 0 || n.Comments.Nodes[0] == nil {
			continue
		}
		first := n.Comments.Nodes[0]
		if strings.EqualFold(first.State, "PENDING") {
			continue // of a review that is still being written
		}
		t := forge.Thread{
			Path: n.Path, Outdated: n.IsOutdated, Author: signed(first.Author.user()), Body: first.Body, At: first.CreatedAt,
			URL: c.address(first.URL, path("%s/%s/pull/%d", p.Repo.Owner, p.Repo.Name, p.Number)),
		}
		for _, line := range []*int{n.Line, n.OriginalLine} {
			if line != nil && t.Line == 0 {
				t.Line = max(*line, 0)
			}
		}
		t.LastBy, t.LastAt = t.Author, t.At
		if l := n.Last.Nodes; len(l) > 0 && l[0] != nil {
			t.LastBy, t.LastAt = signed(l[0].Author.user()), l[0].CreatedAt
		}
		out.Open = append(out.Open, t)
	}
	order.StableBy(out.Open, func(a, b forge.Thread) int { return a.At.Compare(b.At) })
}

// reviews are those that were handed in.
func (g *graphReviews) reviews() []forge.Review {
	var out []forge.Review
	for _, n := range g.Nodes {
		if n == nil || n.SubmittedAt == nil {
			continue // one that is still being written
		}
		r := forge.Review{Author: signed(n.Author.user()), State: strings.ToLower(n.State), Body: n.Body, At: *n.SubmittedAt}
		if n.Commit != nil {
			r.SHA = n.Commit.Oid
		}
		out = append(out, r)
	}
	return out
}
