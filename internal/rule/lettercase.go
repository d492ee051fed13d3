package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// beginsCased tells whether a text begins with a letter that has a case.
func beginsCased(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r) || unicode.IsUpper(r) || unicode.IsTitle(r)
}

// inCase tells whether a text is written as a case wants it. Quoted words have
// no case. A text that the case leaves nothing of, or that begins with a digit
// then, passes.
func inCase(s, name string) bool {
	s = trimJS(lintPattern().quoted.ReplaceAllString(s, ""))
	want := toCase(s, name)
	if want == "" || want[0] >= '0' && want[0] <= '9' {
		return true
	}
	return want == s
}

// knownCase tells whether commitlint has a case of that name: it fails on others.
func knownCase(name string) bool {
	switch name {
	case "lower-case", "lowercase", "lowerCase", "upper-case", "uppercase", "sentence-case", "sentencecase",
		"camel-case", "pascal-case", "kebab-case", "snake-case", "start-case":
		return true
	}
	return false
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

// cases are the cases that a rule speaks of.
func (r LintRule) cases() []string {
	if r.Text != "" {
		return append(slices.Clone(r.Words), r.Text)
	}
	return r.Words
}

// lintCase: only a subject that begins with a letter that can have a case is
// looked at, of headers only those that begin with an English letter.
func lintCase(r LintRule, part, value string) string {
	switch {
	case value == "", part == "subject" && !beginsCased(value), part == "header" && !isLetterASCII(value[0]):
		return ""
	}
	values := []string{value}
	if part == "scope" {
		values = splitScope(value, r.Split)
	}
	cases := r.cases()
	has := slices.ContainsFunc(cases, func(c string) bool {
		name, not := strings.CutPrefix(c, "!")
		all := !slices.ContainsFunc(values, func(v string) bool { return !inCase(v, name) })
		return all != not
	})
	names := strings.Join(cases, ", ")
	return r.judge(has, fmt.Sprintf("the %s is written in one of %s", part, names), fmt.Sprintf("the %s is not written in %s", part, names))
}

func isLetterASCII(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
