package rule

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// messageReqs are what a repository with commitlint and required sign-offs asks.
func messageReqs(t testing.TB) []Requirement {
	t.Helper()
	root, err := guideline.ParseScript([]byte(`{"extends": ["@commitlint/config-conventional"]}`))
	if err != nil {
		t.Fatal(err)
	}
	return Derive(&guideline.Set{
		Query: guideline.Query{Base: "main"}, RequiredChecks: []string{"DCO"},
		Configs: []guideline.Config{{Source: &guideline.Source{Path: ".commitlintrc"}, Tool: guideline.ToolCommitlint, Root: root}},
	})
}

func TestOneMessageIsJudged(t *testing.T) {
	t.Parallel()
	reqs := messageReqs(t)
	const signed = "\n\nSigned-off-by: Newcomer <newcomer@acme.example>\n"
	for name, c := range map[string]struct {
		message string
		broken  []string
	}{
		"accepted":                         {"feat: add it" + signed, nil},
		"the form and the sign-off":        {"add it", []string{"commit-header", "sign-off"}},
		"comments are no lines":            {"# what changes\nfeat: add it\n# why\n" + signed + "# and so on", nil},
		"what is below the scissors":       {"feat: add it" + signed + "# " + scissors + "\ndiff --git a/x b/x with a line that is much longer than any line of a body may be, if it were one of the body\n", nil},
		"a line that is too long":          {"feat: add it\n\n" + strings.Repeat("word ", 30) + signed, []string{"line-length"}},
		"a type that is none":              {"feature: add it" + signed, []string{"type-and-scope"}},
		"a commit that will be melted":     {"fixup! add it", nil},
		"a merge has git's own words":      {"Merge branch 'main' into x", nil},
		"nothing":                          {"# only comments\n\n", nil},
		"blanks at the end are dropped":    {"feat: add it  \t" + signed, nil},
		"somebody else has signed off":     {"feat: add it\n\nSigned-off-by: Other <other@acme.example>", []string{"sign-off"}},
		"a full stop, and a large letter":  {"feat: Add it." + signed, []string{"subject-case", "subject-end"}},
		"blank lines are one in the end":   {"\n\nfeat: add it\n\n\n\nWhy." + signed, nil},
		"no blank line is only a warning":  {"feat: add it\nWhy." + signed, []string{"blank-line"}},
		"a branch or a title is not asked": {"docs: list it" + signed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range JudgeMessage(reqs, CleanMessage(c.message, ""), newcomer()) {
				if f.Verdict == Broken {
					got = append(got, f.Rule)
				} else if f.Verdict != Met {
					t.Errorf("%s is %s: %s", f.Rule, f.Verdict, f.Message)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.broken) {
				t.Errorf("broken: %q, want %q", got, c.broken)
			}
		})
	}
}

// BenchmarkJudgeMessage: a hook judges one message; the budget is 1 ms.
func BenchmarkJudgeMessage(b *testing.B) {
	reqs := messageReqs(b)
	message := "feat(api): reject tokens without expiry\n\n" + strings.Repeat("A line of the body that says why it is so, as bodies do.\n", 30) + "\nCloses #12\nSigned-off-by: Newcomer <newcomer@acme.example>\n"
	for b.Loop() {
		if len(JudgeMessage(reqs, message, newcomer())) == 0 {
			b.Fatal("nothing is judged")
		}
	}
}

// BenchmarkForms judges 1,000 commits by all rules on their form.
func BenchmarkForms(b *testing.B) {
	reqs := messageReqs(b)
	change := &Change{}
	for i := range 1000 {
		change.Commits = append(change.Commits, Commit{SHA: fmt.Sprintf("%07d", i), Parents: 1, Own: true, Author: newcomer(), Committer: newcomer(),
			Message: fmt.Sprintf("feat(api): reject token %d\n\nBecause of what was said in the issue, and more of it.\n\nCloses #%d\n", i, i)})
	}
	for b.Loop() {
		Check(reqs, change)
	}
}
