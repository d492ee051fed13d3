package guideline

import (
	"errors"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/rhysd/actionlint"
)

// Workflow is a GitHub Actions workflow that runs on pull requests.
type Workflow struct {
	Source  *Source
	Name    string
	Trigger Trigger
	Jobs    []Job
}

// Trigger is on which pull requests a workflow runs.
type Trigger struct {
	Event          string // "pull_request", "pull_request_target" or "merge_group"
	Types          []string
	Branches       []string
	BranchesIgnore []string
	Paths          []string
	PathsIgnore    []string
}

// Job is a job of a workflow. The jobs of a reusable workflow stand in the
// place of the job that calls it.
type Job struct {
	ID       string
	Context  string  // how its check is named: "job" or "caller / called"
	Source   *Source // the file it stands in
	If       string
	Advisory bool // its failure does not fail the workflow
	Matrix   bool // its checks are named "context (value, …)"
	Line     int
	Steps    []Step
	Unread   string // why the workflow it calls could not be read, "" when it was
	Calls    string // the reusable workflow it calls

	with map[string]Input // what it gives the called workflow
}

// Reports tells whether a check of this name comes from the job.
func (j *Job) Reports(context string) bool {
	if strings.Contains(j.Context, "${{") {
		return expressionPattern(j.Context).MatchString(context)
	}
	return context == j.Context || j.Matrix && strings.HasPrefix(context, j.Context+" (")
}

// expressionPattern matches what a name with expressions can become.
func expressionPattern(name string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for name != "" {
		before, rest, found := strings.Cut(name, "${{")
		b.WriteString(regexp.QuoteMeta(before))
		if !found {
			break
		}
		b.WriteString(`.*`)
		_, name, _ = strings.Cut(rest, "}}")
	}
	b.WriteString(`\z`)
	re, err := regexp.Compile(b.String())
	if err != nil { // too long for the engine
		return regexp.MustCompile(`\A\z`)
	}
	return re
}

// Step is a step of a job.
type Step struct {
	Name     string
	Source   *Source // the file it stands in: its job's, or a local action's
	Line     int
	EndLine  int
	If       string
	Advisory bool
	Uses     string           // action, without its version
	Version  string           // after the @
	With     map[string]Input // names in lower case
	Env      map[string]Input // names as written; those of the job and workflow included
	Run      string
	RunLine  int // where the script begins

	defaults map[string]Input // of the workflow or action it stands in
}

// Input is a value given to a step, with its line.
type Input struct {
	Value string
	Line  int
}

// Label is what people call a step.
func (s *Step) Label() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Uses != "":
		return s.Uses
	}
	line, _, _ := strings.Cut(strings.TrimSpace(s.Run), "\n")
	if runes := []rune(line); len(runes) > maxLabel {
		line = string(runes[:maxLabel-1]) + "…"
	}
	return line
}

// maxLabel is how much of a script names its step, in characters.
const maxLabel = 60

// parseWorkflow reads a workflow file. It answers false for one that does not
// run on pull requests, unless it is asked for as a called workflow.
func parseWorkflow(src *Source, data []byte, called bool) (Workflow, bool, error) {
	if _, err := yamlNode(data); err != nil {
		return Workflow{}, false, err
	}
	parsed, problems := actionlint.Parse(data)
	if parsed == nil {
		if len(problems) > 0 {
			return Workflow{}, false, errors.New(problems[0].Message)
		}
		return Workflow{}, false, errors.New("it is no workflow")
	}
	w := Workflow{Source: src, Name: path.Base(src.Path)}
	if parsed.Name != nil && parsed.Name.Value != "" {
		w.Name = parsed.Name.Value
	}
	trigger, ok := pullTrigger(parsed.On)
	if !ok && !called {
		return w, false, nil
	}
	w.Trigger = trigger
	ends, defaults := stepEnds(data), callDefaults(parsed)
	for _, job := range parsed.Jobs {
		w.Jobs = append(w.Jobs, newJob(src, parsed, job, ends))
	}
	for i := range w.Jobs {
		for j := range w.Jobs[i].Steps {
			w.Jobs[i].Steps[j].defaults = defaults
		}
	}
	sort.Slice(w.Jobs, func(i, j int) bool { return w.Jobs[i].Line < w.Jobs[j].Line })
	return w, true, nil
}

