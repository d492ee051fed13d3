package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// TestEveryEndpointAnswers reads whatever can be read; the conformance run
// validates what was answered.
func TestEveryEndpointAnswers(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	lib := "/repos/identity/auth-lib"
	pull := b.get("newcomer", lib+"/pulls/412").object(t)
	sha := pull["head"].(map[string]any)["sha"].(string)
	tree := b.get("newcomer", lib+"/git/trees/main?recursive=1").object(t)
	blob := tree["tree"].([]any)[0].(map[string]any)
	if blob["type"] != "blob" {
		blob = tree["tree"].([]any)[1].(map[string]any)
	}
	ruleset := b.get("newcomer", lib+"/rulesets").list(t)[0]
	paths := []string{
		"", "/meta", "/rate_limit", "/user", "/user/repos", "/user/orgs", "/user/emails", "/users/identity-lead", "/orgs/identity",
		"/orgs/identity/repos", "/orgs/storefront/teams/web/members", lib, lib + "/forks", lib + "/branches", lib + "/branches/main",
		lib + "/rules/branches/main", lib + "/rules/branches/feature%2Fx", lib + "/rulesets", fmt.Sprintf("%s/rulesets/%.0f", lib, ruleset["id"]),
		lib + "/git/ref/heads/main", lib + "/git/matching-refs/heads", lib + "/git/trees/main", lib + "/git/blobs/" + fmt.Sprint(blob["sha"]),
		lib + "/contents", lib + "/contents/docs", lib + "/contents/CONTRIBUTING.md?ref=main", lib + "/readme", lib + "/license",
		lib + "/commits", lib + "/commits/main", lib + "/commits/" + sha, lib + "/compare/main...payments-engineer:validate-audience",
		lib + "/commits/" + sha + "/check-runs", lib + "/commits/" + sha + "/status", lib + "/commits/main/statuses",
		lib + "/pulls", lib + "/pulls?state=all&per_page=100", lib + "/pulls/352", lib + "/pulls/412/files", lib + "/pulls/412/commits",
		lib + "/pulls/352/reviews", lib + "/pulls/412/requested_reviewers", lib + "/pulls/412/comments", lib + "/issues", lib + "/issues/398",
		lib + "/issues?labels=help%20wanted", lib + "/issues/398/comments", lib + "/issues/398/labels", lib + "/labels", lib + "/releases",
		lib + "/releases/latest", lib + "/teams", lib + "/topics", lib + "/languages", lib + "/collaborators/newcomer/permission",
		lib + "/tags", lib + "/git/commits/" + sha, lib + "/commits/" + sha + "/pulls", lib + "/releases/tags/v3.4.0", lib + "/contributors",
		lib + "/stats/participation", lib + "/assignees", "/users/newcomer/orgs", "/orgs/identity/members", "/orgs/identity/teams", "/orgs/identity/teams/maintainers",
		"/users/identity-lead/gpg_keys", "/users/identity-lead/ssh_signing_keys",
		lib + "/codeowners/errors", "/search/repositories?q=token+validation", "/search/issues?q=is:open+label:%22help+wanted%22+org:identity",
	}
	for _, r := range sandbox.Acme().Repos {
		if r.Visibility == "private" && r.Access["newcomer"] == "" {
			continue
		}
		name := "/repos/" + r.Owner + "/" + r.Name
		paths = append(paths, name, name+"/branches", name+"/rules/branches/main", name+"/pulls?state=all", name+"/issues?state=all", name+"/contents/")
	}
	for _, p := range paths {
		for _, who := range []string{"newcomer", "site-admin"} {
			b.get(who, p)
		}
	}
	for _, p := range []string{lib + "/pulls/352/merge", "/orgs/identity/members/identity-lead"} {
		b.api("newcomer", http.StatusNoContent, "GET", p, nil)
	}
	for _, p := range []string{lib + "/pulls/412/merge", "/orgs/identity/members/newcomer", lib + "/releases/tags/v0", lib + "/community/profile", "/nothing", "/repos/identity/nothing", lib + "/pulls/398", lib + "/branches/none", lib + "/branches/main/protection"} {
		o := b.api("newcomer", http.StatusNotFound, "GET", p, nil).object(t)
		if o["message"] == "" || o["documentation_url"] == "" {
			t.Errorf("%s: got %v", p, o)
		}
	}
}

