package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

func getRepo(c *call) (answer, error) { return ok(c.f.fullRepository(c.repo, c.user)) }

func deleteRepo(c *call) (answer, error) {
	c.f.forget(c.repo)
	return noContent()
}

// forget takes a repository away. Its folder stays: forks may live on its
// objects.
func (f *Forge) forget(r *repository) {
	r.deleted = true
	delete(f.state.repos, strings.ToLower(r.fullName()))
	f.state.order = slices.DeleteFunc(f.state.order, func(x *repository) bool { return x == r })
	for _, x := range f.state.order {
		for _, i := range x.issues {
			if i.pull != nil && i.pull.head == r {
				i.pull.head = nil
				if i.state == "open" {
					f.closeIssue(i, nil)
				}
			}
		}
	}
}

func listForks(c *call) (answer, error) {
	var list []*repository
	for _, r := range c.f.forksOf(c.repo) {
		if c.f.may(c.user, r) >= permPull {
			list = append(list, r)
		}
	}
	if c.query.Get("sort") != "oldest" {
		slices.Reverse(list)
	}
	return ok(each(paginate(c, list), func(r *repository) obj { return c.f.repository(r, c.user) }))
}

// createFork makes a fork, or answers with the one that is there: one account
// has at most one fork of a network.
func createFork(c *call) (answer, error) {
	var in struct {
		Organization  string `json:"organization"`
		Name          string `json:"name"`
		DefaultBranch bool   `json:"default_branch_only"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	owner, err := c.forkOwner(in.Organization)
	if err != nil {
		return answer{}, err
	}
	if c.repo.spec.NoForking {
		return answer{}, forbidden("Repository forking is disabled.")
	}
	name := orElse(in.Name, c.repo.name)
	if !goodName(name) {
		return answer{}, invalid(fieldError("Repository", "name", "custom", "name is not a repository name"))
	}
	if there := c.existingFork(owner, name); there != nil {
		return accepted(c.f.fullRepository(there, c.user))
	}
	if owner == c.repo.owner && strings.EqualFold(name, c.repo.name) {
		return answer{}, forbidden("A single user account cannot own both a parent and fork.")
	}
	if out, err := c.f.in(c.ctx, c.repo, "for-each-ref", "--count=1", "refs/heads"); err != nil || out == "" {
		return answer{}, forbidden("The repository exists, but it contains no Git content. Empty repositories cannot be forked.")
	}
	r := c.f.newFork(c.repo, owner, c.freeName(owner, name))
	r.created, r.updated, r.pushed = c.f.moment(), c.f.moment(), c.repo.pushed
	r.onlyDefault = in.DefaultBranch
	if owner != c.user {
		r.creator = c.user
	}
	r.live = true
	r.gitWait.Store(int32(c.f.forkWait))
	if err := c.f.ready(c.ctx, r); err != nil {
		return answer{}, err
	}
	return accepted(c.f.fullRepository(r, c.user))
}

// forkOwner is the account that the fork will belong to.
func (c *call) forkOwner(organization string) (*user, error) {
	if organization == "" {
		if c.repo.owner == c.user {
			return nil, forbidden("A single user account cannot own both a parent and fork.")
		}
		return c.user, nil
	}
	org := c.f.state.user(organization)
	if org == nil || org.org == nil {
		return nil, invalid(fieldError("Fork", "organization", "invalid", fmt.Sprintf("'%s' is the login for a user account. You must pass the login for an organization account.", organization)))
	}
	if !c.f.member(org, c.user) && !c.user.isApp() {
		return nil, forbidden("Must have admin rights to Repository.") // GitHub's words for it
	}
	return org, nil
}

// existingFork is the owner's fork of the same network, if there is one. Inside
// the owning organisation another name makes another fork.
func (c *call) existingFork(owner *user, name string) *repository {
	for _, r := range c.f.state.order {
		if r.owner != owner || r.parent == nil || r.source() != c.repo.source() || r == c.repo {
			continue
		}
		if owner != c.repo.source().owner || strings.EqualFold(r.name, name) {
			return r
		}
	}
	return nil
}

// freeName adds -1, -2 and so on to a name that is taken.
func (c *call) freeName(owner *user, name string) string {
	free := name
	for n := 1; c.f.state.repo(owner.Login, free) != nil; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}

func goodName(s string) bool {
	if s == "" || len(s) > 100 || s == "." || s == ".." || strings.HasSuffix(s, ".git") {
		return false
	}
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", r) {
			return false
		}
	}
	return true
}

// mergeUpstream brings a branch of a fork up to date, if that needs no thought.
func mergeUpstream(c *call) (answer, error) {
	var in struct {
		Branch string `json:"branch"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	r, up := c.repo, c.repo.parent
	if up == nil {
		return answer{}, unprocessable("This repository is not a fork.")
	}
	if err := c.f.ready(c.ctx, up); err != nil {
		return answer{}, err
	}
	theirs, ours := c.f.branchTip(c.ctx, up, in.Branch), c.f.branchTip(c.ctx, r, in.Branch)
	if theirs == "" || ours == "" {
		return answer{}, &apiError{status: 422, message: "Branch not found: " + in.Branch}
	}
	base := up.owner.Login + ":" + in.Branch
	if theirs == ours || c.f.isAncestor(c.ctx, r, theirs, ours) {
		return ok(fields("message", "This branch is not behind the upstream "+base+".", "merge_type", "none", "base_branch", base))
	}
	kind, message, tip := "fast-forward", "Successfully fetched and fast-forwarded from upstream "+base+".", theirs
	if !c.f.isAncestor(c.ctx, r, ours, theirs) {
		merged, err := c.f.mergeCommit(c.ctx, r, ours, theirs, "Merge branch '"+base+"' into "+in.Branch, c.user)
		if err != nil {
			return answer{}, &apiError{status: 409, message: "There are merge conflicts"}
		}
		kind, message, tip = "merge", "Successfully fetched and merged from upstream "+base+".", merged
	}
	if _, err := c.f.in(c.ctx, r, "update-ref", "refs/heads/"+in.Branch, tip, ours); err != nil {
		return answer{}, err
	}
	c.f.branchMoved(c.ctx, r, in.Branch)
	return ok(fields("message", message, "merge_type", kind, "base_branch", base))
}

func getTopics(c *call) (answer, error) { return ok(obj{"names": orEmpty(c.repo.spec.Topics)}) }

func getLanguages(c *call) (answer, error) { return ok(c.repo.languageBytes()) }

func getPermission(c *call) (answer, error) {
	u := c.f.state.user(c.vars["login"])
	if u == nil || u.org != nil {
		return answer{}, notFound()
	}
	if c.perm < permPush && u != c.user {
		return answer{}, forbidden("Must have push access to view collaborator permission.")
	}
	p := c.f.may(u, c.repo)
	role := map[permission]string{permNone: "none", permPull: "read", permTriage: "triage", permPush: "write", permMaintain: "maintain", permAdmin: "admin"}[p]
	short := map[permission]string{permTriage: "read", permMaintain: "write"}[p]
	o := c.f.simpleUser(u)
	o["role_name"] = role
	o["permissions"] = fields("pull", p >= permPull, "triage", p >= permTriage, "push", p >= permPush, "maintain", p >= permMaintain, "admin", p >= permAdmin)
	return ok(fields("permission", orElse(short, role), "role_name", role, "user", o))
}

// listTeams are the teams with access, which only people who can push may see.
func listTeams(c *call) (answer, error) {
	list := []obj{}
	if c.perm >= permPush {
		for _, who := range sortedKeys(c.repo.spec.Access) {
			slug, isTeam := strings.CutPrefix(who, "@")
			if t := c.repo.owner.team(slug); isTeam && t != nil && c.repo.parent == nil {
				list = append(list, c.f.team(c.repo.owner, t, parsePermission(c.repo.spec.Access[who])))
			}
		}
	}
	return ok(paginate(c, list))
}
