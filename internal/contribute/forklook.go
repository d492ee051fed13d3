package contribute

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/order"
	"github.com/isrc-dev/isrc/internal/progress"
)

// How much of forks is looked at. What is beyond is counted, never taken as
// nothing.
const (
	forkBranches = 10  // branches of one fork that are compared
	pullsOfForks = 300 // pull requests of the upstream that are read
	pullsOfEmpty = 100 // the same, for a fork without a branch of its own
	forksAtOnce  = 4
)

// ForkReads is what a look at forks asks a forge.
type ForkReads interface {
	Repo(context.Context, forge.RepoName) (forge.Repo, error)
	Forks(ctx context.Context, upstream forge.RepoName, limit int) ([]forge.Repo, error)
	UserRepos(ctx context.Context, limit int) ([]forge.Repo, error)
	Pulls(context.Context, forge.RepoName, forge.PullQuery) ([]forge.Pull, error)
	Compare(ctx context.Context, repo forge.RepoName, base, head string) (forge.Comparison, error)
}

// ForkLook looks at forks: which branches they have over git, which costs no
// request, and by how much these are ahead. Of, Mine and Named fill Forks, also
// when they fail; that one fork could not be read is said in it.
type ForkLook struct {
	Site  *Site
	Forge ForkReads
	Login string         // who looks
	Forks []insight.Fork // what was found

	known map[string]upstreamRefs
}

type upstreamRefs struct {
	repo   forge.Repo
	hashes map[string]bool
	err    error
}

// Of lists the forks of a repository with what its pull requests say of them.
func (l *ForkLook) Of(ctx context.Context, upstream forge.Repo, limit int) error {
	repos, err := l.Forge.Forks(ctx, upstream.RepoName, limit)
	if err != nil {
		return fault.Errorf("list the forks of %s: %w", upstream.FullName(), err)
	}
	pulls, err := l.Forge.Pulls(ctx, upstream.RepoName, forge.PullQuery{State: "all", Sort: "updated", Direction: "desc", Limit: pullsOfForks})
	if err != nil {
		return fault.Errorf("list the pull requests of %s: %w", upstream.FullName(), err)
	}
	l.Forks = make([]insight.Fork, 0, len(repos))
	for _, r := range repos {
		f := insight.Fork{Repo: r}
		f.Repo.Parent = &upstream.RepoName
		for _, p := range pulls {
			if p.Head.Repo != nil && p.Head.Repo.Equal(r.RepoName) {
				f.Pulls = append(f.Pulls, p)
			}
		}
		l.Forks = append(l.Forks, f)
	}
	l.known = map[string]upstreamRefs{repoKey(upstream.RepoName): l.refsOf(ctx, upstream)}
	return l.each(ctx, l.branches)
}

// Mine lists the forks that belong to who looks, each with its upstream.
func (l *ForkLook) Mine(ctx context.Context, limit int) error {
	repos, err := l.Forge.UserRepos(ctx, 0)
	if err != nil {
		return fault.Errorf("list your repositories: %w", err)
	}
	l.Forks = []insight.Fork{}
	for _, r := range repos {
		if r.Fork && strings.EqualFold(r.Owner, l.Login) && len(l.Forks) < limit {
			l.Forks = append(l.Forks, insight.Fork{Repo: r})
		}
	}
	return l.look(ctx)
}

// Named looks at forks of which only the names are known.
func (l *ForkLook) Named(ctx context.Context, names []forge.RepoName) error {
	l.Forks = make([]insight.Fork, 0, len(names))
	for _, n := range names {
		l.Forks = append(l.Forks, insight.Fork{Repo: forge.Repo{RepoName: n}})
	}
	return l.look(ctx)
}

func (l *ForkLook) look(ctx context.Context) error {
	if err := l.each(ctx, l.parent); err != nil {
		return err
	}
	l.known = map[string]upstreamRefs{}
	for _, f := range l.Forks {
		if p := f.Repo.Parent; p != nil && l.known[repoKey(*p)].hashes == nil && l.known[repoKey(*p)].err == nil {
			up, err := l.Forge.Repo(ctx, *p)
			if err != nil {
				l.known[repoKey(*p)] = upstreamRefs{err: err}
				continue
			}
			l.known[repoKey(*p)] = l.refsOf(ctx, up)
		}
	}
	return l.each(ctx, func(ctx context.Context, f *insight.Fork) error {
		if err := l.branches(ctx, f); err != nil {
			return err
		}
		return l.pulls(ctx, f)
	})
}

func repoKey(r forge.RepoName) string { return strings.ToLower(r.String()) }

