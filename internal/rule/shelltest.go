package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// scriptTest is the one test of a part of the pull request on which it depends
// whether a step fails.
type scriptTest struct {
	scriptPattern
	forbids   bool // the step fails when the pattern matches
	sometimes bool // the script can end well before it comes to the test
}

// maxScript bounds the scripts that are taken apart, in bytes.
const maxScript = 64 << 10

type shellPatterns struct{ bash, pipe, here, opens, closes, function, bots, exit, word *regexp.Regexp }

var shellPatternsOf = lazy.Value(func() *shellPatterns {
	re := regexp.MustCompile
	expr := `("?'?(?:\$\{\{[^}]*\}\}|\$\{?\w+\}?)"?'?)`
	grep := `(e?grep)((?:\s+-{1,2}[a-zA-Z-]+)*)\s+('[^']*'|"(?:[^"\\]|\\.)*"|[^\s'"|;&<>]+)`
	quiet := `((?:\s*&?[12]?>\s*(?:/dev/null|&[12]))*)`
	return &shellPatterns{
		bash:     re(`\[\[\s*(!\s*)?` + expr + `\s*=~\s*(.+?)\s*\]\]`),
		pipe:     re(`(?:echo|printf)(?:\s+-[a-zA-Z]+)?(?:\s+['"]%s(?:\\n)?['"])?\s+` + expr + `\s*\|\s*` + grep + quiet),
		here:     re(grep + quiet + `\s*<<<\s*` + expr + quiet),
		opens:    re(`^(?:if|for|while|until|case|select)\b`),
		closes:   re(`^(?:fi|done|esac)\b`),
		function: re(`^(?:function\s+)?[\w-]+\s*\(\)\s*\{?$`),
		bots:     re(`(?i)dependabot|renovate|\bbot\b|\[bot\]|actor|author|login|user`),
		exit:     re(`^exit\s+(?:[1-9]\d*|"?\$\w+"?)\s*$`),
		word:     re(`\$\{?([A-Za-z_]\w*|[1-9])\}?`),
	}
})

// shellTest reads the test with which a shell script judges a part of the pull
// request. It claims nothing of a script that tests more than once, under a
// condition, or in another way.
func shellTest(s *guideline.Step, what look) (scriptTest, bool) {
	if s.Run == "" || len(s.Run) > maxScript || strings.Contains(s.Run, "set +e") {
		return scriptTest{}, false
	}
	cmds := shellCommands(s.Run)
	at, found := -1, 0
	var t shellCondition
	depth, atDepth := 0, 0
	p := shellPatternsOf()
	for i, c := range cmds {
		if cond, ok := shellConditionOf(s, what, c.text); ok {
			found++
			t, at, atDepth = cond, i, depth
		}
		switch {
		case p.opens.MatchString(c.text) || p.function.MatchString(c.text) || c.text == "{":
			depth++
		case p.closes.MatchString(c.text) || c.text == "}":
			depth--
		}
	}
	if found != 1 || atDepth != 0 {
		return scriptTest{}, false
	}
	matches, ok := t.verdict(cmds, at)
	if !ok {
		return scriptTest{}, false
	}
	out := scriptTest{scriptPattern: t.scriptPattern, forbids: !matches, sometimes: endsBefore(cmds[:at])}
	out.line, out.words = s.RunLine+cmds[at].line, strings.TrimSpace(strings.Split(s.Run, "\n")[cmds[at].line])
	return out, true
}

// shellCommand is one command of a script, and the line it begins on, from 0.
type shellCommand struct {
	text string
	line int
}

// shellCommands splits a script at line ends and semicolons that stand in no
// quotation. "then", "else" and "do" are commands of their own.
func shellCommands(script string) []shellCommand {
	var out []shellCommand
	var b strings.Builder
	line, start := 0, 0
	flush := func() {
		text := strings.TrimSpace(b.String())
		b.Reset()
		for _, word := range []string{"then", "else", "do"} {
			if rest, ok := strings.CutPrefix(text, word+" "); ok {
				out = append(out, shellCommand{word, start})
				text = strings.TrimSpace(rest)
			}
		}
		if text != "" && text[0] != '#' {
			out = append(out, shellCommand{text, start})
		}
		start = line
	}
	var quote byte
	inTest := false // a ";" between [[ and ]] cannot be, but "#" can
	for i := 0; i < len(script); i++ {
		c := script[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(script):
			if script[i+1] == '\n' {
				b.WriteByte(' ')
				line++
			} else {
				b.WriteString(script[i : i+2])
			}
			i++
			continue
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case !inTest && (c == '\'' || c == '"'):
			quote = c
		case strings.HasPrefix(script[i:], "[["):
			inTest = true
		case strings.HasPrefix(script[i:], "]]"):
			inTest = false
		case c == '#' && !inTest && (i == 0 || strings.IndexByte(" \t\n;", script[i-1]) >= 0):
			end := strings.IndexByte(script[i:], '\n')
			if end < 0 {
				end = len(script) - i
			}
			i += end - 1
			continue
		}
		if c == '\n' {
			line++
			inTest = false
		}
		if quote == 0 && (c == '\n' || c == ';' && !inTest) {
			flush()
			continue
		}
		b.WriteByte(c)
	}
	flush()
	return out
}

