package contribute

import (
	"context"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// Asked reads what is asked at a place and derives the requirements, without a
// change to judge. site is nil when no forge is to be asked.
//
//go:noinline
func (p *Place) Asked(ctx context.Context, site *Site) (*Review, error) {
	r := &Review{Place: p}
	return r, r.read(ctx, site)
}

// AskedOf reads what a repository asks that is not cloned, for changes to a
// branch; "" is its default branch.
func (s *Site) AskedOf(ctx context.Context, repo forge.Repo, base string) (*Review, error) {
	p := &Place{Upstream: repo.RepoName, Base: base}
	if base == "" {
		p.Base = repo.DefaultBranch
	}
	set, err := guideline.Read(ctx, guideline.Query{Repo: repo.RepoName, Web: s.BaseURL, Ref: p.Base, Base: p.Base}, s.TreesOf(repo), s.Forge)
	if err != nil {
		return nil, fault.Errorf("read the guidelines of %s: %w", repo.FullName(), err)
	}
	p.BaseRev = set.Commit
	if set.History, err = s.History(ctx, repo, p.Base); err != nil {
		p.Notes = append(p.Notes, "the merged history was not read: "+err.Error())
	}
	return &Review{Place: p, Guidelines: set, Requirements: rule.Derive(set), forge: repo}, nil
}

// Closed says why no pull request is taken, as contributing there would: by what
// the guidelines say, and the forge where it was asked. It is nil where some are
// taken, or nobody says that none is.
func (r *Review) Closed() error {
	repo := r.forge
	repo.RepoName = r.Upstream
	return admissible(&Situation{Upstream: repo, Guidelines: r.Guidelines})
}
