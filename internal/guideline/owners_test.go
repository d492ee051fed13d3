package guideline

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// owned writes who owns a path: for each deciding line its number and owners.
func owned(o *Owners, path string) string {
	var out []string
	for _, r := range o.Of(path) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s", r.Line, strings.Join(r.Owners, " "))))
	}
	return strings.Join(out, "; ")
}

func problemLines(o *Owners, skipped bool) []int {
	var out []int
	for _, p := range o.Problems {
		if p.Skipped == skipped {
			out = append(out, p.Line)
		}
	}
	return out
}

type ownersVector struct {
	pattern string
	yes, no []string
}

func testVectors(t *testing.T, d OwnersDialect, vectors []ownersVector) {
	t.Helper()
	for _, c := range vectors {
		o := ParseOwners(&Source{}, []byte(c.pattern+" @acme/core"), d)
		if len(o.Rules) != 1 {
			t.Errorf("%s: %v", c.pattern, o.Problems)
			continue
		}
		for _, p := range c.yes {
			if len(o.Of(p)) == 0 {
				t.Errorf("%s ought to match %s", c.pattern, p)
			}
		}
		for _, p := range c.no {
			if len(o.Of(p)) > 0 {
				t.Errorf("%s ought not to match %s", c.pattern, p)
			}
		}
	}
}

func TestGitHubOwnersPatterns(t *testing.T) {
	t.Parallel()
	testVectors(t, GitHubOwners, []ownersVector{
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
		{"a/**/*.c", []string{"a/x.c", "a/b/c/x.c"}, []string{"x.c", "b/a/x.c"}},
		{"a/**", []string{"a/x"}, []string{"a"}},
		{"src/*/test.go", []string{"src/a/test.go"}, []string{"src/test.go", "src/a/b/test.go"}},
		{"a?c", []string{"abc", "aéc", "x/abc"}, []string{"ac", "a/c", "abbc"}},
		{`a\*c`, []string{"a*c"}, []string{"abc"}},
		{`my\ docs/`, []string{"my docs/a"}, []string{"my", "docs/a"}},
		{"A.md", []string{"A.md"}, []string{"a.md"}},
		{"a.b", []string{"a.b"}, []string{"axb"}},
		{"a+b(c){d}^|$:~", []string{"a+b(c){d}^|$:~"}, []string{"aab"}},
		{"/app/[id]/page.ts", []string{"app/[id]/page.ts"}, []string{"app/i/page.ts"}},
		{"*_test.go", []string{"a_test.go", "x/_test.go"}, []string{"a_test.gox", "test.go"}},
		{"a*b*c", []string{"abc", "axbxbxc", "x/abbc"}, []string{"ab", "acb"}},
		{"/", nil, []string{"a", "a/b"}},
		{"/**", []string{"a", "a/b"}, nil},
		{"**", []string{"a", "a/b"}, nil},
	})
}

