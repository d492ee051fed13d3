package contribute

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

// Checkout is a clone of the user's that a contribution is made in.
type Checkout struct {
	Root     string
	Remotes  []git.Remote
	Pushes   []forge.RepoName // where they push to
	Remote   string           // the one that is the upstream; "" when none is
	Was      string           // branch that is checked out, or commit when none is; "" before the first commit
	Branches []string         // that it has
	Made     map[string]bool  // those of Branches that isrc made
	Busy     error            // what is half done there
}

// Free refuses a new contribution in a clone in which something is half done.
func (c *Checkout) Free() error {
	if c == nil || c.Busy == nil {
		return nil
	}
	return &HintError{Err: c.Busy, Hint: "end it first, or work elsewhere: --new --dir " + besideDir(c.Root)}
}

// Checkout looks whether a folder lies in a clone of the upstream. It answers
// nil where it does not, and an error for a clone in which no contribution can
// be made, each with what can be done instead.
func (s *Site) Checkout(ctx context.Context, dir string, upstream forge.RepoName) (*Checkout, error) {
	repo, err := git.Open(dir)
	var unsupported *git.UnsupportedError
	switch {
	case errors.Is(err, git.ErrNotARepo):
		return nil, nil
	case errors.As(err, &unsupported):
		return nil, refuse(ErrUsage, "contribute from another clone: --dir "+besideOf(dir, upstream), "%v", err)
	case err != nil:
		return nil, err
	}
	defer repo.Close() //nolint:errcheck // read only
	repo.Tool = s.Tool
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return nil, err
	}
	c := &Checkout{Root: repo.Root(), Remotes: remotes, Remote: remoteOf(ctx, s.Tool, remotes, upstream), Busy: repo.Busy()}
	related := slices.ContainsFunc(remotes, func(r git.Remote) bool {
		name, ok := repoAt(ctx, s.Tool, r.URL, upstream)
		return ok && strings.EqualFold(name.Host, upstream.Host) && strings.EqualFold(name.Name, upstream.Name)
	})
	switch {
	case c.Remote == "" && !related:
		return nil, nil
	case repo.IsBare():
		return nil, refuse(ErrUsage, "contribute from a clone with files: --dir "+besideOf(repo.Root(), upstream), "%s is a bare repository: no change can be made in it", repo.Root())
	case s.Tool == nil && repo.IsPartial():
		return nil, &HintError{Err: fault.Errorf("%s is a partial clone, which only git can work in: %w", repo.Root(), git.ErrNoGit), Hint: "install git, or contribute from another clone: --dir " + besideOf(repo.Root(), upstream)}
	}
	for _, r := range remotes {
		if name, ok := repoAt(ctx, s.Tool, firstOf(r.PushURL, r.URL), upstream); ok {
			c.Pushes = append(c.Pushes, name)
		}
	}
	branch, head, detached, err := repo.Head()
	if err != nil {
		return nil, err
	}
	if c.Was = branch; detached || head == "" {
		c.Was = head
	}
	all, err := repo.Branches()
	if err != nil {
		return nil, err
	}
	ours, err := repo.BranchSettings("isrc-run")
	c.Made = map[string]bool{}
	for name := range all {
		c.Branches = append(c.Branches, name)
		if _, made := ours[name]; made {
			c.Made[name] = true
		}
	}
	return c, err
}

// Takes refuses a branch that the clone has already, before anything is planned.
func (c *Checkout) Takes(branch string) error {
	switch {
	case c == nil || !slices.Contains(c.Branches, branch):
		return nil
	case c.Made[branch]:
		return refuse(ErrUsage, "hand it in again there: git switch "+branch+" && isrc submit --again\nor give another name: --branch NAME",
			"there is a branch %s in %s already, of a contribution that is over", branch, c.Root)
	}
	return refuse(ErrUsage, "give another name: --branch NAME", "there is a branch %s in %s already, which isrc did not make", branch, c.Root)
}

// besideOf names a folder for a clone next to one that cannot be used.
func besideOf(dir string, repo forge.RepoName) string {
	beside := filepath.Join(filepath.Dir(filepath.Clean(dir)), repo.Name)
	if _, err := os.Lstat(beside); errors.Is(err, os.ErrNotExist) {
		return beside
	}
	return freeSibling(beside)
}

