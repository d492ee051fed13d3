package guideline

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Gate is a step together with the workflow and job it runs in.
type Gate struct {
	Workflow *Workflow
	Job      *Job
	Step     *Step
	Required bool // the job's check is required for the base branch
	Advisory bool // its failure fails nothing
	// Unclear says that nobody but the run itself knows whether the step runs.
	Unclear bool
	When    *Condition // nil when it always runs
}

// Quote is the step, or a line in it, with its place. A line of 0 is the
// step's first.
func (g Gate) Quote(line int, text string) Quote {
	if line == 0 {
		line = g.Step.Line
	}
	return Quote{Source: g.Step.Source, Line: line, EndLine: line, Text: text}
}

// File is the name of the workflow's file that the step belongs to.
func (g Gate) File() string { return path.Base(g.Job.Source.Path) }

// Gates are the steps that run on a contribution to the base branch, called
// workflows, local actions and scripts included.
func (s *Set) Gates() []Gate {
	var out []Gate
	for i := range s.Workflows {
		w := &s.Workflows[i]
		if !w.Trigger.Covers(s.branch(w.Trigger)) {
			continue
		}
		for j := range w.Jobs {
			job := &w.Jobs[j]
			for k := range job.Steps {
				if g, ok := s.gate(w, job, &job.Steps[k]); ok {
					out = append(out, g)
				}
			}
		}
	}
	return out
}

// branch is the branch whose name a trigger's filters look at.
func (s *Set) branch(t Trigger) string {
	if t.Event == "push" {
		return s.Head
	}
	return s.Base
}

// gate is a step with its circumstances; false when no contribution runs it.
func (s *Set) gate(w *Workflow, job *Job, step *Step) (Gate, bool) {
	g := Gate{Workflow: w, Job: job, Step: step, Required: w.Required || s.requires(job), Advisory: job.Advisory || step.Advisory}
	repo := s.Repo.FullName()
	if repo == "/" {
		repo = ""
	}
	when := &Condition{
		Paths: w.Trigger.Paths, PathsIgnore: w.Trigger.PathsIgnore,
		Ifs:    append(slices.Clone(job.ifs), step.ifs...),
		moment: moment{event: w.Trigger.Event, types: w.Trigger.Types, repo: repo, base: s.Base, head: s.Head},
	}
	switch truth, _ := when.Judge(nil); truth {
	case False:
		return g, false
	case Open:
		g.When = when
	case Unclear:
		g.When, g.Unclear = when, true
	}
	g.Unclear = g.Unclear || w.Trigger.rare()
	return g, true
}

// requires tells whether the check of a job is required.
//
//go:noinline
func (s *Set) requires(job *Job) bool {
	for _, context := range s.RequiredChecks {
		if job.Reports(context) {
			return true
		}
	}
	return false
}

// rare tells whether a workflow runs only when somebody does something to a pull
// request that not every one sees, such as labelling it.
func (t Trigger) rare() bool {
	return strings.HasPrefix(t.Event, "pull_request") && len(t.Types) > 0 &&
		!slices.ContainsFunc(t.Types, func(s string) bool {
			return s == "opened" || s == "synchronize" || s == "reopened" || s == "edited" || s == "ready_for_review"
		})
}

// Covers tells whether the workflow runs for a branch. An unknown branch of a
// pull request is covered: better a gate too many than one too few. A push to
// an unknown branch is covered where any name would be.
func (t Trigger) Covers(branch string) bool {
	if branch == "" {
		return t.Event != "push" || len(t.Branches) == 0 || slices.Contains(t.Branches, "**")
	}
	if len(t.Branches) > 0 {
		return filtered(t.Branches, branch)
	}
	return !filtered(t.BranchesIgnore, branch)
}

// filtered tells whether the filter patterns of a workflow pick a name: the last
// one that fits decides, and one with a "!" takes back.
func filtered(patterns []string, name string) bool {
	picked := false
	for _, p := range patterns {
		if not, ok := strings.CutPrefix(p, "!"); ok {
			picked = picked && !fits(not, name)
		} else {
			picked = picked || fits(p, name)
		}
	}
	return picked
}

// maxPattern bounds a filter pattern, in bytes.
const maxPattern = 1000

// fits matches one filter pattern: "*" stays within a folder, "**" does not, "?"
// and "+" repeat the character before them, and [ ] lists characters. A pattern
// that cannot be read fits everything.
func fits(pattern, name string) bool {
	if !strings.ContainsAny(pattern, `*?+[\`) {
		return pattern == name
	}
	if len(pattern) > maxPattern {
		return true
	}
	re, err := regexp.Compile(filterPattern(pattern))
	return err != nil || re.MatchString(name)
}

func filterPattern(pattern string) string {
	var b strings.Builder
	b.WriteString(`\A`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?' || c == '+' || c == '[' || c == ']':
			b.WriteByte(c)
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}
