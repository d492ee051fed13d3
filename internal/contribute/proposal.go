package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// A proposal's journal is a run without a clone or a branch. It is marked in its
// header, so that nothing takes it for a contribution.
const (
	extraKind     = "kind"
	kindProposal  = "proposal"
	endedProposed = "proposed"
)

// IsProposal tells whether a run is a proposal and no contribution.
//
//go:noinline
func IsProposal(st workflow.State) bool { return st.Extra[extraKind] == kindProposal }

// OpenedIssue is an issue as a journal remembers it.
type OpenedIssue struct {
	Upstream forge.RepoName `json:"upstream"`
	Number   int            `json:"number"`
	URL      string         `json:"url"`
	Title    string         `json:"title"`
	Outcome  string         `json:"outcome"` // created, or existing after an interruption
	// Unset are labels that the forge left out, as it does for accounts that may
	// not set them; Unassigned and Untyped are the same of people and the type.
	Unset      []string `json:"unset,omitempty"`
	Unassigned []string `json:"unassigned,omitempty"`
	Untyped    string   `json:"untyped,omitempty"`
}

type issueIn struct {
	Upstream forge.RepoName `json:"upstream"`
	Login    string         `json:"login"`
	Title    string         `json:"title"`
	Body     string         `json:"body"`
	Labels   []string       `json:"labels,omitempty"`

	Assignees []string `json:"assignees,omitempty"`
	Type      string   `json:"type,omitempty"`
}

// Proposed is the issue that a proposal opened.
func Proposed(st workflow.State) (OpenedIssue, bool) {
	step, ok := st.Step("issue")
	var out OpenedIssue
	if !ok || step.Status != workflow.Done || json.Unmarshal(step.Out, &out) != nil {
		return OpenedIssue{}, false
	}
	return out, true
}

// Proposals lists the proposals to a repository that were opened from here, the
// newest first.
func (s *Site) Proposals(upstream forge.RepoName) ([]OpenedIssue, error) {
	all, _, err := workflow.List(s.Runs)
	var out []OpenedIssue
	for _, st := range all {
		if issue, ok := Proposed(st); ok && IsProposal(st) && issue.Upstream.Equal(upstream) {
			out = append(out, issue)
		}
	}
	return out, err
}

// begunProposal is an attempt of the same proposal that was interrupted.
func (s *Site) begunProposal(upstream forge.RepoName, title string) (*workflow.State, error) {
	all, _, err := workflow.List(s.Runs)
	if err != nil {
		return nil, err
	}
	for i, st := range all {
		name, err := forge.ParseRepo(st.Upstream, "")
		if err == nil && IsProposal(st) && st.Ended == "" && name.Equal(upstream) && st.Extra["title"] == title {
			return &all[i], nil
		}
	}
	return nil, nil
}

// proposalJournal opens the journal of an interrupted attempt, or begins one.
func (s *Site) proposalJournal(p *ProposalPlan) (*workflow.Journal, error) {
	if p.run != nil && len(p.run.Steps) > 0 {
		return workflow.Open(s.Runs, p.run.Run)
	}
	j, err := workflow.Create(s.Runs, workflow.Header{
		Tool: s.ToolName, Run: workflow.NewRun(s.Now(), p.Upstream.FullName(), "proposal"), Upstream: p.Upstream.String(), Created: s.Now().UTC(),
		Extra: map[string]string{extraKind: kindProposal, "title": p.Title},
	})
	if err != nil {
		return nil, err
	}
	step, err := newStep("issue", kindIssue, "open an issue in "+p.Upstream.FullName(), issueIn{Upstream: p.Upstream, Login: p.Login, Title: p.FullTitle(), Body: p.Text, Labels: p.AllLabels(), Assignees: p.Assignees(), Type: p.Type()}, nil)
	if err == nil {
		err = j.Append(step)
	}
	if err != nil {
		return nil, fault.Join(err, j.Close())
	}
	return j, nil
}

func (s *Site) doIssue(ctx context.Context, in issueIn, _ results) (OpenedIssue, error) {
	want := forge.NewIssue{Title: in.Title, Body: in.Body, Labels: in.Labels, Assignees: in.Assignees, Type: in.Type}
	issue, err := s.Forge.CreateIssue(ctx, in.Upstream, want)
	var invalid *forge.InvalidError
	if errors.As(err, &invalid) && (in.Type != "" || len(in.Assignees) > 0) {
		// A form may name somebody who has left, or a type that is gone.
		if said := strings.ToLower(invalid.Quote); strings.Contains(said, "assignee") || strings.Contains(said, "type") {
			want.Assignees, want.Type = nil, ""
			issue, err = s.Forge.CreateIssue(ctx, in.Upstream, want)
		}
	}
	if err != nil {
		return OpenedIssue{}, err // it says what was being done
	}
	out := OpenedIssue{Upstream: in.Upstream, Number: issue.Number, URL: issue.URL, Title: issue.Title, Outcome: PullCreated}
	out.Unset, out.Unassigned = leftOut(in.Labels, issue.Labels), leftOut(in.Assignees, issue.Assignees)
	if !strings.EqualFold(in.Type, issue.Type) {
		out.Untyped = in.Type
	}
	return out, nil
}

// leftOut are the wanted names that are not among those that are set.
//
//go:noinline
func leftOut(want, set []string) (missing []string) {
	for _, w := range want {
		if !slices.ContainsFunc(set, func(s string) bool { return strings.EqualFold(s, w) }) {
			missing = append(missing, w)
		}
	}
	return missing
}

// observeIssue is asked after an interrupted request: an issue of mine with that
// title is the one. A listing may lag behind, so it is asked for some seconds.
func (s *Site) observeIssue(ctx context.Context, in issueIn, _ results) (OpenedIssue, bool, error) {
	for wait := 250 * time.Millisecond; ; wait *= 2 {
		mine, err := s.Forge.Issues(ctx, in.Upstream, forge.IssueQuery{State: "all", Creator: in.Login, Limit: 30})
		if err != nil {
			return OpenedIssue{}, false, fault.Errorf("look whether the issue was opened in %s: %w", in.Upstream.FullName(), err)
		}
		for _, i := range mine {
			if strings.TrimSpace(i.Title) == strings.TrimSpace(in.Title) && i.State == "open" {
				return OpenedIssue{Upstream: in.Upstream, Number: i.Number, URL: i.URL, Title: i.Title, Outcome: PullCreated}, true, nil
			}
		}
		if wait > 4*time.Second {
			return OpenedIssue{}, false, nil
		}
		s.Sink.Send(progress.Event{Phase: progress.Waiting, Task: "issue", Message: "looking whether the issue was opened before", Wait: wait})
		if err := s.sleep(ctx, wait); err != nil {
			return OpenedIssue{}, false, err
		}
	}
}
