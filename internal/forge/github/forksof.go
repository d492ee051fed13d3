package github

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// mostForks bounds how many forks are looked through where the host cannot be
// asked for somebody's own.
const mostForks = 300

// forksDocument asks for the forks that belong to the viewer, or to an
// organisation of theirs: REST can list the forks of everybody alone.
func forksDocument() document {
	return document{name: "forks", text: `query forks($owner: String!, $name: String!, $near: [RepositoryAffiliation]) {
  repository(owner: $owner, name: $name) {
    forks(first: 100, affiliations: $near, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { nameWithOwner createdAt isArchived viewerPermission defaultBranchRef { name } }
    }
  }
}`}
}

type graphForks struct {
	Repository *struct {
		Forks struct {
			Nodes []*struct {
				NameWithOwner    string
				CreatedAt        time.Time
				IsArchived       bool
				ViewerPermission string
				DefaultBranchRef *struct{ Name string }
			}
		}
	}
}

// ForksOf lists the forks of a repository that an account or organisation has,
// whatever they are called; mine says that it is the token's own account. It
// costs one request where the host speaks GraphQL, and up to three elsewhere,
// where only the newest 300 forks are looked through.
func (c *Client) ForksOf(ctx context.Context, upstream forge.RepoName, owner string, mine bool) ([]forge.Repo, error) {
	near := []string{"OWNER"}
	if !mine {
		near = []string{"ORGANIZATION_MEMBER", "COLLABORATOR"}
	}
	var g graphForks
	vars := map[string]any{"owner": upstream.Owner, "name": upstream.Name, "near": near}
	_, err := c.ask(ctx, forksDocument(), vars, "the forks of "+upstream.FullName(), &g)
	var signIn *forge.SignInError // servers that take some tokens for REST alone
	switch {
	case errors.Is(err, forge.ErrUnsupported), errors.As(err, &signIn), forge.Refused(err), err == nil && g.Repository == nil:
		return c.listForks(ctx, upstream, owner)
	case err != nil:
		return nil, err
	}
	var out []forge.Repo
	for _, n := range g.Repository.Forks.Nodes {
		if n == nil {
			continue
		}
		name, err := forge.ParseRepo(c.o.Host+"/"+n.NameWithOwner, c.o.Host)
		if err != nil || !strings.EqualFold(name.Owner, owner) {
			continue
		}
		r := forge.Repo{RepoName: name, Fork: true, Parent: &upstream, Archived: n.IsArchived, CreatedAt: n.CreatedAt, Access: accessOf(n.ViewerPermission)}
		if n.DefaultBranchRef != nil {
			r.DefaultBranch = n.DefaultBranchRef.Name
		}
		r.HTMLURL, r.CloneURL = c.home("", name, ""), c.home("", name, ".git")
		out = append(out, r)
	}
	return out, nil
}

// accessOf reads a RepositoryPermission; nil is not said.
func accessOf(permission string) *forge.Access {
	switch permission {
	case "ADMIN":
		return &forge.Access{Pull: true, Triage: true, Push: true, Maintain: true, Admin: true}
	case "MAINTAIN":
		return &forge.Access{Pull: true, Triage: true, Push: true, Maintain: true}
	case "WRITE":
		return &forge.Access{Pull: true, Triage: true, Push: true}
	case "TRIAGE", "READ":
		return &forge.Access{Pull: true, Triage: permission == "TRIAGE"}
	}
	return nil
}

// listForks looks through the newest forks for those of one owner.
func (c *Client) listForks(ctx context.Context, upstream forge.RepoName, owner string) ([]forge.Repo, error) {
	k := get("the forks of "+upstream.FullName(), "repos/%s/%s/forks", upstream.Owner, upstream.Name)
	k.query = url.Values{"sort": {"newest"}}
	all, _, err := list[*gh.Repository](ctx, c, k, "", mostForks)
	if err != nil {
		return nil, err
	}
	var out []forge.Repo
	for _, r := range c.repos(all) {
		if strings.EqualFold(r.Owner, owner) {
			r.Fork, r.Parent = true, &upstream
			out = append(out, r)
		}
	}
	return out, nil
}
