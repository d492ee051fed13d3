package guideline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// calledSteps are the steps of a workflow that lie in files of their own.
func calledSteps(t *testing.T, steps string, tree map[string]string) []string {
	t.Helper()
	tree[".github/workflows/x.yml"] = "on: pull_request\nenv: {TITLE: '${{ github.event.pull_request.title }}'}\njobs:\n  a:\n    runs-on: x\n    steps:\n" + steps
	set := readSet(t, Query{}, fakeTrees{"acme/lib": tree}, nil)
	var out []string
	for _, g := range set.Gates() {
		if c := g.Step.Caller; c != nil {
			out = append(out, fmt.Sprintf("%s:%d-%d %q from line %d %q, 1=%s stdin=%s", g.Step.Source.Path, g.Step.RunLine, g.Step.EndLine,
				strings.TrimSpace(g.Step.Run), c.Line, c.Text, g.Step.Env["1"].Value, g.Step.Env["stdin"].Value))
		}
	}
	return out
}

func TestScriptsThatStepsRunAreRead(t *testing.T) {
	t.Parallel()
	const title = "${{ github.event.pull_request.title }}"
	for name, c := range map[string]struct {
		steps string
		tree  map[string]string
		want  []string
	}{
		"a script with an argument": {
			"      - run: ./scripts/title.sh \"$TITLE\" now\n", map[string]string{"scripts/title.sh": "#!/bin/sh\nexit 1\n"},
			[]string{`scripts/title.sh:1-2 "#!/bin/sh\nexit 1" from line 7 "./scripts/title.sh \"$TITLE\" now", 1=` + title + ` stdin=`},
		},
		"a script that is piped the title": {
			"      - run: |\n          set -e\n          echo \"$TITLE\" | bash ci/check\n", map[string]string{"ci/check": "read x\n"},
			[]string{`ci/check:1-1 "read x" from line 9 "echo \"$TITLE\" | bash ci/check", 1= stdin=` + title},
		},
		"a here string": {
			"      - run: ci/check -q <<<\"$TITLE\"\n", map[string]string{"ci/check": "read x\n"},
			[]string{`ci/check:1-1 "read x" from line 7 "ci/check -q <<<\"$TITLE\"", 1=-q stdin=` + title},
		},
		"a target of make, and the script it runs": {
			"      - run: make -C . lint validate-dco V=1\n", map[string]string{
				"Makefile": "lint:\n\tgo vet\n.PHONY: validate-dco\n\nvalidate-dco: tools ## check\n\t@hack/dco $$HOME\n\n", "hack/dco": "git log\n",
			},
			[]string{
				`Makefile:6-6 "hack/dco $HOME" from line 7 "make -C . lint validate-dco V=1", 1= stdin=`,
				`hack/dco:1-1 "git log" from line 7 "make -C . lint validate-dco V=1", 1=$HOME stdin=`,
			},
		},
		"the targets that a target needs": {
			"      - run: make validate\n", map[string]string{"Makefile": "validate: lint gone # all\nLINT = $(BIN)/lint\nlint:\n\t$(LINT) run $(NOW)\nBIN := bin\nNOW = $(shell date)\n"},
			[]string{`Makefile:4-4 "bin/lint run $(NOW)" from line 7 "make validate", 1= stdin=`},
		},
		"a script of package.json": {
			"      - run: npm run --silent commitlint\n      - run: yarn commitlint\n      - run: npm test\n", map[string]string{"package.json": "{\n \"scripts\": {\n  \"commitlint\": \"commitlint --from main\"}}\n"},
			[]string{
				`package.json:3-3 "commitlint --from main" from line 7 "npm run --silent commitlint", 1= stdin=`,
				`package.json:3-3 "commitlint --from main" from line 8 "yarn commitlint", 1= stdin=`,
			},
		},
		"another folder": {
			"      - run: ./title.py\n        working-directory: tools/ci\n", map[string]string{"tools/ci/title.py": "import re\n"},
			[]string{`tools/ci/title.py:1-1 "import re" from line 7 "./title.py", 1= stdin=`},
		},
		"a script beside an action": {
			"      - uses: ./.github/actions/t\n", map[string]string{
				".github/actions/t/action.yml": "runs:\n  using: composite\n  steps:\n    - run: ${{ github.action_path }}/title.sh\n", ".github/actions/t/title.sh": "true\n",
			},
			[]string{`.github/actions/t/title.sh:1-1 "true" from line 4 "${{ github.action_path }}/title.sh", 1= stdin=`},
		},
		"what calls itself ends": {
			"      - run: ./title.sh\n", map[string]string{"title.sh": "./title.sh\n"},
			[]string{
				`title.sh:1-1 "./title.sh" from line 7 "./title.sh", 1= stdin=`, `title.sh:1-1 "./title.sh" from line 7 "./title.sh", 1= stdin=`,
			},
		},
		"what is not there, outside, binary, commented out or hidden by a variable": {
			"      - run: |\n          ./no-title.sh; ../title.sh; /title.sh; ./title.bin\n          # ./title.sh\n          $DIR/title.sh ${X}title.sh\n",
			map[string]string{"title.bin": "a\x00b", "x": "y"}, nil,
		},
		"a build is not followed": {"      - run: ./build.sh\n        env: {TITLE: x}\n", map[string]string{"build.sh": "true\n"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, calledSteps(t, c.steps, c.tree)); d != "" {
				t.Errorf("steps (-want +got):\n%s", d)
			}
		})
	}
}

func TestFollowingScriptsIsBounded(t *testing.T) {
	t.Parallel()
	tree := map[string]string{}
	var steps, script strings.Builder
	for i := range 200 {
		name := fmt.Sprintf("title%d.sh", i)
		fmt.Fprintf(&steps, "      - run: ./%s\n", name)
		fmt.Fprintf(&script, "./%s\n", name)
		tree[name] = "x"
	}
	for i := range 50 {
		tree[fmt.Sprintf("title%d.sh", i)] = script.String()
	}
	if got := len(calledSteps(t, steps.String(), tree)); got > maxExtra {
		t.Errorf("%d steps, want at most %d", got, maxExtra)
	}
}
