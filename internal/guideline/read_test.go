package guideline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// fakeTrees are repositories by their full name: path → text. A path that ends
// in "->" is a symbolic link, and a repository that is nil cannot be read.
type fakeTrees map[string]map[string]string

func (f fakeTrees) Tree(_ context.Context, repo forge.RepoName, _ string) (fs.FS, string, error) {
	files, ok := f[repo.FullName()]
	if !ok {
		return nil, "", &forge.NotFoundError{What: repo.FullName()}
	}
	if files == nil {
		return nil, "", errors.New("the connection broke")
	}
	tree := fstest.MapFS{}
	for name, text := range files {
		file := &fstest.MapFile{Data: []byte(text)}
		if strings.HasSuffix(name, "->") {
			name, file.Mode = strings.TrimSuffix(name, "->"), fs.ModeSymlink
		}
		tree[name] = file
	}
	return tree, "c0ffee", nil
}

// fakeSettings is what a forge knows of branches.
type fakeSettings struct {
	rules  map[string][]forge.Rule
	checks []string
	err    error
	mu     *sync.Mutex
	asked  *[]string
}

func (f fakeSettings) Rules(_ context.Context, _ forge.RepoName, branch string) ([]forge.Rule, error) {
	if f.asked != nil {
		f.mu.Lock()
		*f.asked = append(*f.asked, branch)
		f.mu.Unlock()
	}
	return f.rules[branch], f.err
}

func (f fakeSettings) RequiredChecks(context.Context, forge.RepoName, string) ([]string, error) {
	return f.checks, f.err
}

func lib() forge.RepoName { return forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"} }

func readSet(t *testing.T, q Query, trees Trees, s Settings) *Set {
	t.Helper()
	q.Repo = lib()
	if q.Base == "" {
		q.Base = "main"
	}
	set, err := Read(t.Context(), q, trees, s)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestReadLooksUpInOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		repo, org map[string]string
		want      []string
	}{
		".github wins over root and docs": {
			repo: map[string]string{".github/contributing.md": "a", "CONTRIBUTING.md": "b", "docs/CONTRIBUTING.md": "c"},
			want: []string{"contributing .github/contributing.md"},
		},
		"root wins over docs": {
			repo: map[string]string{"Contributing": "b", "docs/CONTRIBUTING.md": "c", "README.md": "r"},
			want: []string{"contributing Contributing", "readme README.md"},
		},
		"the organisation's fills the gap": {
			repo: map[string]string{"README.md": "r"},
			org:  map[string]string{"docs/CONTRIBUTING.md": "o", "README.md": "no", "SUPPORT.md": "s", "CODEOWNERS": "* @no"},
			want: []string{"readme README.md", "contributing docs/CONTRIBUTING.md default", "support SUPPORT.md default"},
		},
		"its own beats the organisation's": {
			repo: map[string]string{"docs/CONTRIBUTING.md": "r"}, org: map[string]string{"CONTRIBUTING.md": "o"},
			want: []string{"contributing docs/CONTRIBUTING.md"},
		},
		"one hop of links in the repository, never out of it": {
			repo: map[string]string{
				"docs/CONTRIBUTING.md":    "See [commits](commits.md), [style](/STYLE.md#x), [out](../../x/commit.md), [web](https://x.example/commit.md), [dead](commit-x.md), [cat](cat.md), [me](../README.md), [form](/PULL_REQUEST_TEMPLATE.md).",
				"docs/commits.md":         "[further](further-commits.md)",
				"docs/further-commits.md": "no", "STYLE.md": "s", "PULL_REQUEST_TEMPLATE.md": "no", "docs/cat.md": "no",
			},
			want: []string{"contributing docs/CONTRIBUTING.md", "linked docs/commits.md", "linked STYLE.md"},
		},
		"a link is not followed": {
			repo: map[string]string{"CONTRIBUTING.md->": "/etc/passwd", "docs/CONTRIBUTING.md": "c"},
			want: []string{"contributing docs/CONTRIBUTING.md"},
		},
		"a program is no page": {repo: map[string]string{"CONTRIBUTING.go": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trees := fakeTrees{"acme/lib": c.repo}
			if c.org != nil {
				trees["acme/.github"] = c.org
			}
			set := readSet(t, Query{}, trees, fakeSettings{})
			var got []string
			for _, d := range set.Documents {
				line := d.Kind + " " + d.Source.Path
				if d.Default {
					line += " default"
				}
				got = append(got, line)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("documents (-want +got):\n%s", d)
			}
			if set.Owners != nil || len(set.Unread) > 0 {
				t.Errorf("owners %v, unread %v", set.Owners, set.Unread)
			}
		})
	}
}

