package command

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

func TestAbandonAsksAtATerminal(t *testing.T) {
	t.Parallel()
	plain := workflow.State{Header: workflow.Header{Branch: "fix"}}
	open := plain
	open.Steps = []workflow.StepState{{Step: workflow.Step{ID: "pull", Kind: "pull/v1"}, Status: workflow.Done, Out: json.RawMessage(`{"number":7,"url":"https://forge.example/acme/lib/pull/7"}`)}}
	for _, c := range []struct {
		name    string
		st      workflow.State
		o       abandonOptions
		answers string
		asked   int
		close   bool
		ended   bool
	}{
		{"a no ends nothing", open, abandonOptions{}, "n\n", 1, false, false},
		{"without a pull request there is one question", plain, abandonOptions{}, "y\n", 1, false, true},
		{"the pull request may stay open", open, abandonOptions{}, "y\nn\n", 2, false, true},
		{"it may be closed", open, abandonOptions{}, "y\ny\n", 2, true, true},
		{"--close has answered the second question", open, abandonOptions{close: true}, "y\n", 1, true, true},
		{"--yes closes nothing by itself", open, abandonOptions{yes: true}, "", 0, false, true},
		{"a dry run asks nothing", open, abandonOptions{dryRun: true}, "", 0, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var said strings.Builder
			a := &app{io: &term.Streams{In: strings.NewReader(c.answers), Out: io.Discard, Err: &said, InTTY: true, OutTTY: true, ErrTTY: true}}
			err := a.agreeToEnd(&c.o, c.st, forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"})
			if ended := err == nil; ended != c.ended || (err != nil && !errors.Is(err, term.ErrDeclined)) {
				t.Errorf("got %v, want ended %v", err, c.ended)
			}
			if c.o.close != c.close {
				t.Errorf("close is %v, want %v", c.o.close, c.close)
			}
			if n := strings.Count(said.String(), "?"); n != c.asked {
				t.Errorf("asked %d times, want %d: %s", n, c.asked, said.String())
			}
		})
	}
}
