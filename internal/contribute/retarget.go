package contribute

import (
	"context"
	"fmt"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// FollowPull lets the place stand for the branch that its pull request goes to
// now. People change that on the forge, and the forge changes it itself when the
// branch is deleted that another change was stacked on. What --base names, and a
// base to which a fix has moved the change since, are the user's own wish and
// stay. A look-up that fails leaves what is known, and a note.
func (s *Site) FollowPull(ctx context.Context, p *Place) error {
	if p.Upstream.IsZero() || p.BaseFrom == "--base" || p.Event != nil || p.Branch == "" {
		return nil
	}
	pull, err := s.pullOfPlace(ctx, p)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.Notes = append(p.Notes, fmt.Sprintf("whether the pull request still goes to %s was not looked up: %v", p.Base, err))
		return nil
	}
	if pull == nil {
		return nil
	}
	p.Sent = pull
	now := pull.Base.Branch
	if pull.State != forge.PullOpen || now == "" || now == p.Base || p.Run != nil && p.Base != p.Run.Base && now == p.Run.Base {
		return nil
	}
	if err := checkBranch(now); err != nil {
		return err
	}
	p.BaseWas, p.Base, p.BaseFrom = p.Base, now, fmt.Sprintf("pull request #%d", pull.Number)
	return nil
}

// pullOfPlace is the pull request of a place: the one that its run has opened, or
// an open one of a branch that was pushed without a run; nil for none.
func (s *Site) pullOfPlace(ctx context.Context, p *Place) (*forge.Pull, error) {
	if p.Run != nil {
		known := Opened(*p.Run)
		if known == nil || !known.Upstream.Equal(p.Upstream) {
			return nil, nil
		}
		pull, err := s.Forge.Pull(ctx, known.Upstream, known.Number)
		return &pull, err
	}
	remotes, err := p.Repo.Remotes(ctx)
	if err != nil {
		return nil, err
	}
	from := s.pushedUnder(ctx, p, remotes)
	if from.IsZero() {
		return nil, nil
	}
	pulls, err := s.Forge.Pulls(ctx, p.Upstream, forge.PullQuery{State: "open", Head: from.Owner + ":" + p.Branch})
	for i := range pulls {
		if comesFrom(pulls[i], from, p.Branch) {
			return &pulls[i], err
		}
	}
	return nil, err
}

// pushedUnder is the repository of the remote branch that was fetched, or pushed,
// under the branch's name, other than by chance the upstream's base.
func (s *Site) pushedUnder(ctx context.Context, p *Place, remotes []git.Remote) forge.RepoName {
	if p.Branch == p.Base {
		return forge.RepoName{}
	}
	for _, r := range remotes {
		if _, err := p.Repo.Resolve("refs/remotes/" + r.Name + "/" + p.Branch); err != nil {
			continue
		}
		if name, ok := repoAt(ctx, s.Tool, firstWord(r.PushURL, r.URL), p.Upstream); ok && name.Host == s.Host {
			return name
		}
	}
	return forge.RepoName{}
}

// Moved says that the pull request goes elsewhere than it did, "" when it does not.
//
//go:noinline
func (p *Place) Moved() string {
	if p.BaseWas == "" {
		return ""
	}
	return fmt.Sprintf("%s goes to %s now, no longer to %s: that was changed on the forge", p.BaseFrom, p.Base, p.BaseWas)
}

// KeepBase lets the run remember where its pull request goes now.
func (s *Site) KeepBase(ctx context.Context, p *Place) error {
	if p.BaseWas == "" || p.Run == nil || p.Run.Ended != "" {
		return nil
	}
	if _, moved, err := p.Repo.OwnConfig(baseKey(p.Branch)); err == nil && moved {
		if err := s.Work().SetConfig(ctx, p.Dir, baseKey(p.Branch), p.Base); err != nil {
			return err
		}
	}
	j, err := workflow.Open(s.Runs, p.Run.Run)
	if err != nil {
		return err
	}
	return fault.Join(j.Update(func(h *workflow.Header) { h.Base = p.Base }), j.Close())
}

// ownSince is the commit behind which a branch's own commits begin, where it also
// carries commits of the base that it had before and the new base has not; ""
// where it carries none, or that base is not known here.
func (p *Place) ownSince(ctx context.Context) string {
	if p.BaseWas == "" || p.Remote == "" {
		return ""
	}
	was, err := p.Repo.Resolve("refs/remotes/" + p.Remote + "/" + p.BaseWas)
	if err != nil {
		return ""
	}
	since, err := p.Repo.MergeBase(ctx, was, p.Head)
	if err != nil {
		return ""
	}
	if foreign, _, err := p.Repo.AheadBehind(ctx, since, p.BaseRev); err != nil || foreign == 0 {
		return ""
	}
	return since
}
