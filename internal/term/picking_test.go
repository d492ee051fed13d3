package term

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
)

func someItems() []PickItem {
	return []PickItem{
		{"identity/auth-lib", "Token validation for services"},
		{"platform/gateway-filters", "Edge filters"},
		{"payments/tokens", "Card token vault client"},
		{"evil/\x1b]0;owned\x07repo\u202e", "first\nsecond"},
		{"ünïcode/größe", "Maße"},
	}
}

func somePicking(width, height int) *picking {
	s := &Streams{Unicode: true, Width: width}
	p := newPicking(s, someItems(), PickOptions{Actions: []string{"show", "contribute"}, Preview: func(i int) string {
		return fmt.Sprintf("preview %d \x1b[2J of it\n", i) + strings.Repeat("words ", 60) + strings.Repeat("\nmore", 50)
	}})
	p.resize(width, height)
	return p
}

func (p *picking) typing(text string) *picking { p.press([]byte(text), true); return p }

func TestPickingFindsWhatIsTyped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typed  string
		want   string // the item that is chosen, "" declined
		action string
	}{
		{"\r", "identity/auth-lib", "show"},
		{"gateway\r", "platform/gateway-filters", "show"},
		{"gtwflt\r", "platform/gateway-filters", "show"},
		{"vault\x0f", "payments/tokens", "contribute"},
		{"vault\x1b\r", "payments/tokens", "contribute"},
		{"token payments\r", "payments/tokens", "show"},
		{"\x1b[B\x1b[B\r", "payments/tokens", "show"},
		{"\x1bOB\r", "platform/gateway-filters", "show"},
		{"\x1b[B\x1b[A\x1b[A\r", "identity/auth-lib", "show"},
		{"\x1b[F\r", "ünïcode/größe", "show"},
		{"größe\r", "ünïcode/größe", "show"},
		{"gatewayxxx\x7f\x7f\x7f\r", "platform/gateway-filters", "show"},
		{"card nothing\x17\r", "payments/tokens", "show"},
		{"nothing-like-it\x15vault\r", "payments/tokens", "show"},
		{"nothing-like-it\r\x15\r", "identity/auth-lib", "show"},                         // Enter on an empty list does nothing
		{"\x1b[200~gateway\r\nfilters\n\x1b[201~\r", "platform/gateway-filters", "show"}, // what is pasted chooses nothing
		{"\x1b", "", ""},
		{"tok\x03", "", ""},
		{"\x1b[99;5u\x1b[?1;2c\r", "identity/auth-lib", "show"}, // keys that mean nothing here
	} {
		p := somePicking(80, 24).typing(tt.typed)
		if !p.over {
			t.Errorf("%q: it is not over", tt.typed)
			continue
		}
		if p.declined {
			if tt.want != "" {
				t.Errorf("%q: declined, want %s", tt.typed, tt.want)
			}
			continue
		}
		i, action, err := p.chosen()
		if got := someItems()[i].Title; err != nil || got != tt.want || action != tt.action {
			t.Errorf("%q: %s to %q, want %s to %q", tt.typed, action, got, tt.action, tt.want)
		}
	}
}

func TestAKeyThatArrivesInPiecesIsOneKey(t *testing.T) {
	t.Parallel()
	p := somePicking(80, 24)
	var pending []byte
	for _, b := range []byte("\x1b[B\x1b[Bgr\xc3\xb6\xc3\x9f") {
		pending = p.press(append(pending, b), false)
	}
	if p.over || string(p.query) != "größ" || len(pending) != 0 {
		t.Errorf("over %v with %q, left %q", p.over, string(p.query), pending)
	}
	if left := p.press([]byte{0x1b}, false); len(left) != 1 || p.over {
		t.Error("an escape alone is taken for Esc before it is known what follows")
	}
	if p.press([]byte{0x1b}, true); !p.over || !p.declined {
		t.Error("an escape after which nothing comes is not Esc")
	}
}

func TestTheScreenIsNeverLargerThanTheTerminal(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{10, 4}, {20, 5}, {40, 10}, {80, 24}, {99, 30}, {100, 12}, {160, 50}} {
		for _, typed := range []string{"", "to", "\x1b[F", "nothing at all", strings.Repeat("long ", 40), "größe"} {
			for _, color := range []bool{false, true} {
				p := somePicking(size[0], size[1])
				p.s.Color = color
				lines := p.typing(typed).lines()
				if len(lines) != size[1] {
					t.Errorf("%v %q: %d lines", size, typed, len(lines))
				}
				for _, l := range lines {
					if n := lipgloss.Width(l); n > size[0] {
						t.Errorf("%v %q: %d columns: %q", size, typed, n, l)
					}
					if !color && strings.ContainsAny(l, "\x1b\x07\u202e") {
						t.Errorf("%v: foreign text reaches the terminal: %q", size, l)
					}
				}
			}
		}
	}
}

