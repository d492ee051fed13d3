package term

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/progress"
)

// Progress renders the events of a long action on the error stream: one line
// that is rewritten on a terminal, one line per note or wait elsewhere.
type Progress struct {
	streams *Streams
	now     func() time.Time

	mu    sync.Mutex
	live  bool // a line stands on the terminal that must be cleared
	shown time.Time
	last  string

	lent chan struct{} // full while another program has the terminal
	away bool
	said string   // to whom it was lent last
	kept []string // notes that came meanwhile
}

// NewProgress makes a renderer on the error stream, with a clock.
func (s *Streams) NewProgress(now func() time.Time) *Progress {
	p := &Progress{streams: s, now: now, lent: make(chan struct{}, 1)}
	s.asking = p.Clear
	return p
}

// Sink is what is handed to the packages below.
func (p *Progress) Sink() progress.Sink { return p.event }

func (p *Progress) event(e progress.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := describe(e)
	if text == "" {
		return
	}
	if !p.streams.ErrTTY {
		if e.Phase == progress.Note || e.Phase == progress.Waiting {
			if text != p.last {
				fmt.Fprintln(p.streams.Err, text)
			}
			p.last = text
		}
		return
	}
	if p.away {
		if e.Phase == progress.Note && len(p.kept) < 100 {
			p.kept = append(p.kept, text)
		}
		return
	}
	switch e.Phase {
	case progress.Note:
		p.clear()
		fmt.Fprintln(p.streams.Err, text)
	case progress.Done, progress.Failed:
		p.clear()
	default:
		if p.live && p.now().Sub(p.shown) < 80*time.Millisecond && e.Phase == progress.Running {
			return
		}
		p.clear()
		io.WriteString(p.streams.Err, Truncate(text, p.streams.Width-1, p.streams.Ellipsis()))
		p.live, p.shown = true, p.now()
	}
}

// Clear takes the live line off the terminal, before something else is written.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *Progress) clear() {
	if p.live {
		io.WriteString(p.streams.Err, "\r\x1b[K")
		p.live = false
	}
}

func describe(e progress.Event) string {
	text := Line(e.Message)
	if text == "" {
		text = e.Task
	}
	if e.Total > 0 {
		text += fmt.Sprintf("  %d %%", 100*e.Current/e.Total)
	} else if e.Current > 0 {
		text += fmt.Sprintf("  %d %s", e.Current, e.Unit)
	}
	if e.Rate != "" {
		text += "  " + Line(e.Rate)
	}
	if e.Wait > 0 && !strings.Contains(text, "waiting") {
		text += fmt.Sprintf(" (waiting %s)", e.Wait.Round(time.Second))
	}
	return text
}
