package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// beginsCased tells whether a text begins with a letter that has a case.
func beginsCased(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r) || unicode.IsUpper(r) || unicode.IsTitle(r)
}

// inCase tells whether a text is written as a case wants it. A text that the
// case leaves nothing of, or that begins with a digit then, passes.
func inCase(s, name string) bool {
	want := strings.TrimSpace(toCase(s, name))
	if want == "" || want[0] >= '0' && want[0] <= '9' {
		return true
	}
	return want == s
}

func toCase(s, name string) string {
	switch name {
	case "lower-case", "lowercase", "lowerCase":
		return strings.ToLower(s)
	case "upper-case", "uppercase":
		return strings.ToUpper(s)
	case "sentence-case", "sentencecase":
		return upperFirst(s)
	case "camel-case":
		return lowerFirst(joinWords(s, "", upperFirst))
	case "pascal-case":
		return joinWords(s, "", upperFirst)
	case "kebab-case":
		return joinWords(s, "-", strings.ToLower)
	case "snake-case":
		return joinWords(s, "_", strings.ToLower)
	case "start-case":
		return joinWords(s, " ", upperFirst)
	}
	return s
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

// joinWords splits a text into words, as lodash does in the common cases: at
// what is neither letter nor digit, and where lower case turns into upper.
func joinWords(s, sep string, write func(string) string) string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = nil
		}
	}
	var last rune
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			if r != '\'' && r != '’' {
				flush()
			}
		case unicode.IsUpper(r) && unicode.IsLower(last), unicode.IsDigit(r) != unicode.IsDigit(last) && len(word) > 0:
			flush()
			word = append(word, r)
		default:
			word = append(word, r)
		}
		last = r
	}
	flush()
	for i, w := range words {
		if sep == "" {
			w = strings.ToLower(w)
		}
		words[i] = write(w)
	}
	return strings.Join(words, sep)
}