func TestGitHubOwnersSkipsALineThatIsWrong(t *testing.T) {
	t.Parallel()
	o := ParseOwners(&Source{Path: "CODEOWNERS"}, []byte("\uFEFF# everything\r\n"+`* @acme/core   team@acme.example # with a remark

/docs/ @writer
!/x @acme/core
/a[bc] @acme/core
/y acme
a***b @acme/core
/with\ blank @writer
/docs/legal/
\#x @writer
/remark @writer#here
`), GitHubOwners)
	if d := cmp.Diff([]int{5, 7, 8, 11}, problemLines(o, true)); d != "" {
		t.Errorf("skipped lines (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{6}, problemLines(o, false)); d != "" {
		t.Errorf("remarks (-want +got):\n%s", d)
	}
	for path, want := range map[string]string{
		"main.go":         "2 @acme/core team@acme.example",
		"docs/a.md":       "4 @writer",
		"docs/legal/x.md": "10",
		"with blank":      "9 @writer",
		"y":               "2 @acme/core team@acme.example",
		"a[bc]":           "6 @acme/core",
		"ab":              "2 @acme/core team@acme.example",
		"remark":          "12 @writer",
	} {
		if got := owned(o, path); got != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
	if got := (*Owners)(nil).Of("x"); got != nil {
		t.Error("no file owns something")
	}
}

func TestGitLabOwnersPatterns(t *testing.T) {
	t.Parallel()
	testVectors(t, GitLabOwners, []ownersVector{
		{"*", []string{"a", "a/b", ".x", ".x/y"}, nil},
		{"*.md", []string{"a.md", "x/.y/a.md"}, []string{"a.mdx", "a.md/x"}},
		{"/*.md", []string{"a.md"}, []string{"x/a.md"}},
		{"README.md", []string{"README.md", "internal/README.md"}, []string{"readme.md"}},
		// an inner slash anchors nothing, unlike on GitHub
		{"internal/README.md", []string{"internal/README.md", "docs/internal/README.md"}, []string{"README.md", "internal/x/README.md"}},
		{"/internal/README.md", []string{"internal/README.md"}, []string{"docs/internal/README.md"}},
		{"/docs", []string{"docs"}, []string{"docs/a"}}, // no folder without a last slash
		{"/docs/", []string{"docs/a", "docs/b/c", "docs/.x"}, []string{"x/docs/a"}},
		{"docs/", []string{"docs/a", "x/docs/a/b"}, []string{"docs"}},
		{"/docs/*", []string{"docs/a", "docs/.x"}, []string{"docs/a/b"}},
		{"/docs/**", []string{"docs/a"}, []string{"docs/a/b"}}, // ** without a slash behind it
		{"/docs/**/*.md", []string{"docs/a.md", "docs/b/c/a.md"}, []string{"a.md"}},
		{"/docs/**/index.md", []string{"docs/index.md", "docs/a/b/index.md"}, []string{"docs/aindex.md"}},
		{"/[ab]/x", nil, []string{"c/x"}},
		{"/x[0-9].c", []string{"x0.c"}, []string{"xa.c", "x[0-9].c"}},
		{"/x[!0-9].c", []string{"xa.c"}, []string{"x0.c"}},
		{"/x[^0-9].c", []string{"xa.c"}, []string{"x0.c"}},
		{`/x\[1\]`, []string{"x[1]"}, []string{"x1"}},
		{"/x[0", nil, []string{"x0", "x[0"}}, // no end
		{`\#x`, []string{"#x", "a/#x"}, []string{"x"}},
		{`path\ with\ blanks/`, []string{"path with blanks/a"}, []string{"path"}},
		{"/a?c", []string{"abc"}, []string{"ac", "a/c"}},
		{"/{a,b}", []string{"{a,b}"}, []string{"a"}},
	})
}

func TestGitLabOwnersAddUpBySections(t *testing.T) {
	t.Parallel()
	o := ParseOwners(&Source{}, []byte(`* @everyone
/readme @first
/readme @second # @third

[Docs][2] @writers @lead
/docs/
/docs/legal/ @lawyer
!/docs/gen/
/docs/gen/own.md @lead

^[Data]
*.sql @dba

[docs] @others
*.adoc

^[Docs]
*.rst @rst

^[Nobody][3]
/empty bad

[Number][x]
/number @@maintainers
[unclosed @x
[]
/unnamed u@acme.example
`), GitLabOwners)
	for path, want := range map[string]string{
		"main.c":          "1 @everyone",
		"readme":          "3 @second @third",
		"docs/a.md":       "1 @everyone; 6 @writers @lead",
		"docs/legal/x":    "1 @everyone; 7 @lawyer",
		"docs/gen/a.md":   "1 @everyone",
		"docs/gen/own.md": "1 @everyone", // what is taken out stays out
		"docs/a.sql":      "1 @everyone; 6 @writers @lead; 12 @dba",
		"x.adoc":          "1 @everyone; 15 @others",
		"docs/x.rst":      "1 @everyone; 18 @rst",
		"empty":           "1 @everyone; 21",
		"number":          "1 @everyone; 24 @@maintainers",
		"[unclosed":       "1 @everyone",
		"unnamed":         "1 @everyone; 27 u@acme.example",
	} {
		if got := owned(o, path); got != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
	names := []string{}
	for _, s := range o.Sections {
		names = append(names, fmt.Sprintf("%s %v", s.Name, s.Optional))
	}
	if d := cmp.Diff([]string{" false", "Docs false", "Data true", "Nobody true", "Number false", " false"}, names); d != "" {
		t.Errorf("sections (-want +got):\n%s", d)
	}
	if r := o.Of("docs/a.md")[1]; r.Approvals != 2 || r.Optional {
		t.Errorf("docs want %d approvals, optional %v", r.Approvals, r.Optional)
	}
	if r := o.Of("number")[1]; r.Approvals != 1 {
		t.Errorf("a number that is none asks for %d approvals", r.Approvals)
	}
}

func TestGiteaOwnersPatterns(t *testing.T) {
	t.Parallel()
	testVectors(t, GiteaOwners, []ownersVector{
		{".*", []string{"a", "a/b"}, nil},
		{`.*\\.go`, []string{"a.go", "b/c.go"}, []string{"ago", "a.gox"}},
		{`.*\.go`, []string{"a.go", "ago"}, nil}, // one backslash is the line's own
		{"docs/.*", []string{"docs/a", "docs/b/c"}, []string{"docs", "x/docs/a"}},
		{"docs", []string{"docs"}, []string{"docs/a"}},
		{"!docs/.*", []string{"a", "docs"}, []string{"docs/a"}},
		{"a|b/c", []string{"a", "ax", "xb/c"}, []string{"b/cx"}}, // each anchor binds one side
		{"(a|b)/c", []string{"a/c", "b/c"}, []string{"a"}},
		{"(?i)readme", []string{"README"}, []string{"README.md"}},
		{`with\ blank`, []string{"with blank"}, []string{"with"}},
		{`a\#b`, []string{"a#b"}, []string{"a"}},
	})
}

func TestGiteaOwnersAddUp(t *testing.T) {
	t.Parallel()
	o := ParseOwners(&Source{}, []byte(`# all that match count
.*	@lead
docs/.* @writer acme/docs # and so on
docs/.* @second
alone
bad( @x
x @acme/a/b
!.*\\.md @coders
x#y @z
`), GiteaOwners)
	for path, want := range map[string]string{
		"docs/a.md": "2 @lead; 3 @writer @acme/docs; 4 @second",
		"docs/a.go": "2 @lead; 3 @writer @acme/docs; 4 @second; 8 @coders",
		"a.md":      "2 @lead",
	} {
		if got := owned(o, path); got != want {
			t.Errorf("%s is owned by %q, want %q", path, got, want)
		}
	}
	if d := cmp.Diff([]int{5, 6, 7, 9}, problemLines(o, true)); d != "" {
		t.Errorf("skipped lines (-want +got):\n%s", d)
	}
}

func TestOwnersDialectIsThatOfTheForge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host  string
		files []string
		want  string // dialect and place
	}{
		{"github.com", []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitlab-ci.yml"}, "github CODEOWNERS"},
		{"github.com", []string{"CODEOWNERS", ".github/CODEOWNERS"}, "github .github/CODEOWNERS"},
		{"gitlab.acme.example", []string{".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"}, "gitlab docs/CODEOWNERS"},
		{"codeberg.org", []string{".forgejo/CODEOWNERS"}, "gitea .forgejo/CODEOWNERS"},
		{"", []string{"CODEOWNERS"}, "github CODEOWNERS"},
		{"git.acme.example", []string{"CODEOWNERS", ".gitlab-ci.yml"}, "gitlab CODEOWNERS"},
		{"", []string{"docs/CODEOWNERS", ".gitea/workflows/ci.yml"}, "gitea docs/CODEOWNERS"},
		{"", []string{"CODEOWNERS", ".github/dependabot.yml", ".gitlab-ci.yml"}, "github CODEOWNERS"},
		{"", []string{".gitlab/CODEOWNERS", ".github/x"}, "gitlab .gitlab/CODEOWNERS"},
	} {
		tree := fstest.MapFS{}
		for _, f := range c.files {
			tree[f] = &fstest.MapFile{Data: []byte("* @a\n")}
		}
		set := &Set{}
		set.Repo.Host = c.host
		set.readOwners(newFiles(tree, "c0ffee", ""))
		got := "none"
		if set.Owners != nil {
			got = string(set.Owners.Dialect) + " " + set.Owners.Source.Path
		}
		if got != c.want {
			t.Errorf("%q with %v: %s, want %s", c.host, c.files, got, c.want)
		}
	}
}

func TestOwnersOfMoreThanThreeMegabytesAreIgnored(t *testing.T) {
	t.Parallel()
	line := "/some/folder/of/some/length @acme/core\n"
	for _, d := range []OwnersDialect{GitHubOwners, GitLabOwners, GiteaOwners} {
		o := ParseOwners(&Source{}, []byte(strings.Repeat(line, maxOwners/len(line)+1)), d)
		if len(o.Rules) > 0 || len(o.Problems) != 1 {
			t.Errorf("%s: %d rules and %d problems", d, len(o.Rules), len(o.Problems))
		}
	}
	short := ParseOwners(&Source{}, []byte(strings.Repeat("a\n", maxOwners/2)), GitHubOwners)
	if len(short.Rules) != maxOwnerRules || len(short.Problems) != 1 {
		t.Errorf("%d rules and %d problems", len(short.Rules), len(short.Problems))
	}
	tree := fstest.MapFS{"CODEOWNERS": {Data: []byte(strings.Repeat(line, 60_000))}} // two of them
	set := &Set{}
	set.readOwners(newFiles(tree, "c0ffee", ""))
	if set.Owners == nil || len(set.Owners.Rules) != 60_000 {
		t.Errorf("a file of two megabytes is not read: %v", set.Unread)
	}
}

func FuzzParseOwners(f *testing.F) {
	f.Add("* @a\n/b/**/c @d/e # f", "b/x/c")
	f.Add("^[Docs][2] @a\n!/x/[a-z]?.md\n*.md @@owner", "x/y.md")
	f.Add("!.*\\\\.go @a\n(a|b)+ @b", "a/b.go")
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, d := range []OwnersDialect{GitHubOwners, GitLabOwners, GiteaOwners} {
			o := ParseOwners(&Source{}, []byte(text), d)
			var want []int // without the index
			p := newOwnedPath(path)
			for _, r := range o.Rules {
				if r.match(p) && !(d == GitLabOwners && r.Negated) {
					want = append(want, r.Line)
				}
			}
			got := o.Of(path)
			for _, r := range got {
				if len(want) == 0 || r.Line > want[len(want)-1] {
					t.Fatalf("%s: line %d is said to match", d, r.Line)
				}
			}
			if d != GitLabOwners && (len(got) == 0) != (len(want) == 0) || d == GiteaOwners && len(got) != len(want) ||
				d == GitHubOwners && len(got) == 1 && got[0].Line != want[len(want)-1] {
				t.Fatalf("%s: the index finds %v, all lines %v", d, got, want)
			}
		}
	})
}

