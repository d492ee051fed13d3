package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

type layoutPatterns struct {
	item, quote, token, note, code *regexp.Regexp
}

var layoutPattern = lazy.Value(func() *layoutPatterns {
	re := regexp.MustCompile
	return &layoutPatterns{
		item:  re(`^(\s*(?:[-*+•]|\d{1,3}[.)])\s+)(.*)$`),
		quote: re(`^(\s*(?:>\s?)+)(.*)$`),
		token: re(`^[A-Za-z0-9][\w-]*(?:: | #)\S`),
		note:  re(`^BREAKING[ -]CHANGE: `),
		code:  re(`^\s*(?:` + "```" + `|~~~)`),
	}
})

// blankBetween sets a blank line behind the header, and before the footer: the
// lines at the end that are tokens with their values, or a note.
func blankBetween(lines []string) []string {
	if len(lines) > 1 && lines[1] != "" {
		rest := lines[1:]
		if isBlank(rest[0]) { // blanks look empty, but are not
			rest = rest[1:]
		}
		lines = append([]string{lines[0], ""}, rest...)
	}
	at := footerLine(lines)
	if at < 2 || isBlank(lines[at-1]) {
		return lines
	}
	out := append([]string{}, lines[:at]...)
	return append(append(out, ""), lines[at:]...)
}

// footerLine is where the footer begins, or -1.
func footerLine(lines []string) int {
	p := layoutPattern()
	at, end := -1, len(lines)
	for i := 2; i < len(lines); i++ {
		if p.note.MatchString(lines[i]) {
			at, end = i, i
			break
		}
	}
	for i := end - 1; i > 1; i-- {
		switch {
		case p.token.MatchString(lines[i]):
			at = i
		case isBlank(lines[i]), isBlankStart(lines[i]):
		default:
			return at
		}
	}
	return at
}

// wrapBody breaks lines of the body that are too long, and carries what is left
// over into the next line of the paragraph. Code, trailers, and words that are
// too long by themselves stay as they are; items of lists and quotations go on
// under their own beginning.
func wrapBody(lines []string, width int) []string {
	if len(lines) < 2 {
		return lines
	}
	start, _ := trailerBlock(lines)
	out := []string{lines[0]}
	fenced := false
	for i := 1; i < len(lines); i++ {
		line := lines[i]
		if layoutPattern().code.MatchString(line) {
			fenced = !fenced
		}
		first, next, text, prose := proseLine(line)
		if i >= start || fenced || !prose || length(line, unitUTF16) <= width {
			out = append(out, line)
			continue
		}
		broken, left := breakText(first, next, text, width)
		if len(broken) == 0 { // it cannot be broken
			out = append(out, line)
			continue
		}
		out = append(out, broken...)
		if i+1 < start && i+1 < len(lines) && goesOn(lines[i+1], next) {
			lines[i+1] = next + left + " " + strings.TrimSpace(lines[i+1][len(next):])
			continue
		}
		out = append(out, next+left)
	}
	return out
}

// proseLine takes a line apart: what it begins with, what lines that go on with
// it begin with, and its text. Code, by its indentation, is no prose.
func proseLine(line string) (first, next, text string, prose bool) {
	p := layoutPattern()
	if m := p.item.FindStringSubmatch(line); m != nil {
		return m[1], strings.Repeat(" ", length(m[1], unitUTF16)), m[2], !strings.Contains(m[1], "\t")
	}
	if m := p.quote.FindStringSubmatch(line); m != nil {
		return m[1], m[1], m[2], true
	}
	text = strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(text)]
	return indent, indent, text, len(indent) < 4 && !isBlankStart(text) && text != ""
}

// goesOn tells whether a line goes on with the paragraph whose lines begin so.
func goesOn(line, next string) bool {
	if !strings.HasPrefix(line, next) || isBlank(line) || layoutPattern().code.MatchString(line) {
		return false
	}
	rest := line[len(next):]
	p := layoutPattern()
	return rest != "" && !isBlankStart(rest) && !p.item.MatchString(rest) && !p.quote.MatchString(rest) && !p.token.MatchString(rest) &&
		!p.note.MatchString(rest) && mayBegin(strings.Fields(rest)[0])
}

// breakText breaks a text into lines no longer than the width, as far as its
// words allow, and answers the last one apart, without what it begins with.
func breakText(first, next, text string, width int) (lines []string, left string) {
	words := strings.Fields(text)
	begin, line := first, ""
	for i, word := range words {
		switch {
		case i == 0:
			line = word
		case length(begin+line+" "+word, unitUTF16) > width && mayBegin(word):
			lines = append(lines, begin+line)
			begin, line = next, word
		default:
			line += " " + word
		}
	}
	return lines, line
}

// mayBegin tells whether a word can begin a line without becoming something
// else there: a comment, an item, a quotation, a token.
func mayBegin(word string) bool {
	if strings.ContainsAny(word[:1], "#>-*+•`~|") || strings.HasSuffix(word, ":") || strings.HasPrefix(word, "BREAKING") {
		return false
	}
	digits := strings.TrimLeft(word, "0123456789")
	return digits == word || digits != "." && digits != ")"
}