// callDefaults are the values of a called workflow's inputs when its caller
// gives none.
func callDefaults(w *actionlint.Workflow) map[string]Input {
	event, ok := w.FindWorkflowCallEvent()
	if !ok {
		return nil
	}
	out := map[string]Input{}
	for _, in := range event.Inputs {
		if in != nil && in.Name != nil && in.Default != nil {
			out[in.Name.Value] = Input{Value: in.Default.Value, Line: line(in.Default.Pos)}
		}
	}
	return out
}

func pullTrigger(events []actionlint.Event) (Trigger, bool) {
	for _, want := range []string{"pull_request", "pull_request_target", "merge_group"} {
		for _, e := range events {
			hook, ok := e.(*actionlint.WebhookEvent)
			if !ok || hook.EventName() != want {
				continue
			}
			return Trigger{
				Event: want, Types: texts(hook.Types),
				Branches: filter(hook.Branches), BranchesIgnore: filter(hook.BranchesIgnore),
				Paths: filter(hook.Paths), PathsIgnore: filter(hook.PathsIgnore),
			}, true
		}
	}
	return Trigger{}, false
}

func filter(f *actionlint.WebhookEventFilter) []string {
	if f == nil {
		return nil
	}
	return texts(f.Values)
}

func texts(list []*actionlint.String) []string {
	var out []string
	for _, s := range list {
		if s != nil {
			out = append(out, s.Value)
		}
	}
	return out
}

func value(s *actionlint.String) string {
	if s == nil {
		return ""
	}
	return s.Value
}

func newJob(src *Source, w *actionlint.Workflow, j *actionlint.Job, ends map[int]int) Job {
	job := Job{Source: src, ID: value(j.ID), If: value(j.If), Context: value(j.Name)}
	if job.Context == "" {
		job.Context = job.ID
	}
	if j.Pos != nil {
		job.Line = j.Pos.Line
	}
	job.Matrix = j.Strategy != nil && j.Strategy.Matrix != nil
	job.Advisory = isTrue(j.ContinueOnError)
	if c := j.WorkflowCall; c != nil {
		job.Calls = value(c.Uses)
		job.with = map[string]Input{}
		for name, in := range c.Inputs {
			if in != nil && in.Value != nil {
				job.with[name] = Input{Value: in.Value.Value, Line: line(in.Value.Pos)}
			}
		}
	}
	env := map[string]Input{}
	addEnv(env, w.Env)
	addEnv(env, j.Env)
	for _, s := range j.Steps {
		if s != nil {
			step := newStep(s, env, ends)
			step.Source = src
			job.Steps = append(job.Steps, step)
		}
	}
	return job
}

func line(p *actionlint.Pos) int {
	if p == nil {
		return 0
	}
	return p.Line
}

func isTrue(b *actionlint.Bool) bool { return b != nil && b.Expression == nil && b.Value }

func addEnv(to map[string]Input, env *actionlint.Env) {
	if env == nil {
		return
	}
	for _, v := range env.Vars {
		if v != nil && v.Name != nil && v.Value != nil {
			to[v.Name.Value] = Input{Value: v.Value.Value, Line: line(v.Value.Pos)}
		}
	}
}

func newStep(s *actionlint.Step, env map[string]Input, ends map[int]int) Step {
	step := Step{Name: value(s.Name), If: value(s.If), Advisory: isTrue(s.ContinueOnError), Line: line(s.Pos)}
	step.EndLine = max(step.Line, ends[step.Line])
	step.Env = make(map[string]Input, len(env))
	for k, v := range env {
		step.Env[k] = v
	}
	addEnv(step.Env, s.Env)
	switch e := s.Exec.(type) {
	case *actionlint.ExecAction:
		step.Uses, step.Version, _ = strings.Cut(value(e.Uses), "@")
		step.With = map[string]Input{}
		for name, in := range e.Inputs {
			if in != nil && in.Value != nil {
				step.With[name] = Input{Value: in.Value.Value, Line: line(in.Value.Pos)}
			}
		}
	case *actionlint.ExecRun:
		step.Run = value(e.Run)
		if e.Run != nil {
			step.RunLine = line(e.Run.Pos)
			if strings.Contains(step.Run, "\n") && !e.Run.Quoted {
				step.RunLine++ // a block begins below its "|"
			}
		}
	}
	return step
}
