package command

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/term"
)

func TestInputThatNeverEndsCanBeInterrupted(t *testing.T) {
	t.Parallel()
	in, keep := io.Pipe()
	defer keep.Close()
	a := newApp(Invocation{Now: time.Now, Streams: &term.Streams{In: in, Out: io.Discard, Err: io.Discard, Width: 80}})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := a.readInput(ctx, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	a.io.In = strings.NewReader("fix: x, and more than that")
	if got, err := a.readInput(t.Context(), 6); err != nil || string(got) != "fix: x" {
		t.Errorf("got %q, %v", got, err)
	}
}
