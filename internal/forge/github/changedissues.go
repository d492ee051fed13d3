package github

import (
	"context"
	"errors"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// How many issues are asked for along with a page of repositories, and alone.
const (
	issuesAlong = 50
	issuesAlone = perPage
)

// changedSelection is a search for issues, whose query is a variable.
func changedSelection(first string) string {
	return "  changed: search(type: ISSUE, query: $changed, first: " + first + `) {
    issueCount
    nodes { ... on Issue { ...wanted state repository { nameWithOwner } } }
  }
`
}

// changedDocument asks for the issues alone.
func changedDocument() document {
	return document{"changed issues", "query ChangedIssues($changed: String!) {\n" + changedSelection("100") + "}\n" + wantedFragment}
}

// profilesAndIssues asks for them along with a page of repositories.
func profilesAndIssues() document {
	d := profileDocument()
	head, rest, _ := strings.Cut(d.text, ") {\n")
	return document{"profiles and changed issues", head + ", $changed: String!) {\n" + changedSelection("50") + rest + wantedFragment}
}

// graphChanged is a page of a search for issues. What is not an issue is empty.
type graphChanged struct {
	IssueCount int
	Nodes      []*graphChangedIssue
}

type graphChangedIssue struct {
	graphIssue
	State      string
	Repository struct{ NameWithOwner string }
}

// changedQuery writes the search. user: finds organisations, too.
func changedQuery(q forge.ChangedIssuesQuery) string {
	query := "user:" + q.Owner + " is:issue updated:>=" + q.Since.UTC().Format(time.RFC3339) + " sort:updated-asc"
	if len(q.Labels) > 0 {
		query += ` label:"` + strings.Join(q.Labels, `","`) + `"`
	}
	return query
}

// ChangedIssues searches an owner's issues by GraphQL, else by REST, in one
// request. A host without a search is forge.ErrUnsupported.
func (c *Client) ChangedIssues(ctx context.Context, q forge.ChangedIssuesQuery) (forge.ChangedIssues, error) {
	var w struct{ Changed *graphChanged }
	what := "the issues of " + plain(q.Owner)
	r, err := c.ask(ctx, changedDocument(), map[string]any{"changed": changedQuery(q)}, what, &w)
	switch {
	case errors.Is(err, forge.ErrUnsupported):
		return c.changedREST(ctx, q)
	case err != nil:
		return forge.ChangedIssues{}, err
	case w.Changed == nil:
		return forge.ChangedIssues{}, c.graphRefusal(r, what, r.errors)
	}
	return *c.changed(w.Changed, issuesAlone), nil
}

func (c *Client) changedREST(ctx context.Context, q forge.ChangedIssuesQuery) (forge.ChangedIssues, error) {
	k := get("a search for issues", "search/issues")
	k.query = searchParameters(changedQuery(q))
	all, total, err := list[*gh.Issue](ctx, c, k, "items", issuesAlone)
	out := forge.ChangedIssues{Total: total, Told: len(all)}
	if err != nil {
		return out, noSearch(err)
	}
	for _, w := range all {
		if w != nil && !w.IsPullRequest() {
			issue := c.issue(forge.RepoName{}, w)
			issue.Body = cut(issue.Body, maxIssueBody)
			out.Issues = append(out.Issues, issue)
		}
	}
	return out, nil
}

// changed turns a page of a search into issues. What belongs to no repository
// that can be named is left out.
func (c *Client) changed(w *graphChanged, most int) *forge.ChangedIssues {
	out := &forge.ChangedIssues{Total: max(w.IssueCount, 0), Told: len(w.Nodes)}
	for _, g := range w.Nodes {
		if g == nil || g.Number <= 0 || len(out.Issues) >= most {
			continue
		}
		in, err := forge.ParseRepo(c.o.Host+"/"+g.Repository.NameWithOwner, c.o.Host)
		if err != nil {
			continue
		}
		issue := c.wantedIssue(in, &g.graphIssue)
		issue.State = strings.ToLower(g.State)
		out.Issues = append(out.Issues, issue)
	}
	return out
}
