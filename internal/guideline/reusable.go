package guideline

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// Bounds on following calls from one workflow to another.
const (
	maxCallDepth   = 4 // GitHub's own
	maxRemoteTrees = 8
	maxJobs        = 2000 // of all workflows, those that are called included
	maxSteps       = 300  // of one job
)

// caller follows calls of workflows, local actions and scripts.
type caller struct {
	trees  Trees
	query  Query
	remote map[string]remoteTree
	read   []*files // of other repositories
	known  map[calledFile]calledWorkflow
	jobs   int

	root     *files           // of the repository that is contributed to
	scripts  int              // files read because steps run them
	extra    int              // steps made of them
	packages map[string]Value // scripts of package.json
}

type remoteTree struct {
	files *files
	err   error
}

type calledFile struct {
	from *files
	name string
}

type calledWorkflow struct {
	workflow Workflow
	err      error
}

func newCaller(trees Trees, q Query, root *files) *caller {
	return &caller{root: root, trees: trees, query: q, remote: map[string]remoteTree{}, known: map[calledFile]calledWorkflow{}, packages: map[string]Value{}}
}

// expand puts the jobs of called workflows, and the steps of local actions, in
// the places from which they are called.
func (c *caller) expand(ctx context.Context, from *files, jobs []Job, depth int) []Job {
	var out []Job
	for _, job := range jobs {
		if c.jobs++; c.jobs > maxJobs {
			job.Unread, job.Steps = fmt.Sprintf("workflows of this repository have more than %d jobs", maxJobs), nil
			return append(out, job)
		}
		if job.Calls == "" {
			job.Steps = c.steps(from, job.Steps, 0)
			out = append(out, job)
			continue
		}
		called, files, err := c.call(ctx, from, job.Calls, depth)
		if err != nil {
			job.Unread = err.Error()
			out = append(out, job)
			continue
		}
		inner := c.expand(ctx, files, called, depth+1)
		for i := range inner {
			inner[i].Context = job.Context + " / " + inner[i].Context
			inner[i].Advisory = inner[i].Advisory || job.Advisory
			given := fillInputs(inner[i].Steps, job.with)
			inner[i].ifs = under(job.ifs, give(inner[i].ifs, given))
		}
		out = append(out, inner...)
	}
	return out
}

func (c *caller) call(ctx context.Context, from *files, uses string, depth int) ([]Job, *files, error) {
	if depth >= maxCallDepth {
		return nil, nil, fault.Errorf("workflows call each other more than %d deep", maxCallDepth)
	}
	files, name := from, ""
	if local, ok := strings.CutPrefix(uses, "./"); ok {
		name = path.Clean(local)
	} else {
		var err error
		if files, name, err = c.tree(ctx, uses); err != nil {
			return nil, nil, err
		}
	}
	w := c.parse(files, name)
	if w.err != nil {
		return nil, nil, fault.Errorf("read %s: %w", uses, w.err)
	}
	jobs := slices.Clone(w.workflow.Jobs)
	for i := range jobs {
		jobs[i].Steps = cloneSteps(jobs[i].Steps)
	}
	return jobs, files, nil
}

// parse reads a called workflow, once however often it is called.
func (c *caller) parse(from *files, name string) calledWorkflow {
	key := calledFile{from, name}
	w, ok := c.known[key]
	if !ok {
		var data []byte
		if data, w.err = from.read(name); w.err == nil {
			w.workflow, _, w.err = parseWorkflow(from.source(KindWorkflow, name), data, called)
		}
		c.known[key] = w
	}
	return w
}

// cloneSteps copies steps so far that inputs can be filled into them.
func cloneSteps(steps []Step) []Step {
	out := slices.Clone(steps)
	for i := range out {
		out[i].With, out[i].Env = maps.Clone(out[i].With), maps.Clone(out[i].Env)
	}
	return out
}

// under puts the conditions of a caller before those of what it calls.
func under(outer, inner []If) []If {
	out := append(slices.Clone(outer), inner...)
	return out[:min(len(out), 2*maxIfs)]
}

// give lets conditions know the inputs of the workflow or action in which they
// stand.
func give(ifs []If, given map[string]string) []If {
	out := slices.Clone(ifs)
	for i := range out {
		if out[i].given == nil {
			out[i].given = given
		}
	}
	return out
}

