package contribute

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Forks is how forks are found that do not bear their upstream's name.
type Forks interface {
	ForksOf(ctx context.Context, upstream forge.RepoName, owner string, mine bool) ([]forge.Repo, error)
}

// ForkHome is where a fork lies, or will: looked up before anything is made.
type ForkHome struct {
	Owner   string // the account or organisation
	Name    string // of the fork that is there, or of the one to be made
	Found   *forge.Repo
	Outcome forge.ForkOutcome // of what was found; "" when one is to be made
	// Clash is a repository that has the upstream's name there and is none of its
	// forks. It is left alone.
	Clash *forge.RepoName
	// Unsearched says that a fork of another name was not looked for: where an
	// account has one, the forge answers the request for a fork with it.
	Unsearched bool
}

// Full is OWNER/NAME.
func (h ForkHome) Full() string { return h.Owner + "/" + h.Name }

// step describes the fork for people.
//
//go:noinline
func (h ForkHome) step() string {
	switch {
	case h.Outcome == forge.ForkRenamed:
		return h.Full() + " exists: your fork, under another name"
	case h.Found != nil:
		return h.Full() + " exists"
	case h.Clash != nil:
		return "make " + h.Full() + " (" + h.Clash.Name + " is taken there)"
	}
	return "make " + h.Full()
}

// forkQuery is what is asked of a fork.
type forkQuery struct {
	Org      string // "" is the own account
	Name     string // "" is chosen here
	Thorough bool   // look for a fork of another name, although the forge would find it
}

// within tells whether the fork is to lie beside its upstream, where the
// upstream's name is taken and one owner may have several forks.
//
//go:noinline
func (q forkQuery) within(upstream forge.RepoName) bool {
	return q.Org != "" && strings.EqualFold(q.Org, upstream.Owner)
}

// usual is the name that a fork is looked for under first.
//
//go:noinline
func (q forkQuery) usual(upstream forge.RepoName, login string) string {
	switch {
	case q.Name != "":
		return q.Name
	case q.within(upstream):
		return upstream.Name + "-" + login
	}
	return upstream.Name
}

// findFork looks for a fork where one would lie. there is what git says of the
// usual name, which costs no forge request; the rest is asked only for what
// that leaves open.
func (s *Site) findFork(ctx context.Context, up forge.Repo, login string, q forkQuery, there bool) (*ForkHome, error) {
	h := &ForkHome{Owner: q.Org, Name: q.usual(up.RepoName, login)}
	if h.Owner == "" {
		h.Owner = login
	}
	if there {
		if err := s.recognise(ctx, up, h); err != nil || h.Found != nil {
			return h, err
		}
	}
	if h.Clash != nil && q.Name != "" {
		return nil, refuse(ErrUsage, "give the fork another name: --fork-name NAME", "%s is there already, and is no fork of %s", h.Clash.FullName(), up.FullName())
	}
	if h.Clash == nil && !q.within(up.RepoName) && q.Name == "" && !q.Thorough {
		h.Unsearched = up.Forks > 0
		return h, nil
	}
	if up.Forks > 0 && !(q.within(up.RepoName) && q.Name != "") {
		if err := s.findRenamed(ctx, up, q, h); err != nil || h.Found != nil {
			return h, err
		}
	}
	if h.Clash != nil {
		return h, s.freeName(ctx, up, h)
	}
	return h, nil
}

// recognise asks what the repository is that git knows under the usual name.
func (s *Site) recognise(ctx context.Context, up forge.Repo, h *ForkHome) error {
	repo, err := s.Forge.Repo(ctx, forge.RepoName{Host: s.Host, Owner: h.Owner, Name: h.Name})
	var missing *forge.NotFoundError
	switch {
	case errors.As(err, &missing): // git knows it, the API does not show it: the forge will say at the request for a fork
		return nil
	case err != nil:
		return fault.Errorf("look up %s: %w", h.Full(), err)
	case repo.Equal(up.RepoName): // the upstream was moved, and answers under its former name too
		return nil
	case repo.Fork && repo.Parent == nil && repo.Source == nil: // a fork, and the host does not say of what: it knows when it is asked for one
		return nil
	case !isForkOf(repo, up):
		h.Clash = &repo.RepoName
		return nil
	}
	h.found(repo, up)
	return nil
}

func (h *ForkHome) found(fork, up forge.Repo) {
	h.Found, h.Owner, h.Name, h.Outcome = &fork, fork.Owner, fork.Name, forge.ForkExisting
	if !strings.EqualFold(fork.Name, up.Name) {
		h.Outcome = forge.ForkRenamed
	}
}

// findRenamed looks for a fork of another name, for one forge request. In the
// upstream's own organisation there may be several, of several teams.
func (s *Site) findRenamed(ctx context.Context, up forge.Repo, q forkQuery, h *ForkHome) error {
	all, err := s.Forge.ForksOf(ctx, up.RepoName, h.Owner, q.Org == "")
	if err != nil {
		return fault.Errorf("look for a fork of %s in %s: %w", up.FullName(), h.Owner, err)
	}
	var fit []forge.Repo
	var names []string
	for _, f := range all {
		if !f.Archived && (f.Access == nil || canPush(f)) {
			fit, names = append(fit, f), append(names, f.Name)
		}
	}
	switch {
	case len(fit) == 0 && len(all) > 0 && !q.within(up.RepoName): // the one that its owner can have, and not for me
		h.found(all[0], up)
		return nil
	case len(fit) == 0:
		return nil
	case len(fit) > 1:
		return refuse(ErrUsage, "choose one, or name a new one: --fork-name "+names[0], "%s has several forks of %s: %s", h.Owner, up.FullName(), strings.Join(names, ", "))
	}
	h.found(fit[0], up)
	return nil
}

// freeName gives a new fork a name that says where it comes from, because the
// upstream's own is taken by something else.
func (s *Site) freeName(ctx context.Context, up forge.Repo, h *ForkHome) error {
	base := up.Owner + "-" + up.Name
	for n := 1; n < 10; n++ {
		h.Name = base
		if n > 1 {
			h.Name = fmt.Sprintf("%s-%d", base, n)
		}
		taken, err := s.repositoryAnswers(ctx, forge.RepoName{Host: s.Host, Owner: h.Owner, Name: h.Name})
		if err != nil || !taken {
			return err
		}
	}
	return refuse(ErrUsage, "give the fork a name: --fork-name NAME", "%s has repositories named %s and %s already", h.Owner, h.Clash.Name, base)
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
