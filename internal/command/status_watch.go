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
		pause := max(o.interval, time.Duration(a.requests()-before)*time.Hour/watchedHourly)
		var limited *forge.RateLimitError
		if errors.As(err, &limited) {
			pause = max(pause, limited.Until.Sub(a.inv.Now()))
		}
		if failed := w.show(v, err, pause); failed != nil {
			return failed
		}
		if err == nil && v.over() {
			return nil
		}
		if left := o.patience - a.inv.Now().Sub(begun); o.patience > 0 && left < pause {
			if left > 0 {
				if err := a.sleep(ctx, left); err != nil {
					return err
				}
			}
			return &exitError{code: exitNotReached, err: fault.Errorf("after %s somebody is still waited for", clockSpan(o.patience))}
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

//go:noinline
func clockTime(t time.Time) string { return t.Local().Format(time.TimeOnly) }

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
	next time.Time         // when it is looked again
	lost error             // why the last look failed, nil where it did not
}

// show tells what a look found, or that it failed: a host that is away may come
// back, and until then what was seen last stays, with its time. The pause is
// how long it is to the next look.
func (w *watch) show(v *statusView, err error, pause time.Duration) error {
	before := w.lost
	now := w.a.inv.Now()
	w.lost, w.next = err, now.Add(pause)
	moves := w.a.io.OutTTY && !w.a.io.Dumb
	switch {
	case err != nil && moves && w.seen != nil:
		return w.draw(w.seen)
	case err != nil && before == nil: // once, however long it stays away
		w.a.say("isrc: %s; asking again at %s", term.Line(err.Error()), clockTime(w.next))
		return nil
	case err != nil:
		return nil //nolint:nilerr // it was said
	case moves:
		w.seen, w.at = v, now
		return w.draw(v)
	case before != nil:
		w.a.say("isrc: it answers again")
	}
	return w.changes(v)
}

// over tells whether nobody is waited for, as far as all could be asked.
func (v *statusView) over() bool { return v.err == nil && v.waited() == 0 }

// heading says how old the screen is, and how to leave it.
func (w *watch) heading(v *statusView) string {
	at := clockTime(w.at)
	switch {
	case w.lost != nil:
		return "as of " + at + ", asking again at " + clockTime(w.next) + "; Ctrl-C ends"
	case v.over():
		return at + ": nobody is waited for, so there is nothing more to watch"
	}
	return "every " + clockSpan(w.next.Sub(w.at).Round(time.Second)) + ", now " + at + "; Ctrl-C ends"
}

// draw writes what was seen last over what stands on the screen.
func (w *watch) draw(v *statusView) error {
	var b bytes.Buffer
	screen := *w.a.io
	screen.Out, screen.Err = &b, &b
	for _, l := range term.Wrap(w.heading(v), screen.Width) {
		fmt.Fprintln(&b, screen.Paint(term.Dim, l))
	}
	if w.lost != nil {
		for _, l := range term.Wrap(w.a.redact.text(term.Line(w.lost.Error())), screen.Width) {
			fmt.Fprintln(&b, screen.Paint(term.Warn, l))
		}
	}
	var err error
	if v.one {
		err = showStanding(&screen, &v.rows[0], w.at)
	} else {
		err = showStatus(&screen, v.rows, w.o.waiting, w.at)
	}
	for _, n := range v.notes {
		screen.Print(term.Line(n))
	}
	if err != nil {
		return err
	}
	w.a.progress.Clear()
	text := w.fitting(&screen, b.String())
	// From the top, each line to its end, then what is left of the screen before.
	_, err = fmt.Fprint(w.a.io.Out, "\x1b[H", strings.ReplaceAll(text, "\n", "\x1b[K\n"), "\x1b[J")
	return err
}

// fitting leaves out what the window has no room for, and says how much. A line
// that is wider than it, such as an address, takes several of its rows.
func (w *watch) fitting(screen *term.Streams, text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	if screen.Height <= 2 {
		return text
	}
	rows, kept := 0, 0 // of the window, and lines before its last two rows: one to say what is left out, and one for the cursor
	for _, l := range lines {
		rows += 1 + max(term.Columns(l)-1, 0)/screen.Width
		if rows <= screen.Height-2 {
			kept++
		}
	}
	if rows < screen.Height {
		return text
	}
	note := fmt.Sprintf("%d more lines in a taller window", len(lines)-kept)
	if term.Columns(note) > screen.Width {
		note = fmt.Sprintf("+%d lines", len(lines)-kept)
	}
	return strings.Join(lines[:kept], "") + screen.Paint(term.Dim, note) + "\n"
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
