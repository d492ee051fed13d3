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