func TestWhoAsks(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	cases := []struct {
		name, token, path string
		status            int
		message           string
	}{
		{"no token", "", "/user", 401, "Requires authentication"},
		{"an unknown token", "ghp_unknown", "/user", 401, "Bad credentials"},
		{"an expired token", b.ExpiredToken("newcomer"), "/user", 401, "Bad credentials"},
		{"a token without repo does not see internal repositories", b.TokenWith("newcomer", "read:org"), "/repos/identity/auth-lib", 404, "Not Found"},
		{"a token without user:email", b.TokenWith("newcomer", "repo"), "/user/emails", 403, "Your token has not been granted the required scopes to execute this query."},
		{"a private repository of others", b.Token("payments-lead"), "/repos/mesh/routing-config", 404, "Not Found"},
	}
	for _, c := range cases {
		r, err := b.send(c.token, "GET", c.path, nil)
		if err != nil || r.status != c.status || r.object(t)["message"] != c.message {
			t.Errorf("%s: got %d %s (%v), want %d %s", c.name, r.status, r.body, err, c.status, c.message)
		}
	}
	h := b.get("newcomer", "/user").header
	if got := h.Get("X-OAuth-Scopes"); got != "repo, read:org, workflow, user:email" {
		t.Errorf("scopes: got %q", got)
	}
}

func TestETagAndPages(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	first := b.get("newcomer", "/repos/identity/auth-lib/pulls?state=all&per_page=2")
	if len(first.list(t)) != 2 || !strings.Contains(first.header.Get("Link"), `rel="next"`) || !strings.Contains(first.header.Get("Link"), `page=3`) {
		t.Errorf("got %d items and Link %q", len(first.list(t)), first.header.Get("Link"))
	}
	next := strings.TrimPrefix(strings.Split(first.header.Get("Link"), ">")[0], "<")
	second := b.get("newcomer", next)
	if a, c := first.list(t)[1]["number"].(float64), second.list(t)[0]["number"].(float64); a <= c {
		t.Errorf("the second page begins with %v after %v", c, a)
	}
	tag := first.header.Get("ETag")
	path := "/repos/identity/auth-lib/pulls?state=all&per_page=2"
	before := b.get("newcomer", "/rate_limit").header.Get("X-RateLimit-Remaining")
	if r := b.api("newcomer", http.StatusNotModified, "GET", path, nil, "If-None-Match", tag); len(r.body) > 0 {
		t.Errorf("304 with a body: %s", r.body)
	}
	if after := b.get("newcomer", "/rate_limit").header.Get("X-RateLimit-Remaining"); after != before {
		t.Errorf("304 costs: %s before, %s after", before, after)
	}
	b.api("newcomer", http.StatusCreated, "POST", "/repos/identity/auth-lib/issues/412/comments", map[string]any{"body": "hello"})
	b.api("newcomer", http.StatusOK, "GET", path, nil, "If-None-Match", tag)
}

// checks are the check runs of a commit, as NAME=STATUS/CONCLUSION.
func (b *bench) checks(repo, sha string) string {
	b.Helper()
	var out []string
	for _, x := range b.get("newcomer", repo+"/commits/"+sha+"/check-runs").object(b)["check_runs"].([]any) {
		m := x.(map[string]any)
		out = append(out, fmt.Sprint(m["name"], "=", m["status"], "/", m["conclusion"]))
	}
	return strings.Join(out, " ")
}

// reviewAndMerge is the owners' part: nobody approves their own, and nothing is
// merged before the rules are met.
func (b *bench) reviewAndMerge(lib, one, head string) {
	b.Helper()
	b.api("newcomer", 422, "POST", one+"/reviews", map[string]any{"event": "APPROVE"})
	b.api("identity-lead", http.StatusMethodNotAllowed, "PUT", one+"/merge", map[string]any{"merge_method": "squash"})
	b.api("identity-lead", http.StatusOK, "POST", one+"/reviews", map[string]any{"event": "APPROVE", "body": "Thank you"})
	b.api("identity-lead", http.StatusCreated, "POST", lib+"/check-runs", map[string]any{"name": "acme-gate", "head_sha": head, "status": "completed", "conclusion": "success"})
	b.api("identity-lead", http.StatusCreated, "POST", lib+"/statuses/"+head, map[string]any{"state": "success", "context": "extra"})
	b.api("identity-lead", http.StatusOK, "PUT", one+"/merge", map[string]any{"merge_method": "squash"})
	if got := b.get("newcomer", one).object(b); got["merged"] != true || got["state"] != "closed" {
		b.Errorf("got %v %v", got["merged"], got["state"])
	}
}

