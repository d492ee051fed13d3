package sandbox_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

func TestPages(t *testing.T) {
	t.Parallel()
	w, r := small()
	r.Description = "<script>alert(1)</script>"
	r.Issues = []sandbox.Issue{{Number: 4, Title: "<b>bold</b>", By: "newcomer"}}
	w.AddRepo("platform/hidden", nil).Visibility = "private"
	b := start(t, w)
	cases := []struct {
		path   string
		status int
		want   string
	}{
		{"/", 200, "platform/lib"}, {"/platform", 200, "&lt;script&gt;"}, {"/platform/lib", 200, "# lib"}, {"/platform/lib/issues/4", 200, "&lt;b&gt;bold"},
		{"/platform/lib/blob/main/src/a.txt", 200, `id="L1"`}, {"/platform/lib/raw/main/src/a.txt", 200, "one"}, {"/platform/lib/commit/main", 200, "src/a.txt"},
		{"/platform/lib/rules", 200, "Rules"}, {"/settings/tokens/new?scopes=repo", 200, "repo"}, {"/platform/hidden", 404, "Not found"}, {"/platform/none", 404, "Not found"},
		{"/platform/lib/blob/main/../../x", 404, "Not found"},
	}
	for _, c := range cases {
		got := b.api("", c.status, "GET", b.URL()+c.path, nil)
		if !strings.Contains(string(got.body), c.want) || strings.Contains(string(got.body), "<script") {
			t.Errorf("%s: %q is missing in\n%s", c.path, c.want, got.body)
		}
	}
	a := start(t, nil)
	for path, want := range map[string]string{"/identity/auth-lib/pull/412": "validate audience claim", "/identity/auth-lib/pull/412/files": "audience.go", "/identity/auth-lib/pull/412.diff": "+++ b/audience.go", "/mesh": "Mesh"} {
		if got := a.api("", 200, "GET", a.URL()+path, nil); !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %q is missing in\n%s", path, want, got.body)
		}
	}
}

// forPeople tells which fields of an answer are addresses of pages.
func forPeople(field string) bool {
	switch field {
	case "html_url", "diff_url", "patch_url", "details_url", "avatar_url", "raw_url", "blob_url", "download_url", "permalink_url", "external_url":
		return true
	}
	return false
}

// pageURLs collects what an answer says about pages, also within _links.
func pageURLs(v any, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			pageURLs(x, into)
		}
	case map[string]any:
		for k, x := range v {
			s, isText := x.(string)
			inner, isObject := x.(map[string]any)
			switch {
			case isText && forPeople(k):
				into[s] = true
			case isObject && k == "html":
				into[fmt.Sprint(inner["href"])] = true
			default:
				pageURLs(x, into)
			}
		}
	}
}

// TestEveryAddressOpens follows each address of a page that the API hands out,
// and each that those pages hand out in turn.
func TestEveryAddressOpens(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	found := map[string]bool{b.URL() + "/": true}
	collect := func(path string) {
		var v any
		if err := json.Unmarshal(b.get("newcomer", path).body, &v); err != nil {
			t.Fatal(err)
		}
		pageURLs(v, found)
	}
	for _, r := range sandbox.Acme().Repos {
		if r.Visibility == "private" {
			continue
		}
		name := "/repos/" + r.Owner + "/" + r.Name
		for _, p := range []string{"", "/pulls?state=all&per_page=100", "/issues?state=all&per_page=100", "/releases", "/rulesets", "/contents", "/teams"} {
			collect(name + p)
		}
	}
	lib := "/repos/identity/auth-lib"
	sha := b.get("newcomer", lib+"/pulls/352").object(t)["head"].(map[string]any)["sha"].(string)
	for _, p := range []string{"/pulls/412/files", "/pulls/352/reviews", "/pulls/352/commits", "/issues/398/comments", "/commits/" + sha + "/check-runs", "/commits/" + sha, "/compare/main...payments-engineer:validate-audience", "/contents/docs", "/readme", "/rulesets/" + rulesetID(b)} {
		collect(lib + p)
	}
	if len(found) < 400 {
		t.Fatalf("only %d addresses", len(found))
	}
	for depth := 0; len(found) > 0 && depth < 2; depth++ {
		next := map[string]bool{}
		for address := range found {
			if depth > 0 && !strings.Contains(address, "/identity/") {
				continue // one organisation stands for all
			}
			linksOf(b, b.api("", http.StatusOK, "GET", address, nil), next)
		}
		for address := range found {
			delete(next, address)
		}
		found = next
		if depth == 0 && len(found) < 100 {
			t.Errorf("pages link to %d further ones only", len(found))
		}
	}
}

