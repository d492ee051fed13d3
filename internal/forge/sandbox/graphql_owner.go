package sandbox

import (
	"fmt"
	"strings"
)

// teamNode is a team with the organisation that it belongs to.
type teamNode struct {
	org *user
	*team
}

// ownerFields are those of people, robots and organisations.
func ownerFields() fieldTable {
	account := func(more map[string]resolver) map[string]resolver {
		for name, r := range map[string]resolver{
			"id":           its(func(u *user) any { return nodeID(u.kind(), u.id) }),
			"databaseId":   its(func(u *user) any { return u.id }),
			"login":        its(func(u *user) any { return u.Login }),
			"avatarUrl":    here(func(g *graphQLRun, u *user) any { return g.f.page("/avatars/u/%d", u.id) }),
			"url":          here(func(g *graphQLRun, u *user) any { return g.f.page("/%s", u.Login) }),
			"resourcePath": its(func(u *user) any { return "/" + u.Login }),
			"createdAt":    its(func(u *user) any { return u.created }),
			"updatedAt":    its(func(u *user) any { return u.created }),
		} {
			more[name] = r
		}
		return more
	}
	owner := func(more map[string]resolver) map[string]resolver {
		for name, r := range map[string]resolver{
			"name":         its(func(u *user) any { return textOrNil(u.Name) }),
			"location":     always(nil),
			"websiteUrl":   always(nil),
			"repositories": with(reposOf),
			"repository": with(func(g *graphQLRun, u *user, a fieldArgs) (any, error) {
				if r := g.find(u.Login, a.str("name"), a.on("followRenames")); r != nil {
					return r, nil
				}
				return nil, unresolved("a Repository with the name '%s/%s'.", u.Login, a.str("name"))
			}),
		} {
			more[name] = r
		}
		return account(more)
	}
	return fieldTable{
		"Bot": account(map[string]resolver{}),
		"User": owner(map[string]resolver{
			"email": its(func(u *user) any { return u.Email }), "bio": its(func(u *user) any { return textOrNil(u.Bio) }),
			"company": its(func(u *user) any { return textOrNil(u.Company) }), "isSiteAdmin": its(func(u *user) any { return u.Admin }),
			"isEmployee": always(false), "isViewer": here(func(g *graphQLRun, u *user) any { return u == g.user }),
			"organizations": here(func(g *graphQLRun, u *user) any { return seriesOf(g.f.orgsOf(u)) }),
			"organization":  with(orgOfUser),
		}),
		"Organization": owner(organizationFields()),
	}
}

func organizationFields() map[string]resolver {
	return map[string]resolver{
		"email": always(nil), "description": its(func(u *user) any { return textOrNil(u.Bio) }), "archivedAt": always(nil),
		"isVerified": always(false), "membersCanForkPrivateRepositories": always(true), "webCommitSignoffRequired": always(false),
		"viewerIsAMember":             here(func(g *graphQLRun, u *user) any { return g.f.member(u, g.user) }),
		"viewerCanAdminister":         here(func(g *graphQLRun, u *user) any { return containsFold(u.org.Owners, g.user.Login) }),
		"viewerCanCreateRepositories": here(func(g *graphQLRun, u *user) any { return g.f.member(u, g.user) }),
		"membersWithRole":             here(membersOf),
		"teams":                       with(teamsOf),
		"team": with(func(g *graphQLRun, u *user, a fieldArgs) (any, error) {
			if t := u.team(a.str("slug")); t != nil && g.f.seesTeams(u, g.user) {
				return &teamNode{u, t}, nil
			}
			return nil, nil
		}),
	}
}

// seesTeams tells whether an organisation's teams are shown to somebody.
//
//go:noinline
func (f *Forge) seesTeams(org, u *user) bool { return u.Admin || f.member(org, u) }

func orgOfUser(g *graphQLRun, u *user, a fieldArgs) (any, error) {
	if org := g.f.state.user(a.str("login")); org != nil && g.f.member(org, u) {
		return org, nil
	}
	return nil, nil
}

func membersOf(g *graphQLRun, org *user) any {
	var list []*user
	for _, a := range g.f.world.Accounts {
		if u := g.f.state.user(a.Login); g.f.member(org, u) {
			list = append(list, u)
		}
	}
	s := seriesOf(list)
	s.edge = func(i int) map[string]any {
		if containsFold(org.org.Owners, list[i].Login) {
			return map[string]any{"role": "ADMIN"}
		}
		return map[string]any{"role": "MEMBER"}
	}
	return s
}

func teamsOf(g *graphQLRun, org *user, a fieldArgs) (any, error) {
	var list []*teamNode
	logins, query := a.texts("userLogins"), strings.ToLower(a.str("query"))
	for _, t := range org.teams {
		in := len(logins) == 0
		for _, login := range logins {
			in = in || containsFold(t.Members, login)
		}
		if in && g.f.seesTeams(org, g.user) && strings.Contains(strings.ToLower(t.Name+" "+t.Slug), query) {
			list = append(list, &teamNode{org, t})
		}
	}
	return seriesOf(list), nil
}

