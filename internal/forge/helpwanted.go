package forge

import (
	"strings"
	"unicode"

	"github.com/isrc-dev/isrc/internal/lazy"
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

// AsksForHelp tells from the name of a label whether it asks for help, and
// whether that of newcomers, however it is spelled: in any case, with any marks
// between its words, and behind a word for its kind.
func AsksForHelp(label string) (asks, newcomer bool) {
	plain := plainLabel(label)
	newcomer = isOneOf(plain, newcomerLabels())
	return newcomer || isOneOf(plain, helpLabels()), newcomer
}

// LabelIsOneOf compares a label in that way with names in lower case.
func LabelIsOneOf(label string, names []string) bool { return isOneOf(plainLabel(label), names) }

// SameLabel tells whether two labels mean the same in that way.
func SameLabel(label, name string) bool {
	plain := plainLabel(name)
	return plain != "" && isOneOf(plainLabel(label), []string{plain})
}

// WithoutShortcodes takes the codes of emoji, such as ":wave:", out of a label.
func WithoutShortcodes(label string) string { return shortcodes().ReplaceAllString(label, " ") }

// plainLabel writes a label in lower case with single blanks between its words,
// without emoji, shortcodes and the marks that people set between words:
// ":wave: Good-First_Issue" is "good first issue".
func plainLabel(label string) string {
	label = WithoutShortcodes(label)
	return strings.Join(strings.FieldsFunc(strings.ToLower(label), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '#' && r != '\''
	}), " ")
}

var shortcodes = lazy.Pattern(`:[a-z0-9_+-]+:`)

// isOneOf tells whether a label is one of the names, or ends with one behind a
// kind, as in "status: help wanted" and "type/good first issue".
func isOneOf(plain string, names []string) bool {
	for _, n := range names {
		rest, behind := strings.CutSuffix(plain, " "+n)
		if plain == n || behind && isKind(rest) || (n == "help wanted" || n == "good first issue") && strings.HasPrefix(plain, n+" ") {
			return true
		}
	}
	return false
}

// isKind tells whether a word in front of a label names its kind only: "no help
// wanted" asks for none.
func isKind(word string) bool {
	switch word {
	case "status", "s", "type", "t", "kind", "meta", "community", "contributor", "contribution", "contributions", "difficulty", "d", "level", "effort", "e", "experience", "exp", "flag", "needs", "state", "tag", "triage", "topic", "issue", "label", "p", "hacktoberfest", "resolution", "workflow":
		return true
	}
	return false
}

func helpLabels() []string {
	return []string{
		"help wanted", "helpwanted", "help needed", "need help", "needs help", "help welcome", "gig", "gigs", "innersource gig", "up for grabs", "up 4 grabs", "for grabs",
		"contributions welcome", "contribution welcome", "contributor welcome", "contributors welcome", "contributions wanted", "contributors wanted", "contributor wanted", "pr welcome",
		"prs welcome", "pull request welcome", "pull requests welcome", "pr wanted", "prs wanted", "patches welcome", "patch welcome", "accepting prs", "accepting pull requests",
		"accepting contributions", "open to contribution", "open for contribution", "open for contributions", "community contribution welcome", "contribution wanted", "looking for contributor",
		"looking for contributors", "ready for contribution", "innersource", "inner source", "hacktoberfest", "extra help needed", "external contribution welcome", "volunteers wanted", "volunteer wanted",
	}
}

func newcomerLabels() []string {
	return []string{
		"good first issue", "goodfirstissue", "good first issues", "good first bug", "good first contribution", "good first pr", "good first pull request", "good first task", "good first story", "first issue",
		"first good issue", "first timers only", "first timer only", "first timers", "first timer", "first time contributor", "first time contributors", "first contribution", "beginner friendly",
		"beginners only", "newcomer friendly", "newbie friendly", "newbies", "newcomers", "starter issue", "starter bug", "starter task", "easy pick", "easy picks", "easy hack", "low hanging fruit",
		"good for beginners", "good for newcomers", "good for new contributors", "new contributor", "new contributors", "junior job", "junior jobs", "great first issue", "good 1st issue", "your first pr", "gfi", "e easy", "e mentor",
	}
}
