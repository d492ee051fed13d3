package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// shellConditionOf reads a command that is a test of the part, alone or in an
// "if".
func shellConditionOf(s *guideline.Step, what look, command string) (shellCondition, bool) {
	p := shellPatternsOf()
	t := shellCondition{}
	var before string
	ok := false
	if m := p.bash.FindStringSubmatchIndex(command); m != nil {
		part := func(n int) string { return submatch(command, m, n) }
		if !holdsExactly(s, part(2), what) {
			return t, false
		}
		t.negated = strings.TrimSpace(part(1)) != ""
		t.pattern, ok = bashPattern(s, part(3))
		before, t.after = command[:m[0]], command[m[1]:]
	} else if m := p.pipe.FindStringSubmatchIndex(command); m != nil {
		part := func(n int) string { return submatch(command, m, n) }
		if !holdsExactly(s, part(1), what) {
			return t, false
		}
		t, ok = grepCondition(s, part(2), part(3), part(4))
		before, t.after = command[:m[0]], command[m[1]:]
	} else if m := p.here.FindStringSubmatchIndex(command); m != nil {
		part := func(n int) string { return submatch(command, m, n) }
		if !holdsExactly(s, part(5), what) {
			return t, false
		}
		t, ok = grepCondition(s, part(1), part(2), part(3))
		before, t.after = command[:m[0]], command[m[1]:]
	}
	if !ok {
		return t, false
	}
	if strings.Contains(s.Run, "nocasematch") {
		t.flags = "i"
	}
	t.after = strings.TrimSpace(t.after)
	before = strings.TrimSpace(before)
	before, t.isIf = strings.CutPrefix(before, "if")
	before = strings.TrimSpace(before)
	if rest, not := strings.CutPrefix(before, "!"); not {
		before, t.negated, t.bang = strings.TrimSpace(rest), !t.negated, true
	}
	if t.isIf && t.after == "then" {
		t.after = ""
	}
	// Something else stands before the test: it is part of more.
	return t, before == ""
}

