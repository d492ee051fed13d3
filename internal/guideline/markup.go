package guideline

import (
	"path"
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// asMarkdown writes AsciiDoc and reStructuredText as Markdown, as far as pages
// for contributors need it. The number of lines stays.
func asMarkdown(name, src string) string {
	lines := strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n")
	switch strings.ToLower(path.Ext(name)) {
	case ".adoc", ".asciidoc":
		asciidoc(lines)
	case ".rst":
		restructured(lines)
	default:
		return src
	}
	return strings.Join(lines, "\n")
}

type markupPatterns struct{ adocLink, adocXref, adocWeb, rstLink, rstRef, rstDoc *regexp.Regexp }

var markupPattern = lazy.Value(func() *markupPatterns {
	re := regexp.MustCompile
	return &markupPatterns{
		adocLink: re(`\b(?:link|xref):([^\s\[\]]+)\[([^\]]*)\]`),
		adocXref: re(`<<([^,>]+)(?:,\s*([^>]+))?>>`),
		adocWeb:  re(`(https?://[^\s\[\]]+)\[([^\]]+)\]`),
		rstLink:  re("`([^`<]+?)\\s*<([^`>]+)>`_{1,2}"),
		rstDoc:   re(":doc:`(?:([^`<]+?)\\s*<)?([^`>]+)>?`"),
		rstRef:   re(":(?:ref|term|pep|rfc|any|numref|issue|pr|gh):`([^`<]+?)(?:\\s*<[^`>]+>)?`"),
	}
})

// asciidoc rewrites lines of AsciiDoc.
func asciidoc(lines []string) {
	p := markupPattern()
	fence := ""
	for i, line := range lines {
		trimmed := strings.TrimRight(line, " \t")
		if fence != "" {
			switch {
			case trimmed != fence:
				if fence == "////" {
					lines[i] = ""
				} else if fence == "____" {
					lines[i] = "> " + line
				}
			case fence == "////" || fence == "____":
				fence, lines[i] = "", ""
			default:
				fence, lines[i] = "", "```"
			}
			continue
		}
		title := strings.TrimLeft(line, "=")
		level := len(line) - len(title)
		switch {
		case trimmed == "----" || trimmed == "....":
			fence, lines[i] = trimmed, "```"
		case trimmed == "////" || trimmed == "____":
			fence, lines[i] = trimmed, ""
		case level > 0 && level < 7 && strings.HasPrefix(title, " "):
			lines[i] = strings.Repeat("#", level) + title
		case trimmed == "|===", trimmed == "====", trimmed == "****", trimmed == "--", trimmed == "+",
			strings.HasPrefix(line, "//"), strings.HasPrefix(line, ":"), strings.HasPrefix(line, "[") && strings.HasSuffix(trimmed, "]"):
			lines[i] = ""
		default:
			lines[i] = adocLine(p, line)
		}
	}
}

// adocLine rewrites the links of a line, and its mark of a list.
func adocLine(p *markupPatterns, line string) string {
	if rest, ok := strings.CutPrefix(line, ". "); ok {
		line = "1. " + rest
	} else if marks := len(line) - len(strings.TrimLeft(line, "*")); marks > 1 && strings.HasPrefix(line[marks:], " ") {
		line = strings.Repeat("  ", marks-1) + "*" + line[marks:]
	}
	line = p.adocLink.ReplaceAllString(line, "[$2]($1)")
	line = p.adocWeb.ReplaceAllString(line, "[$2]($1)")
	return p.adocXref.ReplaceAllString(line, "$2")
}

// restructured rewrites lines of reStructuredText.
func restructured(lines []string) {
	p := markupPattern()
	var levels []string // the adornments of headings, in the order in which they come
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case i+1 < len(lines) && isAdornment(lines[i+1]) && strings.TrimSpace(line) != "" && len(lines[i+1]) >= len([]rune(strings.TrimSpace(line))) && !isAdornment(line):
			mark := lines[i+1][:1]
			if i > 0 && isAdornment(lines[i-1]) {
				mark, lines[i-1] = mark+"^", ""
			}
			lines[i], lines[i+1] = strings.Repeat("#", levelOf(&levels, mark))+" "+strings.TrimSpace(line), ""
			i++
		case strings.HasPrefix(strings.TrimSpace(line), ".. "):
			i = directive(lines, i)
		case strings.HasSuffix(strings.TrimSpace(line), "::"):
			text := strings.TrimRight(line, " \t")
			lines[i] = rstLine(p, strings.TrimSuffix(text, ":"))
			last := below(lines, i)
			indent(lines, i+1, last)
			i = last
		default:
			lines[i] = rstLine(p, line)
		}
	}
}

func rstLine(p *markupPatterns, line string) string {
	line = p.rstDoc.ReplaceAllString(line, "[$1]($2.rst)")
	line = p.rstRef.ReplaceAllString(line, "$1")
	return p.rstLink.ReplaceAllString(line, "[$1]($2)")
}

// isAdornment tells whether a line underlines a title.
func isAdornment(line string) bool {
	line = strings.TrimRight(line, " \t")
	return len(line) > 2 && strings.Contains(`=-~^"'+*#.:_`+"`", line[:1]) && strings.Trim(line, line[:1]) == ""
}

func levelOf(levels *[]string, mark string) int {
	for i, m := range *levels {
		if m == mark {
			return i + 1
		}
	}
	if len(*levels) < 6 {
		*levels = append(*levels, mark)
	}
	return len(*levels)
}

// directive rewrites what begins with "..": notes are read, code stays code,
// and comments, images and everything else go away. It answers the last line
// that belongs to it.
func directive(lines []string, at int) int {
	name, argument, isDirective := strings.Cut(strings.TrimPrefix(strings.TrimSpace(lines[at]), ".. "), "::")
	last := below(lines, at)
	lines[at] = ""
	if !isDirective {
		blank(lines, at+1, last)
		return last
	}
	switch strings.TrimSpace(name) {
	case "note", "warning", "important", "tip", "hint", "attention", "caution", "danger", "admonition":
		lines[at] = strings.TrimSpace(argument)
		for i := at + 1; i <= last; i++ {
			lines[i] = rstLine(markupPattern(), strings.TrimLeft(lines[i], " \t"))
		}
	case "code", "code-block", "sourcecode", "parsed-literal", "prompt":
		indent(lines, at+1, last)
	default:
		blank(lines, at+1, last)
	}
	return last
}

// below is the last line of the indented block that follows a line.
func below(lines []string, at int) int {
	outer := len(lines[at]) - len(strings.TrimLeft(lines[at], " \t"))
	last := at
	for i := at + 1; i < len(lines); i++ {
		text := strings.TrimLeft(lines[i], " \t")
		if text == "" {
			continue
		}
		if len(lines[i])-len(text) <= outer {
			break
		}
		last = i
	}
	return last
}

// indent makes code of a block; options of the directive go away.
func indent(lines []string, from, to int) {
	for i := from; i <= to; i++ {
		if text := strings.TrimLeft(lines[i], " \t"); strings.HasPrefix(text, ":") && strings.Count(text, ":") > 1 {
			lines[i] = ""
		} else if text != "" {
			lines[i] = "    " + lines[i]
		}
	}
}

func blank(lines []string, from, to int) {
	for i := from; i <= to; i++ {
		lines[i] = ""
	}
}
