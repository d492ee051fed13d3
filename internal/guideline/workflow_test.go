package guideline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func readWorkflow(t *testing.T, text string) Workflow {
	t.Helper()
	w, _, err := parseWorkflow(&Source{Kind: KindWorkflow, Path: ".github/workflows/x.yml"}, []byte(text), called)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestParseWorkflowLines(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t, `name: X
on: pull_request
env:
  A: a
jobs:
  one:
    name: Job one
    runs-on: x
    env: {B: b}
    steps:
      - uses: acme/lint@v1
        with:
          Types: |
            feat
            fix
      - name: two
        if: always()
        continue-on-error: true
        env:
          A: c
        run: |
          first
          second

      - run: "third"
`)
	job := w.Jobs[0]
	if w.Name != "X" || job.ID != "one" || job.Context != "Job one" || job.Line != 6 {
		t.Errorf("workflow %q, job %q as %q on line %d", w.Name, job.ID, job.Context, job.Line)
	}
	var got []string
	for _, s := range job.Steps {
		got = append(got, fmt.Sprintf("%d-%d %s uses %s@%s run %d %q A=%s B=%s advisory %v", s.Line, s.EndLine, s.Label(), s.Uses, s.Version, s.RunLine, s.Run, s.Env["A"].Value, s.Env["B"].Value, s.Advisory))
	}
	want := []string{
		`11-15 acme/lint uses acme/lint@v1 run 0 "" A=a B=b advisory false`,
		`16-23 two uses @ run 22 "first\nsecond\n" A=c B=b advisory true`,
		`25-25 third uses @ run 25 "third" A=a B=b advisory false`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("steps (-want +got):\n%s", d)
	}
	if in := job.Steps[0].With["types"]; in.Line != 13 || in.Value != "feat\nfix\n" {
		t.Errorf("input %+v", in)
	}
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		on     string
		pulls  bool
		main   bool
		branch string
		want   bool
	}{
		"pull requests":                  {on: "pull_request", pulls: true, branch: "any", want: true},
		"a list":                         {on: "[push, pull_request_target]", pulls: true, branch: "main", want: true},
		"pushes only":                    {on: "push"},
		"closed pull requests only":      {on: "{pull_request: {types: [closed]}}"},
		"an escaped name":                {on: "\"pull\\x5frequest\"", pulls: true, branch: "any", want: true},
		"a schedule":                     {on: "{schedule: [{cron: '0 0 * * *'}]}"},
		"branches":                       {on: "{pull_request: {branches: [main]}}", pulls: true, branch: "main", want: true},
		"other branches":                 {on: "{pull_request: {branches: [main]}}", pulls: true, branch: "dev"},
		"branches by pattern":            {on: "{pull_request: {branches: ['release/**']}}", pulls: true, branch: "release/1/2", want: true},
		"a star stays in a level":        {on: "{pull_request: {branches: ['release/*']}}", pulls: true, branch: "release/1/2"},
		"an exception":                   {on: "{pull_request: {branches: ['**', '!dev']}}", pulls: true, branch: "dev"},
		"ignored branches":               {on: "{pull_request: {branches-ignore: [dev]}}", pulls: true, branch: "dev"},
		"a branch that is not ignored":   {on: "{pull_request: {branches-ignore: [dev]}}", pulls: true, branch: "main", want: true},
		"an unknown branch":              {on: "{pull_request: {branches: [main]}}", pulls: true, want: true},
		"merge queues judge pulls, too":  {on: "merge_group", pulls: true, branch: "main", want: true},
		"pull requests beside a release": {on: "{release: {types: [published]}, pull_request: {}}", pulls: true, branch: "x", want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ok, err := parseWorkflow(&Source{Path: "x.yml"}, []byte("on: "+c.on+"\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n"), onPulls)
			if err != nil || ok != c.pulls {
				t.Fatalf("runs on pull requests: %v, %v", ok, err)
			}
			if ok && w.Trigger.Covers(c.branch) != c.want {
				t.Errorf("covers %q: %v", c.branch, !c.want)
			}
		})
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		job     Job
		context string
		want    bool
	}{
		{Job{Context: "test"}, "test", true},
		{Job{Context: "test"}, "Test", false},
		{Job{Context: "test"}, "test (1.22)", false},
		{Job{Context: "test", Matrix: true}, "test (1.22)", true},
		{Job{Context: "test ${{ matrix.go }} on ${{ matrix.os }}"}, "test 1.22 on linux", true},
		{Job{Context: "test ${{ matrix.go }} (x)"}, "test 1.22 (y)", false},
		{Job{Context: "test ${{ open"}, "test anything", true},
	} {
		if got := c.job.Reports(c.context); got != c.want {
			t.Errorf("%q reports %q: %v", c.job.Context, c.context, got)
		}
	}
}

func TestGates(t *testing.T) {
	t.Parallel()
	set := &Set{Query: Query{Base: "main"}, RequiredChecks: []string{"one"}, Workflows: []Workflow{
		readWorkflow(t, "on: pull_request\njobs:\n  one: {runs-on: x, steps: [{run: a}, {run: b, continue-on-error: true}, {run: c, if: \"github.event_name == 'push'\"}]}\n"+
			"  two: {runs-on: x, continue-on-error: true, steps: [{run: d}]}\n  three: {runs-on: x, if: \"github.event_name == 'push'\", steps: [{run: e}]}\n"),
		readWorkflow(t, "on: {pull_request: {branches: [dev]}}\njobs: {four: {runs-on: x, steps: [{run: f}]}}\n"),
	}}
	var got []string
	for _, g := range set.Gates() {
		got = append(got, fmt.Sprintf("%s required %v advisory %v", g.Step.Run, g.Required, g.Advisory))
	}
	want := []string{"a required true advisory false", "b required true advisory true", "d required false advisory true"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("gates (-want +got):\n%s", d)
	}
}

func TestReusableWorkflowBounds(t *testing.T) {
	t.Parallel()
	var jobs strings.Builder
	jobs.WriteString("on: pull_request\njobs:\n")
	for i := range 20 {
		fmt.Fprintf(&jobs, "  j%d: {uses: 'acme/ci%d/.github/workflows/x.yml@v1'}\n", i, i)
	}
	trees := fakeTrees{"acme/lib": {".github/workflows/x.yml": jobs.String()}}
	for i := range 20 {
		trees[fmt.Sprintf("acme/ci%d", i)] = map[string]string{".github/workflows/x.yml": "on: workflow_call\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n"}
	}
	set, err := Read(t.Context(), Query{Repo: forge.RepoName{Host: "h", Owner: "acme", Name: "lib"}, Base: "main"}, trees, nil)
	if err != nil {
		t.Fatal(err)
	}
	unread := 0
	for _, j := range set.Workflows[0].Jobs {
		if strings.Contains(j.Unread, "more than 8 other repositories") {
			unread++
		}
	}
	if unread != 12 {
		t.Errorf("%d jobs are unread, want 12", unread)
	}
}

func FuzzParseWorkflow(f *testing.F) {
	f.Add("on: pull_request\njobs: {a: {uses: ./x, with: {b: c}}}")
	f.Add("on: [push]\njobs:\n  a:\n    strategy: {matrix: {x: [*y]}}\n    steps:\n      - run: |\n          z")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _, _ = parseWorkflow(&Source{Path: "x.yml"}, []byte(text), called)
	})
}
