package contribute

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

func TestAPushThatAServerDeclinesIsExplained(t *testing.T) {
	t.Parallel()
	const token = "ghp_0123456789abcdef"
	in := pushIn{Branch: "fix", To: forge.RepoName{Host: "forge.example", Owner: "me", Name: "lib"}}
	refused := func(p forge.Policy, quote, page string) error {
		return &forge.NotPermittedError{What: "pushing fix to me/lib", Policy: p, Quote: quote, URL: page, Pushing: true}
	}
	denied := func(p forge.Policy, quote string) error {
		return &forge.NotPermittedError{What: "pushing to me/lib", Policy: p, Quote: quote, Pushing: true}
	}
	for _, tt := range []struct {
		name   string
		reason string // of a push that arrived; "" is one that did not
		remote []string
		want   error
	}{
		{"rules of a ruleset are named", "push declined due to repository rule violations", []string{
			"error: GH013: Repository rule violations found for refs/heads/fix.", "Review all repository rules at https://forge.example/me/lib/rules?ref=refs%2Fheads%2Ffix",
			"- Commits must have verified signatures.", "Found 1 violation:", "0123456", "- Changes must be made through a pull request.",
		}, refused(forge.PolicyRuleset, "Commits must have verified signatures.; Changes must be made through a pull request.", "")},
		{"a secret is placed, and the page that allows it given", "push declined due to repository rule violations", []string{
			"error: GH013: Repository rule violations found for refs/heads/fix.", "- GITHUB PUSH PROTECTION", "—————————————", "Resolve the following violations before pushing again",
			"- Push cannot contain secrets", "(?) Learn how to resolve a blocked push", "https://docs.github.com/code-security/secret-scanning",
			"—— GitHub Personal Access Token ——————", "locations:", "- commit: 5477a7d", "path: src/api.ts:34",
			"(?) To push, remove secret from commit(s) or follow this URL to allow the secret.", "https://forge.example/me/lib/security/secret-scanning/unblock-secret/2gak",
		}, refused(forge.PolicySecret, "GitHub Personal Access Token in src/api.ts:34", "https://forge.example/me/lib/security/secret-scanning/unblock-secret/2gak")},
		{"a protected branch", "protected branch hook declined", []string{"error: GH006: Protected branch update failed for refs/heads/fix.", "error: Changes must be made through a pull request."},
			refused(forge.PolicyProtected, "Changes must be made through a pull request.", "")},
		{"a file that is too large", "pre-receive hook declined", []string{"error: Trace: 0e1f", "error: See https://gh.io/lfs for more information.", "error: File big.bin is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB", "error: GH001: Large files detected. You may want to try Git Large File Storage."},
			refused(forge.PolicyLargeFile, "File big.bin is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB", "")},
		{"a file that is larger than recommended is not what is refused", "pre-receive hook declined", []string{"warning: File half.bin is 64.00 MB; this is larger than GitHub's recommended maximum file size of 50.00 MB", "error: File big.bin is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB", "error: GH001: Large files detected."},
			refused(forge.PolicyLargeFile, "File big.bin is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB", "")},
		{"a protected branch with an empty line and points", "protected branch hook declined", []string{"error: GH006: Protected branch update failed for refs/heads/fix.", "error:", "error: - Changes must be made through a pull request.", "error: - 2 of 2 required status checks are expected."},
			refused(forge.PolicyProtected, "Changes must be made through a pull request.; 2 of 2 required status checks are expected.", "")},
		{"a hook's own words, without git's", "hook declined", []string{"Branches are called feature/*", "error: hook declined to update refs/heads/fix"}, refused(forge.PolicyHook, "Branches are called feature/*", "")},
		{"an address that is kept private", "push declined due to email privacy restrictions", []string{"error: GH007: Your push would publish a private email address."},
			refused(forge.PolicyEmail, "GH007: Your push would publish a private email address.", "")},
		{"a hook that nobody knows", "pre-receive hook declined", []string{"Ticket number missing"}, refused(forge.PolicyHook, "Ticket number missing", "")},
		{"the workflow scope", "refusing to allow a Personal Access Token to create or update workflow `.github/workflows/ci.yml` without `workflow` scope", nil,
			&forge.ScopeError{Host: "forge.example", Needed: []string{"workflow"}}},

		{"single sign-on gives its page", "", []string{"The 'acme' organization has enabled or enforced SAML SSO.", "To access this repository, visit https://github.com/orgs/acme/sso?authorization_request=AOON5 and try your request again."},
			&forge.SSOError{Host: "forge.example", URL: "https://github.com/orgs/acme/sso?authorization_request=AOON5",
				Quote: "The 'acme' organization has enabled or enforced SAML SSO. To access this repository, visit https://github.com/orgs/acme/sso?authorization_request=AOON5 and try your request again."}},
		{"a fine-grained token", "", []string{"Write access to repository not granted."},
			&forge.TokenError{Host: "forge.example", What: "pushing to me/lib", Kind: forge.TokenClassic, Quote: "Write access to repository not granted."}},
		{"another account", "", []string{"Permission to me/lib.git denied to you."}, denied(forge.PolicyNoAccess, "Permission to me/lib.git denied to you.")},
		{"an account that is suspended", "", []string{"Your account is suspended. Please visit https://support.github.com for more information."}, denied(forge.PolicySuspended, "Your account is suspended. Please visit https://support.github.com for more information.")},
		{"an archived fork", "", []string{"This repository was archived so it is read-only."}, denied(forge.PolicyArchived, "This repository was archived so it is read-only.")},
		{"a server that repeats what it was sent", "", []string{"no: Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+token)), "token=" + token, "Authorization: Bearer secret1", base64.StdEncoding.EncodeToString([]byte("someone:else's password"))},
			denied(forge.PolicyOther, "no: Basic *** *** Authorization: Bearer *** ***")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &Site{Host: "forge.example", Token: token}
			err := error(&git.AuthError{URL: "https://forge.example/me/lib", Forbidden: true, Remote: tt.remote})
			if tt.reason != "" {
				err = &git.RejectedError{Ref: "refs/heads/fix", Reason: tt.reason, Remote: tt.remote}
			}
			if diff := cmp.Diff(tt.want, s.explainPush(err, in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	stale := &git.RejectedError{Reason: "fetch first", Stale: true}
	if got := (&Site{}).explainPush(stale, in); !errors.Is(got, ErrNoCommit) {
		t.Errorf("a branch that has moved became %v", got)
	}
}
