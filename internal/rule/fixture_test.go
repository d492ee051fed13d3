package rule

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

var update = flag.Bool("update", false, "write what the fixtures get into what they want")

// A fixture is a txtar file below testdata/RULE:
//
//	settings.json    what the forge knows: base, head, direct, rules, requiredChecks, history
//	repo/…           the files of the repository
//	github/…         the files of the organisation's .github repository
//	other/O/N/…      the files of another repository
//	NAME.json        a change, under the name by which it is wanted
//	want             the requirements of RULE and what they find in each change
func TestFixtures(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "testdata/"), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runFixture(t, name)
		})
	}
}

func runFixture(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, want := renderFixture(t, filepath.Base(filepath.Dir(name)), archive), ""
	for i, f := range archive.Files {
		if f.Name != "want" {
			continue
		}
		want = string(f.Data)
		archive.Files[i].Data = []byte(got)
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

type fixtureSettings struct {
	Base, Head     string
	Direct         bool
	Offline        bool
	Rules          []fixtureRule
	HeadRules      []fixtureRule
	RequiredChecks []string
	PushProtection bool
	History        []string
	Repositories   map[string]string // number → OWNER/NAME, for rulesets that name one by its number
}

type fixtureRule struct {
	Type       string
	Parameters json.RawMessage
}

func (s fixtureSettings) rules(list []fixtureRule) []forge.Rule {
	out := []forge.Rule{}
	for i, r := range list {
		out = append(out, forge.Rule{Type: r.Type, Parameters: r.Parameters, Source: "acme", RulesetID: int64(i + 1), URL: "https://forge.example/rules"})
	}
	return out
}

// fixtureForge is the forge and the files of a fixture.
type fixtureForge struct {
	settings fixtureSettings
	trees    map[string]fstest.MapFS
}

func (f fixtureForge) Rules(_ context.Context, _ forge.RepoName, branch string) ([]forge.Rule, error) {
	if branch == f.settings.Head && f.settings.HeadRules != nil {
		return f.settings.rules(f.settings.HeadRules), nil
	}
	return f.settings.rules(f.settings.Rules), nil
}

func (f fixtureForge) PushProtection(context.Context, forge.RepoName) (bool, error) {
	return f.settings.PushProtection, nil
}

func (f fixtureForge) RequiredChecks(context.Context, forge.RepoName, string) ([]string, error) {
	return f.settings.RequiredChecks, nil
}

func (f fixtureForge) RepositoryByID(_ context.Context, host string, id int64) (forge.RepoName, error) {
	owner, name, ok := strings.Cut(f.settings.Repositories[fmt.Sprint(id)], "/")
	if !ok {
		return forge.RepoName{}, &forge.NotFoundError{What: fmt.Sprintf("repository %d", id)}
	}
	return forge.RepoName{Host: host, Owner: owner, Name: name}, nil
}

func (f fixtureForge) Tree(_ context.Context, repo forge.RepoName, _ string) (fs.FS, string, error) {
	tree, ok := f.trees[repo.FullName()]
	if !ok {
		return nil, "", &forge.NotFoundError{What: repo.FullName()}
	}
	return tree, "c0ffee", nil
}

func readFixture(t *testing.T, archive *txtar.Archive) (fixtureForge, *guideline.Set, []fixtureChange) {
	f := fixtureForge{settings: fixtureSettings{Base: "main"}, trees: map[string]fstest.MapFS{"acme/lib": {}}}
	var changes []fixtureChange
	for _, file := range archive.Files {
		kind, rest, _ := strings.Cut(file.Name, "/")
		repo := ""
		switch {
		case file.Name == "settings.json":
			decode(t, file.Data, &f.settings)
		case kind == "repo":
			repo = "acme/lib"
		case kind == "github":
			repo = "acme/.github"
		case kind == "other":
			parts := strings.SplitN(rest, "/", 3)
			repo, rest = parts[0]+"/"+parts[1], parts[2]
		case strings.HasSuffix(file.Name, ".json"):
			c := fixtureChange{Name: strings.TrimSuffix(file.Name, ".json"), MergeBaseKnown: true}
			decode(t, file.Data, &c)
			changes = append(changes, c)
		}
		if repo != "" {
			if f.trees[repo] == nil {
				f.trees[repo] = fstest.MapFS{}
			}
			f.trees[repo][rest] = &fstest.MapFile{Data: bytes.ReplaceAll(file.Data, []byte("␠"), []byte(" "))}
		}
	}
	var settings guideline.Settings = f
	if f.settings.Offline {
		settings = nil
	}
	set, err := guideline.Read(t.Context(), guideline.Query{
		Repo: forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"},
		Base: f.settings.Base, Head: f.settings.Head, Direct: f.settings.Direct,
	}, f, settings)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.settings.History {
		set.History = append(set.History, guideline.HistoryCommit{Message: m})
	}
	return f, set, changes
}

func decode(t *testing.T, data []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("decode %s: %v", data, err)
	}
}

// fixtureChange is a change with defaults: its commits are the user's own.
type fixtureChange struct {
	Name           string `json:"-"`
	Commits        []fixtureCommit
	Files          []File
	Branch         string
	BehindBy       int
	MergeBaseKnown bool
	Draft          *Draft
	Issue          int
	Pull           *Pull
	Direct         bool
	Facts          map[string]json.RawMessage // by name; null is a look-up that failed
}

// fact reads the value of a fact by the kind with which its name begins.
func fact(t *testing.T, name string, raw json.RawMessage) FactValue {
	t.Helper()
	if string(raw) == "null" {
		return FactValue{Why: "the forge did not answer"}
	}
	kind, _, _ := strings.Cut(strings.Replace(name, "#", ":", 1), ":")
	into := map[string]any{
		FactIssue: &IssueFact{}, FactBranch: new(bool), FactFile: &FileFact{}, FactUser: &UserFact{},
		FactKeys: &KeysFact{}, FactEmails: &[]string{}, FactMerge: &MergeFact{}, FactOwners: &[]OwnersError{}, FactDefault: new(string),
	}[kind]
	if into == nil {
		t.Fatalf("no kind of fact has names like %q", name)
	}
	decode(t, raw, into)
	return FactValue{Value: reflect.ValueOf(into).Elem().Interface()}
}

type fixtureCommit struct {
	Message           string
	Author, Committer Person
	Parents           int
	Pushed, Signed    bool
}

func newcomer() Person { return Person{"Newcomer", "newcomer@acme.example"} }

func (f fixtureChange) change(t *testing.T, base string) *Change {
	c := &Change{
		Branch: f.Branch, Base: base, BehindBy: f.BehindBy, MergeBaseKnown: f.MergeBaseKnown, Files: f.Files, Issue: f.Issue,
		Pull: f.Pull, Direct: f.Direct,
		UserName: newcomer().Name, UserEmail: newcomer().Email, Login: "newcomer", Facts: map[string]FactValue{},
	}
	for i, commit := range f.Commits {
		author := commit.Author
		if author == (Person{}) {
			author = newcomer()
		}
		committer := commit.Committer
		if committer == (Person{}) {
			committer = author
		}
		c.Commits = append(c.Commits, Commit{
			SHA: fmt.Sprintf("%07d", i+1), Author: author, Committer: committer, Message: commit.Message,
			Parents: max(1, commit.Parents), Pushed: commit.Pushed, Signed: commit.Signed,
			Own: author == newcomer() || committer == newcomer(),
		})
	}
	if f.Draft != nil {
		c.Draft = *f.Draft
		c.Draft.Exists = true
	}
	for name, raw := range f.Facts {
		c.Facts[name] = fact(t, name, raw)
	}
	return c
}

// renderFixture writes the requirements of one rule and what they find.
func renderFixture(t *testing.T, rule string, archive *txtar.Archive) string {
	f, set, changes := readFixture(t, archive)
	var reqs []Requirement
	for _, r := range Derive(set) {
		if r.Rule.ID == rule {
			reqs = append(reqs, r)
		}
	}
	var b strings.Builder
	if len(reqs) == 0 {
		b.WriteString("nothing is asked\n")
	}
	for _, r := range reqs {
		writeRequirement(&b, r)
	}
	for _, c := range changes {
		fmt.Fprintf(&b, "\n%s\n", c.Name)
		for _, finding := range Check(reqs, c.change(t, f.settings.Base)) {
			writeFinding(&b, finding)
		}
	}
	return b.String()
}

func writeRequirement(b *strings.Builder, r Requirement) {
	fmt.Fprintf(b, "%s: %s\n", r.Strength, r.Text)
	if r.Enforcer.Name != "" {
		fmt.Fprintf(b, "  enforced by %s, blocking %v\n", r.Enforcer.Name, r.Enforcer.Blocking)
	}
	for _, q := range r.Said {
		place := q.Source.Kind
		if q.Source.Path != "" && q.Line > 0 {
			place = fmt.Sprintf("%s:%d", q.Source.Path, q.Line)
		}
		fmt.Fprintf(b, "  %s %q\n", place, q.Text)
	}
}

func writeFinding(b *strings.Builder, f Finding) {
	fmt.Fprintf(b, "  %s: %s\n", f.Verdict, f.Message)
	for _, p := range f.At {
		fmt.Fprintf(b, "    at %s\n", strings.Join(strings.Fields(p.Commit+" "+p.Path+" "+p.What), " "))
	}
	if f.Fix != nil {
		fmt.Fprintf(b, "    fix: %s (%s, safe %v)", f.Fix.Verb, f.Fix.Kind, f.Fix.Safe)
		if f.Fix.Refused != "" {
			fmt.Fprintf(b, " refused: %s", f.Fix.Refused)
		}
		b.WriteByte('\n')
	}
}

// fixtureFolders are the rules that have fixtures.
func fixtureFolders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "fuzz" {
			out = append(out, e.Name())
		}
	}
	return out
}
