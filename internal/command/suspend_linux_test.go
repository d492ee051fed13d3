package command

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestThePickerGoesToTheShellAndComesBack: Ctrl-Z gives the shell its screen and
// its terminal as they were, and fg shows the picker again.
func TestThePickerGoesToTheShellAndComesBack(t *testing.T) {
	t.Parallel()
	s := newQuestioned(t)
	cmd := exec.Command("sh", "-mc", s.isrc+` find lib --pick; echo "left with $?"; fg >/dev/null; echo "ended with $?"`)
	cmd.Dir, cmd.Env = s.dir, s.env()
	a := openTerminal(t, cmd)
	end := a.awaits("Esc cancel", 0)
	a.types("\x1a")
	end = a.awaits("left with ", end)
	if shown := a.text()[:end]; strings.LastIndex(shown, "\x1b[?1049l") < strings.LastIndex(shown, "\x1b[?1049h") || strings.LastIndex(shown, "\x1b[?25h") < strings.LastIndex(shown, "\x1b[?25l") {
		t.Errorf("the shell does not get its screen: %q", shown)
	}
	end = a.awaits("Esc cancel", end)
	a.types("\x03")
	end = a.awaits("nothing was done", end)
	a.awaits(fmt.Sprintf("ended with %d", exitInterrupted), end)
	a.exits()
	if wrong := a.leftOver(); len(wrong) > 0 {
		t.Errorf("the terminal is left so: %s", strings.Join(wrong, "; "))
	}
}

// TestThePickerStaysWhereThereIsNoShell: without a shell to come back from,
// Ctrl-Z leaves nothing.
func TestThePickerStaysWhereThereIsNoShell(t *testing.T) {
	t.Parallel()
	s := newQuestioned(t)
	a, end := s.at(question{args: "find lib --pick", asks: "Esc cancel"})
	a.types("\x1a")
	a.awaits("Esc cancel", end)
	a.types("\x1b")
	if code := a.exits(); code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, a.text())
	}
	if wrong := a.leftOver(); len(wrong) > 0 {
		t.Errorf("the terminal is left so: %s", strings.Join(wrong, "; "))
	}
}
