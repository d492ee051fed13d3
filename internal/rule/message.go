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
	message = strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), "\n")
	if message == "" {
		return nil
	}
	return strings.Split(message, "\n")
}

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

// Apply writes the message that an edit makes of a message.
func (e MessageEdit) Apply(message string) string {
	lines := messageLines(message)
	if e.Header != "" {
		if len(lines) == 0 {
			lines = []string{""}
		}
		lines[0] = e.Header
	}
	for _, t := range e.Trailers {
		lines = addTrailer(lines, t)
	}
	return strings.Join(lines, "\n") + "\n"
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
