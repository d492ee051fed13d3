// Package command is the command line: one file per command turns flags into
// options, runs the packages below, and shows one result for people or as
// JSON. It alone knows exit codes and prints. Begin with Run, then root.go for
// the list of commands and exits.go for the exit table.
package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Invocation is everything that one run of isrc takes from its surroundings,
// so that a test, and the demo, can give it other ones.
type Invocation struct {
	Args    []string
	Env     []string // KEY=value, as os.Environ gives it
	Dir     string   // working directory, absolute
	Streams *term.Streams
	Now     func() time.Time
	// Sleep waits, for a fork or for a rate limit; nil waits by the real clock.
	Sleep func(context.Context, time.Duration) error
	// Dial connects to a host; nil dials by the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Typing is how long a key press may wait for what completes it; 0 is
	// completionTime.
	Typing time.Duration
	Self   string // path of this program, for git's credential helper
	// Trace is told of every point between a journal line and an effect.
	Trace func(workflow.Point)
	// Alone says that the process carries out this one command and ends, so that
	// its settings may be changed.
	Alone bool
}

// Getenv reads a variable of the invocation; the last of several wins.
func (i Invocation) Getenv(key string) string {
	for n := len(i.Env) - 1; n >= 0; n-- {
		if k, v, ok := strings.Cut(i.Env[n], "="); ok && k == key {
			return v
		}
	}
	return ""
}

// Main runs isrc in this process's surroundings and gives its exit code.
func Main(args []string) int {
	inv, err := system(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "isrc: error:", err)
		return exitFailed
	}
	return Run(untilEnded(), inv)
}

// untilEnded gives a context that the first of endings cancels. A second Ctrl-C
// then ends the process at once. The end of a terminal does not: the system says
// it twice, to the leader of a session and to the group in the foreground.
func untilEnded() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan os.Signal, 1)
	signal.Notify(told, endings()...)
	go func() {
		<-told
		cancel()
		signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	}()
	return ctx
}

// endings are the signals that end isrc in good order: Ctrl-C, Ctrl-\, the end of
// the terminal, and what service managers send. Under nohup the end of a
// terminal ends nothing.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// system gives the surroundings of this process.
func system(args []string) (Invocation, error) {
	cobra.EnableCommandSorting = false // commands are listed along the way of a contribution
	dir, err := os.Getwd()
	if err != nil {
		return Invocation{}, fault.Errorf("find the working directory: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return Invocation{}, fault.Errorf("find this program: %w", err)
	}
	return Invocation{
		Args: args, Env: os.Environ(), Dir: dir, Streams: term.System(os.Getenv), Now: time.Now, Self: self, Alone: true,
	}, nil
}

// Run carries out one command and gives its exit code.
func Run(ctx context.Context, inv Invocation) int {
	inv.Streams.Interrupted = ctx.Done()
	a := newApp(inv)
	root := newRoot(a, inv.Args...)
	root.SetArgs(inv.Args)
	err := root.ExecuteContext(ctx)
	a.progress.Clear()
	if err == nil || errors.Is(err, errDone) {
		return exitDone
	}
	if ctx.Err() != nil {
		var ended *exitError
		if errors.As(err, &ended) && ended.err == nil {
			return ended.code // told already, such as a watch that Ctrl-C ends
		}
		err = &interruptedError{err}
	}
	return a.report(err)
}

// interruptedError says what was broken off by a signal.
type interruptedError struct{ err error }

func (e *interruptedError) Error() string {
	doing := strings.TrimSuffix(e.err.Error(), context.Canceled.Error())
	if doing = strings.TrimRight(doing, ": "); doing == "" || errors.Is(e.err, term.ErrDeclined) {
		return errInterrupted.Error()
	}
	return errInterrupted.Error() + ": " + doing
}

func (e *interruptedError) Unwrap() []error { return []error{errInterrupted, e.err} }
