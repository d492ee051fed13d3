package rule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Bounds on other people's regular expressions.
const (
	maxPattern     = 4000
	patternTimeout = 200 * time.Millisecond
)

var errPatternSlow = errors.New("the pattern takes too long")

// match tests a text. An error means that the answer is not known.
type match func(text string) (bool, error)

// jsPattern compiles a JavaScript regular expression. found answers the matched
// part and its groups.
func jsPattern(pattern, flags string) (*regexp2.Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, fault.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	options := regexp2.RegexOptions(regexp2.ECMAScript)
	for _, f := range flags {
		switch f {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'm':
			options |= regexp2.Multiline
		case 'u':
			options |= regexp2.Unicode
		case 'g', 'y', 'd':
		case 's': // the dialect cannot be mixed with it
			options = options&^regexp2.ECMAScript | regexp2.Singleline
		default:
			return nil, fault.Errorf("the flag %q of the pattern is not known", f)
		}
	}
	re, err := regexp2.Compile(pattern, options)
	if err != nil {
		return nil, fault.Errorf("the pattern cannot be read: %w", err)
	}
	re.MatchTimeout = patternTimeout
	return re, nil
}

// jsMatch is jsPattern for who only wants to know whether it matches.
func jsMatch(pattern, flags string) (match, error) {
	re, err := jsPattern(pattern, flags)
	if err != nil {
		return nil, err
	}
	return testWith(re, nil)
}

// Operator is how a ruleset's pattern is compared.
type Operator string

// The operators of rulesets.
const (
	StartsWith Operator = "starts_with"
	EndsWith   Operator = "ends_with"
	Contains   Operator = "contains"
	Regex      Operator = "regex"
)

// PatternParams is the pattern of a ruleset's rule.
type PatternParams struct {
	Name     string   `json:"name,omitempty"`
	Negate   bool     `json:"negate,omitempty"`
	Operator Operator `json:"operator"`
	Pattern  string   `json:"pattern"`
}

// compile makes a test of the pattern. Regular expressions are RE2 and their
// anchors match at every line, as GitHub evaluates them.
func (p PatternParams) compile() (match, error) {
	var test func(string) bool
	switch p.Operator {
	case StartsWith:
		test = func(s string) bool { return strings.HasPrefix(s, p.Pattern) }
	case EndsWith:
		test = func(s string) bool { return strings.HasSuffix(s, p.Pattern) }
	case Contains:
		test = func(s string) bool { return strings.Contains(s, p.Pattern) }
	case Regex:
		if len(p.Pattern) > maxPattern {
			return nil, fault.Errorf("the pattern is longer than %d bytes", maxPattern)
		}
		re, err := regexp.Compile("(?m)" + p.Pattern)
		if err != nil {
			return nil, fault.Errorf("the pattern cannot be read: %w", err)
		}
		test = re.MatchString
	default:
		return nil, fault.Errorf("the operator %q is not known", p.Operator)
	}
	return func(s string) (bool, error) { return test(s) != p.Negate, nil }, nil
}

// String says in words what the pattern asks.
func (p PatternParams) String() string {
	verb := map[Operator]string{
		StartsWith: "start with", EndsWith: "end with", Contains: "contain", Regex: "match",
	}[p.Operator]
	if verb == "" {
		verb = fmt.Sprintf("satisfy %q with", p.Operator)
	}
	if p.Negate {
		verb = "not " + verb
	}
	return verb + " " + p.Pattern
}
