package sandbox

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// policy is a reason for which GitHub refuses what an account may do otherwise.
// ORG stands for the organisation, REPO for OWNER/NAME, URL for the forge.
type policy struct {
	name    string
	on      string // what is refused: fork, pull, write (any change over the API), all (git too), push
	status  int
	message string
	field   bool // the message is that of an error in a 422's list
	git     string
	header  [2]string
	block   string // reason for which a repository is blocked
}

// policies are what SetPolicy knows. The words are those that GitHub's users
// quote in its issue trackers; where nobody does, those of its pages.
func policies() []policy {
	return []policy{
		{name: "no-forks", on: "fork", status: 403, message: "The repository exists, but forking is disabled."},
		{name: "no-private-forks", on: "fork", status: 422, message: "This organization does not allow private repository forking", field: true},
		{name: "internal-fork", on: "fork-to-org", status: 403, message: "Cannot fork an internal repo to an organization."},
		// What an enterprise says of where forks may lie is quoted nowhere: a refusal
		// in words that nobody has seen before.
		{name: "fork-destination", on: "fork", status: 403, message: "Your enterprise's policy does not let this repository be forked to that place."},
		{name: "managed-users", on: "write", status: 403, message: "As an Enterprise Managed User, you cannot access this content"},
		{name: "sso", on: "all", status: 403, message: "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
			header: [2]string{"X-Github-Sso", "required; url=URL/orgs/ORG/sso?authorization_request=A1"},
			git:    "The 'ORG' organization has enabled or enforced SAML SSO.\nTo access this repository, visit URL/orgs/ORG/sso?authorization_request=A1 and try your request again."},
		{name: "sso-partial", on: "lists"},
		{name: "ip-allow-list", on: "all", status: 403, message: "Although you appear to have the correct authorization credentials, the `ORG` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
			git: "The 'ORG' organization has an IP allow list enabled, and your IP address is not permitted to access this repository."},
		{name: "oauth-apps", on: "all", status: 403, message: "Although you appear to have the correct authorization credentials, the `ORG` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited."},
		{name: "token-lifetime", on: "all", status: 403, message: "The 'ORG' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 90 days. Please adjust your token's lifetime at the following URL: URL/settings/personal-access-tokens/1"},
		{name: "no-classic-tokens", on: "all", status: 403, message: "`ORG` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions."},
		{name: "interaction-limit", on: "pull", status: 403, message: "An owner of this repository has limited the ability to open a pull request to users that are collaborators on this repository."},
		{name: "collaborators-only", on: "pull", status: 422, message: "must be a collaborator", field: true},
		{name: "no-job-pulls"}, // see appPolicy
		{name: "too-quick", on: "pull", status: 422, message: "was submitted too quickly", field: true},
		{name: "head-unseen", on: "pull", status: 422, message: "Head sha can't be blank, Base sha can't be blank, No commits between main and it, Head ref must be a branch", field: true},
		{name: "blocked-user", on: "write", status: 403, message: "User is blocked"},
		{name: "locked", on: "all", status: 403, message: "Repository has been locked for migration.", git: "Repository 'REPO' is locked for migration."},
		{name: "disabled", on: "all", status: 403, message: "Repository access blocked", block: "tos", git: "Access to this repository has been disabled by GitHub staff."},
		{name: "dmca", on: "all", status: 451, message: "Repository access blocked", block: "dmca", git: "Repository unavailable due to DMCA takedown."},
		{name: "suspended", on: "all", status: 403, message: "Sorry. Your account was suspended.", git: "Your account is suspended. Please visit https://support.github.com for more information."},
		{name: "no-member", on: "fork-to-org", status: 403, message: "You don't have permission to create repositories in this organization."},
		{name: "forbidden-fork", on: "fork", status: 403, message: "Forbidden"},
		{name: "no-pulls", on: "pull", status: 403, message: "Pull requests are disabled in this repository."},
		{name: "no-issues", on: "issues", status: 410, message: "Issues has been disabled in this repository."},
		{name: "pulls-hidden", on: "pull", status: 404, message: "Not Found"},
		{name: "hold-workflows"}, // see Forge.holds
		{name: "no-drafts"},      // private repositories of free plans
		{name: "issue-limit", on: "issues", status: 403, message: "An owner of this repository has limited the ability to open an issue to users that are collaborators on this repository."},
		{name: "issue-forbidden", on: "issues", status: 403, message: "You can't open an issue here."},
		{name: "protected-branch", on: "push"}, // GH006
		{name: "no-new-branches", on: "push"},  // GH013, for forks are not bound by the rules of their source
		{name: "push-protection", on: "push"},  // GH013 with secrets
		{name: "file-limit", on: "push"},       // GH001
		{name: "private-email", on: "push"},    // GH007
	}
}

// SetPolicy lets a policy be in force for an organisation or account (its
// login), or for a repository (OWNER/NAME) with, for pushes, its forks.
func (f *Forge) SetPolicy(where, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range policies() {
		if p.name == name {
			if f.state.policies == nil {
				f.state.policies = map[string][]policy{}
			}
			key := strings.ToLower(where)
			f.state.policies[key] = append(f.state.policies[key], p)
			return nil
		}
	}
	return fault.Errorf("there is no policy %q", name)
}

