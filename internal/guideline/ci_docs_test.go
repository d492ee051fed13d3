package guideline

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v3"
)

// ourAction is how the pages name the action, and what it is in a checkout.
var ourAction = regexp.MustCompile(`isrc-dev/isrc/(\.github/actions/check)@v[0-9.]+`)

// lintWorkflow holds a workflow against what GitHub accepts. Actions of this
// repository are read, so inputs that are misspelt are found.
func lintWorkflow(t *testing.T, name, text string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: root})
	if err != nil {
		t.Fatal(err)
	}
	project, err := actionlint.NewProject(root)
	if err != nil {
		t.Fatal(err)
	}
	text = ourAction.ReplaceAllString(text, "./$1")
	problems, err := linter.Lint(filepath.Join(root, ".github", "workflows", "snippet.yml"), []byte(text), project)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %d:%d: %s", name, p.Line, p.Column, p.Message)
	}
}

func TestTheWorkflowsOfThePageAreValid(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(snippets) < 3 {
		t.Fatalf("%d workflows on the page", len(snippets))
	}
	for _, s := range snippets {
		if !ourAction.MatchString(s[1]) || strings.Contains(s[1], "pull_request_target:") || !strings.Contains(s[1], "permissions:") {
			t.Errorf("a workflow without our action or its permissions:\n%s", s[1])
		}
		lintWorkflow(t, "docs/ci.md", s[1])
	}
}

// action is what a composite action is made of.
type action struct {
	Inputs map[string]struct {
		Description string `yaml:"description"`
		Default     string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string           `yaml:"using"`
		Steps []map[string]any `yaml:"steps"`
	} `yaml:"runs"`
}

func TestTheStepsOfTheActionAreValid(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", ".github", "actions", "check", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	inputs := map[string]any{}
	for name, in := range a.Inputs {
		if in.Description == "" {
			t.Errorf("the input %s has no description", name)
		}
		inputs[name] = map[string]any{"type": "string", "default": "x"}
		if used := "${{ inputs." + name + " }}"; !strings.Contains(string(raw), used) {
			t.Errorf("the input %s is used nowhere", name)
		}
	}
	outputs := map[string]any{}
	for name, out := range a.Outputs {
		outputs[name] = out.Value
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("%q with %d steps", a.Runs.Using, len(a.Runs.Steps))
	}
	for _, s := range a.Runs.Steps {
		if run, ok := s["run"].(string); ok && (s["shell"] == nil || strings.Contains(run, "${{")) {
			t.Errorf("a step without a shell, or with an expression in its script: %v", s)
		}
	}
	workflow, err := yaml.Marshal(map[string]any{
		"on":   map[string]any{"workflow_call": map[string]any{"inputs": inputs}},
		"jobs": map[string]any{"check": map[string]any{"runs-on": "ubuntu-latest", "outputs": outputs, "steps": a.Runs.Steps}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lintWorkflow(t, "action.yml", string(workflow))
}
