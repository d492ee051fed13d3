package guideline

import (
	"strings"
	"unicode/utf8"
)

// Column is where in its line the words of a quotation begin, in characters from
// 1; 0 when that is not known. Words that are written otherwise in the file
// (emphasis, links, quotes) count from the first one that is found as it is.
func (s *Set) Column(q Quote) int {
	if s == nil || q.Source == nil || q.Line <= 0 {
		return 0
	}
	line, ok := s.line(q)
	if !ok {
		return 0
	}
	at := len(line) - len(strings.TrimLeft(line, " \t"))
	words := strings.Fields(firstLine(q.Text))
	if i := strings.Index(line, strings.TrimSpace(firstLine(q.Text))); i >= 0 && len(words) > 0 {
		at = i
	} else if i := indexWords(line, words); i >= 0 {
		at = i
	}
	return utf8.RuneCountInString(line[:at]) + 1
}

// indexWords finds the longest beginning of some words that stands in a line.
func indexWords(line string, words []string) int {
	for n := min(len(words), 6); n > 0; n-- {
		if n == 1 && len(words[0]) < 3 {
			break // a short word stands everywhere
		}
		if i := strings.Index(line, strings.Join(words[:n], " ")); i >= 0 {
			return i
		}
	}
	return -1
}

// line is the first line of a quotation as its file has it.
func (s *Set) line(q Quote) (string, bool) {
	for _, f := range s.read {
		if f.commit != q.Source.Commit || q.Source.URL != "" && q.Source.URL != f.url+q.Source.Path {
			continue
		}
		text, ok := f.texts[q.Source.Path]
		for n := 1; ok && n < q.Line; n++ {
			_, text, ok = strings.Cut(text, "\n")
		}
		if ok {
			return strings.TrimSuffix(firstLine(text), "\r"), true
		}
	}
	return "", false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
