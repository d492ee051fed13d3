package contribute

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// SubmitOptions is what a pull request is opened with.
type SubmitOptions struct {
	Title    string
	Body     *string           // nil fills the template
	Template string            // name of one of several templates
	Sections map[string]string // heading → text
	Ticks    []string          // boxes that the user answers for
	Draft    bool
	ForkOrg  string
	Again    bool
}

// Text writes title and body of the pull request: what the user gave, else the
// draft, else what the commits, the issue and the template say. It answers the
// sections and boxes that are still open.
func (r *Review) Text(o SubmitOptions) (rule.Draft, error) {
	d := r.Change.Draft
	if r.Event != nil {
		return d, nil // the pull request is open, and judged as it is
	}
	d.Exists = true
	switch {
	case o.Title != "":
		d.Title, d.TitleFrom = o.Title, "--title"
	case r.Run != nil && r.Run.Extra["title"] != "" && d.TitleFrom == "the first commit":
		d.Title, d.TitleFrom = r.Run.Extra["title"], "--title"
	case d.Title == "":
		d.Title, d.TitleFrom = rule.SuggestTitle(r.Requirements, r.Change.Commits, r.Branch)
	}
	if o.Body != nil {
		d.Body = *o.Body
	}
	if d.Body == "" && o.Body == nil {
		d.Body = bodyOf(r.Change.Commits)
	}
	template, err := pickTemplate(r.Guidelines.Templates, o.Template)
	if err != nil {
		return d, err
	}
	if template != nil {
		o.Sections = withIssue(o.Sections, *template, r.Issue())
	}
	if template != nil && o.Body == nil && !looksFilled(d.Body, *template) {
		if d.Body, _, _, err = rule.FillTemplate(*template, d, o.Sections, o.Ticks); err != nil {
			return d, refuse(ErrUsage, "", "fill the template %s: %v", template.Source.Path, err)
		}
	} else if template != nil && (len(o.Sections) > 0 || len(o.Ticks) > 0) {
		filled := guideline.Template{Source: template.Source, Name: template.Name, Form: guideline.ParseForm(d.Body)}
		if d.Body, _, _, err = rule.FillTemplate(filled, rule.Draft{}, o.Sections, o.Ticks); err != nil {
			return d, refuse(ErrUsage, "", "fill the body: %v", err)
		}
	}
	if n := r.Issue(); n != 0 && !strings.Contains(d.Body, "#"+strconv.Itoa(n)) {
		d.Body = strings.TrimSpace(d.Body + fmt.Sprintf("\n\nCloses #%d", n))
	}
	return d, nil
}

// How a template asks for the issue: in a heading, or in a comment below it.
var (
	headingOfIssue = regexp.MustCompile(`(?i)\b(issues?|tickets?|fixes|closes)\b`)
	hintAtIssue    = regexp.MustCompile(`(?i)\b(fix(es)?|close[sd]?|resolve[sd]?)\s+#|\blink\b.{0,20}\bissue|\bissue (number|link)|#[0-9]+`)
)

// withIssue puts the link to the issue where the template asks for one, unless
// the user filled that section.
func withIssue(sections map[string]string, t guideline.Template, issue int) map[string]string {
	if issue == 0 {
		return sections
	}
	for _, s := range t.Form.Sections {
		if s.Heading == "" || (!headingOfIssue.MatchString(s.Heading) && !hintAtIssue.MatchString(strings.Join(s.Hints, " "))) {
			continue
		}
		if _, given := sections[s.Heading]; given || s.Content != "" {
			return sections
		}
		out := map[string]string{s.Heading: fmt.Sprintf("Closes #%d", issue)}
		for k, v := range sections {
			out[k] = v
		}
		return out
	}
	return sections
}

// Issue is the issue that the contribution is for, 0 when none is known.
func (r *Review) Issue() int {
	if r.Change != nil && r.Change.Issue != 0 {
		return r.Change.Issue
	}
	if r.Run != nil {
		n, _ := strconv.Atoi(r.Run.Extra["issue"]) // written by us; anything else is no issue
		return n
	}
	return 0
}

