package github

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

const oid = "0123456789abcdef0123456789abcdef0123456"

// entry is a name in a folder; its object ends in a digit of its own.
func entry(name, kind string, digit int) string {
	mode := map[string]int{"blob": 0o100644, "tree": 0o40000, "link": symlink}[kind]
	if kind == "link" {
		kind = "blob"
	}
	return fmt.Sprintf(`{"name":%q,"type":%q,"mode":%d,"oid":"%s%d","size":10}`, name, kind, mode, oid, digit)
}

func folderOf(entries ...string) string { return `{"entries":[` + strings.Join(entries, ",") + `]}` }

const wholeRepo = `{
  "id":"R_1","databaseId":7,"name":"lib","owner":{"login":"acme","avatarUrl":"https://img.example/1"},
  "description":"d","url":"http://internal-name/acme/lib","visibility":"INTERNAL","isPrivate":true,"isArchived":false,"isFork":true,
  "parent":{"nameWithOwner":"up/lib","isFork":false},"forkingAllowed":false,"hasIssuesEnabled":true,
  "defaultBranchRef":{"name":"main"},"primaryLanguage":{"name":"Go"},
  "languages":{"edges":[{"size":300,"node":{"name":"Go"}},{"size":20,"node":{"name":"Shell"}}]},
  "licenseInfo":{"spdxId":"Apache-2.0"},"repositoryTopics":{"nodes":[{"topic":{"name":"auth"}}]},
  "stargazerCount":3,"forkCount":2,"watchers":{"totalCount":4},
  "createdAt":"2025-01-02T03:04:05Z","updatedAt":"2026-02-02T03:04:05Z","pushedAt":"2026-03-02T03:04:05Z",
  "latestRelease":{"tagName":"v1","name":"One","url":"http://x/acme/lib/releases/tag/v1","publishedAt":"2026-01-01T00:00:00Z"},
  "openIssues":{"totalCount":5},"openPulls":{"totalCount":6},
  "helpWanted":{"nodes":[null,{"number":9},{"number":10}]},
  "quarter":{"target":{"history":{"totalCount":42}}},
  "root":%s,"github":%s,"docs":%s}`

func onePage(nodes, more string) string {
	return `{"data":{"repositoryOwner":{"login":"acme","repositories":{"totalCount":9,"pageInfo":{"hasNextPage":true,"endCursor":"C1"},"nodes":[` + nodes + `]}}}` + more + `}`
}

func profiles(t *testing.T, s *graphServer, q forge.ProfileQuery) (forge.ProfilePage, error) {
	t.Helper()
	c, _ := testClient(t, s)
	return c.Profiles(t.Context(), q)
}

