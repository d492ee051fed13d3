package contribute

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Place is where a contribution stands in a clone: what it goes to, and how
// that was found out.
type Place struct {
	Repo     *git.Repo
	Dir      string // root of the work tree
	Branch   string // "" when HEAD is detached
	Head     string // commit that is judged
	Detached bool
	Run      *workflow.State // nil when no journal is known
	RunsDir  string          // folder of the journals

	Upstream forge.RepoName // zero when no forge is known
	Remote   string         // remote of the upstream, "" when there is none
	Base     string         // branch of the upstream, or a revision that --base named
	BaseFrom string         // where that was read, for people
	BaseRev  string         // commit of the base as it is known here
	BaseWas  string         // the base before the pull request was sent elsewhere on the forge, else ""
	Sent     *forge.Pull    // its pull request, where that was looked up
	Direct   bool           // the branch goes to the upstream itself
	Event    *Event         // of the CI job, nil elsewhere
	Notes    []string       // what could not be done on the way
	Work     git.Work       // fetches and looks where there is no git program, else nil
	Away     error          // why the base could not be fetched anew, nil when it was

	address  string // of the upstream, where no remote goes there
	site     *Site  // where it was equipped by one, else nil
	foreseen string // Head, where it is a commit that would be made first, else ""
}

// Equip lets the place do without a git program where the site does, and without
// a remote of the upstream.
func (p *Place) Equip(s *Site) {
	p.site = s
	if s.Tool == nil && s.Builtin != nil {
		p.Work = s.Builtin
	}
	if p.Remote == "" && !p.Upstream.IsZero() {
		p.address = s.CloneURL(p.Upstream)
	}
}

// Foresee lets the place be judged as if everything here were committed, with a
// commit that nothing names, and tells whether there was anything.
func (p *Place) Foresee(ctx context.Context, s *Site, o git.CommitOptions) (made bool, err error) {
	o.Dry = true
	sha, err := s.CommitAll(ctx, p.Dir, o)
	if errors.Is(err, git.ErrNothingToCommit) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p.Head, p.foreseen = sha, sha
	return true, p.reopen(s.Tool)
}

// source is what the base is fetched from, and the reference that it is kept as:
// that of a remote, or one of isrc's own. Both are "" where nobody knows.
func (p *Place) source() (remote, tracking string) {
	switch {
	case p.Remote != "":
		return p.Remote, "refs/remotes/" + p.Remote + "/" + p.Base
	case p.address != "":
		return p.address, "refs/isrc/base/" + p.Upstream.FullName() + "/" + p.Base
	}
	return "", ""
}

// Finder says what may be used to find a place.
type Finder struct {
	Dir    string
	Runs   string // folder of the journals
	Getenv func(string) string
	Host   string    // default host
	Repo   string    // --repo, "" when not given
	Base   string    // --base: a branch, HOST/OWNER/NAME:BRANCH, or a revision
	Tool   *git.Tool // nil without a git binary
}

// Find finds out where the clone stands. Reading may infer, and says from what.
func (f Finder) Find(ctx context.Context) (*Place, error) {
	repo, err := git.Open(f.Dir)
	if err != nil {
		return nil, err
	}
	repo.Tool = f.Tool
	branch, head, detached, err := repo.Head()
	if err == nil && head == "" {
		err = git.ErrEmpty
	}
	if errors.Is(err, git.ErrEmpty) {
		return nil, refuse(ErrNoCommit, "make your change and commit it", "%s has no commit yet", repo.Root())
	}
	if err != nil {
		return nil, err
	}
	p := &Place{Repo: repo, Dir: repo.Root(), Branch: branch, Head: head, Detached: detached, RunsDir: f.Runs}
	if p.Run, err = f.run(repo, branch); err != nil {
		return nil, err
	}
	if p.Event, err = f.event(); err != nil {
		return nil, err
	}
	if err := f.target(ctx, p); err != nil {
		return nil, err
	}
	if p.Event != nil && p.Event.HeadSHA != "" && detached {
		if _, err := repo.Resolve(p.Event.HeadSHA); err == nil {
			p.Head = p.Event.HeadSHA // a CI checkout stands on a merge that nobody made
		}
		p.Branch = p.Event.HeadRef
	}
	return p, nil
}

// run reads the journal that a branch names. One that is gone is no error: the
// journal adds to what is known and is never the only truth.
func (f Finder) run(repo *git.Repo, branch string) (*workflow.State, error) {
	if branch == "" {
		return nil, nil
	}
	id, ok, err := repo.OwnConfig(runKey(branch))
	if err != nil || !ok {
		return nil, err
	}
	st, err := workflow.Read(f.Runs, id)
	if errors.Is(err, workflow.ErrNoRun) || errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Errorf("read the journal of %s: %w", branch, err)
	}
	return &st, nil
}

