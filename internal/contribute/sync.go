package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// ErrConflict says that a rebase or merge waits for people to mend conflicts.
var ErrConflict = errors.New("there are conflicts to mend")

// Syncing is a branch about to be brought up to date.
type Syncing struct {
	*Place
	Site  *Site
	Facts SyncFacts
	Way   SyncWay
	Dirty []string // files with changes that are not committed

	To     forge.RepoName // where the branch is pushed, zero when it is not
	URL    string
	Remote string
	There  string         // the commit that it has there
	fork   forge.RepoName // where the branch here tells of none, else zero
	ours   []string
	made   bool
	was    string // the branch before it was brought up to date
	since  string // behind which its own commits begin, "" for the base
}

// LookSync fetches the base and finds out all that the way depends on. It
// changes nothing but what is fetched. What was begun before, or nil, tells
// which commits were the branch's.
func (s *Site) LookSync(ctx context.Context, p *Place, wish string, begun *SyncState) (*Syncing, error) {
	y := &Syncing{Place: p, Site: s, Facts: SyncFacts{Base: p.Base, Wish: wish}, was: p.Head}
	if begun != nil {
		y.was = begun.From
	}
	if p.Detached || p.Branch == "" {
		return nil, refuse(ErrUsage, "git switch BRANCH, then isrc sync", "HEAD is detached: there is no branch to bring up to date")
	}
	if p.Remote == "" && !p.Upstream.IsZero() {
		if err := s.Work().AddRemote(ctx, p.Dir, "upstream", s.CloneURL(p.Upstream)); err != nil {
			return nil, fault.Errorf("add the remote upstream: %w", err)
		}
		p.Remote = "upstream"
	}
	p.Equip(s)
	if err := s.FollowPull(ctx, p); err != nil {
		return nil, err
	}
	y.Facts.Base = p.Base
	if err := p.Refresh(ctx, s.Tool); err != nil {
		return nil, err
	}
	if p.Away != nil {
		return nil, fault.Errorf("fetch %s of %s: %w", p.Base, firstWord(p.Upstream.FullName(), p.Remote), p.Away)
	}
	if err := p.reopen(s.Tool); err != nil {
		return nil, err
	}
	var err error
	if y.Facts.Ahead, y.Facts.Behind, err = p.Repo.AheadBehind(ctx, p.Head, p.BaseRev); err != nil {
		return nil, fault.Errorf("compare %s with %s: %w", p.Branch, p.Base, err)
	}
	status, err := s.Work().Status(ctx, p.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range status {
		if !e.Untracked {
			y.Dirty = append(y.Dirty, e.Path)
		}
	}
	if err := y.findPushed(ctx); err != nil {
		return nil, err
	}
	return y, y.decide(ctx)
}

// decide reads what the project wants, where that makes a difference.
func (y *Syncing) decide(ctx context.Context) error {
	f := &y.Facts
	if y.since = y.ownSince(ctx); y.since != "" {
		f.Left = y.BaseWas
	}
	if (f.Behind > 0 || f.Left != "") && f.Ahead > 0 && f.Wish == "" {
		commits, err := y.Repo.Commits(ctx, y.BaseRev, y.Head, 0)
		if err != nil {
			return err
		}
		f.Merges = slices.ContainsFunc(commits, func(c git.Commit) bool { return len(c.Parents) > 1 })
		review, err := y.Review(ctx, y.Site, y.Site.Tool, ReviewOptions{Frugal: true})
		if err != nil {
			return err
		}
		f.Requirements = review.Requirements
		if merged, err := y.Repo.Commits(ctx, "", y.BaseRev, 4*historyLength); err == nil {
			f.MergesUsual = mergesUsual(merged)
		}
		if f.Pushed {
			if f.Reviewed, err = y.reviewed(ctx); err != nil {
				return err
			}
		}
	}
	y.Way = DecideSync(*f)
	if y.Way.How != HowNothing && y.Way.How != HowFastForward && y.Branch == y.Base {
		return refuse(ErrUsage, "isrc submit --branch NAME moves them to a branch of their own", "%s on %s, the branch that changes are meant for", plural(f.Ahead, "commit lies", "commits lie"), y.Base)
	}
	return nil
}

var baseMerge = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^Merge (remote-tracking )?branch '([^']*/)?(main|master|develop|trunk)'( of \S+)? into \S`)
})

// mergesUsual tells whether contributors bring their branches up to date by
// merges: three of them in the history that was merged.
func mergesUsual(commits []git.Commit) bool {
	n := 0
	for _, c := range commits {
		if len(c.Parents) > 1 && baseMerge().MatchString(c.Message) {
			n++
		}
	}
	return n >= 3
}

