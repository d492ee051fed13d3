package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// lintMessage is a message as commitlint's parser takes it apart: what comes
// before the first note or reference to an issue is the body, the rest is the
// footer.
type lintMessage struct {
	Header
	Body, Footer string
	lines        []string // as they are, blank ones at the beginning included
	reference    bool     // to an issue, anywhere but in the body
	grammar      Grammar
}

// line is a line of the message as it is, "\x00" where there is none.
func (m *lintMessage) line(n int) string {
	if n < 0 || n >= len(m.lines) {
		return "\x00"
	}
	return m.lines[n]
}

// beforeFooter is the line before the first that reads like the footer's first.
// Where none does, or it is the first of all, the tool counts from the end.
func (m *lintMessage) beforeFooter() string {
	first, _, _ := strings.Cut(m.Footer, "\n")
	at := -1
	for i, line := range m.lines {
		if line == first {
			at = i
			break
		}
	}
	if at <= 0 {
		at += len(m.lines)
	}
	return m.line(at - 1)
}

// formless tells whether the header is not of the form that its grammar wants:
// then it has neither type nor subject, which is one thing to say.
func (m *lintMessage) formless() bool {
	return m.Type == "" && m.Subject == "" && m.Text != "" && !m.OK
}

// form is how the grammar's headers look.
func (m *lintMessage) form() string {
	if form := grammars()[m.grammar.Preset].form; form != "" && m.grammar.Pattern == "" {
		return form
	}
	return m.grammar.Pattern
}

// newLintMessage takes a message apart.
func newLintMessage(p Grammar, message string) *lintMessage {
	m := &lintMessage{grammar: p, lines: rawLines(bounded(message))}
	lines := trimmedLines(m.lines)
	if len(lines) == 0 {
		return m
	}
	m.Header = p.parse(lines[0])
	m.reference = p.refers(lines[0], false)
	var body, footer []string
	isBody, inNote := true, false
	for _, line := range lines[1:] {
		if p.isNote(line) {
			inNote, isBody = true, false
			footer = append(footer, line)
			continue
		}
		token := p.isToken(line)
		refers := p.refers(line, token)
		ends := token
		if p.Before21 {
			ends = refers
		}
		switch {
		case inNote:
			footer = append(footer, line)
			inNote = !ends
		case isBody && !ends:
			body = append(body, line)
		default:
			isBody = false
			footer = append(footer, line)
		}
		m.reference = m.reference || refers
	}
	m.Body, m.Footer = joinTrimmed(body), joinTrimmed(footer)
	return m
}

type footerPatterns struct {
	token, link *regexp.Regexp
}

var footerPattern = lazy.Value(func() *footerPatterns {
	re := regexp.MustCompile
	return &footerPatterns{
		token: re(`(?i)^(?:BREAKING CHANGE|[\w-]+)(:\s+|\s+)`),
		link:  re(`\bhttps?://(?:www\.)?[-a-zA-Z0-9@:%_+.~#?&/=]*[a-zA-Z0-9_]`),
	}
})

// isNote tells whether a line begins a note: a keyword in any case, behind a
// bullet, and a colon. Before version 21 a blank did for the colon, and all
// kinds of bars for the bullet.
func (p Grammar) isNote(line string) bool {
	if len(line) < 4 {
		return false
	}
	rest := line
	switch {
	case p.Before21:
		rest = strings.TrimLeftFunc(line, func(r rune) bool { return r == '|' || r == '*' || isSpaceJS(r) })
	case line[0] == '*' && isSpaceStart(line[1:]):
		rest = strings.TrimLeftFunc(line[1:], isSpaceJS)
	}
	for _, n := range p.notes() {
		if len(rest) > len(n) && strings.EqualFold(rest[:len(n)], n) &&
			(rest[len(n)] == ':' || p.Before21 && isSpaceStart(rest[len(n):])) {
			return true
		}
	}
	return false
}

//go:noinline
func isSpaceStart(s string) bool { return strings.TrimLeftFunc(s, isSpaceJS) != s }

// isToken tells whether a line begins with the token of a footer: a word with a
// colon, or before a reference to an issue.
func (p Grammar) isToken(line string) bool {
	if strings.IndexByte(line, ':') < 0 && !p.mayRefer(line) {
		return false
	}
	m := footerPattern().token.FindStringSubmatchIndex(line)
	if m == nil || m[1] == len(line) && m[3]-m[2] < 2 {
		return false
	}
	if line[m[2]] == ':' {
		return m[1] < len(line) || m[3]-m[2] > 2 // a blank can be the text behind
	}
	for _, prefix := range p.prefixes() {
		if rest := line[m[1]:]; len(rest) > len(prefix) && strings.EqualFold(rest[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// rawLines are the lines of a message, nothing trimmed.
func rawLines(message string) []string {
	if message == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(message, "\r\n", "\n"), "\n")
}

// trimmedLines drops empty lines around, and those that verifying a signature
// has left.
func trimmedLines(lines []string) []string {
	start, end := 0, len(lines)
	for start < end && strings.Trim(lines[start], "\r") == "" {
		start++
	}
	for end > start && strings.Trim(lines[end-1], "\r") == "" {
		end--
	}
	var out []string
	for _, line := range lines[start:end] {
		if !strings.HasPrefix(strings.TrimLeftFunc(line, isSpaceJS), "gpg:") {
			out = append(out, line)
		}
	}
	return out
}

func joinTrimmed(lines []string) string {
	return strings.Trim(strings.Join(lines, "\n"), "\r\n")
}
