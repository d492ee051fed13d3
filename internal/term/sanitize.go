package term

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/mattn/go-runewidth"
)

// Line makes foreign text safe to show within one line: no control or escape
// sequence, no bidirectional or invisible formatting, no line break, no invalid
// UTF-8, no command to a CI runner. Blanks are folded and the ends trimmed.
func Line(text string) string {
	return disarm(strings.Join(strings.Fields(clean(text, false)), " "))
}

// disarm takes its meaning from a line that a CI runner would carry out:
// "##[group]" wherever it stands, "::error::" as the first word.
func disarm(line string) string {
	line = strings.ReplaceAll(strings.ReplaceAll(line, "##[", "## ["), "##vso[", "##vso [")
	if strings.HasPrefix(line, "::") {
		return "| " + line
	}
	return line
}

// Block makes foreign text safe to show as paragraphs: as Line, but line breaks
// and indentation stay.
func Block(text string) string {
	lines := strings.Split(clean(text, true), "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, " \t")
		if t := strings.TrimLeft(l, " \t"); strings.HasPrefix(t, "::") {
			l = t
		}
		lines[i] = disarm(l)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func clean(text string, block bool) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			b.WriteRune('\uFFFD')
		case r == 0x1b:
			i += skipEscape(text[i:])
			continue
		case r == 0x9b: // the one-rune form of ESC [
			i += n + csiLength(text[i+n:])
			continue
		case r == '\r' && strings.HasPrefix(text[i+1:], "\n"):
		case r == '\n', r == '\t':
			if block {
				b.WriteRune(r)
			} else {
				b.WriteByte(' ')
			}
		case r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			if block {
				b.WriteByte('\n')
			} else {
				b.WriteByte(' ')
			}
		case unicode.IsControl(r), invisible(r):
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// invisible names the format characters that reorder or hide text: Unicode
// category Cf with the exception of the joiners that scripts and emoji need,
// and the tag and private-use planes.
func invisible(r rune) bool {
	if r == 0x200c || r == 0x200d {
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || (r >= 0xE0000 && r <= 0xE0FFF)
}

// skipEscape tells how many bytes an escape sequence at the head of s takes.
func skipEscape(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		return 2 + csiLength(s[2:])
	case ']', 'P', 'X', '^', '_': // strings, ended by BEL or ESC \
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1
			}
			if s[i] == 0x1b {
				if i+1 < len(s) && s[i+1] == '\\' {
					return i + 2
				}
				return i
			}
			if s[i] == '\n' {
				return i // an unended string must not swallow the rest
			}
		}
		return len(s)
	}
	return 2
}

func csiLength(s string) int {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x40 && c <= 0x7e {
			return i + 1
		} else if c < 0x20 {
			return i
		}
	}
	return len(s)
}

// Columns is the width of text on a terminal; what colours it has none.
//
//go:noinline
func Columns(text string) int {
	if strings.IndexByte(text, 0x1b) >= 0 {
		return lipgloss.Width(text)
	}
	return runewidth.StringWidth(text)
}

// Truncate cuts text to at most width columns, with tail where it was cut.
//
//go:noinline
func Truncate(text string, width int, tail string) string {
	return runewidth.Truncate(text, max(width, 0), tail)
}

// Wrap breaks text into lines of at most width columns, at blanks.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case Columns(line)+1+Columns(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = disarm(word)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
