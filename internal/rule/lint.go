package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// LintRule is one rule on a message, in the terms of commitlint, into which the
// configurations of other tools are translated.
type LintRule struct {
	Name   string `json:"name"`
	Level  int    `json:"level"` // 1 warns, 2 fails; 0 is off
	Never  bool   `json:"never,omitempty"`
	Number int    `json:"number,omitempty"`
	Text   string `json:"text,omitempty"`
	// Words are the values of a list. Among cases, one with a "!" before it is
	// a case that must not be.
	Words   []string `json:"words,omitempty"`
	Split   []string `json:"split,omitempty"`   // what separates scopes, commitlint's own when empty
	Unit    string   `json:"unit,omitempty"`    // of Number, "" is UTF-16
	Flags   string   `json:"flags,omitempty"`   // of Text, where that is a pattern
	Dialect string   `json:"dialect,omitempty"` // of Text, where that is a pattern; "" is JavaScript
	Use     Use      `json:"use,omitempty"`     // of Text, where that is a pattern
	NoLinks bool     `json:"noLinks,omitempty"` // lines with links are no longer than others
	Line    int      `json:"line,omitempty"`    // in its configuration
	As      string   `json:"as,omitempty"`      // how its configuration calls it, "" for Name
	From    string   `json:"from,omitempty"`    // what it is taken from, "" for the configuration itself

	test match // of Text as a pattern, compiled once for many messages
}

type lintPatterns struct {
	link, quoted, bang, breaking, cherry *regexp.Regexp
}

var lintPattern = lazy.Value(func() *lintPatterns {
	re := regexp.MustCompile
	return &lintPatterns{
		link:     re(`\bhttps?://[^\s]`),
		quoted:   re("`.*?`|\".*?\"|'.*?'"),
		bang:     re(`^\w*(?:\(.*\))?!: `),
		breaking: re(`(?m)^BREAKING[ -]CHANGE:`),
		cherry:   re(`(?i)^\(cherry picked from commit [0-9a-f]{7,64}\)$`),
	}
})

// lint answers what breaks a rule, or "". known is false for a rule whose
// meaning is not known here.
func lint(r LintRule, m *lintMessage) (why string, known bool) {
	k, known := lintKinds()[r.Name]
	if !known {
		return "", false
	}
	return k.breaks(r, m), true
}

