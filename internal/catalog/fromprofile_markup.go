package catalog

import (
	"path"
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Bounds on a piece of markup: what is longer is no tag and no image.
const (
	longestTag   = 2000
	longestImage = 1000
)

// plainer takes what is no prose out of the source of a page: images, comments
// and the tags of HTML, whose texts stay as paragraphs and headings. Code stays
// as it is, and so does the number of lines.
func plainer(name, src string) string {
	src = strings.ReplaceAll(src, "\r\n", "\n")
	switch strings.ToLower(path.Ext(name)) {
	case ".adoc", ".asciidoc":
		return pictures().adoc.ReplaceAllString(src, "")
	case ".rst":
		return pictures().rst.ReplaceAllString(src, "")
	case ".txt":
		return src
	}
	s := stripper{src: src}
	s.out.Grow(len(src))
	fence := ""
	for at := 0; at < len(src); {
		end := len(src)
		if n := strings.IndexByte(src[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := src[at:end]
		mark := fenceOf(line)
		switch {
		case fence == "" && mark == "":
			at = s.line(at, end)
			continue
		case fence == "":
			fence = mark
		case mark == fence:
			fence = ""
		}
		s.out.WriteString(line)
		at = end
	}
	return s.out.String()
}

type picturePatterns struct{ adoc, rst *regexp.Regexp }

var pictures = lazy.Value(func() *picturePatterns {
	return &picturePatterns{
		adoc: regexp.MustCompile(`\bimage::?[^\s\[\]]*\[[^\]\n]{0,300}\]`),
		rst:  regexp.MustCompile(`(?m)^[ \t]*(\|[^|\s][^|\n]{0,80}\|_{0,2}[ \t]*)+$`),
	}
})

// fenceOf is the mark that begins or ends a block of code on a line.
func fenceOf(line string) string {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 8 || len(text) < 3 || text[0] != '`' && text[0] != '~' {
		return ""
	}
	n := len(text) - len(strings.TrimLeft(text, text[:1]))
	if n < 3 || text[0] == '`' && strings.Contains(text[n:], "`") {
		return ""
	}
	return text[:3]
}

// stripper copies Markdown less its HTML and images.
type stripper struct {
	src     string
	block   int  // elements that are open and hold running text
	unended bool // a comment does not end: there is no end of one any more
	out     strings.Builder
}

// line copies what stands between two offsets, and answers where to go on: what
// it takes away may reach into later lines. Inside an element blanks at the
// beginning of a line mean nothing, where Markdown would take them for code.
func (s *stripper) line(at, end int) int {
	line := s.src[at:end]
	text := strings.TrimLeft(line, " \t")
	if strings.TrimSpace(text) == "" {
		s.block = 0
		s.out.WriteString(line)
		return end
	}
	if s.block > 0 || isTag(text) {
		at += len(line) - len(text)
	}
	for at < end {
		next := strings.IndexAny(s.src[at:end], "<!`")
		if next < 0 {
			s.out.WriteString(s.src[at:end])
			return end
		}
		s.out.WriteString(s.src[at : at+next])
		at = s.piece(at+next, end)
	}
	return at
}

// piece takes away, or copies, what begins at an offset, and answers where it
// ends.
func (s *stripper) piece(at, end int) int {
	switch s.src[at] {
	case '`':
		if n := codeSpan(s.src[at:end]); n > 0 {
			s.out.WriteString(s.src[at : at+n])
			return at + n
		}
	case '!':
		if n := imageLength(s.src[at:]); n > 0 {
			return s.skip(at, n)
		}
	case '<':
		if !s.unended && strings.HasPrefix(s.src[at:], "<!--") {
			if n := strings.Index(s.src[at:], "-->"); n > 0 {
				return s.skip(at, n+3)
			}
			s.unended = true
		}
		if isTag(s.src[at:end]) {
			if n := strings.IndexByte(s.src[at:min(len(s.src), at+longestTag)], '>'); n > 0 {
				s.tag(s.src[at : at+n+1])
				return s.skip(at, n+1)
			}
		}
	}
	s.out.WriteByte(s.src[at])
	return at + 1
}

// skip takes away a piece, less its line breaks.
func (s *stripper) skip(at, n int) int {
	s.out.WriteString(strings.Repeat("\n", strings.Count(s.src[at:at+n], "\n")))
	return at + n
}

// tag notes what a tag of HTML means for the text.
func (s *stripper) tag(tag string) {
	name, closing := tagName(tag)
	switch name {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if !closing && s.atLineStart() {
			s.out.WriteString(strings.Repeat("#", int(name[1]-'0')) + " ")
		}
		s.open(closing)
	case "p", "center", "a", "td":
		s.open(closing)
	case "br", "li":
		s.out.WriteByte(' ')
	}
}

func (s *stripper) open(closing bool) {
	if closing {
		s.block = max(0, s.block-1)
	} else {
		s.block++
	}
}

func (s *stripper) atLineStart() bool {
	text := s.out.String()
	return text == "" || text[len(text)-1] == '\n'
}

// isTag tells whether a text begins with a tag of HTML; an address between
// angle brackets is none.
//
//go:noinline
func isTag(text string) bool {
	name, _ := tagName(text)
	return name != ""
}

func tagName(text string) (name string, closing bool) {
	if len(text) < 3 || text[0] != '<' {
		return "", false
	}
	rest := text[1:]
	if rest[0] == '/' {
		rest, closing = rest[1:], true
	}
	n := 0
	for n < len(rest) && n < 16 && (rest[n] >= 'a' && rest[n] <= 'z' || rest[n] >= 'A' && rest[n] <= 'Z' || n > 0 && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '-')) {
		n++
	}
	if n == 0 || n < len(rest) && !strings.ContainsRune(" \t\n/>", rune(rest[n])) {
		return "", false
	}
	return strings.ToLower(rest[:n]), closing
}

// codeSpan is how long the code span is that a text begins with, 0 for none.
func codeSpan(text string) int {
	n := len(text) - len(strings.TrimLeft(text, "`"))
	if end := strings.Index(text[n:], text[:n]); end >= 0 {
		return n + end + n
	}
	return n
}

// imageLength is how long the image is that a text begins with, 0 for none:
// ![alt](target) or ![alt][name].
func imageLength(text string) int {
	if !strings.HasPrefix(text, "![") {
		return 0
	}
	text = text[:min(len(text), longestImage)]
	alt := strings.IndexByte(text, ']')
	if alt < 0 || strings.Contains(text[:alt], "\n\n") {
		return 0
	}
	rest := text[alt+1:]
	if rest == "" {
		return alt + 1
	}
	var end int
	switch rest[0] {
	case '(':
		end = strings.IndexByte(rest, ')')
	case '[':
		end = strings.IndexByte(rest, ']')
	default:
		return alt + 1
	}
	if end < 0 {
		return 0
	}
	return alt + 1 + end + 1
}
