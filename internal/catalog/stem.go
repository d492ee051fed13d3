package catalog

import "strings"

// Stem cuts the ending off a folded English word as the full text index does, by
// Porter's algorithm (Porter 1980, with the two changes of its author's later
// programs), so that "validation", "validate" and "valid" are one. Words that
// are not written in ASCII letters, and those of one or two letters, stay as
// they are.
func Stem(word string) string {
	if len(word) < 3 || len(word) > 64 {
		return word
	}
	w := stemmer(word)
	w = w.plural().past()
	if n := len(w); w[n-1] == 'y' && w[:n-1].vowel() {
		w = append(w[:n-1:n-1], 'i')
	}
	w = w.first(stemLong, 0).first(stemMiddle, 0)
	return string(w.last().end())
}

type stemmer []byte

// consonant tells whether a letter is one; y is one after a vowel or in front.
func (w stemmer) consonant(i int) bool {
	switch w[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return false
	case 'y':
		return i == 0 || !w.consonant(i-1)
	}
	return true
}

func (w stemmer) vowel() bool {
	for i := range w {
		if !w.consonant(i) {
			return true
		}
	}
	return false
}

// measure counts the changes from vowels to consonants.
func (w stemmer) measure() int {
	n, vowel := 0, false
	for i := range w {
		if w.consonant(i) {
			if vowel {
				n++
			}
			vowel = false
		} else {
			vowel = true
		}
	}
	return n
}

// cut takes an ending off.
func (w stemmer) cut(ending string) (stemmer, bool) {
	if !strings.HasSuffix(string(w), ending) || len(w) == len(ending) {
		return w, false
	}
	n := len(w) - len(ending)
	return w[:n:n], true
}

// short tells whether a stem ends in consonant, vowel, consonant, where the last
// is none of w, x and y.
func (w stemmer) short() bool {
	n := len(w)
	return n >= 3 && w.consonant(n-1) && !w.consonant(n-2) && w.consonant(n-3) && w[n-1] != 'w' && w[n-1] != 'x' && w[n-1] != 'y'
}

// double tells whether a stem ends in the same consonant twice.
func (w stemmer) double() bool {
	n := len(w)
	return n >= 2 && w[n-1] == w[n-2] && w.consonant(n-1)
}

func (w stemmer) plural() stemmer {
	if s, ok := w.cut("sses"); ok {
		return append(s, "ss"...)
	}
	if s, ok := w.cut("ies"); ok {
		return append(s, 'i')
	}
	if _, ok := w.cut("ss"); ok {
		return w
	}
	s, _ := w.cut("s")
	return s
}

func (w stemmer) past() stemmer {
	if s, ok := w.cut("eed"); ok {
		if s.measure() > 0 {
			return append(s, "ee"...)
		}
		return w
	}
	s, ok := w.cut("ed")
	if !ok {
		s, ok = w.cut("ing")
	}
	if !ok || !s.vowel() {
		return w
	}
	for _, ending := range []string{"at", "bl", "iz"} {
		if _, ok := s.cut(ending); ok {
			return append(s, 'e')
		}
	}
	if last := s[len(s)-1]; s.double() && last != 'l' && last != 's' && last != 'z' {
		return s[:len(s)-1]
	}
	if s.measure() == 1 && s.short() {
		return append(s, 'e')
	}
	return s
}

// The endings of the second and third step, with what takes their place; of two
// that fit the longer one stands first.
const (
	stemLong   = "ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble logi:log"
	stemMiddle = "icate:ic ative: alize:al iciti:ic ical:ic ful: ness:"
	stemLast   = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize"
)

// first takes the first ending that fits for its other form, where the stem has
// a measure above more.
func (w stemmer) first(endings string, more int) stemmer {
	for rest := endings; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, " ")
		ending, other, _ := strings.Cut(pair, ":")
		if s, ok := w.cut(ending); ok {
			if s.measure() > more {
				return append(s, other...)
			}
			return w
		}
	}
	return w
}

func (w stemmer) last() stemmer {
	for rest := stemLast; rest != ""; {
		var ending string
		ending, rest, _ = strings.Cut(rest, " ")
		s, ok := w.cut(ending)
		if !ok {
			continue
		}
		if last := s[len(s)-1]; s.measure() > 1 && (ending != "ion" || last == 's' || last == 't') {
			return s
		}
		return w
	}
	return w
}

func (w stemmer) end() stemmer {
	if s, ok := w.cut("e"); ok {
		if m := s.measure(); m > 1 || m == 1 && !s.short() {
			w = s
		}
	}
	if n := len(w); n > 1 && w[n-1] == 'l' && w.double() && w.measure() > 1 {
		w = w[:n-1]
	}
	return w
}
