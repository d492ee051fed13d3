package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestARepositoryIsReadWithWhatIsSaid(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(200, `{
		"id": 7, "name": "lib", "full_name": "acme/lib", "owner": {"login": "acme", "type": "Organization"},
		"description": "d", "default_branch": "main", "language": "Go", "license": {"spdx_id": "Apache-2.0"},
		"topics": ["auth"], "stargazers_count": 3, "forks_count": 2, "open_issues_count": 5, "private": true, "visibility": "internal",
		"archived": false, "fork": true, "parent": {"name": "lib", "owner": {"login": "up"}}, "source": {"full_name": "root/lib"},
		"allow_forking": false, "has_issues": false, "html_url": "http://internal-name:3000/acme/lib", "clone_url": "file:///etc/passwd",
		"created_at": "2026-01-02T03:04:05Z", "updated_at": null, "pushed_at": 1767323045,
		"permissions": {"pull": true, "push": true}, "squash_merge_commit_title": "PR_TITLE", "allow_squash_merge": true,
		"security_and_analysis": {"secret_scanning_push_protection": {"status": "enabled"}}, "unheard_of": {"x": [1]}
	}`))
	got, err := c.Repo(t.Context(), lib(c))
	if err != nil {
		t.Fatal(err)
	}
	no, yes := false, true
	name := func(owner string) *forge.RepoName { return &forge.RepoName{Host: c.Host(), Owner: owner, Name: "lib"} }
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := forge.Repo{
		RepoName: lib(c), Description: "d", DefaultBranch: "main", Language: "Go", License: "Apache-2.0", Topics: []string{"auth"},
		Stars: 3, Forks: 2, OpenIssues: 5, Private: true, Visibility: "internal", Fork: true, Parent: name("up"), Source: name("root"),
		AllowForking: &no, HTMLURL: "http://" + c.Host() + "/acme/lib", CloneURL: "http://" + c.Host() + "/acme/lib.git",
		CreatedAt: at, PushedAt: at, Access: &forge.Access{Pull: true, Push: true}, SquashTitle: "PR_TITLE", AllowSquash: &yes,
		PushProtection: &yes,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOddServersAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body string }{
		{"fields that are missing", `{"full_name":"acme/lib"}`},
		{"numbers in strings", `{"id":"7","name":"lib","owner":{"login":"acme","id":"9"},"stargazers_count":"3","size":1.5}`},
		{"a string where a truth belongs", `{"name":"lib","owner":{"login":"acme"},"private":"false","permissions":{"push":"true","pull":1}}`},
		{"empty dates", `{"name":"lib","owner":{"login":"acme"},"created_at":"","pushed_at":"yesterday","updated_at":{}}`},
		{"a number where a name of a branch belongs", `{"name":"lib","owner":{"login":"acme"},"default_branch":7}`},
		{"objects where strings belong", `{"name":"lib","owner":{"login":"acme"},"description":{"x":1},"topics":"auth","license":"MIT"}`},
		{"nulls everywhere", `{"name":"lib","owner":{"login":"acme"},"parent":null,"topics":null,"permissions":null,"license":null,"created_at":null}`},
		{"lists where objects belong", `{"name":"lib","owner":{"login":"acme"},"parent":[],"permissions":[]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := testClient(t, said(200, tt.body))
			r, err := c.Repo(t.Context(), lib(c))
			if err != nil || !r.Equal(lib(c)) {
				t.Fatalf("got %v, %v", r, err)
			}
			if strings.Contains(tt.name, "truth") && (r.Access == nil || !r.Access.Push || !r.Access.Pull || r.Private) {
				t.Errorf("got %+v, private %v", r.Access, r.Private)
			}
			if strings.Contains(tt.name, "numbers") && r.Stars != 3 {
				t.Errorf("got %d stars, want 3", r.Stars)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"name":1,"owner":{"login":[]}}`, `{"created_at":"x"}`, `[]`, `{"labels":["x"],"permissions":{"a":"b"}}`, `{"id":1e400}`, `nul`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := New(Options{Host: "ghe.example"})
		if err != nil {
			t.Fatal(err)
		}
		fuzzNouns(c, body)
	})
}

func TestListsAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	const all = 250
	for _, tt := range []struct {
		name     string
		links    bool
		foreign  bool // links name a host that nobody can reach
		stuck    bool // every page is the first
		most     int  // elements on a page, whatever is asked for
		limit    int
		want     int
		requests int
	}{
		{name: "by links", links: true, want: all, requests: 3},
		{name: "by links to a name inside", links: true, foreign: true, want: all, requests: 3},
		{name: "without links, while pages come full", want: all, requests: 3},
		{name: "without links, in pages of the server's own size", most: 50, want: all, requests: 6},
		{name: "a server that knows one page alone ends", stuck: true, want: 100, requests: 2},
		{name: "no further than was asked for", links: true, limit: 120, want: 120, requests: 2},
		{name: "one page of the size that was asked for", links: true, limit: 5, want: 5, requests: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				q := r.URL.Query()
				size, _ := strconv.Atoi(q.Get("per_page"))
				page, _ := strconv.Atoi(q.Get("page"))
				page = max(page, 1)
				if tt.most > 0 {
					size = min(size, tt.most)
				}
				if tt.stuck {
					page = 1
				}
				from, to := min((page-1)*size, all), min(page*size, all)
				if tt.links && to < all {
					host := "http://" + r.Host
					if tt.foreign {
						host = "https://forge-7.internal"
					}
					q.Set("page", strconv.Itoa(page+1))
					w.Header().Set("Link", fmt.Sprintf(`<%s%s?page=1>; rel="first", <%s%s?%s>; rel="next"`, host, r.URL.Path, host, r.URL.Path, q.Encode()))
				} else if tt.links {
					w.Header().Set("Link", `<http://x/y?page=1>; rel="first"`)
				}
				var items []string
				for n := from; n < to; n++ {
					items = append(items, fmt.Sprintf(`{"login":"team-%d"}`, n))
				}
				fmt.Fprintf(w, "[%s]", strings.Join(items, ","))
			}))
			got, _, err := list[struct{ Login string }](t.Context(), c, get("things", "things"), "", tt.limit)
			if err != nil || len(got) != tt.want || c.Requests() != tt.requests {
				t.Errorf("got %d in %d requests, %v; want %d in %d", len(got), c.Requests(), err, tt.want, tt.requests)
			}
		})
	}
}

func TestRulesOfTypesThatNobodyKnowsAreKept(t *testing.T) {
	t.Parallel()
	var asked string
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.EscapedPath() + "?" + r.URL.RawQuery
		fmt.Fprint(w, `[
			{"type":"commit_message_pattern","parameters":{"operator":"regex","pattern":"^x"},"ruleset_source_type":"Organization","ruleset_source":"acme","ruleset_id":42},
			{"type":"moon_phase","parameters":[1,2],"ruleset_source_type":"Repository","ruleset_source":"acme/lib","ruleset_id":"43"},
			{"type":"deletion"}
		]`)
	}))
	got, err := c.Rules(t.Context(), lib(c), "feat/one two")
	if err != nil {
		t.Fatal(err)
	}
	want := []forge.Rule{
		{Type: "commit_message_pattern", Parameters: json.RawMessage(`{"operator":"regex","pattern":"^x"}`), Source: "acme", SourceType: "Organization", RulesetID: 42, URL: "http://" + c.Host() + "/organizations/acme/settings/rules/42"},
		{Type: "moon_phase", Parameters: json.RawMessage(`[1,2]`), Source: "acme/lib", SourceType: "Repository", RulesetID: 43, URL: "http://" + c.Host() + "/acme/lib/rules/43"},
		{Type: "deletion"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if asked != "/api/v3/repos/acme/lib/rules/branches/feat%2Fone%20two?per_page=100" {
		t.Errorf("asked %s", asked)
	}
}

func TestAHostWithoutRulesetsIsUnsupportedAndNotEmpty(t *testing.T) {
	t.Parallel()
	missing := said(404, `{"message":"Not Found"}`)
	there := said(200, `{"name":"lib","owner":{"login":"acme"}}`)
	for _, tt := range []struct {
		name        string
		repo, rules http.HandlerFunc
		unsupported bool
		requests    int
		readBefore  bool
	}{
		{"the repository is there", there, missing, true, 2, false},
		{"the repository was read before", there, missing, true, 2, true},
		{"the repository is not there", missing, missing, false, 2, false},
		{"the plan has none", there, said(403, `{"message":"Upgrade to GitHub Pro or make this repository public to enable this feature."}`), true, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/api/v3/repos/acme/lib", tt.repo)
			mux.HandleFunc("/", tt.rules)
			c, _ := testClient(t, mux)
			if tt.readBefore {
				if _, err := c.Repo(t.Context(), lib(c)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := c.Rules(t.Context(), lib(c), "main")
			var gone *forge.NotFoundError
			if errors.Is(err, forge.ErrUnsupported) != tt.unsupported || errors.As(err, &gone) == tt.unsupported || c.Requests() != tt.requests {
				t.Errorf("got %v in %d requests", err, c.Requests())
			}
		})
	}
}

func TestRequiredChecksAreSeenWithoutBeingAdmin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       []string
		unknown    bool
	}{
		{"contexts and checks are joined", `{"protected":true,"protection":{"enabled":true,"required_status_checks":{"enforcement_level":"everyone","contexts":["ci","dco"],"checks":[{"context":"ci","app_id":1},{"context":"lint","app_id":null}]}}}`, []string{"ci", "dco", "lint"}, false},
		{"a branch that is not protected requires none", `{"protected":false,"protection":{"enabled":false,"required_status_checks":{"enforcement_level":"off","contexts":[],"checks":[]}}}`, nil, false},
		{"protection without checks requires none", `{"protected":true,"protection":{"enabled":true}}`, nil, false},
		{"protection of which nothing is said is unknown", `{"protected":true}`, nil, true},
		{"a server that knows no protection requires none", `{"name":"main"}`, nil, false},
	} {
		c, _ := testClient(t, said(200, tt.body))
		got, err := c.RequiredChecks(t.Context(), lib(c), "main")
		if !cmp.Equal(tt.want, got) || errors.Is(err, forge.ErrUnsupported) != tt.unknown || (err != nil) != tt.unknown {
			t.Errorf("%s: got %q, %v", tt.name, got, err)
		}
	}
}

