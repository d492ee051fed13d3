package sandbox_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// crawlPage is what a catalog would ask for.
const crawlPage = `query($org: String!, $after: String, $since: GitTimestamp) {
	repositoryOwner(login: $org) { repositories(first: 50, after: $after, orderBy: {field: PUSHED_AT, direction: DESC}) {
		totalCount pageInfo { hasNextPage endCursor }
		nodes { databaseId nameWithOwner description pushedAt isArchived isFork visibility stargazerCount forkCount
			primaryLanguage { name } languages(first: 5) { edges { size node { name } } } licenseInfo { spdxId }
			repositoryTopics(first: 10) { nodes { topic { name } } } parent { nameWithOwner }
			defaultBranchRef { name target { ... on Commit { history(since: $since) { totalCount } } } }
			readme: object(expression: "HEAD:README.md") { ... on Blob { text } }
			root: object(expression: "HEAD:") { ... on Tree { entries { name } } }
			owners: object(expression: "HEAD:.github/CODEOWNERS") { ... on Blob { text } }
			contributingGuidelines { body } codeowners { errors { line } }
			latestRelease { tagName publishedAt }
			issues(first: 5, states: OPEN, labels: ["help wanted"]) { totalCount nodes { number title } }
			pullRequests(states: OPEN) { totalCount }
		} } }
	rateLimit { cost } }`

// crawled reads all of an organisation and gives the names in their order, and
// the number of pages.
func crawled(b testing.TB, f *sandbox.Forge, login, org string) (names []string, pages int) {
	b.Helper()
	for after := any(nil); ; {
		got := ask(b, f, login, "/api/graphql", crawlPage, map[string]any{"org": org, "after": after, "since": "2020-01-01T00:00:00Z"}).object(b)
		pages++
		if got["errors"] != nil {
			b.Fatal(got["errors"])
		}
		list := at(b, got, "data", "repositoryOwner", "repositories")
		for _, n := range at(b, list, "nodes").([]any) {
			names = append(names, at(b, n, "nameWithOwner").(string))
		}
		if at(b, list, "pageInfo", "hasNextPage") != true {
			if want := at(b, list, "totalCount"); want != float64(len(names)) {
				b.Errorf("%d repositories of %v", len(names), want)
			}
			return names, pages
		}
		after = at(b, list, "pageInfo", "endCursor")
	}
}

func TestAnEstateIsReadWithoutGit(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Estate(400, 1), func(o *sandbox.Options) { o.Record = nil })
	names, _ := crawled(b, b.Forge, "auditor", sandbox.Organisations(400)[0])
	if len(names) != 400 {
		t.Errorf("the auditor sees %d repositories, want 400", len(names))
	}
	if seen, _ := crawled(b, b.Forge, "newcomer", sandbox.Organisations(400)[0]); len(seen) >= len(names) || len(seen) < 300 {
		t.Errorf("newcomer sees %d of %d", len(seen), len(names))
	}
	for _, name := range names[:40] {
		for _, path := range []string{
			"", "/readme", "/contents", "/contents/.github/CODEOWNERS", "/git/trees/main?recursive=1", "/commits?per_page=1", "/stats/participation", "/contributors",
			"/languages", "/license", "/releases/latest", "/codeowners/errors", "/issues?labels=help+wanted", "/pulls?state=all", "/pulls/1/reviews", "/issues/1/comments",
		} {
			if r, err := b.send(b.Token("auditor"), "GET", "/repos/"+name+path, nil); err != nil || r.status >= 500 {
				t.Errorf("%s%s: %d %v", name, path, r.status, err)
			}
		}
	}
	if made := b.Made(); made != 0 {
		t.Errorf("%d repositories lie on disk", made)
	}
	// REST tells the same, and a repository on disk the same as its seed.
	one := names[3]
	before := b.get("auditor", "/repos/"+one+"/git/trees/HEAD?recursive=1").object(t)
	participation := b.get("auditor", "/repos/"+one+"/stats/participation").object(t)
	b.clone("auditor", one)
	after := b.get("auditor", "/repos/"+one+"/git/trees/HEAD?recursive=1").object(t)
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the tree of %s was %v and is %v", one, before, after)
	}
	if again := b.get("auditor", "/repos/"+one+"/stats/participation").object(t); fmt.Sprint(again) != fmt.Sprint(participation) {
		t.Errorf("the commits of %s were %v and are %v", one, participation, again)
	}
}

