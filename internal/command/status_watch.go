package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// watchedHourly is how many requests an hour a watch may take of a host: a
// fifth of what GitHub gives an account.
const watchedHourly = 1000

// watchStatus looks again and again until nobody is waited for. On a terminal
// it draws the screen anew, elsewhere it writes a line for what has changed.
func (a *app) watchStatus(ctx context.Context, o *statusOptions, look func(context.Context) (*statusView, error)) error {
	err := a.watchOn(ctx, o, look)
	if ctx.Err() != nil { // the usual way to end it: nothing is to be said
		return &exitError{code: exitInterrupted}
	}
	return err
}

func (a *app) watchOn(ctx context.Context, o *statusOptions, look func(context.Context) (*statusView, error)) error {
	w := &watch{a: a, o: o, last: map[string]string{}}
	begun := a.inv.Now()
	for {
		before := a.requests()
		v, err := look(ctx)
		if err != nil && (ctx.Err() != nil || !passing(err)) {
			return err
		}
		if err != nil { // a host that is away may come back
			a.say("isrc: %s", term.Line(err.Error()))
		} else if err := w.show(v); err != nil {
			return err
		}
		if v != nil && v.err == nil && v.waited() == 0 {
			return nil
		}
		pause := max(o.interval, time.Duration(a.requests()-before)*time.Hour/watchedHourly)
		var limited *forge.RateLimitError
		if errors.As(err, &limited) {
			pause = max(pause, limited.Until.Sub(a.inv.Now()))
		}
		if left := o.patience - a.inv.Now().Sub(begun); o.patience > 0 && left < pause {
			if left > 0 {
				if err := a.sleep(ctx, left); err != nil {
					return err
				}
			}
			return &exitError{code: exitNotReached, err: fault.Errorf("after %s somebody is still waited for", o.patience)}
		}
		if err := w.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// wait waits until the next look, and draws anew where the window becomes
// another one meanwhile.
func (w *watch) wait(ctx context.Context, pause time.Duration) error {
	const glance = 250 * time.Millisecond
	io := w.a.io
	if !io.OutTTY || io.Dumb {
		return w.a.sleep(ctx, pause)
	}
	for left := pause; left > 0; left -= glance {
		if err := w.a.sleep(ctx, min(glance, left)); err != nil {
			return err
		}
		if io.Resize() && w.seen != nil {
			if err := w.draw(w.seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// clockSpan writes a span of time as flags take it: 1m, 90s as 1m30s.
func clockSpan(d time.Duration) string {
	return strings.TrimSuffix(strings.Replace(d.String(), "m0s", "m", 1), "0m")
}

// passing tells whether a failure may be over at the next look.
func passing(err error) bool {
	var away *forge.UnavailableError
	var limited *forge.RateLimitError
	return errors.As(err, &away) || errors.As(err, &limited)
}

// requests counts what was asked of all hosts so far.
func (a *app) requests() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.sites {
		if c := clientOf(s); c != nil {
			n += c.Requests()
		}
	}
	return n
}

// watch is what was shown last.
type watch struct {
	a    *app
	o    *statusOptions
	last map[string]string // by contribution
	seen *statusView       // what stands on the screen
	at   time.Time         // since when
}

func (w *watch) show(v *statusView) error {
	if !w.a.io.OutTTY || w.a.io.Dumb {
		return w.changes(v)
	}
	w.seen, w.at = v, w.a.inv.Now()
	return w.draw(v)
}

// draw writes what was seen last over what stands on the screen.
func (w *watch) draw(v *statusView) error {
	var b bytes.Buffer
	screen := *w.a.io
	screen.Out, screen.Err = &b, &b
	when := "every " + clockSpan(w.o.interval) + ", now " + w.at.Local().Format("15:04:05") + "; Ctrl-C ends"
	if v.err == nil && v.waited() == 0 {
		when = w.at.Local().Format("15:04:05") + ": nobody is waited for, so there is nothing more to watch"
	}
	for _, l := range term.Wrap(when, screen.Width) {
		fmt.Fprintln(&b, screen.Paint(term.Dim, l))
	}
	var err error
	if v.one {
		err = showStanding(&screen, &v.rows[0], w.at)
	} else {
		err = showStatus(&screen, v.rows, w.o.waiting, w.at)
	}
	for _, n := range v.notes {
		fmt.Fprintln(&b, term.Line(n))
	}
	if err != nil {
		return err
	}
	w.a.progress.Clear()
	text := b.String()
	if lines := strings.SplitAfter(text, "\n"); len(lines) > w.a.io.Height && w.a.io.Height > 2 { // the last one is empty
		most := w.a.io.Height - 2
		text = strings.Join(lines[:most], "") + screen.Paint(term.Dim, fmt.Sprintf("%d more lines in a taller window", len(lines)-1-most)) + "\n"
	}
	// From the top, each line to its end, then what is left of the screen before.
	_, err = fmt.Fprint(w.a.io.Out, "\x1b[H", strings.ReplaceAll(text, "\n", "\x1b[K\n"), "\x1b[J")
	return err
}

// changes writes a row for what is new or otherwise than before.
func (w *watch) changes(v *statusView) error {
	for _, n := range v.notes {
		w.a.say("isrc: %s", n)
	}
	now := w.a.inv.Now()
	for i := range v.rows {
		r := &v.rows[i]
		key := r.Repository.URL + "#" + textOf(r.Run)
		if r.Number != nil {
			key = fmt.Sprintf("%s#%d", r.Repository.URL, *r.Number)
		}
		is := r.State + "\x00" + r.WaitsFor + "\x00" + r.Why
		if p := pressing(r.Promises); p != nil {
			is += "\x00" + p.State
		}
		if was, seen := w.last[key]; seen && was == is {
			continue
		}
		w.last[key] = is
		t := w.a.io.NewTable(2)
		t.Row(append([]term.Cell{{Text: now.UTC().Format(time.RFC3339)}}, statusCells(w.a.io, r, w.o.waiting, now)...)...)
		if err := t.Write(w.a.io.Out); err != nil {
			return err
		}
	}
	return nil
}