// bodyOf takes the first commit's body, without its trailers.
func bodyOf(commits []rule.Commit) string {
	for _, c := range commits {
		if c.Parents < 2 {
			return rule.ParseMessage(c.Message).Body
		}
	}
	return ""
}

func pickTemplate(all []guideline.Template, name string) (*guideline.Template, error) {
	var names []string
	for i, t := range all {
		if name == "" && t.Default {
			return &all[i], nil
		}
		if name != "" && (strings.EqualFold(t.Name, name) || strings.EqualFold(strings.TrimSuffix(t.Name, ".md"), name)) {
			return &all[i], nil
		}
		names = append(names, t.Name)
	}
	if name == "" {
		return nil, nil
	}
	if len(names) == 0 {
		return nil, refuse(ErrUsage, "", "there is no pull request template %q: the project has none", name)
	}
	return nil, refuse(ErrUsage, "", "there is no pull request template %q; there is %s", name, strings.Join(names, ", "))
}

// looksFilled tells whether a body already has the template's headings.
func looksFilled(body string, t guideline.Template) bool {
	found, headings := 0, 0
	for _, s := range t.Form.Sections {
		if s.Heading == "" {
			continue
		}
		headings++
		if strings.Contains(body, s.Heading) {
			found++
		}
	}
	return headings > 0 && found == headings
}

// Submission is a pull request about to be opened, or updated.
type Submission struct {
	Review   *Review
	Upstream forge.RepoName
	Base     string
	To       forge.RepoName // where the branch goes, zero when a fork is made first
	Existing *forge.Pull
	Steps    []workflow.Step

	push pushIn
	pull pullIn
}

// repoFlag names the upstream where no record does.
func (p *Place) repoFlag() string {
	if p.Run != nil || p.Upstream.IsZero() {
		return ""
	}
	return " --repo " + p.Upstream.FullName()
}

// Ready refuses what cannot be submitted, each with its way out.
func (p *Place) Ready(r *Review) error {
	switch {
	case p.Upstream.IsZero() && p.Branch != "":
		return refuse(ErrUsage, "isrc submit --repo OWNER/NAME", "it is not known which repository this change goes to")
	case p.Detached || p.Branch == "":
		return refuse(ErrUsage, "git switch -c NAME, then isrc submit"+p.repoFlag(), "HEAD is detached: a pull request needs a branch")
	case p.Branch == p.Base && len(r.Change.Commits) > 0:
		return refuse(ErrUsage, "isrc submit"+p.repoFlag()+" --branch NAME moves them to a branch of their own",
			"%s on %s, the branch that the change is meant for", plural(len(r.Change.Commits), "commit lies", "commits lie"), p.Base)
	case len(r.Change.Commits) == 0 && len(r.Uncommitted) > 0:
		return refuse(ErrNoCommit, "git add … and git commit, then isrc submit", "there is no commit to submit yet; %s not committed", plural(len(r.Uncommitted), "file is", "files are"))
	case len(r.Change.Commits) == 0:
		return refuse(ErrNoCommit, "commit your change", "there is no commit to submit yet: %s has nothing that %s lacks", p.Branch, p.Base)
	}
	return nil
}

// PlanSubmit looks up where the branch goes and whether it has a pull request,
// and plans the steps that are left. It changes nothing.
func (s *Site) PlanSubmit(ctx context.Context, r *Review, d rule.Draft, o SubmitOptions) (*Submission, error) {
	sub := &Submission{Review: r, Upstream: r.Upstream, Base: r.Base}
	fork, err := s.destination(ctx, sub, o)
	if err != nil {
		return nil, err
	}
	if fork == nil {
		if sub.Existing, err = s.lookForPull(ctx, sub, o); err != nil {
			return nil, err
		}
	}
	return sub, s.submitSteps(ctx, sub, d, o, fork)
}

