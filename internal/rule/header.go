package rule

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The units in which tools count the length of a line.
const (
	unitUTF16 = "utf16" // JavaScript
	unitRunes = "runes" // Python
	unitBytes = "bytes" // Go's len
)

//go:noinline
func length(s, unit string) int {
	switch unit {
	case unitRunes:
		return utf8.RuneCountInString(s)
	case unitBytes:
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// conventionalTypes are the types of config-conventional and of most tools.
//
//go:noinline
func conventionalTypes() []string {
	return []string{"build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"}
}

// typeFor reads a type out of a word that people use for it: the prefix of a
// branch, or a type in the wrong case or form.
func typeFor(word string, allowed []string) (string, bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	has := func(t string) (string, bool) {
		for _, a := range allowed {
			if strings.EqualFold(a, t) {
				return a, true
			}
		}
		return "", false
	}
	if t, ok := has(word); ok {
		return t, true
	}
	switch word {
	case "feature", "features", "enhancement", "add":
		return has("feat")
	case "bugfix", "bug", "hotfix", "fixes", "fixed", "bugs":
		return has("fix")
	case "doc", "documentation":
		return has("docs")
	case "tests", "testing":
		return has("test")
	case "performance":
		return has("perf")
	case "refactoring":
		return has("refactor")
	}
	return "", false
}
