package term

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Tone is what a piece of text means; each has a colour of the 16 that every
// terminal lets its user choose. Yellow and blue are not among them: by what
// terminals come with, the one cannot be read on white, the other not on black.
type Tone int

// The tones. Everything must be readable without them.
const (
	Plain Tone = iota
	Strong
	Dim
	Good
	Bad
	Warn
	Link
)

// Paint colours text by its tone, or gives it back as it is.
func (s *Streams) Paint(t Tone, text string) string {
	if !s.Color || text == "" {
		return text
	}
	st := s.styler().NewStyle()
	switch t {
	case Strong:
		st = st.Bold(true)
	case Dim:
		st = st.Faint(true)
	case Good:
		st = st.Foreground(lipgloss.Color("2"))
	case Bad:
		st = st.Foreground(lipgloss.Color("1")).Bold(true)
	case Warn:
		st = st.Foreground(lipgloss.Color("5"))
	case Link:
		st = st.Underline(true)
	default:
		return text
	}
	return st.Render(text)
}

// Symbol is a sign with a twin for terminals that know only ASCII.
type Symbol int

// The symbols in use.
const (
	SymOK Symbol = iota
	SymBroken
	SymUnknown
	SymLater
	SymArrow
	SymLeft
	SymDot
	SymDash
	SymEllipsis
)

var symbols = [...][2]string{
	SymOK:       {"✓", "ok"},
	SymBroken:   {"✗", "no"},
	SymUnknown:  {"?", "?"},
	SymLater:    {"…", ".."},
	SymArrow:    {"▸", ">"},
	SymLeft:     {"←", "<-"},
	SymDot:      {"·", "-"},
	SymDash:     {"–", "-"},
	SymEllipsis: {"…", "..."},
}

// Sym writes a symbol as this terminal can show it.
//
//go:noinline
func (s *Streams) Sym(y Symbol) string {
	if s.Unicode {
		return symbols[y][0]
	}
	return symbols[y][1]
}

// Twin writes a text of isrc's own as this terminal can show it.
func (s *Streams) Twin(text string) string {
	if s.Unicode {
		return text
	}
	for _, pair := range [...][2]string{{"…", "..."}, {"·", "-"}, {"–", "-"}, {"×", "x"}, {"←", "<-"}, {"▸", ">"}} {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return text
}

// Ellipsis is the sign that Truncate writes.
//
//go:noinline
func (s *Streams) Ellipsis() string { return s.Sym(SymEllipsis) }
