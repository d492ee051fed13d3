package github

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

//go:noinline
func repoNoun(r forge.RepoName) string { return "repository " + r.FullName() }

// Repo reads a repository. One that was renamed answers under its new name.
func (c *Client) Repo(ctx context.Context, r forge.RepoName) (forge.Repo, error) {
	var w struct { // what the library does not know yet stands beside it
		gh.Repository
		HasPulls   *bool  `json:"has_pull_requests"`
		PullPolicy string `json:"pull_request_creation_policy"`
	}
	if _, err := c.do(ctx, get(repoNoun(r), "repos/%s/%s", r.Owner, r.Name), &w); err != nil {
		return forge.Repo{}, err
	}
	repo, ok := c.repo(&w.Repository)
	if !ok {
		return forge.Repo{}, c.unavailable(fault.Errorf("its answer about %s names no repository", repoNoun(r)))
	}
	switch {
	case w.HasPulls != nil && !*w.HasPulls:
		repo.Pulls = forge.PullsFromNobody
	case w.PullPolicy == "collaborators_only":
		repo.Pulls = forge.PullsFromCollaborators
	case w.PullPolicy == "all":
		repo.Pulls = forge.PullsFromAll
	}
	c.know(r)
	return repo, nil
}

// PushProtection tells whether a repository is seen to refuse pushes that hold
// secrets. Only some may see it; false is also said when it is not shown.
func (c *Client) PushProtection(ctx context.Context, r forge.RepoName) (bool, error) {
	repo, err := c.Repo(ctx, r)
	return err == nil && repo.PushProtection != nil && *repo.PushProtection, err
}

// know remembers that a repository is there, so that a later 404 below it is
// known to speak of the end point.
func (c *Client) know(r forge.RepoName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[strings.ToLower(r.FullName())] = true
}

// unsupported decides what a 404 below a repository means: if the repository
// itself is there, the host lacks the end point.
func (c *Client) unsupported(ctx context.Context, r forge.RepoName, what string, err error) error {
	var missing *forge.NotFoundError
	if !errors.As(err, &missing) {
		return err
	}
	c.mu.Lock()
	known := c.known[strings.ToLower(r.FullName())]
	c.mu.Unlock()
	if !known {
		if _, err := c.Repo(ctx, r); err != nil {
			return err
		}
	}
	return fault.Errorf("%s: %w", what, forge.ErrUnsupported)
}

// OrgRepos lists the repositories of an organisation, or of an account, that
// the token can see, those pushed to last first.
func (c *Client) OrgRepos(ctx context.Context, org string, limit int) ([]forge.Repo, error) {
	k := get("organisation "+org, "orgs/%s/repos", org)
	k.query = url.Values{"type": {"all"}, "sort": {"pushed"}, "direction": {"desc"}}
	all, _, err := list[*gh.Repository](ctx, c, k, "", limit)
	var missing *forge.NotFoundError
	if errors.As(err, &missing) {
		k.path, k.what = path("users/%s/repos", org), "organisation or account "+org
		all, _, err = list[*gh.Repository](ctx, c, k, "", limit)
	}
	if err != nil {
		return nil, err
	}
	return c.repos(all), nil
}

// UserRepos lists the repositories in which the token's account takes part,
// those pushed to last first.
func (c *Client) UserRepos(ctx context.Context, limit int) ([]forge.Repo, error) {
	k := get("repositories", "user/repos")
	k.query = url.Values{"sort": {"pushed"}, "direction": {"desc"}}
	all, _, err := list[*gh.Repository](ctx, c, k, "", limit)
	if err != nil {
		return nil, err
	}
	return c.repos(all), nil
}

// LatestRelease reads the newest release that is neither draft nor prerelease.
func (c *Client) LatestRelease(ctx context.Context, r forge.RepoName) (forge.Release, error) {
	var w gh.RepositoryRelease
	what := "a release of " + r.FullName()
	if _, err := c.do(ctx, get(what, "repos/%s/%s/releases/latest", r.Owner, r.Name), &w); err != nil {
		return forge.Release{}, err
	}
	return c.release(r, &w), nil
}

