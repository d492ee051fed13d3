package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// toolKinds are rules on messages that other tools than commitlint have, where
// commitlint has none that means the same. "rest" is all that stands behind the
// first line.
func toolKinds() map[string]lintKind {
	out := map[string]lintKind{
		"second-line-blank": {"blank-line", always("an empty second line"), func(_ LintRule, m *lintMessage) string {
			return unless(len(m.rest()) == 0 || m.rest()[0] == "", "the second line is not empty")
		}},
		"rest-max-line-length": {"line-length", asksLines, breaksRestLines},
		"line-max-length":      {"line-length", asksLines, breaksLines},
		"line-soft-length":     {"line-length", asksSoft("lines"), breaksSoftLines},
		"header-soft-length":   {"header-length", asksSoft("header"), breaksSoftHeader},
		"rest-min-length": {"message-body", func(r LintRule) string { return fmt.Sprintf("body of at least %d characters", r.Number) }, func(r LintRule, m *lintMessage) string {
			n := length(strings.Join(m.rest(), ""), r.Unit)
			return unless(n == 0 || n >= r.Number, fmt.Sprintf("the body has %d characters, fewer than %d", n, r.Number))
		}},
		"rest-empty": {"message-body", always("a body"), breaksRestEmpty},
		"scope-match": {"type-and-scope", func(r LintRule) string {
			if len(r.Words) == 0 {
				return "no scope"
			}
			return "scope that matches " + strings.Join(r.Words, " or ")
		}, breaksScopeMatch},
		"scope-list":           {"type-and-scope", asksEnum("scope"), breaksScopeList},
		"subject-first-letter": {"subject-case", func(r LintRule) string { return "subject that begins in " + r.Text + " case" }, breaksFirstLetter},
		"subject-last": {"subject-end", func(r LintRule) string { return "none of " + strings.Join(r.Words, " ") + " at the end of the subject" }, func(r LintRule, m *lintMessage) string {
			last := lastOf(m.subjectOrText())
			return unless(last == "" || !slices.Contains(r.Words, last), fmt.Sprintf("the subject ends with %q", last))
		}},
		"header-code-length": {"header-length", func(r LintRule) string { return fmt.Sprintf("header of at most %d characters", r.Number) }, breaksCodeLength},
		"imperative":         {"imperative", always("a subject in the imperative"), breaksImperative},
		"subject-capital":    {"subject-case", always("a subject that begins with a capital"), breaksCapital},
		"type-letters":       {"type-and-scope", func(r LintRule) string { return "type one of " + strings.Join(r.Words, ", ") }, breaksTypeLetters},
		"ticket-keys":        {"ticket", func(r LintRule) string { return "a ticket of " + strings.Join(r.Words, ", ") }, func(r LintRule, m *lintMessage) string { return judgeKeys(strings.Join(m.lines, "\n"), r.Words) }},
		"ticket-pattern":     {"ticket", func(r LintRule) string { return "a header that matches " + oneLine(r.Text) }, func(r LintRule, m *lintMessage) string { return lintMatch(r, "header", m.Text) }},
		"unfinished-pattern": {"unfinished", asksUnfinished, func(r LintRule, m *lintMessage) string {
			test, err := r.pattern()
			if err != nil {
				return ""
			}
			found, err := test(m.Text)
			return unless(!found || err != nil, "the header marks it as unfinished")
		}},
		"ai-marks":  {"ai-disclosure", always("no marks of AI tools"), func(LintRule, *lintMessage) string { return "" }},
		"no-merges": {"unfinished", always("no merge commits"), func(LintRule, *lintMessage) string { return "" }},
		"rest-pattern": {"message-body", func(r LintRule) string { return "body that matches " + oneLine(r.Text) }, func(r LintRule, m *lintMessage) string {
			rest := m.rest()
			return lintMatch(r, "body", strings.TrimSuffix(strings.Join(rest[min(1, len(rest)):], "\n"), "\n"))
		}},
	}
	for name, k := range blankKinds() {
		out[name] = k
	}
	return out
}

