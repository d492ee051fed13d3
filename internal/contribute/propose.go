package contribute

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Issues is what a proposal needs of a forge.
type Issues interface {
	Issues(context.Context, forge.RepoName, forge.IssueQuery) ([]forge.Issue, error)
	CreateIssue(context.Context, forge.RepoName, forge.NewIssue) (forge.Issue, error)
}

// Proposal is what somebody wants to agree on before there is code.
type Proposal struct {
	Upstream forge.RepoName
	Title    string
	Body     *string           // nil fills the form
	Form     string            // name of one of several forms, "" picks one
	Sections map[string]string // heading → text
	Ticks    []string          // boxes that the user answers for
	Labels   []string
	Anyway   bool // open it although something similar is there
}

// ProposalPlan is an issue about to be opened, or what makes it needless.
type ProposalPlan struct {
	Proposal
	Repo    forge.Repo
	Login   string
	Forms   *guideline.IssueForms
	Used    *guideline.IssueForm // the form in use, nil for none
	Text    string               // of the issue
	Mine    *Similar             // the same one, opened by me before
	Similar []Similar
	Missing []string // headings of required fields that are empty

	mine []Similar       // all that I have open
	run  *workflow.State // an attempt that was interrupted
}

// Same is the one that most probably says the same, nil when none does.
func (p *ProposalPlan) Same() *Similar {
	for i, s := range p.Similar {
		if s.Score >= probablySame && s.State == "open" {
			return &p.Similar[i]
		}
	}
	return nil
}

// PlanProposal reads what a proposal needs, in parallel, and changes nothing.
func (s *Site) PlanProposal(ctx context.Context, p Proposal, terms Terms) (*ProposalPlan, error) {
	login, err := s.Login(ctx)
	if err != nil {
		return nil, err
	}
	if forge.IsBotLogin(login) {
		s.Sink.Note("app", "the token belongs to an app or a job, so the issue will be of "+login+", not of a person")
	}
	repo, err := s.Forge.Repo(ctx, p.Upstream)
	if err != nil {
		return nil, fault.Errorf("look up %s: %w", p.Upstream.FullName(), err)
	}
	plan := &ProposalPlan{Proposal: p, Repo: repo, Login: login}
	plan.Upstream = repo.RepoName
	switch {
	case repo.Archived:
		return nil, fault.Errorf("propose a change to %s: %w", repo.FullName(), &forge.NotPermittedError{What: "an issue in an archived repository", Policy: forge.PolicyArchived})
	case !repo.HasIssues:
		return nil, refuse(ErrNotTaken, "isrc show "+repo.FullName()+" says where to ask", "the owners of %s have switched issues off", repo.FullName())
	}
	if plan.run, err = s.begunProposal(plan.Upstream, p.Title); err != nil {
		return nil, err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		plan.Forms, err = guideline.ReadIssueForms(gctx, guideline.Query{Repo: repo.RepoName, Web: s.BaseURL, Ref: repo.DefaultBranch}, s.trees(repo))
		return err
	})
	if p.Title != "" {
		g.Go(func() error { return s.lookForSimilar(gctx, plan, terms) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := plan.write(); err != nil {
		return nil, err
	}
	if err := tooLong(plan.FullTitle(), plan.Text); err != nil {
		return nil, err
	}
	plan.findMine()
	return plan, nil
}

// findMine tells my own proposal from what others said. After an interruption it
// is the journal's step that finds it.
func (p *ProposalPlan) findMine() {
	for i, m := range p.mine {
		title := strings.TrimSpace(m.Title)
		if p.run == nil && (strings.EqualFold(title, p.FullTitle()) || strings.EqualFold(title, p.Title)) {
			p.Mine = &p.mine[i]
		}
	}
	if p.Mine != nil || p.run != nil {
		p.Similar = nil
	}
}

// How many issues and pull requests a proposal is compared with.
const (
	issuesCompared = 300
	closedCompared = 100
	pullsCompared  = 100
)

// lookForSimilar compares the title with open issues, with those that were
// closed last and with open pull requests.
func (s *Site) lookForSimilar(ctx context.Context, plan *ProposalPlan, terms Terms) error {
	var open, closed []forge.Issue
	var pulls []forge.Pull
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		open, err = s.Forge.Issues(gctx, plan.Upstream, forge.IssueQuery{State: "open", Limit: issuesCompared})
		return err
	})
	g.Go(func() (err error) {
		closed, err = s.Forge.Issues(gctx, plan.Upstream, forge.IssueQuery{State: "closed", Limit: closedCompared})
		return err
	})
	g.Go(func() (err error) {
		pulls, err = s.Forge.Pulls(gctx, plan.Upstream, forge.PullQuery{State: "open", Limit: pullsCompared})
		return err
	})
	if err := g.Wait(); err != nil {
		return fault.Errorf("look for similar issues of %s: %w", plan.Upstream.FullName(), err)
	}
	var all []candidate
	for _, i := range slices.Concat(open, closed) {
		c := candidate{Similar{Number: i.Number, Title: i.Title, URL: i.URL, State: i.State, Author: i.Author.Login, At: i.UpdatedAt}, i.Body}
		if c.State == "open" && strings.EqualFold(c.Author, plan.Login) {
			plan.mine = append(plan.mine, c.Similar)
		}
		all = append(all, c)
	}
	for _, p := range pulls {
		all = append(all, candidate{Similar{Number: p.Number, Title: p.Title, URL: p.URL, State: string(p.State), Pull: true, Author: p.Author.Login, At: p.UpdatedAt}, p.Body})
	}
	plan.Similar = rankSimilar(plan.Title, all, terms)
	return nil
}

