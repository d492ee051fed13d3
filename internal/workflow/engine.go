package workflow

import (
	"context"
	"encoding/json"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/secret"
)

// Engine carries out runs.
type Engine struct {
	Kinds []Kind
	Sink  progress.Sink
	Now   func() time.Time // the clock of the journal; nil: the machine's
	// Trace, if set, is called at every point between a line of the journal
	// and an effect. Tests end the process there.
	Trace func(Point)
	// Secrets never get into the journal, whatever a server or a program says of
	// a step, or why one failed.
	Secrets *secret.Set
}

// Point is a place between the journal and the world at which a process can
// die. Its name is stable.
type Point struct {
	Step string
	Name string
}

// The names of points, in the order in which one step passes them.
const (
	PointPlanned  = "before started is written"
	PointStarted  = "after started is written"
	PointObserved = "after looking"
	PointEffect   = "after the effect"
	PointDone     = "after done is written"
	PointTaken    = "after taking back"
	PointReleased = "after released is written"
)

// Run carries out what is not done yet, in order. It answers nil when the plan
// is done, *PausedError at a pause, and the context's error after an
// interruption. A step that was begun before is looked for first; when looking
// fails the step fails, because not knowing is never "not there".
func (e *Engine) Run(ctx context.Context, j *Journal) (err error) {
	defer func() {
		if lost := j.flush(); lost != nil {
			err = fault.Join(err, lost)
		}
	}()
	j.setClock(e.Now)
	st := j.State()
	if err := e.check(st); err != nil {
		return err
	}
	for _, s := range st.Steps {
		if ctx.Err() != nil {
			return interrupted(ctx, j)
		}
		now, _ := j.State().Step(s.ID)
		if now.Status == Done || now.Status == Dropped {
			continue
		}
		if s.Kind == KindPause {
			return e.pause(j, now)
		}
		if err := e.step(ctx, j, now); err != nil {
			return err
		}
	}
	return nil
}

// check looks at the whole plan before the first effect.
func (e *Engine) check(st State) error {
	if st.NewerVersion {
		return &NewerError{Run: st.Run, Version: st.Version, Tool: st.Tool}
	}
	if st.Ended != "" {
		return fault.Errorf("%w: %s", ErrEnded, st.Ended)
	}
	for _, s := range st.Steps {
		if _, ok := e.kind(s.Kind); !ok && s.Kind != KindPause {
			return &UnknownKindError{Step: s.ID, Kind: s.Kind, Tool: st.Tool}
		}
	}
	return nil
}

//go:noinline
func (e *Engine) kind(name string) (Kind, bool) {
	for _, k := range e.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

func (e *Engine) pause(j *Journal, s StepState) error {
	p, err := s.pause()
	if err != nil {
		return err
	}
	st := j.State()
	if st.Paused == nil || st.Paused.Step != s.ID {
		if err := j.write(record{Event: eventPaused, Step: s.ID}); err != nil {
			return err
		}
	}
	return &PausedError{Run: st.Run, Pause: p}
}

// interrupted journals that the run was stopped from outside, and gives the
// reason. The run is sound either way, so a failing write changes nothing.
func interrupted(ctx context.Context, j *Journal) error {
	_ = j.write(record{Event: eventInterrupted})
	return ctx.Err()
}

func (e *Engine) step(ctx context.Context, j *Journal, s StepState) error {
	ins, err := j.ins(s)
	if err != nil {
		return err
	}
	k, _ := e.kind(s.Kind)
	e.tell(progress.Started, s)
	if s.Status == Started || s.Status == Failed {
		done, err := e.observe(ctx, j, k, s, ins)
		if done || err != nil {
			return err
		}
	}
	e.point(s, PointPlanned)
	if err := j.write(record{Event: eventStarted, Step: s.ID}); err != nil {
		return err
	}
	e.point(s, PointStarted)
	out, err := k.Do(ctx, ins)
	if err != nil {
		return e.failed(ctx, j, s, err, false)
	}
	e.point(s, PointEffect)
	return e.done(j, s, out)
}

// observe asks whether an earlier attempt reached the world.
func (e *Engine) observe(ctx context.Context, j *Journal, k Kind, s StepState, ins Ins) (bool, error) {
	if k.Observe == nil {
		return false, nil
	}
	out, done, err := k.Observe(ctx, ins)
	if err != nil {
		return false, e.failed(ctx, j, s, err, true)
	}
	e.point(s, PointObserved)
	if !done {
		return false, nil
	}
	return true, e.done(j, s, out)
}

func (e *Engine) done(j *Journal, s StepState, out json.RawMessage) error {
	if err := j.write(record{Event: eventDone, Step: s.ID, Out: e.Secrets.HideBytes(out)}); err != nil {
		return &StepError{Step: s.ID, Kind: s.Kind, Title: s.Title, Err: err}
	}
	e.tell(progress.Done, s)
	e.point(s, PointDone)
	return nil
}

// failed journals a failure. An interrupted step stays as it was, begun: only
// looking can tell how far it came.
func (e *Engine) failed(ctx context.Context, j *Journal, s StepState, err error, observing bool) error {
	e.tell(progress.Failed, s)
	if ctx.Err() != nil {
		return interrupted(ctx, j)
	}
	failure := &StepError{Step: s.ID, Kind: s.Kind, Title: s.Title, Observing: observing, Err: err}
	return fault.Join(failure, j.write(record{Event: eventFailed, Step: s.ID, Error: e.Secrets.Hide(err.Error())}))
}

// ins gathers what a step uses, from the journal alone.
func (j *Journal) ins(s StepState) (Ins, error) {
	st := j.State()
	ins := Ins{In: s.In, Of: make(map[string]json.RawMessage, len(s.Uses))}
	for name, id := range s.Uses {
		used, ok := st.Step(id)
		if !ok || used.Status != Done {
			return ins, fault.Errorf("%s: step %s, whose result it needs, is not done", s.Title, id)
		}
		ins.Of[name] = used.Out
	}
	return ins, nil
}

//go:noinline
func (e *Engine) tell(p progress.Phase, s StepState) {
	e.Sink.Send(progress.Event{Phase: p, Task: s.ID, Message: s.Title})
}

func (e *Engine) point(s StepState, name string) {
	if e.Trace != nil {
		e.Trace(Point{Step: s.ID, Name: name})
	}
}
