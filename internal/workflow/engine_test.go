package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/progress"
)

func TestARunGoesThroughItsStepsAndItsPause(t *testing.T) {
	t.Parallel()
	var fork, push counted
	var events []string
	e := &Engine{Kinds: []Kind{fork.kind("fork/v1"), push.kind("push/v1")}, Sink: func(ev progress.Event) {
		events = append(events, ev.Message)
	}}
	edit, err := PauseStep("edit", "make your change", "edit and commit", "isrc submit")
	if err != nil {
		t.Fatal(err)
	}
	j := create(t, t.TempDir(),
		Step{ID: "fork", Kind: "fork/v1", Title: "fork it", In: raw("acme/lib")}, edit,
		Step{ID: "push", Kind: "push/v1", Title: "push it", Uses: map[string]string{"from": "fork"}})

	want := &PausedError{Run: j.State().Run, Pause: Pause{Step: "edit", Reason: "edit and commit", Next: "isrc submit"}}
	for range 2 { // running again stays where it is
		var paused *PausedError
		if err := e.Run(t.Context(), j); !errors.As(err, &paused) {
			t.Fatalf("got %v, want a pause", err)
		}
		if d := cmp.Diff(want, paused); d != "" {
			t.Error(d)
		}
		j = reopen(t, j)
		if d := cmp.Diff(&want.Pause, j.State().Paused); d != "" {
			t.Error(d)
		}
	}
	if err := j.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := j.Resume(); !errors.Is(err, ErrNotPaused) {
		t.Errorf("resumed twice: got %v", err)
	}
	for range 2 {
		if err := e.Run(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if fork.did != 1 || push.did != 1 || fork.looked+push.looked != 0 {
		t.Errorf("forked %d times, pushed %d times, looked %d times", fork.did, push.did, fork.looked+push.looked)
	}
	done, _ := reopen(t, j).State().Step("push")
	if got, want := string(done.Out), `{"in":null,"of":{"from":{"in":"acme/lib","of":{}}}}`; got != want {
		t.Errorf("push got %s, want %s", got, want)
	}
	if d := cmp.Diff([]string{"fork it", "fork it", "push it", "push it"}, events); d != "" {
		t.Error(d)
	}
}

func TestAStepThatWasBegunIsLookedForFirst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		last            record // what the journal says last
		there           bool
		looking         error
		wantDid, looked int
		want            Status
	}{
		{"begun and there", record{Event: eventStarted}, true, nil, 0, 1, Done},
		{"begun and not there", record{Event: eventStarted}, false, nil, 1, 1, Done},
		{"failed and there all the same", record{Event: eventFailed, Error: "timeout"}, true, nil, 0, 1, Done},
		{"failed and not there", record{Event: eventFailed, Error: "timeout"}, false, nil, 1, 1, Done},
		{"looking fails", record{Event: eventStarted}, true, errWorld, 0, 1, Failed},
		{"done", record{Event: eventDone}, false, nil, 0, 0, Done},
		{"taken back", record{Event: eventReleased}, false, nil, 1, 0, Done},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := counted{there: tt.there, err: tt.looking}
			e := &Engine{Kinds: []Kind{c.kind("a/v1")}}
			j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1", Title: "do a"})
			tt.last.Step = "a"
			if err := j.write(tt.last); err != nil {
				t.Fatal(err)
			}
			err := e.Run(t.Context(), j)
			var failed *StepError
			if tt.looking != nil && (!errors.As(err, &failed) || !failed.Observing || !errors.Is(err, errWorld)) {
				t.Errorf("got %v, want a step that could not be looked for", err)
			}
			if tt.looking == nil && err != nil {
				t.Error(err)
			}
			s, _ := reopen(t, j).State().Step("a")
			if c.did != tt.wantDid || c.looked != tt.looked || s.Status != tt.want {
				t.Errorf("did %d, looked %d, %s; want %d, %d, %s", c.did, c.looked, s.Status, tt.wantDid, tt.looked, tt.want)
			}
		})
	}
}

func TestAFailedStepStopsTheRunAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	first, second := counted{err: errWorld}, counted{}
	e := &Engine{Kinds: []Kind{first.kind("a/v1"), second.kind("b/v1")}}
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1", Title: "do a"}, Step{ID: "b", Kind: "b/v1"})
	var failed *StepError
	if err := e.Run(t.Context(), j); !errors.As(err, &failed) || failed.Step != "a" || failed.Observing {
		t.Fatalf("got %v, want the failure of a", err)
	}
	if s, _ := j.State().Step("a"); s.Status != Failed || s.Error != errWorld.Error() || second.did != 0 {
		t.Errorf("a is %s (%s), b was done %d times", s.Status, s.Error, second.did)
	}
	first.err = nil
	if err := e.Run(t.Context(), j); err != nil || second.did != 1 {
		t.Errorf("got %v, b was done %d times", err, second.did)
	}
}

func TestAnInterruptIsJournalledAndTheRunGoesOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var a, c counted
	b := Kind{
		Name:    "b/v1",
		Observe: func(context.Context, Ins) (json.RawMessage, bool, error) { return nil, false, nil },
		Do: func(ctx context.Context, _ Ins) (json.RawMessage, error) {
			cancel()
			return nil, ctx.Err()
		},
	}
	e := &Engine{Kinds: []Kind{a.kind("a/v1"), b, c.kind("c/v1")}}
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1"}, Step{ID: "b", Kind: "b/v1"}, Step{ID: "c", Kind: "c/v1"})
	if err := e.Run(ctx, j); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the interrupt", err)
	}
	j = reopen(t, j)
	s, _ := j.State().Step("b")
	if !j.State().Interrupted || s.Status != Started || c.did != 0 {
		t.Errorf("interrupted %v, b is %s, c was done %d times", j.State().Interrupted, s.Status, c.did)
	}
	if err := e.Run(ctx, j); !errors.Is(err, context.Canceled) || a.did != 1 {
		t.Errorf("a cancelled context: got %v", err)
	}
	e.Kinds[1].Do = func(context.Context, Ins) (json.RawMessage, error) { return nil, nil }
	if err := e.Run(t.Context(), j); err != nil || c.did != 1 || j.State().Interrupted {
		t.Errorf("got %v, c was done %d times", err, c.did)
	}
}

func TestAPlanIsRefusedBeforeItsFirstStep(t *testing.T) {
	t.Parallel()
	var a counted
	e := &Engine{Kinds: []Kind{a.kind("a/v1")}}
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1"}, Step{ID: "z", Kind: "teleport/v3"})
	var unknown *UnknownKindError
	err := e.Run(t.Context(), j)
	if !errors.As(err, &unknown) || unknown.Kind != "teleport/v3" || unknown.Tool != "isrc 0.1" || a.did != 0 {
		t.Errorf("got %v; a was done %d times", err, a.did)
	}
	if err := j.End("abandoned"); err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context(), j); !errors.Is(err, ErrEnded) {
		t.Errorf("got %v, want ErrEnded", err)
	}
	if err := j.Append(Step{ID: "b", Kind: "a/v1"}); !errors.Is(err, ErrEnded) {
		t.Errorf("a step after the end: got %v, want ErrEnded", err)
	}
}

