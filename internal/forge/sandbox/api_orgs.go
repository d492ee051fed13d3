package sandbox

import (
	"fmt"
	"net/http"
	"strings"
)

// orgOf is the organisation that {org} names.
func (c *call) orgOf() (*user, error) {
	u := c.f.state.user(c.vars["org"])
	if u == nil || u.org == nil {
		return nil, notFound()
	}
	return u, nil
}

func (c *call) teamOf() (*user, *team, error) {
	org, err := c.orgOf()
	if err != nil {
		return nil, nil, err
	}
	t := org.team(c.vars["team"])
	if t == nil {
		return nil, nil, notFound()
	}
	return org, t, nil
}

func getOrg(c *call) (answer, error) {
	org, err := c.orgOf()
	if err != nil {
		return answer{}, err
	}
	return ok(c.f.fullOrg(org))
}

func listOrgRepos(c *call) (answer, error) {
	org, err := c.orgOf()
	if err != nil {
		return answer{}, err
	}
	for _, p := range c.f.state.policies[strings.ToLower(org.Login)] {
		if p.name == "sso" { // what is public of it is hidden as well
			url := strings.NewReplacer("ORG", org.Login, "URL", c.f.URL()).Replace(p.header[1])
			return answer{}, &apiError{status: p.status, message: p.message, header: http.Header{p.header[0]: {url}}}
		}
	}
	return c.reposOwnedBy(org)
}

// listOrgMembers are all members: inside one company nobody hides.
func listOrgMembers(c *call) (answer, error) {
	org, err := c.orgOf()
	if err != nil {
		return answer{}, err
	}
	var list []*user
	for _, a := range c.f.world.Accounts {
		if u := c.f.state.user(a.Login); c.f.member(org, u) {
			list = append(list, u)
		}
	}
	return ok(c.f.users(paginate(c, list)))
}

// getOrgMember says yes with 204 and no with 404.
func getOrgMember(c *call) (answer, error) {
	org, err := c.orgOf()
	if err != nil || !c.f.member(org, c.f.state.user(c.vars["login"])) {
		return answer{}, notFound()
	}
	return noContent()
}

func listOrgTeams(c *call) (answer, error) {
	org, err := c.orgOf()
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, org.teams), func(t *team) obj { return c.f.team(org, t, permPull) }))
}

// getTeam is GitHub's team-full.
func getTeam(c *call) (answer, error) {
	org, t, err := c.teamOf()
	if err != nil {
		return answer{}, err
	}
	o, repos := c.f.simpleTeam(org, t, permPull), 0
	for _, r := range c.f.state.order {
		if _, has := r.spec.Access["@"+t.Slug]; has && r.owner == org && r.parent == nil {
			repos++
		}
	}
	o["parent"], o["members_count"], o["repos_count"] = nil, len(t.Members), repos
	o["organization"], o["created_at"], o["updated_at"] = c.f.fullOrg(org), stamp(org.created), stamp(org.created)
	return answer{status: http.StatusOK, body: o}, nil
}

func listTeamMembers(c *call) (answer, error) {
	_, t, err := c.teamOf()
	if err != nil {
		return answer{}, err
	}
	var list []*user
	for _, login := range t.Members {
		if u := c.f.state.user(login); u != nil {
			list = append(list, u)
		}
	}
	return ok(c.f.users(paginate(c, list)))
}

// listTeamRepos are the repositories to which a team was given access, each with
// what the team may do there.
func listTeamRepos(c *call) (answer, error) {
	org, t, err := c.teamOf()
	if err != nil {
		return answer{}, err
	}
	list := c.f.listed(c.x, fmt.Sprint("repositories of team ", t.id), order{field: "NAME"}, func(r *repository) bool {
		_, given := r.spec.Access["@"+t.Slug]
		return given && r.owner == org && r.parent == nil
	}).repos
	return ok(each(paginate(c, list), func(r *repository) obj {
		o, p := c.f.repository(r, c.user), parsePermission(r.spec.Access["@"+t.Slug])
		o["permissions"] = fields("pull", p >= permPull, "triage", p >= permTriage, "push", p >= permPush, "maintain", p >= permMaintain, "admin", p >= permAdmin)
		return o
	}))
}

func listOrgsOf(c *call) (answer, error) {
	u := c.f.state.user(c.vars["login"])
	if u == nil {
		return answer{}, notFound()
	}
	return ok(each(paginate(c, c.f.orgsOf(u)), c.f.simpleOrg))
}
