package github_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// openIssue acts on the forge as one of its people.
func openIssue(t *testing.T, f *sandbox.Forge, login, method, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.URL()+"/api/v3"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+f.Token(login))
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, a.Status)
	}
}

// told writes issues in one line.
func told(c *forge.ChangedIssues) string {
	if c == nil {
		return "nothing"
	}
	out := fmt.Sprintf("%d of %d:", c.Told, c.Total)
	for _, i := range c.Issues {
		labels, _ := json.Marshal(i.Labels)
		out += fmt.Sprintf(" %s %s %s %s", i.Repo.FullName(), i.Title, i.State, labels)
	}
	return out
}

func TestIssuesThatChangedAreFoundEitherWay(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64 // minutes
	now := func() time.Time {
		return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(time.Duration(passed.Load()) * time.Minute)
	}
	f, c := atSandbox(t, "newcomer", func(o *sandbox.Options) { o.Now = now })
	since := now().Add(time.Minute)
	for _, x := range []struct{ method, path, body string }{
		{"POST", "/repos/identity/auth-lib/issues", `{"title":"one","labels":["help wanted"]}`},
		{"POST", "/repos/identity/permissions/issues", `{"title":"two","labels":["bug"]}`},
		{"POST", "/repos/identity/auth-lib/issues", `{"title":"three","labels":["Good First Issue"]}`},
	} {
		passed.Add(2)
		openIssue(t, f, "identity-lead", x.method, x.path, x.body)
	}
	q := forge.ChangedIssuesQuery{Owner: "identity", Since: since}
	all := `3 of 3: identity/auth-lib one open ["help wanted"] identity/permissions two open ["bug"] identity/auth-lib three open ["good first issue"]`
	check := func(way string, q forge.ChangedIssuesQuery, want string) {
		t.Helper()
		got, err := c.ChangedIssues(t.Context(), q)
		if err != nil || told(&got) != want {
			t.Errorf("%s: got %s, want %s (%v)", way, told(&got), want, err)
		}
	}
	for _, way := range []string{"GraphQL", "REST"} {
		f.SetGraphQL(sandbox.GraphQL{Off: way == "REST"})
		check(way, q, all)
		check(way, forge.ChangedIssuesQuery{Owner: "identity", Since: since.Add(2 * time.Minute)},
			`2 of 2: identity/permissions two open ["bug"] identity/auth-lib three open ["good first issue"]`)
		check(way, forge.ChangedIssuesQuery{Owner: "identity", Since: since, Labels: []string{"good first issue", "help wanted"}},
			`2 of 2: identity/auth-lib one open ["help wanted"] identity/auth-lib three open ["good first issue"]`)
	}
	f.SetGraphQL(sandbox.GraphQL{})
	c = anotherClient(t, f, "newcomer")
	before := c.Requests()
	page, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "identity", First: 10, QuarterEnd: now(), IssuesSince: since, Changed: func(forge.Repo) bool { return false }})
	if err != nil || told(page.Issues) != all || len(page.Profiles) == 0 || c.Requests()-before != 1 {
		t.Errorf("along with %d repositories in %d requests: got %s, want %s (%v)", len(page.Profiles), c.Requests()-before, told(page.Issues), all, err)
	}
}
