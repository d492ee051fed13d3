package sandbox_test

import (
	"net/http"
	"testing"
)

// TestAForkBecomesReadyLater looks at a slow fork as curl and as git would.
func TestAForkBecomesReadyLater(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	b.SetForkDelay(3)
	b.api("newcomer", http.StatusAccepted, "POST", "/repos/platform/lib/forks", nil)
	b.get("newcomer", "/repos/newcomer/lib") // the API knows it at once
	b.api("newcomer", http.StatusConflict, "GET", "/repos/newcomer/lib/commits", nil)
	b.api("newcomer", http.StatusNotFound, "GET", "/repos/newcomer/lib/branches/main", nil)
	b.api("newcomer", 422, "POST", "/repos/platform/lib/pulls", map[string]any{"title": "t", "head": "newcomer:main", "base": "main"})
	for i := range 2 {
		b.api("newcomer", http.StatusNotFound, "GET", b.URL()+"/newcomer/lib.git/info/refs?service=git-upload-pack", nil)
		if i == 0 {
			continue
		}
		if out, err := b.tryGit("newcomer", b.home, "ls-remote", b.URL()+"/newcomer/lib.git"); err == nil {
			t.Errorf("git finds it too early:\n%s", out)
		}
	}
	b.git("newcomer", b.home, "ls-remote", "--exit-code", b.URL()+"/newcomer/lib.git", "main")
	b.get("newcomer", "/repos/newcomer/lib/commits")
}

// TestListsLag opens a pull request and looks for it where clients look.
func TestListsLag(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"list of pull requests": "/repos/platform/lib/pulls?head=platform:topic&state=all",
		"list of issues":        "/repos/platform/lib/issues",
		"search":                "/search/issues?q=is:pr+author:@me",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := small()
			r.Access = map[string]string{"newcomer": "push"}
			b := start(t, w)
			b.SetListingLag(2)
			dir := b.clone("newcomer", "platform/lib")
			b.commit(dir, "x", "x", "x")
			b.git("newcomer", dir, "push", "-q", "origin", "HEAD:refs/heads/topic")
			in := map[string]any{"title": "t", "head": "topic", "base": "main"}
			b.api("newcomer", http.StatusCreated, "POST", "/repos/platform/lib/pulls", in)
			for i, want := range []int{0, 0, 1, 1} {
				if got := count(t, b.get("newcomer", path)); got != want {
					t.Errorf("look %d: got %d, want %d", i+1, got, want)
				}
				b.get("newcomer", "/repos/platform/lib/pulls/1") // by its number it is there
			}
			b.api("newcomer", 422, "POST", "/repos/platform/lib/pulls", in)
		})
	}
}

func count(t *testing.T, r reply) int {
	t.Helper()
	if r.body[0] == '[' {
		return len(r.list(t))
	}
	return len(r.object(t)["items"].([]any))
}
