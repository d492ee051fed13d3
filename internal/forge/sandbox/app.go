package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// jobs is the app whose tokens Actions gives to its jobs.
const jobs = "github-actions"

// AppToken is a token of an app's installation on an account (OWNER) or a
// repository (OWNER/NAME), with leave to write contents, issues and pull
// requests there; of the app github-actions it is a job's own token. No person
// stands behind it: it acts as SLUG[bot].
func (f *Forge) AppToken(slug, on string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	login := slug + "[bot]"
	u := f.state.user(login)
	if u == nil {
		u = &user{Account: Account{Login: login, Name: login, Bot: true}, id: f.state.id(), created: f.start.AddDate(-1, 0, 0)}
		u.Email = fmt.Sprintf("%d+%s@users.noreply.%s", u.id, login, strings.Split(f.host, ":")[0])
		f.state.users[strings.ToLower(login)] = u
	}
	if !slices.Contains(u.installed, on) {
		u.installed = append(u.installed, on)
	}
	secret := "ghs_" + strings.TrimPrefix(makeToken(f.world.Name, login, "app on "+on), "ghp_")
	f.tokens.put(secret, token{login: login, scopes: defaultScopes(), kind: "app"})
	return secret
}

// isApp tells the account of an app from those of people.
func (u *user) isApp() bool { return u != nil && len(u.installed) > 0 }

// installedOn tells whether an app was given a repository.
func (u *user) installedOn(r *repository) bool {
	return containsFold(u.installed, r.owner.Login) || containsFold(u.installed, r.fullName())
}

// appMay is what an app may do with a repository: write where it is installed,
// and read what everybody reads.
func (u *user) appMay(r *repository) permission {
	switch {
	case u.installedOn(r):
		return permPush
	case r.visibility == "public":
		return permPull
	}
	return permNone
}

// appPolicy is what no app's token can do: whatever is about a person, and a fork
// into an account on which the app is not installed. A job's token forks nothing,
// and opens pull requests only where the owners let jobs do so.
func (c *call) appPolicy(rt *route) error {
	if !c.user.isApp() {
		return nil
	}
	end, write := rt.parts[len(rt.parts)-1], c.x.r.Method != http.MethodGet && c.x.r.Method != http.MethodHead
	job := c.user.Login == jobs+"[bot]"
	switch {
	case rt.parts[0] == "user", job && rt.parts[0] == "orgs" && slices.Contains(rt.parts, "teams"):
		return notForApps("")
	case end == "forks" && write && (job || !c.forksHome()):
		return notForApps("administration=write,contents=read")
	case write && rt.parts[0] == "repos" && c.repo != nil && !c.user.installedOn(c.repo):
		return notForApps("")
	case rt.perm == permAdmin:
		return notForApps("administration=read")
	case end == "pulls" && write && job && slices.ContainsFunc(c.f.inForce(c.user, c.repo), func(p policy) bool { return p.name == "no-job-pulls" }):
		return &apiError{status: http.StatusForbidden, message: "GitHub Actions is not permitted to create or approve pull requests."}
	}
	return nil
}

// forksHome tells whether a fork is asked for into an account of the app's.
func (c *call) forksHome() bool {
	var in struct{ Organization string }
	return c.read(&in) == nil && in.Organization != "" && containsFold(c.user.installed, in.Organization)
}

func notForApps(needed string) error {
	e := &apiError{status: http.StatusForbidden, message: "Resource not accessible by integration"}
	if needed != "" {
		e.header = http.Header{"X-Accepted-Github-Permissions": {needed}}
	}
	return e
}
