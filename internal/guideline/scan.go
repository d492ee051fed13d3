package guideline

import (
	"strconv"
	"strings"
)

//go:noinline
func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (p *script) peek() byte {
	if p.pos >= len(p.src) {
		return 0
	}
	return p.src[p.pos]
}

// line is the line of the position. It goes on counting from where it counted
// last, because asking for each of many values would take quadratic time.
func (p *script) line() int {
	pos := min(p.pos, len(p.src))
	if pos < p.counted {
		p.counted, p.newlines = 0, 0
	}
	p.newlines += strings.Count(p.src[p.counted:pos], "\n")
	p.counted = pos
	return p.newlines + 1
}

// skip steps over blanks and comments.
func (p *script) skip() {
	for p.pos < len(p.src) {
		rest := p.src[p.pos:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			p.pos++
		case strings.HasPrefix(rest, "//"):
			p.pos += lineEnd(rest)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				p.pos = len(p.src)
				return
			}
			p.pos += end + 4
		default:
			return
		}
	}
}

func lineEnd(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

// step steps over a comment, string or regular expression that begins here, so
// that nothing in it is taken for code.
func (p *script) step() bool {
	start := p.pos
	rest := p.src[p.pos:]
	switch {
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "/*"):
		p.skip()
	case rest[0] == '"' || rest[0] == '\'' || rest[0] == '`':
		p.quoted()
	case rest[0] == '/' && p.startsPattern():
		p.pattern()
	}
	return p.pos > start
}

// startsPattern tells a regular expression from a division by what stands
// before it.
func (p *script) startsPattern() bool {
	before := strings.TrimRight(p.src[:p.pos], " \t\r\n")
	return before == "" || strings.IndexByte("(,=:[!&|?{};+", before[len(before)-1]) >= 0
}

func (p *script) pattern() {
	class := false
	for i := p.pos + 1; i < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == '\\':
			i++
		case c == '\n':
			p.pos++ // no expression after all
			return
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			for i++; i < len(p.src) && isWord(p.src[i]); i++ {
			}
			p.pos = i
			return
		}
	}
	p.pos = len(p.src)
}

// quoted reads a string literal.
func (p *script) quoted() string {
	quote := p.src[p.pos]
	var b strings.Builder
	for p.pos++; p.pos < len(p.src); p.pos++ {
		c := p.src[p.pos]
		switch {
		case c == quote:
			p.pos++
			return b.String()
		case c == '\\' && p.pos+1 < len(p.src):
			p.pos++
			b.WriteString(p.escape())
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escape reads what follows a backslash and stays on its last byte.
func (p *script) escape() string {
	switch c := p.src[p.pos]; c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case '\n':
		return ""
	case 'u', 'x':
		digits := map[byte]int{'u': 4, 'x': 2}[c]
		if p.pos+digits < len(p.src) {
			if r, err := strconv.ParseUint(p.src[p.pos+1:p.pos+1+digits], 16, 32); err == nil {
				p.pos += digits
				return string(rune(r))
			}
		}
		return string(c)
	default:
		return string(c)
	}
}

func (p *script) word() string {
	start := p.pos
	for p.pos < len(p.src) && isWord(p.src[p.pos]) {
		p.pos++
	}
	return p.src[start:p.pos]
}

// expression steps over code up to the ',', ';', ']' or '}' that ends it.
func (p *script) expression() {
	depth := 0
	for p.pos < len(p.src) {
		if p.step() {
			continue
		}
		switch p.src[p.pos] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth == 0 {
				return
			}
			depth--
		case ',', ';':
			if depth == 0 {
				return
			}
		}
		p.pos++
	}
}
