package workflow

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatSpeaksForKeepingIsAskedBeforeAnythingIsTakenBack(t *testing.T) {
	t.Parallel()
	for name, dry := range map[string]bool{"in earnest": false, "dry": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs, ours := &counted{}, &counted{}
			kept := theirs.kind("kept/v1")
			kept.Keeps = func(context.Context, json.RawMessage) (string, error) { return "others have seen it", nil }
			free := ours.kind("free/v1")
			free.Keeps = func(context.Context, json.RawMessage) (string, error) { return "", nil }
			j := create(t, t.TempDir(), Step{ID: "a", Kind: "kept/v1"}, Step{ID: "b", Kind: "free/v1"})
			e := &Engine{Kinds: []Kind{kept, free}}
			if err := e.Run(t.Context(), j); err != nil {
				t.Fatal(err)
			}
			got, err := e.Undo(t.Context(), j, dry)
			if err != nil {
				t.Fatal(err)
			}
			outcome, released := OutcomeReleased, 1
			if dry {
				outcome, released = OutcomeWouldRelease, 0
			}
			want := []Undone{
				{Step: "b", Kind: "free/v1", Outcome: outcome},
				{Step: "a", Kind: "kept/v1", Outcome: OutcomeKept, Why: "others have seen it"},
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if theirs.released != 0 || ours.released != released {
				t.Errorf("released %d and %d times, want 0 and %d", theirs.released, ours.released, released)
			}
		})
	}
}

func TestADroppedStepIsNeverCarriedOutAgain(t *testing.T) {
	t.Parallel()
	w := &counted{err: errWorld}
	j := create(t, t.TempDir(), Step{ID: "push", Kind: "push/v1"})
	e := &Engine{Kinds: []Kind{w.kind("push/v1")}}
	if err := e.Run(t.Context(), j); err == nil {
		t.Fatal("the step did not fail")
	}
	if err := j.Drop("push"); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(Step{ID: "push-2", Kind: "push/v1"}); err != nil {
		t.Fatal(err)
	}
	w.err = nil
	j = reopen(t, j)
	if err := e.Run(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if w.did != 2 || w.looked != 0 {
		t.Errorf("did %d and looked %d times, want 2 and 0", w.did, w.looked)
	}
	if err := j.Drop("push-2"); err == nil {
		t.Error("a step that is done was dropped")
	}
}
