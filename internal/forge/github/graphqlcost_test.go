package github

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// The sandbox weighs a document as GitHub does: by what it asks for.
func TestWhatDocumentsCostInPoints(t *testing.T) {
	t.Parallel()
	f, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	c, err := New(Options{Host: f.Host(), Scheme: "http", Token: f.Token("newcomer")})
	if err != nil {
		t.Fatal(err)
	}
	since, until := c.quarterTo(noon)
	order := map[string]string{"field": "PUSHED_AT", "direction": "DESC"}
	hundred := map[string]any{"owner": "identity", "first": 100, "after": nil, "order": order, "since": since, "until": until, "labels": forge.HelpWantedLabels()}
	along := map[string]any{"changed": changedQuery(forge.ChangedIssuesQuery{Owner: "identity", Since: noon})}
	maps.Copy(along, hundred)
	var texts []wantedTexts
	var repos []forge.RepoName
	for i := range 100 {
		texts = append(texts, wantedTexts{repo: fmt.Sprintf("identity/r%d", i), oids: []string{oid + "1", oid + "2", oid + "3"}, issues: []int{1, 2}})
		repos = append(repos, forge.RepoName{Owner: "identity", Name: fmt.Sprintf("r%d", i)})
	}
	for _, tt := range []struct {
		name string
		d    document
		vars map[string]any
		most int
	}{
		{"a hundred repositories", profileDocument(), hundred, 8},
		{"and issues that changed", profilesAndIssues(), along, 9},
		{"a hundred by their names", namedDocument(repos), map[string]any{"since": since, "until": until, "labels": forge.HelpWantedLabels()}, 8},
		{"issues that changed", changedDocument(), map[string]any{"changed": along["changed"]}, 3},
		{"their files and two issues of each", textsDocument(texts, false), nil, 4},
		{"both, the page being the next one", textsDocument(texts, true), hundred, 12},
		{"ten pull requests of twenty repositories", historyDocument(repos[:20], 10), nil, 7},
		{"fifty teams", teamsDocument(), map[string]any{"org": "identity", "first": 50}, 1},
	} {
		d := document{tt.name, strings.Replace(tt.d.text, ") {\n", ") {\n  rateLimit { cost }\n", 1)}
		if tt.vars == nil {
			d.text = strings.Replace(tt.d.text, " {\n", " {\n  rateLimit { cost }\n", 1)
		}
		var out struct{ RateLimit struct{ Cost int } }
		if _, err := c.ask(t.Context(), d, tt.vars, tt.name, &out); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if tt.d.name == historyDocument(nil, 1).name && out.RateLimit.Cost != historyPoints(20, 10) {
			t.Errorf("%s: got %d points, reckoned with %d", tt.name, out.RateLimit.Cost, historyPoints(20, 10))
		}
		if out.RateLimit.Cost < 1 || out.RateLimit.Cost > tt.most {
			t.Errorf("%s: got %d points, want at most %d", tt.name, out.RateLimit.Cost, tt.most)
		}
	}
}
