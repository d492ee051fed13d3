package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// recorder answers always the same and keeps what it was sent.
type recorder struct {
	http.Handler
	method, path string
	body         map[string]any
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.method, r.path = req.Method, strings.TrimPrefix(req.URL.EscapedPath(), "/api/v3/")
	raw, _ := io.ReadAll(req.Body)
	r.body = nil
	if len(raw) > 0 && json.Unmarshal(raw, &r.body) != nil {
		r.body = map[string]any{"not JSON": string(raw)}
	}
	r.Handler.ServeHTTP(w, req)
}

func TestAForkIsToldFromOneThatWasThere(t *testing.T) {
	t.Parallel()
	fork := func(name string, age time.Duration) string {
		return fmt.Sprintf(`{"name":%q,"owner":{"login":"newcomer"},"fork":true,"parent":{"full_name":"acme/lib"},"created_at":%q}`, name, noon.Add(-age).Format(time.RFC3339))
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		o      ForkOptions
		want   forge.ForkOutcome
		repo   string
	}{
		{"a young one was made", 202, fork("lib", 2*time.Second), ForkOptions{}, forge.ForkCreated, "lib"},
		{"a young one under another name was made", 202, fork("lib-1", 2*time.Second), ForkOptions{}, forge.ForkCreated, "lib-1"},
		{"an old one was there", 202, fork("lib", time.Hour), ForkOptions{}, forge.ForkExisting, "lib"},
		{"an old one in another case was there", 202, fork("Lib", time.Hour), ForkOptions{}, forge.ForkExisting, "Lib"},
		{"an old one under another name was renamed", 202, fork("my-lib", time.Hour), ForkOptions{}, forge.ForkRenamed, "my-lib"},
		{"an old one does not take the name that was asked for", 202, fork("lib", time.Hour), ForkOptions{Name: "acme-lib"}, forge.ForkRenamed, "lib"},
		{"without a date the status tells of an old one", 200, `{"full_name":"newcomer/lib"}`, ForkOptions{}, forge.ForkExisting, "lib"},
		{"without a date the status tells of a new one", 202, `{"full_name":"newcomer/lib"}`, ForkOptions{}, forge.ForkCreated, "lib"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rec := &recorder{Handler: said(tt.status, tt.body)}
			// Our clock is a day late; the server's counts.
			c, _ := testClient(t, rec, func(o *Options) { o.Now = func() time.Time { return noon.Add(24 * time.Hour) } })
			got, err := c.CreateFork(t.Context(), lib(c), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			upstream := lib(c)
			if got.Outcome != tt.want || got.Name != tt.repo || got.Owner != "newcomer" || got.Parent == nil || !got.Parent.Equal(upstream) || !got.Fork {
				t.Errorf("got %+v, want %s as %s", got, tt.repo, tt.want)
			}
			if c.Requests() != 1 || rec.method != "POST" || rec.path != "repos/acme/lib/forks" {
				t.Errorf("%d requests, the last %s %s: a fork is never renamed", c.Requests(), rec.method, rec.path)
			}
		})
	}
}

func TestAForkThatAlreadyExistsIsLookedUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, there string
		refused     http.HandlerFunc
		found       bool
	}{
		{"it is a fork of the upstream", `{"full_name":"newcomer/lib","fork":true,"parent":{"full_name":"acme/lib"}}`, said(409, `{"message":"repository already exists"}`), true},
		{"an empty answer is looked up too", `{"full_name":"newcomer/lib","fork":true,"parent":{"full_name":"acme/lib"}}`, said(202, ``), true},
		{"it is something else", `{"full_name":"newcomer/lib"}`, said(422, `{"message":"Validation Failed","errors":[{"message":"name already exists on this account"}]}`), false},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /api/v3/repos/acme/lib/forks", tt.refused)
		mux.HandleFunc("GET /api/v3/user", said(200, `{"login":"newcomer"}`))
		mux.HandleFunc("GET /api/v3/repos/newcomer/lib", said(200, tt.there))
		c, _ := testClient(t, mux)
		got, err := c.CreateFork(t.Context(), lib(c), ForkOptions{})
		var invalid *forge.InvalidError
		switch {
		case tt.found && (err != nil || got.Outcome != forge.ForkExisting || got.FullName() != "newcomer/lib"):
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		case !tt.found && (!errors.As(err, &invalid) || !invalid.Exists):
			t.Errorf("%s: got %+v, %v, want the refusal", tt.name, got, err)
		}
	}
}