// reposOf are an account's repositories; of a person also, if not asked
// otherwise, those of others to which they were given access.
func reposOf(g *graphQLRun, u *user, a fieldArgs) (any, error) {
	o := orderOf(a, order{field: "CREATED_AT"})
	affiliations := strings.Join(a.texts("ownerAffiliations"), ",")
	what := fmt.Sprint("of ", u.id, affiliations, a["privacy"], a["visibility"], a["isFork"], a["isArchived"])
	l := g.f.listed(g.x, what, o, func(r *repository) bool {
		return g.f.affiliated(u, r, affiliations) && a.takes(r)
	})
	s := l.series()
	usage := 0
	for _, r := range l.repos {
		usage += r.spec.Size
	}
	s.more = map[string]any{"totalDiskUsage": usage}
	return s, nil
}

// affiliated tells whether a repository is an account's in one of these ways.
func (f *Forge) affiliated(u *user, r *repository, how string) bool {
	if r.owner == u {
		return strings.Contains(how, "OWNER") || how == ""
	}
	if u.org != nil {
		return false
	}
	return strings.Contains(how, "COLLABORATOR") && r.parent == nil && parsePermission(r.spec.Access[u.Login]) > permNone ||
		strings.Contains(how, "ORGANIZATION_MEMBER") && f.member(r.owner, u)
}

// takes tells whether a repository passes the filters of a list.
func (a fieldArgs) takes(r *repository) bool {
	switch {
	case a.has("isFork") && a.on("isFork") != (r.parent != nil),
		a.has("isArchived") && a.on("isArchived") != r.archived,
		a.str("privacy") == "PUBLIC" && r.visibility != "public",
		a.str("privacy") == "PRIVATE" && r.visibility == "public",
		a.has("visibility") && !strings.EqualFold(a.str("visibility"), r.visibility):
		return false
	}
	return true
}

// orderOf reads the argument orderBy.
func orderOf(a fieldArgs, other order) order {
	by := a.object("orderBy")
	if by == nil {
		return other
	}
	return order{by.str("field"), by.str("direction") == "DESC"}
}

// teamFields are those of teams.
func teamFields() fieldTable {
	page := func(g *graphQLRun, t *teamNode) string { return g.f.page("/orgs/%s/teams/%s", t.org.Login, t.Slug) }
	return fieldTable{"Team": {
		"id":           its(func(t *teamNode) any { return nodeID("Team", t.id) }),
		"databaseId":   its(func(t *teamNode) any { return t.id }),
		"slug":         its(func(t *teamNode) any { return t.Slug }),
		"name":         its(func(t *teamNode) any { return t.Name }),
		"description":  its(func(t *teamNode) any { return textOrNil(t.Description) }),
		"combinedSlug": its(func(t *teamNode) any { return t.org.Login + "/" + t.Slug }),
		"privacy":      always("VISIBLE"),
		"url":          here(func(g *graphQLRun, t *teamNode) any { return page(g, t) }),
		"resourcePath": its(func(t *teamNode) any { return "/orgs/" + t.org.Login + "/teams/" + t.Slug }),
		"avatarUrl":    here(func(g *graphQLRun, t *teamNode) any { return g.f.page("/avatars/u/%d", t.id) }),
		"createdAt":    its(func(t *teamNode) any { return t.org.created }),
		"updatedAt":    its(func(t *teamNode) any { return t.org.created }),
		"organization": its(func(t *teamNode) any { return t.org }),
		"parentTeam":   always(nil),
		"members":      here(teamMembers),
		"repositories": with(teamRepos),
	}}
}

func teamMembers(g *graphQLRun, t *teamNode) any {
	var list []*user
	for _, login := range t.Members {
		if u := g.f.state.user(login); u != nil {
			list = append(list, u)
		}
	}
	s := seriesOf(list)
	s.edge = func(i int) map[string]any {
		path := "/orgs/" + t.org.Login + "/teams/" + t.Slug + "/members?query=" + list[i].Login
		return map[string]any{"role": "MEMBER", "memberAccessResourcePath": path, "memberAccessUrl": g.f.page("%s", path)}
	}
	return s
}

// teamRepos are the repositories to which a team was given access.
func teamRepos(g *graphQLRun, t *teamNode, a fieldArgs) (any, error) {
	query := strings.ToLower(a.str("query"))
	l := g.f.listed(g.x, fmt.Sprint("team ", t.id, " ", query), order{field: "NAME"}, func(r *repository) bool {
		_, given := r.spec.Access["@"+t.Slug]
		return given && r.owner == t.org && r.parent == nil && strings.Contains(strings.ToLower(r.name), query)
	})
	s := l.series()
	s.edge = func(i int) map[string]any {
		return map[string]any{"permission": permissionWord(parsePermission(l.repos[i].spec.Access["@"+t.Slug]))}
	}
	return s, nil
}

// permissionWord is a permission in GraphQL's words, nil for none.
func permissionWord(p permission) any {
	switch p {
	case permPull:
		return "READ"
	case permTriage:
		return "TRIAGE"
	case permPush:
		return "WRITE"
	case permMaintain:
		return "MAINTAIN"
	case permAdmin:
		return "ADMIN"
	}
	return nil
}
