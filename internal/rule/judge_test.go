package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

func TestBlocking(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strength        Strength
		verdict         Verdict
		usually, strict bool
	}{
		"what must hold is broken":   {Must, Broken, true, true},
		"what should hold is broken": {Should, Broken, false, true},
		"what may hold is broken":    {May, Broken, false, false},
		"unknown":                    {Must, Unknown, false, true},
		"met":                        {Must, Met, false, false},
		"later":                      {Must, Later, false, false},
	} {
		f := []Finding{{Verdict: Met}, {Verdict: c.verdict, Requirement: &Requirement{Strength: c.strength}}}
		if got := Blocking(f, false); got != c.usually {
			t.Errorf("%s: blocks %v", name, got)
		}
		if got := Blocking(f, true); got != c.strict {
			t.Errorf("%s: blocks strictly %v", name, got)
		}
	}
	if Blocking(nil, true) {
		t.Error("nothing blocks")
	}
}

func TestEveryRuleIsDocumentedAndTested(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, r := range All() {
		if r.Check == nil { // not written yet
			continue
		}
		if r.ID == "" || len(r.Doc) < 40 || !strings.HasSuffix(r.Doc, ".") || r.Check == nil || r.Derive == nil && r.after == nil {
			t.Errorf("the rule %q is not complete", r.ID)
		}
		if slices.Contains(ids, r.ID) {
			t.Errorf("the rule %q is there twice", r.ID)
		}
		ids = append(ids, r.ID)
	}
	if len(ids) == 0 {
		t.Error("there are no rules")
	}
	folders := fixtureFolders(t)
	slices.Sort(ids)
	if d := cmp.Diff(ids, folders); d != "" {
		t.Errorf("fixture folders (-rules +folders):\n%s", d)
	}
}

func TestNothingSaidMeansNothingAsked(t *testing.T) {
	t.Parallel()
	if reqs := Derive(&guideline.Set{}); len(reqs) > 0 {
		t.Errorf("asked without a word: %v", reqs[0].Text)
	}
}

// What is derived is the same every time: the order of maps must not show.
func TestDeriveIsStable(t *testing.T) {
	t.Parallel()
	set := busySet(t)
	texts := func() (out []string) {
		for _, r := range Derive(set) {
			out = append(out, r.Rule.ID+" "+r.Text)
		}
		return out
	}
	first := texts()
	for range 20 {
		if d := cmp.Diff(first, texts()); d != "" {
			t.Fatalf("requirements (-first +later):\n%s", d)
		}
	}
}

// Every parameter of a fix can be written as JSON and read back: steps of a run
// keep it that way.
func TestFixesCanBeWritten(t *testing.T) {
	t.Parallel()
	for _, p := range []any{
		RewriteMessages{Edits: []MessageEdit{{Commit: "1", Header: "x", Trailers: []string{"a: b"}}}},
		SetTitle{Title: "x"}, RenameBranch{From: "a", To: "b"}, Rebase{Onto: "main"}, FillBody{Sections: []string{"a"}, Append: "x"},
	} {
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), `"Edits"`) || strings.Contains(string(raw), `"Title"`) {
			t.Errorf("a name in JSON is not lower case: %s", raw)
		}
	}
}

func TestNeeds(t *testing.T) {
	t.Parallel()
	req := Requirement{Rule: linkedIssue(), Params: IssueParams{Assigned: true}}
	change := &Change{Draft: Draft{Body: "Closes #12", Exists: true}}
	want := []Fact{{Name: "issue#12", Kind: FactIssue, Number: 12}}
	if d := cmp.Diff(want, Needs([]Requirement{req, req, {Rule: signOff()}}, change)); d != "" {
		t.Errorf("facts (-want +got):\n%s", d)
	}
	if facts := Needs([]Requirement{req}, &Change{}); len(facts) > 0 {
		t.Errorf("without an issue there is nothing to look up, got %v", facts)
	}
	change.Facts = map[string]FactValue{"issue#12": {Why: "the forge is down"}}
	f := Check([]Requirement{req}, change)
	if f[0].Verdict != Unknown || !strings.Contains(f[0].Message, "the forge is down") {
		t.Errorf("a failed look-up is %s: %s", f[0].Verdict, f[0].Message)
	}
}

func TestFnmatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "a", true}, {"*", "a/b", false}, {"*.go", "a.go", true}, {"*.go", "a/b.go", false}, {"**/*.go", "a.go", true},
		{"**/*.go", "a/b/c.go", true}, {"a/**/b", "a/b", true}, {"a/**/b", "a/x/y/b", true}, {"a/**/b", "a/xb", false},
		{"**", "a", true}, {"**", "a/b", false}, {"a/**", "a/b", true}, {"a/**", "a/b/c", false}, {"a?c", "abc", true}, {"a?c", "a/c", false},
		{"[ab]c", "bc", true}, {"[!ab]c", "bc", false}, {"[!ab]c", "xc", true}, {"a[", "a[", true}, {`\*`, "*", true}, {`\*`, "a", false},
		{"a.b", "axb", false}, {"a**b", "axb", true}, {"a**b", "a/b", false},
	} {
		re, err := fnmatch(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := re.MatchString(c.name); got != c.want {
			t.Errorf("%s matches %s: %v", c.pattern, c.name, got)
		}
	}
}

func TestLengthUnits(t *testing.T) {
	t.Parallel()
	for unit, want := range map[string]int{unitUTF16: 4, unitRunes: 3, unitBytes: 7, "": 4} {
		if got := length("aé😀", unit); got != want {
			t.Errorf("%q: %d, want %d", unit, got, want)
		}
	}
}

// busySet is a project that asks for everything.
func busySet(t testing.TB) *guideline.Set {
	t.Helper()
	set := &guideline.Set{
		Query:          guideline.Query{Base: "main", Direct: true},
		RequiredChecks: []string{"DCO", "acme-gate"},
		Templates:      []guideline.Template{{Name: "x", Default: true, Source: &guideline.Source{}, Form: guideline.ParseForm(templateText)}},
	}
	root, err := guideline.ParseScript([]byte(`{"extends": ["@commitlint/config-conventional"], "rules": {"scope-enum": [2, "always", ["api"]]}}`))
	if err != nil {
		t.Fatal(err)
	}
	set.Configs = []guideline.Config{{Source: &guideline.Source{Path: ".commitlintrc"}, Tool: guideline.ToolCommitlint, Root: root}}
	for kind, params := range map[string]string{
		"commit_message_pattern": `{"operator": "regex", "pattern": "LIB-[0-9]+"}`, "commit_author_email_pattern": `{"operator": "ends_with", "pattern": "@acme.example"}`,
		"branch_name_pattern": `{"operator": "regex", "pattern": "^(fix|feat)/"}`, "file_path_restriction": `{"restricted_file_paths": ["vendor/**/*", "*.pem"]}`,
		"file_extension_restriction": `{"restricted_file_extensions": ["*.jar"]}`, "max_file_size": `{"max_file_size": 10}`, "max_file_path_length": `{"max_file_path_length": 200}`,
		"required_status_checks": `{"strict_required_status_checks_policy": true}`,
	} {
		set.HeadRules = append(set.HeadRules, forge.Rule{Type: kind, Parameters: json.RawMessage(params)})
	}
	set.Rules = set.HeadRules
	return set
}

// BenchmarkCheck judges 1,000 commits that touch 10,000 files.
func BenchmarkCheck(b *testing.B) {
	set := busySet(b)
	change := &Change{Branch: "fix/x", Base: "main", UserName: "Newcomer", UserEmail: "newcomer@acme.example"}
	for i := range 1000 {
		change.Commits = append(change.Commits, Commit{
			SHA: fmt.Sprint(i), Author: newcomer(), Committer: newcomer(), Parents: 1, Own: true,
			Message: fmt.Sprintf("fix(api): mend the thing number %d\n\n%s\n\nLIB-12\n\nSigned-off-by: Newcomer <newcomer@acme.example>\n", i, strings.Repeat("Because it was broken and wanted mending.\n", 10)),
		})
	}
	for i := range 10_000 {
		change.Files = append(change.Files, File{Path: fmt.Sprintf("internal/a/b/c/d%d/file%d.go", i%100, i), Status: Modified, Size: 1000})
	}
	b.ReportAllocs()
	for b.Loop() {
		Check(Derive(set), change)
	}
}