// destination finds the repository that the branch is pushed to: the run's, a
// remote that is a fork of mine, the upstream where I may push, else a new fork.
func (s *Site) destination(ctx context.Context, sub *Submission, o SubmitOptions) (*workflow.Step, error) {
	p := sub.Review.Place
	if p.Run != nil {
		if name, _, ok := ForkOf(*p.Run); ok {
			sub.To = name
			return nil, nil
		}
		if to, pushed := pushedTo(*p.Run); pushed {
			sub.To = to
			return nil, nil
		}
		if direct, known := goesDirect(*p.Run, p.Upstream); direct && known {
			sub.To = p.Upstream
			return nil, nil
		}
	}
	login, err := s.Login(ctx)
	if err != nil {
		return nil, err
	}
	remotes, err := p.Repo.Remotes(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range remotes {
		name, err := forge.ParseRepo(m.URL, "")
		if err == nil && name.Host == s.Host && strings.EqualFold(name.Owner, login) && !name.Equal(p.Upstream) {
			sub.To = name
			return nil, nil
		}
	}
	upstream, err := s.Forge.Repo(ctx, p.Upstream)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", p.Upstream.FullName(), err)
	}
	if canPush(upstream) {
		sub.To = upstream.RepoName
		return nil, nil
	}
	if upstream.AllowForking != nil && !*upstream.AllowForking {
		return nil, fmt.Errorf("fork %s: %w", upstream.FullName(), &forge.NotPermittedError{What: "forking", Policy: forge.PolicyForkingDisabled, Quote: "its organisation does not allow forks of it"})
	}
	step, err := newStep("fork", kindFork, "make a fork of "+upstream.FullName(), forkIn{Upstream: upstream.RepoName, Org: o.ForkOrg, Base: p.Base}, nil)
	return &step, err
}

// lookForPull finds what became of earlier pull requests of this branch.
func (s *Site) lookForPull(ctx context.Context, sub *Submission, o SubmitOptions) (*forge.Pull, error) {
	if run := sub.Review.Run; run != nil && Opened(*run) != nil { // a listing may lag, the request itself does not
		known := Opened(*run)
		p, err := s.Forge.Pull(ctx, known.Upstream, known.Number)
		if err != nil {
			return nil, fmt.Errorf("look up pull request #%d of %s: %w", known.Number, known.Upstream.FullName(), err)
		}
		if p.State == forge.PullOpen && p.Head.Branch == sub.Review.Branch {
			return &p, nil
		}
	}
	pulls, err := s.Forge.Pulls(ctx, sub.Upstream, forge.PullQuery{State: "all", Head: sub.To.Owner + ":" + sub.Review.Branch})
	if err != nil {
		return nil, fmt.Errorf("look for a pull request of %s: %w", sub.Review.Branch, err)
	}
	var declined *forge.Pull
	for i, p := range pulls {
		if p.Head.Branch != sub.Review.Branch || (p.Head.Repo != nil && !p.Head.Repo.Equal(sub.To)) {
			continue
		}
		switch p.State {
		case forge.PullOpen:
			return &pulls[i], nil
		case forge.PullDeclined:
			if declined == nil {
				declined = &pulls[i]
			}
		case forge.PullMerged:
			if p.Head.SHA == sub.Review.Head {
				return nil, refuse(ErrNoCommit, "start the next change: isrc contribute "+sub.Upstream.FullName()+" --new", "this change is merged already: %s", p.URL)
			}
		}
	}
	if declined != nil && !o.Again {
		return nil, refuse(ErrDeclinedBefore, "read why, then go on if you must: isrc submit --again", "the pull request of this branch was closed without being merged: %s", declined.URL)
	}
	return nil, nil
}

func plural(n int, one string, many ...string) string {
	if n == 1 {
		return "1 " + one
	}
	if len(many) > 0 {
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}
