package guideline

import (
	"strings"
	"testing"
)

func judged(cond string, m *Moment) Truth {
	c := Condition{
		Ifs:    []If{{Text: cond, given: map[string]string{"dry-run": "true", "level": "high"}}},
		moment: moment{event: "pull_request", types: []string{"opened", "edited", "labeled"}, repo: "acme/lib", base: "main"},
	}
	t, _ := c.Judge(m)
	return t
}

func TestConditionsBeforeTheChangeIsKnown(t *testing.T) {
	t.Parallel()
	for cond, want := range map[string]Truth{
		"":                            True,
		"always()":                    True,
		"!cancelled()":                True,
		"failure()":                   False,
		"success() || failure()":      True,
		"github.event_name == 'push'": False,
		"${{ github.event_name != 'pull_request' }}":                         False,
		"github.event_name == 'push' || github.event_name == 'pull_request'": True,
		"github.ref == 'refs/heads/main'":                                    False,
		"startsWith(github.ref, 'refs/tags/v')":                              False,
		"startsWith(github.ref, 'refs/pull/')":                               True,
		"github.base_ref == 'main'":                                          True,
		"github.base_ref == 'MAIN'":                                          True,
		"github.base_ref != 'main'":                                          False,
		"github.repository_owner == 'acme'":                                  True,
		"github.repository == 'acme/other'":                                  False,
		"github.repository_owner == 'x' || github.repository_owner == 'acme' && github.event.pull_request.user.login != 'dependabot[bot]'": True,
		"github.actor != 'dependabot[bot]'":                                        True,
		"github.actor == 'renovate[bot]'":                                          False,
		"!endsWith(github.actor, '[bot]')":                                         True,
		"!contains(github.event.pull_request.user.login, 'bot')":                   True,
		"github.event.pull_request.user.type == 'Bot'":                             False,
		"github.event.pull_request.draft == false":                                 Open,
		"!github.event.pull_request.draft":                                         Open,
		"github.event.pull_request.head.repo.fork":                                 Open,
		"github.event.pull_request.head.repo.full_name == github.repository":       Open,
		"!contains(github.event.pull_request.labels.*.name, 'skip')":               Open,
		"contains(join(github.event.pull_request.labels.*.name, ','), 'impact/')":  Open,
		"startsWith(github.head_ref, 'renovate/')":                                 Open,
		"github.event.action == 'edited'":                                          True,
		"github.event.action != 'opened'":                                          True,
		"github.event.action == 'closed'":                                          False,
		"contains(fromJSON('[\"opened\", \"synchronize\"]'), github.event.action)": True,
		"github.event.action == 'edited' && github.event.changes.title != null":    True,
		"github.event.pull_request.state == 'open'":                                True,
		"github.event.pull_request.merged == true":                                 False,
		"github.event.pull_request":                                                True,
		"github.event.issue.pull_request":                                          False,
		"matrix.os == 'linux' && runner.os != 'Windows'":                           True,
		"steps.x.outputs.y == 'true'":                                              Unclear,
		"needs.changes.outputs.src":                                                Unclear,
		"vars.STRICT == 'yes'":                                                     Unclear,
		"secrets.TOKEN != ''":                                                      Unclear,
		"needs.changes.outputs.src && github.event_name == 'push'":                 False,
		"needs.changes.outputs.src || github.event_name == 'pull_request'":         True,
		"inputs.dry-run":               True,
		"inputs.dry-run == 'true'":     False, // a truth is no text
		"inputs.level == 'high'":       True,
		"inputs.other":                 Unclear,
		"github.event.inputs.x == 'a'": Unclear,
		"((":                           Unclear,
		"unknown(1)":                   Unclear,
		"join()":                       Unclear,
		"1 < 2":                        True,
		"hashFiles('go.sum') != ''":    Unclear,
		strings.Repeat("(", 5000) + "true" + strings.Repeat(")", 5000):                Unclear,
		strings.Repeat("!", 5000) + "true":                                            Unclear,
		"'a' == 'b' " + strings.Repeat("|| 'a' == 'b' ", 5000):                        Unclear,
		"github['event']['pull_request']['draft'] == false && github.base_ref == 'x'": False,
	} {
		if got := judged(cond, nil); got != want {
			t.Errorf("%.80q is %v, want %v", cond, got, want)
		}
	}
}