// target finds upstream and base: the flags, the run's record, the CI event,
// the remote upstream, then origin.
func (f Finder) target(ctx context.Context, p *Place) error {
	remotes, err := p.Repo.Remotes(ctx)
	if err != nil {
		return err
	}
	base := f.Base
	switch {
	case strings.Contains(base, "/") && strings.Contains(base, ":"):
		name, branch, _ := cutLast(base, ":")
		if p.Upstream, err = forge.ParseRepo(name, f.Host); err != nil {
			return refuse(ErrUsage, "", "--base %s: %v", base, err)
		}
		base, p.BaseFrom = branch, "--base"
	case f.Repo != "":
		if p.Upstream, err = forge.ParseRepo(f.Repo, f.Host); err != nil {
			return refuse(ErrUsage, "", "--repo %s: %v", f.Repo, err)
		}
		p.BaseFrom = "--repo"
	case p.Run != nil:
		if p.Upstream, err = forge.ParseRepo(p.Run.Upstream, f.Host); err != nil {
			return fault.Errorf("the journal of %s: %w", p.Branch, err)
		}
		p.Base, p.BaseFrom = p.Run.Base, "the contribution's record"
	case p.Event != nil:
		p.Upstream, p.Base, p.BaseFrom = p.Event.Upstream, p.Event.BaseRef, "the CI event"
	}
	p.Remote = remoteOf(ctx, f.Tool, remotes, p.Upstream)
	for _, name := range []string{"upstream", "origin"} {
		if p.Remote != "" || !p.Upstream.IsZero() {
			break
		}
		for _, r := range remotes {
			if r.Name != name || p.Remote != "" {
				continue
			}
			p.Remote, p.BaseFrom = name, "remote "+name
			if u, ok := repoAt(ctx, f.Tool, r.URL, forge.RepoName{Host: f.Host}); ok {
				p.Upstream = u
			}
		}
	}
	if p.Event == nil && p.Branch != "" { // a fix may have sent the change elsewhere
		if moved, ok, err := p.Repo.OwnConfig(baseKey(p.Branch)); err == nil && ok {
			p.Base = moved
		}
	}
	if base != "" {
		p.Base = base
		if p.BaseFrom == "" || f.Base != "" {
			p.BaseFrom = "--base"
		}
	}
	if p.Base == "" {
		p.Base = defaultBranch(ctx, p.Repo, p.Remote)
	}
	p.Direct = direct(ctx, p, remotes)
	return nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// isForgeURL tells a repository of a forge from a folder on this machine.
func isForgeURL(url string) bool {
	return strings.Contains(url, "://") && !strings.HasPrefix(url, "file:") || sshPathAt(url) > 0
}

// defaultBranch is the branch that a remote's HEAD points to, as the clone
// remembers it, else the usual names.
func defaultBranch(ctx context.Context, repo *git.Repo, remote string) string {
	if remote == "" {
		remote = "origin"
	}
	if repo.Tool != nil {
		if b, err := repo.Tool.Run(ctx, repo.Root(), "symbolic-ref", "--quiet", "refs/remotes/"+remote+"/HEAD"); err == nil {
			return strings.TrimPrefix(strings.TrimSpace(b), "refs/remotes/"+remote+"/")
		}
	}
	for _, b := range []string{"main", "master", "develop", "trunk"} {
		if _, err := repo.Resolve("refs/remotes/" + remote + "/" + b); err == nil {
			return b
		}
	}
	for _, b := range []string{"main", "master"} {
		if _, err := repo.Resolve("refs/heads/" + b); err == nil {
			return b
		}
	}
	return ""
}

// direct tells whether the branch is pushed to the upstream itself.
func direct(ctx context.Context, p *Place, remotes []git.Remote) bool {
	if p.Run != nil {
		if direct, known := goesDirect(*p.Run, p.Upstream); known {
			return direct
		}
	}
	if p.Event != nil && p.Event.Upstream.Equal(p.Upstream) {
		return p.Event.Direct
	}
	push, ok, err := p.Repo.Config(ctx, "remote.pushDefault")
	if err != nil || !ok {
		push = "origin"
	}
	for _, r := range remotes {
		if r.Name == push {
			name, err := forge.ParseRepo(r.URL, "")
			return err == nil && name.Equal(p.Upstream)
		}
	}
	return false
}

// MoveTo gives commits that were made on the base branch a branch of their own,
// and lets the base branch be what the upstream has.
func (p *Place) MoveTo(ctx context.Context, tool *git.Tool, name string) error {
	base := p.Branch
	if err := p.StandFor(name); err != nil {
		return err
	}
	if _, err := tool.Run(ctx, p.Dir, "switch", "--quiet", "--create", name, "--no-track"); err != nil {
		return fault.Errorf("make the branch %s: %w", name, err)
	}
	if p.BaseRev != "" {
		if _, err := tool.Run(ctx, p.Dir, "update-ref", "refs/heads/"+base, p.BaseRev, p.Head); err != nil {
			return fault.Errorf("set %s back to what the upstream has: %w", base, err)
		}
	}
	return nil
}

// StandFor lets the place be judged as if its commits lay on that branch.
func (p *Place) StandFor(name string) error {
	if err := checkBranch(name); err != nil {
		return err
	}
	if name == p.Base {
		return refuse(ErrUsage, "give another name: --branch NAME", "the commits lie on %s already", name)
	}
	if _, err := p.Repo.Resolve("refs/heads/" + name); err == nil {
		return refuse(ErrUsage, "give another name: --branch NAME", "there is a branch %s already", name)
	}
	p.Branch = name
	return nil
}

//go:noinline
func firstWord(words ...string) string {
	for _, w := range words {
		if strings.Trim(w, "/") != "" {
			return w
		}
	}
	return "this clone"
}
