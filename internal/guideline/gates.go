package guideline

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Gate is a step together with the workflow and job it runs in.
type Gate struct {
	Workflow *Workflow
	Job      *Job
	Step     *Step
	Required bool // the job's check is required for the base branch
	Advisory bool // its failure fails nothing
}

// Quote is the step, or a line in it, with its place. A line of 0 is the
// step's first.
func (g Gate) Quote(line int, text string) Quote {
	if line == 0 {
		line = g.Step.Line
	}
	return Quote{Source: g.Step.Source, Line: line, EndLine: line, Text: text}
}

// File is the name of the file that the step stands in.
func (g Gate) File() string { return path.Base(g.Step.Source.Path) }

// Gates are the steps that run on a pull request to the base branch, called
// workflows included.
func (s *Set) Gates() []Gate {
	var out []Gate
	for i := range s.Workflows {
		w := &s.Workflows[i]
		if !w.Trigger.covers(s.Base) {
			continue
		}
		for j := range w.Jobs {
			job := &w.Jobs[j]
			if excludesPulls(job.If) {
				continue
			}
			for k := range job.Steps {
				step := &job.Steps[k]
				if excludesPulls(step.If) {
					continue
				}
				out = append(out, Gate{
					Workflow: w, Job: job, Step: step,
					Required: s.requires(job), Advisory: job.Advisory || step.Advisory,
				})
			}
		}
	}
	return out
}

// requires tells whether the check of a job is required.
func (s *Set) requires(job *Job) bool {
	for _, context := range s.RequiredChecks {
		if job.Reports(context) {
			return true
		}
	}
	return false
}

// covers tells whether the workflow runs for pull requests to a branch. An
// unknown branch is covered: better a gate too many than one too few.
func (t Trigger) covers(base string) bool {
	if base == "" {
		return true
	}
	if len(t.Branches) > 0 {
		covered := false
		for _, p := range t.Branches {
			if not, ok := strings.CutPrefix(p, "!"); ok {
				covered = covered && !globs(not, base)
			} else {
				covered = covered || globs(p, base)
			}
		}
		return covered
	}
	for _, p := range t.BranchesIgnore {
		if globs(p, base) {
			return false
		}
	}
	return true
}

func globs(pattern, name string) bool {
	ok, err := doublestar.Match(pattern, name)
	return ok || err != nil
}

// excludesPulls tells whether a condition keeps a job or step from judging pull
// requests. Other conditions are taken to hold.
func excludesPulls(cond string) bool {
	cond = strings.Join(strings.Fields(cond), "")
	if strings.Contains(cond, "failure()") && !strings.Contains(cond, "!failure()") {
		return true // it only tells of a failure
	}
	for _, part := range []string{
		"github.event_name=='push'", "github.event_name!='pull_request'", "github.event_name=='schedule'",
		"github.event_name=='workflow_dispatch'", "github.event_name=='release'", "github.ref=='refs/heads/",
		"github.ref_type=='tag'", "startsWith(github.ref,'refs/tags/",
	} {
		if strings.Contains(cond, part) && !strings.Contains(cond, "||") {
			return true
		}
	}
	return false
}
