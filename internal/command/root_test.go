package command

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/term"
)

// A command that is assembled alone is the same as among all the others: its
// help, and that of all below it.
func TestACommandAssembledAloneIsTheSame(t *testing.T) {
	t.Parallel()
	assemble := func(args ...string) *cobra.Command {
		s := &term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Width: 80}
		return newRoot(newApp(Invocation{Streams: s, Now: time.Now}), args...)
	}
	help := func(root *cobra.Command, path string) string {
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(append(strings.Fields(path)[1:], "--help"))
		if err := root.Execute(); err != nil {
			t.Errorf("%s --help: %v", path, err)
		}
		return out.String()
	}
	for _, top := range assemble().Commands() {
		if top.GroupID == "" { // a topic
			continue
		}
		alone := assemble(top.Name())
		if n := len(alone.Commands()); n != 1 {
			t.Errorf("%s is assembled with %d others", top.Name(), n-1)
		}
		everyCommand(top, func(c *cobra.Command) {
			path := c.CommandPath()
			if c.DisableFlagParsing { // it has no --help
				return
			}
			if diff := cmp.Diff(help(assemble(), path), help(assemble(top.Name()), path)); diff != "" {
				t.Errorf("%s: (-all +alone)\n%s", path, diff)
			}
		})
	}
	for _, args := range [][]string{nil, {""}, {"help"}, {"--help"}, {"-C", "find"}, {"nothing"}, {"__complete", "find", ""}, {"exit-codes"}, {"gigs"}} {
		if got, want := len(assemble(args...).Commands()), len(topCommands())+len(helpTopics()); got != want {
			t.Errorf("%q assembles %d commands, want all %d", args, got, want)
		}
	}
}
