package rule

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// A toolCase is a message, and which rules of a tool it breaks, by the names
// that the tool has for them.
type toolCase struct {
	name, message string
	breaks        []string
}

// readTree reads the guidelines of a repository that has these files.
func readTree(t *testing.T, files map[string]string) *Reading {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	f := fixtureForge{settings: fixtureSettings{Base: "main"}, trees: map[string]fstest.MapFS{"acme/lib": tree}}
	set, err := guideline.Read(t.Context(), guideline.Query{Repo: forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"}, Base: "main"}, f, f)
	if err != nil {
		t.Fatal(err)
	}
	return newReading(set)
}

// onlyLinter is the one linter that is found.
func onlyLinter(t *testing.T, files map[string]string) messageLinter {
	t.Helper()
	linters := readTree(t, files).messageLinters()
	if len(linters) != 1 {
		t.Fatalf("%d linters", len(linters))
	}
	return linters[0]
}

func judgeCases(t *testing.T, p HeaderParams, cases []toolCase) {
	t.Helper()
	p = p.compile()
	for _, c := range cases {
		var got []string
		for _, r := range p.Rules {
			one, name := p, r.Name
			one.Rules = []LintRule{r}
			if r.As != "" {
				name = r.As
			}
			if len(one.problems(c.message)) > 0 && !slices.Contains(got, name) {
				got = append(got, name)
			}
		}
		want := slices.Clone(c.breaks)
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.message, d)
		}
	}
}

func TestGitlintByDefault(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{".gitlint": "[general]\nverbosity=2\n"})
	body := "\n\nThis says why, in twenty letters.\n"
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "Read empty files" + body, nil},
		{"72 letters are letters, not bytes", strings.Repeat("ü", 72) + body, nil},
		{"73 letters", strings.Repeat("u", 73) + body, []string{"title-max-length"}},
		{"a blank at the end", "Read empty files " + body, []string{"title-trailing-whitespace"}},
		{"a blank before", " Read empty files" + body, []string{"title-leading-whitespace"}},
		{"a tab", "Read\tfiles" + body, []string{"title-hard-tab"}},
		{"a full stop", "Read empty files." + body, []string{"title-trailing-punctuation"}},
		{"an ellipsis is one, too", "Read empty files..." + body, []string{"title-trailing-punctuation"}},
		{"a question", "Read?" + body, []string{"title-trailing-punctuation"}},
		{"work in progress", "wip: read files" + body, []string{"title-must-not-contain-word"}},
		{"a word that holds it", "Wiping files" + body, nil},
		{"four letters", "Read" + body, []string{"title-min-length"}},
		{"no body", "Read empty files", []string{"body-is-missing"}},
		{"blank lines are no body", "Read empty files\n\n\n", []string{"body-is-missing"}},
		{"a body without an empty line", "Read empty files\nThis says why, in twenty letters.\nAnd more.", []string{"body-first-line-empty"}},
		{"a short body", "Read empty files\n\nToo short", []string{"body-min-length"}},
		{"newlines are not counted", "Read empty files\n\n1234567890\n1234567890", nil},
		{"81 letters in a line", "Read empty files\n\n" + strings.Repeat("u", 81), []string{"body-max-line-length"}},
		{"a link is no exception", "Read empty files\n\nhttps://acme.example/" + strings.Repeat("u", 80), []string{"body-max-line-length"}},
		{"trailers count", "Read empty files\n\nThis says why, in twenty letters.\n\nSigned-off-by: " + strings.Repeat("u", 80), []string{"body-max-line-length"}},
		{"a blank at the end of a line", "Read empty files\n\nThis says why, in twenty letters. ", []string{"body-trailing-whitespace"}},
		{"a tab in the body", "Read empty files\n\n\tThis says why, in twenty letters.", []string{"body-hard-tab"}},
		{"comments are left out", "Read empty files\n# comment\n\nThis says why, in twenty letters.", nil},
		{"a merge", "Merge branch 'main'", nil},
		{"one line behind the title is no body", "Read empty files\nwhy", []string{"body-first-line-empty", "body-is-missing", "body-min-length"}},
		{"a revert", "Revert \"Read\"", nil},
		{"a fixup", "fixup! Read", nil},
		{"a squash", "squash! Read.", nil},
		{"an amend", "amend! Read", nil},
	})
}