func TestAWorldChangesWhileItIsListed(t *testing.T) {
	t.Parallel()
	w := sandbox.NewWorld("changing")
	for _, name := range []string{"a", "b", "c"} {
		w.AddRepo("platform/"+name, nil)
	}
	w.Repos = append(w.Repos, &sandbox.Repo{Owner: "platform", Name: "c-fork", ForkOf: "platform/c", Created: sandbox.Days(3)})
	now := time.Now()
	b := start(t, w, func(o *sandbox.Options) { o.Now = func() time.Time { now = now.Add(time.Second); return now } })
	order := func() string {
		names, _ := crawled(b, b.Forge, "newcomer", "platform")
		return strings.ReplaceAll(strings.Join(names, " "), "platform/", "")
	}
	tip := func(repo string) any {
		return at(b, b.graph("newcomer", `query($n: String!) { repository(owner: "platform", name: $n) { defaultBranchRef { target { oid } } } }`,
			map[string]any{"n": repo}), "data", "repository", "defaultBranchRef", "target", "oid")
	}
	first, fork := tip("c"), tip("c-fork")
	steps := []struct {
		what string
		do   func() error
		want string
	}{
		{"at first", func() error { return nil }, "c-fork c b a"},
		{"a push", func() error {
			return b.Push(t.Context(), "platform/b", "platform-lead", "fix: say more", map[string]string{"README.md": "# b\n\nMore.\n"})
		}, "b c-fork c a"},
		{"a new one", func() error {
			return b.AddRepo(&sandbox.Repo{Owner: "platform", Name: "d", Files: []sandbox.File{{Path: "README.md", Data: "# d\n"}}})
		}, "d b c-fork c a"},
		{"another name", func() error { return b.RenameRepo("platform/a", "e") }, "d b c-fork c e"},
		{"one less", func() error { return b.DeleteRepo("platform/d") }, "b c-fork c e"},
		{"archived and described", func() error {
			if err := b.DescribeRepo("platform/c", "other words", "new-topic"); err != nil {
				return err
			}
			return b.ArchiveRepo("platform/c", true)
		}, "b c-fork c e"},
		{"a push to what has a fork", func() error {
			return b.Push(t.Context(), "platform/c", "platform-lead", "fix: more", map[string]string{"x.txt": "x\n"})
		}, "c b c-fork e"},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.what, err)
		}
		if got := order(); got != s.want {
			t.Errorf("%s: got %s, want %s", s.what, got, s.want)
		}
	}
	if tip("c") == first || tip("c-fork") != fork {
		t.Error("the push to c did not move c, or moved its fork")
	}
	got := b.graph("newcomer", `{ repository(owner: "platform", name: "c") { isArchived description repositoryTopics(first: 3) { nodes { topic { name } } } } }`, nil)
	if at(b, got, "data", "repository", "description") != "other words" || at(b, got, "data", "repository", "isArchived") != true ||
		at(b, got, "data", "repository", "repositoryTopics", "nodes", 0, "topic", "name") != "new-topic" {
		t.Errorf("got %v", got)
	}
	dir := b.clone("newcomer", "platform/c")
	if got := any(b.git("", dir, "rev-parse", "HEAD")); got != tip("c") {
		t.Errorf("git says %v, the forge said %v", got, tip("c"))
	}
	// One that lies on disk takes pushes, too; and a former name leads on.
	if err := b.Push(t.Context(), "platform/c", "newcomer", "docs: y", map[string]string{"y.txt": "y\n"}); err != nil {
		t.Fatal(err)
	}
	b.git("newcomer", dir, "pull", "-q")
	if got := any(b.git("", dir, "rev-parse", "HEAD")); got != tip("c") {
		t.Errorf("after the second push git says %v, the forge %v", got, tip("c"))
	}
	if got := b.get("newcomer", "/repos/platform/a").object(t); got["name"] != "e" {
		t.Errorf("the former name leads to %v", got["name"])
	}
	b.clone("newcomer", "platform/a")
	if got := b.graph("newcomer", `{ repository(owner: "platform", name: "a") { name } }`, nil); at(b, got, "data", "repository", "name") != "e" {
		t.Errorf("the former name leads to %v", got)
	}
}

