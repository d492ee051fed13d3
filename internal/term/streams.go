// Package term is the only place that knows it speaks to a terminal: streams
// and their facts, colour, tables, prompts, the rendering of progress and the
// sanitizing of text that somebody else wrote. It knows nothing of forges, git
// or commands. Begin with Streams.
package term

import (
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	xterm "golang.org/x/term"
)

// Streams is where a command reads and writes, with the facts about each end
// that decide how it may behave.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer

	InTTY, OutTTY, ErrTTY bool

	Width   int  // columns of the terminal, 80 when there is none
	Height  int  // its lines, 0 when there is none
	Color   bool // whether Out may be coloured
	Unicode bool // whether symbols beyond ASCII may be written
	Dumb    bool // whether the terminal can only write one line after the other

	// Interrupted ends a question that waits for its answer.
	Interrupted <-chan struct{}

	// NoInput forbids every prompt, whatever the streams are.
	NoInput bool

	terminal *os.File // that Out goes to in the end, nil when there is none
	asking   func()   // what is done before a question is written
	renderer *lipgloss.Renderer
}

// System gives the streams of this process, with the settings that getenv
// knows: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM, COLUMNS, CI, the locale.
func System(getenv func(string) string) *Streams {
	s := &Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTTY:  xterm.IsTerminal(int(os.Stdin.Fd())),
		OutTTY: xterm.IsTerminal(int(os.Stdout.Fd())),
		ErrTTY: xterm.IsTerminal(int(os.Stderr.Fd())),
	}
	width := 0
	if s.OutTTY {
		width, s.Height, _ = xterm.GetSize(int(os.Stdout.Fd())) // a size of 0 falls back below
		s.terminal = os.Stdout
	} else if s.ErrTTY {
		width, _, _ = xterm.GetSize(int(os.Stderr.Fd()))
	}
	s.Configure(getenv, width)
	return s
}

// Resize takes over the size that the terminal has by now, and tells whether it
// is another one.
func (s *Streams) Resize() bool {
	if s.terminal == nil {
		return false
	}
	width, height, err := xterm.GetSize(int(s.terminal.Fd()))
	if err != nil || width <= 0 || max(width, leastWidth) == s.Width && height == s.Height {
		return false
	}
	s.Width, s.Height = max(width, leastWidth), height
	return true
}

// leastWidth is what is written for, however narrow a terminal is.
const leastWidth = 20

// Configure derives width, colour and symbols from the environment; width is
// what the terminal reports, 0 when there is none.
func (s *Streams) Configure(getenv func(string) string, width int) {
	s.Width = width
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 && width <= 0 {
		s.Width = n
	}
	if s.Width <= 0 {
		s.Width = 80
	}
	s.Width = max(s.Width, leastWidth)
	s.Color = wantColor(getenv, s.OutTTY)
	s.Unicode = wantUnicode(getenv)
	s.Dumb = getenv("TERM") == "dumb"
	if getenv("CI") != "" || getenv("ISRC_NO_INPUT") != "" {
		s.NoInput = true
	}
}

// wantColor follows no-color.org and the CLICOLOR convention: NO_COLOR wins,
// then CLICOLOR_FORCE, then CLICOLOR=0, then what the stream is.
func wantColor(getenv func(string) string, tty bool) bool {
	switch {
	case getenv("NO_COLOR") != "":
		return false
	case getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0":
		return true
	case getenv("CLICOLOR") == "0", getenv("TERM") == "dumb":
		return false
	}
	return tty
}

// wantUnicode asks the locale in the order that C libraries do. Without any
// word on it, plain ASCII is the safe answer only where a locale of C is named.
func wantUnicode(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(getenv(name)); v != "" {
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return getenv("TERM") != "linux"
}

// CanPrompt is the one gate for questions: all ends are terminals, so that the
// question is seen too, and nobody forbade it.
func (s *Streams) CanPrompt() bool { return s.InTTY && s.OutTTY && s.ErrTTY && !s.NoInput }

func (s *Streams) styler() *lipgloss.Renderer {
	if s.renderer == nil {
		s.renderer = lipgloss.NewRenderer(io.Discard)
		s.renderer.SetColorProfile(termenv.Ascii)
		if s.Color {
			s.renderer.SetColorProfile(termenv.ANSI)
		}
		s.renderer.SetHasDarkBackground(true) // only the 16 base colours are used; asking the terminal would hang on a dumb pty
	}
	return s.renderer
}
