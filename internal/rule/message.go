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

// Trailer is a line such as "Signed-off-by: NAME <EMAIL>", with the lines that
// continue it.
type Trailer struct {
	Key, Value string
	Line       int // in the message, from 1
}

// maxMessage bounds what is read of one message, in bytes.
const maxMessage = 256 << 10

// ParseMessage takes a commit message apart. Which lines are trailers is
// decided as in git's trailer.c for the message of a commit.
func ParseMessage(message string) Message {
	lines := messageLines(message)
	start, end := trailerBlock(lines)
	m := Message{}
	if len(lines) > 0 {
		m.Header = strings.TrimRight(lines[0], " \t")
	}
	if start > 1 {
		m.Body = strings.Trim(strings.Join(lines[1:start], "\n"), "\n")
	}
	open := false // the line before is a trailer, or continues one
	for i := start; i < end; i++ {
		line := lines[i]
		if open && isBlankStart(line) {
			last := &m.Trailers[len(m.Trailers)-1]
			last.Value = strings.TrimSpace(last.Value + " " + strings.TrimSpace(line))
			continue
		}
		at := trailerSeparator(line)
		if open = at > 0; open {
			m.Trailers = append(m.Trailers, Trailer{
				Key: strings.TrimRight(line[:at], " \t"), Value: strings.TrimSpace(line[at+1:]), Line: i + 1,
			})
		}
	}
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

// trailerBlock finds the lines of the trailer block: the last paragraph, if it
// is not the title, and all of it is trailers, or one of them is of a kind that
// git itself writes and they make up at least a quarter. Without one, both ends
// are behind the last line.
func trailerBlock(lines []string) (start, end int) {
	end = len(lines)
	for end > 0 && (isBlank(lines[end-1]) || strings.HasPrefix(lines[end-1], "#")) {
		end--
	}
	title := 0
	for title < end && (strings.HasPrefix(lines[title], "#") || !isBlank(lines[title])) {
		title++
	}
	var trailers, others, continued int
	known := false
	for i := end - 1; i >= title; i-- {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "#"):
			others, continued = others+continued, 0
		case isBlank(line):
			others += continued
			if known && trailers*3 >= others || trailers > 0 && others == 0 {
				return i + 1, end
			}
			return len(lines), len(lines)
		case strings.HasPrefix(line, "Signed-off-by: ") || strings.HasPrefix(line, "(cherry picked from commit "):
			trailers, continued, known = trailers+1, 0, true
		case isBlankStart(line):
			continued++
		case trailerSeparator(line) > 0:
			trailers, continued = trailers+1, 0
		default:
			others, continued = others+continued+1, 0
		}
	}
	return len(lines), len(lines)
}

// trailerSeparator is where the ':' of a trailer stands, or -1: before it only
// letters, digits and '-', and then blanks.
func trailerSeparator(line string) int {
	blank := false
	for i := range len(line) {
		c := line[i]
		switch {
		case c == ':':
			return i
		case !blank && (c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'):
		case i > 0 && (c == ' ' || c == '\t'):
			blank = true
		default:
			return -1
		}
	}
	return -1
}

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

func isBlankStart(line string) bool {
	return line != "" && (line[0] == ' ' || line[0] == '\t' || line[0] == '\v' || line[0] == '\f' || line[0] == '\r')
}

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
