// Package workflow carries out a plan of steps and keeps a journal of it on
// disk, so that a run that was killed anywhere goes on without repeating or
// losing an effect. It knows nothing of git, forges or screens: what a step
// does is a Kind that its caller hands in. Begin with Engine.Run and Journal.
package workflow

import (
	"context"
	"encoding/json"
	"time"
)

// KindPause is the kind of a step at which a run stops until a person says to
// go on. Its In is a Pause without the step.
const KindPause = "pause/v1"

// Step is one action of a plan. Everything in it is written to disk, so it
// must hold no token and no password.
type Step struct {
	ID    string            `json:"id"`
	Kind  string            `json:"kind"` // a written constant such as "fork/v1"
	Title string            `json:"title"`
	In    json.RawMessage   `json:"in,omitempty"`
	Uses  map[string]string `json:"uses,omitempty"` // name in Ins.Of → ID of an earlier step
}

// Ins is what a step gets: its own input, and the results of the steps that it
// uses, as the journal gives them back.
type Ins struct {
	In json.RawMessage
	Of map[string]json.RawMessage
}

// Kind says how steps of one kind are carried out.
type Kind struct {
	Name string
	// Observe is asked after a step that was started and not finished: does
	// the world already have its effect? An error means that it is not known.
	Observe func(context.Context, Ins) (out json.RawMessage, done bool, err error)
	// Do makes the effect and describes it.
	Do func(context.Context, Ins) (json.RawMessage, error)
	// Keeps says why what Do made must stay, given Do's result, and changes
	// nothing; "" lets Release have it. It is nil where nothing speaks for it.
	Keeps func(context.Context, json.RawMessage) (why string, err error)
	// Release takes back what Do made, given Do's result. It is nil for what
	// cannot be taken back. A kept that is not empty says why it was left.
	Release func(context.Context, json.RawMessage) (kept string, err error)
}

// Status says how far a step is.
type Status string

// The states of a step, as the journal writes them.
const (
	Pending  Status = "pending"
	Started  Status = "started" // perhaps done: Observe decides
	Done     Status = "done"
	Failed   Status = "failed"
	Released Status = "released"
	Dropped  Status = "dropped" // given up for another step; never carried out again
)

// StepState is a step and what the journal knows of it.
type StepState struct {
	Step
	Status Status
	Out    json.RawMessage // the result of Do, as it was written
	Error  string          // why the last attempt failed
	At     time.Time       // of the last change
}

// Note is something worth keeping that is no step: the commit at which
// guidelines were read, a rule that was overridden.
type Note struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
	At   time.Time       `json:"at"`
}

// Pause is a stop that was planned.
type Pause struct {
	Step   string `json:"step,omitempty"`
	Reason string `json:"reason"`
	Next   string `json:"next"` // the command that goes on
}

// Header is what is known of a run without reading its steps.
type Header struct {
	Version  int               `json:"version"` // of the journal's format
	Tool     string            `json:"tool"`    // name and version of what wrote it
	Run      string            `json:"run"`
	Upstream string            `json:"upstream,omitempty"`
	Base     string            `json:"base,omitempty"`
	Clone    string            `json:"clone,omitempty"` // absolute path
	Branch   string            `json:"branch,omitempty"`
	Created  time.Time         `json:"created"`
	Extra    map[string]string `json:"extra,omitempty"`
}

// State is a run as its journal tells it.
type State struct {
	Header
	Steps        []StepState
	Notes        []Note
	Paused       *Pause // the pause that the run stands at
	Interrupted  bool   // the last attempt was stopped from outside
	Ended        string // the outcome, empty while the run goes on
	Updated      time.Time
	NewerVersion bool // written by a newer version; only the header was read
}
