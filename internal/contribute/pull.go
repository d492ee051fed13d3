package contribute

import (
	"context"
	"errors"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

type pullIn struct {
	Upstream forge.RepoName `json:"upstream"`
	Base     string         `json:"base"`
	Head     forge.RepoName `json:"head"`
	Branch   string         `json:"branch"`
	Title    string         `json:"title"`
	Body     string         `json:"body"`
	Draft    bool           `json:"draft,omitempty"`
	Existing int            `json:"existing,omitempty"` // number of an open pull request of this branch
	Edit     bool           `json:"edit,omitempty"`     // give the existing one this title and body
	Move     bool           `json:"move,omitempty"`     // let the existing one go to this base
	URL      string         `json:"url,omitempty"`      // of the existing one, as it was found
}

// The ways in which submitting ends.
const (
	PullCreated  = "created"
	PullExisting = "existing"
	PullUpdated  = "updated"
)

type pullOut struct {
	Upstream forge.RepoName `json:"upstream"`
	Number   int            `json:"number"`
	URL      string         `json:"url"`
	Title    string         `json:"title"`
	Draft    bool           `json:"draft,omitempty"`
	Head     forge.RepoName `json:"head"`
	Outcome  string         `json:"outcome"`
}

func (s *Site) doPull(ctx context.Context, in pullIn, of results) (pullOut, error) {
	if in.Existing != 0 {
		return s.updatePull(ctx, in)
	}
	if err := in.resolve(of); err != nil {
		return pullOut{}, err
	}
	pull, err := s.openPull(ctx, in)
	var invalid *forge.InvalidError
	if errors.As(err, &invalid) && invalid.Exists {
		// A request that timed out may have been carried out, and a listing
		// may lag behind: the server's word that it exists counts as found.
		found, ok, lookErr := s.awaitPull(ctx, in)
		if ok {
			return found, nil
		}
		return pullOut{}, fault.Join(err, lookErr)
	}
	if err != nil {
		return pullOut{}, explainOpening(err, in)
	}
	return describePull(in, pull, PullCreated), nil
}

// openPull asks again while the forge has not seen what was pushed: for seven
// seconds at most. Nothing was opened by a request that was refused.
func (s *Site) openPull(ctx context.Context, in pullIn) (forge.Pull, error) {
	for wait := time.Second; ; wait *= 2 {
		pull, err := s.Forge.OpenPull(ctx, in.Upstream, forge.NewPull{Title: in.Title, Body: in.Body, Base: in.Base, Head: in.Branch, HeadRepo: in.Head, Draft: in.Draft})
		if wait > 4*time.Second || !unseenHead(err) {
			return pull, err
		}
		s.Sink.Send(progress.Event{Phase: progress.Waiting, Task: "pull", Message: "waiting until " + in.Upstream.Host + " sees the branch " + in.Branch, Wait: wait})
		if err := s.sleep(ctx, wait); err != nil {
			return forge.Pull{}, err
		}
	}
}

func (s *Site) updatePull(ctx context.Context, in pullIn) (pullOut, error) {
	if !in.Edit && !in.Move && in.URL != "" { // it was looked up a moment ago, and nothing of it changes
		return pullOut{Upstream: in.Upstream, Number: in.Existing, URL: in.URL, Title: in.Title, Draft: in.Draft, Head: in.Head, Outcome: PullExisting}, nil
	}
	if !in.Edit && !in.Move {
		pull, err := s.Forge.Pull(ctx, in.Upstream, in.Existing)
		return describePull(in, pull, PullExisting), err
	}
	var change forge.PullEdit
	if in.Edit {
		change.Title, change.Body = &in.Title, &in.Body
	}
	if in.Move {
		change.Base = &in.Base
	}
	pull, err := s.Forge.EditPull(ctx, in.Upstream, in.Existing, change)
	if err != nil {
		return pullOut{}, fault.Errorf("update pull request #%d: %w", in.Existing, err)
	}
	return describePull(in, pull, PullUpdated), nil
}

// observePull is asked after an interrupted request: is it open by now?
func (s *Site) observePull(ctx context.Context, in pullIn, of results) (pullOut, bool, error) {
	if in.Existing != 0 {
		return pullOut{}, false, nil // updating may be repeated
	}
	if err := in.resolve(of); err != nil {
		return pullOut{}, false, err
	}
	out, found, err := s.findPull(ctx, in)
	if found {
		out.Outcome = PullCreated // the journal says that our request was under way
	}
	return out, found, err
}

// resolve takes the head from the fork that an earlier step made.
func (in *pullIn) resolve(of results) error {
	if !in.Head.IsZero() {
		return nil
	}
	var fork forkOut
	err := of.read("fork", &fork)
	in.Head = fork.Fork
	return err
}

// awaitPull looks for a pull request that the forge says is there, until its
// listing shows it: for eight seconds at most.
func (s *Site) awaitPull(ctx context.Context, in pullIn) (pullOut, bool, error) {
	wait := 250 * time.Millisecond
	for {
		out, found, err := s.findPull(ctx, in)
		if found || err != nil || wait > 4*time.Second {
			return out, found, err
		}
		s.Sink.Send(progress.Event{Phase: progress.Waiting, Task: "pull", Message: "waiting until " + in.Upstream.FullName() + " lists the pull request", Wait: wait})
		if err := s.sleep(ctx, wait); err != nil {
			return out, false, err
		}
		wait *= 2
	}
}

func (s *Site) findPull(ctx context.Context, in pullIn) (pullOut, bool, error) {
	pulls, err := s.Forge.Pulls(ctx, in.Upstream, forge.PullQuery{State: "open", Head: in.Head.Owner + ":" + in.Branch})
	if err != nil {
		return pullOut{}, false, fault.Errorf("look for a pull request of %s: %w", in.Branch, err)
	}
	for _, p := range pulls {
		if comesFrom(p, in.Head, in.Branch) {
			return describePull(in, p, PullExisting), true, nil
		}
	}
	return pullOut{}, false, nil
}

// comesFrom tells whether a pull request is that of a branch of one repository.
// OWNER:BRANCH, by which forges list them, is that of any repository of one owner.
//
//go:noinline
func comesFrom(p forge.Pull, head forge.RepoName, branch string) bool {
	return p.Head.Branch == branch && (p.Head.Repo == nil || p.Head.Repo.Equal(head))
}

//go:noinline
func describePull(in pullIn, p forge.Pull, outcome string) pullOut {
	return pullOut{Upstream: in.Upstream, Number: p.Number, URL: p.URL, Title: p.Title, Draft: p.Draft, Head: in.Head, Outcome: outcome}
}

// keepPull leaves a pull request to people, for others have seen it, unless the
// user said that it is to be closed.
func (s *Site) keepPull(ctx context.Context, out pullOut) (string, error) {
	if !s.ClosePulls {
		return "a pull request is closed only when you say so (--close): " + out.URL, nil
	}
	pull, err := s.Forge.Pull(ctx, out.Upstream, out.Number)
	if err != nil {
		return "", fault.Errorf("look up pull request #%d of %s: %w", out.Number, out.Upstream.FullName(), err)
	}
	if pull.State == forge.PullMerged {
		return "it is merged: " + out.URL, nil
	}
	return "", nil
}

// releasePull closes a pull request. Closing twice changes nothing.
func (s *Site) releasePull(ctx context.Context, out pullOut) error {
	if err := s.Forge.ClosePull(ctx, out.Upstream, out.Number); err != nil {
		return fault.Errorf("close pull request #%d of %s: %w", out.Number, out.Upstream.FullName(), err)
	}
	return nil
}