// pushesTo tells whether a remote pushes to a repository.
func (c *Checkout) pushesTo(repo forge.RepoName) bool {
	return slices.ContainsFunc(c.Pushes, repo.Equal)
}

// remoteName is a name for a remote that nobody has.
func (c *Checkout) remoteName(want string) string {
	next := want
	for n := 2; slices.ContainsFunc(c.Remotes, func(r git.Remote) bool { return r.Name == next }); n++ {
		next = fmt.Sprintf("%s-%d", want, n)
	}
	return next
}

// urlLike writes the address of a repository as the clone's own remotes are
// written: who clones by ssh, through an alias or a port, stays there.
func (c *Checkout) urlLike(plain string, repo forge.RepoName) string {
	for _, r := range c.Remotes {
		if at := sshPathAt(r.URL); at > 0 {
			slash := ""
			if r.URL[at] == '/' {
				slash = "/"
			}
			return r.URL[:at] + slash + repo.FullName() + ".git"
		}
	}
	return plain
}

// sshPathAt is where the path begins in an address that ssh is used for; 0 in
// any other.
func sshPathAt(url string) int {
	if rest, ok := strings.CutPrefix(url, "ssh://"); ok {
		return len("ssh://") + max(strings.IndexByte(rest, '/'), -len("ssh://"))
	}
	host, _, ok := strings.Cut(url, ":")
	if !ok || strings.Contains(url, "://") || strings.ContainsAny(host, "/\\") || len(host) == 1 { // a drive of Windows
		return 0
	}
	return len(host) + 1
}

// addAdopted plans a contribution in a clone that is there: nothing is renamed,
// a remote is added only where none goes to where one is needed.
func (p *Plan) addAdopted(s *Situation) error {
	c, up := s.Adopt, s.Upstream.RepoName
	forked := s.Home != nil && s.Home.Found != nil && c.pushesTo(s.Home.Found.RepoName)
	if c.Remote == "" && !forked {
		// A name alone makes no clone of it.
		return refuse(ErrUsage, "if it is a clone of it: git remote add upstream "+s.Upstream.CloneURL, "no remote of %s goes to %s, nor to your fork of it", c.Root, up.FullName())
	}
	remote := c.Remote
	if remote == "" {
		remote = c.remoteName("upstream")
		in := remoteIn{Dir: c.Root, Name: remote, To: up, URL: c.urlLike(s.Upstream.CloneURL, up)}
		if err := p.add("remote", kindRemote, remote+" for "+up.FullName(), in, nil); err != nil {
			return err
		}
	}
	if p.Via == ViaFork && !forked {
		in := remoteIn{Dir: c.Root, Name: c.remoteName("fork"), URL: c.urlLike("", up), Like: up}
		if err := p.add("remote-fork", kindRemote, in.Name+" for your fork", in, map[string]string{"fork": "fork"}); err != nil {
			return err
		}
	}
	in := adoptIn{Repo: up, Dir: c.Root, Base: s.Base, Remote: remote}
	if err := p.add("clone", kindAdopt, "this one, "+filepath.Base(c.Root)+"; nothing of yours in it changes", in, nil); err != nil {
		return err
	}
	branch := branchIn{Dir: c.Root, Branch: p.Branch, Base: s.Base, Remote: remote, Adopted: true, Was: c.Was}
	return p.add("branch", kindBranch, p.Branch+" from "+s.Base, branch, map[string]string{"clone": "clone"})
}

type adoptIn struct {
	Repo   forge.RepoName `json:"repo"`
	Dir    string         `json:"dir"`
	Base   string         `json:"base"`
	Remote string         `json:"remote"`
}

// doAdopt brings the base of a clone that was there up to date, as the upstream's
// remote has it. The user's own branches stay as they are.
func (s *Site) doAdopt(ctx context.Context, in adoptIn, _ results) (cloneOut, error) {
	out := cloneOut{Dir: in.Dir, Remote: in.Remote, Base: in.Base}
	return out, s.denied(s.Work().Fetch(ctx, in.Dir, in.Remote, "+refs/heads/"+in.Base+":refs/remotes/"+in.Remote+"/"+in.Base), "reading "+in.Repo.FullName())
}

// keepAdopted never lets a clone be touched that was there before.
func (s *Site) keepAdopted(_ context.Context, out cloneOut) (string, error) {
	return "it was there before: " + out.Dir, nil
}
