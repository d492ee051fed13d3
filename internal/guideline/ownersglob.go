package guideline

import (
	"strings"
	"unicode/utf8"
)

// globSegment is what a pattern wants of one segment of a path. The zero value
// wants it to be empty.
type globSegment struct {
	deep  bool // any number of segments, none included
	any   bool // any one segment
	some  bool // any one segment that is not empty
	never bool
	text  string // the segment, when tokens is nil
	// tokens, when the segment holds wildcards
	tokens []globToken
}

// globToken is one character of a pattern, or a wildcard.
type globToken struct {
	star bool
	one  bool // any character
	r    rune
	set  []runeRange // any of these
	not  bool        // none of the set
}

type runeRange struct{ from, to rune }

// nextChar reads a character. A byte that is part of none stands for itself,
// beyond all that are.
func nextChar(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		return utf8.MaxRune + 1 + rune(s[0]), n
	}
	return r, n
}

func appendChar(b []byte, r rune) []byte {
	if r > utf8.MaxRune {
		return append(b, byte(r-utf8.MaxRune-1))
	}
	return utf8.AppendRune(b, r)
}

// compileSegment reads a segment of a pattern: "*" and "?", a backslash before
// what stands for itself, and with sets also [a-z] and [^a-z].
func compileSegment(part string, sets bool) globSegment {
	if !strings.ContainsAny(part, `*?\[`) || !sets && !strings.ContainsAny(part, `*?\`) {
		return globSegment{text: part}
	}
	var tokens []globToken
	wild := false
	for i := 0; i < len(part); {
		r, n := nextChar(part[i:])
		i += n
		switch {
		case r == '\\':
			if i < len(part) {
				r, n = nextChar(part[i:])
				i += n
				tokens = append(tokens, globToken{r: r})
			}
		case r == '*':
			wild = true
			if len(tokens) == 0 || !tokens[len(tokens)-1].star {
				tokens = append(tokens, globToken{star: true})
			}
		case r == '?':
			wild = true
			tokens = append(tokens, globToken{one: true})
		case r == '[' && sets:
			t, length, ok := compileSet(part[i:])
			if !ok { // a set without an end matches nothing
				return globSegment{never: true}
			}
			wild = true
			i += length
			tokens = append(tokens, t)
		default:
			tokens = append(tokens, globToken{r: r})
		}
	}
	if wild {
		return globSegment{tokens: tokens}
	}
	var b []byte
	for _, t := range tokens {
		b = appendChar(b, t.r)
	}
	return globSegment{text: string(b)}
}

// compileSet reads a set behind its "[", as fnmatch does.
func compileSet(s string) (t globToken, length int, ok bool) {
	i := 0
	if i < len(s) && (s[i] == '^' || s[i] == '!') {
		t.not = true
		i++
	}
	next := func() (rune, bool) {
		if i < len(s) && s[i] == '\\' {
			i++
		}
		if i >= len(s) {
			return 0, false
		}
		r, n := nextChar(s[i:])
		i += n
		return r, true
	}
	t.set = []runeRange{}
	for i < len(s) {
		if s[i] == ']' {
			return t, i + 1, true
		}
		from, ok := next()
		if !ok {
			break
		}
		to := from
		if i+1 < len(s) && s[i] == '-' && s[i+1] != ']' {
			i++
			if to, ok = next(); !ok {
				break
			}
		}
		t.set = append(t.set, runeRange{from, to})
	}
	return t, 0, false
}

func (t *globToken) matches(r rune) bool {
	switch {
	case t.one:
		return true
	case t.set == nil:
		return t.r == r
	}
	for _, in := range t.set {
		if in.from <= r && r <= in.to {
			return !t.not
		}
	}
	return t.not
}

// matches tells whether a segment of a path is as wanted.
func (g *globSegment) matches(s string) bool {
	switch {
	case g.never:
		return false
	case g.any:
		return true
	case g.some:
		return s != ""
	case g.tokens == nil:
		return s == g.text
	}
	return matchTokens(g.tokens, s)
}

// matchTokens goes back to the last star only, which is all that is needed.
func matchTokens(tokens []globToken, s string) bool {
	t, i := 0, 0
	star, from := -1, 0
	for i < len(s) {
		if t < len(tokens) && tokens[t].star {
			star, from = t, i
			t++
			continue
		}
		r, n := nextChar(s[i:])
		if t < len(tokens) && tokens[t].matches(r) {
			t++
			i += n
			continue
		}
		if star < 0 {
			return false
		}
		_, n = nextChar(s[from:])
		from += n
		t, i = star+1, from
	}
	for t < len(tokens) && tokens[t].star {
		t++
	}
	return t == len(tokens)
}

// matchSegments does for segments what matchTokens does for characters.
func matchSegments(want []globSegment, have []string) bool {
	w, i := 0, 0
	deep, from := -1, 0
	for i < len(have) {
		if w < len(want) && want[w].deep {
			deep, from = w, i
			w++
			continue
		}
		if w < len(want) && want[w].matches(have[i]) {
			w++
			i++
			continue
		}
		if deep < 0 {
			return false
		}
		from++
		w, i = deep+1, from
	}
	for w < len(want) && want[w].deep {
		w++
	}
	return w == len(want)
}
