package rule

import "strings"

// Trailer is a line such as "Signed-off-by: NAME <EMAIL>", with the lines that
// continue it.
type Trailer struct {
	Key, Value string
	Line       int // in the message, from 1
}

// cutLine is what git commit --verbose writes above the diff: what follows it
// belongs to no message.
const cutLine = "# ------------------------ >8 ------------------------"

// parsedTrailers are the trailers as "git interpret-trailers --parse" prints
// them. Unlike a commit's message, its input ends at a line "---": a tool that
// hands it a message loses the trailers below such a line.
func parsedTrailers(message string) []Trailer {
	lines := messageLines(message)
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "---"); ok && (rest == "" || isBlankStart(rest)) {
			lines = lines[:i]
			break
		}
	}
	return readTrailers(lines)
}

// readTrailers reads the trailers of a message's lines, continued lines folded
// into one.
func readTrailers(lines []string) []Trailer {
	start, end := trailerBlock(lines)
	var out []Trailer
	open := false // the line before is a trailer, or continues one
	for i := start; i < end; i++ {
		line := lines[i]
		if isBlankStart(line) && open {
			last := &out[len(out)-1]
			last.Value += " " + strings.TrimLeft(line, gitSpace)
			continue
		}
		at := trailerSeparator(line)
		if open = at > 0 && !strings.HasPrefix(line, "#"); open {
			out = append(out, Trailer{Key: strings.Trim(line[:at], gitSpace), Value: strings.TrimLeft(line[at+1:], gitSpace), Line: i + 1})
		}
	}
	for i := range out {
		out[i].Value = strings.Trim(out[i].Value, gitSpace)
	}
	return out
}

// trailerBlock finds the lines of the trailer block: the last paragraph, if it
// is not the title, and all of it is trailers, or one of them is of a kind that
// git itself writes and they make up at least a quarter. Without one, both ends
// are behind the last line.
func trailerBlock(lines []string) (start, end int) {
	end = messageEnd(lines)
	title := 0
	for title < end && (strings.HasPrefix(lines[title], "#") || !isBlankLine(lines[title])) {
		title++
	}
	var trailers, others, continued int
	known, onlyBlank := false, true
	for i := end - 1; i >= title; i-- {
		line := lines[i]
		if strings.HasPrefix(line, "#") {
			others, continued = others+continued, 0
			continue
		}
		if isBlankLine(line) {
			if onlyBlank {
				continue
			}
			others += continued
			if known && trailers*3 >= others || trailers > 0 && others == 0 {
				return i + 1, end
			}
			break
		}
		onlyBlank = false
		switch {
		case strings.HasPrefix(line, "Signed-off-by: ") || strings.HasPrefix(line, "(cherry picked from commit "):
			trailers, continued, known = trailers+1, 0, true
		case trailerSeparator(line) > 0 && !isBlankStart(line):
			trailers, continued = trailers+1, 0
		case isBlankStart(line):
			continued++
		default:
			others, continued = others+continued+1, 0
		}
	}
	return len(lines), len(lines)
}

// messageEnd is where what git adds to a message for people begins: comments
// and empty lines at its end, the list of conflicts of an old git, and all
// below the line above a diff.
func messageEnd(lines []string) int {
	cut := len(lines)
	for i, line := range lines {
		if line == cutLine {
			cut = i
			break
		}
	}
	end, conflicts := 0, false // 0: the last line seen is one of the message
	for i, line := range lines[:cut] {
		switch {
		case line == "" || line[0] == '#' || line == "Conflicts:":
			conflicts = conflicts || line == "Conflicts:"
			if end == 0 {
				end = i
			}
		case conflicts && line[0] == '\t':
		case end > 0:
			end, conflicts = 0, false
		}
	}
	if end == 0 {
		return cut
	}
	return end
}

// trailerSeparator is where the ':' of a trailer stands, or -1: before it only
// letters, digits and '-', and then blanks.
//
//go:noinline
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

// gitSpace is what git takes for white space, whatever the locale.
const gitSpace = " \t\r\n"

//go:noinline
func isBlankLine(line string) bool { return strings.Trim(line, gitSpace) == "" }

func isBlankStart(line string) bool {
	return line != "" && strings.IndexByte(gitSpace, line[0]) >= 0
}
