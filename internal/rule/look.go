package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// look is what a step of a workflow looks at.
type look string

const (
	lookTitle  look = "title"
	lookBody   look = "body"
	lookBranch look = "branch"
	lookBase   look = "base"
	lookCommit look = "commits"
)

type lookPatterns struct {
	context map[look]*regexp.Regexp
	env     *regexp.Regexp
	bash    *regexp.Regexp // [[ "$X" =~ pattern ]]
	grep    *regexp.Regexp // echo "$X" | grep -E 'pattern'
	assign  *regexp.Regexp // NAME='pattern'
	stdin   *regexp.Regexp // reads its standard input
}

var lookPattern = lazy.Value(func() *lookPatterns {
	re := regexp.MustCompile
	return &lookPatterns{
		context: map[look]*regexp.Regexp{
			lookTitle:  re(`github\.event\.pull_request\.title|context\.payload\.pull_request\.title|pull_request\.title`),
			lookBody:   re(`github\.event\.pull_request\.body|context\.payload\.pull_request\.body|pull_request\.body`),
			lookBranch: re(`github\.head_ref|github\.event\.pull_request\.head\.ref|GITHUB_HEAD_REF`),
			lookBase:   re(`github\.base_ref|github\.event\.pull_request\.base\.ref|GITHUB_BASE_REF`),
			lookCommit: re(`git log\b|git rev-list\b|/commits\b|listCommits|\.commits\b`),
		},
		env:    re(`\$\{?([A-Za-z_][A-Za-z0-9_]*|[1-9]\b)`),
		bash:   re(`\[\[\s*(!\s*)?"?(\$\{\{[^}]*\}\}|\$\{?\w+\}?)"?\s*=~\s*(.+?)\s*\]\]`),
		grep:   re(`\|\s*(?:e?grep)((?:\s+-{1,2}[\w-]+)*)\s+(?:-e\s+)?(?:'([^']+)'|"([^"]+)")`),
		stdin:  re(`\bcat\s*(\||\)|-|$)|/dev/stdin|(?m)(^|;|while)\s*(IFS=\S*\s+)?read\b|sys\.stdin|process\.stdin`),
		assign: re(`(?m)^\s*(?:readonly |local |export )?(\w+)=(?:'([^']+)'|"([^"]+)")\s*;?\s*$`),
	}
})

// looksAt tells whether a script looks at a part of the pull request, by name
// or through a variable that holds it.
func looksAt(s *guideline.Step, what look) bool {
	re := lookPattern().context[what]
	if re.MatchString(s.Run) {
		return true
	}
	for _, in := range s.With {
		if re.MatchString(in.Value) {
			return true
		}
	}
	for name, in := range s.Env {
		if re.MatchString(in.Value) && usesVariable(s.Run, name) {
			return true
		}
	}
	return false
}

func usesVariable(script, name string) bool {
	if name == "stdin" { // what a called script is piped
		return lookPattern().stdin.MatchString(script)
	}
	if strings.Contains(script, "process.env."+name) || strings.Contains(script, "env."+name) || strings.Contains(script, `"`+name+`"`) {
		return true
	}
	for _, m := range lookPattern().env.FindAllStringSubmatch(script, -1) {
		if m[1] == name {
			return true
		}
	}
	return false
}

// scriptPattern is a regular expression with which a script tests a part of
// the pull request.
type scriptPattern struct {
	pattern string
	flags   string
	line    int
	words   string
}

// testedPattern reads the one pattern with which a shell script tests what it
// looks at: `[[ "$X" =~ PATTERN ]]` or `echo "$X" | grep -E 'PATTERN'`. A script
// that tests more than once, or in another way, is not read.
func testedPattern(s *guideline.Step, what look) (scriptPattern, bool) {
	var found []scriptPattern
	for i, line := range strings.Split(s.Run, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if p, ok := lineTest(s, what, line); ok {
			p.line, p.words = s.RunLine+i, strings.TrimSpace(line)
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return scriptPattern{}, false
	}
	return found[0], true
}

func lineTest(s *guideline.Step, what look, line string) (scriptPattern, bool) {
	p := lookPattern()
	if m := p.bash.FindStringSubmatch(line); m != nil && holds(s, m[2], what) {
		pattern, ok := shellPattern(s.Run, m[3])
		return scriptPattern{pattern: pattern}, ok
	}
	m := p.grep.FindStringSubmatch(line)
	if m == nil || !holds(s, line[:strings.Index(line, m[0])], what) || strings.Contains(m[1], "v") {
		return scriptPattern{}, false
	}
	out := scriptPattern{pattern: m[2] + m[3]}
	if !strings.ContainsAny(m[1], "EP") && !strings.Contains(m[0], "egrep") {
		out.pattern = basicPattern(out.pattern)
	}
	if strings.Contains(m[1], "i") && !strings.Contains(m[1], "--") {
		out.flags = "i"
	}
	if strings.Contains(out.pattern, "$(") || strings.Contains(out.pattern, "${") {
		return scriptPattern{}, false
	}
	return out, true
}

// holds tells whether an expression of a script holds the part.
func holds(s *guideline.Step, expr string, what look) bool {
	re := lookPattern().context[what]
	if re.MatchString(expr) {
		return true
	}
	return holdsVariable(s, expr, what, 0)
}

// maxAssigned is how many variables one can hand on to the next.
const maxAssigned = 3

func holdsVariable(s *guideline.Step, expr string, what look, depth int) bool {
	p := lookPattern()
	for _, m := range p.env.FindAllStringSubmatch(expr, -1) {
		if in, ok := s.Env[m[1]]; ok && p.context[what].MatchString(in.Value) {
			return true
		}
		assigned := regexp.MustCompile(`(?m)^\s*(?:readonly |local |export |declare (?:-\w+ )?)?` + regexp.QuoteMeta(m[1]) + `=.*$`).FindString(s.Run)
		if assigned == "" {
			continue
		}
		_, value, _ := strings.Cut(assigned, "=")
		stdin := s.Env["stdin"].Value != "" && p.stdin.MatchString(value) && p.context[what].MatchString(s.Env["stdin"].Value)
		if stdin || p.context[what].MatchString(value) || depth < maxAssigned && holdsVariable(s, value, what, depth+1) {
			return true
		}
	}
	return false
}

// shellPattern reads the right side of =~: quoted, bare, or a variable that is
// set to a text in the same script.
func shellPattern(script, word string) (string, bool) {
	word = strings.TrimSpace(word)
	if strings.HasPrefix(word, "$") && !strings.HasPrefix(word, "$(") {
		name := strings.Trim(word, `${}"`)
		for _, m := range lookPattern().assign.FindAllStringSubmatch(script, -1) {
			if m[1] == name {
				return m[2] + m[3], !strings.Contains(m[3], "$(")
			}
		}
		return "", false
	}
	if strings.ContainsAny(word, "$") && strings.Contains(word, "${") {
		return "", false
	}
	if len(word) > 1 && (word[0] == '\'' || word[0] == '"') && word[len(word)-1] == word[0] {
		return regexp.QuoteMeta(word[1 : len(word)-1]), true // quoted, bash takes it literally
	}
	return strings.ReplaceAll(word, `\ `, " "), true
}
