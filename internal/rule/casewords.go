package rule

import (
	"strings"
	"sync"
	"unicode"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// joinWords writes the words of a text in a case and joins them. What a word is
// commitlint takes from lodash: letters in the same case, with one large letter
// before small ones; numbers; ordinals; emoji. Accents and apostrophes are
// dropped before.
func joinWords(s, sep string, write func(string) string) string {
	var words []string
	runes := []rune(plainLetters(s))
	for i := 0; i < len(runes); {
		n := wordAt(runes[i:])
		if n > 0 {
			words = append(words, write(string(runes[i:i+n])))
		}
		i += max(1, n)
	}
	return strings.Join(words, sep)
}

// camelWords joins words with the first in small letters.
func camelWords(s string) string {
	first := true
	return joinWords(s, "", func(w string) string {
		if first {
			first = false
			return lowerJS(w)
		}
		return capitalized(w)
	})
}

// letterClass is what lodash tells letters apart by.
type letterClass int

const (
	classBreak letterClass = iota
	classLower             // English ones: accents are gone
	classUpper
	classDigit
	classEmoji // or another character that JavaScript takes for two
	classOther // such as Cyrillic, of whatever case
)

func classOf(r rune) letterClass {
	switch {
	case r >= 'a' && r <= 'z', r >= 0xdf && r <= 0xff && r != 0xf7:
		return classLower
	case r >= 'A' && r <= 'Z', r >= 0xc0 && r <= 0xde && r != 0xd7:
		return classUpper
	case r >= '0' && r <= '9':
		return classDigit
	case r > 0xffff, r >= 0x2700 && r <= 0x27bf:
		return classEmoji
	case r < 0xc0, r == 0xd7, r == 0xf7, r >= 0x2000 && r <= 0x206f, isSpaceJS(r), r == 0x180e:
		return classBreak
	}
	return classOther
}

// wordAt is how many characters the word has that begins here, 0 when none does.
func wordAt(s []rune) int {
	at := func(i int) letterClass {
		if i >= len(s) {
			return classBreak
		}
		return classOf(s[i])
	}
	run := func(from int, classes ...letterClass) int {
		i := from
		for i < len(s) {
			in := false
			for _, c := range classes {
				in = in || at(i) == c
			}
			if !in {
				break
			}
			i++
		}
		return i
	}
	head := 0
	if at(0) == classUpper {
		head = 1
	}
	// one large letter, small ones, and then a break or a large letter
	if end := run(head, classLower); end > head && (at(end) == classBreak || at(end) == classUpper) {
		return end
	}
	// large letters, the last left to the small ones behind it
	for end := run(0, classUpper, classOther); end > 0; end-- {
		next := at(end)
		if next == classBreak || next == classUpper && (at(end+1) == classLower || at(end+1) == classOther) {
			return end
		}
	}
	if end := run(head, classLower, classOther); end > head {
		return end
	}
	if end := run(0, classUpper); end > 0 {
		return end
	}
	if at(0) == classDigit {
		digits := run(0, classDigit)
		return digits + ordinal(s, digits)
	}
	if at(0) == classEmoji {
		return emoji(s)
	}
	return 0
}

// ordinal is how many letters make "1st" or "11TH" of the number before them.
func ordinal(s []rune, digits int) int {
	if len(s) < digits+2 {
		return 0
	}
	letters, last := string(s[digits:digits+2]), s[digits-1]
	upper := letters == strings.ToUpper(letters)
	switch strings.ToLower(letters) {
	case "st":
		if last != '1' {
			return 0
		}
	case "nd":
		if last != '2' {
			return 0
		}
	case "rd":
		if last != '3' {
			return 0
		}
	case "th":
		if last >= '1' && last <= '3' {
			return 0
		}
	default:
		return 0
	}
	if !upper && letters != strings.ToLower(letters) {
		return 0
	}
	if len(s) == digits+2 {
		return 2
	}
	switch next := s[digits+2]; {
	case next == '_', upper && next >= 'a' && next <= 'z', !upper && next >= 'A' && next <= 'Z':
		return 2
	case next >= 'a' && next <= 'z', next >= 'A' && next <= 'Z', next >= '0' && next <= '9':
		return 0
	}
	return 2
}

// emoji is how many characters an emoji has, with what modifies it and what is
// joined to it.
func emoji(s []rune) int {
	n := 1
	if isRegional(s[0]) && len(s) > 1 && isRegional(s[1]) {
		n = 2
	}
	n = modified(s, n)
	for n+1 < len(s) && s[n] == 0x200d {
		n = modified(s, n+2)
	}
	return n
}

func modified(s []rune, n int) int {
	for n < len(s) && (s[n] == 0xfe0e || s[n] == 0xfe0f || s[n] >= 0x1f3fb && s[n] <= 0x1f3ff) {
		n++
	}
	return n
}

func isRegional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// plainLetters drops apostrophes and accents of Latin letters.
func plainLetters(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == '\'' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\'' || r == '’', r >= 0x300 && r <= 0x36f, r >= 0x20d0 && r <= 0x20ff, r >= 0xfe20 && r <= 0xfe2f:
		case r >= 0xc0 && r <= 0x17f && r != 0xd7 && r != 0xf7:
			b.WriteString(plainLetter(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// latin are the letters U+00C0 to U+017F without their marks; "." stands for one
// that is no letter with a mark.
const latin = "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.y" +
	"AaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGgHh..IiIiIiIiI...JjKk.LlLlLl....NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz."

// plainLetter is a letter of Latin-1 or Latin Extended-A in plain English ones.
func plainLetter(r rune) string {
	if s, ok := unmarked()[r]; ok {
		return s
	}
	return latin[r-0xc0 : r-0xc0+1]
}

// unmarked are the letters that are no letter with a mark.
var unmarked = sync.OnceValue(func() map[rune]string {
	return map[rune]string{
		'Æ': "Ae", 'æ': "ae", 'Ð': "D", 'ð': "d", 'Ø': "O", 'ø': "o", 'Þ': "Th", 'þ': "th", 'ß': "ss", 'Đ': "D", 'đ': "d", 'Ħ': "H", 'ħ': "h",
		'ı': "i", 'Ĳ': "IJ", 'ĳ': "ij", 'ĸ': "k", 'Ŀ': "L", 'ŀ': "l", 'Ł': "L", 'ł': "l", 'ŉ': "'n", 'Ŋ': "N", 'ŋ': "n", 'Œ': "Oe", 'œ': "oe", 'Ŧ': "T", 'ŧ': "t", 'ſ': "s",
	}
})

// upperJS writes large letters as JavaScript does: some letters become two.
func upperJS(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r == 'ß' || r == 'ŉ' || r >= 0xfb00 && r <= 0xfb06 }) {
		s = ligatures().Replace(s)
	}
	return strings.ToUpper(s)
}

var ligatures = lazy.Value(func() *strings.Replacer {
	return strings.NewReplacer("ß", "SS", "ŉ", "ʼN", "ﬀ", "FF", "ﬁ", "FI", "ﬂ", "FL", "ﬃ", "FFI", "ﬄ", "FFL", "ﬅ", "ST", "ﬆ", "ST")
})

// lowerJS writes small letters as JavaScript does: the Greek sigma has another
// form at the end of a word.
func lowerJS(s string) string {
	if !strings.ContainsRune(s, 'Σ') {
		return strings.ToLower(s)
	}
	runes := []rune(s)
	for i, r := range runes {
		last := i+1 == len(runes) || !unicode.IsLetter(runes[i+1])
		if r == 'Σ' && last && i > 0 && unicode.IsLetter(runes[i-1]) {
			runes[i] = 'ς'
		}
	}
	return strings.ToLower(string(runes))
}