// blankKinds: blanks and tabs that are not seen.
func blankKinds() map[string]lintKind {
	first := func(m *lintMessage) []string { return []string{m.Text} }
	kind := func(id, what, says string, lines func(*lintMessage) []string, bad func(string) bool) lintKind {
		return lintKind{id, always(what), func(_ LintRule, m *lintMessage) string {
			return unless(!slices.ContainsFunc(lines(m), bad), says)
		}}
	}
	trailing := func(l string) bool { return l != strings.TrimRightFunc(l, unicode.IsSpace) }
	leading := func(l string) bool { return l != strings.TrimLeftFunc(l, unicode.IsSpace) }
	tab := func(l string) bool { return strings.Contains(l, "\t") }
	return map[string]lintKind{
		"header-trailing-blank": kind("subject-end", "no blank at the end of the header", "the header ends with a blank", first, trailing),
		"header-leading-blank":  kind("subject-end", "no blank before the header", "the header begins with a blank", first, leading),
		"header-tab":            kind("subject-end", "no tab in the header", "the header has a tab", first, tab),
		"rest-trailing-blank":   kind("message-body", "no blanks at the end of lines", "a line of the body ends with a blank", (*lintMessage).rest, trailing),
		"rest-tab":              kind("message-body", "no tabs in the body", "the body has a tab", (*lintMessage).rest, tab),
	}
}

func always(what string) func(LintRule) string { return func(LintRule) string { return what } }

// rest are the lines behind the first.
func (m *lintMessage) rest() []string { return m.lines[min(1, len(m.lines)):] }

// subjectOrText is the subject, or the header of a message without a form.
func (m *lintMessage) subjectOrText() string {
	if m.OK {
		return m.Subject
	}
	return m.Text
}

func asksLines(r LintRule) string {
	return fmt.Sprintf("lines of at most %d %s", r.Number, unitName(r.Unit))
}

func breaksRestLines(r LintRule, m *lintMessage) string { return r.tooLong(m.rest()) }

func breaksLines(r LintRule, m *lintMessage) string { return r.tooLong(m.lines) }

// tooLong: Text is a pattern of lines that may be as long as they are.
func (r LintRule) tooLong(lines []string) string {
	var exempt *regexp.Regexp
	if r.Text != "" {
		exempt = regexp.MustCompile(r.Text) // our own
	}
	for _, line := range lines {
		if n := length(line, r.Unit); n > r.Number && (exempt == nil || !exempt.MatchString(line)) {
			return fmt.Sprintf("a line has %d %s, more than %d", n, unitName(r.Unit), r.Number)
		}
	}
	return ""
}

func asksSoft(what string) func(LintRule) string {
	return func(r LintRule) string {
		return fmt.Sprintf("%s of at most %d characters before the last word", what, r.Number)
	}
}

// softLength counts what stands before the last word: a word that cannot be
// broken may be as long as it is.
func softLength(line, unit string) int {
	line = strings.TrimRightFunc(line, unicode.IsSpace)
	return length(line[:max(0, strings.LastIndexByte(line, ' '))], unit)
}

func breaksSoftHeader(r LintRule, m *lintMessage) string {
	n := softLength(m.Text, r.Unit)
	return unless(n <= r.Number, fmt.Sprintf("the header has %d characters before its last word, more than %d", n, r.Number))
}

func breaksSoftLines(r LintRule, m *lintMessage) string {
	for _, line := range m.lines {
		if n := softLength(line, r.Unit); n > r.Number {
			return fmt.Sprintf("a line has %d characters before its last word, more than %d", n, r.Number)
		}
	}
	return ""
}

// breaksCodeLength leaves out the number that a forge adds to a header when it
// squashes.
func breaksCodeLength(r LintRule, m *lintMessage) string {
	text := m.Text
	if at := strings.LastIndex(text, "(#"); at >= 0 && strings.HasSuffix(text, ")") && !strings.ContainsAny(text[at+2:len(text)-1], " ()") {
		text = strings.TrimSuffix(text[:at], " ")
	}
	n := length(text, r.Unit)
	return unless(n <= r.Number, fmt.Sprintf("the header has %d characters, more than %d", n, r.Number))
}

