package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// LintRule is one rule on a message, in the terms of commitlint, into which the
// configurations of other tools are translated.
type LintRule struct {
	Name   string   `json:"name"`
	Level  int      `json:"level"` // 1 warns, 2 fails; 0 is off
	Never  bool     `json:"never,omitempty"`
	Number int      `json:"number,omitempty"`
	Text   string   `json:"text,omitempty"`
	Words  []string `json:"words,omitempty"`
	Unit   string   `json:"unit,omitempty"`  // of Number, "" is UTF-16
	Flags  string   `json:"flags,omitempty"` // of Text, where that is a pattern
	Line   int      `json:"line,omitempty"`  // in its configuration
}

// lintMessage is a message as the rules see it.
type lintMessage struct {
	Header
	lines     []string
	body      []string
	footer    []string
	footerAt  int // line of the footer in lines, 0 without one
	breaking  bool
	reference bool
}

type lintPatterns struct {
	note, reference, issue, link, ignored, quoted *regexp.Regexp
	release, version                              *regexp.Regexp
}

var lintPattern = sync.OnceValue(func() lintPatterns {
	re := regexp.MustCompile
	return lintPatterns{
		note:      re(`^[\s|*]*(BREAKING[ -]CHANGE)[:\s]+(.*)`),
		reference: re(`(?i)\b(close[sd]?|fix(e[sd])?|resolve[sd]?)\b.*#\d+`),
		issue:     re(`#\d+`),
		link:      re(`https?://\S`),
		quoted:    re("`.*?`|\".*?\"|'.*?'"),
		release:   re(`^chore(\([^)]+\))?:`),
		version:   re(`^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`),
		ignored: re(`^(Merge pull request|Merge branch |Merge tag |Merge remote-tracking branch|Merge .+ into |` +
			`[Rr]evert |[Rr]eapply |(amend|fixup|squash)!|Merged .+ in(to)? |Automatic merge|Auto-merged .+ into )`),
	}
})

// lintIgnored tells whether commitlint leaves a message alone by default.
func lintIgnored(message string) bool {
	p := lintPattern()
	first := oneLine(bounded(message))
	return first == "" || p.ignored.MatchString(first) || p.version.MatchString(strings.TrimSpace(p.release.ReplaceAllString(first, "")))
}

// newLintMessage takes a message apart. The footer begins where the first note
// or reference to an issue stands.
func newLintMessage(preset, message string) lintMessage {
	lines := messageLines(message)
	m := lintMessage{lines: lines}
	if len(lines) == 0 {
		return m
	}
	p := lintPattern()
	m.Header = parseHeader(preset, lines[0])
	m.reference = p.issue.MatchString(message)
	for i, line := range lines[1:] {
		if p.note.MatchString(line) {
			m.breaking = true
		}
		if m.footerAt == 0 && (p.note.MatchString(line) || p.reference.MatchString(line)) {
			m.footerAt = i + 1
		}
		if m.footerAt > 0 {
			m.footer = append(m.footer, line)
		} else {
			m.body = append(m.body, line)
		}
	}
	return m
}

func text(lines []string) string { return strings.TrimSpace(strings.Join(lines, "\n")) }

// lint answers what breaks a rule, or "". known is false for a rule whose
// meaning is not known here.
func lint(r LintRule, m lintMessage) (why string, known bool) {
	part, rest, ok := strings.Cut(r.Name, "-")
	if !ok {
		return "", false
	}
	switch r.Name {
	case "header-trim":
		return unless(m.Text == strings.TrimSpace(m.Text), "the header has blanks around it"), true
	case "references-empty":
		return r.judge(!m.reference, "no issue is referred to", "an issue is referred to"), true
	case "body-leading-blank":
		return unless(r.Never || len(m.lines) < 2 || isBlank(m.lines[1]), "the second line is not blank"), true
	case "footer-leading-blank":
		return unless(r.Never || m.footerAt < 2 || isBlank(m.lines[m.footerAt-1]), "the footer has no blank line before it"), true
	case "breaking-change-exclamation-mark":
		return unless(m.Breaking == m.breaking, `"!" and BREAKING CHANGE do not stand together`), true
	case "subject-exclamation-mark":
		return r.judge(m.Breaking, `the header has a "!"`, `the header has no "!"`), true
	case "subject-full-stop", "header-full-stop":
		return lintFullStop(r, m), true
	case "message-pattern":
		return lintMatch(r, m), true
	case "signed-off-by", "trailer-exists":
		return "", true // what they ask is the rule sign-off
	}
	var value string
	switch part {
	case "header":
		value = m.Text
	case "type":
		value = m.Type
	case "scope":
		value = m.Scope
	case "subject":
		value = m.Subject
	case "body":
		value = text(m.body)
	case "footer":
		value = text(m.footer)
	default:
		return "", false
	}
	return lintPart(r, part, rest, value)
}

