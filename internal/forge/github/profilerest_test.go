package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// restServer is a host without GraphQL. It counts what it is asked, answers
// with an ETag, and with 304 to those who have it.
type restServer struct {
	mu      sync.Mutex
	answers map[string]string      // by path below /api/v3/, or by path?query
	header  map[string]http.Header // of the same
	fresh   int                    // answers that were no 304
	asked   []string
}

func (s *restServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := strings.TrimPrefix(r.URL.Path, "/api/v3/")
	s.asked = append(s.asked, at)
	for _, key := range []string{at + "?page=" + r.URL.Query().Get("page"), at + "?labels=" + r.URL.Query().Get("labels"), at} {
		body, ok := s.answers[key]
		if !ok {
			continue
		}
		for name, values := range s.header[key] {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, len(body)))
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		s.fresh++
		fmt.Fprint(w, body)
		return
	}
	s.fresh++
	said(404, `{"message":"Not Found"}`).ServeHTTP(w, r)
}

const listedRepo = `{"id":7,"node_id":"R_7","name":"lib","full_name":"acme/lib","owner":{"login":"acme"},"default_branch":"main","open_issues_count":3,"has_issues":true,"watchers_count":9,"pushed_at":"2026-03-01T00:00:00Z","visibility":"internal"}`

func fullServer() *restServer {
	link := func(last int) http.Header {
		return http.Header{"Link": {fmt.Sprintf(`<http://x/api/v3/y?per_page=1&page=2>; rel="next", <http://x/api/v3/y?per_page=1&page=%d>; rel="last"`, last)}, "X-Github-Request-Id": {"A:1"}}
	}
	return &restServer{
		answers: map[string]string{
			"orgs/acme/repos":                       `[` + listedRepo + `]`,
			"repos/acme/lib":                        strings.TrimSuffix(listedRepo, "}") + `,"subscribers_count":4,"parent":{"full_name":"up/lib"},"source":{"full_name":"root/lib"}}`,
			"repos/acme/lib/git/trees/main":         `{"tree":[{"path":"README.md","type":"blob","mode":"100644","sha":"` + oid + `1","size":5},{"path":"docs","type":"tree","mode":"040000","sha":"` + oid + `2"},{"path":"CONTRIBUTING.md","type":"blob","mode":"120000","sha":"` + oid + `3","size":5}]}`,
			"repos/acme/lib/git/trees/" + oid + "2": `{"tree":[{"path":"contributing.rst","type":"blob","mode":"100644","sha":"` + oid + `4","size":5}]}`,
			"repos/acme/lib/git/blobs/" + oid + "1": `{"encoding":"base64","content":"aGVsbG8=\n"}`,
			"repos/acme/lib/git/blobs/" + oid + "4": `{"encoding":"base64","content":"AAEC"}`,
			"repos/acme/lib/languages":              `{"Shell":20,"Go":300}`,
			"repos/acme/lib/releases/latest":        `{"tag_name":"v1","published_at":"2026-01-01T00:00:00Z"}`,
			"repos/acme/lib/commits":                `[{"sha":"` + oid + `9","commit":{"committer":{"date":"2026-02-01T00:00:00Z"}}}]`,
			"repos/acme/lib/pulls":                  `[{"number":1}]`,
			"repos/acme/lib/issues":                 `[{"number":9,"title":"t","labels":[{"name":"Help Wanted"}]},{"number":8,"labels":[{"name":"bug"}]},{"number":1,"pull_request":{},"labels":[{"name":"gig"}]}]`,
		},
		header: map[string]http.Header{"repos/acme/lib/commits": link(42), "repos/acme/lib/pulls": link(6)},
	}
}

