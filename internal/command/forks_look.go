package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
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

// forkLook looks at forks: which branches they have over git, which costs no
// request, and by how much these are ahead.
type forkLook struct {
	site   *contribute.Site
	client forgeClient
	sink   progress.Sink
	known  map[string]upstreamRefs
	login  string         // who looks
	forks  []insight.Fork // what was found
}

type upstreamRefs struct {
	repo   forge.Repo
	hashes map[string]bool
	err    error
}

// of lists the forks of a repository with what its pull requests say of them.
func (l *forkLook) of(ctx context.Context, upstream forge.Repo, limit int) ([]insight.Fork, error) {
	repos, err := l.client.Forks(ctx, upstream.RepoName, limit)
	if err != nil {
		return nil, fmt.Errorf("list the forks of %s: %w", upstream.FullName(), err)
	}
	pulls, err := l.client.Pulls(ctx, upstream.RepoName, forge.PullQuery{State: "all", Sort: "updated", Direction: "desc", Limit: pullsOfForks})
	if err != nil {
		return nil, fmt.Errorf("list the pull requests of %s: %w", upstream.FullName(), err)
	}
	forks := make([]insight.Fork, 0, len(repos))
	for _, r := range repos {
		f := insight.Fork{Repo: r}
		f.Repo.Parent = &upstream.RepoName
		for _, p := range pulls {
			if p.Head.Repo != nil && p.Head.Repo.Equal(r.RepoName) {
				f.Pulls = append(f.Pulls, p)
			}
		}
		forks = append(forks, f)
	}
	l.known = map[string]upstreamRefs{key(upstream.RepoName): l.refsOf(ctx, upstream)}
	return forks, l.each(ctx, forks, l.branches)
}

// mine lists the forks that belong to me, each with its upstream.
func (l *forkLook) mine(ctx context.Context, login string, limit int) ([]insight.Fork, error) {
	repos, err := l.client.UserRepos(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("list your repositories: %w", err)
	}
	forks := []insight.Fork{}
	for _, r := range repos {
		if r.Fork && strings.EqualFold(r.Owner, login) && len(forks) < limit {
			forks = append(forks, insight.Fork{Repo: r})
		}
	}
	return forks, l.look(ctx, forks)
}

// look looks at forks of which only the names are known.
func (l *forkLook) look(ctx context.Context, forks []insight.Fork) error {
	if err := l.each(ctx, forks, l.parent); err != nil {
		return err
	}
	l.known = map[string]upstreamRefs{}
	for _, f := range forks {
		if p := f.Repo.Parent; p != nil && l.known[key(*p)].hashes == nil && l.known[key(*p)].err == nil {
			up, err := l.client.Repo(ctx, *p)
			if err != nil {
				l.known[key(*p)] = upstreamRefs{err: err}
				continue
			}
			l.known[key(*p)] = l.refsOf(ctx, up)
		}
	}
	return l.each(ctx, forks, func(ctx context.Context, f *insight.Fork) error {
		if err := l.branches(ctx, f); err != nil {
			return err
		}
		return l.pulls(ctx, f)
	})
}

func key(r forge.RepoName) string { return strings.ToLower(r.String()) }

// each looks at several forks at a time. That one cannot be read is said of it;
// only an interruption ends the rest.
func (l *forkLook) each(ctx context.Context, forks []insight.Fork, do func(context.Context, *insight.Fork) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(forksAtOnce)
	for i := range forks {
		f := &forks[i]
		if f.Unread != "" {
			continue
		}
		g.Go(func() error {
			l.sink.Send(progress.Event{Phase: progress.Running, Task: "forks", Message: "looking at " + f.Repo.FullName(), Current: int64(i + 1), Total: int64(len(forks)), Unit: "forks"})
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

func (l *forkLook) parent(ctx context.Context, f *insight.Fork) error {
	r, err := l.client.Repo(ctx, f.Repo.RepoName)
	if err != nil {
		return err
	}
	f.Repo = r
	if r.Parent == nil {
		return errors.New("the repository that it was made from is gone, or not visible to you")
	}
	return nil
}

func (l *forkLook) refsOf(ctx context.Context, up forge.Repo) upstreamRefs {
	refs, err := l.site.Reader.Refs(ctx, l.site.CloneURL(up.RepoName))
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
func (l *forkLook) branches(ctx context.Context, f *insight.Fork) error {
	up := l.known[key(*f.Repo.Parent)]
	if up.err != nil {
		return up.err
	}
	refs, err := l.site.Reader.Refs(ctx, l.site.CloneURL(f.Repo.RepoName))
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
		c, err := l.client.Compare(ctx, f.Repo.RepoName, base, b.Name)
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
func (l *forkLook) pulls(ctx context.Context, f *insight.Fork) error {
	if !slices.ContainsFunc(f.Branches, func(b insight.ForkBranch) bool { return b.Ahead > 0 || !b.Known }) {
		all, err := l.client.Pulls(ctx, *f.Repo.Parent, forge.PullQuery{State: "all", Sort: "created", Direction: "desc", Limit: pullsOfEmpty})
		f.Pulls = slices.DeleteFunc(all, func(p forge.Pull) bool { return p.Head.Repo == nil || !p.Head.Repo.Equal(f.Repo.RepoName) })
		return err
	}
	for _, b := range f.Branches {
		all, err := l.client.Pulls(ctx, *f.Repo.Parent, forge.PullQuery{State: "all", Head: f.Repo.Owner + ":" + b.Name})
		if err != nil {
			return err
		}
		f.Pulls = append(f.Pulls, slices.DeleteFunc(all, func(p forge.Pull) bool {
			return p.Head.Branch != b.Name || p.Head.Repo != nil && !p.Head.Repo.Equal(f.Repo.RepoName)
		})...)
	}
	return nil
}
