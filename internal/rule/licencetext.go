package rule

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

var (
	yearPattern = lazy.Pattern(`(?:19|20)\d\d(?:\s*[-–,]\s*(?:(?:19|20)\d\d|present))*`)
	// what stands for a year or a name in a template
	blankPattern   = lazy.Pattern(`(?i)\{\{[^{}]{1,40}\}\}|\[(?:year|yyyy|name of copyright owner|owner|fullname|copyright[ -]holder)\]|<(?:year|owner|name|copyright[ -]holder)>|\{(?:year|owner)\}|\$\{?year\}?|\bYYYY\b`)
	commentPattern = lazy.Pattern(`(?m)^[ \t]*(?:<!--|-->|//+!?|/\*+!?|\*+/|\*|#+!?|--+|;+|%+|"""|'''|\{-|-\}|\(\*|rem\b|dnl\b)?[ \t]*`)
)

// plainText is a text without the signs of comments, in one line.
func plainText(s string) string {
	s = commentPattern().ReplaceAllString(s, "")
	s = strings.NewReplacer("*/", " ", "-->", " ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// textPattern matches the words of the header, with any year and any name
// where it leaves one open.
func (p LicenceParams) textPattern() string {
	text := plainText(p.Header)
	var b strings.Builder
	for text != "" {
		m := blankPattern().FindStringIndex(text)
		year := yearPattern().FindStringIndex(text)
		switch {
		case year != nil && (m == nil || year[0] < m[0]):
			b.WriteString(regexp.QuoteMeta(text[:year[0]]) + yearPattern().String())
			text = text[year[1]:]
		case m != nil:
			b.WriteString(regexp.QuoteMeta(text[:m[0]]))
			if isYearBlank(text[m[0]:m[1]]) {
				b.WriteString(yearPattern().String())
			} else {
				b.WriteString(`.{1,120}?`)
			}
			text = text[m[1]:]
		default:
			b.WriteString(regexp.QuoteMeta(text))
			text = ""
		}
	}
	return b.String()
}

func isYearBlank(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "year") || strings.Contains(s, "yyyy")
}

// commentStyle is how a file's lines are commented: what stands before and
// behind the block, and before each line.
type commentStyle struct{ open, line, end string }

// styleOf is how a file is commented, by its name; false when isrc does not
// know, or when it has no comments.
func styleOf(name string) (commentStyle, bool) {
	switch strings.ToLower(path.Base(name)) {
	case "dockerfile", "makefile", "gemfile", "rakefile", "vagrantfile", "jenkinsfile.sh", "cmakelists.txt":
		return commentStyle{line: "# "}, true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".go", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy", ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".cs", ".swift", ".rs", ".dart", ".proto", ".scss", ".zig", ".m", ".mm", ".v", ".sol":
		return commentStyle{line: "// "}, true
	case ".py", ".sh", ".bash", ".zsh", ".rb", ".pl", ".yaml", ".yml", ".toml", ".tf", ".hcl", ".r", ".mk", ".cmake", ".ex", ".exs", ".nix", ".ps1", ".bzl", ".jl":
		return commentStyle{line: "# "}, true
	case ".sql", ".lua", ".hs", ".elm":
		return commentStyle{line: "-- "}, true
	case ".css", ".less":
		return commentStyle{open: "/*", line: " * ", end: " */"}, true
	case ".html", ".xml", ".vue", ".svelte", ".xsl":
		return commentStyle{open: "<!--", line: "  ", end: "-->"}, true
	}
	return commentStyle{}, false
}

func commented(name string) bool {
	_, ok := styleOf(name)
	return ok
}

// reads tells whether a text that is a comment is one in files of this style.
func (s commentStyle) reads(text string) bool {
	text = strings.TrimSpace(text)
	if s.open != "" {
		return strings.HasPrefix(text, s.open)
	}
	return strings.HasPrefix(text, strings.TrimSpace(s.line)) || s.line == "// " && strings.HasPrefix(text, "/*")
}

// comment writes a text as a comment, with a blank line behind it.
func (s commentStyle) comment(text string) string {
	var b strings.Builder
	if s.open != "" {
		b.WriteString(s.open + "\n")
	}
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		b.WriteString(strings.TrimRight(s.line+strings.TrimRight(line, "\r\n"), " ") + "\n")
	}
	if s.end != "" {
		b.WriteString(s.end + "\n")
	}
	return b.String() + "\n"
}

// maxHeaders is how many files one fix writes into.
const maxHeaders = 200

// licenceFix sets the header into files without it, nil when its words are not
// all known.
func (p LicenceParams) licenceFix(files []*File, change *Change) *Fix {
	if p.How != headerText && p.How != headerStart || p.Part || len(files) > maxHeaders {
		return nil
	}
	text, ok := p.filled(change)
	if !ok {
		return nil
	}
	edits := WriteFiles{Why: "add the licence header"}
	for _, f := range files {
		insert := strings.Trim(text, "\n") + "\n\n"
		if p.How == headerText {
			style, ok := styleOf(f.Path)
			switch {
			case !ok || isCommented(text) && !style.reads(text):
				return nil
			case !isCommented(text):
				insert = style.comment(text)
			}
		}
		edits.Files = append(edits.Files, FileEdit{Path: f.Path, After: beforeHeader(f.Head), Text: insert})
	}
	return &Fix{Verb: "add the licence header to " + plural(len(files), "new file", "new files"), Kind: FixWriteFiles, Params: edits}
}

// filled is the header with the year of the last commit and the owner's name.
func (p LicenceParams) filled(change *Change) (string, bool) {
	ok := true
	text := blankPattern().ReplaceAllStringFunc(p.Header, func(blank string) string {
		at := lastTime(change)
		switch {
		case isYearBlank(blank) && !at.IsZero():
			return strconv.Itoa(at.Year())
		case !isYearBlank(blank) && p.Owner != "":
			return p.Owner
		}
		ok = false
		return blank
	})
	return text, ok && strings.TrimSpace(text) != ""
}

// isCommented tells whether a text is a comment already.
func isCommented(text string) bool {
	text = strings.TrimSpace(text)
	for _, sign := range []string{"//", "/*", "#", "<!--", "--"} {
		if strings.HasPrefix(text, sign) {
			return true
		}
	}
	return false
}

// beforeHeader is how many lines must stay above a header: the interpreter, the
// XML declaration, the encoding.
func beforeHeader(head string) int {
	n := 0
	for line := range strings.Lines(head) {
		line = strings.TrimPrefix(line, "\ufeff")
		if n == 0 && (strings.HasPrefix(line, "#!") || strings.HasPrefix(line, "<?xml") || strings.HasPrefix(strings.ToLower(line), "<!doctype")) || n < 2 && strings.HasPrefix(line, "# -*- ") {
			n++
			continue
		}
		break
	}
	return n
}
