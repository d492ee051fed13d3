package command

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/term"
)

// busyReview is a change held against a repository that asks for a lot.
func busyReview() *checked {
	said := func(path string, line, column int, text string) []quote {
		return []quote{{Path: path, Line: line, Column: column, Text: text, Kind: "config"}}
	}
	at := []location{{Commit: orNull("4be1c9d2a1b0000000000000000000000000000f"), What: "Reject tokens without exp."}}
	of := func(rule, verdict, strength, text, message string, quotes []quote, enforcer string) finding {
		return finding{Rule: rule, Verdict: verdict, Strength: strength, Text: text, Message: message,
			Requirement: requirement{Rule: rule, Strength: strength, Text: text, Said: quotes, Enforcer: orNull(enforcer)}}
	}
	all := []finding{
		of("commit-header", "met", "must", "headers like type(scope): subject", "all follow it", said(".commitlintrc.yaml", 3, 3, "extends"), "workflow lint.yml"),
		of("header-length", "met", "must", "headers of 100 characters", "all are short enough", said(".commitlintrc.yaml", 3, 3, "extends"), "workflow lint.yml"),
		of("sign-off", "broken", "must", "Signed-off-by on every commit", "Signed-off-by is missing (1 of 2 commits)", said("CONTRIBUTING.md", 31, 1, "every commit must be signed off (git commit -s)"), "required check DCO"),
		of("subject-end", "broken", "must", "no full stop", "the subject ends with a full stop", said(".commitlintrc.yaml", 3, 3, "extends"), "workflow lint.yml"),
		of("tests", "broken", "should", "tests with a change of behaviour", "code changed and no test did", said("CONTRIBUTING.md", 44, 1, "Please add tests."), ""),
		of("up-to-date", "met", "should", "a branch that is up to date", "the branch is up to date", nil, ""),
		of("title", "met", "must", "title like feat(scope): subject", "the title follows it", said(".github/workflows/title.yml", 14, 9, "types"), "workflow title.yml"),
		of("approvals", "later", "must", "2 approvals", "", nil, "ruleset main"),
		of("labels", "later", "should", "a label of kind/*", "", said(".github/workflows/labels.yml", 9, 1, "labels"), ""),
	}
	all[2].At, all[3].At = at, at
	all[2].Fix = &fixLine{Verb: "sign off 1 commit", Command: "isrc check --fix=sign-off", Safe: true}
	all[3].Fix = &fixLine{Verb: "take the full stop away", Command: "isrc check --fix=subject-end", Refused: orNull("the commit is pushed already")}
	for _, name := range []string{"build", "lint", "test", "docs", "fuzz", "race"} {
		all = append(all, of("required-check", "later", "must", `required check "`+name+`"`, "it will run on the pull request", nil, "required check "+name))
	}
	for i := range 7 {
		all = append(all, of("gate", "unknown", "should", fmt.Sprintf("step %d (ci.yml)", i+1), "isrc cannot read a script that looks at the title", said(".github/workflows/ci.yml", 10+i, 9, "run"), ""))
	}
	commits, files, verdict := 2, 3, "broken"
	return &checked{
		Repository: &repository{FullName: "identity/auth-lib"}, Base: "main", BaseFrom: "remote upstream", Branch: orNull("fix/398-reject"),
		Commits: &commits, Files: &files, Verdict: &verdict, Findings: all,
	}
}

