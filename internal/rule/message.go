package rule

import (
	"strings"
)

// Message is a commit message taken apart as git does.
type Message struct {
	Header   string // the first line
	Body     string // between header and trailers, without the blank lines around
	Trailers []Trailer
}

// maxMessage bounds what is read of one message, in bytes.
const maxMessage = 256 << 10

// ParseMessage takes a commit message apart. Which lines are trailers is
// decided as in git's trailer.c for the message of a commit.
func ParseMessage(message string) Message {
	lines := messageLines(message)
	start, _ := trailerBlock(lines)
	m := Message{}
	if len(lines) > 0 {
		m.Header = strings.TrimRight(lines[0], " \t")
	}
	if start > 1 {
		m.Body = strings.Trim(strings.Join(lines[1:start], "\n"), "\n")
	}
	m.Trailers = readTrailers(lines)
	return m
}

// Trailer answers the values of a trailer, whatever the case of its key.
func (m Message) Trailer(key string) []string {
	var out []string
	for _, t := range m.Trailers {
		if strings.EqualFold(t.Key, key) {
			out = append(out, t.Value)
		}
	}
	return out
}

func messageLines(message string) []string {
	if len(message) > maxMessage {
		message = message[:maxMessage]
	}
	message = strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), "\r\n")
	if message == "" {
		return nil
	}
	return strings.Split(message, "\n")
}

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

// Apply writes the message that an edit makes of a message. One that is too
// large to be read is left as it is.
func (e MessageEdit) Apply(message string) string {
	if len(message) > maxMessage {
		return message
	}
	lines := messageLines(message)
	if len(lines) == 0 {
		lines = []string{""}
	}
	if e.Header != "" {
		lines[0] = e.Header
	}
	lines[0] = e.editHeader(lines[0])
	if e.Blank {
		lines = blankBetween(lines)
	}
	if e.Wrap > 0 {
		lines = wrapBody(lines, e.Wrap)
	}
	for _, t := range e.Trailers {
		lines = addTrailer(lines, t)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\r\n") + "\n"
}

// editHeader changes the parts of a header that is of the usual form.
func (e MessageEdit) editHeader(header string) string {
	if e.Trim || e.Cut != "" {
		header = strings.TrimFunc(header, isSpaceJS)
		header = strings.TrimRightFunc(header, func(r rune) bool { return strings.ContainsRune(e.Cut, r) || isSpaceJS(r) })
	}
	h := parseHeader(presetConventional, header)
	if h.Type == "" { // then what stands before the colon is no type to keep
		h = Header{Text: header, Subject: header}
	}
	switch {
	case h.OK && e.Type != "":
		h.Type = e.Type
	case e.Scope == "" && e.First == "":
		return header
	}
	if h.OK && e.Scope != "" && h.Scope != "" {
		h.Scope = e.Scope
	}
	switch e.First {
	case FirstLower:
		h.Subject = lowerFirst(h.Subject)
	case FirstUpper:
		h.Subject = upperFirst(h.Subject)
	}
	if !h.OK {
		return h.Subject
	}
	return h.String()
}

// addTrailer adds a line to the trailer block, or begins one. A line that is
// already in the block is not added again.
func addTrailer(lines []string, trailer string) []string {
	start, end := trailerBlock(lines)
	for _, l := range lines[start:end] {
		if l == trailer {
			return lines
		}
	}
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	if start >= end {
		return append(lines, "", trailer)
	}
	out := append([]string{}, lines[:end]...)
	out = append(out, trailer)
	return append(out, lines[end:]...)
}
