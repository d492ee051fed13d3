package term

import (
	"context"
	"fmt"
	"os"

	xterm "golang.org/x/term"
)

// Lend gives the terminal to another program until back is called, which may be
// done twice. It waits until nobody else has it. Meanwhile nothing is drawn, and
// what is to be told comes afterwards. doing says what is going to happen there;
// the same is not said twice in a row, and "" leaves the line of progress as it
// is. Afterwards the terminal is as it was before.
func (p *Progress) Lend(ctx context.Context, doing string) (back func(), err error) {
	select {
	case p.lent <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	restore := p.streams.remember()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
	if doing != "" {
		p.clear()
		if doing != p.said {
			p.streams.Tell("isrc: " + Line(doing))
		}
		p.said = doing
	}
	done := false
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if done {
			return
		}
		done, p.away = true, false
		restore()
		for _, note := range p.kept {
			fmt.Fprintln(p.streams.Err, note)
		}
		p.kept = nil
		<-p.lent
	}, nil
}

// remember notes the mode of the terminal, and gives what sets it again if it
// was changed and left so.
func (s *Streams) remember() (restore func()) {
	f, ok := s.In.(*os.File)
	if !ok {
		return func() {}
	}
	before, err := xterm.GetState(int(f.Fd()))
	if err != nil {
		return func() {}
	}
	return func() {
		if now, err := xterm.GetState(int(f.Fd())); err == nil && *now != *before {
			_ = xterm.Restore(int(f.Fd()), before) // a terminal that is gone needs nothing
		}
	}
}

// TerminalName is the file of the terminal that is read from, "" where there is
// none or the system does not tell.
func (s *Streams) TerminalName() string {
	f, ok := s.In.(*os.File)
	if !ok || !s.InTTY {
		return ""
	}
	name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
	if err != nil {
		return ""
	}
	if _, err := os.Stat(name); err != nil {
		return "" // of another container
	}
	return name
}