// each looks at several forks at a time. That one cannot be read is said of it;
// only an interruption ends the rest.
func (l *ForkLook) each(ctx context.Context, do func(context.Context, *insight.Fork) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(forksAtOnce)
	for i := range l.Forks {
		f := &l.Forks[i]
		if f.Unread != "" {
			continue
		}
		g.Go(func() error {
			l.Site.Sink.Send(progress.Event{Phase: progress.Running, Task: "forks", Message: "looking at " + f.Repo.FullName(), Current: int64(i + 1), Total: int64(len(l.Forks)), Unit: "forks"})
			err := do(gctx, f)
			var limited *forge.RateLimitError
			if gctx.Err() != nil || errors.As(err, &limited) {
				return errors.Join(err, gctx.Err())
			}
			if err != nil {
				f.Unread = err.Error()
			}
			return nil
		})
	}
	return g.Wait()
}

func (l *ForkLook) parent(ctx context.Context, f *insight.Fork) error {
	r, err := l.Forge.Repo(ctx, f.Repo.RepoName)
	if err != nil {
		return err
	}
	f.Repo = r
	if r.Parent == nil {
		return errors.New("the repository that it was made from is gone, or not visible to you")
	}
	return nil
}

func (l *ForkLook) refsOf(ctx context.Context, up forge.Repo) upstreamRefs {
	refs, err := l.Site.refs(ctx, l.Site.CloneURL(up.RepoName))
	out := upstreamRefs{repo: up, err: err, hashes: map[string]bool{}}
	for name, h := range refs.Hashes {
		// A forge keeps pull requests as references, too: they are no part of the upstream.
		if strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/") {
			out.hashes[h] = true
		}
	}
	return out
}

// branches compares the branches that the upstream has not as they are.
func (l *ForkLook) branches(ctx context.Context, f *insight.Fork) error {
	up := l.known[repoKey(*f.Repo.Parent)]
	if up.err != nil {
		return up.err
	}
	refs, err := l.Site.refs(ctx, l.Site.CloneURL(f.Repo.RepoName))
	if err != nil {
		return err
	}
	for name, sha := range refs.Hashes {
		if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok && !up.hashes[sha] {
			f.Branches = append(f.Branches, insight.ForkBranch{Name: branch, SHA: sha})
		}
	}
	order.By(f.Branches, func(a, b insight.ForkBranch) int { return strings.Compare(a.Name, b.Name) })
	if extra := len(f.Branches) - forkBranches; extra > 0 {
		f.More, f.Branches = extra, f.Branches[:forkBranches]
	}
	base := up.repo.Owner + ":" + up.repo.DefaultBranch
	if strings.EqualFold(up.repo.Owner, f.Repo.Owner) {
		base = up.repo.Owner + ":" + up.repo.Name + ":" + up.repo.DefaultBranch
	}
	for i, b := range f.Branches {
		c, err := l.Forge.Compare(ctx, f.Repo.RepoName, base, b.Name)
		var missing *forge.NotFoundError
		switch {
		case errors.As(err, &missing): // no common history: all of it is its own
		case err != nil:
			return err
		default:
			f.Branches[i].Ahead, f.Branches[i].Known = c.Ahead, true
		}
	}
	return nil
}

// pulls looks for the pull requests of a fork's own branches. A fork that has
// none with anything in it, because they were tidied up, is looked for among the
// upstream's latest.
func (l *ForkLook) pulls(ctx context.Context, f *insight.Fork) error {
	if !slices.ContainsFunc(f.Branches, func(b insight.ForkBranch) bool { return b.Ahead > 0 || !b.Known }) {
		all, err := l.Forge.Pulls(ctx, *f.Repo.Parent, forge.PullQuery{State: "all", Sort: "created", Direction: "desc", Limit: pullsOfEmpty})
		f.Pulls = slices.DeleteFunc(all, func(p forge.Pull) bool { return p.Head.Repo == nil || !p.Head.Repo.Equal(f.Repo.RepoName) })
		return err
	}
	for _, b := range f.Branches {
		all, err := l.Forge.Pulls(ctx, *f.Repo.Parent, forge.PullQuery{State: "all", Head: f.Repo.Owner + ":" + b.Name})
		if err != nil {
			return err
		}
		f.Pulls = append(f.Pulls, slices.DeleteFunc(all, func(p forge.Pull) bool {
			return p.Head.Branch != b.Name || p.Head.Repo != nil && !p.Head.Repo.Equal(f.Repo.RepoName)
		})...)
	}
	return nil
}
