package contribute

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// Via is the way a change takes to the upstream.
type Via string

// The ways. Auto is only asked for, never answered.
const (
	ViaAuto   Via = "auto"
	ViaBranch Via = "branch"
	ViaFork   Via = "fork"
)

// Request is what somebody wants to contribute to.
type Request struct {
	Upstream forge.RepoName
	Issue    int    // 0 for none
	Title    string // of the change, "" when not said
	Branch   string // "" lets isrc name it
	Base     string // "" takes the upstream's default branch
	Dir      string // absolute folder of the clone
	Via      Via
	ForkOrg  string   // organisation for the fork, "" for the own account
	Taken    []string // branches that isrc does not choose when it names one
	Clone    CloneWish
	Adopt    *Checkout // a clone of the user's to work in; nil makes a clone
}

// Situation is everything that was looked up before anything is decided.
type Situation struct {
	Request
	Upstream     forge.Repo
	Login        string
	Base         string
	Issue        *forge.Issue
	Fork         *forge.Repo // an existing fork under the upstream's name
	ForkOwner    string      // who a fork would belong to
	Guidelines   *guideline.Set
	Requirements []rule.Requirement
}

// Look reads all that a plan needs, in parallel, and changes nothing.
func (s *Site) Look(ctx context.Context, req Request) (*Situation, error) {
	login, err := s.Login(ctx)
	if err != nil {
		return nil, err
	}
	sit := &Situation{Request: req, Login: login, ForkOwner: login}
	if req.ForkOrg != "" {
		sit.ForkOwner = req.ForkOrg
	}
	forkThere := false
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if sit.Upstream, err = s.Forge.Repo(gctx, req.Upstream); err != nil {
			return fmt.Errorf("look up %s: %w", req.Upstream.FullName(), err)
		}
		return nil
	})
	if req.Issue != 0 {
		g.Go(func() error {
			issue, err := s.Forge.Issue(gctx, req.Upstream, req.Issue)
			if err != nil {
				return fmt.Errorf("look up issue #%d of %s: %w", req.Issue, req.Upstream.FullName(), err)
			}
			sit.Issue = &issue
			return nil
		})
	}
	if req.Via != ViaBranch && sit.ForkOwner != req.Upstream.Owner {
		g.Go(func() (err error) {
			forkThere, err = s.repositoryAnswers(gctx, forge.RepoName{Host: s.Host, Owner: sit.ForkOwner, Name: req.Upstream.Name})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	sit.Base = req.Base
	if sit.Base == "" {
		sit.Base = sit.Upstream.DefaultBranch
	}
	if err := s.lookFurther(ctx, sit, forkThere); err != nil {
		return nil, err
	}
	return sit, nil
}

// lookFurther reads what depends on the upstream's own answer.
func (s *Site) lookFurther(ctx context.Context, sit *Situation, forkThere bool) error {
	g, gctx := errgroup.WithContext(ctx)
	if forkThere && !canPush(sit.Upstream) {
		g.Go(func() error {
			repo, err := s.Forge.Repo(gctx, forge.RepoName{Host: s.Host, Owner: sit.ForkOwner, Name: sit.Upstream.Name})
			var missing *forge.NotFoundError
			switch {
			case errors.As(err, &missing): // git knows it, the API does not show it: the forge will say at the request for a fork
				return nil
			case err != nil:
				return fmt.Errorf("look up your fork: %w", err)
			case isForkOf(repo, sit.Upstream):
				sit.Fork = &repo
			}
			return nil
		})
	}
	if sit.Request.Base != "" {
		g.Go(func() error { return s.baseThere(gctx, sit) })
	}
	g.Go(func() error {
		settings := s.frugalSettings(gctx)
		settings.later = sit.Issue != nil
		set, err := guideline.Read(gctx, guideline.Query{
			Repo: sit.Upstream.RepoName, Web: s.BaseURL, Ref: sit.Base, Base: sit.Base, Head: sit.Request.Branch, Direct: sit.Via == ViaBranch || (sit.Via == ViaAuto && canPush(sit.Upstream)),
		}, s.trees(sit.Upstream), settings)
		if err != nil {
			return fmt.Errorf("read the guidelines of %s: %w", sit.Upstream.FullName(), err)
		}
		sit.Guidelines, sit.Requirements = set, rule.Derive(set)
		return nil
	})
	return g.Wait()
}

// baseThere asks over git whether the branch that was named is there.
func (s *Site) baseThere(ctx context.Context, sit *Situation) error {
	refs, err := s.Reader.Refs(ctx, s.cloneURLOf(sit.Upstream))
	if err != nil {
		return fmt.Errorf("look for the branch %s of %s: %w", sit.Base, sit.Upstream.FullName(), err)
	}
	if refs.Hashes["refs/heads/"+sit.Base] == "" {
		return refuse(ErrNoBase, "its default branch is "+sit.Upstream.DefaultBranch+": --base "+sit.Upstream.DefaultBranch, "%s has no branch %s", sit.Upstream.FullName(), sit.Base)
	}
	return nil
}

// repositoryAnswers asks over git, which costs no forge request, whether a
// repository is there. Not knowing is an error, never "no".
func (s *Site) repositoryAnswers(ctx context.Context, r forge.RepoName) (bool, error) {
	_, err := s.Reader.Refs(ctx, s.CloneURL(r))
	var missing *git.NotFoundError
	var refused *git.AuthError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &missing):
		return false, nil
	case errors.As(err, &refused):
		return true, nil // hidden or forbidden: let the API say which
	}
	return false, fmt.Errorf("look for a fork %s: %w", r.FullName(), err)
}

func canPush(r forge.Repo) bool {
	return r.Access != nil && (r.Access.Push || r.Access.Maintain || r.Access.Admin)
}

// isForkOf tells whether a repository belongs to the upstream's network.
func isForkOf(r, upstream forge.Repo) bool {
	for _, of := range []*forge.RepoName{r.Parent, r.Source} {
		if of != nil && (of.Equal(upstream.RepoName) || (upstream.Source != nil && of.Equal(*upstream.Source))) {
			return r.Fork
		}
	}
	return false
}