// breaksRestEmpty: with the Text "sign-off", lines that sign off are no body;
// with a Number, fewer lines than that are none.
func breaksRestEmpty(r LintRule, m *lintMessage) string {
	rest := m.rest()
	if n := len(rest); n > 0 && rest[n-1] == "" {
		rest = rest[:n-1]
	}
	if len(rest) < r.Number {
		return "it has no body"
	}
	for _, line := range m.rest() {
		if r.Text == "sign-off" && signOffPatternOf().strict.MatchString(strings.TrimSpace(line)) {
			continue
		}
		if strings.TrimSpace(line) != "" || r.Text == "sign-off" && line != "" {
			return ""
		}
	}
	return "it has no body"
}

// breaksScopeMatch: the words are patterns that match anywhere in the scope, and
// without any no scope is allowed.
func breaksScopeMatch(r LintRule, m *lintMessage) string {
	if m.Scope == "" {
		return ""
	}
	for _, w := range r.Words {
		if test, err := (Pattern{Dialect: RE2, Text: w}).compile(); err == nil {
			if ok, err := test(m.Scope); ok && err == nil {
				return ""
			}
		}
	}
	if len(r.Words) == 0 {
		return fmt.Sprintf("no scope is allowed, not even %q", m.Scope)
	}
	return fmt.Sprintf("the scope %q is none of %s", m.Scope, strings.Join(r.Words, ", "))
}

// breaksFirstLetter looks at the first letter of the subject: "upper", "lower",
// or "not lower", which leaves letters without case alone.
func breaksFirstLetter(r LintRule, m *lintMessage) string {
	if m.formless() && m.grammar.Preset != presetNone {
		return "" // said as the missing form
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(m.subjectOrText(), unicode.IsSpace))
	holds := first == utf8.RuneError
	switch r.Text {
	case "upper":
		holds = unicode.IsUpper(first)
	case "lower":
		holds = unicode.IsLower(first)
	case "not lower":
		holds = holds || !unicode.IsLower(first)
	}
	return unless(holds, "the subject does not begin in "+r.Text+" case")
}

func asksUnfinished(r LintRule) string {
	return UnfinishedParams{Marks: []Pattern{{Text: r.Text}}}.text()
}

// breaksCapital looks behind a word with a colon or "!", a scope among them.
func breaksCapital(_ LintRule, m *lintMessage) string {
	text := m.Text
	if at := capitalPrefix().FindStringIndex(text); at != nil {
		text = strings.TrimSpace(text[at[1]:])
	}
	first, _ := utf8.DecodeRuneInString(text)
	return unless(unicode.IsUpper(first), "the subject does not begin with a capital")
}

var capitalPrefix = lazy.Pattern(`^\w+(?:\([^)]*\))?[!:]?\s*`)

// breaksTypeLetters takes the letters before the first colon for the type.
func breaksTypeLetters(r LintRule, m *lintMessage) string {
	word, _, _ := strings.Cut(strings.ToLower(m.Text), ":")
	if from := strings.IndexByte(word, '('); from >= 0 {
		if to := strings.IndexByte(word[from:], ')'); to >= 0 && !strings.ContainsAny(word[from:from+to], " \t") {
			word = word[:from] + word[from+to+1:]
		}
	}
	letters := strings.Map(func(c rune) rune {
		if c < 'a' || c > 'z' {
			return -1
		}
		return c
	}, word)
	return unless(slices.Contains(r.Words, letters), fmt.Sprintf("the type %q is none of %s", letters, strings.Join(r.Words, ", ")))
}

// breaksScopeList: scopes stand between delimiters that may have blanks around
// them, and a scope may hold a delimiter itself.
func breaksScopeList(r LintRule, m *lintMessage) string {
	words := make([]string, 0, len(r.Words))
	for _, w := range r.Words {
		words = append(words, regexp.QuoteMeta(w))
	}
	one := `(?i:` + strings.Join(words, "|") + `)`
	all, err := regexp.Compile(`^\s*` + one + `(?:\s*[:,\-/.#]\s*` + one + `)*\s*$`)
	return unless(m.Scope == "" || err != nil || all.MatchString(m.Scope), fmt.Sprintf("the scope %q is none of %s", m.Scope, strings.Join(r.Words, ", ")))
}
