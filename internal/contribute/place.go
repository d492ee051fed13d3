package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
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

	Upstream forge.RepoName // zero when no forge is known
	Remote   string         // remote of the upstream, "" when there is none
	Base     string         // branch of the upstream, or a revision that --base named
	BaseFrom string         // where that was read, for people
	BaseRev  string         // commit of the base as it is known here
	Direct   bool           // the branch goes to the upstream itself
	Event    *Event         // of the CI job, nil elsewhere
	Notes    []string       // what could not be done on the way
}

// Event is a pull request as a CI job is told of it.
type Event struct {
	Number   int
	Title    string
	Body     string
	Labels   []string
	HeadSHA  string
	BaseSHA  string
	BaseRef  string
	HeadRef  string
	Upstream forge.RepoName
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
	p := &Place{Repo: repo, Dir: repo.Root(), Branch: branch, Head: head, Detached: detached}
	if p.Run, err = f.run(ctx, repo, branch); err != nil {
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
func (f Finder) run(ctx context.Context, repo *git.Repo, branch string) (*workflow.State, error) {
	if branch == "" {
		return nil, nil
	}
	id, ok, err := repo.Config(ctx, runKey(branch))
	if err != nil || !ok {
		return nil, err
	}
	st, err := workflow.Read(f.Runs, id)
	if errors.Is(err, workflow.ErrNoRun) || errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the journal of %s: %w", branch, err)
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
			return fmt.Errorf("the journal of %s: %w", p.Branch, err)
		}
		p.Base, p.BaseFrom = p.Run.Base, "the contribution's record"
	case p.Event != nil:
		p.Upstream, p.Base, p.BaseFrom = p.Event.Upstream, p.Event.BaseRef, "the CI event"
	}
	p.Remote = remoteOf(remotes, p.Upstream)
	for _, name := range []string{"upstream", "origin"} {
		if p.Remote != "" || !p.Upstream.IsZero() {
			break
		}
		for _, r := range remotes {
			if r.Name != name || p.Remote != "" {
				continue
			}
			p.Remote, p.BaseFrom = name, "remote "+name
			if u, err := forge.ParseRepo(r.URL, ""); err == nil && isForgeURL(r.URL) {
				p.Upstream = u
			}
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
	return strings.Contains(url, "://") && !strings.HasPrefix(url, "file:") || strings.Contains(url, "@") && strings.Contains(url, ":")
}

func remoteOf(remotes []git.Remote, repo forge.RepoName) string {
	if repo.IsZero() {
		return ""
	}
	for _, r := range remotes {
		if name, err := forge.ParseRepo(r.URL, ""); err == nil && isForgeURL(r.URL) && name.Equal(repo) {
			return r.Name
		}
	}
	return ""
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

// Refresh fetches the base, so that a change is judged against the upstream as
// it is now, and finds the base's commit. A network that is away is a note.
func (p *Place) Refresh(ctx context.Context, tool *git.Tool) error {
	if p.Base == "" {
		return refuse(ErrUsage, "name it: --base BRANCH", "it is not known which branch this change goes to")
	}
	tracking := "refs/remotes/" + p.Remote + "/" + p.Base
	var unfetched error
	if tool != nil && p.Remote != "" && !p.baseIsRevision(tracking) {
		if err := tool.Fetch(ctx, p.Dir, p.Remote, "+refs/heads/"+p.Base+":"+tracking); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			var gone *git.NotFoundError
			if _, known := p.Repo.Resolve(tracking); known == nil && errors.As(err, &gone) && gone.Ref != "" {
				return p.baseGone(ctx)
			}
			unfetched = err
			p.Notes = append(p.Notes, fmt.Sprintf("%s of %s was not fetched anew: %v", p.Base, p.Remote, err))
		}
	}
	candidates := []string{tracking, p.Base, "refs/heads/" + p.Base}
	if p.Remote == "" {
		candidates = candidates[1:]
	}
	if p.Event != nil && p.Event.BaseSHA != "" {
		candidates = append(candidates, p.Event.BaseSHA)
	}
	for _, rev := range candidates {
		if sha, err := p.Repo.Resolve(rev); err == nil {
			p.BaseRev = sha
			return p.deepen(ctx, tool)
		}
	}
	if unfetched != nil { // a look-up that failed does not mean that there is none
		return fmt.Errorf("fetch %s of %s: %w", p.Base, firstWord(p.Upstream.FullName(), p.Remote), unfetched)
	}
	return refuse(ErrNoBase, "name another one: --base BRANCH", "there is no branch %s in %s", p.Base, firstWord(p.Upstream.FullName(), p.Remote, p.Dir))
}

// baseIsRevision tells whether --base named a commit or a tag of this clone, for
// which there is nothing to fetch.
func (p *Place) baseIsRevision(tracking string) bool {
	for _, branch := range []string{tracking, "refs/heads/" + p.Base} {
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
		return refuse(ErrUsage, "check out with fetch-depth: 0", "the clone is too shallow to see where the change began")
	}
	for _, depth := range []string{"--deepen=50", "--deepen=500", "--unshallow"} {
		if _, err := tool.Run(ctx, p.Dir, "fetch", "--quiet", depth, p.Remote); err != nil {
			return fmt.Errorf("fetch more history from %s: %w", p.Remote, err)
		}
		repo, err := git.Open(p.Dir)
		if err != nil {
			return err
		}
		repo.Tool = tool
		p.Repo = repo
		if _, err := repo.MergeBase(ctx, p.BaseRev, p.Head); err == nil || !repo.IsShallow() {
			return nil
		}
	}
	return nil
}

func firstWord(words ...string) string {
	for _, w := range words {
		if strings.Trim(w, "/") != "" {
			return w
		}
	}
	return "this clone"
}

// event reads what a CI job was told, as GitHub's runners tell it.
func (f Finder) event() (*Event, error) {
	path := f.Getenv("GITHUB_EVENT_PATH")
	if path == "" || f.Getenv("GITHUB_BASE_REF") == "" {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read the CI event: %w", err)
	}
	var raw struct {
		Pull struct {
			Number int
			Title  string
			Body   string
			Labels []struct{ Name string }
			Head   struct{ SHA, Ref string }
			Base   struct {
				SHA, Ref string
				Repo     struct {
					FullName string `json:"full_name"`
				}
			}
		} `json:"pull_request"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("read the CI event %s: %w", path, err)
	}
	if raw.Pull.Number == 0 {
		return nil, nil
	}
	e := &Event{Number: raw.Pull.Number, Title: raw.Pull.Title, Body: raw.Pull.Body, HeadSHA: raw.Pull.Head.SHA, HeadRef: raw.Pull.Head.Ref, BaseSHA: raw.Pull.Base.SHA, BaseRef: raw.Pull.Base.Ref}
	for _, l := range raw.Pull.Labels {
		e.Labels = append(e.Labels, l.Name)
	}
	server := strings.TrimSuffix(f.Getenv("GITHUB_SERVER_URL"), "/")
	if server == "" {
		server = "https://github.com"
	}
	if e.Upstream, err = forge.ParseRepo(server+"/"+raw.Pull.Base.Repo.FullName, ""); err != nil {
		return nil, fmt.Errorf("read the CI event %s: %w", path, err)
	}
	return e, nil
}

// Draft gives the event as the draft of a pull request.
func (e *Event) Draft() rule.Draft {
	return rule.Draft{Title: e.Title, Body: e.Body, Labels: e.Labels, Exists: true, TitleFrom: fmt.Sprintf("pull request #%d", e.Number)}
}

// MoveTo gives commits that were made on the base branch a branch of their own,
// and lets the base branch be what the upstream has.
func (p *Place) MoveTo(ctx context.Context, tool *git.Tool, name string) error {
	base := p.Branch
	if err := p.StandFor(name); err != nil {
		return err
	}
	if _, err := tool.Run(ctx, p.Dir, "switch", "--quiet", "--create", name, "--no-track"); err != nil {
		return fmt.Errorf("make the branch %s: %w", name, err)
	}
	if p.BaseRev != "" {
		if _, err := tool.Run(ctx, p.Dir, "update-ref", "refs/heads/"+base, p.BaseRev, p.Head); err != nil {
			return fmt.Errorf("set %s back to what the upstream has: %w", base, err)
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
