package exchange

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What other tools write is rarely one list of whole entries.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	t.Parallel()
	const (
		one = `{"full_name":"a/one","html_url":"https://h.example/a/one"}`
		two = `{"full_name":"a/two","html_url":"https://h.example/a/two"}`
	)
	component := func(name, rest string) string {
		return "kind: Component\nmetadata:\n  name: " + name + "\n  annotations: {github.com/project-slug: acme/" + name + rest + "}\n"
	}
	for name, tt := range map[string]struct {
		file, text string
		repos      string
		refused    []Refusal
		notes      []Refusal
		err        string
	}{
		"pages put together":      {"r.json", "[" + one + "]\n[\n" + two + "]\n", "h.example/a/one h.example/a/two", nil, nil, ""},
		"an entry of the second":  {"r.json", "[" + one + "]\n[\n\n5]", "h.example/a/one", []Refusal{{"r.json:4", "it is a number, and ought to be of another kind"}}, nil, ""},
		"a search":                {"r.json", `{"total_count":2,"items":[` + one + "," + two + `],"more":{"a":[1]}}`, "h.example/a/one h.example/a/two", nil, nil, ""},
		"searches put together":   {"r.json", `{"items":[` + one + "]}\n" + `{"items":[` + two + `]}`, "h.example/a/one h.example/a/two", nil, nil, ""},
		"one on each line":        {"r.ndjson", one + "\n" + two + "\n", "h.example/a/one h.example/a/two", nil, nil, ""},
		"one after the other":     {"r.json", one + two, "h.example/a/one h.example/a/two", nil, nil, ""},
		"something behind a list": {"r.json", "[" + one + "]\n\nthe end", "h.example/a/one", nil, nil, "r.json:3: 't' stands where a list or an object ought to begin"},
		"a search that breaks":    {"r.json", `{"items":[` + one + "]", "h.example/a/one", nil, nil, "r.json:1: it ends too early"},
		"nothing at all":          {"r.json", " \n", "", nil, nil, "r.json is empty"},
		"in UTF-16":               {"r.json", "\xff\xfe[\x00]\x00", "", nil, nil, "r.json is written in UTF-16: save it as UTF-8"},
		"a query of Backstage": {"b.json", `{"items":[{"apiVersion":"v","kind":"Component","metadata":{"name":"x","annotations":{"github.com/project-slug":"acme/x",` +
			`"backstage.io/managed-by-location":"url:https://h.example/acme/central/blob/main/all.yaml"}}}]}`, "h.example/acme/x", nil, nil, ""},
		"a document that is no YAML": {"catalog-info.yaml", "%YAML 1.1\n# ours\n---\n" + component("x", "") + "---\n" + component("y", "") + "  bad\n   : [\n---\n" + component("z", "") + "---\n",
			"github.com/acme/x github.com/acme/z", []Refusal{{"catalog-info.yaml:13", "it is no YAML: could not find expected ':'"}}, nil, ""},
		"places and people": {"catalog-info.yaml", "kind: Location\nmetadata: {name: all}\n---\nkind: User\nmetadata: {name: p}\n---\nkind: User\nmetadata: {name: q}\n---\n" + component("x", ""),
			"github.com/acme/x", nil, []Refusal{
				{"catalog-info.yaml:1", "passed over: 1 entity of the kind location; the files that it names are not read: import them, too"},
				{"catalog-info.yaml:4", "passed over: 2 entities of the kind user"},
			}, ""},
		"a project in a group of a group": {"catalog-info.yaml", "kind: Component\nmetadata: {name: x, annotations: {gitlab.com/project-slug: group/sub/x}}\n", "",
			[]Refusal{{"catalog-info.yaml:1", "component x names no repository, neither by github.com/project-slug nor by backstage.io/source-location: give --repo"}}, nil, ""},
		"the pattern of an entity": {"catalog-info.yaml", "kind: Component\nmetadata:\n  name: ${{ values.name }}\n", "", nil,
			[]Refusal{{"catalog-info.yaml:1", "passed over: it is the pattern of an entity, whose name is filled in later"}}, ""},
	} {
		got, _, err := read(t, tt.text, Options{Name: tt.file})
		var repos []string
		for _, r := range got.records {
			repos = append(repos, r.Key())
		}
		if strings.Join(repos, " ") != tt.repos {
			t.Errorf("%s: got %q, want %q", name, repos, tt.repos)
		}
		if diff := cmp.Diff(tt.refused, got.refused); diff != "" {
			t.Errorf("%s: refused\n%s", name, diff)
		}
		if diff := cmp.Diff(tt.notes, got.notes); diff != "" {
			t.Errorf("%s: notes\n%s", name, diff)
		}
		if err == nil && tt.err != "" || err != nil && err.Error() != tt.err {
			t.Errorf("%s: %v, want %q", name, err, tt.err)
		}
	}
}