//go:noinline
func submatch(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// holdsExactly tells whether an expression is the part and nothing else, by
// itself or through variables.
func holdsExactly(s *guideline.Step, expr string, what look) bool {
	context := lookPattern().context[what].String()
	direct := regexp.MustCompile(`^\$\{\{\s*(?:` + context + `)\s*\}\}$`)
	event := regexp.MustCompile(`^\$\(jq (?:-r|--raw-output) ['"]?\.(?:` + context + `)['"]? (?:<\s*)?["']?\$\{?GITHUB_EVENT_PATH\}?["']?\)$`)
	for range 4 {
		expr = strings.Trim(strings.TrimSpace(expr), `"'`)
		if direct.MatchString(expr) || event.MatchString(expr) {
			return true
		}
		m := shellPatternsOf().word.FindStringSubmatch(expr)
		if m == nil || m[0] != expr {
			if in := s.Env["stdin"].Value; in != "" && (expr == "$(cat)" || expr == "$(cat -)" || expr == "$(</dev/stdin)") {
				expr = in // what a called script is piped
				continue
			}
			return false
		}
		value, ok := shellValue(s, m[1])
		if !ok {
			return lookPattern().context[what].MatchString(m[1]) // one of the runner's own
		}
		expr = value
	}
	return false
}

// shellValue is what a variable is set to: in the script, where it may be set
// only once, or in the environment of the step.
func shellValue(s *guideline.Step, name string) (string, bool) {
	var found []string
	for _, c := range shellCommands(s.Run) {
		text := c.text
		for _, word := range []string{"export ", "local ", "readonly ", "declare -r "} {
			text = strings.TrimPrefix(text, word)
		}
		if value, ok := strings.CutPrefix(text, name+"="); ok {
			found = append(found, value)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	in, ok := s.Env[name]
	return in.Value, ok && len(found) == 0
}

// bashPattern reads the right side of =~ as an expression in JavaScript.
func bashPattern(s *guideline.Step, word string) (string, bool) {
	word = strings.TrimSpace(word)
	if m := shellPatternsOf().word.FindStringSubmatch(word); m != nil && m[0] == word {
		value, ok := shellValue(s, m[1])
		if _, inEnv := s.Env[m[1]]; ok && !inEnv {
			value, ok = unquoteShell(value)
		}
		if !ok || strings.Contains(value, "${{") {
			return "", false
		}
		return extendedPattern(value)
	}
	if len(word) > 1 && (word[0] == '\'' || word[0] == '"') && word[len(word)-1] == word[0] {
		return regexp.QuoteMeta(word[1 : len(word)-1]), true // quoted, bash takes it literally
	}
	if strings.ContainsAny(word, `'"`) || expands(word) {
		return "", false
	}
	return extendedPattern(strings.ReplaceAll(word, `\ `, " "))
}

// expands tells whether the shell would put something into a word.
func expands(word string) bool {
	return strings.Contains(word, "$(") || strings.Contains(word, "${") || strings.Contains(word, "`") || shellPatternsOf().word.MatchString(word)
}

// unquoteShell is the text of a word that is quoted as a whole, or not at all.
func unquoteShell(word string) (string, bool) {
	word = strings.TrimSpace(word)
	switch {
	case len(word) > 1 && word[0] == '\'' && strings.IndexByte(word[1:], '\'') == len(word)-2:
		return word[1 : len(word)-1], true
	case len(word) > 1 && word[0] == '"' && word[len(word)-1] == '"':
		inner := word[1 : len(word)-1]
		if expands(strings.ReplaceAll(inner, `\$`, "")) {
			return "", false
		}
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, "$", "\\`", "`").Replace(inner), true
	}
	return word, !strings.ContainsAny(word, `'" `) && !expands(word)
}

// grepCondition reads the options and the pattern of grep.
func grepCondition(s *guideline.Step, command, options, word string) (shellCondition, bool) {
	t := shellCondition{}
	pattern, ok := unquoteShell(word)
	if m := shellPatternsOf().word.FindStringSubmatch(strings.Trim(word, `"`)); m != nil && m[0] == strings.Trim(word, `"`) {
		value, known := shellValue(s, m[1])
		if _, inEnv := s.Env[m[1]]; known && !inEnv {
			value, known = unquoteShell(value)
		}
		pattern, ok = value, known && !strings.Contains(value, "${{")
	}
	if !ok {
		return t, false
	}
	kind, whole := 'G', false
	if command == "egrep" {
		kind = 'E'
	}
	for _, option := range strings.Fields(options) {
		switch option {
		case "--quiet", "--silent":
			continue
		case "--extended-regexp":
			option = "-E"
		case "--perl-regexp":
			option = "-P"
		case "--ignore-case":
			option = "-i"
		}
		if strings.HasPrefix(option, "--") {
			return t, false
		}
		for _, letter := range option[1:] {
			switch letter {
			case 'E', 'P', 'F':
				kind = letter
			case 'i':
				t.flags = "i"
			case 'v':
				t.negated = true
			case 'x':
				whole = true
			case 'q', 's', 'o', 'e':
			default:
				return t, false
			}
		}
	}
	switch kind {
	case 'F':
		t.pattern, ok = regexp.QuoteMeta(pattern), true
	case 'P':
		t.pattern, ok = pattern, true
	case 'E':
		t.pattern, ok = extendedPattern(pattern)
	default:
		t.pattern, ok = extendedPattern(basicPattern(pattern))
	}
	if whole {
		t.pattern = "^(?:" + t.pattern + ")$"
	}
	return t, ok && pattern != ""
}

// extendedPattern writes an extended regular expression of POSIX, as glibc reads
// it, in JavaScript. What has no certain meaning there is not read.
func extendedPattern(p string) (string, bool) {
	if len(p) > maxPattern || strings.Contains(p, "(?") {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			i++
			if strings.IndexByte("wWsSbB", p[i]) < 0 && isLetterOrDigit(p[i]) {
				return "", false
			}
			b.WriteString(p[i-1 : i+1])
		case c == '[':
			class, n, ok := bracket(p[i:])
			if !ok {
				return "", false
			}
			b.WriteString(class)
			i += n - 1
		case strings.IndexByte("*+?}", c) >= 0 && i+1 < len(p) && p[i+1] == '?':
			return "", false // two quantifiers in a row
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// bracket reads a bracket expression, in which a backslash is itself.
func bracket(p string) (class string, length int, ok bool) {
	var b strings.Builder
	b.WriteByte('[')
	i := 1
	if strings.HasPrefix(p[i:], "^") {
		b.WriteByte('^')
		i++
	}
	for first := true; i < len(p); first = false {
		rest := p[i:]
		switch {
		case rest[0] == ']' && !first:
			b.WriteByte(']')
			return b.String(), i + 1, true
		case strings.HasPrefix(rest, "[:"):
			name, _, closed := strings.Cut(rest[2:], ":]")
			ranges, known := map[string]string{
				"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
				"space": `\s`, "blank": ` \t`, "punct": `!-\/:-@\[-` + "`" + `{-~`, "xdigit": "0-9a-fA-F",
			}[name]
			if !closed || !known {
				return "", 0, false
			}
			b.WriteString(ranges)
			i += len(name) + 4
		case strings.HasPrefix(rest, "[.") || strings.HasPrefix(rest, "[="):
			return "", 0, false
		case strings.IndexByte(`\[]`, rest[0]) >= 0:
			b.WriteString(`\` + rest[:1])
			i++
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return "", 0, false
}