func TestAnEmptyRepositoryIsOne(t *testing.T) {
	t.Parallel()
	w := sandbox.NewWorld("empty")
	w.Repos = append(w.Repos, &sandbox.Repo{Owner: "platform", Name: "lib", Empty: true, Created: sandbox.Days(1)})
	b := start(t, w)
	const query = `{ repository(owner: "platform", name: "lib") { isEmpty defaultBranchRef { name } object(expression: "HEAD:") { oid } codeowners { errors { line } } refs(refPrefix: "refs/heads/") { totalCount } } }`
	got := at(b, b.graph("newcomer", query, nil), "data", "repository")
	if fmt.Sprint(got) != "map[codeowners:<nil> defaultBranchRef:<nil> isEmpty:true object:<nil> refs:map[totalCount:0]]" {
		t.Errorf("got %v", got)
	}
	b.api("newcomer", http.StatusConflict, "GET", "/repos/platform/lib/commits", nil)
	b.api("newcomer", http.StatusConflict, "GET", "/repos/platform/lib/git/trees/main", nil)
	b.api("newcomer", http.StatusNotFound, "GET", "/repos/platform/lib/readme", nil)
	b.clone("newcomer", "platform/lib")
	if again := at(b, b.graph("newcomer", query, nil), "data", "repository"); fmt.Sprint(again) != fmt.Sprint(got) {
		t.Errorf("on disk: got %v", again)
	}
	if err := b.Push(t.Context(), "platform/lib", "platform-lead", "feat: begin", map[string]string{"README.md": "# lib\n"}); err != nil {
		t.Fatal(err)
	}
	got = at(b, b.graph("newcomer", query, nil), "data", "repository")
	if at(b, got, "isEmpty") != false || at(b, got, "defaultBranchRef", "name") != "main" {
		t.Errorf("after a push: got %v", got)
	}
	dir := b.clone("newcomer", "platform/lib")
	b.git("", dir, "cat-file", "-e", "HEAD:README.md")
	// So it is with one that git has not touched.
	if err := b.AddRepo(&sandbox.Repo{Owner: "platform", Name: "app", Empty: true}); err != nil {
		t.Fatal(err)
	}
	if err := b.Push(t.Context(), "platform/app", "platform-lead", "feat: begin", map[string]string{"README.md": "# app\n"}); err != nil {
		t.Fatal(err)
	}
	b.get("newcomer", "/repos/platform/app/readme")
	b.git("", b.clone("newcomer", "platform/app"), "cat-file", "-e", "HEAD:README.md")
}

func TestAListThatDidNotChangeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	first := b.get("newcomer", "/orgs/platform/repos?per_page=100&sort=pushed")
	tag := first.header.Get("ETag")
	used := first.header.Get("X-RateLimit-Used")
	again := b.api("newcomer", http.StatusNotModified, "GET", "/orgs/platform/repos?per_page=100&sort=pushed", nil, "If-None-Match", tag)
	if len(again.body) > 0 || again.header.Get("X-RateLimit-Used") != used {
		t.Errorf("304 with %d bytes, %s used after %s", len(again.body), again.header.Get("X-RateLimit-Used"), used)
	}
	if err := b.Push(t.Context(), "platform/lib", "newcomer", "fix: x", map[string]string{"x": "x"}); err != nil {
		t.Fatal(err)
	}
	b.api("newcomer", http.StatusOK, "GET", "/orgs/platform/repos?per_page=100&sort=pushed", nil, "If-None-Match", tag)
}

// TestAForgeIsReadWhileItChanges is for the race detector: several read pages
// and pull requests while others push, rename and clone.
func TestAForgeIsReadWhileItChanges(t *testing.T) {
	t.Parallel()
	w := sandbox.Estate(60, 5)
	b := start(t, w, func(o *sandbox.Options) { o.Record = nil })
	org := sandbox.Organisations(60)[0]
	names, _ := crawled(b, b.Forge, "auditor", org)
	var readers sync.WaitGroup
	for range 3 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for range 3 {
				r := ask(b, b.Forge, "auditor", "/graphql", `{ search(query: "is:pr org:`+org+`", type: ISSUE, first: 50) { issueCount nodes { ... on PullRequest { headRefOid
					statusCheckRollup { state } reviews(first: 5) { nodes { commit { oid } } } headRepository { defaultBranchRef { target { oid } } } } } }
					organization(login: "`+org+`") { repositories(first: 60, orderBy: {field: PUSHED_AT, direction: DESC}) { nodes { name object(expression: "HEAD:README.md") { oid } } } } }`, nil)
				if o := r.object(t); o["errors"] != nil {
					t.Errorf("%v", o["errors"])
				}
			}
		}()
	}
	for i, name := range names[:8] {
		if err := b.Push(t.Context(), name, org+"-lead", "fix: x", map[string]string{"x.txt": "x\n"}); err != nil {
			t.Error(err)
		}
		if i%4 == 0 {
			b.clone("auditor", name)
		}
		if err := b.RenameRepo(name, fmt.Sprint("renamed-", i)); err != nil {
			t.Error(err)
		}
	}
	readers.Wait()
}

// BenchmarkEstate starts a company of ten thousand repositories and lists it
// as a catalog does.
func BenchmarkEstate(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		began := time.Now()
		w := sandbox.Estate(n, 7)
		built := time.Since(began)
		f, err := sandbox.Start(b.Context(), sandbox.Options{Dir: b.TempDir(), World: w})
		if err != nil {
			b.Fatal(err)
		}
		started := time.Since(began) - built
		pages, found := 0, 0
		for _, org := range sandbox.Organisations(n) {
			names, p := crawled(b, f, "auditor", org)
			pages, found = pages+p, found+len(names)
		}
		if found != n {
			b.Fatalf("%d of %d repositories were listed", found, n)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.ReportMetric(built.Seconds()*1000, "build-ms")
		b.ReportMetric(started.Seconds()*1000, "start-ms")
		b.ReportMetric((time.Since(began)-built-started).Seconds()*1000/float64(pages), "ms/page")
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB")
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		runtime.KeepAlive(w)
	}
}
