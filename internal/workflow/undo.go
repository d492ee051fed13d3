package workflow

import (
	"context"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
)

// The outcomes of undoing one step.
const (
	OutcomeReleased     = "released"
	OutcomeKept         = "kept"
	OutcomeWouldRelease = "would-release"
)

// Undone says what became of one step's effect.
type Undone struct {
	Step, Kind, Title string
	Outcome           string // released, kept or would-release
	Why               string // of kept
}

// Undo takes back, newest first, what the journal shows done and what has a
// way back; with dry it only says so. A step that was begun and not finished
// is kept and named, since nobody knows how far it came. One that fails does
// not keep the others, and its error is among those returned. Release may be
// called again after a crash and must find an absent effect released.
func (e *Engine) Undo(ctx context.Context, j *Journal, dry bool) ([]Undone, error) {
	j.setClock(e.Now)
	st := j.State()
	if st.NewerVersion {
		return nil, &NewerError{Run: st.Run, Version: st.Version, Tool: st.Tool}
	}
	var all []Undone
	var errs []error
	for _, s := range slices.Backward(st.Steps) {
		k, ok := e.kind(s.Kind)
		if (ok && k.Release == nil) || s.Kind == KindPause || s.Status == Pending || s.Status == Released || s.Status == Dropped {
			continue
		}
		if ctx.Err() != nil {
			return all, interrupted(ctx, j)
		}
		u := Undone{Step: s.ID, Kind: s.Kind, Title: s.Title, Outcome: OutcomeKept}
		switch {
		case !ok:
			u.Why = "the kind " + s.Kind + " is unknown to this version"
		case s.Status != Done:
			u.Why = "it was begun, and the journal does not show that it was finished"
		default:
			errs = append(errs, e.release(ctx, j, k, s, dry, &u))
		}
		all = append(all, u)
	}
	return all, fault.Join(errs...)
}

func (e *Engine) release(ctx context.Context, j *Journal, k Kind, s StepState, dry bool, u *Undone) error {
	failed := func(err error) error {
		u.Why = err.Error()
		return &StepError{Step: s.ID, Kind: s.Kind, Title: "take back: " + s.Title, Err: err}
	}
	if k.Keeps != nil {
		why, err := k.Keeps(ctx, s.Out)
		if err != nil {
			return failed(err)
		}
		if u.Why = why; why != "" {
			return nil
		}
	}
	if dry {
		u.Outcome = OutcomeWouldRelease
		return nil
	}
	kept, err := k.Release(ctx, s.Out)
	if err != nil {
		return failed(err)
	}
	if u.Why = kept; kept != "" {
		return nil
	}
	e.point(s, PointTaken)
	if err := j.write(record{Event: eventReleased, Step: s.ID}); err != nil {
		return err
	}
	u.Outcome = OutcomeReleased
	e.point(s, PointReleased)
	return nil
}
