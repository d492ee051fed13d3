package github

import (
	"context"
	"net/http"
	"net/url"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Compare counts what head has that base has not, and the other way round. Each
// is a branch of r or, in another repository of its network, OWNER:BRANCH.
func (c *Client) Compare(ctx context.Context, r forge.RepoName, base, head string) (forge.Comparison, error) {
	k := get("comparing "+head+" with "+base+" of "+r.FullName(), "repos/%s/%s/compare/%s", r.Owner, r.Name, base+"..."+head)
	k.query = url.Values{"per_page": {"1"}} // the counts are what is wanted, not the commits
	var w gh.CommitsComparison
	if _, err := c.do(ctx, k, &w); err != nil {
		return forge.Comparison{}, err
	}
	return forge.Comparison{Ahead: w.GetAheadBy(), Behind: w.GetBehindBy(), MergeBase: w.GetMergeBaseCommit().GetSHA()}, nil
}

// Forks lists the forks of a repository, the newest first.
func (c *Client) Forks(ctx context.Context, r forge.RepoName, limit int) ([]forge.Repo, error) {
	k := get("forks of "+r.FullName(), "repos/%s/%s/forks", r.Owner, r.Name)
	k.query = url.Values{"sort": {"newest"}}
	all, _, err := list[*gh.Repository](ctx, c, k, "", limit)
	if err != nil {
		return nil, err
	}
	return c.repos(all), nil
}

// DeleteRepo deletes a repository with everything in it, which nothing brings
// back. The token needs the scope delete_repo.
func (c *Client) DeleteRepo(ctx context.Context, r forge.RepoName) error {
	k := write(http.MethodDelete, "deleting "+r.FullName(), repoNoun(r), nil, "repos/%s/%s", r.Owner, r.Name)
	_, err := c.send(ctx, k)
	return err
}
