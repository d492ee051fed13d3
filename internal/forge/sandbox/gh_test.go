package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// TestGitHubsOwnClient lets gh, where it is installed, use the forge over TLS.
func TestGitHubsOwnClient(t *testing.T) {
	t.Parallel()
	gh, err := exec.LookPath("gh")
	if err != nil {
		t.Skip("gh is not installed")
	}
	b := start(t, nil, func(o *sandbox.Options) { o.TLS = true })
	run := func(args ...string) string {
		cmd := exec.Command(gh, args...)
		cmd.Dir = b.home
		cmd.Env = append(os.Environ(), "HOME="+b.home, "GH_CONFIG_DIR="+b.home, "GH_HOST="+b.Host(), "GH_ENTERPRISE_TOKEN="+b.Token("newcomer"),
			"SSL_CERT_FILE="+b.CAFile(), "GH_PROMPT_DISABLED=1", "NO_COLOR=1", "https_proxy=", "HTTPS_PROXY=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("gh %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	cases := []struct {
		args []string
		want string
	}{
		{[]string{"api", "user", "-q", ".login"}, "newcomer"},
		{[]string{"api", "-X", "POST", "repos/platform/pipelines/forks", "-q", ".full_name"}, "newcomer/pipelines"},
		{[]string{"api", "--paginate", "repos/identity/auth-lib/pulls?state=all&per_page=2", "-q", ".[].number"}, "412\n405\n391\n383\n377\n352"},
		{[]string{"api", "repos/identity/auth-lib/issues", "-f", "title=hello", "-q", ".number"}, "413"},
		{[]string{"search", "repos", "token", "validation", "--owner", "identity", "--json", "fullName", "-q", ".[].fullName"}, "identity/auth-lib"},
		// What follows asks GraphQL.
		{[]string{"repo", "view", "platform/pipelines", "--json", "nameWithOwner,defaultBranchRef,licenseInfo,repositoryTopics,latestRelease,viewerPermission", "-q", ".nameWithOwner + \" \" + .viewerPermission"}, "platform/pipelines READ"},
		{[]string{"repo", "list", "identity", "--language", "go", "--json", "name", "-q", ".[].name"}, "auth-lib\npermissions"},
		{[]string{"repo", "list", "--fork", "--json", "nameWithOwner", "-q", ".[].nameWithOwner"}, "newcomer/pipelines"},
		{[]string{"pr", "list", "-R", "identity/auth-lib", "--state", "all", "--limit", "3", "--json", "number,state,files,commits,reviews,comments,mergeable,reviewDecision,statusCheckRollup,latestReviews,reviewRequests,headRepository", "-q", ".[] | \"\\(.number) \\(.state)\""}, "412 OPEN\n405 OPEN\n391 MERGED"},
		{[]string{"pr", "list", "-R", "identity/auth-lib", "--author", "payments-engineer", "--draft", "--json", "number", "-q", ".[].number"}, "412"},
		{[]string{"pr", "view", "412", "-R", "identity/auth-lib", "--json", "title,author,reviewRequests", "-q", ".author.login + \" \" + .reviewRequests[0].slug"}, "payments-engineer identity/maintainers"},
		{[]string{"pr", "checks", "405", "-R", "identity/auth-lib", "--required"}, "DCO\tpass\t0\t" + b.URL() + "/identity/auth-lib/runs/"},
		{[]string{"pr", "status", "-R", "identity/auth-lib", "--json", "number", "-q", ".createdBy"}, "[]"},
		{[]string{"issue", "list", "-R", "identity/auth-lib", "--json", "number,labels,comments", "-q", ".[].number"}, "413\n398\n388"},
		{[]string{"issue", "view", "398", "-R", "identity/auth-lib", "--json", "title,state,projectCards,comments", "-q", ".title + \" \" + .state"}, "Reject tokens without expiry OPEN"},
		{[]string{"issue", "status", "-R", "identity/auth-lib", "--json", "number", "-q", ".createdBy[].number"}, "413"},
		{[]string{"release", "view", "-R", "identity/auth-lib", "--json", "tagName", "-q", ".tagName"}, "v3.4.0"},
		{[]string{"label", "list", "-R", "identity/auth-lib", "--search", "newcomers", "--json", "name", "-q", ".[].name"}, "good first issue"},
		{[]string{"api", "graphql", "--paginate", "-f", "query=query($endCursor: String) { organization(login: \"identity\") { repositories(first: 2, after: $endCursor, orderBy: {field: NAME, direction: ASC}) { nodes { name } pageInfo { hasNextPage endCursor } } } }", "-q", ".data.organization.repositories.nodes[].name"}, "auth-client-java\nauth-client-python\nauth-client-ts\nauth-lib\npermissions"},
	}
	for _, c := range cases {
		if got := run(c.args...); got != c.want && !(strings.HasSuffix(c.want, "/") && strings.HasPrefix(got, c.want)) {
			t.Errorf("gh %s: got %q, want %q", strings.Join(c.args, " "), got, c.want)
		}
	}
	for _, e := range b.Requests() {
		if e.Login != "newcomer" || e.Status >= 400 {
			t.Errorf("%s %s: %d for %q", e.Method, e.Path, e.Status, e.Login)
		}
	}
}
