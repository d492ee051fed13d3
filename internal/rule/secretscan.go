package rule

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// secretScan finds tokens in text. It looks at every second byte or so: the
// two bytes under it say how far the next anchor must be (Wu and Manber, "A
// fast algorithm for multi-pattern searching", 1994).
type secretScan struct {
	kinds   []secretKind
	allowed [][256]bool // by kind, what its value is made of
	// next says for two bytes how far the next anchor must be, or, of those
	// that end the beginning of one, the place in ending, negated.
	next   [1 << 16]int8
	ending [][]int // kinds whose anchors have the same second and third byte
}

// anchorBytes is how much of an anchor is looked for at first; none is shorter.
const anchorBytes = 3

var secretScanner = lazy.Value(func() *secretScan {
	s := &secretScan{kinds: secretKinds()}
	for i := range s.next {
		s.next[i] = anchorBytes - 1
	}
	for _, k := range s.kinds {
		s.allowed = append(s.allowed, alphabetOf(k.alphabet))
		s.next[pair(k.anchor, 1)] = 1
	}
	for n, k := range s.kinds {
		end := pair(k.anchor, anchorBytes-1)
		if s.next[end] > 0 {
			s.next[end] = int8(-len(s.ending))
			s.ending = append(s.ending, nil)
		}
		s.ending[-s.next[end]] = append(s.ending[-s.next[end]], n)
	}
	return s
})

// pair is two bytes of a text, the second at the index.
func pair(s string, i int) uint16 { return uint16(s[i-1])<<8 | uint16(s[i]) }

func alphabetOf(ranges string) [256]bool {
	var out [256]bool
	for i := 0; i < len(ranges); i++ {
		last := ranges[i]
		if i+2 < len(ranges) && ranges[i+1] == '-' {
			last = ranges[i+2]
		}
		for c := int(ranges[i]); c <= int(last); c++ {
			out[c] = true
		}
		if last != ranges[i] {
			i += 2
		}
	}
	return out
}

// find gives the kind of the first secret in a line, nil when there is none.
func (s *secretScan) find(line string) *secretKind {
	next := &s.next
	for i := anchorBytes - 1; i < len(line); {
		step := next[uint16(line[i-1])<<8|uint16(line[i])]
		if step <= 0 {
			for _, n := range s.ending[-step] {
				if s.isSecret(n, line, i-anchorBytes+1) {
					return &s.kinds[n]
				}
			}
			step = 1
		}
		i += int(step)
	}
	return nil
}

// isSecret tells whether a token of a kind begins at a place in a line.
func (s *secretScan) isSecret(n int, line string, at int) bool {
	k := &s.kinds[n]
	if !strings.HasPrefix(line[at:], k.anchor) || at > 0 && glued(line[at-1], k.anchor[0]) {
		return false
	}
	rest := line[at+len(k.anchor):]
	end := 0
	for end < len(rest) && end <= k.max && s.allowed[n][rest[end]] {
		end++
	}
	if end > k.max || end < k.min {
		return false
	}
	value := rest[:end]
	return strings.Contains(value, k.must) && entropy(value) >= k.entropy && !madeUp(value)
}

// glued tells whether a byte before an anchor makes it the end of a longer
// word. What stands before a token is a quote, a blank, "=", ":" or "/".
func glued(before, first byte) bool {
	word := before == '_' || before >= '0' && before <= '9' || before >= 'a' && before <= 'z' || before >= 'A' && before <= 'Z'
	return word && first != '.' && first != 'T' // the middle of a token: ".atlasv1.", "T3BlbkFJ"
}

// privateKey tells whether a line begins a private key; next is the line after
// it, "" when that was not added. Code that only looks for such a line has no
// key behind it.
func privateKey(line, next string) bool {
	_, rest, found := strings.Cut(line, "-----BEGIN ")
	if !found {
		return false
	}
	title, rest, found := strings.Cut(rest, "-----")
	if !found || !strings.Contains(title, "PRIVATE KEY") || len(title) > 40 {
		return false
	}
	rest = strings.TrimLeft(strings.ReplaceAll(strings.ReplaceAll(rest, `\r`, ""), `\n`, ""), "\"'`+ \t,\\")
	if keyBody(rest) {
		return true
	}
	next = strings.TrimLeft(next, "\"'`+#/* \t")
	return keyBody(next) || strings.HasPrefix(next, "Proc-Type:") || strings.HasPrefix(next, "Version: ")
}

// keyBody tells whether a text begins as the inside of a private key does.
func keyBody(s string) bool {
	const least = 40
	end := 0
	for end < len(s) && end < 2*least && (s[end] == '+' || s[end] == '/' || s[end] == '=' || alnumByte(s[end])) {
		end++
	}
	return end >= least && entropy(s[:end]) >= alnumBits && !madeUp(s[:end])
}

func alnumByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// waived tells whether a line says that what it holds is no secret, in the
// words of one of the usual scanners.
func waived(line string) bool {
	for _, words := range []string{"gitleaks:allow", "trufflehog:ignore", "pragma: allowlist secret", "ggignore"} {
		if strings.Contains(line, words) {
			return true
		}
	}
	return false
}
