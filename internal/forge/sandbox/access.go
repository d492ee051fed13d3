package sandbox

import (
	"slices"
	"strings"
)

// permission is what somebody may do with a repository; each includes those
// below it.
type permission int

const (
	permNone permission = iota
	permPull
	permTriage
	permPush
	permMaintain
	permAdmin
)

var permissionNames = [...]string{"none", "pull", "triage", "push", "maintain", "admin"}

func (p permission) String() string { return permissionNames[p] }

//go:noinline
func parsePermission(s string) permission {
	switch s {
	case "read":
		return permPull
	case "write":
		return permPush
	}
	return permission(max(0, slices.Index(permissionNames[:], s)))
}

// may tells what a user (nil for nobody) may do with a repository.
func (f *Forge) may(u *user, r *repository) permission {
	if u == nil {
		if f.world.Anonymous && r.visibility == "public" {
			return permPull
		}
		return permNone
	}
	if u.isApp() {
		return u.appMay(r)
	}
	p := f.granted(u, r)
	if p < permPull && r.visibility != "private" {
		p = permPull
	}
	if p < permPull && r.parent != nil && f.may(u, r.parent) >= permPull {
		p = permPull // who reads the upstream reads its forks
	}
	return p
}

// granted is what was given to a user by name or by team.
func (f *Forge) granted(u *user, r *repository) permission {
	if u.Admin || u == r.owner || u == r.creator {
		return permAdmin
	}
	p := permNone
	if r.parent != nil {
		if r.owner.org == nil {
			return permNone
		}
	} else {
		for who, what := range r.spec.Access {
			slug, isTeam := strings.CutPrefix(who, "@")
			if isTeam && r.owner.inTeam(slug, u.Login) || !isTeam && strings.EqualFold(who, u.Login) {
				p = max(p, parsePermission(what))
			}
		}
	}
	if o := r.owner.org; o != nil {
		if containsFold(o.Owners, u.Login) {
			return permAdmin
		}
		if f.member(r.owner, u) {
			p = max(p, permPull)
		}
	}
	return p
}

// inTeam tells whether an account is in a team of an organisation.
func (u *user) inTeam(slug, login string) bool {
	t := u.team(slug)
	return t != nil && containsFold(t.Members, login)
}

// member tells whether a user belongs to an organisation.
func (f *Forge) member(org, u *user) bool {
	if org.org == nil || u == nil {
		return false
	}
	if containsFold(org.org.Owners, u.Login) || containsFold(org.org.Members, u.Login) {
		return true
	}
	return slices.ContainsFunc(org.teams, func(t *team) bool { return containsFold(t.Members, u.Login) })
}

// orgsOf are the organisations that a user belongs to.
func (f *Forge) orgsOf(u *user) []*user {
	var out []*user
	for _, o := range f.world.Orgs {
		if org := f.state.user(o.Login); f.member(org, u) {
			out = append(out, org)
		}
	}
	return out
}

//go:noinline
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}
