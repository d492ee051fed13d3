package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// ForkSync says what became of bringing a fork's base up to its upstream's.
type ForkSync struct {
	State string `json:"state"`
	Why   string `json:"why,omitempty"` // of what was left as it is, for people
}

// The ways in which it ends. None of them stops a contribution: its branch
// begins at the upstream's base in any case.
const (
	SyncCurrent  = "current"
	SyncUpdated  = "updated"
	SyncDiverged = "diverged" // the fork's base has commits of its own, and is left alone
	SyncKept     = "kept"     // it could not be brought up to date
)

type syncIn struct {
	Base string `json:"base"`
}

// doSync brings the base of a fork that was there before up to date.
func (s *Site) doSync(ctx context.Context, in syncIn, of results) (ForkSync, error) {
	var fork forkOut
	var clone cloneOut
	if err := fault.Join(of.read("fork", &fork), of.read("clone", &clone)); err != nil {
		return ForkSync{}, err
	}
	if fork.Outcome == forge.ForkCreated {
		return ForkSync{State: SyncCurrent}, nil
	}
	var ready readyOut
	if _, said := of["ready"]; said { // runs of earlier versions did not use it
		if err := of.read("ready", &ready); err != nil {
			return ForkSync{}, err
		}
	}
	done, err := s.forward(ctx, clone.Dir, clone.Remote, in.Base, fork.URL, ready.At)
	if err != nil {
		return ForkSync{}, err
	}
	if done.Why != "" {
		s.Sink.Note("sync", fmt.Sprintf("%s of your fork %s stays as it is: %s", in.Base, fork.Fork.FullName(), done.Why))
	}
	return done, nil
}

// FastForward moves a branch of a fork to where the upstream's is, as the clone
// knows it, without force and without a forge request. Whatever speaks against
// it leaves the branch as it is; only an interruption is an error.
func (s *Site) FastForward(ctx context.Context, dir, remote, base, fork string) (ForkSync, error) {
	return s.forward(ctx, dir, remote, base, fork, "")
}

// forward is FastForward of a branch that was just seen at a commit, "" if not.
func (s *Site) forward(ctx context.Context, dir, remote, base, fork, at string) (ForkSync, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return ForkSync{}, err
	}
	defer repo.Close()
	tip, err := repo.Resolve("refs/remotes/" + remote + "/" + base)
	if err != nil {
		return ForkSync{State: SyncKept, Why: "the clone does not know the upstream's"}, nil //nolint:nilerr // said in the answer
	}
	if at == "" {
		at, err = s.remoteBranch(ctx, fork, base)
	}
	switch {
	case ctx.Err() != nil:
		return ForkSync{}, ctx.Err()
	case err != nil:
		return ForkSync{State: SyncKept, Why: err.Error()}, nil
	case at == "":
		return ForkSync{State: SyncKept, Why: "it has no such branch"}, nil
	case at == tip:
		return ForkSync{State: SyncCurrent}, nil
	}
	if ahead, err := repo.MergeBase(ctx, at, tip); err != nil || ahead != at {
		if err != nil && repo.IsShallow() {
			return ForkSync{State: SyncKept, Why: "the clone is shallow, so it is not known whether the fork's has commits of its own"}, nil
		}
		return ForkSync{State: SyncDiverged, Why: "it has commits of its own"}, nil
	}
	if _, err := s.Work().Push(ctx, dir, fork, tip, base, git.PushOptions{NoVerify: true}); err != nil {
		if ctx.Err() != nil {
			return ForkSync{}, ctx.Err()
		}
		return ForkSync{State: SyncKept, Why: s.whyRefused(err)}, nil
	}
	return ForkSync{State: SyncUpdated}, nil
}

// whyRefused is what stands against a push, in one line.
func (s *Site) whyRefused(err error) string {
	var rejected *git.RejectedError
	if !errors.As(err, &rejected) {
		return s.denied(err, "").Error()
	}
	return readRejection(&git.RejectedError{Reason: rejected.Reason, Remote: s.masked(rejected.Remote)}).Quote
}

// SyncOf is what became of the base of the fork that a run found, nil where it
// made the fork itself.
func SyncOf(st workflow.State) *ForkSync {
	step, ok := st.Step("sync")
	if !ok || step.Status != workflow.Done {
		return nil
	}
	var out ForkSync
	if json.Unmarshal(step.Out, &out) != nil {
		return nil
	}
	return &out
}
