package guideline

import (
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// parseGitHub reads the dialect of GitHub: a pattern and its owners on each
// line, and "#" begins a comment.
func (o *Owners) parseGitHub(text string) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		pattern, owners := splitGitHubOwners(line)
		if pattern == "" {
			continue
		}
		if o.full(n) {
			break
		}
		segments, err := gitHubSegments(pattern)
		if err == nil {
			err = validGitHubOwners(owners)
		}
		if err != nil {
			o.problem(n, line, err.Error(), true)
			continue
		}
		if strings.ContainsAny(pattern, "[]") && !strings.Contains(pattern, `\`) {
			o.problem(n, line, "[ and ] stand for themselves: there are no ranges of characters", false)
		}
		o.Rules = append(o.Rules, OwnerRule{
			Pattern: pattern, Owners: owners, Line: n, Text: line, Approvals: 1,
			match: func(p *ownedPath) bool { return matchSegments(segments, p.segments) }, keys: segmentKeys(segments),
		})
	}
}

var gitHubOwner = lazy.Pattern(`^@[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?$|^[^@\s]+@[^@\s]+\.[^@\s]+$`)

func validGitHubOwners(owners []string) error {
	for _, o := range owners {
		if !gitHubOwner().MatchString(o) {
			return errors.New(o + " is neither an account, a team nor an address")
		}
	}
	return nil
}

// splitGitHubOwners takes a line apart at blanks; a backslash keeps a blank in
// the pattern. A comment begins with a "#" in front of a word, or behind an
// owner: no owner holds one.
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
		case c == '\\' && i+1 < len(line):
			field.WriteByte(c)
			i++
			field.WriteByte(line[i])
		case c == ' ' || c == '\t':
			flush()
		case c == '#' && (field.Len() == 0 || len(fields) > 0):
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

// gitHubSegments takes a pattern apart. It works like .gitignore, less negation
// and ranges of characters; a last "*" does not reach into folders, where any
// other last segment does.
func gitHubSegments(pattern string) ([]globSegment, error) {
	switch {
	case strings.HasPrefix(pattern, "!"):
		return nil, errors.New("a pattern cannot be negated")
	case strings.HasPrefix(pattern, `\#`):
		return nil, errors.New(`a pattern cannot begin with \#`)
	case strings.Contains(pattern, "***"):
		return nil, errors.New("*** means nothing")
	case pattern == "/":
		return []globSegment{{never: true}}, nil
	}
	parts := strings.Split(pattern, "/")
	switch {
	case parts[0] == "":
		parts = parts[1:] // anchored at the root
	case len(parts) == 1 || len(parts) == 2 && parts[1] == "":
		parts = append([]string{"**"}, parts...)
	}
	var out []globSegment
	for i, part := range parts {
		last := i == len(parts)-1
		switch {
		case part == "" && last || part == "**" && last:
			out = append(out, globSegment{any: true}, globSegment{deep: true})
		case part == "**":
			out = append(out, globSegment{deep: true})
		case part == "*":
			out = append(out, globSegment{some: true})
		default:
			out = append(out, compileSegment(part, false))
			if last {
				out = append(out, globSegment{deep: true})
			}
		}
	}
	return out, nil
}
