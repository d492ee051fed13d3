package contribute

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
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
}

// Ready refuses what cannot be submitted, each with its way out.
func (p *Place) Ready(r *Review) error {
	switch {
	case p.Upstream.IsZero():
		return refuse(ErrUsage, "isrc submit --repo OWNER/NAME", "it is not known which repository this change goes to")
	case p.Detached || p.Branch == "":
		return refuse(ErrUsage, "git switch -c NAME, then isrc submit", "HEAD is detached: a pull request needs a branch")
	case p.Branch == p.Base && len(r.Change.Commits) > 0:
		return refuse(ErrUsage, "move the commits to a branch of their own: isrc submit --branch NAME", "the %s lie on %s, the branch they are meant for", plural(len(r.Change.Commits), "commit"), p.Base)
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
		if _, forked := p.Run.Step("fork"); !forked && p.Run.Clone != "" {
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
		}
	}
	if declined != nil && !o.Again {
		return nil, refuse(ErrDeclinedBefore, "read why, then go on if you must: isrc submit --again", "the pull request of this branch was closed without being merged: %s", declined.URL)
	}
	return nil, nil
}

func (s *Site) submitSteps(ctx context.Context, sub *Submission, d rule.Draft, o SubmitOptions, fork *workflow.Step) error {
	r := sub.Review
	n := ""
	if r.Run != nil {
		n = nextNumber(*r.Run)
	}
	push := pushIn{Dir: r.Dir, Branch: r.Branch, SHA: r.Head, To: sub.To}
	pull := pullIn{Upstream: sub.Upstream, Base: r.Base, Head: sub.To, Branch: r.Branch, Title: d.Title, Body: d.Body, Draft: o.Draft}
	uses := map[string]string{}
	if fork != nil {
		sub.Steps = append(sub.Steps, *fork)
		ready, err := newStep("ready", kindReady, "wait until the fork takes pushes", readyIn{Base: r.Base}, map[string]string{"fork": "fork"})
		if err != nil {
			return err
		}
		sub.Steps = append(sub.Steps, ready)
		uses["fork"] = "fork"
	} else {
		push.URL = s.CloneURL(sub.To)
		remotes, err := r.Repo.Remotes(ctx)
		if err != nil {
			return err
		}
		push.Remote = remoteOf(remotes, sub.To)
	}
	if sub.Existing != nil {
		pull.Existing, pull.Edit = sub.Existing.Number, o.Title != "" || o.Body != nil || len(o.Sections) > 0 || len(o.Ticks) > 0
		push.Lease = lease(r.Run, sub.Existing.Head.SHA)
		if !pull.Edit {
			pull.Title, pull.Body = sub.Existing.Title, sub.Existing.Body
		}
	}
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
	return nil
}

// lease allows a rewritten branch to replace what we pushed before, and nothing
// that somebody else put there since.
func lease(run *workflow.State, remote string) string {
	if run == nil {
		return ""
	}
	for i := len(run.Steps) - 1; i >= 0; i-- {
		if st := run.Steps[i]; st.Kind == kindPush && st.Status == workflow.Done && strings.Contains(string(st.Out), remote) {
			return remote
		}
	}
	return ""
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

// Adopt opens the journal of the run that a clone belongs to; a clone that has
// none, or whose journal is lost, gets a new one.
func (s *Site) Adopt(ctx context.Context, p *Place, tool *git.Tool) (*workflow.Journal, error) {
	if p.Run != nil {
		return workflow.Open(s.Runs, p.Run.Run)
	}
	run := workflow.NewRun(s.Now(), p.Upstream.FullName(), p.Branch)
	j, err := workflow.Create(s.Runs, workflow.Header{Tool: s.ToolName, Run: run, Upstream: p.Upstream.String(), Base: p.Base, Clone: p.Dir, Branch: p.Branch, Created: s.Now().UTC(), Extra: map[string]string{"adopted": "true"}})
	if err != nil {
		return nil, err
	}
	if err := tool.SetConfig(ctx, p.Dir, runKey(p.Branch), run); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
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
	if pending := unfinishedSteps(j.State()); !pending {
		if err := j.Append(sub.Steps...); err != nil {
			return nil, err
		}
	}
	if err := s.Engine().Run(ctx, j); err != nil {
		return nil, err
	}
	done := Opened(j.State())
	if done == nil {
		return nil, fmt.Errorf("the run %s ended without a pull request", j.State().Run)
	}
	return done, nil
}

// unfinishedSteps tells whether a submission was interrupted: its steps are in
// the journal and go on as they were planned.
func unfinishedSteps(st workflow.State) bool {
	for _, s := range st.Steps {
		if s.Kind == kindPull && s.Status != workflow.Done && s.Status != workflow.Released {
			return true
		}
	}
	return false
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
