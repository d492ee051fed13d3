package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// IssueQuery is forge.IssueQuery.
type IssueQuery = forge.IssueQuery

// NewIssue is what opening an issue takes.
type NewIssue struct {
	Title  string
	Body   string
	Labels []string
}

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
	k.query = given("state", q.State, "labels", strings.Join(q.Labels, ","))
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
	body := gh.IssueRequest{Title: &i.Title, Body: &i.Body}
	if len(i.Labels) > 0 {
		body.Labels = &i.Labels
	}
	k := write(http.MethodPost, "opening an issue in "+r.FullName(), repoNoun(r), body, "repos/%s/%s/issues", r.Owner, r.Name)
	var w gh.Issue
	if _, err := c.do(ctx, k, &w); err != nil {
		return forge.Issue{}, err
	}
	return c.issue(r, &w), nil
}

// SearchRepos searches repositories in the forge's query language, best match
// first. total is what the server counts, which may be more than it gives.
func (c *Client) SearchRepos(ctx context.Context, query string, limit int) (hits []forge.Repo, total int, err error) {
	k := get("a search for repositories", "search/repositories")
	k.query = url.Values{"q": {query}}
	all, total, err := list[*gh.Repository](ctx, c, k, "items", limit)
	if err != nil {
		return nil, 0, err
	}
	return c.repos(all), total, nil
}

// SearchIssues searches issues and pull requests in the forge's query language.
func (c *Client) SearchIssues(ctx context.Context, query string, limit int) (hits []forge.Issue, total int, err error) {
	k := get("a search for issues", "search/issues")
	k.query = url.Values{"q": {query}}
	all, total, err := list[*gh.Issue](ctx, c, k, "items", limit)
	if err != nil {
		return nil, 0, err
	}
	hits = make([]forge.Issue, 0, len(all))
	for _, w := range all {
		if w != nil {
			hits = append(hits, c.issue(forge.RepoName{}, w))
		}
	}
	return hits, total, nil
}
