package guideline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGitHubOwnersPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		yes, no []string
	}{
		{"*", []string{"a", "a/b", ".x"}, nil},
		{"*.go", []string{"a.go", "b/c.go", "x.go/inside"}, []string{"a.gox", "go"}},
		{"/*.go", []string{"a.go"}, []string{"b/a.go"}},
		{"/docs/", []string{"docs/a", "docs/b/c"}, []string{"docs", "x/docs/a"}},
		{"docs/", []string{"docs/a", "x/docs/a/b"}, []string{"docs", "mydocs/a"}},
		{"docs", []string{"docs", "docs/a", "x/docs", "x/docs/a"}, []string{"docs2", "adocs"}},
		{"docs/*", []string{"docs/a"}, []string{"docs/a/b", "x/docs/a"}},
		{"/docs/*", []string{"docs/a"}, []string{"docs/a/b"}},
		{"docs/**", []string{"docs/a", "docs/a/b"}, []string{"docs", "x/docs/a"}},
		{"docs/api", []string{"docs/api", "docs/api/x"}, []string{"x/docs/api", "docs/apix"}},
		{"**/logs", []string{"logs", "a/logs", "a/b/logs/c"}, []string{"alogs"}},
		{"**/logs/*.txt", []string{"logs/a.txt", "x/logs/a.txt"}, []string{"logs/x/a.md"}},
		{"a/**/b", []string{"a/b", "a/x/b", "a/x/y/b/c"}, []string{"x/a/b", "a/xb"}},
		{"a/**", []string{"a/x"}, []string{"a"}},
		{"src/*/test.go", []string{"src/a/test.go"}, []string{"src/test.go", "src/a/b/test.go"}},
		{"a?c", []string{"abc", "x/abc"}, []string{"ac", "a/c", "abbc"}},
		{"A.md", []string{"A.md"}, []string{"a.md"}},
		{"a.b", []string{"a.b"}, []string{"axb"}},
		{"a+b(c){d}^|$", []string{"a+b(c){d}^|$"}, []string{"aab"}},
		{"/", nil, []string{"a", "a/b"}},
		{"/**", []string{"a", "a/b"}, nil},
		{"**", []string{"a", "a/b"}, nil},
	} {
		match, err := compileGitHubOwners(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		for _, p := range c.yes {
			if !match(p) {
				t.Errorf("%s ought to match %s", c.pattern, p)
			}
		}
		for _, p := range c.no {
			if match(p) {
				t.Errorf("%s ought not to match %s", c.pattern, p)
			}
		}
	}
}

func TestParseOwners(t *testing.T) {
	t.Parallel()
	o := ParseOwners(&Source{Path: "CODEOWNERS"}, []byte(`# everything
* @acme/core   team@acme.example # with a remark

/docs/ @writer
!/x @acme/core
/a[bc] @acme/core
/y acme
a***b @acme/core
/with\ blank @writer
/docs/legal/
`), GitHubOwners())
	var invalid []int
	for _, p := range o.Invalid {
		invalid = append(invalid, p.Line)
	}
	if d := cmp.Diff([]int{5, 6, 7, 8}, invalid); d != "" {
		t.Errorf("invalid lines (-want +got):\n%s", d)
	}
	for path, want := range map[string]string{
		"main.go":         "2 @acme/core team@acme.example",
		"docs/a.md":       "4 @writer",
		"docs/legal/x.md": "10 ",
		"with blank":      "9 @writer",
		"y":               "2 @acme/core team@acme.example",
	} {
		r, ok := o.Of(path)
		if got := strings.TrimSpace(string(rune('0'+r.Line/10))+string(rune('0'+r.Line%10))) + " " + strings.Join(r.Owners, " "); !ok || strings.TrimPrefix(got, "0") != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
	if _, ok := (*Owners)(nil).Of("x"); ok {
		t.Error("no file owns something")
	}
}

func TestParseOwnersRefusesHugeFiles(t *testing.T) {
	t.Parallel()
	o := ParseOwners(&Source{}, []byte(strings.Repeat("* @a\n", maxOwners/5+1)), GitHubOwners())
	if len(o.Rules) > 0 || len(o.Invalid) != 1 {
		t.Errorf("%d rules and %d problems", len(o.Rules), len(o.Invalid))
	}
}

func FuzzParseOwners(f *testing.F) {
	f.Add("* @a\n/b/**/c @d/e # f", "b/x/c")
	f.Fuzz(func(_ *testing.T, text, path string) {
		ParseOwners(&Source{}, []byte(text), GitHubOwners()).Of(path)
	})
}
