package sandbox

import (
	"fmt"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// addSeed turns one repository of the world into state.
func (f *Forge) addSeed(spec *Repo) error {
	owner := f.state.user(spec.Owner)
	if owner == nil || spec.Name == "" {
		return fault.Errorf("nobody is called %q", spec.Owner)
	}
	r := f.newRepository(owner, spec.Name, spec)
	r.created = f.ago(spec.Created)
	r.pushed, r.updated = r.created, r.created
	for _, c := range spec.History {
		if at := f.ago(c.Age); at.After(r.pushed) {
			r.pushed, r.updated = at, at
		}
	}
	for _, l := range append(defaultLabels(), spec.Labels...) {
		f.labelOf(r, l)
	}
	for i := range spec.Rulesets {
		x := spec.Rulesets[i]
		r.rulesets = append(r.rulesets, &ruleset{Ruleset: withRulesetDefaults(x), id: f.state.id()})
	}
	for i := range spec.Issues {
		if err := f.addIssue(r, &spec.Issues[i]); err != nil {
			return err
		}
	}
	for i := range spec.Pulls {
		if err := f.addPull(r, &spec.Pulls[i]); err != nil {
			return err
		}
	}
	for _, x := range spec.Releases {
		author, err := f.person(x.By)
		if err != nil {
			return err
		}
		r.releases = append(r.releases, &release{Release: x, id: f.state.id(), author: author, at: f.ago(x.Age)})
	}
	return nil
}

// addSeedFork adds a fork that the world names.
func (f *Forge) addSeedFork(spec *Repo) error {
	owner := f.state.user(spec.Owner)
	if owner == nil || spec.Name == "" {
		return fault.Errorf("nobody is called %q", spec.Owner)
	}
	upstream, name, _ := strings.Cut(spec.ForkOf, "/")
	parent := f.state.repo(upstream, name)
	if parent == nil {
		return fault.Errorf("there is no %s to fork", spec.ForkOf)
	}
	r := f.newFork(parent, owner, spec.Name)
	r.created = f.ago(spec.Created)
	r.pushed, r.updated = r.created, r.created
	r.behind = spec.Behind
	r.description = orElse(spec.Description, r.description)
	return nil
}

func (f *Forge) newRepository(owner *user, name string, spec *Repo) *repository {
	r := &repository{
		id: f.state.id(), spec: spec, owner: owner, name: name,
		description: spec.Description, branch: orElse(spec.DefaultBranch, "main"),
		visibility: orElse(spec.Visibility, "internal"), archived: spec.Archived,
		issues: map[int]*issue{}, checks: map[string][]*checkRun{}, statuses: map[string][]*status{},
	}
	f.state.addRepo(r)
	return r
}

func withRulesetDefaults(x Ruleset) Ruleset {
	x.Target = orElse(x.Target, "branch")
	x.Enforcement = orElse(x.Enforcement, "active")
	if len(x.Include) == 0 && len(x.Exclude) == 0 && x.Target == "branch" {
		x.Include = []string{"~DEFAULT_BRANCH"}
	}
	return x
}

// defaultLabels are those that every new repository has.
//
//go:noinline
func defaultLabels() []Label {
	return []Label{
		{Name: "bug", Color: "d73a4a", Description: "Something isn't working"},
		{Name: "documentation", Color: "0075ca", Description: "Improvements or additions to documentation"},
		{Name: "duplicate", Color: "cfd3d7", Description: "This issue or pull request already exists"},
		{Name: "enhancement", Color: "a2eeef", Description: "New feature or request"},
		{Name: "good first issue", Color: "7057ff", Description: "Good for newcomers"},
		{Name: "help wanted", Color: "008672", Description: "Extra attention is needed"},
		{Name: "question", Color: "d876e3", Description: "Further information is requested"},
	}
}

// labelOf finds a label of the repository, or adds it.
func (f *Forge) labelOf(r *repository, l Label) *label {
	if known := r.label(l.Name); known != nil {
		return known
	}
	l.Color = orElse(l.Color, "ededed")
	x := &label{Label: l, id: f.state.id()}
	r.labels = append(r.labels, x)
	return x
}

// person finds an account that the world names.
func (f *Forge) person(login string) (*user, error) {
	u := f.state.user(login)
	if u == nil {
		return nil, fault.Errorf("nobody is called %q", login)
	}
	return u, nil
}

func (f *Forge) addIssue(r *repository, x *Issue) error {
	author, err := f.person(x.By)
	if err != nil {
		return fault.Errorf("issue %d: %w", x.Number, err)
	}
	i := &issue{
		id: f.state.id(), number: x.Number, title: x.Title, body: x.Body, author: author,
		state: "open", created: f.ago(x.Age), updated: f.ago(x.Age),
	}
	if x.Closed != nil {
		i.state, i.closed, i.closedBy = "closed", f.ago(*x.Closed), author
		i.updated = i.closed
	}
	for _, name := range x.Labels {
		i.labels = append(i.labels, f.labelOf(r, Label{Name: name}))
	}
	for _, login := range x.Assignees {
		u, err := f.person(login)
		if err != nil {
			return fault.Errorf("issue %d: %w", x.Number, err)
		}
		i.assignees = append(i.assignees, u)
	}
	for _, c := range x.Comments {
		u, err := f.person(c.By)
		if err != nil {
			return fault.Errorf("issue %d: %w", x.Number, err)
		}
		i.comments = append(i.comments, &comment{id: f.state.id(), author: u, body: c.Body, created: f.ago(c.Age)})
		i.touch(f.ago(c.Age))
	}
	if r.issues[x.Number] != nil || x.Number < 1 {
		return fault.Errorf("the number %d is taken", x.Number)
	}
	r.issues[x.Number] = i
	r.numbers = max(r.numbers, x.Number)
	return nil
}

// touch notes that something happened to an issue at a time.
//
//go:noinline
func (i *issue) touch(at time.Time) {
	if at.After(i.updated) {
		i.updated = at
	}
}

func (f *Forge) addPull(r *repository, x *Pull) error {
	end := x.Merged
	if end == nil {
		end = x.Closed
	}
	err := f.addIssue(r, &Issue{
		Number: x.Number, Title: x.Title, Body: x.Body, By: x.By, Age: x.Age,
		Closed: end, Labels: x.Labels, Comments: x.Comments,
	})
	if err != nil {
		return err
	}
	i := r.issues[x.Number]
	p := &pull{seed: x, repo: r, head: r, headOwner: r.owner.Login, branch: x.Branch, base: r.branch, draft: x.Draft}
	i.pull = p
	if p.branch == "" {
		p.branch = fmt.Sprintf("change-%d", x.Number)
	}
	if x.Fork {
		p.headOwner = x.By
		if p.head = f.state.repo(x.By, r.name); p.head == nil {
			p.head = f.seedFork(r, i.author, i.created)
		}
	}
	if x.Ready != nil {
		p.ready = f.ago(*x.Ready)
	}
	if x.Merged != nil {
		p.merged = f.ago(*x.Merged)
		p.mergedBy = f.state.user(orElse(x.MergedBy, x.By))
		if p.merged.After(r.pushed) {
			r.pushed, r.updated = p.merged, p.merged
		}
	}
	if err := f.addReviews(i, x); err != nil {
		return fault.Errorf("pull request %d: %w", x.Number, err)
	}
	return nil
}

func (f *Forge) addReviews(i *issue, x *Pull) error {
	for _, v := range x.Reviews {
		u, err := f.person(v.By)
		if err != nil {
			return err
		}
		at := f.ago(v.Age)
		i.pull.reviews = append(i.pull.reviews, &review{id: f.state.id(), author: u, state: v.State, body: v.Body, at: at})
		i.touch(at)
	}
	for _, who := range x.Reviewers {
		slug, isTeam := strings.CutPrefix(who, "@")
		if isTeam {
			t := i.pull.repo.owner.team(slug)
			if t == nil {
				return fault.Errorf("no team is called %q", slug)
			}
			i.pull.teams = append(i.pull.teams, t)
			continue
		}
		u, err := f.person(who)
		if err != nil {
			return err
		}
		i.pull.requested = append(i.pull.requested, u)
	}
	return nil
}

// seedFork is a fork that was there before the forge started.
func (f *Forge) seedFork(parent *repository, owner *user, at time.Time) *repository {
	r := f.newFork(parent, owner, parent.name)
	r.created, r.updated, r.pushed = at.Add(-time.Hour), at, at
	return r
}

// newFork adds the metadata of a fork. What was forked from something that is
// not public is private, with the upstream's readers.
func (f *Forge) newFork(parent *repository, owner *user, name string) *repository {
	spec := *parent.spec
	spec.Archived = false
	r := f.newRepository(owner, name, &spec)
	parent.forks = append(parent.forks, r)
	r.parent, r.branch, r.description = parent, parent.branch, parent.description
	if parent.visibility == "internal" && owner.org == nil {
		r.visibility = "private"
	} else {
		r.visibility = parent.visibility
	}
	for _, l := range defaultLabels() {
		f.labelOf(r, l)
	}
	return r
}

// ago is the time that lies an age before the forge's start.
func (f *Forge) ago(a Age) time.Time {
	return f.start.Add(-time.Duration(a)).Truncate(time.Second)
}

//go:noinline
func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
