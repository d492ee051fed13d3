package command

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

// probed is one line of what doctor and setup found out.
type probed struct {
	Host   *string `json:"host"` // null for what concerns this machine alone
	Name   string  `json:"name"`
	State  state   `json:"state"`
	Detail string  `json:"detail"`
	Remedy *string `json:"remedy"` // a command to paste or a page to open; null when nothing is wrong

	code    int  // the exit code that fits, where the state is broken
	skipped bool // not tried, because an earlier line is broken
}

// state is how a probe ended.
type state string

// The states. Unknown is what could not be found out, never "absent".
const (
	stateOK      state = "ok"
	stateBroken  state = "broken"
	stateWarning state = "warning" // works, and is worth a look
	stateUnknown state = "unknown"
)

// probeTime bounds each probe.
const probeTime = 10 * time.Second

//go:noinline
func probedFine(name, format string, args ...any) probed {
	return probed{Name: name, State: stateOK, Detail: fmt.Sprintf(format, args...)}
}

func probedBroken(code int, name, remedy, format string, args ...any) probed {
	return probed{Name: name, State: stateBroken, Detail: fmt.Sprintf(format, args...), Remedy: orNull(remedy), code: code}
}

func probedDoubtful(name, remedy, format string, args ...any) probed {
	return probed{Name: name, State: stateWarning, Detail: fmt.Sprintf(format, args...), Remedy: orNull(remedy)}
}

func probedUnclear(name, remedy, format string, args ...any) probed {
	return probed{Name: name, State: stateUnknown, Detail: fmt.Sprintf(format, args...), Remedy: orNull(remedy)}
}

// untried are probes that an earlier broken line makes pointless.
//
//go:noinline
func probedUntried(why string, names ...string) []probed {
	var out []probed
	for _, n := range names {
		out = append(out, probed{Name: n, State: stateUnknown, Detail: "not tried: " + why, skipped: true})
	}
	return out
}

type doctorOptions struct {
	offline bool
	output  output
}

func newDoctor(a *app) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "See what works between you, git and the forge, and mend the rest",
		Long: `Doctor looks at this machine (isrc, settings, folders, git, who git commits as,
proxies) and, part by part, at the way to each forge that is configured: its
name and port, TLS and your company's own CA, the API, the token with its scopes
and its expiry, single sign-on, the clocks, the rate limit, the organisations,
and in which way guidelines can be read and git answers. Where you have several
accounts it says which one counts here and why, and in a clone whether the
address that git commits with fits the account and the repository's rules. What
is broken stands with a command that mends it. It changes nothing.

The exit code is that of the first line that is broken.`,
		Example: `  isrc doctor
  isrc doctor --host git.example.com
  isrc doctor --offline
  isrc doctor --json all --jq '.[] | select(.state == "broken")'`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.offline, "offline", false, "ask no host; look at this machine alone")
	addOutput(cmd, &o.output, []probed{})
	exits(cmd, exitSignIn, exitNotPermitted, exitUnavailable)
	return cmd
}

func (a *app) doctor(ctx context.Context, o *doctorOptions) error {
	c, broken := a.settings()
	if broken != nil {
		if _, err := config.Load(a.configOptions()); err == nil {
			return broken // the flag --host alone is wrong
		}
		c = &config.Config{Dirs: a.dirs()}
	}
	hosts := a.probeHosts(c)
	probes := []func(context.Context) []probed{
		func(ctx context.Context) []probed { return a.probeMachine(ctx, c, broken, hosts) },
	}
	switch {
	case o.offline:
		probes = append(probes, func(context.Context) []probed { return offline(hosts) })
	case broken == nil:
		a.sink().Send(progress.Event{Phase: progress.Running, Task: "doctor", Message: "asking " + join(hosts)})
		for _, h := range hosts {
			probes = append(probes, func(ctx context.Context) []probed { return a.probeHost(ctx, c, h) })
		}
	}
	lines := inParallel(probes...)(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := a.show(&o.output, lines, func(s *term.Streams) error { return showProbed(s, lines) }); err != nil {
		return err
	}
	return firstBroken(lines)
}

func offline(hosts []string) []probed {
	var out []probed
	for _, h := range hosts {
		line := probedUnclear("reachable", "", "not tried: --offline")
		line.Host = &h
		out = append(out, line)
	}
	return out
}

// firstBroken ends a command with the code of the first broken line.
//
//go:noinline
func firstBroken(lines []probed) error {
	for _, l := range lines {
		if l.State == stateBroken {
			return &exitError{code: l.code}
		}
	}
	return nil
}

// together runs probes at the same time and keeps their order.
func inParallel(probes ...func(context.Context) []probed) func(context.Context) []probed {
	return func(ctx context.Context) []probed {
		results := make([][]probed, len(probes))
		var wg sync.WaitGroup
		for i, p := range probes {
			wg.Go(func() { results[i] = p(ctx) })
		}
		wg.Wait()
		return slices.Concat(results...)
	}
}

// timed bounds a probe.
//
//go:noinline
func bounded(probe func(context.Context) probed) func(context.Context) []probed {
	return func(ctx context.Context) []probed {
		ctx, cancel := context.WithTimeout(ctx, probeTime)
		defer cancel()
		return []probed{probe(ctx)}
	}
}

// probeHosts are the hosts to look at: the one that is asked for, else the
// default one and all that are configured.
func (a *app) probeHosts(c *config.Config) []string {
	host, err := a.defaultHost()
	if err != nil {
		return nil
	}
	hosts := []string{host}
	if a.flags.host != "" {
		return hosts
	}
	var more []string
	for h := range c.Hosts {
		if h != host {
			more = append(more, h)
		}
	}
	slices.Sort(more)
	return append(hosts, more...)
}
