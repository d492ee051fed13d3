package rule

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// signOffScript reads the pattern with which a script tests the commits, one by
// one. A script that looks once at all of them, or that lets everything pass,
// asks for nothing of each commit; it stays a gate.
func signOffScript(s *guideline.Step) (int, string, SignOffDialect, bool) {
	p := signOffPatternsOf()
	if !p.script.MatchString(s.Run) {
		return 0, "", SignOffDialect{}, false
	}
	line, text := lineOf(s, "igned-off-by")
	if d, ok := jqDialect(s.Run); ok {
		return line, text, d, true
	}
	if !p.each.MatchString(s.Run) || p.lets.MatchString(text) {
		return 0, "", SignOffDialect{}, false
	}
	d, ok := scriptDialect(text)
	if !ok {
		d, ok = shellDialect(text)
	}
	if strings.Contains(s.Run, "--no-merges") || strings.Contains(s.Run, "--max-parents=1") {
		d.Name = dialectNoMerges
	}
	return line, text, d, ok
}

// shellDialect reads the test of a shell: [[ "$message" =~ PATTERN ]], or a
// text between stars.
func shellDialect(line string) (SignOffDialect, bool) {
	p := signOffPatternsOf()
	m := p.shell.FindStringSubmatch(line)
	if m == nil {
		return SignOffDialect{}, false
	}
	operator, word := m[1], strings.TrimSpace(m[2])
	if operator == "=~" {
		pattern, ok := shellPattern("", word)
		if _, err := regexp.Compile(pattern); !ok || err != nil {
			return SignOffDialect{}, false
		}
		return SignOffDialect{Name: dialectGrep, Pattern: pattern}, true
	}
	text, stars := strings.CutPrefix(word, "*")
	text, more := strings.CutSuffix(text, "*")
	text = strings.Trim(text, `"'`)
	if !stars || !more || strings.ContainsAny(text, "*?[]$") {
		return SignOffDialect{}, false
	}
	return SignOffDialect{Name: dialectGrep, Pattern: regexp.QuoteMeta(text)}, true
}

// lineOf is the first line of a script that holds a word, and its number in
// the file.
func lineOf(s *guideline.Step, word string) (int, string) {
	for i, l := range strings.Split(s.Run, "\n") {
		if strings.Contains(l, word) {
			return s.RunLine + i, strings.TrimSpace(l)
		}
	}
	return s.RunLine, oneLine(s.Run)
}

// jqDialect reads the pattern of a jq filter. It may be put together of texts
// and of definitions that are texts.
func jqDialect(script string) (SignOffDialect, bool) {
	p := signOffPatternsOf()
	if !strings.Contains(script, "jq") {
		return SignOffDialect{}, false
	}
	m := p.jqText.FindStringSubmatch(script)
	if m == nil {
		return SignOffDialect{}, false
	}
	pattern := ""
	for _, part := range p.jqPart.FindAllString(m[0], -1) {
		if part[0] != '"' {
			def := regexp.MustCompile(`def ` + part + `:(?:\s|#[^\n]*\n)*("(?:[^"\\]|\\.)*")\s*;`).FindStringSubmatch(script)
			if def == nil {
				return SignOffDialect{}, false
			}
			part = def[1]
		}
		text, err := strconv.Unquote(part)
		if err != nil {
			return SignOffDialect{}, false
		}
		pattern += text
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return SignOffDialect{}, false
	}
	name := dialectGrep
	if strings.Contains(script, "parents") {
		name = dialectJQ // it leaves merge commits out
	}
	return SignOffDialect{Name: name, Pattern: pattern}, true
}

// scriptDialect reads the pattern with which a script looks for the line. Of a
// script that cannot be read nothing is claimed; it stays a gate.
func scriptDialect(line string) (SignOffDialect, bool) {
	m := signOffPatternsOf().quoted.FindStringSubmatch(line)
	if m == nil || !strings.Contains(line, "grep") {
		return SignOffDialect{}, false
	}
	pattern := m[1] + m[2]
	if !strings.Contains(line, "-E") && !strings.Contains(line, "-P") && !strings.Contains(line, "egrep") && !strings.Contains(line, "-qE") {
		pattern = basicPattern(pattern)
	}
	if grepIgnoresCase(line) {
		pattern = "(?i)" + pattern
	}
	if strings.Contains(pattern, "${") || strings.Contains(pattern, "$(") {
		return SignOffDialect{}, false
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return SignOffDialect{}, false
	}
	return SignOffDialect{Name: dialectGrep, Pattern: pattern}, true
}

func grepIgnoresCase(line string) bool {
	for _, word := range strings.Fields(line) {
		if strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.Contains(word, "i") || word == "--ignore-case" {
			return true
		}
	}
	return false
}

// basicPattern reads a basic regular expression, whose ( ) { } | + ? are
// letters.
func basicPattern(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p) && strings.IndexByte("(){}|+?", p[i+1]) >= 0:
			i++
			b.WriteByte(p[i])
		case strings.IndexByte("(){}|+?", c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