// tree finds the files that OWNER/NAME/PATH@REF speaks of.
func (c *caller) tree(ctx context.Context, uses string) (*files, string, error) {
	spec, ref, ok := strings.Cut(uses, "@")
	parts := strings.SplitN(spec, "/", 3)
	if !ok || len(parts) < 3 || strings.Contains(uses, "${{") {
		return nil, "", fault.Errorf("%q names no workflow", uses)
	}
	repo := forge.RepoName{Host: c.query.Repo.Host, Owner: parts[0], Name: parts[1]}
	key := repo.FullName() + "@" + ref
	t, ok := c.remote[key]
	if !ok {
		if len(c.remote) >= maxRemoteTrees {
			return nil, "", fault.Errorf("workflows of more than %d other repositories are called", maxRemoteTrees)
		}
		var fsys fs.FS
		var commit string
		if fsys, commit, t.err = c.trees.Tree(ctx, repo, ref); t.err == nil {
			t.files = newFiles(fsys, commit, blobURL(c.query, repo, commit))
			c.read = append(c.read, t.files)
		}
		c.remote[key] = t
	}
	if t.err != nil {
		return nil, "", fault.Errorf("read %s: %w", key, t.err)
	}
	return t.files, path.Clean(parts[2]), nil
}

// steps puts the steps of local composite actions in the places of their use.
func (c *caller) steps(from *files, steps []Step, depth int) []Step {
	var out []Step
	for _, step := range steps {
		local, ok := strings.CutPrefix(step.Uses, "./")
		if !ok || depth >= maxCallDepth || len(out) > maxSteps {
			out = append(out, step)
			out = append(out, c.followed(step, 0)...)
			continue
		}
		inner := localAction(from, path.Clean(local))
		if inner == nil {
			out = append(out, step) // an action in JavaScript, or one that is not there
			continue
		}
		given := fillInputs(inner, step.With)
		for i := range inner {
			inner[i].Advisory = inner[i].Advisory || step.Advisory
			inner[i].ifs = under(step.ifs, give(inner[i].ifs, given))
		}
		out = append(out, c.steps(from, inner, depth+1)...)
	}
	return out
}

// localAction reads the steps of a composite action; nil when it is none.
func localAction(from *files, dir string) []Step {
	for _, name := range []string{"action.yml", "action.yaml"} {
		data, err := from.read(path.Join(dir, name))
		if err != nil {
			continue
		}
		root, err := ParseYAML(data)
		if err != nil {
			return nil
		}
		src := from.source(KindWorkflow, path.Join(dir, name))
		node, err := yamlNode(data)
		if err != nil {
			return nil
		}
		ends := stepEnds(node)
		var out []Step
		for _, item := range root.At("runs", "steps").List {
			out = append(out, actionStep(src, item, ends))
		}
		defaults := map[string]Input{}
		for _, key := range root.At("inputs").Keys {
			if d := root.At("inputs", key, "default"); d.Kind != KindNull {
				defaults[key] = Input{Value: d.Text, Line: d.Line}
			}
		}
		if len(out) > 0 {
			out[0].defaults = defaults
		}
		return out
	}
	return nil
}

func actionStep(src *Source, v Value, ends map[int]int) Step {
	s := Step{Source: src, Line: v.Line, EndLine: max(v.Line, ends[v.Line]), Name: v.At("name").Text, If: v.At("if").Text}
	s.Uses, s.Version, _ = strings.Cut(v.At("uses").Text, "@")
	if s.If != "" {
		s.ifs = []If{{Text: s.If, Line: v.At("if").Line}}
	}
	s.dir = v.At("working-directory").Text
	s.With, s.Env = inputs(v.At("with"), true), inputs(v.At("env"), false)
	if run := v.At("run"); run.Kind == KindString {
		s.Run, s.RunLine = run.Text, run.Line
		if strings.Contains(run.Text, "\n") {
			s.RunLine++
		}
	}
	return s
}

func inputs(v Value, lower bool) map[string]Input {
	out := map[string]Input{}
	for _, key := range v.Keys {
		name := key
		if lower {
			name = strings.ToLower(key)
		}
		out[name] = Input{Value: v.Map[key].Text, Line: v.Map[key].Line}
	}
	return out
}

var inputPattern = lazy.Pattern(`\$\{\{\s*inputs\.([A-Za-z_][\w-]*)\s*\}\}`)

// fillInputs writes the values that a caller gives where the called steps ask
// for them. It answers all of them by name.
func fillInputs(steps []Step, with map[string]Input) map[string]string {
	given := map[string]string{}
	for i := range steps {
		for name, in := range steps[i].defaults {
			given[strings.ToLower(name)] = in.Value
		}
	}
	for name, in := range with {
		given[strings.ToLower(name)] = in.Value
	}
	fill := func(s string) string {
		return inputPattern().ReplaceAllStringFunc(s, func(m string) string {
			if v, ok := given[strings.ToLower(inputPattern().FindStringSubmatch(m)[1])]; ok {
				return v
			}
			return m
		})
	}
	for i := range steps {
		s := &steps[i]
		s.Run = fill(s.Run)
		for _, values := range []map[string]Input{s.With, s.Env} {
			for name, in := range values {
				in.Value = fill(in.Value)
				values[name] = in
			}
		}
	}
	return given
}
