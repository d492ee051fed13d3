package guideline

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Bounds on following calls from one workflow to another.
const (
	maxCallDepth   = 4 // GitHub's own
	maxRemoteTrees = 8
	maxJobs        = 300
)

// caller follows calls of workflows and local actions.
type caller struct {
	trees  Trees
	query  Query
	remote map[string]remoteTree
	jobs   int
}

type remoteTree struct {
	files *files
	err   error
}

// expand puts the jobs of called workflows, and the steps of local actions, in
// the places from which they are called.
func (c *caller) expand(ctx context.Context, from *files, jobs []Job, depth int) []Job {
	var out []Job
	for _, job := range jobs {
		if c.jobs++; c.jobs > maxJobs {
			return out
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
			if inner[i].If == "" {
				inner[i].If = job.If
			}
			fillInputs(inner[i].Steps, job.with)
		}
		out = append(out, inner...)
	}
	return out
}

func (c *caller) call(ctx context.Context, from *files, uses string, depth int) ([]Job, *files, error) {
	if depth >= maxCallDepth {
		return nil, nil, fmt.Errorf("workflows call each other more than %d deep", maxCallDepth)
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
	data, err := files.read(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", uses, err)
	}
	w, _, err := parseWorkflow(files.source(KindWorkflow, name), data, true)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", uses, err)
	}
	return w.Jobs, files, nil
}

// tree finds the files that OWNER/NAME/PATH@REF speaks of.
func (c *caller) tree(ctx context.Context, uses string) (*files, string, error) {
	spec, ref, ok := strings.Cut(uses, "@")
	parts := strings.SplitN(spec, "/", 3)
	if !ok || len(parts) < 3 || strings.Contains(uses, "${{") {
		return nil, "", fmt.Errorf("%q names no workflow", uses)
	}
	repo := forge.RepoName{Host: c.query.Repo.Host, Owner: parts[0], Name: parts[1]}
	key := repo.FullName() + "@" + ref
	t, ok := c.remote[key]
	if !ok {
		if len(c.remote) >= maxRemoteTrees {
			return nil, "", fmt.Errorf("workflows of more than %d other repositories are called", maxRemoteTrees)
		}
		var fsys fs.FS
		var commit string
		if fsys, commit, t.err = c.trees.Tree(ctx, repo, ref); t.err == nil {
			t.files = newFiles(fsys, commit, blobURL(c.query, repo, commit))
		}
		c.remote[key] = t
	}
	if t.err != nil {
		return nil, "", fmt.Errorf("read %s: %w", key, t.err)
	}
	return t.files, path.Clean(parts[2]), nil
}

// steps puts the steps of local composite actions in the places of their use.
func (c *caller) steps(from *files, steps []Step, depth int) []Step {
	var out []Step
	for _, step := range steps {
		local, ok := strings.CutPrefix(step.Uses, "./")
		if !ok || depth >= maxCallDepth || len(out) > maxJobs {
			out = append(out, step)
			continue
		}
		inner := localAction(from, path.Clean(local))
		if inner == nil {
			out = append(out, step)
			continue
		}
		fillInputs(inner, step.With)
		for i := range inner {
			inner[i].Advisory = inner[i].Advisory || step.Advisory
			if inner[i].If == "" {
				inner[i].If = step.If
			}
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
		ends := stepEnds(data)
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

var inputPattern = regexp.MustCompile(`\$\{\{\s*inputs\.([A-Za-z_][\w-]*)\s*\}\}`)

// fillInputs writes the values that a caller gives where the called steps ask
// for them.
func fillInputs(steps []Step, with map[string]Input) {
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
		return inputPattern.ReplaceAllStringFunc(s, func(m string) string {
			if v, ok := given[strings.ToLower(inputPattern.FindStringSubmatch(m)[1])]; ok {
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
}