func TestAProfileIsReadWhole(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{
		"Profiles": {onePage(fmt.Sprintf(wholeRepo,
			folderOf(entry("readme.rst", "blob", 1), entry("CONTRIBUTING.md", "link", 2), entry("innersource.json", "blob", 3), entry("docs", "tree", 0)),
			`null`, folderOf(entry("Contributing.adoc", "blob", 4), entry("logo.png", "blob", 0))), "")},
		"ProfileTexts": {`{"data":{"r0":{"f0":{"text":"Read me","byteSize":7,"isBinary":false},"f1":{"text":"How to","byteSize":6,"isBinary":false},"f2":{"text":"{}","byteSize":2,"isBinary":false},
		  "i9":{"number":9,"title":"t","url":"http://x/acme/lib/issues/9","body":"b","createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-02T00:00:00Z","labels":{"nodes":[{"name":"help wanted"}]},"assignees":{"nodes":[{"login":"taker"}]}},"i10":{"number":11}}}}`},
	}}
	c, _ := testClient(t, s)
	page, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "acme", After: "C0", First: 50})
	if err != nil {
		t.Fatal(err)
	}
	no, two := false, func(n int) *int { return &n }
	at := func(s string) time.Time { got, _ := time.Parse(time.RFC3339, s); return got }
	web := "http://" + c.Host() + "/acme/lib"
	want := forge.ProfilePage{Next: "C1", Total: 9, Requests: 2, At: noon, Profiles: []forge.Profile{{
		Repo: forge.Repo{
			RepoName: lib(c), Description: "d", DefaultBranch: "main", Language: "Go", License: "Apache-2.0", Topics: []string{"auth"},
			Stars: 3, Forks: 2, OpenIssues: 11, Private: true, Visibility: "internal", Fork: true,
			Parent: &forge.RepoName{Host: c.Host(), Owner: "up", Name: "lib"}, Source: &forge.RepoName{Host: c.Host(), Owner: "up", Name: "lib"},
			AllowForking: &no, HasIssues: true, HTMLURL: web, CloneURL: web + ".git",
			CreatedAt: at("2025-01-02T03:04:05Z"), UpdatedAt: at("2026-02-02T03:04:05Z"), PushedAt: at("2026-03-02T03:04:05Z"),
		},
		ID: 7, NodeID: "R_1", OwnerAvatar: "https://img.example/1", Watchers: two(4), OpenPulls: two(6), QuarterCommits: two(42),
		Languages: []forge.LanguageSize{{Name: "Go", Bytes: 300}, {Name: "Shell", Bytes: 20}},
		Release:   &forge.Release{Tag: "v1", Name: "One", URL: web + "/releases/tag/v1", Published: at("2026-01-01T00:00:00Z")},
		HelpWanted: []forge.Issue{{
			Repo: lib(c), Number: 9, Title: "t", Body: "b", State: "open", URL: web + "/issues/9", Labels: []string{"help wanted"},
			Assignees: []string{"taker"}, CreatedAt: at("2026-01-01T00:00:00Z"), UpdatedAt: at("2026-01-02T00:00:00Z"),
		}},
		Listed: map[string][]string{"": {"readme.rst", "innersource.json", "docs/"}, ".github": {}, "docs": {"Contributing.adoc", "logo.png"}},
		Files:  map[string]string{"readme.rst": "Read me", "docs/Contributing.adoc": "How to", "innersource.json": "{}"},
	}}}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	v := s.asked[0].Variables
	if v["since"] != "2025-12-03T12:00:00Z" || v["until"] != "2026-03-04T12:00:00Z" || v["after"] != "C0" || v["first"] != 50.0 {
		t.Errorf("asked with %v", v)
	}
	for digit, wanted := range map[int]bool{1: true, 2: false, 3: true, 4: true, 0: false} {
		if strings.Contains(s.asked[1].Query, fmt.Sprintf("%s%d", oid, digit)) != wanted {
			t.Errorf("object %d asked for: %v, want %v", digit, !wanted, wanted)
		}
	}
}

func TestTextsThatDidNotComeInTimeAreAskedForOnceMore(t *testing.T) {
	t.Parallel()
	repo := func(name string) string {
		return strings.Replace(fmt.Sprintf(wholeRepo, folderOf(entry("README.md", "blob", 1)), "null", "null"), `"name":"lib"`, `"name":"`+name+`"`, 1)
	}
	text := `{"f0":{"text":"Read me","byteSize":7,"isBinary":false}}`
	s := &graphServer{answers: map[string][]string{
		"Profiles": {onePage(repo("a")+","+repo("b")+","+repo("c"), "")},
		"ProfileTexts": {
			`{"data":{"r0":null,"r1":` + text + `,"r2":null},"errors":[{"path":["r0"],"message":"Timeout on validation"},{"type":"NOT_FOUND","path":["r2"],"message":"gone"}]}`,
			`{"data":{"r0":` + text + `}}`,
		},
	}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 50})
	if err != nil || s.operations() != "Profiles ProfileTexts ProfileTexts" {
		t.Fatalf("%v after %s", err, s.operations())
	}
	for i, want := range []string{"Read me", "Read me", ""} {
		if got := page.Profiles[i].Files["README.md"]; got != want {
			t.Errorf("%s: got %q, %v", page.Profiles[i].Name, got, page.Profiles[i].Incomplete)
		}
	}
}

