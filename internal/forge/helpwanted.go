package forge

import (
	"strings"
	"unicode"
)

// HelpWantedLabels are the usual names of labels by which owners ask for help,
// in their usual spellings. A forge finds issues by the exact name of a label,
// without regard to case.
func HelpWantedLabels() []string {
	var all []string
	for _, plain := range []string{
		"help wanted", "help needed", "needs help", "gig", "gigs", "up for grabs", "contributions welcome", "contribution welcome",
		"contributors wanted", "prs welcome", "pr welcome", "patches welcome", "community contribution welcome", "ready for contribution",
		"innersource", "hacktoberfest", "good first issue", "good first bug", "good first contribution", "good first pr", "good first task",
		"first timers only", "first timer", "first contribution", "beginner friendly", "newcomer friendly", "starter issue", "easy pick",
		"low hanging fruit", "good for beginners", "good for newcomers", "new contributor", "junior job",
	} {
		all = append(all, plain)
		if strings.Contains(plain, " ") {
			all = append(all, strings.ReplaceAll(plain, " ", "-"), strings.ReplaceAll(plain, " ", "_"))
		}
	}
	for _, kind := range []string{"status: ", "status:", "status/", "type: ", "type:", "type/", "difficulty: ", "difficulty:", "kind/", "meta: ", "community/"} {
		all = append(all, kind+"help wanted", kind+"help-wanted", kind+"good first issue", kind+"good-first-issue")
	}
	return all
}

// SameLabel tells whether a label means a name: in any case, with any marks
// between its words, and behind a word for its kind, as in "Status: Help-Wanted".
func SameLabel(label, name string) bool {
	l, n := plainLabel(label), plainLabel(name)
	return n != "" && (l == n || strings.HasSuffix(l, " "+n) && strings.Count(l, " ") == strings.Count(n, " ")+1)
}

func plainLabel(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}