func TestConditionsAgainstAChange(t *testing.T) {
	t.Parallel()
	fork := &Moment{Fork: true, Login: "newcomer", Head: "fix-1", Title: "fix: it", Labels: []string{"Kind/Bug"}}
	direct := &Moment{Draft: true, Head: "renovate/x"}
	for cond, want := range map[string][2]Truth{
		"!github.event.pull_request.draft":                                    {True, False},
		"github.event.pull_request.head.repo.fork == false":                   {False, True},
		"github.event.pull_request.head.repo.full_name == github.repository":  {False, True},
		"github.event.pull_request.head.repo.owner.login == 'acme'":           {False, True},
		"contains(github.event.pull_request.labels.*.name, 'kind/bug')":       {True, False},
		"contains(join(github.event.pull_request.labels.*.name, ','), 'kin')": {True, False},
		"startsWith(github.head_ref, 'renovate/')":                            {False, True},
		"startsWith(github.event.pull_request.title, 'fix')":                  {True, False},
		"github.actor == 'newcomer'":                                          {True, False},
	} {
		for i, m := range []*Moment{fork, direct} {
			if got := judged(cond, m); got != want[i] {
				t.Errorf("%q of change %d is %v, want %v", cond, i, got, want[i])
			}
		}
	}
}

func TestConditionsSayWhyNot(t *testing.T) {
	t.Parallel()
	c := Condition{Paths: []string{"docs/**", "!docs/old/**"}, moment: moment{event: "pull_request"}}
	for path, want := range map[string]Truth{"docs/a.md": True, "docs/old/a.md": False, "main.go": False} {
		got, why := c.Judge(&Moment{Paths: []string{path}})
		if got != want || (got == False) != (why == "the change touches none of `docs/**`, `!docs/old/**`") {
			t.Errorf("%s: %v, %q", path, got, why)
		}
	}
	c = Condition{PathsIgnore: []string{"**.md"}, moment: moment{event: "pull_request"}}
	if got, _ := c.Judge(&Moment{Paths: []string{"a/b.md"}}); got != False {
		t.Errorf("only ignored paths: %v", got)
	}
	if got, _ := c.Judge(&Moment{Paths: []string{"a/b.md", "a.go"}}); got != True {
		t.Errorf("a path that is not ignored: %v", got)
	}
	c = Condition{Ifs: []If{{Text: "${{ !github.event.pull_request.draft }}"}}, moment: moment{event: "pull_request"}}
	if got, why := c.Judge(&Moment{Draft: true}); got != False || why != "it runs only if !github.event.pull_request.draft" {
		t.Errorf("a draft: %v, %q", got, why)
	}
}

func TestFilterPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "README.md", true}, {"*", "a/b", false}, {"**", "a/b", true},
		{"*.js", "app.js", true}, {"*.js", "a/app.js", false}, {"**.js", "a/app.js", true},
		{"docs/*", "docs/a", true}, {"docs/*", "docs/a/b", false}, {"docs/**", "docs/a/b", true},
		{"docs/**/*.md", "docs/README.md", true}, {"docs/**/*.md", "docs/a/b.md", true},
		{"**/docs/**", "docs/a", true}, {"**/docs/**", "x/docs/a", true},
		{"*.jsx?", "page.js", true}, {"*.jsx?", "page.jsx", true},
		{"v[12].[0-9]+.x", "v1.10.x", true}, {"v[12].[0-9]+.x", "v3.1.x", false},
		{"release-*", "release-1", true}, {"a[", "b", true},
	} {
		if got := fits(c.pattern, c.name); got != c.want {
			t.Errorf("%q fits %q: %v", c.pattern, c.name, got)
		}
	}
}

func TestJobsWaitForThoseTheyNeed(t *testing.T) {
	t.Parallel()
	set := &Set{Query: Query{Base: "main"}, Workflows: []Workflow{readWorkflow(t, `on: pull_request
jobs:
  pushed: {runs-on: x, if: "github.event_name == 'push'", steps: [{run: a}]}
  after: {runs-on: x, needs: pushed, steps: [{run: b}]}
  later: {runs-on: x, needs: [after], steps: [{run: c}]}
  anyway: {runs-on: x, needs: pushed, if: always(), steps: [{run: d}]}
  loop: {runs-on: x, needs: loop, steps: [{run: e}]}
`)}}
	set.Workflows[0].Trigger.Event = "pull_request"
	var got []string
	for _, g := range set.Gates() {
		got = append(got, g.Step.Run)
	}
	if strings.Join(got, " ") != "d e" {
		t.Errorf("steps %q run", got)
	}
}