// Releases lists releases, the newest first, without drafts and prereleases.
func (c *Client) Releases(ctx context.Context, r forge.RepoName, limit int) ([]forge.Release, error) {
	all, _, err := list[*gh.RepositoryRelease](ctx, c, get("releases of "+r.FullName(), "repos/%s/%s/releases", r.Owner, r.Name), "", limit)
	if err != nil {
		return nil, err
	}
	out := make([]forge.Release, 0, len(all))
	for _, w := range all {
		if w != nil && !w.GetDraft() && !w.GetPrerelease() {
			out = append(out, c.release(r, w))
		}
	}
	return out, nil
}

func (c *Client) release(r forge.RepoName, w *gh.RepositoryRelease) forge.Release {
	return forge.Release{
		Tag:       w.GetTagName(),
		Name:      w.GetName(),
		URL:       c.address(w.GetHTMLURL(), r.FullName()+"/releases"),
		Published: w.GetPublishedAt().Time,
	}
}

// Teams lists the teams with access to a repository. Many tokens may not ask.
func (c *Client) Teams(ctx context.Context, r forge.RepoName) ([]forge.Team, error) {
	what := "the teams of " + r.FullName()
	all, _, err := list[*gh.Team](ctx, c, get(what, "repos/%s/%s/teams", r.Owner, r.Name), "", 0)
	if err != nil {
		return nil, c.unsupported(ctx, r, what, err)
	}
	teams := make([]forge.Team, 0, len(all))
	for _, t := range all {
		teams = append(teams, forge.Team{Slug: t.GetSlug(), Name: t.GetName(), Permission: t.GetPermission()})
	}
	return teams, nil
}

// Readme reads the README of a repository; ref "" is the default branch.
func (c *Client) Readme(ctx context.Context, r forge.RepoName, ref string) (path, text string, err error) {
	k := get("a README in "+r.FullName(), "repos/%s/%s/readme", r.Owner, r.Name)
	if ref != "" {
		k.query = url.Values{"ref": {ref}}
	}
	var w gh.RepositoryContent
	if _, err := c.do(ctx, k, &w); err != nil {
		return "", "", err
	}
	content, err := content(w.GetEncoding(), gh.String(valueOf(w.Content)))
	if err != nil {
		return "", "", c.unavailable(fault.Errorf("its README of %s: %w", r.FullName(), err))
	}
	return w.GetPath(), string(content), nil
}

func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// content decodes what the API wraps a file in.
func content(encoding string, text *string) ([]byte, error) {
	switch encoding {
	case "base64":
		unwrapped := strings.NewReplacer("\n", "", "\r", "").Replace(valueOf(text))
		return base64.StdEncoding.DecodeString(unwrapped)
	case "utf-8", "":
		return []byte(valueOf(text)), nil
	}
	return nil, fault.Errorf("the encoding %q is not known", encoding)
}

// DeleteBranch deletes a branch.
func (c *Client) DeleteBranch(ctx context.Context, r forge.RepoName, branch string) error {
	parts := strings.Split(branch, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	what := "branch " + branch + " of " + r.FullName()
	k := write("DELETE", "deleting "+what, what, nil, "repos/%s/%s/git/refs/heads/", r.Owner, r.Name)
	k.path += strings.Join(parts, "/")
	_, err := c.send(ctx, k)
	var invalid *forge.InvalidError
	if errors.As(err, &invalid) && strings.Contains(strings.ToLower(invalid.Quote), "does not exist") {
		return &forge.NotFoundError{What: what}
	}
	return err
}

// RepositoryByID finds the name of a repository by its number, by which
// rulesets know it.
func (c *Client) RepositoryByID(ctx context.Context, host string, id int64) (forge.RepoName, error) {
	var w gh.Repository
	if _, err := c.do(ctx, get(fmt.Sprintf("repository %d", id), "repositories/%d", id), &w); err != nil {
		return forge.RepoName{}, err
	}
	repo, ok := c.repo(&w)
	if !ok {
		return forge.RepoName{}, c.unavailable(fault.Errorf("its answer about repository %d names none", id))
	}
	if !strings.EqualFold(repo.Host, host) {
		return forge.RepoName{}, fault.Errorf("repository %d lies on %s, not on %s", id, repo.Host, host)
	}
	return repo.RepoName, nil
}
