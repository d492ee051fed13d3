package command

import (
	"strconv"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// contribution is what contribute answers.
type contribution struct {
	Repository   repository    `json:"repository"`
	Via          string        `json:"via"`
	Why          string        `json:"why"`
	Base         string        `json:"base"`
	Branch       string        `json:"branch"`
	Directory    string        `json:"directory"`
	Run          *string       `json:"run"`
	Outcome      string        `json:"outcome"` // created, existing (one that was begun, or done, before) or planned
	Fork         *forkResult   `json:"fork"`
	Issue        *int          `json:"issue"`
	Requirements []requirement `json:"requirements"`
	Routes       []route       `json:"routes"` // ways before code, or beside it, to which the owners point
	Commands     []commandLine `json:"commands"`
	Steps        []planned     `json:"steps"`
	Next         *string       `json:"next"`
	Pull         *submitted    `json:"pull"`

	misnamed  bool                     // the branch is called otherwise than it must be
	proposals []contribute.OpenedIssue // mine to this repository, which the change may be for
}

// route is another way than code in the repository, or a way before it.
type route struct {
	Kind string  `json:"kind"` // issue, small-pull, extension-point or own-capability
	Why  string  `json:"why"`
	Said *quote  `json:"said"`
	Next *string `json:"next"`
}

func routesOf(all []contribute.Route) []route {
	out := []route{}
	for _, r := range all {
		out = append(out, route{Kind: r.Kind, Why: r.Why, Said: quoteOf(r.Said), Next: orNull(r.Next)})
	}
	return out
}

type forkResult struct {
	repository
	Outcome string  `json:"outcome"` // created, existing, renamed or planned
	Sync    *string `json:"sync"`    // of its base: current, updated, diverged or kept; null when it was not looked at
}

type planned struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	Status string `json:"status"`
}

func describePlan(sit *contribute.Situation, p *contribute.Plan, web func(forge.RepoName) string) *contribution {
	r := &contribution{
		Repository: repositoryOf(sit.Upstream.RepoName, sit.Upstream.HTMLURL), Via: string(p.Via), Why: p.Why, Base: p.Base, Branch: p.Branch, Directory: p.Dir, Outcome: "planned", misnamed: !rule.BranchFits(sit.Requirements, p.Branch),
		Requirements: requirementsOf(nil, sit.Requirements), Routes: routesOf(sit.Routes(issueTerms)), Commands: []commandLine{}, Steps: []planned{},
	}
	if sit.Issue != nil {
		r.Issue = &sit.Issue.Number
	}
	if h := sit.Home; h != nil && p.Via == contribute.ViaFork {
		name := forge.RepoName{Host: sit.Upstream.Host, Owner: h.Owner, Name: h.Name}
		r.Fork = &forkResult{repository: repositoryOf(name, web(name)), Outcome: firstOf(string(h.Outcome), "planned")}
	}
	for _, c := range sit.Guidelines.Commands() {
		r.Commands = append(r.Commands, commandLine{Purpose: c.Purpose, Command: c.Text, Said: *quoteOf(c.Said)})
	}
	for _, st := range p.Steps {
		r.Steps = append(r.Steps, planned{ID: st.ID, Kind: st.Kind, Title: st.Title, Status: "planned"})
	}
	return r
}

// fill adds what the journal knows after the steps ran.
func (r *contribution) fill(site *contribute.Site, st workflow.State) {
	run := st.Run
	r.Run, r.Steps = &run, []planned{}
	for _, s := range st.Steps {
		r.Steps = append(r.Steps, planned{ID: s.ID, Kind: s.Kind, Title: s.Title, Status: string(s.Status)})
	}
	if r.Via == "" {
		r.Via = "branch"
	}
	if name, outcome, ok := contribute.ForkOf(st); ok {
		r.Via, r.Fork = "fork", &forkResult{repository: repositoryOf(name, site.WebURL(name)), Outcome: outcome}
		if sync := contribute.SyncOf(st); sync != nil {
			r.Fork.Sync = &sync.State
		}
	}
	if n, err := strconv.Atoi(st.Extra["issue"]); err == nil {
		r.Issue = &n
	}
}