func rendered(t *testing.T, width int, unicode bool, o *checkOptions) string {
	t.Helper()
	var out, aside bytes.Buffer
	if err := showReview(&term.Streams{Out: &out, Err: &aside, Width: width, Unicode: unicode}, busyReview(), o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestABusyReviewFitsOnAScreen(t *testing.T) {
	t.Parallel()
	want := `identity/auth-lib ← fix/398-reject   2 commits, 3 files

✗ must   Signed-off-by is missing (1 of 2 commits)
         4be1c9d Reject tokens without exp.
         CONTRIBUTING.md:31:1 "every commit must be signed off (git commit -s)"
         enforced by required check DCO
         mend: isrc check --fix=sign-off   ▸ sign off 1 commit
✗ must   the subject ends with a full stop (4be1c9d too)
         .commitlintrc.yaml:3:3 "extends"; workflow lint.yml
         not mended by isrc: the commit is pushed already

✗ should code changed and no test did
         CONTRIBUTING.md:44:1 "Please add tests."

? gate   isrc cannot read a script that looks at the title
         step 1 (ci.yml)   .github/workflows/ci.yml:10:9
         step 2 (ci.yml)   .github/workflows/ci.yml:11:9
         step 3 (ci.yml)   .github/workflows/ci.yml:12:9
         step 4 (ci.yml)   .github/workflows/ci.yml:13:9
         step 5 (ci.yml)   .github/workflows/ci.yml:14:9
         and 2 more (--verbose)

… later  on the pull request: 2 approvals; 6 required checks (build, lint, test,
         docs, and 2 more); a label of kind/*
✓ met    commit header, header length (.commitlintrc.yaml)
✓ must   title like feat(scope): subject (.github/workflows/title.yml:14)

3 broken, 3 met, 7 unknown, 8 later · 2 must be mended
isrc check --fix mends 1, keeps a backup
`
	if d := cmp.Diff(want, rendered(t, 80, true, &checkOptions{})); d != "" {
		t.Error(d)
	}
}

func TestAReviewStaysWithinItsColumns(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 80, 120} {
		for _, unicode := range []bool{true, false} {
			for _, verbose := range []bool{true, false} {
				text := rendered(t, width, unicode, &checkOptions{verbose: verbose})
				for line := range strings.Lines(text) {
					if n := term.Columns(strings.TrimSuffix(line, "\n")); n > width {
						t.Errorf("%d columns of %d: %s", n, width, line)
					}
				}
				if !unicode && utf8.RuneCountInString(text) != len(text) {
					t.Errorf("ASCII was asked for: %s", text)
				}
			}
		}
	}
}

func TestVerboseShowsEveryFinding(t *testing.T) {
	t.Parallel()
	text := rendered(t, 120, true, &checkOptions{verbose: true})
	for _, f := range busyReview().Findings {
		if !strings.Contains(text, firstOf(f.Message, f.Text)) {
			t.Errorf("%s is not shown: %s", f.Rule, firstOf(f.Message, f.Text))
		}
	}
	for i := range 7 {
		if want := fmt.Sprintf("step %d (ci.yml)", i+1); !strings.Contains(text, want) {
			t.Errorf("%s is not shown", want)
		}
	}
}

func TestStrictSaysHowManyBlock(t *testing.T) {
	t.Parallel()
	if text, want := rendered(t, 120, true, &checkOptions{strict: true}), "10 count with --strict"; !strings.Contains(text, want) {
		t.Errorf("%q is not said: %s", want, text)
	}
}

func TestWhatComesLaterIsNamedOnce(t *testing.T) {
	t.Parallel()
	of := func(rule, text string) finding { return finding{Rule: rule, Text: text} }
	got := namesOf([]finding{
		of("formatter", "formatters and linters: make lint"), of("formatter", "formatters and linters: make lint"),
		of("approvals", "2 approvals"), of("formatter", "formatters and linters: go vet ./..."),
	}, 8)
	if want := "formatters and linters: make lint, go vet ./...; 2 approvals"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAFailedCommandIsNoReasonToSubmit(t *testing.T) {
	t.Parallel()
	commits := 1
	c := &checked{Repository: &repository{}, Commits: &commits, Files: &commits, Ran: []ran{{Exit: 2}}, Findings: []finding{{Verdict: "met", Requirement: requirement{Enforcer: orNull("ruleset")}}}}
	if got, want := strings.Join(summary(c, &checkOptions{}), " "), "1 met, a command failed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c.Ran[0].Exit = 0
	if got, want := strings.Join(summary(c, &checkOptions{}), " "), "1 met isrc submit"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
