package sandbox

import (
	"fmt"
	"strings"
)

func getRoot(c *call) (answer, error) {
	o := obj{}
	for name, path := range map[string]string{
		"current_user_url": "/user", "authorizations_url": "/authorizations", "code_search_url": "/search/code?q={query}{&page,per_page,sort,order}",
		"commit_search_url": "/search/commits?q={query}{&page,per_page,sort,order}", "emails_url": "/user/emails", "emojis_url": "/emojis",
		"events_url": "/events", "feeds_url": "/feeds", "followers_url": "/user/followers", "following_url": "/user/following{/target}",
		"gists_url": "/gists{/gist_id}", "hub_url": "/hub", "issue_search_url": "/search/issues?q={query}{&page,per_page,sort,order}",
		"issues_url": "/issues", "keys_url": "/user/keys", "label_search_url": "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
		"notifications_url": "/notifications", "organization_url": "/orgs/{org}", "organization_repositories_url": "/orgs/{org}/repos{?type,page,per_page,sort}",
		"organization_teams_url": "/orgs/{org}/teams", "public_gists_url": "/gists/public", "rate_limit_url": "/rate_limit",
		"repository_url": "/repos/{owner}/{repo}", "repository_search_url": "/search/repositories?q={query}{&page,per_page,sort,order}",
		"current_user_repositories_url": "/user/repos{?type,page,per_page,sort}", "starred_url": "/user/starred{/owner}{/repo}",
		"starred_gists_url": "/gists/starred", "topic_search_url": "/search/topics?q={query}{&page,per_page}", "user_url": "/users/{user}",
		"user_organizations_url": "/user/orgs", "user_repositories_url": "/users/{user}/repos{?type,page,per_page,sort}",
		"user_search_url": "/search/users?q={query}{&page,per_page,sort,order}",
	} {
		o[name] = c.f.URL() + apiPrefix + path
	}
	o["current_user_authorizations_html_url"] = c.f.page("/settings/connections/applications{/client_id}")
	return ok(o)
}

func getMeta(c *call) (answer, error) {
	return ok(fields("verifiable_password_authentication", false, "installed_version", "3.17.2", "packages", []string{}))
}

func getRateLimit(c *call) (answer, error) {
	return ok(c.f.limits.overview(c.x.entry.Login, c.f.graphql.points(), c.f.now()))
}

func getUser(c *call) (answer, error) { return ok(c.f.privateUser(c.user)) }

func getAccount(c *call) (answer, error) {
	u := c.f.state.user(c.vars["login"])
	if u == nil {
		return answer{}, notFound()
	}
	return ok(c.f.publicUser(u))
}

func listEmails(c *call) (answer, error) {
	return ok(paginate(c, []obj{{"email": c.user.address(), "primary": true, "verified": true, "visibility": "public"}}))
}

func listUserOrgs(c *call) (answer, error) {
	return ok(each(paginate(c, c.f.orgsOf(c.user)), c.f.simpleOrg))
}

// listUserRepos are the repositories that the caller owns, collaborates on or
// sees as a member.
func listUserRepos(c *call) (answer, error) {
	want := orElse(c.query.Get("affiliation"), "owner,collaborator,organization_member")
	if kind := c.query.Get("type"); kind == "owner" || kind == "public" || kind == "private" || kind == "member" {
		want = map[string]string{"owner": "owner", "member": "collaborator,organization_member"}[kind]
		want = orElse(want, "owner,collaborator,organization_member")
	}
	return c.repoList("mine "+want, "full_name", func(r *repository) bool {
		mine := r.owner == c.user
		member := !mine && c.f.member(r.owner, c.user)
		granted := !mine && !member && c.f.granted(c.user, r) > permNone && !c.user.Admin
		return mine && strings.Contains(want, "owner") || member && strings.Contains(want, "organization_member") || granted && strings.Contains(want, "collaborator")
	})
}

func listReposOf(c *call) (answer, error) {
	u := c.f.state.user(c.vars["login"])
	if u == nil {
		return answer{}, notFound()
	}
	return c.reposOwnedBy(u)
}

func (c *call) reposOwnedBy(u *user) (answer, error) {
	kind := c.query.Get("type")
	return c.repoList(fmt.Sprint("type ", u.id, " ", kind), "created", func(r *repository) bool {
		switch kind {
		case "forks":
			return r.owner == u && r.parent != nil
		case "sources":
			return r.owner == u && r.parent == nil
		case "public":
			return r.owner == u && !r.private()
		case "private":
			return r.owner == u && r.private()
		case "internal":
			return r.owner == u && r.visibility == "internal"
		}
		return r.owner == u
	})
}

// repoList sorts the repositories that pass as asked and shows a page of them.
// what names the selection.
func (c *call) repoList(what, by string, pass func(*repository) bool) (answer, error) {
	by = orElse(c.query.Get("sort"), by)
	o := order{field: "CREATED_AT"}
	switch by {
	case "full_name":
		o.field = "FULL_NAME"
	case "pushed":
		o.field = "PUSHED_AT"
	case "updated":
		o.field = "UPDATED_AT"
	}
	o.desc = c.query.Get("direction") != "asc" && (c.query.Get("direction") != "" || by != "full_name")
	list := c.f.listed(c.x, what, o, pass).repos
	return ok(each(paginate(c, list), func(r *repository) obj { return c.f.repository(r, c.user) }))
}
