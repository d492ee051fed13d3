package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Begin opens the journal of a planned contribution. The pause, or the steps
// that make the change unattended, follow the plan's own.
func (s *Site) Begin(sit *Situation, p *Plan, after ...workflow.Step) (j *workflow.Journal, err error) {
	alone, err := s.alone()
	if err != nil {
		return nil, err
	}
	defer func() { err = fault.Join(err, alone.Release()) }()
	if err := s.meanwhile(sit, p); err != nil {
		return nil, err
	}
	if sit.Adopt == nil {
		if err := FreeDir(p.Dir); err != nil {
			return nil, err
		}
	}
	run := workflow.NewRun(s.Now(), sit.Upstream.FullName(), p.Branch)
	header := workflow.Header{
		Tool: s.ToolName, Run: run, Upstream: sit.Upstream.RepoName.String(), Base: p.Base, Clone: p.Dir, Branch: p.Branch, Created: s.Now().UTC(),
		Extra: map[string]string{"guidelines": sit.Guidelines.Commit},
	}
	if sit.Issue != nil {
		header.Extra["issue"] = fmt.Sprint(sit.Issue.Number)
	}
	if sit.Login != "" {
		header.Extra["account"] = sit.Login
	}
	if !sit.Request.Upstream.Equal(sit.Upstream.RepoName) {
		header.Extra["asked"] = sit.Request.Upstream.FullName()
	}
	if sit.Title != "" {
		header.Extra["title"] = sit.Title
	}
	steps, err := nameRun(p.Steps, run)
	if err != nil {
		return nil, err
	}
	s.sweepEmpty(func(st workflow.State) bool { return st.Upstream == header.Upstream && st.Clone == header.Clone })
	j, err = workflow.Create(s.Runs, header)
	if err != nil {
		return nil, err
	}
	if err := j.Append(append(steps, after...)...); err != nil {
		return nil, fault.Join(err, j.Close())
	}
	return j, nil
}

// nameRun writes the run's name into the step that makes the branch.
func nameRun(steps []workflow.Step, run string) ([]workflow.Step, error) {
	out := append([]workflow.Step(nil), steps...)
	for i, st := range out {
		if st.Kind != kindBranch {
			continue
		}
		var in branchIn
		if err := json.Unmarshal(st.In, &in); err != nil {
			return nil, err
		}
		in.Run = run
		named, err := newStep(st.ID, st.Kind, st.Title, in, st.Uses)
		if err != nil {
			return nil, err
		}
		out[i] = named
	}
	return out, nil
}

// FreeDir refuses a folder that is taken, or that lies inside a work tree.
func FreeDir(dir string) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		hint := "give the clone another folder: --dir " + freeSibling(dir)
		if repo, none := git.Open(dir); none == nil {
			_ = repo.Close() // read only
			hint += "\nor, if that is a clone of it, go on there: cd " + dir + ", then the same command"
		}
		return refuse(ErrUsage, hint, "%s is there already", dir)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.Errorf("look at %s: %w", dir, err)
	}
	return nil
}

func freeSibling(dir string) string {
	for n := 2; ; n++ {
		next := fmt.Sprintf("%s-%d", dir, n)
		if _, err := os.Lstat(next); errors.Is(err, os.ErrNotExist) || n > 99 {
			return next
		}
	}
}

// OutsideWorkTree refuses to clone into somebody's checkout.
func OutsideWorkTree(parent, name string) error {
	repo, err := git.Open(parent)
	var strange *git.UnsupportedError
	switch {
	case errors.As(err, &strange):
		return refuse(ErrUsage, "give the clone another place: --dir FOLDER", "%s lies inside a work tree; a clone there would get lost in it", parent)
	case err != nil:
		return nil //nolint:nilerr // no work tree here is what is wanted
	}
	defer repo.Close() //nolint:errcheck // read only
	return refuse(ErrUsage, "--dir "+filepath.Join(filepath.Dir(repo.Root()), name), "%s lies inside the work tree %s; a clone there would get lost in it", parent, repo.Root())
}

// Unfinished lists the runs of an upstream that have no pull request yet, the
// newest first.
func (s *Site) Unfinished(upstream forge.RepoName) ([]workflow.State, error) {
	runs, err := s.standing(upstream)
	return slices.DeleteFunc(runs, func(st workflow.State) bool { return Opened(st) != nil }), err
}

// Opened is the pull request that a run opened, nil when it has none yet.
func Opened(st workflow.State) *OpenedPull {
	for _, step := range slices.Backward(st.Steps) {
		if step.Kind != kindPull || step.Status != workflow.Done {
			continue
		}
		var out pullOut
		if err := json.Unmarshal(step.Out, &out); err != nil {
			return nil
		}
		return &OpenedPull{Upstream: out.Upstream, Number: out.Number, URL: out.URL, Title: out.Title, Draft: out.Draft, Head: out.Head, Outcome: out.Outcome}
	}
	return nil
}

// OpenedPull is a pull request as a journal remembers it.
type OpenedPull struct {
	Upstream forge.RepoName
	Number   int
	URL      string
	Title    string
	Draft    bool
	Head     forge.RepoName
	Outcome  string
}

// ForkOf is the fork that a run made or found, and how it came to be.
func ForkOf(st workflow.State) (forge.RepoName, string, bool) {
	step, ok := st.Step("fork")
	if !ok || step.Status != workflow.Done {
		return forge.RepoName{}, "", false
	}
	var out forkOut
	if err := json.Unmarshal(step.Out, &out); err != nil {
		return forge.RepoName{}, "", false
	}
	return out.Fork, string(out.Outcome), true
}

// Resume carries out what a run has still to do.
func (s *Site) Resume(ctx context.Context, j *workflow.Journal) error {
	return s.Engine().Run(ctx, j)
}