func TestChecksJoinRunsAndStatuses(t *testing.T) {
	t.Parallel()
	runs := said(200, `{"total_count":5,"check_runs":[
		{"name":"build","status":"completed","conclusion":"success","details_url":"https://ci.example/1","output":{"title":"ok"}},
		{"name":"slow","status":"in_progress"}, {"name":"later","status":"queued"}, {"name":"asks","status":"waiting"},
		{"name":"old","status":"completed","conclusion":"stale","details_url":null,"html_url":null},
		{"name":"gone","status":"completed","conclusion":"timed_out"},
		{"name":"evil","status":"completed","conclusion":"neutral","details_url":"javascript:alert(1)"}]}`)
	statuses := said(200, `{"state":"pending","total_count":2,"statuses":[
		{"context":"dco","state":"failure","description":"no sign-off","target_url":"https://dco.example/"},{"context":"cla","state":"pending"}]}`)
	missing := said(404, `{"message":"Not Found"}`)
	refused := said(403, `{"message":"Resource not accessible by personal access token"}`)
	fromRuns := []forge.Check{
		{Name: "build", State: "success", Conclusion: "success", Summary: "ok", URL: "https://ci.example/1"},
		{Name: "slow", State: "running"}, {Name: "later", State: "queued"}, {Name: "asks", State: "waiting"}, {Name: "old", State: "stale", Conclusion: "stale"},
		{Name: "gone", State: "failure", Conclusion: "timed_out"}, {Name: "evil", State: "neutral", Conclusion: "neutral"},
	}
	fromStatuses := []forge.Check{
		{Name: "dco", State: "failure", Summary: "no sign-off", URL: "https://dco.example/"}, {Name: "cla", State: "running"},
	}
	for _, tt := range []struct {
		name           string
		runs, statuses http.HandlerFunc
		want           []forge.Check
		fails          bool
	}{
		{"both", runs, statuses, append(append([]forge.Check{}, fromRuns...), fromStatuses...), false},
		{"a host without check runs", missing, statuses, fromStatuses, false},
		{"a host without statuses", runs, missing, fromRuns, false},
		{"neither is not none", missing, missing, nil, true},
		{"a failed look-up is not none", runs, said(500, `{}`), nil, true},
		{"check runs that the token may not see", refused, statuses, fromStatuses, true},
		{"statuses that the token may not see", runs, refused, fromRuns, true},
		{"no check runs here, and statuses that the token may not see", missing, refused, nil, true},
		{"neither for this token", refused, refused, nil, true},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("/api/v3/repos/acme/lib/commits/abc/check-runs", tt.runs)
		mux.HandleFunc("/api/v3/repos/acme/lib/commits/abc/status", tt.statuses)
		c, _ := testClient(t, mux)
		got, err := c.Checks(t.Context(), lib(c), "abc")
		if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != tt.fails {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

func TestTheViewerSaysWhatTheServerSaidBesideIt(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(200, `{"login":"newcomer","id":3,"type":"User"}`, "X-OAuth-Scopes", "repo, read:org",
		"GitHub-Authentication-Token-Expiration", "2026-05-06 07:08:09 UTC", "X-GitHub-Enterprise-Version", "3.14.2"))
	got, err := c.Viewer(t.Context())
	ends := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	want := Viewer{User: forge.User{Login: "newcomer", ID: 3, Type: "User"}, Scopes: []string{"repo", "read:org"}, ScopesKnown: true, TokenExpires: &ends, ServerVersion: "3.14.2", Date: noon}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	c, _ = testClient(t, said(404, `404 page not found`))
	var down *forge.UnavailableError
	if _, err := c.Viewer(t.Context()); !errors.As(err, &down) || !strings.Contains(err.Error(), "no GitHub API at") {
		t.Errorf("a server without accounts: %v", err)
	}
}

func TestSearchesSayHowManyThereAreAndWhere(t *testing.T) {
	t.Parallel()
	var asked url.Values
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query()
		said(200, `{"total_count":41,"incomplete_results":false,"items":[
		{"number":3,"title":"a","state":"open","repository_url":"https://api.example/repos/acme/lib","html_url":"https://ghe.example/acme/lib/pull/3","pull_request":{"url":"x"}},
		{"number":4,"title":"b","state":"open","html_url":"https://ghe.example/acme/tool/issues/4","labels":[{"name":"help wanted"}]}]}`)(w, r)
	}))
	got, total, err := c.SearchIssues(t.Context(), "is:open sort:created-asc -author:me", 10)
	if err != nil || total != 41 || len(got) != 2 {
		t.Fatalf("got %d of %d, %v", len(got), total, err)
	}
	if got[0].Repo.FullName() != "acme/lib" || !got[0].IsPull || got[1].Repo.FullName() != "acme/tool" || got[1].IsPull || got[1].Labels[0] != "help wanted" {
		t.Errorf("got %+v", got)
	}
	// REST has parameters for the order; a server may take the word for a word.
	if want := (url.Values{"q": {"is:open -author:me"}, "sort": {"created"}, "order": {"asc"}, "per_page": {"10"}}); !cmp.Equal(want, asked) {
		t.Errorf("asked %v", asked)
	}
}

