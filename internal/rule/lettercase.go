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
//
//go:noinline
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
		return lowerJS(s)
	case "upper-case", "uppercase":
		return upperJS(s)
	case "sentence-case", "sentencecase":
		return upperFirst(s)
	case "camel-case":
		return camelWords(s)
	case "pascal-case":
		return upperFirst(camelWords(s))
	case "kebab-case":
		return joinWords(s, "-", lowerJS)
	case "snake-case":
		return joinWords(s, "_", lowerJS)
	case "start-case":
		return joinWords(s, " ", upperFirst)
	}
	return s
}

// upperFirst writes the first letter large.
func upperFirst(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	if n == 4 {
		return s // for JavaScript that letter is two, of which neither has a case
	}
	return upperJS(s[:n]) + s[n:]
}

// lowerFirst writes the first letter small.
func lowerFirst(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return lowerJS(s[:n]) + s[n:]
}

func capitalized(word string) string {
	_, n := utf8.DecodeRuneInString(word)
	return upperJS(word[:n]) + lowerJS(word[n:])
}

// cases are the cases that a rule speaks of.
//
//go:noinline
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