// judge is for rules that hold "always" or "never": it answers what is the case
// and ought not to be.
func (r LintRule) judge(holds bool, whenItHolds, whenNot string) string {
	switch {
	case r.Never && holds:
		return whenItHolds
	case !r.Never && !holds:
		return whenNot
	}
	return ""
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

// lintMatch tests a part of a message. A pattern that cannot be evaluated here
// is found out before any message is judged.
func lintMatch(r LintRule, what, text string) string {
	test := r.test
	if test == nil {
		var err error
		if test, err = r.pattern(); err != nil {
			return ""
		}
	}
	ok, err := test(text)
	if err != nil {
		return ""
	}
	return r.judge(ok, "the "+what+" matches "+oneLine(r.Text), "the "+what+" does not match "+oneLine(r.Text))
}

// pattern compiles the rule's text in its dialect.
func (r LintRule) pattern() (match, error) {
	if r.Dialect == string(Python) {
		return Pattern{Text: r.Text, Flags: r.Flags, Dialect: Python, Use: r.Use}.compile()
	}
	if r.Dialect == dialectRE2 {
		return PatternParams{Operator: Regex, Pattern: r.Text}.compile()
	}
	return jsMatch(r.Text, r.Flags)
}

// dialectRE2 is the dialect of rulesets; JavaScript's is "".
const dialectRE2 = "re2"

// stop is the end that a rule speaks of.
func (r LintRule) stop() string {
	switch {
	case len(r.Words) > 0:
		return strings.Join(r.Words, " or ")
	case r.Text == "" || r.Text == ".":
		return "full stop"
	}
	return fmt.Sprintf("%q", r.Text)
}

// endsIn judges the last character of a text. A stop of several characters is
// never there, because the tool compares one.
func (r LintRule) endsIn(part, text string) string {
	return r.judge(r.stopped(text), fmt.Sprintf("the %s ends with %q", part, lastOf(text)), fmt.Sprintf("the %s does not end with %s", part, r.stop()))
}

func (r LintRule) stopped(text string) bool {
	stops := r.Words
	if len(stops) == 0 {
		stops = []string{r.Text}
		if r.Text == "" {
			stops = []string{"."}
		}
	}
	return text != "" && slices.Contains(stops, lastOf(text))
}

func lastOf(text string) string {
	runes := []rune(text)
	if len(runes) == 0 {
		return ""
	}
	return string(runes[len(runes)-1])
}

// breaksSubjectStop looks at the end of the header: an ellipsis is no full stop,
// and a header that ends with its first colon has no subject to speak of.
func breaksSubjectStop(r LintRule, m *lintMessage) string {
	if at := strings.IndexByte(m.Text, ':'); at > 0 && at == len(m.Text)-1 {
		return ""
	}
	if strings.HasSuffix(m.Text, "...") {
		return r.judge(false, "", "the header does not end with "+r.stop())
	}
	return r.endsIn("header", m.Text)
}

// breaksTypeEnum: what is empty is the matter of another rule.
func breaksTypeEnum(r LintRule, m *lintMessage) string {
	if m.Type == "" {
		return ""
	}
	return r.judge(r.lists(m.Type),
		fmt.Sprintf("the type %q is not allowed", m.Type), fmt.Sprintf("the type %q is none of %s", m.Type, strings.Join(r.Words, ", ")))
}

// breaksScopeEnum: a scope may be several, and one that is allowed as a whole
// passes whatever it holds. Without a list all are allowed.
func breaksScopeEnum(r LintRule, m *lintMessage) string {
	if m.Scope == "" || len(r.Words) == 0 {
		return ""
	}
	whole := r.lists(m.Scope)
	for _, s := range splitScope(m.Scope, r.Split) {
		has := r.lists(s)
		switch {
		case r.Never && (has || whole):
			return fmt.Sprintf("the scope %q is not allowed", s)
		case !r.Never && !has && !whole:
			return fmt.Sprintf("the scope %q is none of %s", s, strings.Join(r.Words, ", "))
		}
	}
	if r.Never && whole {
		return fmt.Sprintf("the scope %q is not allowed", m.Scope)
	}
	return ""
}

// lists tells whether a value is one of the rule's words; with the flag i in
// whatever case.
func (r LintRule) lists(value string) bool {
	return slices.Contains(r.Words, value) || r.Flags == "i" && slices.ContainsFunc(r.Words, func(w string) bool { return strings.EqualFold(w, value) })
}

func scopeDelimiters(given []string) []string {
	if len(given) > 0 {
		return given
	}
	return []string{"/", "\\", ","}
}

// splitScope takes several scopes apart, wherever one of the delimiters stands;
// one blank behind a comma belongs to it.
func splitScope(scope string, delimiters []string) []string {
	var out []string
	start := 0
	for i := 0; i < len(scope); {
		n := 0
		for _, d := range scopeDelimiters(delimiters) {
			if d != "" && strings.HasPrefix(scope[i:], d) {
				if n = len(d); d == "," && strings.HasPrefix(scope[i+1:], " ") {
					n++
				}
				break
			}
		}
		if n == 0 {
			i++
			continue
		}
		out = append(out, scope[start:i])
		i += n
		start = i
	}
	return append(out, scope[start:])
}

// breaksDelimiters looks at every run of what is neither letter, digit, "-" nor
// "_" in a scope.
func breaksDelimiters(r LintRule, m *lintMessage) string {
	if m.Scope == "" {
		return ""
	}
	allowed := scopeDelimiters(r.Words)
	other := ""
	for _, run := range strings.FieldsFunc(m.Scope, func(c rune) bool {
		return c == '-' || c == '_' || c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c))
	}) {
		if trimJS(run) == "," {
			run = ","
		}
		if !slices.Contains(allowed, run) {
			other = run
		}
	}
	return r.judge(other == "", "the scopes are separated as they must not be", fmt.Sprintf("%q separates scopes, which is none of %s", other, strings.Join(allowed, " ")))
}

// breaksSignedOff looks at the last line that is no comment and not written by
// cherry-pick.
func breaksSignedOff(r LintRule, m *lintMessage) string {
	last := ""
	for _, line := range m.lines {
		if line != "" && !strings.HasPrefix(line, "#") && !lintPattern().cherry.MatchString(trimJS(line)) {
			last = line
		}
	}
	return r.judge(last != "" && strings.HasPrefix(last, r.Text), "the message is signed off", "the last line does not begin with "+r.Text)
}

// breaksTrailer looks for a trailer as git finds them.
func breaksTrailer(r LintRule, m *lintMessage) string {
	has := r.Text == "" // there is always an empty line
	for _, t := range parsedTrailers(strings.Join(m.lines, "\n")) {
		has = has || strings.HasPrefix(t.Key+": "+t.Value, r.Text)
	}
	return r.judge(has, "it has a trailer "+r.Text, "it has no trailer "+r.Text)
}

// trimJS cuts what JavaScript takes for white space.
func trimJS(s string) string { return strings.TrimFunc(s, isSpaceJS) }

func isSpaceJS(r rune) bool {
	switch {
	case r == '\uFEFF', r == '\u2028', r == '\u2029':
		return true
	case r == '\u0085':
		return false
	}
	return unicode.IsSpace(r)
}
