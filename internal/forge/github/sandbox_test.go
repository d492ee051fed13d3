package github_test

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// atSandbox starts the acme company and a client of somebody in it.
func atSandbox(t *testing.T, login string, change ...func(*sandbox.Options)) (*sandbox.Forge, *github.Client) {
	t.Helper()
	o := sandbox.Options{Dir: t.TempDir(), Record: recorder(t)}
	for _, f := range change {
		f(&o)
	}
	f, err := sandbox.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := github.New(github.Options{Host: f.Host(), Scheme: "http", Token: f.Token(login)})
	if err != nil {
		t.Fatal(err)
	}
	return f, c
}

// recorder keeps every exchange when ISRC_RECORD names a folder, for holding
// them against what GitHub publishes.
func recorder(t *testing.T) func(sandbox.Exchange) {
	t.Helper()
	dir := os.Getenv("ISRC_RECORD")
	if dir == "" {
		return nil
	}
	keep, err := sandbox.RecordTo(dir, "github-"+strings.ReplaceAll(t.Name(), "/", "-"))
	if err != nil {
		t.Fatal(err)
	}
	return keep
}

// byGraph reads all profiles of an owner by pages of a size.
func byGraph(t *testing.T, c *github.Client, owner string, size int, end time.Time) (all []forge.Profile, requests int) {
	t.Helper()
	q := forge.ProfileQuery{Owner: owner, First: size, QuarterEnd: end}
	for {
		page, err := c.Profiles(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all, requests = append(all, page.Profiles...), requests+page.Requests
		if q.After = page.Next; q.After == "" {
			return all, requests
		}
	}
}

func TestGraphQLAndRESTTellTheSame(t *testing.T) {
	t.Parallel()
	_, c := atSandbox(t, "newcomer")
	end := time.Now()
	for _, owner := range []string{"identity", "payments", "logistics", "mesh", "platform", "observability", "newcomer"} {
		graph, _ := byGraph(t, c, owner, 100, end)
		page, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: owner})
		if err != nil {
			t.Fatal(err)
		}
		var rest []forge.Profile
		for _, p := range page.Profiles {
			p, err := c.ProfileREST(t.Context(), p, forge.ProfileOptions{QuarterEnd: end})
			if err != nil {
				t.Fatal(err)
			}
			rest = append(rest, p)
		}
		sameName := func(all []forge.Profile) {
			slices.SortFunc(all, func(a, b forge.Profile) int { return strings.Compare(a.Name, b.Name) })
		}
		sameName(graph)
		sameName(rest)
		same := cmp.Options{
			cmpopts.EquateEmpty(),
			// What one of them does not say, and nobody asks a catalog for.
			cmpopts.IgnoreFields(forge.Repo{}, "Access", "SquashTitle", "AllowSquash", "AllowMerge", "AllowRebase", "PushProtection", "HTMLURL", "CloneURL", "Source"),
			cmpopts.IgnoreFields(forge.Issue{}, "Author"),
			cmpopts.IgnoreFields(forge.Profile{}, "NodeID"),
		}
		if diff := cmp.Diff(graph, rest, same); diff != "" {
			t.Errorf("%s (-GraphQL +REST):\n%s", owner, diff)
		}
	}
}

func TestAHundredRepositoriesCostTwoRequests(t *testing.T) {
	t.Parallel()
	_, c := atSandbox(t, "newcomer")
	end := time.Now()
	whole, requests := byGraph(t, c, "identity", 100, end)
	if requests != 2 || len(whole) < 4 {
		t.Errorf("%d repositories took %d requests, want 2", len(whole), requests)
	}
	small, _ := byGraph(t, c, "identity", 1, end)
	if diff := cmp.Diff(whole, small); diff != "" {
		t.Errorf("in pages of one (-whole +pages):\n%s", diff)
	}
}

func TestAnOwnerThatTheSandboxDoesNotKnow(t *testing.T) {
	t.Parallel()
	_, c := atSandbox(t, "newcomer")
	var missing *forge.NotFoundError
	if _, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "nobody-here", First: 10}); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	if teams, err := c.OwnerTeams(t.Context(), "nobody-here"); teams != nil || err != nil {
		t.Errorf("teams: got %v, %v", teams, err)
	}
}