func TestAProfileIsReadByRESTAndOnceAgainForNothing(t *testing.T) {
	t.Parallel()
	s := fullServer()
	c, _ := testClient(t, s, func(o *Options) { o.CacheDir = t.TempDir() })
	read := func() forge.Profile {
		page, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: "acme"})
		if err != nil || len(page.Profiles) != 1 || page.Next != "" || page.Total != 1 || page.Requests != 1 {
			t.Fatalf("got %+v, %v", page, err)
		}
		p, err := c.ProfileREST(t.Context(), page.Profiles[0], forge.ProfileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	got := read()
	num := func(n int) *int { return &n }
	web := "http://" + c.Host() + "/acme/lib"
	want := forge.Profile{
		Repo: forge.Repo{
			RepoName: lib(c), DefaultBranch: "main", OpenIssues: 3, HasIssues: true, Visibility: "internal", HTMLURL: web, CloneURL: web + ".git",
			PushedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
			Parent:   &forge.RepoName{Host: c.Host(), Owner: "up", Name: "lib"}, Source: &forge.RepoName{Host: c.Host(), Owner: "root", Name: "lib"},
		},
		ID: 7, NodeID: "R_7", Watchers: num(4), OpenPulls: num(6), QuarterCommits: num(42),
		Languages:  []forge.LanguageSize{{Name: "Go", Bytes: 300}, {Name: "Shell", Bytes: 20}},
		Release:    &forge.Release{Tag: "v1", URL: web + "/releases", Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		HelpWanted: []forge.Issue{{Repo: lib(c), Number: 9, Title: "t", URL: web + "/issues/9", Labels: []string{"Help Wanted"}}},
		Listed:     map[string][]string{"": {"README.md", "docs/"}, ".github": {}, "docs": {"contributing.rst"}},
		Files:      map[string]string{"README.md": "hello"},
		Incomplete: []string{"docs/contributing.rst: it is no text"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.mu.Lock()
	s.fresh = 0
	s.mu.Unlock()
	if diff := cmp.Diff(got, read()); diff != "" || s.fresh != 0 {
		t.Errorf("the second time %d answers cost something, (-first +second):\n%s", s.fresh, diff)
	}
}

func TestWhatAHostDoesNotOfferStaysUnknown(t *testing.T) {
	t.Parallel()
	s := &restServer{answers: map[string]string{"repos/acme/lib": listedRepo}}
	c, _ := testClient(t, s)
	p, err := c.ProfileREST(t.Context(), forge.Profile{Repo: forge.Repo{RepoName: lib(c)}}, forge.ProfileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.QuarterCommits != nil || p.OpenPulls != nil || p.Watchers != nil || p.Languages != nil || p.Listed[""] != nil || len(p.Incomplete) == 0 {
		t.Errorf("got %+v", p)
	}
	if _, err := c.ProfileREST(t.Context(), forge.Profile{Repo: forge.Repo{RepoName: forge.RepoName{Host: c.Host(), Owner: "acme", Name: "gone"}}}, forge.ProfileOptions{}); !lacking(err) {
		t.Errorf("a repository that is gone: got %v", err)
	}
}

func TestALimitEndsAProfileByREST(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(429, `{}`, "Retry-After", "7200"))
	_, err := c.ProfileREST(t.Context(), forge.Profile{Repo: forge.Repo{RepoName: lib(c)}}, forge.ProfileOptions{})
	var limit *forge.RateLimitError
	if !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
}

func TestPagesByRESTAreWalkedByTheirCursor(t *testing.T) {
	t.Parallel()
	repo := func(name string) string { return strings.ReplaceAll(listedRepo, "lib", name) }
	s := &restServer{
		answers: map[string]string{
			"users/me/repos":        `[` + repo("a") + `,{"name":"..","owner":{"login":"me"}}]`,
			"users/me/repos?page=2": `[` + repo("b") + `]`,
		},
		header: map[string]http.Header{
			"users/me/repos":        {"Link": {`<http://elsewhere/?per_page=100&sort=pushed&page=2>; rel="next", <http://elsewhere/?page=2>; rel="last"`}},
			"users/me/repos?page=2": {"Link": {`<http://elsewhere/?page=1>; rel="first"`}},
		},
	}
	c, _ := testClient(t, s)
	first, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: "me"})
	if err != nil || len(first.Profiles) != 1 || len(first.Skipped) != 1 || first.Next == "" || first.Requests != 3 || first.Total != 4 || !first.AtMost {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: "me", After: first.Next})
	if err != nil || len(second.Profiles) != 1 || second.Profiles[0].Name != "b" || second.Next != "" || second.Requests != 1 {
		t.Errorf("got %+v, %v", second, err)
	}
	if _, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: "me", After: "Y3Vyc29y"}); err == nil {
		t.Error("a cursor of GraphQL is taken")
	}
	var missing *forge.NotFoundError
	if _, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: "nobody"}); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}

func TestTheRepositoriesOfAnOwnerAreCountedByREST(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last := "3"
		if r.URL.Query().Get("per_page") == "1" {
			last = "217"
		}
		said(200, `[`+listedRepo+`]`, "Link", `<http://x/?page=2>; rel="next", <http://x/?page=`+last+`>; rel="last"`)(w, r)
	}))
	for _, tt := range []struct {
		q        forge.ProfileQuery
		total    int
		atMost   bool
		requests int
	}{
		{forge.ProfileQuery{Owner: "acme"}, 217, false, 2},
		{forge.ProfileQuery{Owner: "acme", ByUpdate: true}, 3, true, 1},
		{forge.ProfileQuery{Owner: "acme", After: "orgs?page=1&per_page=100"}, 3, true, 1},
	} {
		page, err := c.ProfilesREST(t.Context(), tt.q)
		if err != nil || page.Total != tt.total || page.AtMost != tt.atMost || page.Requests != tt.requests {
			t.Errorf("%+v: got %d, %v in %d requests, %v", tt.q, page.Total, page.AtMost, page.Requests, err)
		}
	}
}

