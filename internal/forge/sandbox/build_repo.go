package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// api is an address below the API.
//
//go:noinline
func (f *Forge) api(format string, args ...any) string {
	return f.URL() + apiPrefix + fmt.Sprintf(format, args...)
}

// page is an address for people.
//
//go:noinline
func (f *Forge) page(format string, args ...any) string {
	return f.URL() + fmt.Sprintf(format, args...)
}

// nodeID is an opaque name, as GraphQL has them.
func nodeID(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%03d:%s%d", len(kind), kind, id))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// stampOrNil is null for a time that has not come.
//
//go:noinline
func stampOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// textOrNil is null for an empty text.
//
//go:noinline
func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (u *user) kind() string {
	switch {
	case u.org != nil:
		return "Organization"
	case u.Bot:
		return "Bot"
	}
	return "User"
}

// simpleUser is GitHub's simple-user.
func (f *Forge) simpleUser(u *user) obj {
	url := f.api("/users/%s", u.Login)
	return fields(
		"login", u.Login, "id", u.id, "node_id", nodeID(u.kind(), u.id),
		"avatar_url", f.page("/avatars/u/%d", u.id), "gravatar_id", "",
		"url", url, "html_url", f.page("/%s", u.Login),
		"followers_url", url+"/followers", "following_url", url+"/following{/other_user}",
		"gists_url", url+"/gists{/gist_id}", "starred_url", url+"/starred{/owner}{/repo}",
		"subscriptions_url", url+"/subscriptions", "organizations_url", url+"/orgs",
		"repos_url", url+"/repos", "events_url", url+"/events{/privacy}",
		"received_events_url", url+"/received_events", "type", u.kind(), "site_admin", u.Admin,
		"user_view_type", "public",
	)
}

//go:noinline
func (f *Forge) userOrNil(u *user) any {
	if u == nil {
		return nil
	}
	return f.simpleUser(u)
}

//go:noinline
func (f *Forge) users(list []*user) []obj {
	out := make([]obj, 0, len(list))
	for _, u := range list {
		out = append(out, f.simpleUser(u))
	}
	return out
}

// publicUser is GitHub's public-user: what everybody may know of an account.
func (f *Forge) publicUser(u *user) obj {
	o := f.simpleUser(u)
	repos := 0
	for _, r := range f.state.order {
		if r.owner == u && !r.private() {
			repos++
		}
	}
	for k, v := range fields(
		"name", textOrNil(u.Name), "company", textOrNil(u.Company), "blog", "", "location", nil,
		"email", textOrNil(u.Email), "hireable", nil, "bio", textOrNil(u.Bio),
		"public_repos", repos, "public_gists", 0, "followers", 0, "following", 0,
		"created_at", stamp(u.created), "updated_at", stamp(u.created),
	) {
		o[k] = v
	}
	return o
}

// privateUser is GitHub's private-user: what an account sees of itself.
func (f *Forge) privateUser(u *user) obj {
	o := f.publicUser(u)
	o["user_view_type"] = "private"
	for k, v := range fields(
		"private_gists", 0, "total_private_repos", 0, "owned_private_repos", 0, "disk_usage", 0,
		"collaborators", 0, "two_factor_authentication", true,
	) {
		o[k] = v
	}
	return o
}

// simpleOrg is GitHub's organization-simple.
func (f *Forge) simpleOrg(u *user) obj {
	url := f.api("/orgs/%s", u.Login)
	return fields(
		"login", u.Login, "id", u.id, "node_id", nodeID("Organization", u.id), "url", url,
		"repos_url", url+"/repos", "events_url", url+"/events", "hooks_url", url+"/hooks",
		"issues_url", url+"/issues", "members_url", url+"/members{/member}",
		"public_members_url", url+"/public_members{/member}",
		"avatar_url", f.page("/avatars/u/%d", u.id), "description", textOrNil(u.Bio),
	)
}

// fullOrg is GitHub's organization-full, as members see it.
func (f *Forge) fullOrg(u *user) obj {
	o := f.simpleOrg(u)
	repos, private := 0, 0
	for _, r := range f.state.order {
		if r.owner == u && r.private() {
			private++
		} else if r.owner == u {
			repos++
		}
	}
	for k, v := range fields(
		"name", u.Name, "html_url", f.page("/%s", u.Login), "has_organization_projects", false,
		"has_repository_projects", false, "public_repos", repos, "public_gists", 0, "followers", 0,
		"following", 0, "type", "Organization", "created_at", stamp(u.created), "updated_at", stamp(u.created),
		"archived_at", nil, "total_private_repos", private, "owned_private_repos", private,
		"default_repository_permission", "read", "members_can_create_repositories", true,
		"two_factor_requirement_enabled", true, "web_commit_signoff_required", false,
		"members_can_fork_private_repositories", true,
	) {
		o[k] = v
	}
	return o
}

// repoLinks are the addresses that every description of a repository has.
func (f *Forge) repoLinks(r *repository) obj {
	url := f.api("/repos/%s", r.fullName())
	o := obj{"url": url}
	for name, path := range map[string]string{
		"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
		"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
		"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}",
		"contributors_url": "/contributors", "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
		"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
		"hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
		"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages",
		"merges_url": "/merges", "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
		"pulls_url": "/pulls{/number}", "releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
		"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams", "trees_url": "/git/trees{/sha}",
	} {
		o[name] = url + path
	}
	return o
}

// repository is GitHub's repository, which lists hold; who sees it decides
// about permissions.
func (f *Forge) repository(r *repository, who *user) obj {
	o := f.repoLinks(r)
	html, forks := f.page("/%s", r.fullName()), len(f.forksOf(r))
	open := 0
	for _, i := range r.issues {
		if i.state == "open" {
			open++
		}
	}
	for k, v := range fields(
		"id", r.id, "node_id", nodeID("Repository", r.id), "name", r.name, "full_name", r.fullName(),
		"private", r.private(), "owner", f.simpleUser(r.owner), "html_url", html,
		"description", textOrNil(r.description), "fork", r.parent != nil, "visibility", r.visibility,
		"clone_url", html+".git", "svn_url", html, "git_url", "git://"+f.host+"/"+r.fullName()+".git",
		"ssh_url", "git@"+f.host+":"+r.fullName()+".git", "mirror_url", nil, "homepage", textOrNil(r.spec.Homepage),
		"language", textOrNil(r.spec.Language), "topics", orEmpty(r.spec.Topics), "license", f.license(r.spec.License),
		"default_branch", r.branch, "size", r.size(), "archived", r.archived, "disabled", false,
		"has_issues", r.hasIssues(), "has_projects", false, "has_wiki", false, "has_pages", false,
		"has_downloads", true, "has_discussions", false, "is_template", r.spec.Template && r.parent == nil,
		"forks", forks, "forks_count", forks, "open_issues", open, "open_issues_count", open,
		"stargazers_count", r.spec.Stars, "watchers", r.spec.Stars, "watchers_count", r.spec.Stars,
		"allow_forking", !r.spec.NoForking, "web_commit_signoff_required", r.spec.WebSignOff,
		"created_at", stamp(r.created), "updated_at", stamp(r.updated), "pushed_at", stamp(r.pushed),
	) {
		o[k] = v
	}
	if r.pulls != "" {
		o["has_pull_requests"] = r.pulls != "none"
		if r.pulls != "none" {
			o["pull_request_creation_policy"] = r.pulls
		}
	}
	if who != nil {
		p := f.may(who, r)
		if who.isApp() {
			p = permNone // what an app may do is no person's permission, and not said here
		}
		o["permissions"] = fields(
			"admin", p >= permAdmin, "maintain", p >= permMaintain, "push", p >= permPush,
			"triage", p >= permTriage, "pull", p >= permPull,
		)
	}
	return o
}

// fullRepository is GitHub's full-repository, for one repository.
func (f *Forge) fullRepository(r *repository, who *user) obj {
	o := f.repository(r, who)
	o["network_count"] = f.networkSize(r)
	o["subscribers_count"] = r.spec.Watchers
	o["temp_clone_token"] = nil
	if r.owner.org != nil {
		o["organization"] = f.simpleUser(r.owner)
	}
	if r.parent != nil {
		o["parent"] = f.repository(r.parent, who)
		o["source"] = f.repository(r.source(), who)
	}
	if f.may(who, r) >= permPush {
		for k, v := range fields(
			"allow_squash_merge", true, "allow_merge_commit", r.spec.SquashTitle == "", "allow_rebase_merge", r.spec.SquashTitle == "",
			"allow_auto_merge", false, "allow_update_branch", true, "delete_branch_on_merge", false,
			"use_squash_pr_title_as_default", r.spec.SquashTitle == "PR_TITLE",
			"squash_merge_commit_title", orElse(r.spec.SquashTitle, "COMMIT_OR_PR_TITLE"), "squash_merge_commit_message", "COMMIT_MESSAGES",
			"merge_commit_title", "MERGE_MESSAGE", "merge_commit_message", "PR_TITLE",
		) {
			o[k] = v
		}
	}
	return o
}

// size is what the seeded files take, in kilobytes.
func (r *repository) size() int {
	if r.spec.Size > 0 {
		return r.spec.Size
	}
	n := 0
	for _, x := range r.spec.Files {
		n += len(x.Data)
	}
	return n/1024 + 1
}

// forksOf are those made right of a repository, the oldest first.
func (f *Forge) forksOf(r *repository) []*repository {
	return slices.DeleteFunc(slices.Clone(r.forks), func(x *repository) bool { return x.deleted })
}

// networkSize counts the forks of the same source, and the forks of these.
func (f *Forge) networkSize(r *repository) int {
	n := 0
	var count func(*repository)
	count = func(x *repository) {
		for _, fork := range f.forksOf(x) {
			n++
			count(fork)
		}
	}
	count(r.source())
	return n
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// license is GitHub's license-simple, or null.
func (f *Forge) license(spdx string) any {
	if spdx == "" {
		return nil
	}
	key := strings.ToLower(spdx)
	names := map[string]string{"apache-2.0": "Apache License 2.0", "mit": "MIT License", "bsd-3-clause": `BSD 3-Clause "New" or "Revised" License`, "mpl-2.0": "Mozilla Public License 2.0"}
	return fields("key", key, "name", orElse(names[key], spdx), "spdx_id", spdx, "url", f.api("/licenses/%s", key), "node_id", nodeID("License", int64(len(key))))
}

// team is GitHub's team, with what it may do with a repository.
func (f *Forge) team(org *user, t *team, p permission) obj {
	o := f.simpleTeam(org, t, p)
	o["parent"] = nil
	o["permissions"] = fields(
		"admin", p >= permAdmin, "maintain", p >= permMaintain, "push", p >= permPush,
		"triage", p >= permTriage, "pull", p >= permPull,
	)
	return o
}

// simpleTeam is GitHub's team-simple.
func (f *Forge) simpleTeam(org *user, t *team, p permission) obj {
	url := f.api("/organizations/%d/team/%d", org.id, t.id)
	return fields(
		"id", t.id, "node_id", nodeID("Team", t.id), "name", t.Name, "slug", t.Slug, "description", textOrNil(t.Description),
		"privacy", "closed", "notification_setting", "notifications_enabled", "permission", p.String(),
		"url", url, "html_url", f.page("/orgs/%s/teams/%s", org.Login, t.Slug),
		"members_url", url+"/members{/member}", "repositories_url", url+"/repos",
		"type", "organization", "organization_id", org.id,
	)
}
