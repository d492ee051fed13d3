package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// route is one endpoint. Below /repos/{owner}/{repo} the repository is found,
// and perm asked for, before serve is called.
type route struct {
	method   string
	parts    []string // {x} takes one element, {x...} one or more
	serve    func(*call) (answer, error)
	perm     permission
	scopes   []string // any one of them
	open     bool     // for everybody
	git      bool     // needs the bare repository
	seed     bool     // needs it, unless its seed tells as much
	hidden   bool     // 404 instead of 403 for who may not
	archived bool     // works on an archived repository though it is no GET
}

// on makes a route; options follow.
func on(pattern string, serve func(*call) (answer, error), options ...func(*route)) route {
	method, path, _ := strings.Cut(pattern, " ")
	rt := route{method: method, parts: strings.Split(strings.Trim(path, "/"), "/"), serve: serve, perm: permPull}
	for _, o := range options {
		o(&rt)
	}
	return rt
}

func withGit(rt *route)    { rt.git = true }
func withSeed(rt *route)   { rt.seed = true }
func toAll(rt *route)      { rt.open = true }
func hide(rt *route)       { rt.hidden = true }
func onArchived(rt *route) { rt.archived = true }

func needs(p permission) func(*route) { return func(rt *route) { rt.perm = p } }

func scoped(scopes ...string) func(*route) { return func(rt *route) { rt.scopes = scopes } }

// match finds the route of a request. Elements are compared as they were
// escaped, so that a branch written with %2F is one element.
func (f *Forge) match(r *http.Request) (*route, map[string]string) {
	path := strings.Trim(strings.TrimPrefix(r.URL.EscapedPath(), apiPrefix), "/")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		plain, err := url.PathUnescape(p)
		if err != nil {
			return nil, nil
		}
		parts[i] = plain
	}
	parts = f.byID(parts)
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range f.routes {
		rt := &f.routes[i]
		if rt.method != method {
			continue
		}
		if vars, ok := matchParts(rt.parts, parts); ok {
			return rt, vars
		}
	}
	return nil, nil
}

