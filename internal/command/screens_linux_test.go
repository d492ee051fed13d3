package command

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/term"
)

// screen is what a command shows on a terminal of some width.
func (s *questioned) screen(width int, unicode bool, line string) string {
	s.t.Helper()
	var said bytes.Buffer
	Run(context.Background(), Invocation{
		Args: strings.Fields(line), Env: s.env(), Dir: s.dir, Now: func() time.Time { return clock.Add(3*time.Hour + 10*time.Minute) }, Self: s.isrc,
		Streams: &term.Streams{In: strings.NewReader(""), Out: &said, Err: &said, OutTTY: true, ErrTTY: true, NoInput: true, Width: width, Unicode: unicode},
	})
	text := said.String()
	if i := strings.LastIndex(text, "\r\x1b[K"); i >= 0 { // what moved before
		text = text[i+len("\r\x1b[K"):]
	}
	return text
}

// inOnePiece tells whether a line is to be pasted, or is one word that is wider
// than the terminal, and may not be broken.
func inOnePiece(line string, width int) bool {
	text := strings.TrimLeft(line, " >")
	for _, p := range []string{"isrc ", "isrc: hint: ", "cd ", "mend: ", "git "} {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	for _, w := range strings.Fields(text) {
		if len(w) > width/2 {
			return true
		}
	}
	return false
}

// TestScreensFit looks at screens on terminals of several widths: nothing is
// wider, and where only ASCII can be shown there is nothing else.
func TestScreensFit(t *testing.T) {
	t.Parallel()
	s := newQuestioned(t)
	s.submitted()
	s.run(exitDone, "contribute platform/lib --branch fix/a-second-change --dir second --new --yes")
	s.commit("second", "Mend another")
	lines := []string{
		"", "--help", "find lib", "find nothing-like-it", "show platform/lib", "contribute platform/forms --dry-run", "-C second check", "status", "status platform/lib#1",
		"forks", "forks platform/lib", "doctor", "propose platform/lib --title Grip --dry-run", "-C second sync --dry-run", "abandon", "propose", "show platform/missing",
	}
	for _, c := range newRoot(newApp(Invocation{Streams: &term.Streams{}, Now: time.Now})).Commands() {
		if !c.Hidden && c.Runnable() && c.Name() != "help" {
			lines = append(lines, c.Name()+" --help")
		}
	}
	for _, line := range lines {
		for _, width := range []int{60, 120} {
			text := s.screen(width, width == 120, line)
			for l := range strings.Lines(text) {
				l = strings.TrimRight(l, "\n")
				if term.Columns(l) > width && !inOnePiece(l, width) {
					t.Errorf("isrc %s at %d columns: %d columns in %q", line, width, term.Columns(l), l)
				}
				if i := strings.IndexFunc(l, func(r rune) bool { return r > '~' }); i >= 0 && width != 120 {
					t.Errorf("isrc %s: %q is not ASCII", line, l)
				}
			}
		}
	}
	for width, want := range map[int]string{60: statusAt60, 120: statusAt120} {
		got := strings.ReplaceAll(strings.ReplaceAll(s.screen(width, true, "status"), s.forge.URL(), "URL"), s.dir, "DIR")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(fmt.Sprintf("status at %d columns:\n", width) + diff)
		}
	}
}

// TestStatusLeadsOnAfterTheEnd: a merged contribution whose branch is still there
// is to be finished, and a finished one is not.
func TestStatusLeadsOnAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := newQuestioned(t)
	whenMerged(s)
	const next = "isrc finish platform/lib#1 tells what came of it"
	if got := s.screen(80, true, "status"); !strings.Contains(got, next) {
		t.Errorf("after the merge status does not say %q:\n%s", next, got)
	}
	s.run(exitDone, "-C lib finish --yes")
	if got := s.screen(80, true, "status"); strings.Contains(got, next) {
		t.Errorf("after finish status still says %q:\n%s", next, got)
	}
}

const statusAt60 = `  platform/lib  -   you
      1 commit is not submitted yet, begun 3 hours ago
      branch fix/a-second-change
      cd DIR/second && isrc submit
  platform/lib  #1  they
      waiting for a first reply, 3 hours
      URL/platform/lib/pull/1
1 waits for you · 1 waits for others
isrc status REPO#N says more
`

const statusAt120 = `  platform/lib  -   1 commit is not submitted yet, begun 3 hours ago  you
      branch fix/a-second-change
      cd DIR/second && isrc submit
  platform/lib  #1  waiting for a first reply, 3 hours                they
      URL/platform/lib/pull/1
1 waits for you · 1 waits for others · isrc status REPO#N says more
`

// TestNarrowScreens: nothing is broken by the terminal itself, however narrow.
func TestNarrowScreens(t *testing.T) {
	t.Parallel()
	s := newQuestioned(t)
	s.submitted()
	for _, line := range []string{"", "status platform/lib#1"} {
		for l := range strings.Lines(s.screen(40, true, line)) {
			if l = strings.TrimRight(l, "\n"); term.Columns(l) > 40 && !strings.Contains(l, "/") { // an address or a path
				t.Errorf("isrc %s: %d columns in %q", line, term.Columns(l), l)
			}
		}
	}
	w := &watch{}
	for _, c := range []struct {
		width, height int
		text, want    string
	}{
		{20, 6, "a\nb\nc\n", "a\nb\nc\n"},
		{40, 4, "a\nb\nc\nd\n", "a\nb\n2 more lines in a taller window\n"},
		{20, 4, "a\nb\nc\nd\n", "a\nb\n+2 lines\n"},
		{20, 5, "a\n" + strings.Repeat("b", 50) + "\nc\n", "a\n+2 lines\n"}, // which takes three rows
		{20, 2, "a\nb\nc\n", "a\nb\nc\n"},                                   // too low to say anything
	} {
		if got := w.fitting(&term.Streams{Width: c.width, Height: c.height}, c.text); got != c.want {
			t.Errorf("%q in %d by %d: %q, want %q", c.text, c.width, c.height, got, c.want)
		}
	}
}
