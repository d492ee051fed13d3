package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// formatVersion is the version of the journal that this package writes.
const formatVersion = 1

// The events of a journal, as they are written.
const (
	eventPlan        = "plan"
	eventHeader      = "header"
	eventStarted     = "started"
	eventDone        = "done"
	eventFailed      = "failed"
	eventReleased    = "released"
	eventDropped     = "dropped"
	eventPaused      = "paused"
	eventResumed     = "resumed"
	eventInterrupted = "interrupted"
	eventNote        = "note"
	eventEnded       = "ended" // the same in every version, so that any version can end a run
)

// record is one line of a journal after the first.
type record struct {
	Event   string          `json:"event"`
	At      time.Time       `json:"at"`
	Step    string          `json:"step,omitempty"`
	Steps   []Step          `json:"steps,omitempty"`
	Out     json.RawMessage `json:"out,omitempty"`
	Error   string          `json:"error,omitempty"`
	Header  *Header         `json:"header,omitempty"`
	Note    *Note           `json:"note,omitempty"`
	Outcome string          `json:"outcome,omitempty"`
}

// parse reads a whole journal. The size that it answers is the length of what
// is sound: a last line without its end was being written when the process
// died, and does not count.
func parse(b []byte) (st State, size int64, line int, err error) {
	sound := bytes.LastIndexByte(b, '\n') + 1
	if rest := b[sound:]; sound == 0 {
		return st, 0, 1, fault.Errorf("no header in %d bytes", len(rest))
	}
	for raw := range bytes.Lines(b[:sound]) {
		line++
		if line == 1 {
			if err := st.begin(raw); err != nil {
				return st, 0, line, err
			}
			continue
		}
		if err := st.applyLine(raw); err != nil {
			return st, 0, line, err
		}
	}
	return st, int64(sound), line, nil
}

func (st *State) begin(raw []byte) error {
	if err := json.Unmarshal(raw, &st.Header); err != nil {
		return fault.Errorf("read the header: %w", err)
	}
	if st.Version < 1 {
		return errors.New("the header has no version")
	}
	st.NewerVersion = st.Version > formatVersion
	st.Updated = st.Created
	return nil
}

func (st *State) applyLine(raw []byte) error {
	var r record
	err := json.Unmarshal(raw, &r)
	switch {
	case err == nil && (!st.NewerVersion || r.Event == eventEnded):
		return st.apply(r)
	case st.NewerVersion:
		return nil // of what a newer version writes, only the end is ours to read
	}
	return err
}

// apply is the only way in which a state changes, while a journal is read and
// while it is written.
func (st *State) apply(r record) error {
	if !r.At.IsZero() {
		st.Updated = r.At
	}
	switch r.Event {
	case eventPlan:
		return st.extend(r)
	case eventHeader:
		if r.Header == nil {
			return errors.New("a header event without a header")
		}
		st.rewrite(*r.Header)
	case eventNote:
		if r.Note == nil {
			return errors.New("a note event without a note")
		}
		st.Notes = append(st.Notes, *r.Note)
	case eventInterrupted:
		st.Interrupted = true
	case eventEnded:
		st.Ended, st.Paused, st.Interrupted = r.Outcome, nil, false
	default:
		return st.applyStep(r)
	}
	return nil
}

func (st *State) applyStep(r record) error {
	s := st.step(r.Step)
	if s == nil {
		return fault.Errorf("event %q of the unknown step %q", r.Event, r.Step)
	}
	s.At = r.At
	st.Interrupted = false
	switch r.Event {
	case eventStarted:
		s.Status, s.Error = Started, ""
	case eventDone:
		s.Status, s.Out, s.Error = Done, r.Out, ""
	case eventFailed:
		s.Status, s.Error = Failed, r.Error
	case eventReleased:
		s.Status = Released
	case eventDropped:
		s.Status = Dropped
	case eventPaused:
		p, err := s.pause()
		if err != nil {
			return err
		}
		st.Paused = &p
	case eventResumed:
		s.Status, st.Paused = Done, nil
	default:
		return fault.Errorf("unknown event %q", r.Event)
	}
	return nil
}

// extend takes new steps into the plan. An ID that is there twice, or a use of
// a step that does not come earlier, would make the run ambiguous.
func (st *State) extend(r record) error {
	for _, s := range r.Steps {
		if s.ID == "" || s.Kind == "" {
			return errors.New("a step without an id or a kind")
		}
		if st.step(s.ID) != nil {
			return fault.Errorf("step %q is planned twice", s.ID)
		}
		for name, id := range s.Uses {
			if st.step(id) == nil {
				return fault.Errorf("step %q uses %q as %s, which is not planned before it", s.ID, id, name)
			}
		}
		st.Steps = append(st.Steps, StepState{Step: s, Status: Pending, At: r.At})
	}
	return nil
}

// rewrite changes what may become known later; a run's identity stays.
func (st *State) rewrite(h Header) {
	h.Version, h.Tool, h.Run, h.Created = st.Version, st.Tool, st.Run, st.Created
	st.Header = h
}

//go:noinline
func (st *State) step(id string) *StepState {
	for i := range st.Steps {
		if st.Steps[i].ID == id {
			return &st.Steps[i]
		}
	}
	return nil
}

// Step gives the state of a step, or false when it is not planned.
//
//go:noinline
func (st State) Step(id string) (StepState, bool) {
	if s := st.step(id); s != nil {
		return *s, true
	}
	return StepState{}, false
}

// LastNote gives the newest note of a kind, or false when there is none.
func (st State) LastNote(kind string) (Note, bool) {
	for _, n := range slices.Backward(st.Notes) {
		if n.Kind == kind {
			return n, true
		}
	}
	return Note{}, false
}

func (st State) clone() State {
	st.Steps, st.Notes = slices.Clone(st.Steps), slices.Clone(st.Notes)
	st.Extra = maps.Clone(st.Extra)
	if st.Paused != nil {
		p := *st.Paused
		st.Paused = &p
	}
	return st
}

// pause reads the reason and the next command out of a pause step.
func (s StepState) pause() (Pause, error) {
	var p Pause
	if err := json.Unmarshal(s.In, &p); err != nil {
		return p, fault.Errorf("read pause %s: %w", s.ID, err)
	}
	p.Step = s.ID
	return p, nil
}

// PauseStep makes a step at which a run stops and says how it goes on.
func PauseStep(id, title, reason, next string) (Step, error) {
	in, err := json.Marshal(Pause{Reason: reason, Next: next})
	return Step{ID: id, Kind: KindPause, Title: title, In: in}, err
}
