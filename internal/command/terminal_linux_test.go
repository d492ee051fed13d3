package command

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// aTerminal is a terminal with one isrc on it, as a window manager would open
// it: the program's own session, with the terminal as what signals come from.
type aTerminal struct {
	t               *testing.T
	person, program *os.File
	before          unix.Termios
	cmd             *exec.Cmd

	mu    sync.Mutex
	said  strings.Builder
	news  chan struct{} // something was said
	ended chan struct{} // nothing more will be
	gone  chan struct{} // the program has ended
}

// openTerminal starts a program on a terminal of its own.
func openTerminal(t *testing.T, cmd *exec.Cmd) *aTerminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here: " + err.Error())
	}
	a := &aTerminal{t: t, person: person, cmd: cmd, news: make(chan struct{}, 1), ended: make(chan struct{}), gone: make(chan struct{})}
	n, err := unlock(person)
	if err == nil {
		a.program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(a.program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: 200, Row: 50}); err != nil {
		t.Fatal(err)
	}
	a.before = a.mode()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.program, a.program, a.program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go a.listen()
	go func() {
		_ = cmd.Wait() // the exit code tells
		close(a.gone)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = a.program.Close()
		_ = person.Close()
	})
	return a
}

// unlock makes the program's end of a terminal usable, and gives its number. It
// does not ask the file for its descriptor, for after that closing the file would
// not end the reading of it.
func unlock(person *os.File) (n int, err error) {
	raw, err := person.SyscallConn()
	if err != nil {
		return 0, err
	}
	err2 := raw.Control(func(fd uintptr) {
		if n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN); err == nil {
			err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0)
		}
	})
	return n, errors.Join(err, err2)
}

// listen keeps what is said until nobody is left to say something.
func (a *aTerminal) listen() {
	defer close(a.ended)
	b := make([]byte, 4096)
	for {
		n, err := a.person.Read(b)
		a.mu.Lock()
		a.said.Write(b[:n])
		a.mu.Unlock()
		select {
		case a.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (a *aTerminal) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.said.String()
}

// awaits waits until a text was said, behind what was said before.
func (a *aTerminal) awaits(text string, from int) (end int) {
	a.t.Helper()
	late := time.After(tooLong)
	for {
		if said := a.text(); from <= len(said) {
			if i := strings.Index(said[from:], text); i >= 0 {
				return from + i + len(text)
			}
		}
		select {
		case <-a.news:
		case <-a.ended:
			a.t.Fatalf("isrc %v ended without %q:\n%s", a.cmd.Args[1:], text, a.text())
		case <-late:
			a.t.Fatalf("isrc %v does not say %q:\n%s", a.cmd.Args[1:], text, a.text())
		}
	}
}

func (a *aTerminal) types(keys string) {
	a.t.Helper()
	if _, err := a.person.WriteString(keys); err != nil {
		a.t.Fatal(err)
	}
}

// hangsUp closes the window.
func (a *aTerminal) hangsUp() {
	a.t.Helper()
	if err := errors.Join(a.program.Close(), a.person.Close()); err != nil {
		a.t.Fatal(err)
	}
}

// exits waits for the end and gives the exit code.
func (a *aTerminal) exits() int {
	a.t.Helper()
	select {
	case <-a.gone:
		return a.cmd.ProcessState.ExitCode()
	case <-time.After(tooLong):
		a.t.Fatalf("isrc %v does not end:\n%s", a.cmd.Args[1:], a.text())
	}
	return -1
}

func (a *aTerminal) mode() unix.Termios {
	a.t.Helper()
	m, err := unix.IoctlGetTermios(int(a.program.Fd()), unix.TCGETS)
	if err != nil {
		a.t.Fatal(err)
	}
	return *m
}

// leftOver names what a program did to the terminal and did not take back.
func (a *aTerminal) leftOver() (wrong []string) {
	if after := a.mode(); after != a.before {
		wrong = append(wrong, fmt.Sprintf("its mode is %+v, it was %+v", after, a.before))
	}
	const mark = "\x00end"
	if _, err := a.program.WriteString(mark); err != nil {
		a.t.Fatal(err)
	}
	a.awaits(mark, 0) // all that was said before has arrived
	said := a.text()
	for _, x := range []struct{ on, off, what string }{
		{"\x1b[?25l", "\x1b[?25h", "the cursor is hidden"},
		{"\x1b[?1049h", "\x1b[?1049l", "the other screen is shown"},
		{"\x1b[?2004h", "\x1b[?2004l", "what is pasted is marked"},
	} {
		if strings.LastIndex(said, x.on) > strings.LastIndex(said, x.off) {
			wrong = append(wrong, x.what)
		}
	}
	if i := strings.LastIndex(said, "\x1b["); i >= 0 && strings.Contains(said, "m") {
		if sgr, _, ok := strings.Cut(said[i+2:], "m"); ok && strings.Trim(sgr, "0123456789;") == "" && strings.Trim(sgr, "0;") != "" {
			wrong = append(wrong, "the colour stays "+sgr)
		}
	}
	return wrong
}
