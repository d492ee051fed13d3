// Package progress carries what a long action has to say while it runs: a
// package below the command line sends events into a Sink that its caller
// passed, and knows nothing of how, or whether, they are shown. Any package
// may import it; it imports nothing of ours. Begin with Event.
package progress

import "time"

// Event is one thing worth telling a person who waits. The zero value of a
// field means that it does not apply.
type Event struct {
	Phase   Phase
	Task    string        // stable name of what is going on, e.g. "fork" or "clone"
	Message string        // a short sentence without a full stop
	Current int64         // how much is done, in Unit
	Total   int64         // how much there is, 0 when unknown
	Unit    string        // "objects", "bytes", ...
	Rate    string        // how fast it goes, for people: "3.00 MiB/s"
	Wait    time.Duration // how long will be waited before the next try
}

// Phase says where in its task an event stands.
type Phase int

// The phases of a task. A Note stands alone.
const (
	Note Phase = iota
	Started
	Running
	Waiting
	Done
	Failed
)

// Sink receives events, possibly from several goroutines at once.
type Sink func(Event)

// Send passes an event on; a nil Sink swallows it, so that no caller has to
// ask first.
//
//go:noinline
func (s Sink) Send(e Event) {
	if s != nil {
		s(e)
	}
}

// Note is a shorthand for an event that stands alone.
//
//go:noinline
func (s Sink) Note(task, message string) { s.Send(Event{Phase: Note, Task: task, Message: message}) }
