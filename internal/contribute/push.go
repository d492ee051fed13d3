package contribute

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

type pushIn struct {
	Dir      string         `json:"dir"`
	Branch   string         `json:"branch"`
	SHA      string         `json:"sha"`
	Upstream forge.RepoName `json:"upstream"`
	To       forge.RepoName `json:"to"`             // where the branch goes; zero: to the fork of step "fork"
	URL      string         `json:"url"`            // of To, for git
	Remote   string         `json:"remote"`         // its name in the clone, "" when it has none
	Ours     []string       `json:"ours,omitempty"` // commits that this run pushed there before, or tried to
	Made     bool           `json:"made,omitempty"` // this run made the branch there
}

type pushOut struct {
	Dir      string         `json:"dir"`
	Upstream forge.RepoName `json:"upstream"`
	To       forge.RepoName `json:"to"`
	URL      string         `json:"url"`
	Branch   string         `json:"branch"`
	SHA      string         `json:"sha"`
	Created  bool           `json:"created"` // the branch was not there before this run
}

//go:noinline
func (in pushIn) done(created bool) pushOut {
	return pushOut{Dir: in.Dir, Upstream: in.Upstream, To: in.To, URL: in.URL, Branch: in.Branch, SHA: in.SHA, Created: created || in.Made}
}

// resolve takes the destination from the fork that an earlier step made.
func (in *pushIn) resolve(of results) error {
	if !in.To.IsZero() {
		return nil
	}
	var fork forkOut
	err := of.read("fork", &fork)
	in.To, in.URL = fork.Fork, fork.URL
	return err
}

// doPush sends the commit. A branch that was rewritten replaces what this run
// pushed before, and nothing that somebody else put there since.
func (s *Site) doPush(ctx context.Context, in pushIn, of results) (pushOut, error) {
	err := in.resolve(of)
	if err == nil {
		err = s.nameRemote(ctx, &in)
	}
	if err != nil {
		return pushOut{}, err
	}
	done, err := s.Work().Push(ctx, in.Dir, in.Remote, in.SHA, in.Branch, git.PushOptions{Progress: true})
	var rejected *git.RejectedError
	if errors.As(err, &rejected) && rejected.Stale {
		if at, lookErr := s.remoteBranch(ctx, in.URL, in.Branch); lookErr == nil && slices.Contains(in.Ours, at) {
			done, err = s.Work().Push(ctx, in.Dir, in.Remote, in.SHA, in.Branch, git.PushOptions{Progress: true, ForceWithLease: at})
		}
	}
	if errors.As(err, &rejected) && lacksHistory(rejected.Reason) {
		done, err = s.pushDeeper(ctx, in)
	}
	if err != nil {
		// The answer may have been lost on the way, not the commit.
		at, lookErr := s.remoteBranch(ctx, in.URL, in.Branch)
		if lookErr == nil && at == in.SHA {
			return in.done(true), nil
		}
		var page *git.PageError
		if errors.As(lookErr, &page) && rejected == nil { // which git takes for an odd kind of server
			err = lookErr
		}
		return pushOut{}, s.explainPush(err, in) // the step names the branch and where it goes
	}
	return in.done(done.Status == git.PushCreated), nil
}

// lacksHistory knows the words of a server to which a shallow clone pushes, and
// which has not the commits behind: a fork that shares nothing with its upstream.
func lacksHistory(reason string) bool {
	return reason == "shallow update not allowed" || reason == "missing necessary objects"
}

// pushDeeper fetches the history that the server lacks, and pushes again.
func (s *Site) pushDeeper(ctx context.Context, in pushIn) (git.PushResult, error) {
	why := in.To.FullName() + " lacks the commits that this shallow clone left out"
	if s.Tool == nil {
		return git.PushResult{}, fault.Errorf("%s: %w", why, git.ErrNoGit)
	}
	repo, err := git.Open(in.Dir)
	if err != nil {
		return git.PushResult{}, err
	}
	defer repo.Close() //nolint:errcheck // read only
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return git.PushResult{}, err
	}
	s.Sink.Note("push", why+": they are fetched")
	from := firstOf(remoteOf(ctx, s.Tool, remotes, in.Upstream), s.CloneURL(in.Upstream))
	if err := s.Tool.Deepen(ctx, in.Dir, from, 0); err != nil {
		return git.PushResult{}, &HintError{Err: err, Hint: "git fetch --unshallow " + from + ", then isrc submit"}
	}
	return s.Work().Push(ctx, in.Dir, in.Remote, in.SHA, in.Branch, git.PushOptions{Progress: true})
}

// pushesBy takes the remote that pushes to the destination. Where that goes by
// ssh, the branch is looked for by ssh too: who cannot reach the forge otherwise
// need not. An https address may hold a password and is written anew.
func (s *Site) pushesBy(ctx context.Context, in *pushIn, remotes []git.Remote) {
	in.URL = firstOf(in.URL, s.CloneURL(in.To))
	if r, ok := pushRemoteOf(ctx, s.Tool, remotes, in.To); ok {
		if in.Remote = r.Name; sshPathAt(r.URL) > 0 {
			in.URL = r.URL
		}
	}
}

