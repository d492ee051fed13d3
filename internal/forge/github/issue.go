package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// IssueQuery is forge.IssueQuery.
type IssueQuery = forge.IssueQuery

// NewIssue is forge.NewIssue.
type NewIssue = forge.NewIssue

func issueNoun(r forge.RepoName, number int) string {
	return fmt.Sprintf("issue %s#%d", r.FullName(), number)
}

// Issue reads an issue. The number of a pull request answers it as one.
func (c *Client) Issue(ctx context.Context, r forge.RepoName, number int) (forge.Issue, error) {
	var w gh.Issue
	if _, err := c.do(ctx, get(issueNoun(r, number), "repos/%s/%s/issues/%d", r.Owner, r.Name, number), &w); err != nil {
		return forge.Issue{}, err
	}
	return c.issue(r, &w), nil
}

// Issues lists issues. Pull requests, which the API lists among them, are left
// out, and the limit counts what is left.
func (c *Client) Issues(ctx context.Context, r forge.RepoName, q IssueQuery) ([]forge.Issue, error) {
	k := get("issues of "+r.FullName(), "repos/%s/%s/issues", r.Owner, r.Name)
	k.query = given("state", q.State, "labels", strings.Join(q.Labels, ","), "creator", q.Creator)
	fetch := q.Limit
	if fetch > 0 {
		fetch = min(max(4*fetch, 30), defaultMost)
	}
	all, _, err := list[*gh.Issue](ctx, c, k, "", fetch)
	if err != nil {
		return nil, err
	}
	issues := make([]forge.Issue, 0, len(all))
	for _, w := range all {
		if w == nil || w.IsPullRequest() || (q.Limit > 0 && len(issues) >= q.Limit) {
			continue
		}
		issues = append(issues, c.issue(r, w))
	}
	return issues, nil
}

// CreateIssue opens an issue.
func (c *Client) CreateIssue(ctx context.Context, r forge.RepoName, i NewIssue) (forge.Issue, error) {
	body := map[string]any{"title": i.Title, "body": i.Body}
	if len(i.Labels) > 0 {
		body["labels"] = i.Labels
	}
	if len(i.Assignees) > 0 {
		body["assignees"] = i.Assignees
	}
	if i.Type != "" {
		body["type"] = i.Type
	}
	k := write(http.MethodPost, "opening an issue in "+r.FullName(), repoNoun(r), body, "repos/%s/%s/issues", r.Owner, r.Name)
	var w struct {
		gh.Issue
		Type *struct{ Name string } `json:"type"`
	}
	if _, err := c.do(ctx, k, &w); err != nil {
		return forge.Issue{}, err
	}
	out := c.issue(r, &w.Issue)
	if w.Type != nil {
		out.Type = w.Type.Name
	}
	return out, nil
}

// SearchRepos searches repositories in the forge's query language, best match
// first. GitHub tells no more than the first thousand of a search.
func (c *Client) SearchRepos(ctx context.Context, query string, limit int) (forge.RepoSearch, error) {
	var r forge.RepoSearch
	k := get("a search for repositories", "search/repositories")
	k.query, k.gaveUp = url.Values{"q": {query}}, &r.GaveUp
	all, total, err := list[*gh.Repository](ctx, c, k, "items", min(limit, defaultMost))
	if err != nil {
		return r, noSearch(err)
	}
	r.Repos, r.Total = c.repos(all), total
	return r, nil
}

// noSearch is what a 404 of a search means: the host has none.
func noSearch(err error) error {
	var missing *forge.NotFoundError
	if errors.As(err, &missing) {
		return fault.Errorf("%s: %w", missing.What, forge.ErrUnsupported)
	}
	return err
}

// searchParameters takes the order out of a query that ends with one. GraphQL has
// it in the query alone; REST describes parameters for it, and not every server
// that speaks GitHub's REST reads it there as well.
func searchParameters(query string) url.Values {
	rest, order, ok := strings.Cut(query, " sort:")
	if !ok {
		return url.Values{"q": {query}}
	}
	order, after, _ := strings.Cut(order, " ")
	by, direction, _ := strings.Cut(order, "-")
	return url.Values{"q": {strings.TrimSpace(rest + " " + after)}, "sort": {by}, "order": {firstOf(direction, "desc")}}
}

// SearchIssues searches issues and pull requests in the forge's query language.
func (c *Client) SearchIssues(ctx context.Context, query string, limit int) (hits []forge.Issue, total int, err error) {
	k := get("a search for issues", "search/issues")
	k.query = searchParameters(query)
	all, total, err := list[*gh.Issue](ctx, c, k, "items", limit)
	if err != nil {
		return nil, 0, noSearch(err)
	}
	hits = make([]forge.Issue, 0, len(all))
	for _, w := range all {
		if w != nil {
			hits = append(hits, c.issue(forge.RepoName{}, w))
		}
	}
	return hits, total, nil
}

// CreatedPulls lists the pull requests that the token's account has opened,
// those that changed last first, on hosts without a search. What such a list
// leaves out of a repository's name is left out of it.
func (c *Client) CreatedPulls(ctx context.Context, limit int) ([]forge.Issue, error) {
	k := get("your issues", "issues")
	k.query = url.Values{"filter": {"created"}, "state": {"all"}, "sort": {"updated"}, "direction": {"desc"}}
	all, _, err := list[*gh.Issue](ctx, c, k, "", defaultMost)
	if err != nil {
		return nil, noSearch(err)
	}
	var pulls []forge.Issue
	for _, w := range all {
		if w == nil || !w.IsPullRequest() || len(pulls) == limit {
			continue
		}
		if i := c.issue(forge.RepoName{}, w); !i.Repo.IsZero() {
			pulls = append(pulls, i)
		}
	}
	return pulls, nil
}
