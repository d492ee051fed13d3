package command

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/isrc-dev/isrc/internal/term"
)

// TestEveryFlagSaysHowItIsCompleted: a new flag that takes a value has words of
// its own, or a name in completeNamed.
func TestEveryFlagSaysHowItIsCompleted(t *testing.T) {
	t.Parallel()
	a := newApp(Invocation{Streams: &term.Streams{}, Now: time.Now})
	seen := 0
	everyCommand(newRoot(a), func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if _, own := c.GetFlagCompletionFunc(f.Name); own || f.Value.Type() == "bool" || f.NoOptDefVal != "" || f.Annotations[cobra.BashCompSubdirsInDir] != nil {
				return
			}
			seen++
			word, _ := pflag.UnquoteUsage(f)
			if _, known := a.completeNamed(word); !known {
				t.Errorf("%s --%s %s: nobody has decided what is offered while it is typed", c.CommandPath(), f.Name, word)
			}
		})
	})
	if seen < 50 {
		t.Errorf("only %d flags were looked at", seen)
	}
}

// TestCompletingAsksNoNetwork completes every flag that takes a value and every
// argument, where every connection fails the test, and wants names of files only
// where files are taken.
func TestCompletingAsksNoNetwork(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_CONFIG_DIRS=" + home + "/none", "ISRC_TOKEN=ghp_" + strings.Repeat("a", 36), "PATH=/nowhere"}
	complete := func(words ...string) string {
		var out, said bytes.Buffer
		code := Run(t.Context(), Invocation{
			Args: append([]string{"__complete"}, words...), Env: env, Dir: home, Now: time.Now,
			Streams: &term.Streams{In: strings.NewReader(""), Out: &out, Err: &said, Width: 80},
			Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				t.Errorf("isrc __complete %q connects to %s", words, address)
				return nil, net.ErrClosed
			},
		})
		if code != exitDone || strings.Contains(said.String(), "isrc: error") {
			t.Errorf("isrc __complete %q: exit code %d\n%s", words, code, said.String())
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		return lines[len(lines)-1]
	}
	takesFiles := map[string]bool{}
	everyCommand(newRoot(newApp(Invocation{Streams: &term.Streams{}, Now: time.Now})), func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		if c.Hidden {
			return
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() != "bool" && f.NoOptDefVal == "" && complete(append(path, "--"+f.Name, "")...) == ":0" {
				takesFiles["--"+f.Name] = true
			}
		})
		if c.Runnable() && !c.HasSubCommands() && complete(append(path, "")...) == ":0" {
			takesFiles[strings.Join(path, " ")] = true
		}
	})
	for _, name := range []string{"--body-file", "--section", "--apply", "--repos", "--to", "catalog import", "owners", "manifest check"} {
		if !takesFiles[name] {
			t.Errorf("%s takes files, and none are offered", name)
		}
		delete(takesFiles, name)
	}
	for _, name := range []string{"--file", "--commit-message", "--report", "--ca-file", "--client-key", "--client-cert", "setup", "catalog merge", "catalog pull", "catalog push"} {
		delete(takesFiles, name)
	}
	for name := range takesFiles {
		t.Errorf("%s: names of files are offered", name)
	}
}