func TestForkOptionsAreSentOnlyWhenTheySaySomething(t *testing.T) {
	t.Parallel()
	rec := &recorder{Handler: said(202, `{"full_name":"sandbox/acme-lib"}`)}
	c, _ := testClient(t, rec)
	if _, err := c.CreateFork(t.Context(), lib(c), ForkOptions{Org: "sandbox", Name: "acme-lib", DefaultBranchOnly: true}); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"organization": "sandbox", "name": "acme-lib", "default_branch_only": true}
	if diff := cmp.Diff(want, rec.body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := c.CreateFork(t.Context(), lib(c), ForkOptions{}); err != nil {
		t.Fatal(err)
	}
	if len(rec.body) != 0 {
		t.Errorf("sent %v, want nothing", rec.body)
	}
}

func TestAPullRequestNamesWhereItsBranchLies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		from string // OWNER/NAME
		want map[string]any
	}{
		{"the same repository", "acme/lib", map[string]any{"head": "fix"}},
		{"the same repository in another case", "ACME/Lib", map[string]any{"head": "fix"}},
		{"a fork of somebody", "newcomer/lib", map[string]any{"head": "newcomer:fix"}},
		{"a fork in the same organisation", "acme/lib-sandbox", map[string]any{"head": "acme:fix", "head_repo": "acme/lib-sandbox"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rec := &recorder{Handler: said(201, `{"number":9,"state":"open","title":"t","html_url":"https://ghe.example/acme/lib/pulls/9","base":{"ref":"main","repo":{"full_name":"acme/lib"}},"head":{"ref":"fix","sha":"abc","repo":null}}`)}
			c, _ := testClient(t, rec)
			owner, name, _ := strings.Cut(tt.from, "/")
			got, err := c.OpenPull(t.Context(), lib(c), forge.NewPull{
				Title: "t", Body: "b", Base: "main", Head: "fix", HeadRepo: forge.RepoName{Host: c.Host(), Owner: owner, Name: name},
			})
			if err != nil || got.Number != 9 || got.URL != "http://"+c.Host()+"/acme/lib/pulls/9" || got.Head.Repo != nil || got.State != forge.PullOpen {
				t.Errorf("got %+v, %v", got, err)
			}
			tt.want["title"], tt.want["body"], tt.want["base"] = "t", "b", "main"
			if diff := cmp.Diff(tt.want, rec.body); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPullRequestThatExistsIsSaidToExist(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(422, `{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"A pull request already exists for newcomer:fix."}]}`))
	_, err := c.OpenPull(t.Context(), lib(c), forge.NewPull{Title: "t", Base: "main", Head: "fix", Draft: true})
	want := &forge.InvalidError{What: "opening a pull request in acme/lib", Quote: "A pull request already exists for newcomer:fix.", Exists: true}
	var got *forge.InvalidError
	if !errors.As(err, &got) || !cmp.Equal(want, got) {
		t.Errorf("got %#v, want %#v", err, want)
	}
}

func TestPullRequestsAreFilteredHereToo(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(200, `[
		{"number":1,"state":"closed","merged_at":"2026-01-02T03:04:05Z","head":{"ref":"fix","user":{"login":"newcomer"}},"base":{"ref":"main"},"requested_reviewers":[{"login":"identity-lead"}],"requested_teams":[{"slug":"identity"}]},
		{"number":2,"state":"closed","merged_at":null,"head":{"ref":"fix","repo":{"full_name":"newcomer/lib","owner":{"login":"Newcomer"}}},"base":{"ref":"main"}},
		{"number":3,"state":"open","head":{"ref":"other","user":{"login":"newcomer"}},"base":{"ref":"main"}},
		{"number":4,"state":"open","head":{"ref":"fix","user":{"login":"somebody"}},"base":{"ref":"main"}},
		{"number":5,"state":"open","head":{"ref":"fix","user":{"login":"newcomer"}},"base":{"ref":"v1"}}]`))
	got, err := c.Pulls(t.Context(), lib(c), PullQuery{State: "all", Head: "newcomer:fix", Base: "main"})
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got[0].State != forge.PullMerged || got[1].State != forge.PullDeclined || !cmp.Equal(got[0].Reviewers, []string{"identity-lead", "identity"}) {
		t.Errorf("got %+v", got)
	}
}

func TestSmallWritesSendWhatTheySay(t *testing.T) {
	t.Parallel()
	title := "new"
	for _, tt := range []struct {
		name, method, path string
		body               map[string]any
		do                 func(*Client) error
	}{
		{"editing sends what changes", "PATCH", "repos/acme/lib/pulls/9", map[string]any{"title": "new"}, func(c *Client) error {
			_, err := c.EditPull(t.Context(), lib(c), 9, forge.PullEdit{Title: &title})
			return err
		}},
		{"closing closes", "PATCH", "repos/acme/lib/pulls/9", map[string]any{"state": "closed"}, func(c *Client) error { return c.ClosePull(t.Context(), lib(c), 9) }},
		{"a fork is brought up to date", "POST", "repos/acme/lib/merge-upstream", map[string]any{"branch": "main"}, func(c *Client) error { return c.SyncFork(t.Context(), lib(c), "main") }},
		{"a branch with a slash is deleted", "DELETE", "repos/acme/lib/git/refs/heads/fix/a%20b", nil, func(c *Client) error { return c.DeleteBranch(t.Context(), lib(c), "fix/a b") }},
		{"an issue is opened", "POST", "repos/acme/lib/issues", map[string]any{"title": "t", "body": "b", "labels": []any{"access"}}, func(c *Client) error {
			_, err := c.CreateIssue(t.Context(), lib(c), NewIssue{Title: "t", Body: "b", Labels: []string{"access"}})
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rec := &recorder{Handler: said(200, `{"number":9}`)}
			c, _ := testClient(t, rec)
			if err := tt.do(c); err != nil {
				t.Fatal(err)
			}
			if rec.method != tt.method || rec.path != tt.path || !cmp.Equal(rec.body, tt.body) {
				t.Errorf("sent %s %s %v, want %s %s %v", rec.method, rec.path, rec.body, tt.method, tt.path, tt.body)
			}
		})
	}
}

func TestABranchThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(422, `{"message":"Reference does not exist"}`))
	var missing *forge.NotFoundError
	if err := c.DeleteBranch(t.Context(), lib(c), "fix"); !errors.As(err, &missing) || missing.What != "branch fix of acme/lib" {
		t.Errorf("got %v", err)
	}
	c, _ = testClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	if err := c.DeleteBranch(t.Context(), lib(c), "fix"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAForkThatCannotBeBroughtUpToDateSaysWhy(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v3/repos/acme/lib/merge-upstream", said(409, `{"message":"There are merge conflicts"}`))
	c, _ := testClient(t, mux)
	var invalid *forge.InvalidError
	if err := c.SyncFork(t.Context(), lib(c), "main"); !errors.As(err, &invalid) || invalid.Quote != "There are merge conflicts" {
		t.Errorf("got %v", err)
	}
	mux = http.NewServeMux()
	mux.HandleFunc("GET /api/v3/repos/acme/lib", said(200, `{"full_name":"acme/lib"}`))
	c, _ = testClient(t, mux)
	if err := c.SyncFork(t.Context(), lib(c), "main"); !errors.Is(err, forge.ErrUnsupported) {
		t.Errorf("a server that cannot: %v", err)
	}
}