func TestGitlintAsItIsTold(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{".gitlint": `
[general]
ignore=body-is-missing,T3
contrib=contrib-title-conventional-commits,CC2
ignore-fixup-commits=false
# a comment
[title-max-length]
line-length=20

[T8]
min-length: 8

[title-must-not-contain-word]
words=wip,do not merge

[title-must-not-contain-word:names]
words=bob

[CT1]
types = feat, fix

[body-min-length]
min-length=5

[B8]
regex=^Change-Id: (?P<id>I[0-9a-f]{4})\Z

[ignore-by-title]
regex=^release
ignore=T1,B8

[ignore-by-body]
regex=(.*)automatic(.*)

[ignore-body-lines]
regex=^Co-Authored-By
`})
	if len(l.Params.Unread) > 0 {
		t.Error(l.Params.Unread)
	}
	id := "\n\nChange-Id: Iabcd"
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "feat: read" + id, nil},
		{"a full stop is not asked for", "feat(a)!: read." + id, nil},
		{"another type", "docs: read" + id, []string{"contrib-title-conventional-commits"}},
		{"no type", "read files" + id, []string{"contrib-title-conventional-commits"}},
		{"a fixup is looked at", "fixup! feat: read" + id, []string{"contrib-disallow-cleanup-commits", "contrib-title-conventional-commits"}},
		{"an amend is not", "amend! feat: read", nil},
		{"words of the first list", "fix: do not merge" + id, []string{"title-must-not-contain-word"}},
		{"words of the second list", "fix: Bob" + id, []string{"title-must-not-contain-word"}},
		{"too long and too short", "fix: a" + strings.Repeat("b", 20) + id, []string{"title-max-length"}},
		{"too short", "fix: a" + id, []string{"title-min-length"}},
		{"the pattern for the body ends at its end", "feat: read\n\nChange-Id: Iabcd\nmore", []string{"body-match-regex"}},
		{"some rules are left out by title", "release: a very long title\n\nno identifier here", []string{"contrib-title-conventional-commits"}},
		{"of several exceptions the last counts", "release: a very long title\n\nthis is automatic", nil},
		{"all are left out by body", "x\n\nthis is automatic", nil},
		{"lines that are ignored", "feat: read\n\nCo-Authored-By: A <a@acme.example>\nChange-Id: Iabcd", nil},
	})
}

func TestGitlintThatCannotBeRead(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{".gitlint": `
[general]
extra-path=./rules
contrib=CC3
[T7]
regex=(?a)\w+
[T1]
line-length=many
[B7]
files=a.go
[I4]
regex=(.*)Colleague
`})
	if len(l.Params.Unread) != 6 {
		t.Errorf("%d are named: %q", len(l.Params.Unread), l.Params.Unread)
	}
}

func TestGitlintInAWorkflow(t *testing.T) {
	t.Parallel()
	workflow := func(run string) map[string]string {
		return map[string]string{".github/workflows/ci.yml": "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: " + run + "\n"}
	}
	for run, want := range map[string]struct {
		runs int
		last bool
		max  int
	}{
		"gitlint --commits origin/main..HEAD": {1, false, 72},
		"gitlint":                             {1, true, 72},
		"pip install gitlint && gitlint -c T1.line-length=60 --commits a..b":   {1, false, 60},
		"pre-commit run --hook-stage manual gitlint-ci":                        {1, true, 72},
		"echo please run gitlint":                                              {0, false, 0},
		"pip install gitlint":                                                  {0, false, 0},
		"echo ${{ github.event.pull_request.title }} | gitlint --ignore-stdin": {0, false, 72},
	} {
		linters := readTree(t, workflow(run)).messageLinters()
		if want.max == 0 {
			if len(linters) > 0 {
				t.Errorf("%s: is taken for a run", run)
			}
			continue
		}
		if len(linters) != 1 {
			t.Fatalf("%s: %d linters", run, len(linters))
		}
		l := linters[0]
		if len(l.Runs) != want.runs || l.Params.Last != want.last {
			t.Errorf("%s: %d runs, last %v", run, len(l.Runs), l.Params.Last)
		}
		for _, r := range l.Params.Rules {
			if r.As == "title-max-length" && r.Number != want.max {
				t.Errorf("%s: %d letters", run, r.Number)
			}
		}
	}
}