// ClearPolicies lifts all of them.
func (f *Forge) ClearPolicies() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.policies = nil
}

// inForce are the policies that an account meets at a repository. The caller
// holds mu.
func (f *Forge) inForce(u *user, r *repository) []policy {
	if len(f.state.policies) == 0 {
		return nil
	}
	all := append([]policy{}, f.state.policies[strings.ToLower(r.fullName())]...)
	all = append(all, f.state.policies[strings.ToLower(r.owner.Login)]...)
	if u != nil && u != r.owner {
		all = append(all, f.state.policies[strings.ToLower(u.Login)]...)
	}
	return all
}

// pushPolicy tells whether a policy for pushes binds a repository, or the one
// that it was forked from.
func (f *Forge) pushPolicy(r *repository, name string) bool {
	for _, p := range append(f.inForce(nil, r), f.inForce(nil, r.source())...) {
		if p.name == name {
			return true
		}
	}
	return false
}

func (p policy) fill(f *Forge, r *repository, text string) string {
	return strings.NewReplacer("ORG", r.owner.Login, "REPO", r.fullName(), "URL", f.URL()).Replace(text)
}

// policy is the refusal of what a call wants, nil when none is in force.
func (c *call) policy(rt *route) error {
	end := rt.parts[len(rt.parts)-1]
	write := c.x.r.Method != http.MethodGet && c.x.r.Method != http.MethodHead
	for _, p := range c.f.inForce(c.user, c.repo) {
		switch {
		case p.on == "all":
		case p.on == "write" && write:
		case write && p.on == "issues" && end == "issues":
		case write && p.on == "pull" && end == "pulls", write && p.on == "fork" && end == "forks":
		case write && p.on == "fork-to-org" && end == "forks" && strings.Contains(string(c.body), `"organization"`):
		default:
			continue
		}
		return c.refusedBy(p)
	}
	if write && end == "pulls" && (c.repo.pulls == "none" || c.repo.pulls == "collaborators_only" && c.f.may(c.user, c.repo) < permPush) {
		return &apiError{status: http.StatusForbidden, message: "Pull request creation is restricted in this repository."}
	}
	return c.tokenPolicy(write, end)
}

func (c *call) refusedBy(p policy) error {
	message := p.fill(c.f, c.repo, p.message)
	e := &apiError{status: p.status, message: message}
	if p.field {
		e.message, e.errors = "Validation Failed", []any{fieldError("PullRequest", "", "custom", message)}
	}
	if p.header[0] != "" {
		e.header = http.Header{p.header[0]: {p.fill(c.f, c.repo, p.header[1])}}
	}
	if p.block != "" {
		e.block = obj{"reason": p.block, "created_at": stamp(c.repo.created), "html_url": "https://github.com/github/dmca/blob/master/1.md"}
	}
	return e
}

// tokenPolicy is what fine-grained tokens cannot do: fork, and open pull requests
// in repositories that they were not given. Here they were given those of their
// owner alone.
func (c *call) tokenPolicy(write bool, end string) error {
	if !write || end != "forks" && end != "pulls" {
		return nil
	}
	needed := map[string]string{"forks": "administration=write,contents=read", "pulls": "pull_requests=write"}[end]
	if c.x.token.kind == "fine-grained" && c.repo.owner != c.user {
		return &apiError{status: 403, message: "Resource not accessible by personal access token", header: http.Header{"X-Accepted-Github-Permissions": {needed}}}
	}
	return nil
}

// partial says in the answer to a list across organisations which of them single
// sign-on leaves out.
func (f *Forge) partial(h http.Header, x *exchange) {
	path := strings.TrimPrefix(x.r.URL.Path, apiPrefix)
	if !strings.HasPrefix(path, "/user/") && !strings.HasPrefix(path, "/search/") {
		return
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	var ids []string
	for _, o := range f.world.Orgs {
		for _, p := range f.state.policies[strings.ToLower(o.Login)] {
			if org := f.state.user(o.Login); (p.name == "sso-partial" || p.name == "sso") && org != nil {
				ids = append(ids, strconv.FormatInt(org.id, 10))
			}
		}
	}
	if len(ids) > 0 {
		h.Set("X-GitHub-SSO", "partial-results; organizations="+strings.Join(ids, ","))
	}
}

// gitPolicy is what git is told of a policy, "" when none is in force.
func (f *Forge) gitPolicy(u *user, r *repository) string {
	for _, p := range f.inForce(u, r) {
		if p.on == "all" && p.git != "" {
			return p.fill(f, r, p.git)
		}
	}
	return ""
}

// LimitedToken is a fine-grained token of the account.
func (f *Forge) LimitedToken(login string) string {
	const kind = "fine-grained"
	secret := "github_pat_" + strings.TrimPrefix(makeToken(f.world.Name, login, kind), "ghp_")
	f.tokens.put(secret, token{login: login, scopes: defaultScopes(), kind: kind})
	return secret
}
