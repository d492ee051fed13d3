package workflow

import (
	"errors"
	"fmt"
)

// ErrNoRun says that there is no journal of that name.
var ErrNoRun = errors.New("no such run")

// ErrExists says that a journal of that name is there already.
var ErrExists = errors.New("the run exists already")

// ErrEnded says that a run is over and takes no more steps.
var ErrEnded = errors.New("the run has ended")

// ErrNotPaused says that there is no pause to go on from.
var ErrNotPaused = errors.New("the run is not paused")

// LockedError says that another process works on the run.
type LockedError struct {
	Run string
	PID int // 0 when it could not be read
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return "run " + e.Run + " is in use by another process"
	}
	return fmt.Sprintf("run %s is in use by process %d", e.Run, e.PID)
}

// NewerError says that a journal was written in a format that this version
// does not know. It can still be ended.
type NewerError struct {
	Run     string
	Version int
	Tool    string
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("run %s was written by %s in format %d; this version reads up to %d",
		e.Run, e.Tool, e.Version, formatVersion)
}

// Damaged is a journal that cannot be read, and where.
type Damaged struct {
	Run  string
	Path string
	Line int // counted from 1
	Err  error
}

func (e *Damaged) Error() string {
	return fmt.Sprintf("journal %s is damaged in line %d: %v", e.Path, e.Line, e.Err)
}

// Unwrap gives the reason.
func (e *Damaged) Unwrap() error { return e.Err }

// PausedError says that a run stands at a pause that was planned.
type PausedError struct {
	Run string
	Pause
}

func (e *PausedError) Error() string { return "paused: " + e.Reason }

// UnknownKindError says that a plan holds a step that this program cannot
// carry out.
type UnknownKindError struct {
	Step, Kind string
	Tool       string // what wrote the plan
}

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("step %s is of the unknown kind %s, written by %s", e.Step, e.Kind, e.Tool)
}

// StepError says which step failed.
type StepError struct {
	Step, Kind, Title string
	Observing         bool // it was not possible to find out whether the step is done
	Err               error
}

func (e *StepError) Error() string {
	if e.Observing {
		return fmt.Sprintf("find out whether this is done: %s: %v", e.Title, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Title, e.Err)
}

// Unwrap gives the reason.
func (e *StepError) Unwrap() error { return e.Err }