func TestIssuesAreListedWithoutPullRequests(t *testing.T) {
	t.Parallel()
	var asked string
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.RawQuery
		fmt.Fprint(w, `[{"number":1,"pull_request":{}},{"number":2,"state":"open","user":null,"assignees":[null,{"login":"newcomer"}]},{"number":3}]`)
	}))
	got, err := c.Issues(t.Context(), lib(c), IssueQuery{Labels: []string{"help wanted", "go"}, Limit: 1})
	if err != nil || len(got) != 1 || got[0].Number != 2 || !cmp.Equal(got[0].Assignees, []string{"newcomer"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if asked != "labels=help+wanted%2Cgo&per_page=30" {
		t.Errorf("asked %s", asked)
	}
}

func TestAnswersThatDidNotChangeComeFromTheCache(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	var mu sync.Mutex
	var full, short int
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("ETag", `W/"1"`)
		w.Header().Set("X-OAuth-Scopes", fmt.Sprintf("live-%d", full+short))
		if r.Header.Get("If-None-Match") == `W/"1"` {
			short++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		fmt.Fprint(w, `{"login":"newcomer"}`)
	})
	c, _ := testClient(t, server, func(o *Options) { o.CacheDir = dir })
	for n := range 2 {
		v, err := c.Viewer(t.Context())
		if err != nil || v.Login != "newcomer" || v.Scopes[0] != fmt.Sprintf("live-%d", n) {
			t.Fatalf("got %+v, %v", v, err)
		}
	}
	if full != 1 || short != 1 {
		t.Errorf("%d full answers and %d short ones, want one of each", full, short)
	}
	c.cache.token = "another"
	if _, err := c.Viewer(t.Context()); err != nil || full != 2 {
		t.Errorf("another token was given what this one may see (%d full answers), %v", full, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, _ := e.Info()
		content, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 || strings.Contains(string(content)+e.Name(), testToken) {
			t.Errorf("%s has the mode %v, or the token in it", e.Name(), info.Mode())
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), []byte(`{"Version":1,"ETag":"x"`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := c.Viewer(t.Context()); err != nil || v.Login != "newcomer" {
		t.Errorf("a broken cache gives %+v, %v", v, err)
	}
}

func TestARepositoryIsFoundByItsNumber(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(200, `{"id": 7, "name": "lib", "full_name": "acme/lib", "owner": {"login": "acme"}}`))
	got, err := c.RepositoryByID(t.Context(), c.Host(), 7)
	if err != nil || !got.Equal(lib(c)) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := c.RepositoryByID(t.Context(), "elsewhere.example", 7); err == nil {
		t.Error("a repository of another host is found")
	}
}
