package guideline

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Owners is a CODEOWNERS file.
type Owners struct {
	Source  *Source
	Dialect string
	Rules   []OwnerRule
	Invalid []OwnerProblem
}

// OwnerRule is a line that gives owners to paths. No owners means that nobody
// owns what an earlier line gave away.
type OwnerRule struct {
	Pattern string
	Owners  []string
	Line    int
	Text    string
	match   func(path string) bool
}

// OwnerProblem is a line that a forge skips.
type OwnerProblem struct {
	Line int
	Text string
	Why  string
}

// OwnersDialect is how one kind of forge reads code owners.
type OwnersDialect struct {
	Name  string
	Paths []string // where the file may lie, in this order
	// split takes a line apart; a line without a pattern says nothing.
	split   func(line string) (pattern string, owners []string)
	compile func(pattern string) (func(path string) bool, error)
}

// maxOwners is the size above which GitHub ignores the file.
const maxOwners = 3 << 20

// GitHubOwners is the dialect of GitHub: the first file of .github, the root
// and docs; the last matching line decides; a line that is wrong is skipped.
func GitHubOwners() OwnersDialect {
	return OwnersDialect{
		Name:    "github",
		Paths:   []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"},
		split:   splitGitHubOwners,
		compile: compileGitHubOwners,
	}
}

// ParseOwners reads a CODEOWNERS file line by line.
func ParseOwners(src *Source, data []byte, d OwnersDialect) *Owners {
	o := &Owners{Source: src, Dialect: d.Name}
	if len(data) > maxOwners {
		o.Invalid = append(o.Invalid, OwnerProblem{Why: "the file is so large that the forge ignores it"})
		return o
	}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimRight(line, "\r")
		pattern, owners := d.split(line)
		if pattern == "" {
			continue
		}
		match, err := d.compile(pattern)
		if err == nil {
			err = validOwners(owners)
		}
		if err != nil {
			o.Invalid = append(o.Invalid, OwnerProblem{Line: i + 1, Text: line, Why: err.Error()})
			continue
		}
		o.Rules = append(o.Rules, OwnerRule{Pattern: pattern, Owners: owners, Line: i + 1, Text: line, match: match})
	}
	return o
}

// Of is the rule that decides about a path: the last one that matches.
func (o *Owners) Of(path string) (OwnerRule, bool) {
	if o == nil {
		return OwnerRule{}, false
	}
	for i := len(o.Rules) - 1; i >= 0; i-- {
		if o.Rules[i].match(path) {
			return o.Rules[i], true
		}
	}
	return OwnerRule{}, false
}

// Quote is the line with its place.
func (o *Owners) Quote(r OwnerRule) Quote {
	return Quote{Source: o.Source, Line: r.Line, EndLine: r.Line, Text: strings.TrimSpace(r.Text)}
}

var ownerPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^@[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?$|^[^@\s]+@[^@\s]+\.[^@\s]+$`)
})

func validOwners(owners []string) error {
	for _, o := range owners {
		if !ownerPattern().MatchString(o) {
			return errors.New(o + " is neither an account, a team nor an address")
		}
	}
	return nil
}

// splitGitHubOwners takes a line apart at blanks; a backslash keeps a blank in
// the pattern, and # begins a comment.
func splitGitHubOwners(line string) (string, []string) {
	var fields []string
	var field strings.Builder
	flush := func() {
		if field.Len() > 0 {
			fields = append(fields, field.String())
			field.Reset()
		}
	}
scan:
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && line[i+1] == ' ':
			field.WriteByte(' ')
			i++
		case c == ' ' || c == '\t':
			flush()
		case c == '#' && field.Len() == 0:
			break scan
		default:
			field.WriteByte(c)
		}
	}
	flush()
	if len(fields) == 0 {
		return "", nil
	}
	return fields[0], fields[1:]
}

// compileGitHubOwners turns a pattern into a test of paths. It works like
// .gitignore, less negation and character ranges, and a last "*" does not
// reach into directories.
func compileGitHubOwners(pattern string) (func(string) bool, error) {
	switch {
	case strings.HasPrefix(pattern, "!"):
		return nil, errors.New("a pattern cannot be negated")
	case strings.ContainsAny(pattern, "[]"):
		return nil, errors.New("a pattern has no character ranges")
	case strings.HasPrefix(pattern, `\#`):
		return nil, errors.New(`a pattern cannot begin with \#`)
	case strings.Contains(pattern, "***"):
		return nil, errors.New("*** means nothing")
	case pattern == "/":
		return func(string) bool { return false }, nil
	}
	segments := strings.Split(pattern, "/")
	if segments[0] == "" {
		segments = segments[1:] // anchored at the root
	} else if len(segments) == 1 || len(segments) == 2 && segments[1] == "" {
		segments = append([]string{"**"}, segments...)
	}
	if segments[len(segments)-1] == "" {
		segments[len(segments)-1] = "**"
	}
	segments = slices.CompactFunc(segments, func(a, b string) bool { return a == "**" && b == "**" })
	re, err := regexp.Compile(ownersRegexp(segments))
	if err != nil {
		return nil, errors.New("the pattern cannot be read")
	}
	return re.MatchString, nil
}

func ownersRegexp(segments []string) string {
	var b strings.Builder
	b.WriteString(`\A`)
	slash := false
	for i, seg := range segments {
		last := i == len(segments)-1
		switch {
		case seg == "**" && i == 0 && last:
			b.WriteString(`.+`)
		case seg == "**" && i == 0:
			b.WriteString(`(?:.+/)?`)
			slash = false
		case seg == "**" && last:
			b.WriteString(`/.*`)
		case seg == "**":
			b.WriteString(`(?:/.+)?`)
			slash = true
		default:
			if slash {
				b.WriteByte('/')
			}
			b.WriteString(ownersSegment(seg))
			if last && seg != "*" {
				b.WriteString(`(?:/.*)?`)
			}
			slash = true
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

func ownersSegment(seg string) string {
	if seg == "*" {
		return `[^/]+`
	}
	var b strings.Builder
	for _, c := range seg {
		switch c {
		case '*':
			b.WriteString(`[^/]*`)
		case '?':
			b.WriteString(`[^/]`)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}
