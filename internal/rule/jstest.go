package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type scriptJSPatterns struct {
	regex, construct, define, ifBefore, assign, fails, returns, bots *regexp.Regexp
}

var scriptJSPattern = lazy.Value(func() *scriptJSPatterns {
	re := regexp.MustCompile
	literal := `/((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)`
	construct := `new RegExp\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")\s*(?:,\s*['"]([a-z]*)['"]\s*)?\)`
	return &scriptJSPatterns{
		regex:     re(`^` + literal + `$`),
		construct: re(`^` + construct + `$`),
		define:    re(`(?:const|let|var)\s+(\w+)\s*=\s*(` + literal + `|` + construct + `)`),
		ifBefore:  re(`\bif\s*\(\s*(!?)\s*$`),
		assign:    re(`(?:const|let|var)\s+(\w+)\s*=\s*(!?)\s*$`),
		fails:     re(`\bsetFailed\s*\(|\bthrow\b|process\.exit\(\s*[1-9]`),
		returns:   re(`\breturn\b`),
		bots:      re(`(?i)dependabot|renovate|\bbot\b|actor|author|login|\buser\b`),
	}
})

// scriptSource is the JavaScript that a step of actions/github-script runs, and
// the line it begins on.
func scriptSource(s *guideline.Step) (string, int) {
	in := s.With["script"]
	if !strings.EqualFold(s.Uses, "actions/github-script") || len(in.Value) > maxScript {
		return "", 0
	}
	if strings.Contains(in.Value, "\n") {
		return in.Value, in.Line + 1 // a block begins below its "|"
	}
	return in.Value, in.Line
}

// jsTest reads the one regular expression with which a step of
// actions/github-script judges a part of the pull request.
func jsTest(s *guideline.Step, what look) (scriptTest, bool) {
	src, line := scriptSource(s)
	if src == "" {
		return scriptTest{}, false
	}
	src = blankComments(src)
	tests := jsTests(s, src, what)
	if len(tests) != 1 {
		return scriptTest{}, false
	}
	t := tests[0]
	matches, at, ok := jsVerdict(src, t)
	if !ok || braceDepth(src[:at]) != 0 {
		return scriptTest{}, false
	}
	n := strings.Count(src[:t.from], "\n")
	out := scriptTest{scriptPattern: t.scriptPattern, forbids: !matches, sometimes: returnsBefore(src[:at])}
	out.line, out.words = line+n, strings.TrimSpace(strings.Split(src, "\n")[n])
	return out, true
}

// jsExpression is a test in JavaScript, with where it begins and ends.
type jsExpression struct {
	scriptPattern
	from, to int
}

// jsTests finds `/x/.test(title)` and `title.match(/x/)`.
func jsTests(s *guideline.Step, src string, what look) []jsExpression {
	p := scriptJSPattern()
	named := map[string]scriptPattern{}
	for _, m := range p.define.FindAllStringSubmatch(src, -1) {
		if pattern, ok := jsRegex(m[2]); ok {
			named[m[1]] = pattern
		}
	}
	expr := jsNames(s, src, what)
	literal := strings.Trim(p.regex.String(), "^$")
	construct := strings.Trim(p.construct.String(), "^$")
	regex := `(` + literal + `|` + construct + `|\b[A-Za-z_]\w*)`
	forms := []*regexp.Regexp{
		regexp.MustCompile(regex + `\.test\(\s*(?:` + expr + `)\s*\)`),
		regexp.MustCompile(`(?:` + expr + `)\.match\(\s*` + regex + `\s*\)`),
	}
	var out []jsExpression
	for _, form := range forms {
		for _, m := range form.FindAllStringSubmatchIndex(src, 100) {
			text := src[m[2]:m[3]]
			pattern, ok := jsRegex(text)
			if !ok {
				pattern = named[text] // an unknown one has no pattern, and is not judged
			}
			out = append(out, jsExpression{pattern, m[0], m[1]})
		}
	}
	if len(out) == 1 && out[0].pattern == "" {
		return nil
	}
	return out
}