// Ten thousand lines against ten thousand paths, in each dialect.
func BenchmarkOwners(b *testing.B) {
	var plain, regex strings.Builder
	paths := make([]string, 10_000)
	for i := range paths {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&plain, "/team-%d/service-%d/ @acme/team-%d\n", i%50, i, i%50)
		case 1:
			fmt.Fprintf(&plain, "lib-%d/ @acme/team-%d\n", i, i%50)
		case 2:
			fmt.Fprintf(&plain, "*.kind%d @acme/team-%d\n", i, i%50)
		case 3:
			fmt.Fprintf(&plain, "/team-%d/*/module-%d/**/*.go @acme/team-%d\n", i%50, i, i%50)
		default:
			fmt.Fprintf(&plain, "test_%d_* @acme/team-%d\n", i, i%50)
		}
		fmt.Fprintf(&regex, "team-%d/service-%d/.*\\\\.go @team-%d\n", i%50, i, i%50)
		paths[i] = fmt.Sprintf("team-%d/service-%d/internal/module-%d/file.go", i%50, i, i)
	}
	for _, c := range []struct {
		dialect OwnersDialect
		text    string
	}{{GitHubOwners, plain.String()}, {GitLabOwners, plain.String()}, {GiteaOwners, regex.String()}} {
		b.Run(string(c.dialect), func(b *testing.B) {
			for b.Loop() {
				o := ParseOwners(&Source{}, []byte(c.text), c.dialect)
				for _, p := range paths {
					o.Of(p)
				}
			}
		})
	}
}
