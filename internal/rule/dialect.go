package rule

import (
	"regexp"
	"strings"

	"github.com/dlclark/regexp2"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Dialect is a language of regular expressions. Whoever evaluates a pattern
// decides which it is.
type Dialect string

// The dialects.
const (
	RE2        Dialect = "re2"        // rulesets of GitHub and push rules of GitLab, conform, committed
	JavaScript Dialect = "javascript" // inputs of actions, commitlint
	Python     Dialect = "python"     // gitlint, commitizen, commit-check
)

// Use is how a pattern is put to a text.
type Use string

// The uses; Python has a function for each.
const (
	Search    Use = ""      // it matches anywhere
	AtStart   Use = "start" // it matches at the beginning
	WholeText Use = "whole" // it matches all of it
)

// Pattern is a regular expression that somebody else evaluates.
type Pattern struct {
	Text    string  `json:"text"`
	Flags   string  `json:"flags,omitempty"` // i, m, s and x as the dialect knows them
	Dialect Dialect `json:"dialect"`
	Use     Use     `json:"use,omitempty"`
}

// compile makes a test of the pattern. The error says in words why it cannot be
// evaluated here.
func (p Pattern) compile() (match, error) {
	if len(p.Text) > maxPattern {
		return nil, fault.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	switch p.Dialect {
	case RE2:
		return p.re2()
	case JavaScript:
		re, err := jsPattern(p.placed(p.Text, "^", "$"), p.Flags)
		return testWith(re, err)
	case Python:
		return testWith(pythonPattern(p))
	}
	return nil, fault.Errorf("the dialect %q of the pattern is not known", p.Dialect)
}

// placed anchors a pattern as its use wants it.
func (p Pattern) placed(pattern, start, end string) string {
	switch p.Use {
	case AtStart:
		return start + "(?:" + pattern + ")"
	case WholeText:
		return start + "(?:" + pattern + ")" + end
	}
	return pattern
}

func (p Pattern) re2() (match, error) {
	text := p.placed(p.Text, `\A`, `\z`)
	if p.Flags != "" {
		text = "(?" + p.Flags + ")" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fault.Errorf("the pattern cannot be read: %w", err)
	}
	return func(s string) (bool, error) { return re.MatchString(s), nil }, nil
}

func testWith(re *regexp2.Regexp, err error) (match, error) {
	if err != nil {
		return nil, err
	}
	return func(text string) (bool, error) {
		ok, err := re.MatchString(text)
		if err != nil {
			return false, errPatternSlow
		}
		return ok, nil
	}, nil
}

// pythonPattern compiles a regular expression of Python's re for the engine at
// hand, which has the same semantics in another spelling.
func pythonPattern(p Pattern) (*regexp2.Regexp, error) {
	options, verbose := regexp2.None, strings.Contains(p.Text, "(?x")
	for _, f := range p.Flags {
		switch f {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'm':
			options |= regexp2.Multiline
		case 's':
			options |= regexp2.Singleline
		case 'x':
			options, verbose = options|regexp2.IgnorePatternWhitespace, true
		default:
			return nil, fault.Errorf("the flag %q of the pattern is not known", f)
		}
	}
	text, err := fromPython(p.Text)
	if err != nil {
		return nil, err
	}
	if verbose { // a comment at its end would swallow the bracket
		text += "\n"
	}
	re, err := regexp2.Compile(p.placed(text, `\A`, `\z`), options)
	if err != nil {
		return nil, fault.Errorf("the pattern cannot be read: %w", err)
	}
	re.MatchTimeout = patternTimeout
	return re, nil
}

// fromPython spells a pattern of Python for the engine: named groups, the end
// of the text, {,n}, and "[" in a class, which is no more than itself.
func fromPython(s string) (string, error) {
	var b strings.Builder
	class, named, numbered := -1, false, false // class is where the class begins in s
	for i := 0; i < len(s); i++ {
		rest := s[i:]
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			numbered = numbered || class < 0 && s[i] >= '1' && s[i] <= '9'
			if class < 0 && s[i] == 'Z' {
				b.WriteString(`\z`)
				continue
			}
			b.WriteString(rest[:2])
		case class >= 0:
			first := i == class+1 || i == class+2 && s[i-1] == '^'
			if c == ']' && !first {
				class = -1
			}
			if c == '[' {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		case c == '[':
			class = i
			b.WriteByte(c)
		case strings.HasPrefix(rest, "(?P<"):
			named = true
			b.WriteString("(?<")
			i += len("(?P<") - 1
		case strings.HasPrefix(rest, "(?P="):
			name, _, ok := strings.Cut(rest[len("(?P="):], ")")
			if !ok {
				return "", fault.Errorf("the pattern cannot be read: a group is not closed")
			}
			b.WriteString(`\k<` + name + ">")
			i += len("(?P=") + len(name)
		case strings.HasPrefix(rest, "(?a)") || strings.HasPrefix(rest, "(?L)"):
			return "", fault.Errorf("the flag %s of the pattern is not known", rest[:4])
		case strings.HasPrefix(rest, "(?u)"):
			i += len("(?u)") - 1 // the default
		case strings.HasPrefix(rest, "{,") && isRepeat(rest):
			b.WriteString("{0,")
			i++
		default:
			b.WriteByte(c)
		}
	}
	if named && numbered { // the engine counts named groups last
		return "", fault.Errorf("the pattern refers by number to one of its named groups")
	}
	return b.String(), nil
}

// isRepeat tells "{,3}" from a brace that means itself.
func isRepeat(s string) bool {
	digits, _, ok := strings.Cut(s[len("{,"):], "}")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