// TestAContribution is the whole way: fork, push, pull request, review, merge.
func TestAContribution(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	lib := "/repos/identity/auth-lib"
	fork := b.api("newcomer", http.StatusAccepted, "POST", lib+"/forks", map[string]any{}).object(t)
	if fork["full_name"] != "newcomer/auth-lib" || fork["parent"].(map[string]any)["full_name"] != "identity/auth-lib" {
		t.Fatalf("got %v", fork["full_name"])
	}
	again := b.api("newcomer", http.StatusAccepted, "POST", lib+"/forks", map[string]any{"name": "other"}).object(t)
	if again["full_name"] != "newcomer/auth-lib" {
		t.Errorf("a second fork is %v", again["full_name"])
	}
	dir := b.clone("newcomer", "newcomer/auth-lib", "--filter=blob:none")
	head := b.commit(dir, "validate.go", "package auth\n", "reject tokens without expiry")
	b.git("newcomer", dir, "push", "-q", "origin", "HEAD:refs/heads/fix-398")
	in := map[string]any{"title": "Reject tokens", "body": "Fixes #398", "base": "main", "head": "newcomer:fix-398"}
	pr := b.api("newcomer", http.StatusCreated, "POST", lib+"/pulls", in).object(t)
	number := int(pr["number"].(float64))
	one := fmt.Sprintf("%s/pulls/%d", lib, number)
	if number != 413 || pr["mergeable_state"] != "blocked" || pr["commits"] != 1.0 || pr["changed_files"] != 1.0 {
		t.Errorf("got #%d, %v, %v commits, %v files", number, pr["mergeable_state"], pr["commits"], pr["changed_files"])
	}
	if teams := pr["requested_teams"].([]any); len(teams) != 1 || teams[0].(map[string]any)["slug"] != "maintainers" {
		t.Errorf("code owners: got %v", teams)
	}
	exists := b.api("newcomer", 422, "POST", lib+"/pulls", in).object(t)
	if e := exists["errors"].([]any)[0].(map[string]any); e["message"] != "A pull request already exists for newcomer:fix-398." || e["code"] != "custom" {
		t.Errorf("got %v", exists)
	}
	if got, want := b.checks(lib, head), "DCO=completed/action_required title=completed/failure build=queued/<nil> acme-gate=queued/<nil>"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b.git("", dir, "commit", "-q", "--amend", "-s", "-m", "fix: reject tokens without expiry")
	head = b.git("", dir, "rev-parse", "HEAD")
	b.git("newcomer", dir, "push", "-q", "--force", "origin", "HEAD:refs/heads/fix-398")
	b.api("newcomer", http.StatusOK, "PATCH", one, map[string]any{"title": "fix: reject tokens without expiry"})
	if got, want := b.checks(lib, head), "DCO=completed/success build=queued/<nil> acme-gate=queued/<nil> title=completed/success"; got != want {
		t.Errorf("after the push: got  %s\nwant %s", got, want)
	}
	b.reviewAndMerge(lib, one, head)
	merged := b.api("newcomer", http.StatusOK, "POST", "/repos/newcomer/auth-lib/merge-upstream", map[string]any{"branch": "main"}).object(t)
	if merged["merge_type"] != "fast-forward" {
		t.Errorf("got %v", merged)
	}
	b.api("newcomer", http.StatusNoContent, "DELETE", "/repos/newcomer/auth-lib", nil)
	b.api("newcomer", http.StatusNotFound, "GET", "/repos/newcomer/auth-lib", nil)
	if got := b.get("newcomer", one).object(t)["head"].(map[string]any)["repo"]; got != nil {
		t.Errorf("the head of a deleted fork is %v", got)
	}
}