// write picks the form and fills it.
func (p *ProposalPlan) write() error {
	if p.Form != "" {
		if p.Used = p.Forms.Find(p.Form); p.Used == nil {
			return refuse(ErrUsage, "--issue-template takes "+strings.Join(p.Forms.Names(), ", "), "%s has no form %q for issues", p.Upstream.FullName(), p.Form)
		}
	} else if p.Body == nil || !p.Forms.Blank {
		p.Used = p.Forms.ForProposal()
	}
	if p.Used == nil && !p.Forms.Blank {
		hint := "--issue-template takes " + strings.Join(p.Forms.Names(), ", ")
		for _, c := range p.Forms.Contacts[:min(len(p.Forms.Contacts), 5)] {
			hint = c.Name + ": " + c.URL + "\n" + hint
		}
		return refuse(ErrUsage, hint, "%s takes no issue without one of its forms, and none of them is for proposals", p.Upstream.FullName())
	}
	return p.Fill()
}

// Fill writes the text from what is known by now, and notes what is missing.
func (p *ProposalPlan) Fill() error {
	if p.Used == nil {
		p.Text, p.Missing = "", nil
		if p.Body != nil {
			p.Text = *p.Body
		}
		if len(p.Sections) > 0 || len(p.Ticks) > 0 {
			return refuse(ErrUsage, "write the text yourself: --body-file FILE", "%s has no form for proposals with sections or boxes", p.Upstream.FullName())
		}
		return nil
	}
	var draft rule.Draft
	if p.Body != nil {
		draft.Body = *p.Body
	}
	body, _, unticked, err := rule.FillTemplate(p.Used.Template, draft, p.Sections, p.Ticks)
	if err != nil {
		return refuse(ErrUsage, "", "fill the form %s: %v", p.Used.Source.Path, err)
	}
	p.Missing = nil
	for _, sec := range guideline.ParseForm(body).Sections {
		if field := p.Field(sec.Heading); !field.Takes(sec.Content) {
			return refuse(ErrUsage, "one of: "+strings.Join(field.Options, ", "), "the form %s takes no %q for %q", p.Used.Name, firstWords(sec.Content), sec.Heading)
		}
		if p.requires(sec.Heading) && len(sec.Boxes) == 0 && sec.Content == "" {
			p.Missing = append(p.Missing, sec.Heading)
		}
	}
	for _, b := range unticked {
		if b.Required {
			p.Missing = append(p.Missing, b.Text)
		}
	}
	if p.Used.Fields {
		body = p.asSubmitted(body)
	}
	p.Text = body
	return nil
}