func rulesetID(b *bench) string {
	return fmt.Sprintf("%.0f", b.get("newcomer", "/repos/identity/auth-lib/rulesets").list(b)[0]["id"])
}

// linksOf collects what a page links to.
func linksOf(b *bench, page reply, into map[string]bool) {
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		return
	}
	for _, m := range regexp.MustCompile(`href="(/[^"]*)"`).FindAllStringSubmatch(string(page.body), -1) {
		if target := html.UnescapeString(m[1]); !strings.HasPrefix(target, "/api/") {
			into[b.URL()+target] = true
		}
	}
}

// TestHostileTextStaysText puts markup wherever somebody can write something
// and looks at every page.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	const evil = `"'><x-evil onload=a()>{{.}}</pre></table>`
	w, r := small()
	r.Description, r.Homepage, r.Topics, r.Language = evil, "javascript:a()", []string{evil}, evil
	r.Access = map[string]string{"newcomer": "push"}
	r.Files = append(r.Files, sandbox.File{Path: `a "b'><x-evil>.md`, Data: evil}, sandbox.File{Path: "100%/#1?.txt", Data: evil})
	r.History = []sandbox.Commit{{By: "newcomer", Message: evil, Age: sandbox.Days(3)}}
	r.Branches = []string{"<x-evil>/100%", "q#1"}
	r.Labels = []sandbox.Label{{Name: evil}}
	r.Issues = []sandbox.Issue{{Number: 1, Title: evil, Body: evil, By: "newcomer", Labels: []string{evil}, Comments: []sandbox.Comment{{By: "newcomer", Body: evil}}}}
	r.Releases = []sandbox.Release{{Tag: "v1#x%", Name: evil, Body: evil, By: "newcomer", Age: sandbox.Days(1)}}
	r.Rulesets = []sandbox.Ruleset{{Name: evil, Include: []string{evil}, Rules: []sandbox.Rule{{Type: "x-evil", Parameters: map[string]any{evil: evil}}}}}
	r.Pulls = []sandbox.Pull{{
		Number: 2, Title: evil, Body: evil, By: "newcomer", Branch: "x'><x-evil>", Reviews: []sandbox.Review{{By: "newcomer", State: "COMMENTED", Body: evil}},
		Files: []sandbox.File{{Path: `n"'><x-evil>`, Data: evil}},
	}}
	w.Accounts[0].Name, w.Orgs[0].Name, w.Orgs[0].Description = evil, evil, evil
	w.Orgs[0].Teams = []sandbox.Team{{Slug: "all", Name: evil, Description: evil, Members: []string{"newcomer"}}}
	b := start(t, w)
	sha := b.get("newcomer", "/repos/platform/lib/pulls/2").object(t)["head"].(map[string]any)["sha"].(string)
	b.api("newcomer", http.StatusCreated, "POST", "/repos/platform/lib/check-runs", map[string]any{
		"name": evil, "head_sha": sha, "status": "completed", "conclusion": "failure", "output": map[string]any{"title": evil, "summary": evil}})
	todo, seen := []string{b.URL() + "/", b.URL() + "/platform/lib/pull/2.diff", b.URL() + "/platform/lib/pull/2.patch",
		b.URL() + "/orgs/platform/teams/all", b.URL() + "/apps/" + url.PathEscape("<x-evil>"), b.URL() + "/settings/tokens?scopes=" + url.QueryEscape(evil), b.URL() + "/avatars/u/1001"}, map[string]bool{}
	for len(todo) > 0 {
		address := todo[0]
		todo, seen[address] = todo[1:], true
		page := b.api("", http.StatusOK, "GET", address, nil)
		if page.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s can be taken for something else", address)
		}
		if strings.HasPrefix(page.header.Get("Content-Type"), "text/plain") {
			continue
		}
		if strings.Contains(string(page.body), "<x-evil") || strings.Contains(string(page.body), `"javascript:`) {
			t.Errorf("%s lets markup through:\n%s", address, page.body)
		}
		next := map[string]bool{}
		linksOf(b, page, next)
		for one := range next {
			if !seen[one] {
				todo, seen[one] = append(todo, one), true
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d pages", len(seen))
	}
	b.api("", http.StatusNotFound, "GET", b.URL()+"/<x-evil>/y", nil)
}
