package rule

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplateVariables(t *testing.T) {
	t.Parallel()
	change := &Change{
		Branch: "fix/tokens", Base: "main", UserEmail: "newcomer@acme.example", Draft: Draft{Title: "Mend tokens"},
		Commits: []Commit{
			{Message: "Mend it\n", Author: Person{"Newcomer", "newcomer@acme.example"}},
			{Message: "Merge branch 'main'", Parents: 2},
			{Message: "List tokens\n\nAll of them.\n", Author: Person{"Expert", "expert@acme.example"}},
		},
	}
	want := map[string]string{
		"source_branch": "fix/tokens", "target_branch": "main", "first_commit": "Mend it",
		"first_multiline_commit": "List tokens\n\nAll of them.", "first_multiline_commit_description": "All of them.",
		"all_commits": "* Mend it\n\n* List tokens\n\nAll of them.", "co_authored_by": "Co-authored-by: Expert <expert@acme.example>",
	}
	if d := cmp.Diff(want, TemplateVariables(change)); d != "" {
		t.Errorf("variables (-want +got):\n%s", d)
	}
	change.Commits = change.Commits[:2]
	if got := TemplateVariables(change)["first_multiline_commit"]; got != "Mend tokens" {
		t.Errorf("without a longer message the title is taken: %q", got)
	}
	change.Commits = nil
	for i := range 150 {
		change.Commits = append(change.Commits, Commit{Message: fmt.Sprint(i)})
	}
	if got := TemplateVariables(change)["all_commits"]; strings.Count(got, "* ") != 100 || !strings.HasPrefix(got, "* 50\n") {
		t.Errorf("the newest hundred: %.40q", got)
	}
}
