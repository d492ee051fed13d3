package term

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// aTerminal is the two ends of a terminal: one for a person, one for a program.
type aTerminal struct {
	t               *testing.T
	person, program *os.File
	mu              sync.Mutex
	said            strings.Builder
}

func newTerminal(t *testing.T, width, height uint16) *aTerminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here: " + err.Error())
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &aTerminal{t: t, person: person, program: program}
	term.resize(width, height)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := person.Read(b)
			term.mu.Lock()
			term.said.Write(b[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { program.Close(); person.Close() })
	return term
}

func (a *aTerminal) resize(width, height uint16) {
	a.t.Helper()
	if err := unix.IoctlSetWinsize(int(a.program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: width, Row: height}); err != nil {
		a.t.Fatal(err)
	}
}

func (a *aTerminal) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.said.String()
}

// shows waits until a text was written.
func (a *aTerminal) shows(text string) {
	a.t.Helper()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(a.text(), text) {
			return
		}
	}
	a.t.Fatalf("%q does not appear in %q", text, a.text())
}

func (a *aTerminal) types(keys string) {
	a.t.Helper()
	if _, err := a.person.WriteString(keys); err != nil {
		a.t.Fatal(err)
	}
}

func (a *aTerminal) mode() unix.Termios {
	a.t.Helper()
	m, err := unix.IoctlGetTermios(int(a.program.Fd()), unix.TCGETS)
	if err != nil {
		a.t.Fatal(err)
	}
	return *m
}

func TestPickOnATerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, keys, action string
		want               int
		err                error
	}{
		{"the first one", "\r", "show", 0, nil},
		{"typed and chosen", "vault\x0f", "contribute", 2, nil},
		{"escaped", "\x1b", "", 0, ErrNoAnswer},
		{"interrupted", "\x03", "", 0, ErrNoAnswer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newTerminal(t, 80, 24)
			before := a.mode()
			s := &Streams{In: a.program, Out: a.program, Err: a.program, InTTY: true, OutTTY: true, ErrTTY: true}
			done := make(chan error, 1)
			var got int
			var action string
			go func() {
				var err error
				got, action, err = Pick(context.Background(), s, someItems(), PickOptions{Actions: []string{"show", "contribute"}})
				done <- err
			}()
			a.shows("Esc cancel")
			a.resize(60, 10)
			a.types(tt.keys)
			if err := <-done; err != tt.err || got != tt.want || action != tt.action {
				t.Errorf("got %d, %q, %v", got, action, err)
			}
			a.shows("\x1b[?1049l")
			if after := a.mode(); after != before {
				t.Errorf("the terminal is left as %+v, it was %+v", after, before)
			}
			// What is typed next is for whoever asks next.
			a.types("yes\n")
			if line, err := s.readLine(); line != "yes" || err != nil {
				t.Errorf("the next question is answered with %q, %v", line, err)
			}
		})
	}
}

func TestPickFollowsTheTerminalsSize(t *testing.T) {
	t.Parallel()
	a := newTerminal(t, 80, 24)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s := &Streams{In: a.program, Err: a.program, InTTY: true, ErrTTY: true, Unicode: true}
	go func() {
		_, _, err := Pick(ctx, s, someItems(), PickOptions{Actions: []string{"show"}, Preview: func(int) string { return "told" }})
		done <- err
	}()
	a.shows("Esc cancel")
	a.resize(120, 24)
	a.shows("│ told")
	cancel()
	if err := <-done; !errors.Is(err, ErrDeclined) {
		t.Errorf("got %v", err)
	}
	a.shows("\x1b[?1049l")
}

func TestPickOnADumbTerminalAsksForANumber(t *testing.T) {
	t.Parallel()
	a := newTerminal(t, 80, 24)
	s := &Streams{In: a.program, Out: a.program, Err: a.program, InTTY: true, OutTTY: true, ErrTTY: true, Dumb: true, Width: 80}
	a.types("3\n")
	got, action, err := Pick(context.Background(), s, someItems(), PickOptions{Question: "Which one?", Actions: []string{"show"}})
	if got != 2 || action != "show" || err != nil {
		t.Errorf("got %d, %q, %v", got, action, err)
	}
	a.shows("payments/tokens")
	if strings.Contains(a.text(), "\x1b") {
		t.Errorf("a dumb terminal is sent %q", a.text())
	}
}

func TestSeveralPastedLinesAreOneText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ typed, want, left string }{
		"a line":                        {"It slips\n", "It slips", "yes"},
		"a paragraph":                   {"It slips,\nand falls.\n\n", "It slips,\nand falls.", "yes"},
		"paragraphs":                    {"It slips.\n\nIt falls.\n\n", "It slips.\n\nIt falls.", "yes"},
		"nothing, and no further line":  {"\n", "", "yes"},
		"the last line without its end": {"It slips,\nand", "It slips,\nand falls", "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newTerminal(t, 60, 24)
			s := &Streams{In: a.program, Out: a.program, Err: a.program, InTTY: true, OutTTY: true, ErrTTY: true, Width: 60}
			a.types(c.typed)
			done := make(chan string, 1)
			go func() {
				text, err := s.Text("Why", "--body-file")
				if err != nil {
					t.Error(err)
				}
				done <- text
			}()
			if !strings.HasSuffix(c.typed, "\n") {
				a.shows("Why")
				a.types(" falls\n")
				a.shows("an empty one ends them")
				a.types("\n")
			}
			if got := <-done; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			a.types("yes\n")
			if line, err := s.readLine(); line != c.left || err != nil {
				t.Errorf("the next question is answered with %q, %v", line, err)
			}
		})
	}
}
