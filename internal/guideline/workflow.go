package guideline

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/rhysd/actionlint"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Workflow is a GitHub Actions workflow that runs on pull requests.
type Workflow struct {
	Source  *Source
	Name    string
	Trigger Trigger
	Jobs    []Job
	// Required tells that a ruleset runs it, whether its checks are required or not.
	Required bool
}

// Trigger is on which pull requests a workflow runs.
type Trigger struct {
	Event          string // "pull_request", "pull_request_target", "merge_group" or "push"
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
	ifs  []If             // its own, those of its callers, and those of the jobs it needs
	dir  string           // where its scripts run, "" is the root
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
	// Caller is the line of the workflow that runs this script, which lies in a
	// file of its own; nil for a step that is written out.
	Caller *Quote

	defaults map[string]Input // of the workflow or action it stands in
	ifs      []If             // its own and those of the action it stands in
	dir      string           // where it runs, "" is the root
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

// when says for what a workflow is read.
type when int

const (
	onPulls  when = iota // only if it runs on pull requests
	onPushes             // also if it runs when a branch of the upstream is pushed
	called               // whatever it runs on: another workflow calls it
)

// mayRun tells, without parsing, whether a workflow could run on a
// contribution. A name can be hidden only by an escape.
func mayRun(data []byte, runs when) bool {
	return runs == called || bytes.Contains(data, []byte("pull_request")) || bytes.Contains(data, []byte("merge_group")) ||
		runs == onPushes && bytes.Contains(data, []byte("push")) || bytes.Contains(data, []byte(`\x`)) || bytes.Contains(data, []byte(`\u`))
}

// parseWorkflow reads a workflow file. It answers false for one that does not
// judge contributions, unless it is asked for as a called workflow.
func parseWorkflow(src *Source, data []byte, runs when) (Workflow, bool, error) {
	if !mayRun(data, runs) {
		return Workflow{}, false, nil
	}
	root, err := yamlNode(data)
	if err != nil {
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
	trigger, ok := pullTrigger(parsed.On, runs == onPushes)
	if !ok && runs != called {
		return w, false, nil
	}
	w.Trigger = trigger
	ends, defaults := stepEnds(root), callDefaults(parsed)
	for _, job := range parsed.Jobs {
		w.Jobs = append(w.Jobs, newJob(src, parsed, job, ends))
	}
	for i := range w.Jobs {
		w.Jobs[i].ifs = neededIfs(parsed, w.Jobs[i].ID)
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

// neededIfs are the conditions of a job and of those without which it does not
// run, its own last.
func neededIfs(w *actionlint.Workflow, id string) []If {
	var out []If
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		job := w.Jobs[strings.ToLower(id)]
		if job == nil || seen[id] || len(out) >= maxIfs {
			return
		}
		seen[id] = true
		if cond := value(job.If); !statusAsked().MatchString(cond) {
			for _, n := range job.Needs {
				visit(value(n))
			}
		}
		if job.If != nil {
			out = append(out, If{Text: job.If.Value, Line: line(job.If.Pos)})
		}
	}
	visit(id)
	return out
}

// maxIfs bounds the conditions on the way to one step.
const maxIfs = 20

// statusAsked matches conditions with which a job runs whatever became of the
// jobs that it needs.
var statusAsked = lazy.Pattern(`(?i)\b(always|failure|cancelled)\s*\(`)

// pullTrigger is how a workflow comes to run on a contribution.
func pullTrigger(events []actionlint.Event, pushes bool) (Trigger, bool) {
	names := []string{"pull_request", "pull_request_target", "merge_group"}
	if pushes {
		names = append(names, "push")
	}
	for _, want := range names {
		for _, e := range events {
			hook, ok := e.(*actionlint.WebhookEvent)
			if !ok || hook.EventName() != want {
				continue
			}
			t := Trigger{
				Event: want, Types: texts(hook.Types),
				Branches: filter(hook.Branches), BranchesIgnore: filter(hook.BranchesIgnore),
				Paths: filter(hook.Paths), PathsIgnore: filter(hook.PathsIgnore),
			}
			onlyTags := want == "push" && (hook.Tags != nil || hook.TagsIgnore != nil) && t.Branches == nil && t.BranchesIgnore == nil
			if !onlyTags && !slices.Equal(t.Types, []string{"closed"}) {
				return t, true
			}
		}
	}
	return Trigger{}, false
}

//go:noinline
func filter(f *actionlint.WebhookEventFilter) []string {
	if f == nil {
		return nil
	}
	return texts(f.Values)
}

//go:noinline
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
	job := Job{Source: src, ID: value(j.ID), If: value(j.If), Context: value(j.Name), dir: runDir(w.Defaults, j.Defaults)}
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
			if step.dir == "" {
				step.dir = job.dir
			}
			job.Steps = append(job.Steps, step)
		}
	}
	return job
}

// runDir is the folder in which scripts run, as the defaults say.
func runDir(defaults ...*actionlint.Defaults) string {
	dir := ""
	for _, d := range defaults {
		if d != nil && d.Run != nil && d.Run.WorkingDirectory != nil {
			dir = d.Run.WorkingDirectory.Value
		}
	}
	return dir
}

func line(p *actionlint.Pos) int {
	if p == nil {
		return 0
	}
	return p.Line
}

func isTrue(b *actionlint.Bool) bool { return b != nil && b.Expression == nil && b.Value }

//go:noinline
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
	if s.If != nil {
		step.ifs = []If{{Text: s.If.Value, Line: line(s.If.Pos)}}
	}
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
		step.Run, step.dir = value(e.Run), value(e.WorkingDirectory)
		if e.Run != nil {
			step.RunLine = line(e.Run.Pos)
			if strings.Contains(step.Run, "\n") && !e.Run.Quoted {
				step.RunLine++ // a block begins below its "|"
			}
		}
	}
	return step
}