// reviewed tells whether somebody else has reviewed the branch's pull request.
func (y *Syncing) reviewed(ctx context.Context) (bool, error) {
	number := 0
	switch {
	case y.Sent != nil && y.Sent.State == forge.PullOpen:
		number = y.Sent.Number
	case y.Run != nil && Opened(*y.Run) != nil:
		number = Opened(*y.Run).Number
	default:
		pulls, err := y.Site.Forge.Pulls(ctx, y.Upstream, forge.PullQuery{State: "open", Head: y.To.Owner + ":" + y.Branch})
		if err != nil {
			return false, fault.Errorf("look for a pull request of %s: %w", y.Branch, err)
		}
		for _, p := range pulls {
			if comesFrom(p, y.To, y.Branch) {
				number = p.Number
			}
		}
	}
	if number == 0 {
		return false, nil
	}
	reviews, err := y.Site.Forge.Reviews(ctx, y.Upstream, number)
	if err != nil {
		return false, fault.Errorf("look for reviews of #%d: %w", number, err)
	}
	login, err := y.Site.Login(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(reviews, func(r forge.Review) bool { return !strings.EqualFold(r.Author.Login, login) && !r.Author.IsBot() }), nil
}

// findPushed finds where the branch was pushed to, and what it is there now.
// Commits of somebody else in it are refused: they must be fetched first.
func (y *Syncing) findPushed(ctx context.Context) error {
	remotes, err := y.Repo.Remotes(ctx)
	if err != nil {
		return err
	}
	if y.Run != nil {
		y.ours, y.made = pushedBefore(*y.Run, y.Branch)
		y.To, _ = pushedTo(*y.Run)
	}
	if y.To.IsZero() {
		y.To = y.Site.pushedUnder(ctx, y.Place, remotes)
	}
	if y.To.IsZero() {
		return nil
	}
	if r, ok := pushRemoteOf(ctx, y.Site.Tool, remotes, y.To); ok {
		y.Remote = r.Name
	}
	y.URL = y.Site.CloneURL(y.To)
	y.There, err = y.Site.remoteBranch(ctx, y.URL, y.Branch)
	var gone *git.NotFoundError
	switch {
	case errors.As(err, &gone) && !y.To.Equal(y.Upstream):
		return forkGone(err, y.To, y.Upstream, y.Branch)
	case err != nil:
		return fault.Errorf("look at %s in %s: %w", y.Branch, y.To.FullName(), err)
	}
	if y.There == "" {
		return nil
	}
	y.Facts.Pushed = true
	if slices.Contains(y.ours, y.There) {
		return nil
	}
	if known, err := ancestor(ctx, y.Site.Tool, y.Dir, y.There, y.was); err == nil && known {
		y.ours = append(y.ours, y.There)
		return nil
	}
	return refuse(ErrNoCommit, "git pull "+firstWord(y.Remote, y.URL)+" "+y.Branch+", then isrc sync", "%s in %s has commits that are not here", y.Branch, y.To.FullName())
}

// ForkURL is where the fork lies whose base is kept up to date, "" for none.
func (y *Syncing) ForkURL() (forge.RepoName, string) {
	to := y.To
	if y.Run != nil {
		if name, _, ok := ForkOf(*y.Run); ok {
			to = name
		}
	}
	if !y.fork.IsZero() {
		to = y.fork
	}
	if to.IsZero() || to.Equal(y.Upstream) {
		return forge.RepoName{}, ""
	}
	return to, y.Site.CloneURL(to)
}

// FindFork finds the fork of a clone whose branch tells of none, such as its base:
// that of a contribution which was begun here, else a remote that is the account's
// own. Where there is none it says so.
func (y *Syncing) FindFork(ctx context.Context) error {
	if _, url := y.ForkURL(); url != "" {
		return nil
	}
	runs, _, err := workflow.List(y.Site.Runs)
	if err != nil {
		return err
	}
	for _, st := range slices.Backward(runs) {
		if name, _, ok := ForkOf(st); ok && st.Clone == y.Dir && strings.EqualFold(st.Upstream, y.Upstream.String()) {
			y.fork = name
			return nil
		}
	}
	remotes, err := y.Repo.Remotes(ctx)
	if err != nil {
		return err
	}
	login, err := y.Site.Login(ctx)
	if err != nil {
		return err
	}
	for _, r := range remotes {
		name, ok := repoAt(ctx, y.Site.Tool, firstWord(r.PushURL, r.URL), y.Upstream)
		if ok && name.Host == y.Site.Host && strings.EqualFold(name.Owner, login) && !name.Equal(y.Upstream) {
			y.fork = name
			return nil
		}
	}
	return refuse(ErrNoRun, "git remote add fork URL names it; isrc contribute "+y.Upstream.FullName()+" makes one", "no fork of %s is known here: no remote is one of %s", y.Upstream.FullName(), login)
}

// pushStep plans the push of the branch as it is now.
func (y *Syncing) pushStep(run workflow.State, head string, force bool) (workflow.Step, error) {
	in := pushIn{Dir: y.Dir, Branch: y.Branch, SHA: head, Upstream: y.Upstream, To: y.To, URL: y.URL, Remote: y.Remote, Made: y.made}
	if force {
		in.Ours = y.ours
	}
	return newStep("push"+nextNumber(run), kindPush, y.Branch+" to "+y.To.FullName(), in, nil)
}

// push brings the branch to where it was pushed before. A run keeps it in its
// journal, so that submit knows what it pushed.
func (y *Syncing) push(ctx context.Context, head string, force bool) error {
	if y.Run == nil || y.Run.Ended != "" {
		o := git.PushOptions{Progress: true}
		if force {
			o.ForceWithLease = y.There
		}
		_, err := y.Site.Work().Push(ctx, y.Dir, firstWord(y.Remote, y.URL), head, y.Branch, o)
		return err
	}
	j, err := workflow.Open(y.Site.Runs, y.Run.Run)
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	pending := false
	for _, st := range j.State().Steps {
		var in pushIn
		if (st.Kind != kindPush && st.Kind != kindPull) || st.Status == workflow.Done || st.Status == workflow.Dropped || st.Status == workflow.Released {
			continue
		}
		if st.Kind == kindPush && json.Unmarshal(st.In, &in) == nil && in.SHA == head && in.Branch == y.Branch {
			pending = true // of an earlier try
			continue
		}
		if err := j.Drop(st.ID); err != nil {
			return err
		}
	}
	if !pending {
		step, err := y.pushStep(j.State(), head, force)
		if err == nil {
			err = j.Append(step)
		}
		if err != nil {
			return err
		}
	}
	return y.Site.Engine().Run(ctx, j)
}
