package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/term"
)

// signsInByCode runs isrc auth login at a terminal against a forge with an OAuth
// application; each wait is told to asleep.
func signsInByCode(t *testing.T, plan sandbox.DevicePlan, answers string, asleep func(context.CancelFunc)) (d *desk, code int, out, errs string) {
	t.Helper()
	f, d := startForge(t, false), newDesk(t)
	f.PlanDevice(plan)
	browser := d.file("browser", "#!/bin/sh\necho \"$1\" >\"$HOME/opened\"\n")
	if err := os.Chmod(browser, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", d.home) // that of the browser
	env := []string{"BROWSER=" + browser, "ISRC_HOST=" + f.Host(), "ISRC_SCHEME=http", "ISRC_OAUTH_CLIENT_ID=" + sandbox.OAuthClient}
	for k, v := range d.env {
		env = append(env, k+"="+v)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var o, e bytes.Buffer
	now := clock
	code = Run(ctx, Invocation{
		Args: []string{"auth", "login"}, Env: env, Dir: d.home, Self: d.self,
		Streams: &term.Streams{In: strings.NewReader(answers), Out: &o, Err: &e, InTTY: true, OutTTY: true, ErrTTY: true, Width: 100, Unicode: true},
		Now:     func() time.Time { return now },
		Sleep: func(ctx context.Context, w time.Duration) error {
			now = now.Add(w)
			asleep(cancel)
			return ctx.Err()
		},
	})
	return d, code, o.String(), e.String()
}

func (d *desk) has(name string) bool {
	_, err := os.Stat(filepath.Join(d.home, name))
	return err == nil
}

func TestDeviceOpensTheBrowserWhenItIsAsked(t *testing.T) {
	for answer, opened := range map[string]bool{"y\n": true, "n\n": false} {
		d, code, out, errs := signsInByCode(t, sandbox.DevicePlan{Login: "newcomer", Pending: 2}, answer, func(context.CancelFunc) {})
		if code != exitDone || d.has("opened") != opened || !d.has(".config/isrc/tokens.json") {
			t.Errorf("%q: exit code %d, opened %v\n%s%s", answer, code, d.has("opened"), out, errs)
		}
		want(t, errs, "Type in the code WDJB-MJHT here", "Open it in a browser here?")
		want(t, out, "signed in to")
	}
}

func TestDeviceIsInterrupted(t *testing.T) {
	d, code, out, errs := signsInByCode(t, sandbox.DevicePlan{Login: "newcomer", Pending: 5}, "n\n", func(stop context.CancelFunc) { stop() })
	if code != exitInterrupted || out != "" || d.has(".config/isrc/tokens.json") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	want(t, errs, "nothing was kept; isrc auth login --host")
}