// nameRemote finds the remote of a clone that points to the destination. In a
// clone that has none, and no remote of that name, it is called fork.
func (s *Site) nameRemote(ctx context.Context, in *pushIn) error {
	if in.Remote != "" {
		return nil
	}
	repo, err := git.Open(in.Dir)
	if err != nil {
		return err
	}
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return err
	}
	repo.Tool = s.Tool
	if s.pushesBy(ctx, in, remotes); in.Remote != "" {
		return nil
	}
	if slices.ContainsFunc(remotes, func(r git.Remote) bool { return r.Name == "fork" }) {
		in.Remote = in.URL
		return nil
	}
	in.Remote = "fork"
	return s.Work().AddRemote(ctx, in.Dir, in.Remote, in.URL)
}

func (s *Site) observePush(ctx context.Context, in pushIn, of results) (pushOut, bool, error) {
	if err := in.resolve(of); err != nil {
		return pushOut{}, false, err
	}
	at, err := s.remoteBranch(ctx, in.URL, in.Branch)
	if err != nil {
		return pushOut{}, false, fault.Errorf("look whether %s is pushed to %s: %w", in.Branch, in.To.FullName(), err)
	}
	return in.done(true), at == in.SHA, nil
}

// remoteBranch gives the commit at which a branch of a remote repository is, ""
// when there is no such branch.
func (s *Site) remoteBranch(ctx context.Context, url, branch string) (string, error) {
	refs, err := s.refs(ctx, url)
	if err != nil {
		return "", err
	}
	return refs.Hashes["refs/heads/"+branch], nil
}

// keepPush lets a pushed branch be deleted only where it is ours, still as we
// left it, asked of nobody, and not the last copy of its commits.
func (s *Site) keepPush(ctx context.Context, out pushOut) (string, error) {
	name := out.Branch + " in " + out.To.FullName()
	if !out.Created {
		return "the branch " + name + " was there before", nil
	}
	at, err := s.remoteBranch(ctx, out.URL, out.Branch)
	var missing *git.NotFoundError
	if errors.As(err, &missing) || (err == nil && at == "") {
		return "", nil // nothing is left to keep
	}
	if err != nil {
		return "", fault.Errorf("look at the branch %s: %w", name, err)
	}
	if at != out.SHA {
		return "the branch " + name + " has newer commits", nil
	}
	open, err := s.Forge.Pulls(ctx, out.Upstream, forge.PullQuery{State: "open", Head: out.To.Owner + ":" + out.Branch})
	if err != nil {
		return "", fault.Errorf("look for a pull request of %s: %w", name, err)
	}
	open = slices.DeleteFunc(open, func(p forge.Pull) bool { return !comesFrom(p, out.To, out.Branch) })
	if len(open) > 1 || (len(open) == 1 && !s.ClosePulls) {
		return "the branch " + name + " belongs to an open pull request: " + open[0].URL, nil
	}
	return s.lastCopy(ctx, out, name)
}

// lastCopy tells whether the pushed commits are in no branch of the clone.
func (s *Site) lastCopy(ctx context.Context, out pushOut, name string) (string, error) {
	if _, err := os.Stat(out.Dir); err != nil {
		return "the branch " + name + " is the only copy of your commits: " + out.Dir + " is gone", nil //nolint:nilerr // not seeing it is reason enough
	}
	repo, err := git.Open(out.Dir)
	if err != nil {
		return "", err
	}
	defer repo.Close() //nolint:errcheck // read only
	branches, err := repo.Branches()
	if err != nil {
		return "", err
	}
	for _, at := range branches {
		if missing, err := s.ownCommits(ctx, out.Dir, out.SHA, at); err == nil && !missing {
			return "", nil
		}
	}
	return "the branch " + name + " is the only copy of your commits: no branch in " + out.Dir + " has them", nil
}

// releasePush deletes the pushed branch if it is still at our commit.
func (s *Site) releasePush(ctx context.Context, out pushOut) error {
	at, err := s.remoteBranch(ctx, out.URL, out.Branch)
	var missing *git.NotFoundError
	if errors.As(err, &missing) || (err == nil && at == "") {
		return s.forget(ctx, out.Dir, out.To, out.Branch, out.SHA)
	}
	if err != nil {
		return err
	}
	if err := s.Work().DeleteRemote(ctx, out.Dir, out.URL, out.Branch, out.SHA); err != nil {
		return fault.Errorf("delete the branch %s of %s: %w", out.Branch, out.To.FullName(), s.denied(err, "pushing to "+out.To.FullName()))
	}
	return s.forget(ctx, out.Dir, out.To, out.Branch, out.SHA)
}
