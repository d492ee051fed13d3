package contribute

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/workflow"
)

func (s *Site) submitSteps(ctx context.Context, sub *Submission, d rule.Draft, o SubmitOptions, fork *workflow.Step) error {
	r := sub.Review
	push := pushIn{Dir: r.Dir, Branch: r.Branch, SHA: r.Head, Upstream: sub.Upstream, To: sub.To}
	pull := pullIn{Upstream: sub.Upstream, Base: r.Base, Head: sub.To, Branch: r.Branch, Title: d.Title, Body: d.Body, Draft: o.Draft}
	n, uses := "", map[string]string{}
	if r.Run != nil {
		n = nextNumber(*r.Run)
		push.Ours, push.Made = pushedBefore(*r.Run, r.Branch)
	}
	if fork != nil {
		ready, err := newStep("ready", kindReady, "wait until the fork takes pushes", readyIn{Base: r.Base}, map[string]string{"fork": "fork"})
		if err != nil {
			return err
		}
		sub.Steps, uses["fork"] = append(sub.Steps, *fork, ready), "fork"
	} else {
		remotes, err := r.Repo.Remotes(ctx)
		if err != nil {
			return err
		}
		s.pushesBy(ctx, &push, remotes)
	}
	if sub.Existing != nil {
		pull.Existing, pull.Edit = sub.Existing.Number, o.Title != "" || o.Body != nil || len(o.Sections) > 0 || len(o.Ticks) > 0
		pull.URL, pull.Move = sub.Existing.URL, sub.Existing.Base.Branch != "" && sub.Existing.Base.Branch != r.Base
		if !pull.Edit {
			pull.Title, pull.Body, pull.Draft = sub.Existing.Title, sub.Existing.Body, sub.Existing.Draft
		} else if o.onlyTicks() {
			var err error
			if pull.Title = sub.Existing.Title; pull.Body != "" {
				pull.Body, err = ticked(sub.Existing.Body, o.Ticks)
			}
			if err != nil {
				return err
			}
		}
	}
	if pull.Existing == 0 || pull.Edit {
		if err := tooLong(pull.Title, pull.Body); err != nil {
			return err
		}
	}
	sub.push, sub.pull = push, pull
	for _, st := range []struct {
		id, kind, title string
		in              any
	}{
		{"push" + n, kindPush, r.Branch + " to " + firstWord(sub.To.FullName(), "the new fork"), push},
		{"pull" + n, kindPull, "open the pull request", pull},
	} {
		step, err := newStep(st.id, st.kind, st.title, st.in, uses)
		if err != nil {
			return err
		}
		sub.Steps = append(sub.Steps, step)
	}
	if sub.Round == nil || len(sub.Round.Ask) == 0 {
		return nil
	}
	step, err := newStep("review"+n, kindReview, "ask "+strings.Join(sub.Round.Ask, ", ")+" to look again", reviewIn{Upstream: sub.Upstream, Number: sub.Existing.Number, Logins: sub.Round.Ask}, nil)
	sub.Steps = append(sub.Steps, step)
	return err
}

// onlyTicks tells whether nothing of an open pull request changes but boxes.
func (o SubmitOptions) onlyTicks() bool {
	return len(o.Ticks) > 0 && o.Title == "" && o.Body == nil && len(o.Sections) == 0
}

// pushedBefore names the commits of a branch that a run pushed or tried to, and
// tells whether it made the branch where it pushed to.
func pushedBefore(run workflow.State, branch string) (shas []string, made bool) {
	for _, st := range run.Steps {
		var in pushIn
		if st.Kind != kindPush || st.Status == workflow.Pending || json.Unmarshal(st.In, &in) != nil || in.Branch != branch {
			continue
		}
		var out pushOut
		if st.Status == workflow.Done && json.Unmarshal(st.Out, &out) == nil {
			made = made || out.Created
		}
		if !slices.Contains(shas, in.SHA) {
			shas = append(shas, in.SHA)
		}
	}
	return shas, made
}

// pushedTo is where a run pushed to last.
func pushedTo(run workflow.State) (forge.RepoName, bool) {
	for _, st := range slices.Backward(run.Steps) {
		var out pushOut
		if st.Kind == kindPush && st.Status == workflow.Done && json.Unmarshal(st.Out, &out) == nil {
			return out.To, true
		}
	}
	return forge.RepoName{}, false
}

// goesDirect tells whether a run brings its branch to the upstream itself; a
// run that adopted a clone does not know before it has pushed.
func goesDirect(run workflow.State, upstream forge.RepoName) (direct, known bool) {
	if _, forked := run.Step("fork"); forked {
		return false, true
	}
	if _, cloned := run.Step("clone"); cloned {
		return true, true
	}
	to, pushed := pushedTo(run)
	return pushed && to.Equal(upstream), pushed
}

func nextNumber(st workflow.State) string {
	n := 1
	for _, s := range st.Steps {
		if s.Kind == kindPush {
			n++
		}
	}
	if n == 1 {
		return ""
	}
	return "-" + strconv.Itoa(n)
}