func TestForksThatDiffer(t *testing.T) {
	t.Parallel()
	w, r := small()
	w.AddOrg("innersource", "newcomer")
	w.Orgs[0].Members = []string{"newcomer"}
	w.AddRepo("newcomer/lib", nil)
	r.Branches = []string{"side"}
	w.AddRepo("platform/closed", nil).NoForking = true
	w.AddOrg("closed-shop", "platform-lead")
	w.AddRepo("platform/lent", nil).Access = map[string]string{"newcomer": "write"}
	b := start(t, w)
	post := func(status int, repo string, body map[string]any) map[string]any {
		t.Helper()
		return b.api("newcomer", status, "POST", "/repos/"+repo+"/forks", body).object(t)
	}
	if got := post(202, "platform/lib", map[string]any{"default_branch_only": true}); got["full_name"] != "newcomer/lib-1" {
		t.Errorf("a taken name: got %v", got["full_name"])
	}
	if got := len(b.get("newcomer", "/repos/newcomer/lib-1/branches").list(t)); got != 1 {
		t.Errorf("default branch only: got %d branches", got)
	}
	if got := post(202, "platform/lib", map[string]any{"organization": "innersource", "name": "renamed"}); got["full_name"] != "innersource/renamed" {
		t.Errorf("into an organisation: got %v", got["full_name"])
	}
	if got := post(202, "platform/lib", map[string]any{"organization": "platform", "name": "lib-fork"}); got["full_name"] != "platform/lib-fork" {
		t.Errorf("inside the organisation: got %v", got["full_name"])
	}
	post(403, "platform/lib", map[string]any{"organization": "platform"})
	foreign := map[string]any{"organization": "closed-shop"}
	for _, repo := range []string{"platform/lib", "platform/lent"} {
		if got := post(403, repo, foreign); !strings.HasPrefix(got["message"].(string), "Must have admin rights") {
			t.Errorf("%s into an organisation of others: got %v", repo, got["message"])
		}
	}
	b.api("platform-lead", 202, "POST", "/repos/platform/lib/forks", foreign)
	post(403, "platform/lib", foreign) // its fork is there now, and still not for others
	b.api("newcomer", 404, "GET", "/repos/closed-shop/lent", nil)
	if got := post(403, "platform/closed", nil); got["message"] != "Repository forking is disabled." {
		t.Errorf("got %v", got["message"])
	}
	if got := post(403, "newcomer/lib", nil); !strings.Contains(got["message"].(string), "cannot own both") {
		t.Errorf("got %v", got["message"])
	}
	dir := b.clone("newcomer", "platform/lib-fork")
	b.commit(dir, "x", "x", "x")
	b.git("newcomer", dir, "push", "-q", "origin", "HEAD:refs/heads/topic")
	in := map[string]any{"title": "x", "base": "main", "head": "platform:topic", "head_repo": "lib-fork"}
	pr := b.api("newcomer", 201, "POST", "/repos/platform/lib/pulls", in).object(t)
	if got := pr["head"].(map[string]any)["repo"].(map[string]any)["full_name"]; got != "platform/lib-fork" {
		t.Errorf("the head lies in %v", got)
	}
}

func TestPullRequestsThatCannotBe(t *testing.T) {
	t.Parallel()
	w, r := small()
	r.Branches = []string{"same"}
	b := start(t, w)
	cases := []struct {
		name, head, base, code, message string
	}{
		{"no commits", "platform:same", "main", "custom", "No commits between platform:main and platform:same"},
		{"no such head", "platform:none", "main", "invalid", ""},
		{"no such owner", "nobody:main", "main", "invalid", ""},
		{"no such base", "platform:same", "none", "invalid", ""},
	}
	for _, c := range cases {
		o := b.api("platform-lead", 422, "POST", "/repos/platform/lib/pulls", map[string]any{"title": "t", "head": c.head, "base": c.base}).object(t)
		e := o["errors"].([]any)[0].(map[string]any)
		message, _ := e["message"].(string)
		if o["message"] != "Validation Failed" || e["resource"] != "PullRequest" || e["code"] != c.code || message != c.message {
			t.Errorf("%s: got %v", c.name, o)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	names := func(q string) string {
		t.Helper()
		var out []string
		for _, x := range b.get("newcomer", "/search/repositories?q="+q).object(t)["items"].([]any) {
			out = append(out, x.(map[string]any)["full_name"].(string))
		}
		return strings.Join(out, " ")
	}
	cases := []struct{ name, query, want string }{
		{"words in name, description and topics", "token+validation+org:identity", "identity/auth-lib"},
		{"a topic", "topic:service-mesh+topic:routing", "mesh/routing-config"},
		{"an organisation and a language", "org:platform+language:java", "platform/gateway-filters"},
		{"excluded by a minus", "validation+-language:go", "platform/gateway-filters"},
		{"only in the name", "operator+in:name", "platform/cluster-operator"},
		{"nothing", "zebra", ""},
	}
	for _, c := range cases {
		if got := names(c.query); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	mine := b.get("payments-engineer", "/search/issues?q=is:pr+is:open+author:@me+repo:identity/auth-lib").object(t)
	if mine["total_count"] != 1.0 {
		t.Errorf("my pull requests: got %v", mine["total_count"])
	}
	wanted := b.get("identity-lead", "/search/issues?q=is:pr+review-requested:@me+repo:identity/auth-lib").object(t)
	if wanted["total_count"] != 2.0 {
		t.Errorf("reviews wanted: got %v", wanted["total_count"])
	}
	b.api("newcomer", 422, "GET", "/search/repositories?q=org:nowhere", nil)
	b.api("newcomer", 422, "GET", "/search/repositories?q="+strings.Repeat("long", 64)+"er", nil)
	b.get("newcomer", "/search/repositories?q=token"+strings.Repeat("+org:identity", 60)) // qualifiers do not count
}
