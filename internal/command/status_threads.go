package command

import (
	"fmt"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

// threadState is a conversation about a line of a change that is not resolved.
type threadState struct {
	Path     string  `json:"path"`
	Line     *int    `json:"line"`     // null for a whole file
	Outdated bool    `json:"outdated"` // the line has changed since
	Author   string  `json:"author"`
	Text     *string `json:"text"` // the first line of what was asked
	URL      string  `json:"url"`
	Since    *string `json:"sinceAt"`
	LastBy   string  `json:"lastBy"` // who wrote last in it
}

// remarkState is what is known of comments on lines where threads are not.
type remarkState struct {
	Count  int     `json:"count"`
	LastBy *string `json:"lastBy"`
	LastAt *string `json:"lastAt"`
}

func remarksOf(f *forge.Followed) *remarkState {
	if f.Threads.Known || f.Remarks == 0 {
		return nil
	}
	out := &remarkState{Count: f.Remarks}
	if l := f.Threads.Last; l != nil {
		out.LastBy, out.LastAt = orNull(l.Author.Login), moment(l.At)
	}
	return out
}

const threadsShown = 10 // of one pull request

// threadsOf is null where the forge does not say which are open.
func threadsOf(t forge.Threads) *[]threadState {
	if !t.Known {
		return nil
	}
	out := make([]threadState, 0, len(t.Open))
	for _, x := range t.Open {
		s := threadState{Path: x.Path, Outdated: x.Outdated, Author: x.Author.Login, Text: orNull(insight.FirstLine(x.Body)), URL: x.URL, Since: moment(x.At), LastBy: x.LastBy.Login}
		if x.Line > 0 {
			s.Line = &x.Line
		}
		out = append(out, s)
	}
	return &out
}

// place is where a thread is: path and line.
func (t *threadState) place() string {
	if t.Line == nil {
		return t.Path
	}
	return fmt.Sprintf("%s:%d", t.Path, *t.Line)
}

// text says who asked what, and where.
func (t *threadState) text() string {
	out := t.Author + " at " + t.place()
	if t.Outdated {
		out += " (changed since)"
	}
	if t.Text != nil {
		out += fmt.Sprintf(": %q", term.Line(*t.Text))
	}
	return out
}

// answer says who wrote last in it, "" where that is who began it.
func (t *threadState) answer() string {
	if t.Author == t.LastBy {
		return ""
	}
	return ", " + t.LastBy + " answered"
}

// threadCount is "2 threads open", "" for none.
func (r *standing) threadCount() string {
	if r.Threads == nil || len(*r.Threads) == 0 {
		return ""
	}
	out := plural(len(*r.Threads), "thread") + " open"
	if r.more {
		out = "at least " + out
	}
	return out
}

// threads shows what was asked about lines, the oldest first.
func (w *standingScreen) threads() {
	if w.r.Threads == nil {
		if m := w.r.Remarks; m != nil {
			text := pluralOf(m.Count, "comment", "comments") + " on lines"
			if m.LastBy != nil {
				text += ", the last by " + *m.LastBy
				if at := since(m.LastAt, w.now); at != "" {
					text += ", " + at
				}
			}
			w.line("threads", text+"; which are resolved, this host does not say")
		}
		return
	}
	if n := w.r.threadCount(); n != "" {
		w.line("threads", n)
	}
	for i := range *w.r.Threads {
		t := &(*w.r.Threads)[i]
		if i == threadsShown {
			w.deeper(fmt.Sprintf("and %d more", len(*w.r.Threads)-i))
			break
		}
		text := t.text()
		if at := since(t.Since, w.now); at != "" {
			text += ", " + at
		}
		w.line("", text+t.answer())
		w.deeper(t.URL)
	}
}

// sayThreads names, before anybody is asked to look again, what they asked and
// did not resolve.
func (a *app) sayThreads(t *[]threadState, now time.Time) {
	if t == nil {
		return
	}
	for i := range *t {
		x := &(*t)[i]
		if i == threadsShown {
			a.say("isrc: and %s", pluralOf(len(*t)-i, "more thread is open", "more threads are open"))
			return
		}
		text := x.text()
		if at := since(x.Since, now); at != "" {
			text += ", " + at
		}
		a.say("isrc: still open: %s", term.Line(text))
	}
}
