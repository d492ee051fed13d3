package term

import (
	"context"
	"io"
	"os"
	"strconv"
	"time"

	xterm "golang.org/x/term"

	"github.com/isrc-dev/isrc/internal/fault"
)

// PickItem is one of those among which is chosen. What is typed is looked for in
// both its words.
type PickItem struct {
	Title  string
	Detail string
}

// PickOptions say how is chosen.
type PickOptions struct {
	Question string   // what is asked, for the error where nobody can be
	Flag     string   // what to give instead
	Actions  []string // what can be done: the first with Enter, the second with Ctrl-O or Alt-Enter
	// Preview is what is told of an item while it is under the cursor; it must be
	// quick. nil for none.
	Preview func(index int) string
}

// Pick lets a person choose from a list that shrinks while they type, and gives
// the index of the item and the action. It draws on the error stream, on the
// terminal's other screen, so that nothing of it is left. Esc and Ctrl-C answer
// ErrDeclined. A terminal that cannot be drawn on is asked for a number.
//
// It is drawn here and not with bubbletea: linking that makes every command ask
// the terminal for its background colour at the start, and wait for an answer.
func Pick(ctx context.Context, s *Streams, items []PickItem, o PickOptions) (index int, action string, err error) {
	in, ok := s.In.(*os.File)
	if !ok || !s.InTTY || !s.ErrTTY || s.NoInput || len(items) == 0 {
		return 0, "", &NoPromptError{Question: o.Question, Flag: o.Flag}
	}
	if len(o.Actions) == 0 {
		o.Actions = []string{""}
	}
	if s.Dumb {
		index, err = s.pickByNumber(items, o)
		return index, o.Actions[0], err
	}
	p := newPicking(s, items, o)
	if err := p.run(ctx, in, s); err != nil {
		return 0, "", err
	}
	return p.chosen()
}

func (s *Streams) pickByNumber(items []PickItem, o PickOptions) (int, error) {
	words := make([]string, len(items))
	for i, it := range items {
		words[i] = Truncate(rowOf(it), s.Width-5-len(strconv.Itoa(len(items))), s.Ellipsis())
	}
	return s.Choose(o.Question, o.Flag, words)
}

const (
	otherScreen = "\x1b[?1049h\x1b[?25l\x1b[?2004h" // and no cursor, and what is pasted is said to be
	ownScreen   = "\x1b[?2004l\x1b[?25h\x1b[?1049l"

	// patience is how long the rest of a key's sequence may take to arrive, and
	// how often the size of the terminal is looked at.
	patience = 60 * time.Millisecond
	glances  = 200 * time.Millisecond
)

// run shows the picking until it is over. Ctrl-Z goes to the shell, which brings
// it back.
func (p *picking) run(ctx context.Context, in *os.File, s *Streams) error {
	for {
		if err := p.show(ctx, in, s); err != nil || !p.away {
			return err
		}
		p.away = false
		suspend()
	}
}

// show shows it until it is over or left for a while, and leaves the terminal as
// it was.
func (p *picking) show(ctx context.Context, in *os.File, s *Streams) (err error) {
	typed, end, err := keysOf(ctx, in)
	if err != nil {
		return err
	}
	io.WriteString(s.Err, otherScreen)
	defer func() {
		ended := end()
		io.WriteString(s.Err, ownScreen)
		if ended != nil { // joined to nothing, an answer would be another error
			err = fault.Join(err, ended)
		}
	}()
	return p.loop(ctx, in, s, typed)
}

func (p *picking) loop(ctx context.Context, in *os.File, s *Streams, typed <-chan []byte) error {
	glance := time.NewTicker(glances)
	defer glance.Stop()
	var pending []byte // the beginning of a key
	p.resize(sizeOf(in))
	p.draw(s.Err)
	for !p.over && !p.away {
		var late <-chan time.Time
		if len(pending) > 0 {
			late = time.After(patience)
		}
		select {
		case b, ok := <-typed:
			if !ok {
				return ErrNoAnswer
			}
			pending = p.press(append(pending, b...), false)
		case <-late:
			pending = p.press(pending, true)
		case <-glance.C:
			if !p.resize(sizeOf(in)) {
				continue
			}
		case <-ctx.Done():
			return ErrNoAnswer
		case <-s.Interrupted:
			return ErrNoAnswer
		}
		if !p.over && !p.away { // else the screen is left, and what is typed from now on is the shell's
			p.draw(s.Err)
		}
	}
	if p.declined {
		return ErrNoAnswer
	}
	return nil
}

func sizeOf(f *os.File) (width, height int) {
	width, height, err := xterm.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// press takes the keys out of what was typed, and gives back the beginning of one
// that is not whole, unless nothing more comes.
func (p *picking) press(b []byte, last bool) []byte {
	for len(b) > 0 && !p.over && !p.away {
		k, n := nextKey(b, last)
		if n == 0 {
			return b
		}
		b = b[n:]
		p.key(k)
	}
	return nil
}