func TestLabelsOfAnySpellingAreAskedFor(t *testing.T) {
	t.Parallel()
	repo := strings.Replace(fmt.Sprintf(wholeRepo, folderOf(), `null`, `null`), `"quarter":`,
		`"spelled":{"nodes":[{"name":"bug"},{"name":"Help Wanted"},{"name":"E-easy"},{"name":"good first issue :wave:"},{"name":"no help wanted"}]},"quarter":`, 1)
	found := `{"number":%d,"title":"t","labels":{"nodes":[{"name":"E-easy"}]}}`
	s := &graphServer{answers: map[string][]string{
		"Profiles": {onePage(repo, "")},
		"ProfileTexts": {`{"data":{"r0":{"i9":` + fmt.Sprintf(found, 9) + `,"i10":null,
		  "more":{"nodes":[null,` + fmt.Sprintf(found, 9) + `,` + fmt.Sprintf(found, 12) + `]}}}}`},
	}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 50})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, i := range page.Profiles[0].HelpWanted {
		got = append(got, i.Number)
	}
	if !slices.Equal(got, []int{9, 12}) || page.Requests != 2 {
		t.Errorf("got %v in %d requests", got, page.Requests)
	}
	if q := s.asked[1].Query; !strings.Contains(q, `labels: ["E-easy", "good first issue :wave:"]`) {
		t.Errorf("asked for other labels:\n%s", q)
	}
}

func TestFilesAreChosenAsForgesShowThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		root, github, docs []string
		want               []string
	}{
		{"nothing", nil, nil, nil, nil},
		{"the usual", []string{"README.md", "CONTRIBUTING.md", "CODEOWNERS", "main.go"}, nil, nil, []string{"README.md", "CONTRIBUTING.md", "CODEOWNERS"}},
		{".github before the root before docs", []string{"CONTRIBUTING"}, []string{"contributing.md", "CODEOWNERS"}, []string{"CONTRIBUTING.md", "README.md"}, []string{"docs/README.md", ".github/contributing.md", ".github/CODEOWNERS"}},
		{"Markdown before other texts", []string{"README", "README.rst", "Readme.md", "README.txt", "readme.markdown"}, nil, nil, []string{"Readme.md"}},
		{"no translation and no program", []string{"README.zh.md", "readme.go", "CONTRIBUTING.html"}, nil, nil, nil},
		{"manifests are spelled exactly and lie at the root", []string{"Innersource.json", "catalog-info.yml", "publiccode.yaml"}, []string{"innersource.json"}, []string{"catalog-info.yaml"}, []string{"catalog-info.yml", "publiccode.yaml"}},
		{"code owners are spelled exactly", []string{"codeowners", "CODEOWNERS.md"}, nil, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folders := map[string][]treeEntry{}
			for folder, names := range map[string][]string{"": tt.root, ".github": tt.github, "docs": tt.docs} {
				for _, n := range names {
					folders[folder] = append(folders[folder], treeEntry{Name: n, Type: "blob", OID: oid + "1"})
				}
			}
			if diff := cmp.Diff(tt.want, chooseFiles(&forge.Profile{}, folders).paths); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	link := treeEntry{Name: "README.md", Type: "blob", Mode: symlink, OID: oid + "1"}
	file := treeEntry{Name: "readme.rst", Type: "blob", OID: oid + "2"}
	for _, tt := range []struct {
		name  string
		docs  []treeEntry
		paths []string
		root  []string
		notes int
	}{
		{"one that a file stands for is not listed", []treeEntry{file}, []string{"docs/readme.rst"}, []string{"main.go"}, 0},
		{"one that stands alone is", nil, nil, []string{"README.md", "main.go"}, 1},
	} {
		p := forge.Profile{Listed: map[string][]string{"": {"README.md", "main.go"}}}
		w := chooseFiles(&p, map[string][]treeEntry{"": {link}, "docs": tt.docs})
		if !slices.Equal(w.paths, tt.paths) || !slices.Equal(p.Listed[""], tt.root) || len(p.Incomplete) != tt.notes {
			t.Errorf("%s: got %v, %v, %q", tt.name, w.paths, p.Listed, p.Incomplete)
		}
	}
}

func bare(name, more string) string {
	return fmt.Sprintf(`{"id":"R","name":%q,"owner":{"login":"acme"},"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","openIssues":{"totalCount":0},"openPulls":{"totalCount":0}%s}`, name, more)
}

func TestPartsOfAPageMayFail(t *testing.T) {
	t.Parallel()
	at := func(i int, field string) string {
		return fmt.Sprintf(`{"type":"FORBIDDEN","message":"timedout: no entry","path":["repositoryOwner","repositories","nodes",%d%s]}`, i, field)
	}
	s := &graphServer{answers: map[string][]string{
		"Profiles": {onePage(strings.Join([]string{
			bare("empty", `,"defaultBranchRef":null`),
			`null`,
			bare("../../evil", ``),
			bare("hidden", `,"defaultBranchRef":{"name":"main"},"quarter":{"target":null},"root":null`),
			bare("bin", `,"defaultBranchRef":{"name":"main"},"root":`+folderOf(entry("README.md", "blob", 1), entry("CODEOWNERS", "blob", 2), entry("a/b", "blob", 3), `{"name":"CONTRIBUTING.md","type":"blob","mode":33188,"oid":"`+oid+`5","size":9999999}`)),
		}, ","), `,"errors":[`+at(1, "")+`,`+at(3, `,"root"`)+`]`)},
		"ProfileTexts": {`{"data":{"r0":{"f0":{"text":null,"byteSize":5,"isBinary":true},"f1":null}},"errors":[{"message":"gone","path":["r0","f1"]}]}`},
	}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Skipped) != 2 || page.Skipped[0].Why != "timedout: no entry" || !strings.Contains(page.Skipped[1].Why, "....evil") {
		t.Errorf("skipped %v", page.Skipped)
	}
	if len(page.Profiles) != 3 {
		t.Fatalf("got %d profiles, want 3", len(page.Profiles))
	}
	empty, hidden, bin := page.Profiles[0], page.Profiles[1], page.Profiles[2]
	if empty.QuarterCommits == nil || *empty.QuarterCommits != 0 || empty.Listed[""] == nil || len(empty.Incomplete) != 0 {
		t.Errorf("empty: %+v", empty)
	}
	if _, looked := hidden.Listed[""]; looked || hidden.QuarterCommits != nil || len(hidden.Incomplete) != 1 {
		t.Errorf("hidden: %+v", hidden)
	}
	if len(bin.Files) != 0 || len(bin.Listed[""]) != 3 || len(bin.Incomplete) != 4 {
		t.Errorf("binary, gone and large files: %v %v %q", bin.Files, bin.Listed, bin.Incomplete)
	}
}

func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	p := forge.Profile{Files: map[string]string{}}
	long := strings.Repeat("ä", forge.MaxProfileFile)
	keepText(&p, "README.md", &graphBlob{Text: &long, ByteSize: int64(len(long))})
	if n := len(p.Files["README.md"]); n > forge.MaxProfileFile || n < forge.MaxProfileFile-4 || len(p.Incomplete) != 1 {
		t.Errorf("kept %d bytes, %v", n, p.Incomplete)
	}
}

func TestAnOwnerThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"data":{"repositoryOwner":null}}`,
		`{"data":{"repositoryOwner":null},"errors":[{"type":"NOT_FOUND","path":["repositoryOwner"],"message":"Could not resolve"}]}`,
	} {
		_, err := profiles(t, &graphServer{answers: map[string][]string{"Profiles": {body}}}, forge.ProfileQuery{Owner: "acme", First: 5})
		var missing *forge.NotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("got %v", err)
		}
	}
}

const tooLong = `{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}`

func TestAPageThatIsTooMuchIsTheCallersToHalve(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"Profiles": {tooLong}}}
	_, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 2})
	if !errors.Is(err, forge.ErrTooMuch) || s.operations() != "Profiles" {
		t.Errorf("got %v after %s", err, s.operations())
	}
}

func TestOneRepositoryIsNeverTooMuch(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"Profiles": {tooLong}, "LeanProfiles": {onePage(`{"id":"R","name":"lib","owner":{"login":"acme"}}`, "")}}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 1})
	if err != nil || len(page.Profiles) != 1 || page.Profiles[0].Listed[""] != nil || page.Profiles[0].QuarterCommits != nil || len(page.Profiles[0].Incomplete) != 1 || page.Next != "C1" {
		t.Errorf("lean: got %+v, %v", page, err)
	}
	s = &graphServer{answers: map[string][]string{"Profiles": {tooLong}, "LeanProfiles": {tooLong}, "ProfileNames": {onePage(`{"name":"lib","owner":{"login":"acme"}}`, "")}}}
	page, err = profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 1})
	if err != nil || len(page.Profiles) != 0 || len(page.Skipped) != 1 || page.Skipped[0].Repo.FullName() != "acme/lib" || page.Next != "C1" {
		t.Errorf("name alone: got %+v, %v", page, err)
	}
}

func TestFilesThatAreTooMuchAreHalvedWithoutTheRest(t *testing.T) {
	t.Parallel()
	one := func(name string, digit int) string {
		return bare(name, `,"defaultBranchRef":{"name":"main"},"root":`+folderOf(entry("README.md", "blob", digit)))
	}
	text := `{"data":{"r0":{"f0":{"text":"hi","byteSize":2,"isBinary":false}}}}`
	s := &graphServer{answers: map[string][]string{
		"Profiles":     {onePage(one("a", 1)+","+one("b", 2), "")},
		"ProfileTexts": {tooLong, text, tooLong},
	}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 2})
	if err != nil || page.Requests != 4 {
		t.Fatalf("got %v after %s", err, s.operations())
	}
	a, b := page.Profiles[0], page.Profiles[1]
	if a.Files["README.md"] != "hi" || b.Files != nil || len(b.Incomplete) != 1 {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestWhatDidNotChangeCostsNoSecondRequest(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"Profiles": {onePage(bare("a", `,"defaultBranchRef":{"name":"main"},"root":`+folderOf(entry("README.md", "blob", 1))), "")}}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 2, Changed: func(forge.Repo) bool { return false }})
	if err != nil || page.Requests != 1 || page.Profiles[0].Files != nil || len(page.Profiles[0].Listed[""]) != 1 {
		t.Errorf("got %+v, %v", page, err)
	}
}

func TestACursorThatLeadsNowhereEndsTheList(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"Profiles": {onePage("", "")}}}
	page, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", After: "C1", First: 2})
	if err != nil || page.Next != "" {
		t.Errorf("got %+v, %v", page, err)
	}
}

func TestTeamsOfAnOwnerAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{
		"Teams": {
			tooLong,
			`{"data":{"organization":{"teams":{"pageInfo":{"hasNextPage":true,"endCursor":"T1"},"nodes":[null,{"slug":"core","name":"Core",
			  "members":{"pageInfo":{"hasNextPage":true,"endCursor":"M1"},"nodes":[{"login":"a"},null]},
			  "repositories":{"pageInfo":{"hasNextPage":true,"endCursor":"R1"},"edges":[{"permission":"WRITE","node":{"nameWithOwner":"Acme/Lib"}}]}}]}}}}`,
			`{"data":{"organization":{"teams":{"pageInfo":{"hasNextPage":false},"nodes":[{"slug":"ops","name":"Ops","members":{"nodes":[]},"repositories":{"edges":[{"permission":"ADMIN","node":{"nameWithOwner":"acme/lib"}}]}}]}}}}`,
		},
		"TeamMembers": {`{"data":{"organization":{"team":{"members":{"pageInfo":{"hasNextPage":false},"nodes":[{"login":"b"}]}}}}}`},
		"TeamRepos":   {`{"data":{"organization":{"team":{"repositories":{"pageInfo":{"hasNextPage":false},"edges":[{"permission":"READ","node":{"nameWithOwner":"acme/app"}}]}}}}}`},
	}}
	c, _ := testClient(t, s)
	got, err := c.OwnerTeams(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	want := &forge.OwnerTeams{
		Repos: map[string][]forge.Team{
			"acme/lib": {{Slug: "core", Name: "Core", Permission: "push"}, {Slug: "ops", Name: "Ops", Permission: "admin"}},
			"acme/app": {{Slug: "core", Name: "Core", Permission: "pull"}},
		},
		Members:  map[string][]string{"core": {"a", "b"}, "ops": {}},
		Requests: 5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTeamsThatMayNotBeSeenAreUnknown(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an account":      `{"data":{"organization":null},"errors":[{"type":"NOT_FOUND","path":["organization"],"message":"Could not resolve to an Organization"}]}`,
		"a lack of scope": `{"errors":[{"type":"INSUFFICIENT_SCOPES","message":"Your token has not been granted the required scopes"}]}`,
		"a refusal":       `{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible"}]}`,
	} {
		c, _ := testClient(t, &graphServer{answers: map[string][]string{"Teams": {body}}})
		if got, err := c.OwnerTeams(t.Context(), "acme"); got != nil || err != nil {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}
