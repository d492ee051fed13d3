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
	}
	for _, c := range cases {
		if got := run(c.args...); got != c.want {
			t.Errorf("gh %s: got %q, want %q", strings.Join(c.args, " "), got, c.want)
		}
	}
	for _, e := range b.Requests() {
		if e.Login != "newcomer" || e.Status >= 400 {
			t.Errorf("%s %s: %d for %q", e.Method, e.Path, e.Status, e.Login)
		}
	}
}