// byID reads /repositories/ID as /repos/OWNER/NAME.
func (f *Forge) byID(parts []string) []string {
	if len(parts) < 2 || parts[0] != "repositories" {
		return parts
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, r := range f.state.order {
		if strconv.FormatInt(r.id, 10) == parts[1] {
			return append([]string{"repos", r.owner.Login, r.name}, parts[2:]...)
		}
	}
	return parts
}

func matchParts(pattern, parts []string) (map[string]string, bool) {
	vars := map[string]string{}
	for i, p := range pattern {
		name, isVar := strings.CutPrefix(p, "{")
		name = strings.TrimSuffix(name, "}")
		switch {
		case isVar && strings.HasSuffix(name, "..."):
			// The rest, but for what the pattern still wants after it.
			tail := pattern[i+1:]
			end := len(parts) - len(tail)
			if end <= i || !equalParts(tail, parts[end:]) {
				return nil, false
			}
			vars[strings.TrimSuffix(name, "...")] = strings.Join(parts[i:end], "/")
			return vars, true
		case i >= len(parts):
			return nil, false
		case isVar:
			if parts[i] == "" {
				return nil, false
			}
			vars[name] = parts[i]
		case p != parts[i]:
			return nil, false
		}
	}
	return vars, len(pattern) == len(parts)
}

func equalParts(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// apiRoutes is every endpoint; whatever is not here is 404. Of several that
// match, the first one answers.
func (f *Forge) apiRoutes() []route {
	all := []route{
		on("GET /", getRoot, toAll),
		on("GET /meta", getMeta, toAll),
		on("GET /rate_limit", getRateLimit, toAll),
		on("GET /user", getUser),
		on("GET /user/repos", listUserRepos),
		on("GET /user/orgs", listUserOrgs, scoped("read:org", "write:org", "admin:org", "user", "repo")),
		on("GET /user/emails", listEmails, scoped("user", "user:email")),
		on("GET /users/{login}", getAccount),
		on("GET /users/{login}/repos", listReposOf),
		on("GET /users/{login}/orgs", listOrgsOf),
		on("GET /users/{login}/gpg_keys", listGPGKeys),
		on("GET /users/{login}/ssh_signing_keys", listSigningKeys),
		on("GET /orgs/{org}", getOrg),
		on("GET /orgs/{org}/repos", listOrgRepos),
		on("GET /orgs/{org}/members", listOrgMembers),
		on("GET /orgs/{org}/members/{login}", getOrgMember),
		on("GET /orgs/{org}/teams", listOrgTeams, scoped("read:org", "write:org", "admin:org")),
		on("GET /orgs/{org}/teams/{team}", getTeam, scoped("read:org", "write:org", "admin:org")),
		on("GET /orgs/{org}/teams/{team}/members", listTeamMembers, scoped("read:org", "write:org", "admin:org")),
		on("GET /orgs/{org}/teams/{team}/repos", listTeamRepos, scoped("read:org", "write:org", "admin:org")),
		on("GET /search/repositories", searchRepositories),
		on("GET /search/issues", searchIssues),
	}
	repo := "/repos/{owner}/{repo}"
	for _, list := range [][]route{repoRoutes(repo), gitRoutes(repo), pullRoutes(repo), issueRoutes(repo)} {
		all = append(all, list...)
	}
	return all
}

func repoRoutes(repo string) []route {
	return []route{
		on("GET "+repo, getRepo),
		on("DELETE "+repo, deleteRepo, needs(permAdmin), scoped("delete_repo"), onArchived),
		on("GET "+repo+"/forks", listForks),
		on("POST "+repo+"/forks", createFork, withGit, onArchived),
		on("POST "+repo+"/merge-upstream", mergeUpstream, needs(permPush), withGit),
		on("GET "+repo+"/rules/branches/{branch...}", listBranchRules),
		on("GET "+repo+"/rulesets", listRulesets),
		on("GET "+repo+"/rulesets/{id}", getRuleset),
		on("GET "+repo+"/teams", listTeams),
		on("GET "+repo+"/topics", getTopics),
		on("GET "+repo+"/languages", getLanguages),
		on("GET "+repo+"/license", getLicense, withSeed),
		on("GET "+repo+"/collaborators/{login}/permission", getPermission),
		on("GET "+repo+"/codeowners/errors", getCodeownersErrors, withSeed),
		on("GET "+repo+"/releases", listReleases, withSeed),
		on("GET "+repo+"/releases/latest", getLatestRelease, withSeed),
		on("GET "+repo+"/releases/tags/{tag...}", getRelease, withSeed),
		on("GET "+repo+"/releases/{id}", getRelease, withSeed),
		on("GET "+repo+"/contributors", listContributors, withSeed),
		on("GET "+repo+"/stats/participation", getParticipation, withSeed),
		on("GET "+repo+"/assignees", listAssignees),
	}
}

func gitRoutes(repo string) []route {
	return []route{
		on("GET "+repo+"/branches", listBranches, withGit),
		on("GET "+repo+"/branches/{branch...}/protection", getProtection, needs(permAdmin), hide, withGit),
		on("GET "+repo+"/branches/{branch...}", getBranch, withGit),
		on("GET "+repo+"/tags", listTags, withGit),
		on("GET "+repo+"/git/commits/{sha}", getGitCommit, withSeed),
		on("GET "+repo+"/git/ref/{ref...}", getRef, withGit),
		on("GET "+repo+"/git/matching-refs/{ref...}", listRefs, withGit),
		on("POST "+repo+"/git/refs", createRef, needs(permPush), withGit),
		on("DELETE "+repo+"/git/refs/{ref...}", deleteRef, needs(permPush), withGit),
		on("GET "+repo+"/git/trees/{sha...}", getTree, withSeed),
		on("GET "+repo+"/git/blobs/{sha}", getBlob, withSeed),
		on("GET "+repo+"/contents", getContents, withSeed),
		on("GET "+repo+"/contents/{path...}", getContents, withSeed),
		on("GET "+repo+"/readme", getReadme, withSeed),
		on("GET "+repo+"/commits", listCommits, withSeed),
		on("GET "+repo+"/commits/{ref...}/check-runs", listCheckRuns, withGit),
		on("GET "+repo+"/commits/{ref...}/status", getStatus, withGit),
		on("GET "+repo+"/commits/{ref...}/statuses", listStatuses, withGit),
		on("GET "+repo+"/commits/{ref...}/pulls", listPullsOf, withGit),
		on("GET "+repo+"/commits/{ref...}", getCommit, withGit),
		on("GET "+repo+"/compare/{basehead...}", compareCommits, withGit),
		on("POST "+repo+"/check-runs", createCheckRun, needs(permPush), withGit),
		on("GET "+repo+"/check-runs/{id}", getCheckRun),
		on("GET "+repo+"/check-runs/{id}/annotations", listAnnotations),
		on("GET "+repo+"/actions/jobs/{id}/logs", getJobLog),
		on("GET "+repo+"/actions/runs", listWorkflowRuns),
		on("POST "+repo+"/actions/runs/{id}/approve", approveRun, needs(permPush), withGit),
		on("POST "+repo+"/statuses/{sha}", createStatus, needs(permPush), withGit),
	}
}

func pullRoutes(repo string) []route {
	one := repo + "/pulls/{number}"
	return []route{
		on("GET "+repo+"/pulls", listPulls, withSeed),
		on("POST "+repo+"/pulls", createPull, withGit),
		on("GET "+one, getPull, withGit),
		on("PATCH "+one, editPull, withGit),
		on("GET "+one+"/files", listPullFiles, withGit),
		on("GET "+one+"/commits", listPullCommits, withGit),
		on("GET "+one+"/reviews", listReviews, withSeed),
		on("POST "+one+"/reviews", createReview, withGit),
		on("GET "+one+"/requested_reviewers", getReviewers, withGit),
		on("POST "+one+"/requested_reviewers", requestReviewers, withGit),
		on("DELETE "+one+"/requested_reviewers", dropReviewers, withGit),
		on("GET "+one+"/comments", listRemarks, withGit),
		on("POST "+one+"/comments", createRemark, withGit),
		on("GET "+one+"/merge", getMerged),
		on("PUT "+one+"/merge", mergePull, needs(permPush), withGit),
	}
}

func issueRoutes(repo string) []route {
	one := repo + "/issues/{number}"
	return []route{
		on("GET "+repo+"/issues", listIssues),
		on("POST "+repo+"/issues", createIssue),
		on("GET "+one, getIssue),
		on("PATCH "+one, editIssue),
		on("GET "+one+"/comments", listComments),
		on("POST "+one+"/comments", createComment),
		on("GET "+one+"/labels", listIssueLabels),
		on("POST "+one+"/labels", addIssueLabels, needs(permTriage)),
		on("GET "+repo+"/labels", listLabels),
	}
}