func TestThePreviewStandsBesideOrBelow(t *testing.T) {
	t.Parallel()
	beside := strings.Join(somePicking(100, 20).lines(), "\n")
	if !strings.Contains(beside, "identity/auth-lib  Token validatio") || !strings.Contains(beside, "│ preview 0 of it") {
		t.Errorf("at 100 columns:\n%s", beside)
	}
	below := somePicking(99, 20).lines()
	if !strings.HasPrefix(below[1], "▸ identity/auth-lib  Token validation for services") || strings.Contains(strings.Join(below[:10], "\n"), "preview") || !strings.HasPrefix(below[11], "preview 0") {
		t.Errorf("at 99 columns:\n%s", strings.Join(below, "\n"))
	}
	if last := below[len(below)-1]; last != "Enter show · Ctrl-O contribute · Esc cancel" {
		t.Errorf("the keys are %q", last)
	}
}

func TestMatchedLettersAreMarked(t *testing.T) {
	t.Parallel()
	p := somePicking(80, 24)
	p.s.Color = true
	lines := p.typing("größe").lines()
	if got := strings.ReplaceAll(strings.ReplaceAll(lines[1], p.s.Paint(Strong, "ö"), "[ö]"), p.s.Paint(Strong, "ß"), "[ß]"); !strings.Contains(got, "[ö][ß]") {
		t.Errorf("got %q", lines[1])
	}
}

func TestALongListFollowsTheCursor(t *testing.T) {
	t.Parallel()
	items := make([]PickItem, 500)
	for i := range items {
		items[i].Title = fmt.Sprintf("repo-%03d", i)
	}
	p := newPicking(&Streams{}, items, PickOptions{Actions: []string{"show"}})
	p.resize(40, 12)
	p.typing(strings.Repeat("\x1b[B", 30) + "\x1b[6~\x1b[6~")
	if p.cursor != 50 {
		t.Errorf("the cursor is at %d, want 50", p.cursor)
	}
	if got := strings.Join(p.lines(), "\n"); !strings.Contains(got, "> repo-050") {
		t.Errorf("the cursor is not on the screen:\n%s", got)
	}
	p.resize(40, 5)
	if got := p.lines(); len(got) != 5 || !strings.Contains(strings.Join(got, "\n"), "> repo-050") {
		t.Errorf("after the terminal became small:\n%s", strings.Join(got, "\n"))
	}
}

func TestPickWithoutATerminalNamesTheFlag(t *testing.T) {
	t.Parallel()
	_, _, err := Pick(context.Background(), &Streams{In: strings.NewReader("\r")}, someItems(), PickOptions{Question: "Which one?", Flag: "a repository"})
	var noPrompt *NoPromptError
	if !errors.As(err, &noPrompt) || noPrompt.Flag != "a repository" {
		t.Errorf("got %v", err)
	}
}

func FuzzPick(f *testing.F) {
	f.Add([]byte("tok\x1b[B\r"), 80, 24)
	f.Add([]byte("\xff\x1b[1;1;1;1;1;1;1;1;1;1"), 1, 1)
	f.Fuzz(func(t *testing.T, typed []byte, width, height int) {
		p := somePicking(width%300, height%100)
		for i := range typed {
			p.press(typed[i:i+1], i%3 == 0)
			if lines := p.lines(); len(lines) != p.height {
				t.Fatalf("%d lines of %d", len(lines), p.height)
			}
		}
		if p.over && !p.declined {
			if i, _, _ := p.chosen(); i < 0 || i >= len(someItems()) {
				t.Fatal(i)
			}
		}
	})
}

func TestAWordInOnePieceComesFirst(t *testing.T) {
	t.Parallel()
	items := []PickItem{
		{"identity/clean-sign-in", "for services"},
		{"identity/client", "of the lion"},
		{"platform/other", "a library of lists"},
		{"identity/auth-lib", "tokens"},
		{"İ/lib", "letters that become longer when they are small"},
	}
	p := newPicking(&Streams{}, items, PickOptions{Actions: []string{"show"}})
	p.typing("LI")
	var got []string
	for _, m := range p.shown {
		got = append(got, items[m.item].Title)
	}
	want := "identity/auth-lib identity/client platform/other"
	if !strings.HasPrefix(strings.Join(got, " "), want) || len(got) != 5 {
		t.Errorf("got %q, want first %q", got, want)
	}
}

func TestTheKeysFitNarrowTerminals(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{25: "Enter show · Esc cancel", 44: "Enter show · Ctrl-O contribute · Esc cancel"} {
		lines := somePicking(width, 10).lines()
		if got := lines[len(lines)-1]; got != want {
			t.Errorf("at %d columns: %q", width, got)
		}
		if !strings.Contains(lines[0], "type to narrow") {
			t.Errorf("at %d columns nothing says that one may type: %q", width, lines[0])
		}
	}
}
