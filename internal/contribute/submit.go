package contribute

import (
	"context"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
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
	Via      Via // "" is ViaAuto
	ForkOrg  string
	ForkName string
	Again    bool
	// NoReRequest leaves it to people to tell reviewers of what is new.
	NoReRequest bool
}

// Submission is a pull request about to be opened, or updated.
type Submission struct {
	Review   *Review
	Upstream forge.RepoName
	Base     string
	To       forge.RepoName // where the branch goes, zero when a fork is made first
	Existing *forge.Pull
	Round    *Round        // nil when nobody asked for changes, or nothing is new
	Threads  forge.Threads // of the pull request that is open
	Steps    []workflow.Step

	push pushIn
	pull pullIn
}

// repoFlag names the upstream where no record does.
//
//go:noinline
func (p *Place) repoFlag() string {
	if p.Run != nil || p.Upstream.IsZero() {
		return ""
	}
	return " --repo " + p.Upstream.FullName()
}

// Ready refuses what cannot be submitted, each with its way out.
func (p *Place) Ready(r *Review) error {
	doing, name := p.Repo.InProgress()
	switch {
	case doing == "rebase" || doing != "" && p.Detached:
		hint := "finish it with git, or take it back, then isrc submit"
		if SyncHalts(p.Dir, "") {
			hint = "isrc sync --continue, then isrc submit\nisrc sync --abort takes it back"
		}
		return refuse(ErrUsage, hint, "a %s is half done in %s", name, p.Dir)
	case p.Upstream.IsZero() && p.Branch != "":
		return refuse(ErrUsage, "isrc submit --repo OWNER/NAME", "it is not known which repository this change goes to")
	case p.Detached || p.Branch == "":
		return refuse(ErrUsage, "git switch -c NAME, then isrc submit"+p.repoFlag(), "HEAD is detached: a pull request needs a branch")
	case p.Branch == p.Base && len(r.Change.Commits) > 0:
		return refuse(ErrUsage, "isrc submit"+p.repoFlag()+" --branch NAME moves them to a branch of their own",
			"%s on %s, the branch that the change is meant for", plural(len(r.Change.Commits), "commit lies", "commits lie"), p.Base)
	case len(r.Change.Commits) == 0 && p.Work != nil: // without a git program
		return refuse(ErrNoCommit, "isrc submit --commit-message MESSAGE", "there is no commit to submit yet")
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
	if err := s.lfsReady(ctx, r); err != nil {
		return nil, err
	}
	sub := &Submission{Review: r, Upstream: r.Upstream, Base: r.Base}
	fork, err := s.destination(ctx, sub, o)
	if err != nil {
		return nil, err
	}
	if fork == nil && !newForkUntouched(r.Run) {
		if sub.Existing, err = s.lookForPull(ctx, sub, o); err != nil {
			return nil, err
		}
	}
	if sub.Existing != nil {
		if sub.Round, err = s.round(ctx, sub); err != nil {
			return nil, err
		}
		if sub.Round != nil && o.NoReRequest {
			sub.Round.Ask = nil
		}
	}
	return sub, s.submitSteps(ctx, sub, d, o, fork)
}

// newForkUntouched tells whether the run made its fork and has pushed nothing to
// it yet: then no pull request can have come from there, and none is looked for.
func newForkUntouched(run *workflow.State) bool {
	if run == nil {
		return false
	}
	_, outcome, forked := ForkOf(*run)
	if !forked || outcome != string(forge.ForkCreated) {
		return false
	}
	for _, st := range run.Steps {
		if st.Kind == kindPush && st.Status != workflow.Pending {
			return false
		}
	}
	return true
}

// destination finds the repository that the branch is pushed to: the run's, a
// remote that is a fork of mine, the upstream where I may push, else a new fork.
func (s *Site) destination(ctx context.Context, sub *Submission, o SubmitOptions) (*workflow.Step, error) {
	p := sub.Review.Place
	if err := s.sayIfBot(ctx); err != nil {
		return nil, err
	}
	if p.Run != nil {
		if err := sameWay(*p.Run, p.Upstream, o.Via); err != nil {
			return nil, err
		}
		if name, _, ok := ForkOf(*p.Run); ok {
			sub.To = name
			return nil, nil
		}
		if to, pushed := pushedTo(*p.Run); pushed {
			sub.To = to
			return nil, nil
		}
		if direct, known := goesDirect(*p.Run, p.Upstream); direct && known && !o.wantsFork() {
			sub.To = p.Upstream
			return nil, nil
		}
	}
	login, err := s.Login(ctx)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(o.ForkOrg, login) { // no organisation, but the account itself
		o.ForkOrg, o.Via = "", ViaFork
	}
	mine, others, err := s.remoteForks(ctx, p, login, o)
	if err != nil || mine != nil && o.Via != ViaBranch {
		if mine != nil {
			sub.To = *mine
		}
		return nil, err
	}
	upstream, err := s.Forge.Repo(ctx, p.Upstream)
	if err != nil {
		return nil, lookedFor(p.Upstream, login, err)
	}
	if o.Via != ViaBranch && (!canPush(upstream) || o.ForkOrg != "" || o.ForkName != "") { // else a colleague's fork among the remotes is no reason to push there
		for _, name := range others[:min(len(others), 3)] {
			repo, err := s.Forge.Repo(ctx, name)
			if err == nil && isForkOf(repo, upstream) && canPush(repo) {
				sub.To = repo.RepoName
				return nil, nil
			}
		}
	}
	return s.newDestination(ctx, sub, upstream, login, o)
}

// wantsFork tells whether a fork is asked for in so many words.
func (o SubmitOptions) wantsFork() bool {
	return o.Via == ViaFork || o.ForkOrg != "" || o.ForkName != ""
}

// sameWay refuses a way that is not the one on which a run has begun. From a
// branch in the upstream one may turn to a fork until it is pushed: its owners
// may let no branch be made there.
func sameWay(run workflow.State, upstream forge.RepoName, via Via) error {
	_, _, forked := ForkOf(run)
	direct, known := goesDirect(run, upstream)
	_, pushed := pushedTo(run)
	again := "isrc contribute " + upstream.FullName() + " --new --via " + string(via)
	switch {
	case via == ViaFork && direct && pushed:
		return refuse(ErrUsage, again, "--via fork: your contribution on %s goes by a branch in %s", run.Branch, upstream.FullName())
	case via == ViaBranch && (forked || known && !direct):
		return refuse(ErrUsage, again, "--via branch: your contribution on %s goes by a fork", run.Branch)
	}
	return nil
}

// newDestination decides like a contribution that begins: a branch in the
// upstream, a fork that is found, or one that is made.
func (s *Site) newDestination(ctx context.Context, sub *Submission, upstream forge.Repo, login string, o SubmitOptions) (*workflow.Step, error) {
	if o.Via == "" {
		o.Via = ViaAuto
	}
	sit := &Situation{Request: Request{Upstream: upstream.RepoName, Via: o.Via, ForkOrg: o.ForkOrg, ForkName: o.ForkName}, Upstream: upstream, Login: login, Guidelines: sub.Review.Guidelines}
	query := forkQuery{Org: o.ForkOrg, Name: o.ForkName}
	declared, _ := sub.Review.Guidelines.Way()
	if sit.appAlone() { // its own repositories are those that it was given
		if o.ForkName != "" {
			return nil, s.noFork(sit, upstream.RepoName)
		}
		sit.Via = ViaBranch
	}
	if !sit.ownUpstream(upstream.RepoName) && !sit.appAlone() && (sit.wantsFork() || declared == guideline.WayFork) {
		there, err := s.repositoryAnswers(ctx, forge.RepoName{Host: s.Host, Owner: sit.forkOwner(), Name: query.usual(upstream.RepoName, login)})
		if err == nil {
			sit.Home, err = s.findFork(ctx, upstream, login, query, there)
		}
		if err != nil {
			return nil, err
		}
	}
	via, _, err := way(sit)
	if err != nil {
		return nil, err
	}
	switch {
	case via == ViaBranch:
		sub.To = upstream.RepoName
		return nil, nil
	case sit.Home.Found != nil:
		sub.To = sit.Home.Found.RepoName
		return nil, nil
	}
	step, err := newStep("fork", kindFork, sit.Home.step(), sit.Home.in(upstream.RepoName, o.ForkOrg, sub.Base), nil)
	return &step, err
}

// remoteForks are the remotes of the clone that may be forks: the own account's,
// and those of others, of which it must be asked whether one may push there.
func (s *Site) remoteForks(ctx context.Context, p *Place, login string, o SubmitOptions) (mine *forge.RepoName, others []forge.RepoName, err error) {
	remotes, err := p.Repo.Remotes(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range remotes {
		name, err := forge.ParseRepo(m.URL, "")
		switch {
		case err != nil || name.Host != s.Host || name.Equal(p.Upstream):
		case o.ForkOrg != "" && !strings.EqualFold(name.Owner, o.ForkOrg), o.ForkName != "" && !strings.EqualFold(name.Name, o.ForkName):
		case strings.EqualFold(name.Owner, login):
			return &name, nil, nil
		default:
			others = append(others, name)
		}
	}
	return nil, others, nil
}

// lookForPull finds what became of earlier pull requests of this branch.
func (s *Site) lookForPull(ctx context.Context, sub *Submission, o SubmitOptions) (*forge.Pull, error) {
	if run := sub.Review.Run; run != nil && Opened(*run) != nil { // a listing may lag, the request itself does not
		known := Opened(*run)
		p, err := forge.Pull{}, error(nil)
		if sub.Review.Sent != nil { // seen a moment ago
			p = *sub.Review.Sent
		} else if p, err = s.Forge.Pull(ctx, known.Upstream, known.Number); err != nil {
			return nil, fault.Errorf("look up pull request #%d of %s: %w", known.Number, known.Upstream.FullName(), err)
		}
		if p.State == forge.PullOpen && p.Head.Branch == sub.Review.Branch {
			return &p, nil
		}
	}
	pulls, err := s.Forge.Pulls(ctx, sub.Upstream, forge.PullQuery{State: "all", Head: sub.To.Owner + ":" + sub.Review.Branch})
	if err != nil {
		return nil, fault.Errorf("look for a pull request of %s: %w", sub.Review.Branch, err)
	}
	var declined *forge.Pull
	for i, p := range pulls {
		if !comesFrom(p, sub.To, sub.Review.Branch) {
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
