package rule

import (
	"regexp"
	"strings"
	"sync"
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

// notePattern finds notes: the keyword in any case, behind blanks, "|" and "*",
// and before a colon or a blank.
var notePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\s|*]*`)
})

func (p Grammar) isNote(line string) bool {
	rest := line[len(notePattern().FindString(line)):]
	for _, n := range p.notes() {
		if len(rest) > len(n) && strings.EqualFold(rest[:len(n)], n) && (rest[len(n)] == ':' || isSpaceStart(rest[len(n):])) {
			return true
		}
	}
	return false
}

func isSpaceStart(s string) bool { return strings.TrimLeftFunc(s, isSpaceJS) != s }

// newLintMessage takes a message apart.
func newLintMessage(p Grammar, message string) *lintMessage {
	m := &lintMessage{grammar: p, lines: rawLines(bounded(message))}
	lines := trimmedLines(m.lines)
	if len(lines) == 0 {
		return m
	}
	m.Header = p.parse(lines[0])
	m.reference = p.refers(lines[0])
	var body, footer []string
	isBody, inNote := true, false
	for _, line := range lines[1:] {
		refers := p.refers(line)
		switch {
		case p.isNote(line):
			inNote, isBody = true, false
			footer = append(footer, line)
			continue
		case inNote:
			footer = append(footer, line)
			inNote = !refers
		case isBody && !refers:
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

// refers tells whether a line refers to an issue: behind one of the actions if
// one of them stands in it, else anywhere.
func (p Grammar) refers(line string) bool {
	sentences := p.sentences(line)
	for _, s := range sentences {
		if p.hasIssue(s) {
			return true
		}
	}
	return false
}

// sentences are the parts of a line behind the actions, each up to the next
// action; the whole line when there is none.
func (p Grammar) sentences(line string) []string {
	var out []string
	for i := 0; i < len(line); {
		start := p.behindAction(line[i:])
		if start < 0 {
			i++
			continue
		}
		begin := i + start
		end := begin
		for end < len(line) && !p.actionAt(line[end:]) {
			end++
		}
		out = append(out, line[begin:end])
		i = end
	}
	if out == nil && line != "" {
		return []string{line}
	}
	return out
}

func (p Grammar) actionAt(s string) bool {
	for _, a := range p.actions() {
		if len(s) >= len(a) && strings.EqualFold(s[:len(a)], a) {
			return true
		}
	}
	return false
}

// behindAction is where the text behind an action and blanks begins, or -1.
func (p Grammar) behindAction(s string) int {
	for _, a := range p.actions() {
		if len(s) < len(a) || !strings.EqualFold(s[:len(a)], a) {
			continue
		}
		if rest := strings.TrimLeftFunc(s[len(a):], isSpaceJS); len(rest) < len(s)-len(a) {
			return len(s) - len(rest)
		}
	}
	return -1
}

// hasIssue tells whether "#12" or the like stands in a text that holds no link.
func (p Grammar) hasIssue(s string) bool {
	if issueLink().MatchString(s) {
		return false
	}
	for _, prefix := range p.prefixes() {
		for at := 0; at < len(s); at++ {
			if len(s)-at < len(prefix) || !strings.EqualFold(s[at:at+len(prefix)], prefix) {
				continue
			}
			rest := s[at+len(prefix):]
			word := strings.TrimLeftFunc(rest, isIssueRune)
			if len(word) == len(rest) {
				continue
			}
			if word == "" || strings.ContainsRune(",;)]", rune(word[0])) || strings.TrimLeftFunc(word, isSpaceJS) != word {
				return true
			}
		}
	}
	return false
}

func isIssueRune(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

var issueLink = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bhttps?://(?:www\.)?[-a-zA-Z0-9@:%_+.~#?&/=]*[a-zA-Z0-9_]`)
})
