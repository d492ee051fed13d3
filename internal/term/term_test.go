package term

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForeignTextIsMadeSafe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, line, block string }{
		"colours are dropped":              {"a\x1b[31mred\x1b[0m", "ared", "ared"},
		"a title sequence is dropped":      {"a\x1b]0;owned\x07b", "ab", "ab"},
		"an unended string keeps the rest": {"a\x1b]8;;http://x\nnext", "a next", "a\nnext"},
		"bidi controls are dropped":        {"ab\u202Ecd\u2066e", "abcde", "abcde"},
		"invalid bytes become a sign":      {"a\xffb", "a\uFFFDb", "a\uFFFDb"},
		"a bare return breaks the line":    {"good\rbad", "good bad", "good\nbad"},
		"a CI command leaves column one":   {"x\n::error::boo", "x ::error::boo", "x\n| ::error::boo"},
		"an indented CI command too":       {"  ::add-mask::x", "| ::add-mask::x", "| ::add-mask::x"},
		"one in the middle of a line too":  {"x ##[group]y ##vso[z]", "x ## [group]y ##vso [z]", "x ## [group]y ##vso [z]"},
		"C1 sequences are dropped":         {"a\u009b31mb", "ab", "ab"},
		"tag characters are dropped":       {"a\U000E0041b", "ab", "ab"},
		"other scripts stay":               {"naïve 日本語 👍🏽", "naïve 日本語 👍🏽", "naïve 日本語 👍🏽"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Line(c.in); got != c.line {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.line)
			}
			if got := Block(c.in); got != c.block {
				t.Errorf("Block(%q) = %q, want %q", c.in, got, c.block)
			}
		})
	}
}

func FuzzForeignTextIsMadeSafe(f *testing.F) {
	f.Add("a\x1b[31mred\x1b]0;x\x07\u202E")
	f.Fuzz(func(t *testing.T, in string) {
		for _, out := range []string{Line(in), Block(in)} {
			if strings.ContainsAny(out, "\x1b\x07\x08\r\x00\u009b\u202e\u2066") {
				t.Errorf("%q still holds a control character: %q", in, out)
			}
		}
		if strings.Contains(Line(in), "\n") {
			t.Errorf("Line(%q) has a line break", in)
		}
	})
}

func TestTableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		width int
		tty   bool
		want  string
	}{
		"wide":            {80, true, "  identity/auth-lib  Go    Authentication and token validation for services\n  payments/tokens    Java  Card vault\n"},
		"narrow":          {50, true, "  identity/auth-lib  Go    Authentication and tok…\n  payments/tokens    Java  Card vault\n"},
		"no terminal":     {50, false, "identity/auth-lib\tGo\tAuthentication and token validation for services\npayments/tokens\tJava\tCard vault\n"},
		"hardly any room": {30, true, "  identity/auth-lib\n    Go    Authentication and …\n  payments/tokens\n    Java  Card vault\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Streams{Width: c.width, OutTTY: c.tty, Unicode: true}
			tab := s.NewTable(2)
			tab.Row(Cell{Text: "identity/auth-lib"}, Cell{Text: "Go"}, Cell{Text: "Authentication and token validation\x1b[2J for services"})
			tab.Row(Cell{Text: "payments/tokens"}, Cell{Text: "Java"}, Cell{Text: "Card vault"})
			var out bytes.Buffer
			if err := tab.Write(&out); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPromptsOnlyWhereBothEndsAreTerminals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    Streams
		in   string
		want error
		miss bool
	}{
		"yes":                     {Streams{InTTY: true, OutTTY: true, ErrTTY: true}, "y\n", nil, false},
		"enter takes the default": {Streams{InTTY: true, OutTTY: true, ErrTTY: true}, "\n", nil, false},
		"no":                      {Streams{InTTY: true, OutTTY: true, ErrTTY: true}, "n\n", ErrDeclined, false},
		"end of input":            {Streams{InTTY: true, OutTTY: true, ErrTTY: true}, "", ErrDeclined, false},
		"output is piped":         {Streams{InTTY: true, ErrTTY: true}, "y\n", nil, true},
		"questions are not seen":  {Streams{InTTY: true, OutTTY: true}, "y\n", nil, true},
		"input is piped":          {Streams{OutTTY: true, ErrTTY: true}, "y\n", nil, true},
		"forbidden":               {Streams{InTTY: true, OutTTY: true, ErrTTY: true, NoInput: true}, "y\n", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.s
			s.In, s.Err = strings.NewReader(c.in), &bytes.Buffer{}
			err := s.Confirm("Go on?", "--yes", true)
			var miss *NoPromptError
			if errors.As(err, &miss) != c.miss {
				t.Fatalf("got %v, want a missing answer: %v", err, c.miss)
			}
			if c.miss {
				if miss.Flag != "--yes" {
					t.Errorf("the flag to give instead is %q", miss.Flag)
				}
			} else if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestColourFollowsTheConventions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		tty  bool
		want bool
	}{
		"a terminal":                 {nil, true, true},
		"a pipe":                     {nil, false, false},
		"NO_COLOR wins over force":   {map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, true, false},
		"force on a pipe":            {map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		"CLICOLOR=0 on a terminal":   {map[string]string{"CLICOLOR": "0"}, true, false},
		"a dumb terminal":            {map[string]string{"TERM": "dumb"}, true, false},
		"an empty NO_COLOR is unset": {map[string]string{"NO_COLOR": ""}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Streams{OutTTY: c.tty}
			s.Configure(func(k string) string { return c.env[k] }, 0)
			if got := s.Color; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if painted := s.Paint(Bad, "x"); (painted != "x") != c.want {
				t.Errorf("Paint gave %q", painted)
			}
		})
	}
}

// TestTableNamesWhole: what a row is about is never cut, and has a line of its own
// where there is no room.
func TestTableNamesWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width int
		flex  int
		cells []string
		want  string
	}{
		{60, 2, []string{"identity/auth-lib", "open", "a title"}, "  identity/auth-lib  open  a title\n"},
		{28, 2, []string{"identity/auth-lib", "open", "a title"}, "  identity/auth-lib\n    open  a title\n"},
		{20, 2, []string{"identity/auth-lib-of-all", "", ""}, "  identity/auth-lib-of-all\n"},
		{20, 2, []string{"identity/auth-lib-of-all"}, "  identity/auth-lib-of-all\n"},
		{20, 0, []string{"docs/a/very/long/path.md", "@owners"}, "  docs/a/v…  @owners\n"},
	} {
		s := &Streams{OutTTY: true, Width: c.width, Unicode: true}
		tab := s.NewTable(c.flex)
		row := make([]Cell, len(c.cells))
		for i, text := range c.cells {
			row[i] = Cell{Text: text}
		}
		tab.Row(row...)
		if got := strings.Join(tab.Rows(), ""); got != c.want {
			t.Errorf("%q at %d columns: %q, want %q", c.cells, c.width, got, c.want)
		}
	}
}