// Adopt opens the journal of the run that a clone belongs to, and lets it know
// the branch, folder and base as they are called now. A clone that has no run, or
// whose journal is lost or ended, gets a new one.
func (s *Site) Adopt(ctx context.Context, p *Place, tool *git.Tool) (*workflow.Journal, error) {
	if p.Run != nil && p.Run.Ended == "" {
		j, err := workflow.Open(s.Runs, p.Run.Run)
		if err != nil || (p.Run.Branch == p.Branch && p.Run.Clone == p.Dir && p.Run.Base == p.Base) {
			return j, err
		}
		if err := j.Update(func(h *workflow.Header) { h.Branch, h.Clone, h.Base = p.Branch, p.Dir, p.Base }); err != nil {
			return nil, fault.Join(err, j.Close())
		}
		return j, nil
	}
	s.sweepEmpty(func(st workflow.State) bool { return st.Clone == p.Dir && st.Branch == p.Branch })
	run, extra := workflow.NewRun(s.Now(), p.Upstream.FullName(), p.Branch), map[string]string{"adopted": "true"}
	if s.KnownLogin != "" {
		extra["account"] = s.KnownLogin
	}
	j, err := workflow.Create(s.Runs, workflow.Header{Tool: s.ToolName, Run: run, Upstream: p.Upstream.String(), Base: p.Base, Clone: p.Dir, Branch: p.Branch, Created: s.Now().UTC(), Extra: extra})
	if err != nil {
		return nil, err
	}
	if err := s.Work().SetConfig(ctx, p.Dir, runKey(p.Branch), run); err != nil {
		return nil, fault.Join(err, j.Close())
	}
	return j, nil
}

// sweepEmpty removes journals without a plan: their process was killed before
// it had written one, so nothing was begun. One that is being written is locked
// and stays.
func (s *Site) sweepEmpty(ours func(workflow.State) bool) {
	all, _, _ := workflow.List(s.Runs) // what cannot be listed cannot be swept
	for _, st := range all {
		if planless(st) && ours(st) {
			_ = workflow.Remove(s.Runs, st.Run)
		}
	}
}

// Begun tells whether a run has a plan; one without was given up before
// anything happened.
func Begun(st workflow.State) bool { return !planless(st) }

func planless(st workflow.State) bool {
	return len(st.Steps) == 0 && len(st.Notes) == 0 && !st.NewerVersion && st.Ended == ""
}

// Submit carries out a submission and answers the pull request.
func (s *Site) Submit(ctx context.Context, j *workflow.Journal, sub *Submission, despite []string) (*OpenedPull, error) {
	if len(despite) > 0 {
		if err := j.Note("despite", despite); err != nil {
			return nil, err
		}
	}
	if j.State().Paused != nil {
		if err := j.Resume(); err != nil {
			return nil, err
		}
	}
	if err := sub.extend(ctx, s, j); err != nil {
		return nil, err
	}
	if err := s.Engine().Run(ctx, j); err != nil {
		return nil, err
	}
	done := Opened(j.State())
	if done == nil {
		return nil, fault.Errorf("the run %s ended without a pull request", j.State().Run)
	}
	return done, nil
}

// extend brings the journal's plan to what is to be submitted. A submission
// that was interrupted goes on if it still says the same; if the user has
// changed the commits or the text since, it gives way to the new one.
func (sub *Submission) extend(ctx context.Context, s *Site, j *workflow.Journal) error {
	st := j.State()
	if sub.underWay(st) && !s.pushLost(ctx, st) {
		return nil
	}
	for _, step := range st.Steps {
		if (step.Kind == kindPush || step.Kind == kindPull || step.Kind == kindReview) && step.Status != workflow.Done && step.Status != workflow.Dropped && step.Status != workflow.Released {
			if err := j.Drop(step.ID); err != nil {
				return err
			}
		}
	}
	var missing []workflow.Step
	for _, step := range sub.Steps {
		if _, planned := st.Step(step.ID); !planned {
			missing = append(missing, step)
		}
	}
	return j.Append(missing...)
}

// pushLost tells whether the branch that was pushed last has gone from where it
// was pushed to, so that no pull request can be opened from it.
func (s *Site) pushLost(ctx context.Context, st workflow.State) bool {
	for _, step := range slices.Backward(st.Steps) {
		var out pushOut
		if step.Kind != kindPush || step.Status != workflow.Done || json.Unmarshal(step.Out, &out) != nil {
			continue
		}
		at, err := s.remoteBranch(ctx, out.URL, out.Branch)
		return err == nil && at == ""
	}
	return false
}

// underWay tells whether the journal holds this very submission, not yet done.
func (sub *Submission) underWay(st workflow.State) bool {
	var push pushIn
	var pull pullIn
	pending := false
	for _, s := range st.Steps {
		switch s.Kind {
		case kindPush:
			push = pushIn{}
			if s.Status == workflow.Dropped || json.Unmarshal(s.In, &push) != nil {
				push = pushIn{}
			}
		case kindPull:
			pull = pullIn{}
			if err := json.Unmarshal(s.In, &pull); err != nil {
				pull = pullIn{}
			}
			pending = s.Status != workflow.Done && s.Status != workflow.Dropped && s.Status != workflow.Released
		}
	}
	want := sub.pull
	want.Head, pull.Head = forge.RepoName{}, forge.RepoName{}
	if !want.Edit { // what was found is what the interrupted request opened
		want.Existing = pull.Existing
	}
	// A step that waits for its fork names no destination; otherwise it is the same.
	elsewhere := !push.To.IsZero() && !push.To.Equal(sub.push.To)
	return pending && !elsewhere && want == pull && push.SHA == sub.push.SHA && push.Branch == sub.push.Branch && push.Dir == sub.push.Dir
}
