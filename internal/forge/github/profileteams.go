package github

import (
	"context"
	"errors"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// maxTeamRequests bounds what the teams of one organisation may cost.
const maxTeamRequests = 300

func teamsDocument() document {
	return document{"teams", `query Teams($org: String!, $first: Int!, $after: String) {
  organization(login: $org) {
    teams(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        slug
        name
        members(first: 100) { ...logins }
        repositories(first: 100) { ...granted }
      }
    }
  }
}
` + loginsFragment + grantedFragment}
}

func teamMembersDocument() document {
	return document{"members of a team", `query TeamMembers($org: String!, $slug: String!, $after: String) {
  organization(login: $org) { team(slug: $slug) { members(first: 100, after: $after) { ...logins } } }
}
` + loginsFragment}
}

func teamReposDocument() document {
	return document{"repositories of a team", `query TeamRepos($org: String!, $slug: String!, $after: String) {
  organization(login: $org) { team(slug: $slug) { repositories(first: 100, after: $after) { ...granted } } }
}
` + grantedFragment}
}

const (
	loginsFragment = `fragment logins on TeamMemberConnection {
  pageInfo { hasNextPage endCursor }
  nodes { login }
}
`
	grantedFragment = `fragment granted on TeamRepositoryConnection {
  pageInfo { hasNextPage endCursor }
  edges { permission node { nameWithOwner } }
}
`
)

type (
	graphOrg struct {
		Organization *struct {
			Teams struct {
				PageInfo graphPageInfo
				Nodes    []*graphTeam
			}
			Team *graphTeam
		}
	}
	graphTeam struct {
		Slug, Name string
		Members    struct {
			PageInfo graphPageInfo
			Nodes    []*struct{ Login string }
		}
		Repositories struct {
			PageInfo graphPageInfo
			Edges    []*struct {
				Permission string
				Node       *struct{ NameWithOwner string }
			}
		}
	}
)

// teamReader gathers the teams of one organisation within a bound of requests.
type teamReader struct {
	c    *Client
	org  string
	what string
	out  *forge.OwnerTeams
	used func() int
}

// OwnerTeams reads the teams of an organisation with their members and
// repositories, once for all of its repositories. It is nil, and no error,
// where the owner is no organisation, the host has no teams, or the token may
// not see them: who has access is then not known. Those outside of an
// organisation are told that it has none, so none is not known either.
func (c *Client) OwnerTeams(ctx context.Context, org string) (*forge.OwnerTeams, error) {
	ctx, used := counting(ctx)
	t := &teamReader{
		c: c, org: org, what: "the teams of " + plain(org), used: used,
		out: &forge.OwnerTeams{Repos: map[string][]forge.Team{}, Members: map[string][]string{}},
	}
	err := t.byGraph(ctx)
	if errors.Is(err, forge.ErrUnsupported) {
		err = t.byREST(ctx)
	}
	t.out.Requests = used()
	var scope *forge.ScopeError
	switch {
	case errors.As(err, &scope):
		c.o.Sink.Note("teams", t.what+" are left out: "+err.Error())
		return nil, nil
	case hidden(err):
		return nil, nil
	case err != nil:
		return nil, err
	case len(t.out.Members) == 0:
		return nil, nil
	}
	return t.out, nil
}

// hidden tells whether an error says that others may see it, or nobody.
func hidden(err error) bool {
	var sso *forge.SSOError
	return lacking(err) || forge.Refused(err) || errors.As(err, &sso)
}

// more tells whether another request may be sent.
//
//go:noinline
func (t *teamReader) more() bool {
	if t.used() < maxTeamRequests {
		return true
	}
	t.out.Partial = true
	return false
}

// byGraph reads the pages of teams, smaller ones where they are too much.
func (t *teamReader) byGraph(ctx context.Context) error {
	vars := map[string]any{"org": t.org, "first": 50, "after": nil}
	for t.more() {
		var w graphOrg
		r, err := t.c.ask(ctx, teamsDocument(), vars, t.what, &w)
		first, _ := vars["first"].(int)
		switch {
		case errors.Is(err, forge.ErrTooMuch) && first > 1:
			vars["first"] = first / 2
			continue
		case err != nil:
			return err
		case w.Organization == nil:
			return t.c.graphRefusal(r, t.what, r.errors)
		}
		t.out.Partial = t.out.Partial || len(r.errors) > 0
		teams := w.Organization.Teams
		for _, g := range teams.Nodes {
			if err := t.whole(ctx, g); err != nil {
				return err
			}
		}
		if !teams.PageInfo.HasNextPage || teams.PageInfo.EndCursor == vars["after"] {
			return nil
		}
		vars["after"] = teams.PageInfo.EndCursor
	}
	return nil
}

// whole takes a team, with the pages of it that did not come with the others.
func (t *teamReader) whole(ctx context.Context, g *graphTeam) error {
	if g == nil || g.Slug == "" {
		return nil
	}
	t.take(g)
	members, err := t.rest(ctx, teamMembersDocument(), g, func(g *graphTeam) graphPageInfo { return g.Members.PageInfo })
	if err != nil {
		return err
	}
	repos, err := t.rest(ctx, teamReposDocument(), g, func(g *graphTeam) graphPageInfo { return g.Repositories.PageInfo })
	t.out.Partial = t.out.Partial || members || repos
	return err
}

// rest reads what is left of one list of a team; true when not all of it came.
func (t *teamReader) rest(ctx context.Context, d document, g *graphTeam, info func(*graphTeam) graphPageInfo) (bool, error) {
	for at := info(g); at.HasNextPage; {
		if !t.more() {
			return true, nil
		}
		var w graphOrg
		_, err := t.c.ask(ctx, d, map[string]any{"org": t.org, "slug": g.Slug, "after": at.EndCursor}, t.what, &w)
		if err != nil {
			return true, err
		}
		if w.Organization == nil || w.Organization.Team == nil {
			return true, nil
		}
		more := w.Organization.Team
		more.Slug, more.Name = g.Slug, g.Name
		t.take(more)
		next := info(more)
		if next.EndCursor == at.EndCursor {
			return next.HasNextPage, nil
		}
		at = next
	}
	return false, nil
}

func (t *teamReader) take(g *graphTeam) {
	if t.out.Members[g.Slug] == nil {
		t.out.Members[g.Slug] = []string{}
	}
	for _, m := range g.Members.Nodes {
		if m != nil && m.Login != "" {
			t.out.Members[g.Slug] = append(t.out.Members[g.Slug], m.Login)
		}
	}
	for _, e := range g.Repositories.Edges {
		if e != nil && e.Node != nil {
			t.grant(e.Node.NameWithOwner, forge.Team{Slug: g.Slug, Name: g.Name, Permission: permission(e.Permission)})
		}
	}
}

//go:noinline
func (t *teamReader) grant(repo string, team forge.Team) {
	key := strings.ToLower(repo)
	t.out.Repos[key] = append(t.out.Repos[key], team)
}

// permission writes a permission as REST does, whose words are the older ones.
//
//go:noinline
func permission(s string) string {
	switch s = strings.ToLower(s); s {
	case "write":
		return "push"
	case "read":
		return "pull"
	}
	return s
}

// byREST reads the teams of a host without GraphQL: two lists for each of them.
func (t *teamReader) byREST(ctx context.Context) error {
	teams, _, err := list[*gh.Team](ctx, t.c, get(t.what, "orgs/%s/teams", t.org), "", 0)
	if err != nil {
		return err
	}
	for _, team := range teams {
		slug := firstOf(team.GetSlug(), team.GetName())
		if slug == "" || !t.more() {
			continue
		}
		if err := t.teamByREST(ctx, team, slug); err != nil && !hidden(err) {
			return err
		} else if err != nil {
			t.out.Partial = true
		}
	}
	return nil
}

func (t *teamReader) teamByREST(ctx context.Context, team *gh.Team, slug string) error {
	of := path("orgs/%s/teams/%s", t.org, slug)
	if team.GetSlug() == "" { // Gitea and its relatives know a team by its number
		of = path("teams/%d", team.GetID())
	}
	members, _, err := list[*gh.User](ctx, t.c, call{method: http.MethodGet, path: of + "/members", what: t.what}, "", 0)
	if err != nil {
		return err
	}
	repos, _, err := list[*gh.Repository](ctx, t.c, call{method: http.MethodGet, path: of + "/repos", what: t.what}, "", 0)
	if err != nil {
		return err
	}
	t.out.Members[slug] = append([]string{}, logins(members)...)
	for _, r := range repos {
		if name, ok := t.c.nameOf(r); ok {
			t.grant(name.FullName(), forge.Team{Slug: slug, Name: team.GetName(), Permission: granted(r, team)})
		}
	}
	return nil
}

// granted is what a team may do with a repository: the most that is said of it
// there, else what is said of the team.
func granted(r *gh.Repository, team *gh.Team) string {
	for _, p := range []string{"admin", "maintain", "push", "triage", "pull"} {
		if r.GetPermissions()[p] {
			return p
		}
	}
	return permission(team.GetPermission())
}