func TestAListIsCountedAsFarAsAServerTells(t *testing.T) {
	t.Parallel()
	num := func(n int) *int { return &n }
	two := http.Header{"Link": {`<http://x/?page=2>; rel="next"`}}
	for _, tt := range []struct {
		name   string
		first  string
		second string
		header http.Header
		want   *int
	}{
		{"nothing", `[]`, ``, nil, num(0)},
		{"the last page", `[{}]`, ``, http.Header{"Link": {`<http://x/?page=2>; rel=next, <http://x/?page=17>; rel=last`}}, num(17)},
		{"a count", `[{}]`, ``, http.Header{"X-Total-Count": {"5"}}, num(5)},
		{"one and no more", `[{}]`, `[]`, nil, num(1)},
		{"more, and not how many", `[{}]`, `[{}]`, nil, nil},
		{"more, and not how many, said in a link", `[{}]`, ``, two, nil},
		{"pages of their own size", `[{},{}]`, ``, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restServer{answers: map[string]string{"repos/acme/lib/pulls": tt.first, "repos/acme/lib/pulls?page=2": tt.second}, header: map[string]http.Header{"repos/acme/lib/pulls": tt.header}}
			c, _ := testClient(t, s)
			p := forge.Profile{Repo: forge.Repo{RepoName: lib(c)}}
			if err := c.restPulls(t.Context(), &p, forge.ProfileOptions{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, p.OpenPulls); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAServerThatDoesNotMindSinceIsNotBelieved(t *testing.T) {
	t.Parallel()
	commit := func(day string) string {
		return `[{"sha":"1","commit":{"committer":{"date":"` + day + `T00:00:00Z"}}}]`
	}
	for oldest, want := range map[string]bool{"2026-02-01": true, "2020-01-01": false} {
		s := &restServer{
			answers: map[string]string{"repos/acme/lib/commits": commit("2026-03-01"), "repos/acme/lib/commits?page=8": commit(oldest)},
			header:  map[string]http.Header{"repos/acme/lib/commits": {"X-Total-Count": {"8"}}},
		}
		c, _ := testClient(t, s)
		p := forge.Profile{Repo: forge.Repo{RepoName: lib(c), DefaultBranch: "main"}}
		if err := c.restCommits(t.Context(), &p, forge.ProfileOptions{}); err != nil || (p.QuarterCommits != nil) != want {
			t.Errorf("oldest %s: got %v, %v", oldest, p.QuarterCommits, err)
		}
	}
}

func TestManyIssuesAreAskedForByLabel(t *testing.T) {
	t.Parallel()
	s := &restServer{answers: map[string]string{
		"repos/acme/lib/labels":                         `[{"name":"bug"},{"name":"Good First Issue"},{"name":"gig"}]`,
		"repos/acme/lib/issues?labels=Good First Issue": `[{"number":1,"labels":[{"name":"Good First Issue"},{"name":"gig"}]}]`,
		"repos/acme/lib/issues?labels=gig":              `[{"number":1,"labels":[{"name":"gig"}]},{"number":2,"labels":[{"name":"gig"}]}]`,
	}}
	c, _ := testClient(t, s)
	p := forge.Profile{Repo: forge.Repo{RepoName: lib(c), OpenIssues: 500, HasIssues: true}}
	if err := c.restIssues(t.Context(), &p, forge.ProfileOptions{}); err != nil || len(p.HelpWanted) != 2 || len(s.asked) != 3 {
		t.Errorf("got %+v, %v after %v", p.HelpWanted, err, s.asked)
	}
}

func TestTeamsAreReadByRESTWhereThereIsNoGraphQL(t *testing.T) {
	t.Parallel()
	s := &restServer{answers: map[string]string{
		"orgs/acme/teams":              `[{"slug":"core","name":"Core","permission":"pull"},{"id":5,"name":"Ops","permission":"admin"},{"slug":"secret"}]`,
		"orgs/acme/teams/core/members": `[{"login":"a"}]`,
		"orgs/acme/teams/core/repos":   `[{"full_name":"Acme/Lib","permissions":{"pull":true,"push":true}}]`,
		"teams/5/members":              `[]`,
		"teams/5/repos":                `[{"full_name":"acme/app"}]`,
	}}
	c, _ := testClient(t, s)
	got, err := c.OwnerTeams(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	want := &forge.OwnerTeams{
		Repos: map[string][]forge.Team{
			"acme/lib": {{Slug: "core", Name: "Core", Permission: "push"}},
			"acme/app": {{Slug: "Ops", Name: "Ops", Permission: "admin"}},
		},
		Members: map[string][]string{"core": {"a"}, "Ops": {}}, Partial: true, Requests: 7,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
