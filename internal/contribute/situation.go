package contribute

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/fault"
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
	ForkOrg  string // organisation for the fork, "" for the own account
	ForkName string // of a new fork, "" lets isrc name it
	ToFork   bool   // the upstream may be a fork, and is meant nevertheless
	Thorough bool   // look for forks of other names beforehand, for a request more
	// Known are the runs that there were before it was looked for one to go on
	// with: see Site.Known. Without it no process is noticed that began the same.
	Known map[string]bool
	Taken []string // branches that isrc does not choose when it names one
	Clone CloneWish
	Adopt *Checkout // a clone of the user's to work in; nil makes a clone
}

// Situation is everything that was looked up before anything is decided.
type Situation struct {
	Request
	Upstream     forge.Repo
	Login        string
	Base         string
	Issue        *forge.Issue
	Home         *ForkHome // where a fork lies or will; nil where none was looked for
	Guidelines   *guideline.Set
	Requirements []rule.Requirement

	ahead *aheadTree
}

// Look reads all that a plan needs, in parallel, and changes nothing.
func (s *Site) Look(ctx context.Context, req Request) (*Situation, error) {
	login, err := s.Login(ctx)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(req.ForkOrg, login) { // no organisation, but the account itself
		req.ForkOrg = ""
		if req.Via == ViaAuto {
			req.Via = ViaFork
		}
	}
	sit := &Situation{Request: req, Login: login}
	if sit.appAlone() && (req.Via == ViaFork || req.ForkName != "") {
		return nil, s.noFork(sit, req.Upstream)
	}
	s.asBot(login)
	query, forkThere := forkQuery{Org: req.ForkOrg, Name: req.ForkName, Thorough: req.Thorough}, false
	reading, stop := context.WithCancel(ctx)
	defer stop()
	sit.ahead = s.readAhead(reading, req.Upstream, req.Base)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if sit.Upstream, err = s.Forge.Repo(gctx, req.Upstream); err != nil {
			return lookedFor(req.Upstream, login, err)
		}
		return nil
	})
	if req.Issue != 0 {
		g.Go(func() error {
			issue, err := s.Forge.Issue(gctx, req.Upstream, req.Issue)
			if err != nil {
				return fault.Errorf("look up issue #%d of %s: %w", req.Issue, req.Upstream.FullName(), err)
			}
			sit.Issue = &issue
			return nil
		})
	}
	if req.Via != ViaBranch && !sit.ownUpstream(req.Upstream) && !sit.appAlone() {
		g.Go(func() (err error) {
			forkThere, err = s.repositoryAnswers(gctx, forge.RepoName{Host: s.Host, Owner: sit.forkOwner(), Name: query.usual(req.Upstream, login)})
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
	if err := s.lookFurther(ctx, sit, query, forkThere); err != nil {
		return nil, err
	}
	return sit, nil
}

// FolderNow names the folder of a clone to be made by the name that the repository
// has now, where it was asked for by a former one, and tells whether it did.
func (s *Situation) FolderNow() bool {
	if s.Upstream.Equal(s.Request.Upstream) || strings.EqualFold(s.Upstream.Name, s.Request.Upstream.Name) {
		return false
	}
	if named, err := forge.ParseRepo(s.Upstream.RepoName.String(), ""); err != nil || named.Name != s.Upstream.Name {
		return false // no name that may be a folder's
	}
	s.Dir = filepath.Join(filepath.Dir(s.Dir), s.Upstream.Name)
	return true
}

// forkOwner is who a fork would belong to.
func (s *Situation) forkOwner() string {
	if s.ForkOrg != "" {
		return s.ForkOrg
	}
	return s.Login
}

// ownUpstream tells whether the upstream is the user's own, so that the same
// account cannot have a fork of it.
//
//go:noinline
func (s *Situation) ownUpstream(upstream forge.RepoName) bool {
	return s.ForkOrg == "" && strings.EqualFold(s.Login, upstream.Owner)
}

// wantsFork tells whether the way may lead through a fork.
func (s *Situation) wantsFork() bool {
	if s.Via == ViaBranch || s.ownUpstream(s.Upstream.RepoName) {
		return false
	}
	return s.Via == ViaFork || s.ForkOrg != "" || s.ForkName != "" || !canPush(s.Upstream)
}

// lookFurther reads what depends on the upstream's own answer.
func (s *Site) lookFurther(ctx context.Context, sit *Situation, query forkQuery, forkThere bool) error {
	if !sit.Upstream.Equal(sit.Request.Upstream) {
		s.Sink.Note("upstream", sit.Request.Upstream.FullName()+" is now "+sit.Upstream.FullName())
		query.Thorough = true // a fork made before that bears the former name
	}
	find := func(ctx context.Context) (err error) {
		sit.Home, err = s.findFork(ctx, sit.Upstream, sit.Login, query, forkThere)
		return err
	}
	if sit.wantsFork() && sit.appAlone() {
		return s.noFork(sit, sit.Upstream.RepoName)
	}
	g, gctx := errgroup.WithContext(ctx)
	if sit.wantsFork() {
		g.Go(func() error { return find(gctx) })
	}
	if sit.Request.Base != "" {
		g.Go(func() error { return s.baseThere(gctx, sit) })
	}
	settings := s.frugalSettings(ctx)
	settings.later = sit.Issue != nil
	direct := sit.Via == ViaBranch || sit.Via == ViaAuto && canPush(sit.Upstream)
	g.Go(func() error { return s.readGuidelines(gctx, sit, settings, direct) })
	if err := g.Wait(); err != nil {
		return err
	}
	if err := s.Reader.Usable(s.cloneURLOf(sit.Upstream)); err != nil {
		return refuse(ErrUsage, "clone it with git, and open the pull request at "+s.WebURL(sit.Upstream.RepoName), "%s cannot be contributed to by isrc: %v", sit.Upstream.FullName(), err)
	}
	if err := s.declaredBase(ctx, sit, settings, direct); err != nil {
		return err
	}
	if mode, _ := sit.Guidelines.Way(); mode != guideline.WayFork || !direct || sit.Via == ViaBranch {
		return nil
	}
	if sit.Home == nil && !sit.ownUpstream(sit.Upstream.RepoName) && !sit.appAlone() {
		if err := find(ctx); err != nil {
			return err
		}
	}
	if sit.Home == nil && sit.appAlone() {
		return nil
	}
	return s.readGuidelines(ctx, sit, settings, false) // rules for branches in the upstream do not bind
}

// declaredBase takes the branch that the owners declare for changes, where the
// user named none and it is there: what is asked is read again, on that branch.
func (s *Site) declaredBase(ctx context.Context, sit *Situation, settings guideline.Settings, direct bool) error {
	m := sit.Guidelines.Manifest
	if sit.Request.Base != "" || m == nil || m.Isrc == nil || m.Isrc.Contribute.Base == "" || m.Isrc.Contribute.Base == sit.Base {
		return nil
	}
	declared, usual := m.Isrc.Contribute.Base, sit.Base
	refs, err := s.refs(ctx, s.cloneURLOf(sit.Upstream))
	if err != nil {
		return fault.Errorf("look for the branch %s of %s: %w", declared, sit.Upstream.FullName(), err)
	}
	if refs.Hashes["refs/heads/"+declared] == "" {
		s.Sink.Note("base", "the owners take changes on "+declared+", which is not there: this one goes to "+usual)
		return nil
	}
	sit.Base = declared
	return s.readGuidelines(ctx, sit, settings, direct)
}

func (s *Site) readGuidelines(ctx context.Context, sit *Situation, settings guideline.Settings, direct bool) error {
	set, err := guideline.Read(ctx, guideline.Query{
		Repo: sit.Upstream.RepoName, Web: s.BaseURL, Ref: sit.Base, Base: sit.Base, Head: sit.Request.Branch, Direct: direct,
	}, trees{site: s, known: sit.Upstream, ahead: sit.ahead}, settings)
	if err != nil {
		return fault.Errorf("read the guidelines of %s: %w", sit.Upstream.FullName(), err)
	}
	sit.Guidelines, sit.Requirements = set, rule.Derive(set)
	return nil
}

// lookedFor says of an upstream that is not found who it was that looked: an
// account that an enterprise manages sees nothing outside of it, and is told
// the same as if there were no such repository.
func lookedFor(upstream forge.RepoName, login string, err error) error {
	err = fault.Errorf("look up %s: %w", upstream.FullName(), err)
	var missing *forge.NotFoundError
	if !errors.As(err, &missing) || len(missing.Lacks) > 0 || !managedAccount(login) {
		return err
	}
	return &HintError{Err: err, Hint: "is it the wrong account? " + login + " looks like one that an enterprise manages, which sees that enterprise's repositories alone: isrc auth login --host " + upstream.Host}
}

// managedAccount knows accounts that an enterprise manages by the underscore
// before its short code, which no other login on GitHub has.
func managedAccount(login string) bool {
	return strings.Contains(strings.Trim(login, "_"), "_")
}

// baseThere asks over git whether the branch that was named is there.
func (s *Site) baseThere(ctx context.Context, sit *Situation) error {
	refs, err := s.refs(ctx, s.cloneURLOf(sit.Upstream))
	if err != nil {
		return fault.Errorf("look for the branch %s of %s: %w", sit.Base, sit.Upstream.FullName(), err)
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
	return false, fault.Errorf("look for a fork %s: %w", r.FullName(), err)
}

func canPush(r forge.Repo) bool {
	return r.Access != nil && (r.Access.Push || r.Access.Maintain || r.Access.Admin)
}