func lintPart(r LintRule, part, check, value string) (string, bool) {
	switch check {
	case "empty":
		return r.judge(value == "", "it has no "+part, "it has a "+part), true
	case "max-length":
		n := length(value, r.Unit)
		return unless(n <= r.Number, fmt.Sprintf("the %s has %d characters, more than %d", part, n, r.Number)), true
	case "min-length":
		n := length(value, r.Unit)
		return unless(value == "" && part != "header" || n >= r.Number, fmt.Sprintf("the %s has %d characters, fewer than %d", part, n, r.Number)), true
	case "max-line-length":
		return lintLines(r, part, value), true
	case "enum":
		return lintEnum(r, part, value), true
	case "case":
		return lintCase(r, part, value), true
	}
	return "", false
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

// lintMatch tests the whole message. A pattern that cannot be evaluated here
// is found out before any message is judged.
func lintMatch(r LintRule, m lintMessage) string {
	test, err := jsMatch(r.Text, r.Flags)
	if err != nil {
		return ""
	}
	ok, err := test(strings.Join(m.lines, "\n"))
	return unless(ok || err != nil, "the message does not match "+oneLine(r.Text))
}

// lintFullStop looks at the end of the header; an ellipsis is no full stop.
func lintFullStop(r LintRule, m lintMessage) string {
	stop := r.Text
	if stop == "" {
		stop = "."
	}
	has := strings.HasSuffix(m.Text, stop) && !strings.HasSuffix(m.Text, "...")
	if r.Name == "subject-full-stop" && m.Subject == "" {
		return ""
	}
	if r.Never {
		return unless(!has, fmt.Sprintf("the header ends with %q", stop))
	}
	return unless(has, fmt.Sprintf("the header does not end with %q", stop))
}

// lintLines: a line with a link may be as long as the link makes it.
func lintLines(r LintRule, part, value string) string {
	for _, line := range strings.Split(value, "\n") {
		if n := length(line, r.Unit); n > r.Number && !lintPattern().link.MatchString(line) {
			return fmt.Sprintf("a line of the %s has %d characters, more than %d", part, n, r.Number)
		}
	}
	return ""
}

// lintEnum: an empty list allows everything, and what is empty is the matter of
// another rule. A scope may be several.
func lintEnum(r LintRule, part, value string) string {
	if value == "" || len(r.Words) == 0 {
		return ""
	}
	values := []string{value}
	if part == "scope" {
		values = strings.FieldsFunc(value, func(c rune) bool { return c == '/' || c == '\\' || c == ',' })
	}
	for _, v := range values {
		v = strings.TrimSpace(v)
		if slices.Contains(r.Words, v) == r.Never {
			if r.Never {
				return fmt.Sprintf("the %s %q is not allowed", part, v)
			}
			return fmt.Sprintf("the %s %q is none of %s", part, v, strings.Join(r.Words, ", "))
		}
	}
	return ""
}

// lintCase: quoted words have no case, and only a subject that begins with a
// letter that can have one is looked at.
func lintCase(r LintRule, part, value string) string {
	if value == "" || part == "subject" && !beginsCased(value) {
		return ""
	}
	cases := r.Words
	if r.Text != "" {
		cases = append(slices.Clone(cases), r.Text)
	}
	value = strings.TrimSpace(lintPattern().quoted.ReplaceAllString(value, ""))
	has := slices.ContainsFunc(cases, func(c string) bool { return inCase(value, c) })
	if has == r.Never {
		if r.Never {
			return fmt.Sprintf("the %s is written in %s", part, strings.Join(cases, ", "))
		}
		return fmt.Sprintf("the %s is not written in %s", part, strings.Join(cases, ", "))
	}
	return ""
}