func TestHistoriesAreTheSameByGraphQLAndREST(t *testing.T) {
	t.Parallel()
	f, c := atSandbox(t, "newcomer")
	without, err := github.New(github.Options{Host: f.Host(), Scheme: "http", Token: f.Token("newcomer"), Transport: noGraph{}})
	if err != nil {
		t.Fatal(err)
	}
	var repos []forge.RepoName
	for _, owner := range []string{"identity", "payments", "platform"} {
		all, _ := byGraph(t, c, owner, 100, time.Now())
		for _, p := range all {
			repos = append(repos, p.RepoName)
		}
	}
	graph, err := c.PullHistories(t.Context(), repos, 5)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := without.PullHistories(t.Context(), repos, 5)
	if err != nil {
		t.Fatal(err)
	}
	pulls := 0
	for _, h := range graph {
		pulls += len(h.Pulls)
	}
	// Numbers of accounts are REST's alone.
	if diff := cmp.Diff(graph, rest, cmpopts.IgnoreFields(forge.User{}, "ID"), cmpopts.EquateEmpty()); diff != "" || pulls == 0 {
		t.Errorf("of %d pull requests (-GraphQL +REST):\n%s", pulls, diff)
	}
}

func TestTeamsAreShownToMembers(t *testing.T) {
	t.Parallel()
	f, c := atSandbox(t, "newcomer")
	if teams, err := c.OwnerTeams(t.Context(), "identity"); teams != nil || err != nil {
		t.Errorf("to somebody else: got %+v, %v", teams, err)
	}
	c, err := github.New(github.Options{Host: f.Host(), Scheme: "http", Token: f.Token("identity-lead")})
	if err != nil {
		t.Fatal(err)
	}
	teams, err := c.OwnerTeams(t.Context(), "identity")
	if err != nil || teams == nil {
		t.Fatalf("got %+v, %v", teams, err)
	}
	members := map[string][]string{"maintainers": {"identity-lead", "identity-reviewer"}, "engineers": {"identity-engineer"}}
	sorted := cmpopts.SortSlices(strings.Compare)
	if diff := cmp.Diff(members, teams.Members, sorted); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	want := []forge.Team{
		{Slug: "engineers", Name: "Identity Engineers", Permission: "push"},
		{Slug: "maintainers", Name: "Identity Maintainers", Permission: "maintain"},
	}
	byName := cmpopts.SortSlices(func(a, b forge.Team) int { return strings.Compare(a.Slug, b.Slug) })
	if diff := cmp.Diff(want, teams.Repos["identity/auth-lib"], byName); diff != "" || teams.Requests != 1 {
		t.Errorf("after %d requests (-want +got):\n%s", teams.Requests, diff)
	}
}

// noGraph is a way to a host without GraphQL.
type noGraph struct{}

func (n noGraph) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/graphql") {
		return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestAPageBringsTheNextOneAlong(t *testing.T) {
	t.Parallel()
	f, c := atSandbox(t, "newcomer")
	end := time.Now()
	one, requests := byGraph(t, c, "identity", 100, end)
	if requests != 2 || len(one) < 5 {
		t.Fatalf("%d repositories took %d requests", len(one), requests)
	}
	many, requests := byGraph(t, c, "identity", 2, end)
	if want := (len(one)+1)/2 + 1; requests != want {
		t.Errorf("%d repositories, two on a page, took %d requests, want %d", len(one), requests, want)
	}
	if diff := cmp.Diff(one, many); diff != "" {
		t.Errorf("a page at a time (-at once +by pages):\n%s", diff)
	}
	// Where both together are too much, each comes alone.
	f.SetGraphQL(sandbox.GraphQL{Repositories: 3})
	c = anotherClient(t, f, "newcomer")
	if some, _ := byGraph(t, c, "identity", 2, end); len(some) != len(one) {
		t.Errorf("a server that bears little told of %d of %d", len(some), len(one))
	}
}

// anotherClient knows nothing of what was asked before.
func anotherClient(t *testing.T, f *sandbox.Forge, login string) *github.Client {
	t.Helper()
	c, err := github.New(github.Options{Host: f.Host(), Scheme: "http", Token: f.Token(login)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
