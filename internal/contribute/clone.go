package contribute

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

type cloneIn struct {
	Repo   forge.RepoName `json:"repo"`
	Dir    string         `json:"dir"`
	Base   string         `json:"base"`
	Remote string         `json:"remote"`
	// Branch is the contribution's own, which the clone begins with: the files are
	// checked out once. Whose it is, the step that names it says.
	Branch string `json:"branch,omitempty"`
	CloneWish
}

type cloneOut struct {
	Dir    string `json:"dir"`
	Remote string `json:"remote"` // of the upstream
	Base   string `json:"base"`
}

// doClone makes the clone that was wished for; unless one was, the cheapest that
// lets the user work: history and trees now, file contents when they are needed.
func (s *Site) doClone(ctx context.Context, in cloneIn, _ results) (cloneOut, error) {
	o := git.CloneOptions{URL: s.CloneURL(in.Repo), Dir: in.Dir, Branch: in.Base, Remote: in.Remote, NewBranch: in.Branch, Progress: true}
	in.apply(&o)
	o.Files = s.Seen.take(o.URL, in.Base)
	err := s.narrow(ctx, in, &o)
	if err == nil {
		err = s.Work().Clone(ctx, o)
	}
	if err != nil {
		return cloneOut{}, fault.Errorf("clone %s into %s: %w", in.Repo.FullName(), in.Dir, s.denied(err, "reading "+in.Repo.FullName()))
	}
	return cloneOut{Dir: in.Dir, Remote: in.Remote, Base: in.Base}, s.noteParts(ctx, in.Dir, in.Submodules)
}

// manyBranches is how many branches a clone may bring along that nobody asked for.
const manyBranches = 500

// narrow fetches the base alone of a repository with very many branches, unless
// everything was asked for.
func (s *Site) narrow(ctx context.Context, in cloneIn, o *git.CloneOptions) error {
	if in.Kind == Full || s.Tool == nil || o.SingleBranch {
		return nil
	}
	n, err := s.Reader.Branches(ctx, o.URL)
	if err != nil {
		return err
	}
	if o.SingleBranch = n > manyBranches; o.SingleBranch {
		s.Sink.Note("clone", fmt.Sprintf("of its %d branches only %s is fetched (git fetch %s BRANCH brings another, --full all)", n, in.Base, in.Remote))
	}
	return nil
}

// observeClone finds a clone that was finished: it is made beside its place and
// renamed, so a folder that is there is whole.
func (s *Site) observeClone(ctx context.Context, in cloneIn, _ results) (cloneOut, bool, error) {
	if _, err := os.Stat(in.Dir); errors.Is(err, os.ErrNotExist) {
		return cloneOut{}, false, nil
	}
	repo, err := git.Open(in.Dir)
	if err != nil {
		return cloneOut{}, false, fault.Errorf("%s is there and is no clone: %w", in.Dir, err)
	}
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return cloneOut{}, false, err
	}
	for _, r := range remotes {
		if name, err := forge.ParseRepo(r.URL, ""); err == nil && r.Name == in.Remote && name.Equal(in.Repo) {
			return cloneOut{Dir: in.Dir, Remote: in.Remote, Base: in.Base}, true, nil
		}
	}
	return cloneOut{}, false, fault.Errorf("%s is there and is no clone of %s", in.Dir, in.Repo.FullName())
}

type remotesIn struct {
	Dir      string         `json:"dir"`
	Upstream forge.RepoName `json:"upstream"`
}

type remotesOut struct {
	Push string `json:"push"` // name of the remote to push to
}

// doRemotes points origin at the fork and lets a plain `git push` go there.
// Every line of it may be repeated.
func (s *Site) doRemotes(ctx context.Context, in remotesIn, of results) (remotesOut, error) {
	var fork forkOut
	if err := of.read("fork", &fork); err != nil {
		return remotesOut{}, err
	}
	repo, err := git.Open(in.Dir)
	if err != nil {
		return remotesOut{}, err
	}
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return remotesOut{}, err
	}
	settings := []git.Setting{
		{Key: "remote.pushDefault", Value: "origin"},
		{Key: "remote.upstream.gh-resolved", Value: "base"}, // tells GitHub's own command line which repository is the base
	}
	if !slices.ContainsFunc(remotes, func(r git.Remote) bool { return r.Name == "origin" }) {
		origin, err := git.RemoteSettings("origin", fork.URL)
		if err != nil {
			return remotesOut{}, err
		}
		settings = append(origin, settings...)
	}
	if err := git.Configure(ctx, in.Dir, settings...); err != nil {
		return remotesOut{}, fault.Errorf("name the remotes of %s: %w", in.Dir, err)
	}
	return remotesOut{Push: "origin"}, nil
}