func TestAResultThatIsNoJSONIsAFailure(t *testing.T) {
	t.Parallel()
	bad := Kind{Name: "a/v1", Do: func(context.Context, Ins) (json.RawMessage, error) { return json.RawMessage("{"), nil }}
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1", Title: "do a"})
	err := (&Engine{Kinds: []Kind{bad}}).Run(t.Context(), j)
	if s, _ := reopen(t, j).State().Step("a"); err == nil || s.Status != Started {
		t.Errorf("got %v; the step is %s", err, s.Status)
	}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	kinds := func() (a, b, c *counted, e *Engine) {
		a, b, c = &counted{}, &counted{kept: "it has commits of yours"}, &counted{}
		look := c.kind("c/v1")
		look.Release = nil
		return a, b, c, &Engine{Kinds: []Kind{a.kind("a/v1"), b.kind("b/v1"), look}}
	}
	steps := []Step{{ID: "1", Kind: "a/v1", Title: "first"}, {ID: "2", Kind: "b/v1", Title: "second"},
		{ID: "3", Kind: "c/v1", Title: "third"}, {ID: "4", Kind: "a/v1", Title: "fourth"}}

	t.Run("dry, it says what it would do and does nothing", func(t *testing.T) {
		t.Parallel()
		a, b, _, e := kinds()
		j := create(t, t.TempDir(), steps...)
		if err := e.Run(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		before := j.State()
		got, err := e.Undo(t.Context(), j, true)
		want := []Undone{
			{Step: "4", Kind: "a/v1", Title: "fourth", Outcome: OutcomeWouldRelease},
			{Step: "2", Kind: "b/v1", Title: "second", Outcome: OutcomeWouldRelease},
			{Step: "1", Kind: "a/v1", Title: "first", Outcome: OutcomeWouldRelease},
		}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(err, d)
		}
		if d := cmp.Diff(before, j.State()); d != "" || a.released+b.released != 0 {
			t.Errorf("released %d: %s", a.released+b.released, d)
		}
	})
	t.Run("it goes backwards, keeps what must be kept, and does nothing twice", func(t *testing.T) {
		t.Parallel()
		a, _, _, e := kinds()
		j := create(t, t.TempDir(), steps...)
		if err := e.Run(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if err := j.End("abandoned"); err != nil {
			t.Fatal(err)
		}
		got, err := e.Undo(t.Context(), j, false)
		want := []Undone{
			{Step: "4", Kind: "a/v1", Title: "fourth", Outcome: OutcomeReleased},
			{Step: "2", Kind: "b/v1", Title: "second", Outcome: OutcomeKept, Why: "it has commits of yours"},
			{Step: "1", Kind: "a/v1", Title: "first", Outcome: OutcomeReleased},
		}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(err, d)
		}
		again, err := e.Undo(t.Context(), reopen(t, j), false)
		if d := cmp.Diff(want[1:2], again); d != "" || err != nil || a.released != 2 {
			t.Errorf("again: %v, released %d: %s", err, a.released, d)
		}
	})
	t.Run("what nobody knows to be ours stays", func(t *testing.T) {
		t.Parallel()
		a, _, _, e := kinds()
		j := create(t, t.TempDir(), steps...)
		if err := j.write(record{Event: eventStarted, Step: "1"}); err != nil {
			t.Fatal(err)
		}
		got, err := e.Undo(t.Context(), j, false)
		if len(got) != 1 || got[0].Outcome != OutcomeKept || !strings.Contains(got[0].Why, "begun") || err != nil || a.released != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("one failure does not keep the others", func(t *testing.T) {
		t.Parallel()
		a, b, _, e := kinds()
		j := create(t, t.TempDir(), steps...)
		if err := e.Run(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		b.err = errWorld
		got, err := e.Undo(t.Context(), j, false)
		if !errors.Is(err, errWorld) || a.released != 2 || len(got) != 3 || got[1].Outcome != OutcomeKept {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestTheClockIsTheCallers(t *testing.T) {
	t.Parallel()
	var a counted
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	e := &Engine{Kinds: []Kind{a.kind("a/v1")}, Now: func() time.Time { return at }}
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1"})
	if err := errors.Join(e.Run(t.Context(), j), j.Note("checked", true)); err != nil {
		t.Fatal(err)
	}
	st := reopen(t, j).State()
	if s, _ := st.Step("a"); s.At != at || st.Updated != at || st.Notes[0].At != at {
		t.Errorf("got %s, %s and %s, want %s", s.At, st.Updated, st.Notes[0].At, at)
	}
}

func TestEveryPointIsPassedInItsOrder(t *testing.T) {
	t.Parallel()
	var a counted
	var got []string
	e := &Engine{Kinds: []Kind{a.kind("a/v1")}, Trace: func(p Point) { got = append(got, p.Name) }}
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1"})
	if err := e.Run(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Undo(t.Context(), j, false); err != nil {
		t.Fatal(err)
	}
	want := []string{PointPlanned, PointStarted, PointEffect, PointDone, PointTaken, PointReleased}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
