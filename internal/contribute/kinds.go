package contribute

import (
	"context"
	"encoding/json"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/secret"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// The kinds of steps. They are written into journals: a kind whose input or
// result changes gets a new number, and the old one stays readable.
const (
	kindFork    = "fork/v1"
	kindClone   = "clone/v1"
	kindRemotes = "remotes/v1"
	kindBranch  = "branch/v1"
	kindReady   = "fork-ready/v1"
	kindSync    = "fork-sync/v1"
	kindApply   = "apply/v1"
	kindExec    = "exec/v1"
	kindPush    = "push/v1"
	kindPull    = "pull/v1"
	kindReview  = "review/v1"
	kindIssue   = "issue/v1"
	kindAdopt   = "adopt/v1"
	kindRemote  = "remote/v1"
)

// kinds says how each kind of step is done, looked for and taken back.
func (s *Site) kinds() []workflow.Kind {
	return []workflow.Kind{
		kindOf(kindFork, s.observeFork, s.doFork, &undo[forkOut]{keeps: s.keepFork}),
		kindOf(kindClone, s.observeClone, s.doClone, &undo[cloneOut]{keeps: s.keepClone, release: s.releaseClone}),
		kindOf(kindAdopt, nil, s.doAdopt, &undo[cloneOut]{keeps: s.keepAdopted}),
		kindOf(kindRemote, nil, s.doRemote, &undo[remoteOut]{keeps: s.keepRemote, release: s.releaseRemote}),
		kindOf(kindRemotes, nil, s.doRemotes, nil),
		kindOf(kindBranch, s.observeBranch, s.doBranch, &undo[branchOut]{keeps: s.keepBranch, release: s.releaseBranch}),
		kindOf(kindReady, nil, s.doReady, nil),
		kindOf(kindSync, nil, s.doSync, nil),
		kindOf(kindApply, s.observeApply, s.doApply, nil),
		kindOf(kindExec, s.observeExec, s.doExec, nil),
		kindOf(kindPush, s.observePush, s.doPush, &undo[pushOut]{keeps: s.keepPush, release: s.releasePush}),
		kindOf(kindPull, s.observePull, s.doPull, &undo[pullOut]{keeps: s.keepPull, release: s.releasePull}),
		kindOf(kindReview, nil, s.doReview, nil),
		kindOf(kindIssue, s.observeIssue, s.doIssue, nil),
	}
}

// Engine gives the engine that carries out runs of this site.
func (s *Site) Engine() *workflow.Engine {
	secrets := s.Secrets
	if secrets == nil {
		secrets = secret.Of(s.Token)
	}
	return &workflow.Engine{Kinds: s.kinds(), Sink: s.Sink, Trace: s.Trace, Secrets: secrets}
}

// results reads what earlier steps answered.
type results map[string]json.RawMessage

func (r results) read(name string, into any) error {
	raw, ok := r[name]
	if !ok {
		return fault.Errorf("the result of step %s is missing from the journal", name)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fault.Errorf("read the result of step %s: %w", name, err)
	}
	return nil
}

// undo is the way back of a kind: what speaks for leaving its effect, looked at
// without changing anything, and how to take it back. Without a release the
// effect always stays.
type undo[Out any] struct {
	keeps   func(context.Context, Out) (why string, err error)
	release func(context.Context, Out) error
}

// kindOf joins functions over plain types to a kind over JSON. A kind without
// observe is one whose Do finds out by itself what is already so.
func kindOf[In, Out any](name string,
	observe func(context.Context, In, results) (Out, bool, error),
	do func(context.Context, In, results) (Out, error),
	back *undo[Out],
) workflow.Kind {
	read := func(ins workflow.Ins) (in In, err error) {
		if err = json.Unmarshal(ins.In, &in); err != nil {
			err = fault.Errorf("read the input of a step %s: %w", name, err)
		}
		return in, err
	}
	k := workflow.Kind{Name: name}
	k.Do = func(ctx context.Context, ins workflow.Ins) (json.RawMessage, error) {
		in, err := read(ins)
		if err != nil {
			return nil, err
		}
		out, err := do(ctx, in, ins.Of)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
	k.Observe = func(ctx context.Context, ins workflow.Ins) (json.RawMessage, bool, error) {
		if observe == nil {
			return nil, false, nil
		}
		in, err := read(ins)
		if err != nil {
			return nil, false, err
		}
		out, done, err := observe(ctx, in, ins.Of)
		if err != nil || !done {
			return nil, false, err
		}
		raw, err := json.Marshal(out)
		return raw, err == nil, err
	}
	if back != nil {
		back.join(&k)
	}
	return k
}

func (u *undo[Out]) join(k *workflow.Kind) {
	read := func(raw json.RawMessage) (out Out, err error) {
		if err = json.Unmarshal(raw, &out); err != nil {
			err = fault.Errorf("read the result of a step %s: %w", k.Name, err)
		}
		return out, err
	}
	k.Keeps = func(ctx context.Context, raw json.RawMessage) (string, error) {
		out, err := read(raw)
		if err != nil {
			return "", err
		}
		return u.keeps(ctx, out)
	}
	k.Release = func(ctx context.Context, raw json.RawMessage) (string, error) {
		out, err := read(raw)
		if err != nil || u.release == nil {
			return "there is no way back", err
		}
		return "", u.release(ctx, out)
	}
}
