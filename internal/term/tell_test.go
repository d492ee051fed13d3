package term

import (
	"bytes"
	"strings"
	"testing"
)

func TestWhatIsToldFitsATerminal(t *testing.T) {
	t.Parallel()
	const text = "Nothing found for blockchain.\n  Searched: name, topics, title and README of 4 repositories."
	for tty, want := range map[bool]string{
		false: text + "\n",
		true:  "Nothing found for blockchain.\n  Searched: name, topics, title\n    and README of 4 repositories.\n",
	} {
		var b bytes.Buffer
		s := &Streams{Err: &b, ErrTTY: tty, Width: 34}
		s.Tell(text)
		if b.String() != want {
			t.Errorf("terminal %v: got\n%swant\n%s", tty, b.String(), want)
		}
	}
	var b bytes.Buffer
	(&Streams{Err: &b, ErrTTY: true, Width: 20}).Tell("isrc: " + strings.Repeat("x", 60))
	if b.String() != "isrc:\n  "+strings.Repeat("x", 60)+"\n" {
		t.Errorf("a word that is too long: got %q", b.String())
	}
}

func TestAHintKeepsItsCommandInOnePiece(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		width      int
		hint, want string
	}{
		"it fits":             {60, "isrc status # what waits", "isrc: hint: isrc status # what waits\n"},
		"what is said goes":   {40, "isrc setup HOST # your company's forge: isrc knows none yet", "isrc: hint: isrc setup HOST\n  # your company's forge: isrc knows\n    none yet\n"},
		"a command is left":   {30, "isrc auth login --host forge.example", "isrc: hint: isrc auth login --host forge.example\n"},
		"a sentence":          {40, "nothing is lost; the same command goes on where this one stopped", "isrc: hint: nothing is lost; the same\n  command goes on where this one stopped\n"},
		"a sentence and such": {60, "look at the spelling, or at who you are: isrc auth status", "isrc: hint: look at the spelling, or at who you are:\n  isrc auth status\n"},
		"one behind it":       {60, "mend them, git add README.md, and then go on by: isrc sync --continue", "isrc: hint: mend them, git add README.md, and then go on\n  by: isrc sync --continue\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			s := &Streams{Err: &said, ErrTTY: true, Width: c.width, Unicode: true}
			if s.Hint(c.hint); said.String() != c.want {
				t.Errorf("got\n%q, want\n%q", said.String(), c.want)
			}
			said.Reset()
			s = &Streams{Err: &said, Width: c.width, Unicode: true}
			if s.Hint(c.hint); said.String() != "isrc: hint: "+c.hint+"\n" {
				t.Errorf("away from a terminal: %q", said.String())
			}
		})
	}
}
