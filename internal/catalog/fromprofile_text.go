package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// ExcerptLength is how many characters of a README are kept for people.
const ExcerptLength = 300

// prosePage is a document of a repository as it was read for a record.
type prosePage struct {
	guideline.Document
	lines   []string // of the source
	partial bool     // the forge told only its beginning
	foreign bool     // it is not in English, so that no word rule sees anything
}

// newProsePage reads a page. Its source may be nothing but markup: then it has no
// blocks.
func newProsePage(kind, name, text string, partial bool) *prosePage {
	text = strings.ToValidUTF8(text, "\uFFFD")
	src := &guideline.Source{Kind: guideline.KindProse, Path: name}
	p := &prosePage{Document: guideline.ParseDocument(src, kind, []byte(plainer(name, text))), partial: partial}
	p.lines = strings.Split(text, "\n")
	p.foreign = !english(p.text(4000))
	return p
}

// text is the words of a page in their order, without code and addresses, at
// most about limit bytes.
func (p *prosePage) text(limit int) string {
	var out strings.Builder
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Kind == guideline.BlockCode {
			continue
		}
		for w := range strings.FieldsSeq(b.Text) {
			w = strings.Trim(w, "`|")
			if w == "" || isAddress(w) {
				continue
			}
			if out.Len()+len(w) > limit {
				return out.String()
			}
			if out.Len() > 0 {
				out.WriteByte(' ')
			}
			appendPrintable(&out, w)
		}
	}
	return out.String()
}

// appendPrintable writes what can be seen of a word: a catalog is shown on
// terminals and in spreadsheets.
func appendPrintable(out *strings.Builder, w string) {
	if plainASCII(w) {
		out.WriteString(w)
		return
	}
	for _, r := range w {
		if unicode.IsGraphic(r) {
			out.WriteRune(r)
		}
	}
}

func plainASCII(w string) bool {
	for i := range len(w) {
		if w[i] < ' ' || w[i] > '~' {
			return false
		}
	}
	return true
}

// isAddress tells whether a word is an address of the web.
func isAddress(w string) bool {
	if len(w) < 4 || !strings.Contains(w, ":") && !strings.Contains(w, "www.") {
		return false
	}
	w = strings.TrimLeft(w, "(<[\"'")
	return strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://") || strings.HasPrefix(w, "www.") || strings.HasPrefix(w, "mailto:")
}

// prose are the paragraphs of a page that say something: no row of links, no
// line of figures.
func isProse(b *guideline.Block) bool {
	if b.Kind != guideline.BlockParagraph && b.Kind != guideline.BlockQuote {
		return false
	}
	words, linked := 0, 0
	for w := range strings.FieldsSeq(b.Text) {
		if !isAddress(w) && strings.IndexFunc(w, unicode.IsLetter) >= 0 {
			words++
		}
	}
	for _, l := range b.Links {
		linked += len(strings.Fields(l.Text))
	}
	return words >= 4 && linked*2 <= words
}

// excerpt is the first prose of a page.
func (p *prosePage) excerpt() string {
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if isProse(b) && !aside(b.Headings) {
			var out strings.Builder
			for w := range strings.FieldsSeq(strings.ReplaceAll(b.Text, "`", "")) {
				if isAddress(w) {
					continue
				}
				if out.Len() > 0 {
					out.WriteByte(' ')
				}
				appendPrintable(&out, w)
			}
			return clip(out.String(), ExcerptLength)
		}
	}
	return ""
}

// aside tells whether a section says anything but what a repository is.
func aside(headings []string) bool {
	for _, h := range headings {
		switch strings.ToLower(strings.Trim(h, " :")) {
		case "table of contents", "contents", "toc", "license", "licence", "changelog", "status", "badges", "note", "notice", "warning", "disclaimer":
			return true
		}
	}
	return false
}

// clip cuts a text behind a word so that it has at most n characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := 0
	for i := range s {
		if n--; n < 0 {
			cut = i
			break
		}
	}
	if word := strings.LastIndexByte(s[:cut], ' '); word > cut/2 {
		cut = word
	}
	return s[:cut]
}

// english tells whether a text may be English, by the small words that every
// page has. One too short to tell may be.
func english(text string) bool {
	words, small := 0, 0
	for w := range strings.FieldsSeq(strings.ToLower(text)) {
		words++
		switch strings.Trim(w, ".,:;()") {
		case "the", "a", "an", "and", "or", "of", "to", "in", "is", "are", "for", "with", "this", "you", "your", "we", "it", "on", "be", "that", "as", "by", "from", "if", "please", "not", "can", "how":
			small++
		}
	}
	return words < 40 && small > 0 || words < 12 && mostlyLatin(text) || words >= 40 && small*12 >= words
}

func mostlyLatin(text string) bool {
	letters, latin := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.Is(unicode.Latin, r) {
				latin++
			}
		}
	}
	return latin*2 >= letters
}
