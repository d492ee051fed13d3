package contribute

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
)

// Refresh fetches the base, so that a change is judged against the upstream as
// it is now, and finds the base's commit. A network that is away is a note.
func (p *Place) Refresh(ctx context.Context, tool *git.Tool) error {
	if p.Base == "" {
		return refuse(ErrUsage, "name it: --base BRANCH", "it is not known which branch this change goes to")
	}
	if p.Repo.IsBare() {
		return refuse(ErrUsage, "run it in a clone with files", "%s is a bare repository: there is no change in it to look at", p.Dir)
	}
	p.fetchBy(tool)
	remote, tracking := p.source()
	var unfetched error
	if fetch := p.fetcher(tool); fetch != nil && remote != "" && !p.baseIsRevision(tracking) {
		if err := fetch.Fetch(ctx, p.Dir, remote, "+refs/heads/"+p.Base+":"+tracking); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			var gone *git.NotFoundError
			if _, known := p.Repo.Resolve(tracking); known == nil && errors.As(err, &gone) && gone.Ref != "" {
				return p.baseGone(ctx)
			}
			if p.site != nil {
				err = p.site.denied(p.site.titled(ctx, err), "reading "+firstWord(p.Upstream.FullName(), p.Remote))
			}
			unfetched, p.Away = err, err
			p.Notes = append(p.Notes, fmt.Sprintf("%s of %s was not fetched anew: %v", p.Base, firstWord(p.Remote, p.Upstream.FullName()), err))
		}
	}
	candidates := []string{tracking, p.Base, "refs/heads/" + p.Base}
	if tracking == "" {
		candidates = candidates[1:]
	}
	if p.Event != nil && p.Event.BaseSHA != "" {
		candidates = append(candidates, p.Event.BaseSHA)
	}
	for _, rev := range candidates {
		if sha, err := p.Repo.Resolve(rev); err == nil {
			p.BaseRev = sha
			if err := p.deepen(ctx, tool); err != nil {
				return err
			}
			return p.standOnHead(ctx, tool)
		}
	}
	if unfetched != nil { // a look-up that failed does not mean that there is none
		return fault.Errorf("fetch %s of %s: %w", p.Base, firstWord(p.Upstream.FullName(), p.Remote), unfetched)
	}
	return refuse(ErrNoBase, "name another one: --base BRANCH", "there is no branch %s in %s", p.Base, firstWord(p.Upstream.FullName(), p.Remote, p.Dir))
}

// fetcher is what fetches: the git program, what does the work without one, or
// nothing.
func (p *Place) fetcher(tool *git.Tool) git.Transfers {
	switch {
	case tool != nil:
		return tool
	case p.Work != nil:
		return p.Work
	}
	return nil
}

// fetchBy lets files that a partial clone lacks be fetched by a git that can sign
// in at the forge.
func (p *Place) fetchBy(tool *git.Tool) {
	if tool != nil {
		p.Repo.Tool = tool
	}
}

// baseIsRevision tells whether --base named a commit or a tag of this clone, for
// which there is nothing to fetch.
func (p *Place) baseIsRevision(tracking string) bool {
	for _, branch := range []string{tracking, "refs/heads/" + p.Base} {
		if strings.ContainsAny(p.Base, "~^:@{") {
			break // main~2 is no branch, although main is one
		}
		if _, err := p.Repo.Resolve(branch); err == nil {
			return false
		}
	}
	_, err := p.Repo.Resolve(p.Base)
	return err == nil
}

// baseGone says that the base was deleted since it was fetched.
func (p *Place) baseGone(ctx context.Context) error {
	other := defaultBranch(ctx, p.Repo, p.Remote)
	if other == "" || other == p.Base {
		other = "BRANCH"
	}
	return refuse(ErrNoBase, "name another one: --base "+other, "%s has no branch %s any more", firstWord(p.Upstream.FullName(), p.Remote), p.Base)
}

// standOnHead judges the head of the pull request that a CI job is about. What
// the job checked out is a merge that nobody made, and a checkout of depth 1 has
// the head only after it was deepened.
func (p *Place) standOnHead(ctx context.Context, tool *git.Tool) error {
	if p.Event == nil || p.Event.HeadSHA == "" || !p.Detached || p.Head == p.Event.HeadSHA {
		return nil
	}
	here := func() bool { _, err := p.Repo.Resolve(p.Event.HeadSHA); return err == nil }
	if !here() && tool != nil && p.Remote != "" {
		if err := tool.Fetch(ctx, p.Dir, p.Remote, fmt.Sprintf("refs/pull/%d/head", p.Event.Number)); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("the head of pull request #%d was not fetched: %v", p.Event.Number, err))
		} else if err := p.reopen(tool); err != nil {
			return err
		}
	}
	if !here() {
		p.Notes = append(p.Notes, fmt.Sprintf("what is checked out was judged, not the head of pull request #%d (%.7s), which is not here", p.Event.Number, p.Event.HeadSHA))
		return nil
	}
	p.Head = p.Event.HeadSHA
	return p.deepen(ctx, tool)
}

// deepen gives a shallow clone as much history as it takes to find where the
// change began.
func (p *Place) deepen(ctx context.Context, tool *git.Tool) error {
	if !p.Repo.IsShallow() {
		return nil
	}
	if _, err := p.Repo.MergeBase(ctx, p.BaseRev, p.Head); err == nil {
		return nil
	}
	if tool == nil || p.Remote == "" {
		hint := "check out with fetch-depth: 0"
		if tool == nil && p.Event == nil {
			hint = "install git, which can fetch older commits"
		}
		return refuse(ErrUsage, hint, "the clone is too shallow to see where the change began")
	}
	var base []string // alone, where that is a branch: there may be thousands
	if tracking := "refs/remotes/" + p.Remote + "/" + p.Base; !p.baseIsRevision(tracking) {
		base = []string{"+refs/heads/" + p.Base + ":" + tracking}
	}
	for _, n := range []int{50, 500, 0} {
		if err := tool.Deepen(ctx, p.Dir, p.Remote, n, base...); err != nil {
			return fault.Errorf("fetch more history from %s: %w", p.Remote, err)
		}
		if err := p.reopen(tool); err != nil {
			return err
		}
		if _, err := p.Repo.MergeBase(ctx, p.BaseRev, p.Head); err == nil || !p.Repo.IsShallow() {
			return nil
		}
	}
	return nil
}

// reopen sees what git has fetched meanwhile.
func (p *Place) reopen(tool *git.Tool) error {
	repo, err := git.Open(p.Dir)
	if err != nil {
		return err
	}
	repo.Tool = tool
	p.Repo = repo
	return nil
}
