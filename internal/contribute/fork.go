package contribute

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/progress"
)

type forkIn struct {
	Upstream forge.RepoName  `json:"upstream"`
	Org      string          `json:"org,omitempty"`
	Name     string          `json:"name,omitempty"` // only where the upstream's is taken
	Base     string          `json:"base"`
	Existing *forge.RepoName `json:"existing,omitempty"`
	// Outcome says how the existing one was found: under the upstream's name, or
	// under another.
	Outcome forge.ForkOutcome `json:"outcome,omitempty"`
}

type forkOut struct {
	Fork    forge.RepoName    `json:"fork"`
	URL     string            `json:"url"`
	Outcome forge.ForkOutcome `json:"outcome"`
}

// in is what the step needs to know of a fork that is there, or is to be made.
func (h ForkHome) in(upstream forge.RepoName, org, base string) forkIn {
	in := forkIn{Upstream: upstream, Org: org, Base: base}
	switch {
	case h.Found != nil:
		in.Existing = &h.Found.RepoName
		in.Outcome = h.Outcome
	case !strings.EqualFold(h.Name, upstream.Name):
		in.Name = h.Name
	}
	return in
}

// existing is the answer for a fork that was found beforehand.
func (s *Site) existing(in forkIn) forkOut {
	out := forkOut{Fork: *in.Existing, URL: s.CloneURL(*in.Existing), Outcome: in.Outcome}
	if out.Outcome == "" {
		out.Outcome = forge.ForkExisting
	}
	return out
}

// doFork asks for a fork. A forge answers such a request with the fork that is
// already there, so asking twice makes no second one.
func (s *Site) doFork(ctx context.Context, in forkIn, _ results) (forkOut, error) {
	if in.Existing != nil {
		return s.existing(in), nil
	}
	fork, err := s.Forge.CreateFork(ctx, in.Upstream, forge.ForkOptions{Org: in.Org, Name: in.Name})
	if err != nil {
		return forkOut{}, explainFork(err, in)
	}
	if fork.Equal(in.Upstream) {
		return forkOut{}, fault.Errorf("%s answered the request for a fork with the upstream itself", s.Host)
	}
	if fork.Outcome != forge.ForkCreated && fork.Access != nil && !canPush(fork.Repo) {
		return forkOut{}, &forge.NotPermittedError{What: "pushing to the fork " + fork.FullName() + " that is there", Policy: forge.PolicyNoAccess}
	}
	return forkOut{Fork: fork.RepoName, URL: s.cloneURLOf(fork.Repo), Outcome: fork.Outcome}, nil
}

// explainFork says of a refusal that names no policy what could be asked for
// instead: the upstream was there a moment ago, so what is missing is the
// organisation, and what is there already has the fork's name.
func explainFork(err error, in forkIn) error {
	var (
		missing *forge.NotFoundError
		invalid *forge.InvalidError
	)
	again := "isrc contribute " + in.Upstream.FullName()
	switch {
	case errors.As(err, &missing) && in.Org != "":
		return &HintError{Err: err, Hint: "leave out --fork-org, and it goes by a fork in your own account: " + again + "\nor name another organisation: " + again + " --fork-org ORGANISATION"}
	case errors.As(err, &missing):
		return &HintError{Err: err, Hint: "ask its owners for write access, then: " + again + " --via branch"}
	case errors.As(err, &invalid) && invalid.Exists:
		return &HintError{Err: err, Hint: "give the fork another name: " + again + " --fork-name NAME"}
	}
	return err
}

// observeFork looks for the fork under the name that it was to get; under
// another name the forge itself finds it when it is asked for a fork again.
func (s *Site) observeFork(ctx context.Context, in forkIn, _ results) (forkOut, bool, error) {
	if in.Existing != nil {
		return s.existing(in), true, nil
	}
	owner := in.Org
	if owner == "" {
		login, err := s.Login(ctx)
		if err != nil {
			return forkOut{}, false, err
		}
		owner = login
	}
	name := in.Name
	if name == "" {
		name = in.Upstream.Name
	}
	repo, err := s.Forge.Repo(ctx, forge.RepoName{Host: s.Host, Owner: owner, Name: name})
	var missing *forge.NotFoundError
	switch {
	case errors.As(err, &missing):
		return forkOut{}, false, nil
	case err != nil:
		return forkOut{}, false, err
	case !isForkOf(repo, forge.Repo{RepoName: in.Upstream}):
		return forkOut{}, false, nil
	}
	// Whether the fork was there before the interrupted request cannot be
	// known from the look-up alone; a fork of the last minutes is ours.
	outcome := forge.ForkExisting
	if !strings.EqualFold(repo.Name, name) {
		outcome = forge.ForkRenamed
	}
	if !repo.CreatedAt.IsZero() && s.Now().Sub(repo.CreatedAt) < 10*time.Minute {
		outcome = forge.ForkCreated
	}
	return forkOut{Fork: repo.RepoName, URL: s.cloneURLOf(repo), Outcome: outcome}, true, nil
}

// keepFork never lets a repository be deleted: other work may lie in it.
func (s *Site) keepFork(_ context.Context, out forkOut) (string, error) {
	return "a fork is never deleted by isrc; it is at " + s.WebURL(out.Fork), nil
}

type readyIn struct {
	Base string `json:"base"`
}

type readyOut struct {
	Waited time.Duration `json:"waited"`
	At     string        `json:"at,omitempty"` // commit of the base in the fork
}

// doReady waits until the fork can be pushed to. A forge answers a request for
// a fork before it has copied it, and its metadata is ready before its branches
// are: only git tells.
func (s *Site) doReady(ctx context.Context, in readyIn, of results) (readyOut, error) {
	var fork forkOut
	if err := of.read("fork", &fork); err != nil {
		return readyOut{}, err
	}
	begun, wait := s.Now(), 250*time.Millisecond
	var waited time.Duration
	for {
		refs, err := s.refs(ctx, fork.URL)
		var missing *git.NotFoundError
		switch {
		case err != nil && !errors.As(err, &missing):
			return readyOut{}, fault.Errorf("look whether %s is ready: %w", fork.Fork.FullName(), err)
		case err == nil && (len(refs.Hashes) > 0 && (refs.Hashes["refs/heads/"+in.Base] != "" || fork.Outcome != forge.ForkCreated)):
			return readyOut{Waited: s.Now().Sub(begun), At: refs.Hashes["refs/heads/"+in.Base]}, nil
		}
		if waited > 5*time.Minute {
			hint := ""
			if fork.Outcome != forge.ForkCreated {
				hint = "the same command goes on; if " + s.WebURL(fork.Fork) + " stays empty, delete it there, or take another (--new --fork-name NAME)"
			}
			return readyOut{}, refuse(ErrNotReady, hint, "the fork %s is not ready after %s", fork.Fork.FullName(), waited.Truncate(time.Minute))
		}
		s.Sink.Send(progress.Event{Phase: progress.Waiting, Task: "fork", Message: "waiting for fork " + fork.Fork.FullName(), Wait: wait})
		if err := s.sleep(ctx, wait); err != nil {
			return readyOut{}, err
		}
		waited += wait
		wait = min(wait*2, 5*time.Second)
	}
}

func (s *Site) sleep(ctx context.Context, d time.Duration) error {
	if s.Sleep != nil {
		return s.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
