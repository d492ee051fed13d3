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

// PullQuery is forge.PullQuery.
type PullQuery = forge.PullQuery

func pullNoun(r forge.RepoName, number int) string {
	return fmt.Sprintf("pull request %s#%d", r.FullName(), number)
}

// Pull reads a pull request.
func (c *Client) Pull(ctx context.Context, r forge.RepoName, number int) (forge.Pull, error) {
	var w gh.PullRequest
	if _, err := c.do(ctx, get(pullNoun(r, number), "repos/%s/%s/pulls/%d", r.Owner, r.Name, number), &w); err != nil {
		return forge.Pull{}, err
	}
	return c.pull(r, &w), nil
}

// Pulls lists pull requests. A server that does not understand Head and Base
// answers more than was asked for, so they are applied here again.
func (c *Client) Pulls(ctx context.Context, r forge.RepoName, q PullQuery) ([]forge.Pull, error) {
	k := get("pull requests of "+r.FullName(), "repos/%s/%s/pulls", r.Owner, r.Name)
	k.query = given("state", q.State, "head", q.Head, "base", q.Base, "sort", q.Sort, "direction", q.Direction)
	all, _, err := list[*gh.PullRequest](ctx, c, k, "", q.Limit)
	if err != nil {
		return nil, err
	}
	pulls := make([]forge.Pull, 0, len(all))
	for _, w := range all {
		if w != nil && matches(w, q) {
			pulls = append(pulls, c.pull(r, w))
		}
	}
	return pulls, nil
}

func matches(w *gh.PullRequest, q PullQuery) bool {
	if q.Base != "" && w.GetBase().GetRef() != "" && w.GetBase().GetRef() != q.Base {
		return false
	}
	owner, branch, ok := strings.Cut(q.Head, ":")
	if !ok {
		return true
	}
	if ref := w.GetHead().GetRef(); ref != "" && ref != branch {
		return false
	}
	said := w.GetHead().GetRepo().GetOwner().GetLogin()
	if said == "" {
		said = w.GetHead().GetUser().GetLogin()
	}
	return said == "" || strings.EqualFold(said, owner)
}

// given makes a query of pairs, without those that are empty.
//
//go:noinline
func given(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

// OpenPull opens a pull request in r. One that is there already for the same
// branches is an InvalidError with Exists.
func (c *Client) OpenPull(ctx context.Context, r forge.RepoName, p forge.NewPull) (forge.Pull, error) {
	body := gh.NewPullRequest{Title: &p.Title, Body: &p.Body, Base: &p.Base, Head: gh.String(p.Head)}
	if p.Draft {
		body.Draft = gh.Bool(true)
	}
	if from := p.HeadRepo; !from.IsZero() && !from.Equal(r) {
		body.Head = gh.String(from.Owner + ":" + p.Head)
		if strings.EqualFold(from.Owner, r.Owner) {
			// Two repositories of one owner: the owner alone is ambiguous.
			body.HeadRepo = gh.String(from.FullName())
		}
	}
	doing := "opening a pull request in " + r.FullName()
	k := write(http.MethodPost, doing, repoNoun(r), body, "repos/%s/%s/pulls", r.Owner, r.Name)
	var w gh.PullRequest
	if _, err := c.do(ctx, k, &w); err != nil {
		return forge.Pull{}, err
	}
	return c.pull(r, &w), nil
}

// EditPull changes what is given of a pull request.
func (c *Client) EditPull(ctx context.Context, r forge.RepoName, number int, p forge.PullEdit) (forge.Pull, error) {
	return c.patchPull(ctx, r, number, "changing ", map[string]*string{"title": p.Title, "body": p.Body, "base": p.Base})
}

// ClosePull closes a pull request without merging it.
func (c *Client) ClosePull(ctx context.Context, r forge.RepoName, number int) error {
	_, err := c.patchPull(ctx, r, number, "closing ", map[string]*string{"state": gh.String("closed")})
	return err
}

func (c *Client) patchPull(ctx context.Context, r forge.RepoName, number int, verb string, fields map[string]*string) (forge.Pull, error) {
	for name, value := range fields {
		if value == nil {
			delete(fields, name)
		}
	}
	what := pullNoun(r, number)
	k := write(http.MethodPatch, verb+what, what, fields, "repos/%s/%s/pulls/%d", r.Owner, r.Name, number)
	var w gh.PullRequest
	if _, err := c.do(ctx, k, &w); err != nil {
		return forge.Pull{}, err
	}
	return c.pull(r, &w), nil
}