// endsBefore tells whether a script can end well before these commands are
// through, for another reason than that a bot wrote the change.
func endsBefore(cmds []shellCommand) bool {
	for i, c := range cmds {
		if c.text != "exit 0" && c.text != "exit" {
			continue
		}
		forBots := false
		for _, before := range cmds[max(0, i-4):i] {
			forBots = forBots || shellPatternsOf().bots.MatchString(before.text)
		}
		if !forBots {
			return true
		}
	}
	return false
}

// shellCondition is a test as it stands in a command.
type shellCondition struct {
	scriptPattern
	negated bool
	bang    bool // a "!" before the command, which bash -e then lets pass
	isIf    bool
	after   string // what follows the test in its command
}

// verdict tells whether the step wants the pattern to match.
func (t shellCondition) verdict(cmds []shellCommand, at int) (matches, ok bool) {
	rest := cmds[at+1:]
	if t.isIf {
		if t.after != "" {
			return false, false
		}
		return decide(branches(rest))(t.negated)
	}
	switch {
	case t.after == "":
		return !t.negated, !t.bang // bash -e ends the step
	case strings.HasPrefix(t.after, "||"):
		body := guarded(strings.TrimPrefix(t.after, "||"), rest)
		return !t.negated, fails(body)
	case strings.HasPrefix(t.after, "&&"):
		body := guarded(strings.TrimPrefix(t.after, "&&"), rest)
		if fails(body) {
			return t.negated, true
		}
		return !t.negated, passes(body) && fails(rest)
	}
	return false, false
}

// decide says what a script wants of a condition by what it does when it holds,
// when it does not, and afterwards.
func decide(holds, fallsShort, afterwards outcome) func(negated bool) (matches, ok bool) {
	return func(negated bool) (bool, bool) {
		switch {
		case holds.fails && !fallsShort.fails:
			return negated, true
		case !holds.fails && fallsShort.fails, holds.passes && !fallsShort.fails && afterwards.fails:
			return !negated, true
		}
		return false, false
	}
}

// outcome is how a part of a script can end the step.
type outcome struct{ fails, passes bool }

// branches finds what is done when a condition holds, when it does not, and
// after it.
func branches(cmds []shellCommand) (holds, fallsShort, afterwards outcome) {
	p := shellPatternsOf()
	depth := 0
	part := 0 // 0 then, 1 else, 2 afterwards
	var parts [3][]shellCommand
	for _, c := range cmds {
		switch {
		case part < 2 && depth == 0 && c.text == "then":
			continue
		case part < 2 && depth == 0 && c.text == "else":
			part = 1
			continue
		case part < 2 && depth == 0 && strings.HasPrefix(c.text, "elif"):
			return outcome{}, outcome{}, outcome{}
		case part < 2 && depth == 0 && p.closes.MatchString(c.text):
			part = 2
			continue
		case p.opens.MatchString(c.text):
			depth++
		case p.closes.MatchString(c.text):
			depth--
		}
		if depth == 0 {
			parts[part] = append(parts[part], c)
		}
	}
	of := func(cmds []shellCommand) outcome { return outcome{fails(cmds), passes(cmds)} }
	return of(parts[0]), of(parts[1]), of(parts[2])
}

// guarded is the command behind || or &&, or those between braces.
func guarded(first string, rest []shellCommand) []shellCommand {
	first = strings.TrimSpace(first)
	inner, braced := strings.CutPrefix(first, "{")
	if !braced {
		if first, ok := strings.CutPrefix(first, "("); ok {
			return shellCommands(strings.ReplaceAll(strings.TrimSuffix(first, ")"), "&&", "\n"))
		}
		return []shellCommand{{text: first}}
	}
	out := []shellCommand{{text: strings.TrimSpace(inner)}}
	for _, c := range rest {
		if strings.HasPrefix(c.text, "}") {
			break
		}
		out = append(out, c)
	}
	return out
}

func fails(cmds []shellCommand) bool {
	for _, c := range cmds {
		if shellPatternsOf().exit.MatchString(c.text) || c.text == "false" {
			return true
		}
	}
	return false
}

func passes(cmds []shellCommand) bool {
	for _, c := range cmds {
		if c.text == "exit 0" || c.text == "exit" {
			return true
		}
	}
	return false
}