// jsNames matches the expressions that hold the part: the context's own, an
// input that the runner fills in, and names that stand for them.
func jsNames(s *guideline.Step, src string, what look) string {
	field := map[look]string{lookTitle: "title", lookBody: "body"}[what]
	if field == "" {
		return `\x00`
	}
	var pulls = `(?:github\.)?context\.payload\.pull_request!?\??`
	holder := regexp.MustCompile(`(?:const|let|var)\s+(?:(\w+)|\{\s*data:\s*(\w+)\s*\})\s*=\s*(?:` + pulls + `\s*[;\n]|\(?await github\.(?:rest\.)?pulls\.get\()`)
	for _, m := range holder.FindAllStringSubmatch(src, 10) {
		pulls += `|\b` + m[1] + m[2] + `\??`
	}
	expr := `(?:` + pulls + `)\.` + field + `\b(?:\s*(?:\|\||\?\?)\s*(?:''|""))?`
	expr += `|['"` + "`" + `]\$\{\{\s*github\.event\.pull_request\.` + field + `\s*\}\}['"` + "`" + `]`
	for name, in := range s.Env {
		if regexp.MustCompile(`^\$\{\{\s*github\.event\.pull_request\.` + field + `\s*\}\}$`).MatchString(strings.TrimSpace(in.Value)) {
			expr += `|process\.env\.` + regexp.QuoteMeta(name) + `\b`
		}
	}
	alias := regexp.MustCompile(`(?:const|let|var)\s+(?:(\w+)\s*=\s*\(?(?:` + expr + `)\)?(?:\.trim\(\))?\s*[;\n]|\{[^}\n]*\b(` + field + `)\b[^}\n]*\}\s*=\s*(?:` + pulls + `)\s*[;\n])`)
	for _, m := range alias.FindAllStringSubmatch(src, 10) {
		expr += `|\b` + m[1] + m[2]
	}
	return expr
}

// jsRegex reads a literal, or a construction of one from texts.
func jsRegex(text string) (scriptPattern, bool) {
	p := scriptJSPattern()
	if m := p.regex.FindStringSubmatch(text); m != nil {
		return scriptPattern{pattern: strings.ReplaceAll(m[1], `\/`, "/"), flags: m[2]}, true
	}
	if m := p.construct.FindStringSubmatch(text); m != nil {
		return scriptPattern{pattern: strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`).Replace(m[1] + m[2]), flags: m[3]}, true
	}
	return scriptPattern{}, false
}

// jsVerdict tells whether a script wants the pattern to match, and where it
// decides. The test stands in an "if", or its result does.
func jsVerdict(src string, t jsExpression) (matches bool, at int, ok bool) {
	p := scriptJSPattern()
	before, after := src[:t.from], src[t.to:]
	if m := p.ifBefore.FindStringSubmatch(before); m != nil {
		matches, ok = jsBranches(after, m[1] == "!")
		return matches, strings.LastIndex(before, "if"), ok
	}
	m := p.assign.FindStringSubmatch(before)
	if m == nil || strings.TrimLeft(after, " \t;") == "" || strings.IndexByte(";\n", strings.TrimLeft(after, " \t")[0]) < 0 {
		return false, 0, false
	}
	uses := regexp.MustCompile(`\bif\s*\(\s*(!?)\s*`+m[1]+`\b`).FindAllStringSubmatchIndex(after, 2)
	if len(uses) != 1 {
		return false, 0, false
	}
	use := uses[0]
	negated := (use[2] < use[3]) != (m[2] == "!")
	matches, ok = jsBranches(after[use[1]:], negated)
	return matches, t.to + use[0], ok
}

// jsBranches reads what follows the condition of an "if".
func jsBranches(after string, negated bool) (matches, ok bool) {
	after, closed := strings.CutPrefix(strings.TrimLeft(after, " \t\n"), ")")
	if !closed {
		return false, false
	}
	then, rest := jsBlock(after)
	otherwise := ""
	if following, has := strings.CutPrefix(strings.TrimLeft(rest, " \t\n"), "else"); has {
		if strings.HasPrefix(strings.TrimSpace(following), "if") {
			return false, false
		}
		otherwise, rest = jsBlock(following)
	}
	of := func(code string) outcome {
		p := scriptJSPattern()
		return outcome{fails: p.fails.MatchString(code), passes: p.returns.MatchString(code)}
	}
	end := of(rest)
	return decide(of(then), of(otherwise), end)(negated)
}

// jsBlock takes a block or a statement off the front of code.
func jsBlock(code string) (block, rest string) {
	code = strings.TrimLeft(code, " \t\n")
	if !strings.HasPrefix(code, "{") {
		block, rest, _ = strings.Cut(code, "\n")
		return block, rest
	}
	depth := 0
	for i := range len(code) {
		switch code[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return code[:i+1], code[i+1:]
			}
		}
	}
	return code, ""
}

func braceDepth(code string) int { return strings.Count(code, "{") - strings.Count(code, "}") }

// returnsBefore tells whether a script can end well before it comes to a test,
// for another reason than that a bot wrote the change.
func returnsBefore(code string) bool {
	p := scriptJSPattern()
	lines := strings.Split(code, "\n")
	for i, l := range lines {
		if p.returns.MatchString(l) && !p.bots.MatchString(strings.Join(lines[max(0, i-3):i+1], "\n")) {
			return true
		}
	}
	return false
}

// blankComments writes blanks over whole lines of comment, so that lines keep
// their numbers.
func blankComments(src string) string {
	lines := strings.Split(src, "\n")
	for i, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), "//") {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
