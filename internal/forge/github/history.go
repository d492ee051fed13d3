package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

const (
	// pullsAtOnce is how many pull requests are asked for in one request, which
	// costs some ten points of GitHub's 5,000 an hour (historyPoints).
	pullsAtOnce = 300
	// reposAtOnce bounds the same by repositories.
	reposAtOnce = 20
	// unansweredAtOnce bounds the request for the rest of long conversations.
	unansweredAtOnce = 20
)

// PullHistories reads the last pull requests of repositories, those that changed
// last first and at most 100 of each, by GraphQL in batches, else by REST. There
// is one result for each repository, in their order; what could not be read of
// one has an Err of its own. The error is for what ends the whole: a limit, a
// token that is refused, an interrupt.
func (c *Client) PullHistories(ctx context.Context, repos []forge.RepoName, each int) ([]forge.PullHistory, error) {
	each = min(max(each, 1), perPage)
	batch := min(max(pullsAtOnce/each, 1), reposAtOnce)
	out := make([]forge.PullHistory, 0, len(repos))
	for len(out) < len(repos) {
		next := repos[len(out):min(len(out)+batch, len(repos))]
		got, err := c.historyBatch(ctx, next, each)
		if errors.Is(err, forge.ErrUnsupported) {
			got, err = c.historiesREST(ctx, next, each)
		}
		if err != nil {
			return out, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// historyBatch reads some repositories in one request, and where that is too
// much in two halves, at last fewer pull requests of one repository.
func (c *Client) historyBatch(ctx context.Context, repos []forge.RepoName, each int) ([]forge.PullHistory, error) {
	got := map[string]*graphHistory{}
	c.points.Add(int64(historyPoints(len(repos), each) - 1))
	r, err := c.ask(ctx, historyDocument(repos, each), nil, "the pull requests of repositories", &got)
	switch {
	case errors.Is(err, forge.ErrTooMuch) && len(repos) > 1:
		half := len(repos) / 2
		first, err := c.historyBatch(ctx, repos[:half], each)
		if err != nil {
			return nil, err
		}
		second, err := c.historyBatch(ctx, repos[half:], each)
		return append(first, second...), err
	case errors.Is(err, forge.ErrTooMuch) && each > 5:
		return c.historyBatch(ctx, repos, each/2)
	case err != nil && (errors.Is(err, forge.ErrTooMuch) || hidden(err) && !errors.Is(err, forge.ErrUnsupported)):
		return failedHistories(repos, err), nil
	case err != nil:
		return nil, err
	}
	out := make([]forge.PullHistory, len(repos))
	var open []unanswered
	for i, name := range repos {
		out[i] = forge.PullHistory{Repo: name}
		h := got[fmt.Sprintf("r%d", i)]
		if h == nil {
			out[i].Err = c.graphRefusal(r, repoNoun(name), errorsBelow(r.errors, fmt.Sprintf("r%d", i)))
			continue
		}
		open = append(open, h.outlines(&out[i], i)...)
	}
	return out, c.readRest(ctx, out, open)
}

// historyPoints is what GitHub takes of its points for the pull requests of some
// repositories: a hundredth of the lists that are asked for, three below each
// pull request, whether there are so many or not.
// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
func historyPoints(repos, each int) int { return max((repos*(1+3*each)+50)/100, 1) }

func failedHistories(repos []forge.RepoName, err error) []forge.PullHistory {
	out := make([]forge.PullHistory, len(repos))
	for i, name := range repos {
		out[i] = forge.PullHistory{Repo: name, Err: err}
	}
	return out
}

//go:noinline
func errorsBelow(all []graphError, at ...any) []graphError {
	var out []graphError
	for _, e := range all {
		if e.below(at...) {
			out = append(out, e)
		}
	}
	return out
}

// unanswered is a pull request of whose conversation only the beginning is
// known, and that holds no answer.
type unanswered struct {
	repo   forge.RepoName
	of, at int // where its outline stands
	number int
}

// readRest looks for an answer in the rest of conversations that begin with
// their author and with bots.
func (c *Client) readRest(ctx context.Context, out []forge.PullHistory, open []unanswered) error {
	for len(open) > 0 {
		some := open[:min(len(open), unansweredAtOnce)]
		open = open[len(some):]
		got := map[string]*struct{ PullRequest *graphPull }{}
		_, err := c.ask(ctx, restOfPullsDocument(some), nil, "the answers to pull requests", &got)
		if errors.Is(err, forge.ErrTooMuch) || hidden(err) {
			for _, u := range some {
				out[u.of].Err = err
			}
			continue
		}
		if err != nil {
			return err
		}
		for i, u := range some {
			if g := got[fmt.Sprintf("p%d", i)]; g != nil && g.PullRequest != nil {
				o := &out[u.of].Pulls[u.at]
				o.First = forge.FirstAnswer(o.Author, o.Opened, o.Ended, g.PullRequest.said())
			}
		}
	}
	return nil
}

// historyDocument asks for the pull requests of several repositories.
func historyDocument(repos []forge.RepoName, each int) document {
	var b strings.Builder
	b.WriteString("query PullHistories {\n")
	for i, r := range repos {
		fmt.Fprintf(&b, "  r%d: repository(owner: %s, name: %s) { ...pulls }\n", i, quoted(r.Owner), quoted(r.Name))
	}
	fmt.Fprintf(&b, `}
fragment pulls on Repository {
  pullRequests(first: %d, orderBy: {field: UPDATED_AT, direction: DESC}) {
    pageInfo { hasNextPage }
    nodes {
      number
      isDraft
      isCrossRepository
      merged
      createdAt
      updatedAt
      closedAt
      author { ...actor }
      timelineItems(first: 1, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {
        nodes { __typename ... on ReadyForReviewEvent { createdAt } }
      }
      reviews(first: 10) { ...reviewed }
      comments(first: 10) { ...commented }
    }
  }
}
`, each)
	return document{"pull requests", b.String() + answersFragment}
}

// restOfPullsDocument asks for as much as there is, within reason, of
// conversations without an answer so far.
func restOfPullsDocument(open []unanswered) document {
	var b strings.Builder
	b.WriteString("query PullAnswers {\n")
	for i, u := range open {
		fmt.Fprintf(&b, "  p%d: repository(owner: %s, name: %s) { pullRequest(number: %d) { ...answers } }\n",
			i, quoted(u.repo.Owner), quoted(u.repo.Name), u.number)
	}
	b.WriteString(`}
fragment answers on PullRequest {
  reviews(first: 100) { ...reviewed }
  comments(first: 100) { ...commented }
}
`)
	return document{"answers to pull requests", b.String() + answersFragment}
}

const answersFragment = `fragment reviewed on PullRequestReviewConnection {
  pageInfo { hasNextPage }
  nodes { submittedAt author { ...actor } }
}
fragment commented on IssueCommentConnection {
  pageInfo { hasNextPage }
  nodes { createdAt author { ...actor } }
}
fragment actor on Actor { __typename login }
`
