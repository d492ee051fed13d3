package github

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// ForkOptions is forge.ForkOptions.
type ForkOptions = forge.ForkOptions

// freshFork is how old a fork may be and still count as made by this request.
// The API answers alike for a new fork and for one that was there.
const freshFork = time.Minute

// CreateFork asks for a fork; one that is there already is as good, whatever
// its name, and is never renamed. The answer comes before the fork can be
// pushed to: its git side tells when it is ready.
func (c *Client) CreateFork(ctx context.Context, upstream forge.RepoName, o ForkOptions) (forge.Fork, error) {
	doing := "forking " + upstream.FullName()
	if o.Org != "" {
		doing += " to " + o.Org
	}
	body := gh.RepositoryCreateForkOptions{Organization: o.Org, Name: o.Name, DefaultBranchOnly: o.DefaultBranchOnly}
	k := write(http.MethodPost, doing, repoNoun(upstream), body, "repos/%s/%s/forks", upstream.Owner, upstream.Name)
	var w gh.Repository
	a, err := c.send(ctx, k)
	var invalid *forge.InvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Exists:
		return c.existingFork(ctx, upstream, o, err)
	case err != nil:
		return forge.Fork{}, err
	case len(a.body) == 0:
		return c.existingFork(ctx, upstream, o, c.unavailable(fault.Errorf("it answers %s with nothing", doing)))
	}
	if err := decode(a.body, &w); err != nil {
		return forge.Fork{}, c.unavailable(fault.Errorf("its answer to %s is not the JSON that was expected: %w", doing, err))
	}
	repo, ok := c.repo(&w)
	if !ok {
		return forge.Fork{}, c.unavailable(fault.Errorf("its answer to %s names no repository", doing))
	}
	if repo.Parent == nil {
		repo.Parent = &upstream
	}
	repo.Fork = true
	return forge.Fork{Repo: repo, Outcome: c.outcome(a, repo, wantedName(upstream, o))}, nil
}

func wantedName(upstream forge.RepoName, o ForkOptions) string {
	if o.Name != "" {
		return o.Name
	}
	return upstream.Name
}

// outcome tells a new fork from an old one by its age on the server's clock; a
// server that gives no date is believed by its status.
func (c *Client) outcome(a answer, r forge.Repo, wanted string) forge.ForkOutcome {
	old := a.status == http.StatusOK
	if !r.CreatedAt.IsZero() {
		old = c.serverNow(a).Sub(r.CreatedAt) > freshFork
	}
	switch {
	case !old:
		return forge.ForkCreated
	case strings.EqualFold(r.Name, wanted):
		return forge.ForkExisting
	}
	return forge.ForkRenamed
}

// existingFork looks for the fork where the request would have put it, and then
// for one of another name, for servers that answer "already exists", or nothing, in place of the fork. What
// is not a fork of the upstream leaves the first error standing.
func (c *Client) existingFork(ctx context.Context, upstream forge.RepoName, o ForkOptions, first error) (forge.Fork, error) {
	owner := o.Org
	if owner == "" {
		v, err := c.Viewer(ctx)
		if err != nil {
			return forge.Fork{}, err
		}
		owner = v.Login
	}
	r, err := c.Repo(ctx, forge.RepoName{Host: upstream.Host, Owner: owner, Name: wantedName(upstream, o)})
	if err == nil && r.Parent != nil && r.Parent.Equal(upstream) {
		return forge.Fork{Repo: r, Outcome: forge.ForkExisting}, nil
	}
	var missing *forge.NotFoundError
	if err != nil && !errors.As(err, &missing) {
		return forge.Fork{}, fault.Join(first, err)
	}
	others, err := c.ForksOf(ctx, upstream, owner, o.Org == "")
	switch {
	case err != nil:
		return forge.Fork{}, fault.Join(first, err)
	case len(others) != 1:
		return forge.Fork{}, first
	}
	return forge.Fork{Repo: others[0], Outcome: forge.ForkRenamed}, nil
}

// SyncFork brings a branch of a fork up to its upstream. A branch that has
// commits of its own in the way is an InvalidError.
func (c *Client) SyncFork(ctx context.Context, fork forge.RepoName, branch string) error {
	doing := "bringing " + branch + " of " + fork.FullName() + " up to date"
	body := gh.RepoMergeUpstreamRequest{Branch: &branch}
	k := write(http.MethodPost, doing, repoNoun(fork), body, "repos/%s/%s/merge-upstream", fork.Owner, fork.Name)
	_, err := c.send(ctx, k)
	return c.unsupported(ctx, fork, doing, err)
}
