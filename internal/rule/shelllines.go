package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

type shellLinePatterns struct{ loop, test, array, join *regexp.Regexp }

var shellLinePattern = lazy.Value(func() *shellLinePatterns {
	re := regexp.MustCompile
	return &shellLinePatterns{
		loop:  re(`\bwhile\b[^\n]*\bread\b(?:\s+-\w+)*\s+(\w+)`),
		test:  re(`(?:!\s*\[\[\s*|\[\[\s*!\s*)"?\$\{?(\w+)\}?"?\s*=~\s*(.+?)\s*\]\]`),
		array: re(`(?s)(?:^|\n)\s*(\w+)=\(([^()]*)\)`),
		join:  re(`(?:^|\n)\s*(\w+)=\$\(\s*IFS=['"]([^'"])['"]\s*;\s*(?:printf\s+['"]%s['"]|echo)\s+"\$\{(\w+)\[\*\]\}"\s*\)`),
	}
})

// linePattern reads the pattern that a script wants each line to match which it
// reads in a loop. unread tells that there is such a test, and that its pattern
// is put together in a way that is not known.
func linePattern(script string) (pattern string, unread bool) {
	p := shellLinePattern()
	loop := p.loop.FindStringSubmatch(script)
	if loop == nil {
		return "", strings.Contains(script, "while read") || strings.Contains(script, "for line in")
	}
	tests := p.test.FindAllStringSubmatch(script, 10)
	if len(tests) != 1 || tests[0][1] != loop[1] {
		return "", true
	}
	word := tests[0][2]
	text, ok := word, !expands(word)
	if m := shellPatternsOf().word.FindStringSubmatch(word); m != nil && m[0] == word {
		text, ok = shellText(script, m[1], 0)
	}
	if ok {
		text, ok = extendedPattern(text)
	}
	return text, !ok
}

// shellText is what a variable of a script is set to, with those that are put
// into it.
func shellText(script, name string, depth int) (string, bool) {
	if depth > 3 {
		return "", false
	}
	p := shellLinePattern()
	for _, m := range p.join.FindAllStringSubmatch(script, 20) {
		if m[1] == name {
			items, ok := shellArray(script, m[3])
			return strings.Join(items, m[2]), ok
		}
	}
	found := regexp.MustCompile(`(?m)^\s*(?:readonly |local )?`+regexp.QuoteMeta(name)+`=(.*)$`).FindAllStringSubmatch(script, 2)
	if len(found) != 1 {
		return "", false
	}
	word := strings.TrimSpace(found[0][1])
	if text, ok := unquoteShell(word); ok {
		return text, true
	}
	if len(word) < 2 || word[0] != '"' || word[len(word)-1] != '"' || strings.Contains(word, "$(") {
		return "", false
	}
	ok := true
	text := shellPatternsOf().word.ReplaceAllStringFunc(word[1:len(word)-1], func(ref string) string {
		value, known := shellText(script, strings.Trim(ref, "${}"), depth+1)
		ok = ok && known
		return value
	})
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, "$").Replace(text), ok && len(text) < maxPattern
}

// shellArray is a list of words.
func shellArray(script, name string) ([]string, bool) {
	for _, m := range shellLinePattern().array.FindAllStringSubmatch(script, 20) {
		if m[1] != name {
			continue
		}
		var out []string
		for _, line := range strings.Split(m[2], "\n") {
			for line = strings.TrimSpace(line); line != "" && line[0] != '#'; line = strings.TrimSpace(line) {
				n := wordEnd(line)
				text, ok := unquoteShell(line[:n])
				if !ok {
					return nil, false
				}
				out = append(out, text)
				line = line[n:]
			}
		}
		return out, len(out) > 0
	}
	return nil, false
}

// wordEnd is where the first word of a line ends.
func wordEnd(line string) int {
	if line[0] == '"' || line[0] == '\'' {
		if end := strings.IndexByte(line[1:], line[0]); end >= 0 {
			return end + 2
		}
	}
	if end := strings.IndexAny(line, " \t"); end >= 0 {
		return end
	}
	return len(line)
}