func (p *ProposalPlan) requires(heading string) bool { return p.Field(heading).Required }

// Field is the part of the form under a heading, empty where there is none.
func (p *ProposalPlan) Field(heading string) guideline.Section {
	for _, s := range p.Used.Form.Sections {
		if s.Heading == heading {
			return s
		}
	}
	return guideline.Section{}
}

// firstWords cuts a text to what fits into a sentence.
func firstWords(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return cutText(text, 60)
}

// asSubmitted writes the fields of a form as the forge does: without the hints,
// and with a word for what was left empty.
func (p *ProposalPlan) asSubmitted(body string) string {
	form := guideline.ParseForm(body)
	var out []string
	for _, s := range form.Sections {
		if s.Heading != "" {
			out = append(out, strings.Repeat("#", max(s.Level, 1))+" "+s.Heading, "")
		}
		for _, b := range s.Boxes {
			mark := " "
			if b.Ticked {
				mark = "x"
			}
			out = append(out, "- ["+mark+"] "+b.Text)
		}
		switch {
		case s.Content != "" && p.Field(s.Heading).Render != "" && !strings.HasPrefix(s.Content, "```"):
			out = append(out, "```"+p.Field(s.Heading).Render, s.Content, "```")
		case s.Content != "":
			out = append(out, s.Content)
		case len(s.Boxes) == 0:
			out = append(out, "_No response_")
		}
		out = append(out, "")
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// FullTitle is the title with what the form wants before it.
func (p *ProposalPlan) FullTitle() string {
	title := strings.TrimSpace(p.Title)
	if p.Used == nil || title == "" {
		return title
	}
	before := strings.TrimSpace(p.Used.Title)
	if before == "" || strings.HasPrefix(strings.ToLower(title), strings.ToLower(before)) {
		return title
	}
	return before + " " + title
}

// AllLabels are those that were asked for, and the form's.
func (p *ProposalPlan) AllLabels() []string {
	out := slices.Clone(p.Labels)
	if p.Used != nil {
		for _, l := range p.Used.Labels {
			if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, l) }) {
				out = append(out, l)
			}
		}
	}
	return out
}

// Assignees are the people to whom the form gives the issue.
func (p *ProposalPlan) Assignees() []string {
	if p.Used == nil {
		return nil
	}
	return p.Used.Assignees
}

// Type is the type of issue that the form gives, "" for none.
func (p *ProposalPlan) Type() string {
	if p.Used == nil {
		return ""
	}
	return p.Used.Type
}

// Projects are those that the form wants the issue in. The REST API sets none.
func (p *ProposalPlan) Projects() []string {
	if p.Used == nil {
		return nil
	}
	return p.Used.Projects
}

// Bare tells whether the issue would hold nothing but its title: nobody wrote a
// word, and there is no form, or one with room for words.
func (p *ProposalPlan) Bare() bool {
	if p.Body != nil && strings.TrimSpace(*p.Body) != "" || len(p.Sections) > 0 || len(p.Ticks) > 0 {
		return false
	}
	if p.Used == nil {
		return true
	}
	return !p.Used.Fields || slices.ContainsFunc(p.Used.Form.Sections, func(s guideline.Section) bool { return len(s.Boxes) == 0 && len(s.Options) == 0 && s.Content == "" })
}

// Propose opens the issue. Interrupted, it is looked for before it is opened
// again.
func (s *Site) Propose(ctx context.Context, p *ProposalPlan) (OpenedIssue, error) {
	j, err := s.proposalJournal(p)
	if err != nil {
		return OpenedIssue{}, err
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	if err := s.Resume(ctx, j); err != nil {
		return OpenedIssue{}, s.proposalRefused(ctx, p, err)
	}
	out, ok := Proposed(j.State())
	if !ok {
		return OpenedIssue{}, errors.New("the journal of the proposal does not say which issue was opened")
	}
	return out, j.End(endedProposed)
}