func TestReadTemplates(t *testing.T) {
	t.Parallel()
	set := readSet(t, Query{}, fakeTrees{"acme/lib": {
		"docs/pull_request_template.md": "no", "Pull_Request_Template.md": "# A",
		".github/pull_request_template/b.md": "# B", ".github/pull_request_template/a.md": "# C", ".github/pull_request_template/x.txt": "no",
	}}, fakeSettings{})
	var got []string
	for _, tm := range set.Templates {
		got = append(got, fmt.Sprintf("%s %v", tm.Source.Path, tm.Default))
	}
	want := []string{"Pull_Request_Template.md true", ".github/pull_request_template/a.md false", ".github/pull_request_template/b.md false"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("templates (-want +got):\n%s", d)
	}
}

func TestReadSaysWhereThingsAre(t *testing.T) {
	t.Parallel()
	trees := fakeTrees{"acme/lib": {"CONTRIBUTING.md": "x"}}
	set := readSet(t, Query{}, trees, fakeSettings{})
	want := &Source{Kind: KindProse, Path: "CONTRIBUTING.md", Commit: "c0ffee", URL: "https://forge.example/acme/lib/blob/c0ffee/CONTRIBUTING.md"}
	if d := cmp.Diff(want, set.Documents[0].Source); d != "" {
		t.Errorf("source (-want +got):\n%s", d)
	}
	set = readSet(t, Query{Web: "http://127.0.0.1:8080/"}, trees, fakeSettings{})
	if got := set.Documents[0].Source.URL; got != "http://127.0.0.1:8080/acme/lib/blob/c0ffee/CONTRIBUTING.md" {
		t.Errorf("URL is %s", got)
	}
	for _, q := range []Query{{}, {Repo: forge.RepoName{Owner: "acme", Name: "lib"}}, {Web: "https://forge.example"}} {
		if got := blobURL(q, q.Repo, "c0ffee"); got != "" {
			t.Errorf("%+v: got the URL %s for no known forge", q, got)
		}
	}
}

func TestReadGoesOnWithoutASource(t *testing.T) {
	t.Parallel()
	broken := fakeSettings{err: errors.New("it does not answer")}
	for name, c := range map[string]struct {
		trees    fakeTrees
		settings Settings
		query    Query
		want     []string
	}{
		"no forge": {trees: fakeTrees{"acme/lib": {}}, want: []string{"rules and required checks of the branch main: no forge was asked"}},
		"a forge that is down": {
			trees: fakeTrees{"acme/lib": {}}, settings: broken, query: Query{Direct: true, Head: "x"},
			want: []string{"rules of the branch main: it does not answer", "required checks of the branch main: it does not answer", "rules of the branch x: it does not answer"},
		},
		"no files":                    {trees: fakeTrees{"acme/lib": nil}, settings: fakeSettings{}, want: []string{"files of forge.example/acme/lib: the connection broke"}},
		"a broken organisation":       {trees: fakeTrees{"acme/lib": {}, "acme/.github": nil}, settings: fakeSettings{}, want: []string{"defaults of the organisation in forge.example/acme/.github: the connection broke"}},
		"it is not asked for":         {trees: fakeTrees{"acme/lib": {}, "acme/.github": nil}, settings: fakeSettings{}, query: Query{Orgless: true}},
		"a page that is too long":     {trees: fakeTrees{"acme/lib": {"CONTRIBUTING.md": strings.Repeat("x", maxFileBytes+1)}}, settings: fakeSettings{}, want: []string{"CONTRIBUTING.md: it is larger than 1048576 bytes"}},
		"a page that is read in part": {trees: fakeTrees{"acme/lib": {"CONTRIBUTING.md": strings.Repeat("x", maxProse+1)}}, settings: fakeSettings{}, want: []string{"the end of CONTRIBUTING.md: it is larger than 262144 bytes"}},
		"a manifest that is none":     {trees: fakeTrees{"acme/lib": {"innersource.json": "["}}, settings: fakeSettings{}, want: []string{"innersource.json: it is no JSON object"}},
		"a workflow that is none":     {trees: fakeTrees{"acme/lib": {".github/workflows/x.yml": "on: [pull_request"}}, settings: fakeSettings{}, want: []string{".github/workflows/x.yml: yaml: line 1: did not find expected ',' or ']'"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := readSet(t, c.query, c.trees, c.settings)
			var got []string
			for _, u := range set.Unread {
				got = append(got, u.What+": "+u.Why)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("unread (-want +got):\n%s", d)
			}
		})
	}
}

func TestReadStopsWhenItIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if set, err := Read(ctx, Query{Repo: lib()}, fakeTrees{"acme/lib": {}}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", set, err)
	}
}

func TestReadBoundsTheNumberOfFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range maxFiles + 50 {
		files[fmt.Sprintf(".github/workflows/%03d.yml", i)] = "on: pull_request\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n"
	}
	set := readSet(t, Query{}, fakeTrees{"acme/lib": files}, fakeSettings{})
	if n := len(set.Workflows); n >= maxFiles || n+len(set.Unread) != maxFiles+50 {
		t.Errorf("%d workflows read and %d unread of %d", n, len(set.Unread), len(files))
	}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	required := forge.Rule{Type: "required_status_checks", Parameters: []byte(`{"required_status_checks": [{"context": "DCO"}, {"context": "new"}]}`)}
	name := forge.Rule{Type: "branch_name_pattern"}
	for title, c := range map[string]struct {
		query Query
		asked int
		head  []forge.Rule
	}{
		"from a fork only the base is asked":     {Query{Head: "x"}, 1, nil},
		"a branch of the upstream is asked, too": {Query{Head: "x", Direct: true}, 2, []forge.Rule{name}},
		"the base stands in for an unknown head": {Query{Direct: true}, 1, []forge.Rule{required}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var asked []string
			s := fakeSettings{
				rules: map[string][]forge.Rule{"main": {required}, "x": {name}}, checks: []string{"DCO"},
				mu: &sync.Mutex{}, asked: &asked,
			}
			set := readSet(t, c.query, fakeTrees{"acme/lib": {}}, s)
			if len(asked) != c.asked {
				t.Errorf("asked for %v", asked)
			}
			if d := cmp.Diff(c.head, set.HeadRules); d != "" {
				t.Errorf("rules of the head (-want +got):\n%s", d)
			}
			if d := cmp.Diff([]string{"DCO", "new"}, set.RequiredChecks); d != "" {
				t.Errorf("required checks (-want +got):\n%s", d)
			}
		})
	}
}

// prefetching counts how often a tree is asked for many files and for one.
type prefetching struct {
	fstest.MapFS
	ahead   map[string]bool
	batches *int
	alone   *[]string
}

func (p prefetching) Prefetch(_ context.Context, want func(string, int64) bool) error {
	*p.batches++
	for name := range p.MapFS {
		if want(name, int64(len(p.MapFS[name].Data))) {
			p.ahead[name] = true
		}
	}
	return nil
}

func (p prefetching) Open(name string) (fs.File, error) {
	file, err := p.MapFS.Open(name)
	if info, statErr := fs.Stat(p.MapFS, name); statErr == nil && !info.IsDir() && !p.ahead[name] {
		*p.alone = append(*p.alone, name)
	}
	return file, err
}

func (p prefetching) ReadDir(name string) ([]fs.DirEntry, error) { return p.MapFS.ReadDir(name) }

func (p prefetching) Tree(_ context.Context, repo forge.RepoName, _ string) (fs.FS, string, error) {
	if repo.Name == ".github" {
		return nil, "", &forge.NotFoundError{}
	}
	return p, "c", nil
}

func TestReadFetchesFilesAtOnce(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	var alone []string
	batches := 0
	tree := prefetching{MapFS: fstest.MapFS{
		"CONTRIBUTING.md": file("[commits](docs/commits.md) [tests](docs/tests.md)"), "docs/commits.md": file("x"), "docs/tests.md": file("x"),
		"README.md": file("x"), "CODEOWNERS": file("* @a"), "innersource.json": file("{}"), ".commitlintrc": file("rules: {}"),
		".github/pull_request_template.md": file("# A"), ".github/PULL_REQUEST_TEMPLATE/x.md": file("# B"), ".github/dco.yml": file("a: b"),
		".github/workflows/x.yml":      file("on: pull_request\njobs: {a: {runs-on: x, steps: [{uses: ./.github/actions/y}]}}"),
		".github/actions/y/action.yml": file("runs: {using: composite, steps: [{run: x}]}"),
		"main.go":                      file("package main"),
	}, ahead: map[string]bool{}, batches: &batches, alone: &alone}
	set := readSet(t, Query{}, tree, fakeSettings{})
	if len(alone) > 0 || batches != 2 {
		t.Errorf("%v were fetched alone, and %d batches", alone, batches)
	}
	if tree.ahead["main.go"] {
		t.Error("a file that nobody reads was fetched")
	}
	if len(set.Workflows) != 1 || set.Workflows[0].Jobs[0].Steps[0].Run != "x" {
		t.Errorf("workflows %+v", set.Workflows)
	}
}
