package guideline

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

type gitLabOwnersPatterns struct{ heading, noHeading, space, owner *regexp.Regexp }

// The heading is GitLab's own expression: what it does not take is an entry.
var gitLabOwners = lazy.Value(func() *gitLabOwnersPatterns {
	re := regexp.MustCompile
	return &gitLabOwnersPatterns{
		heading:   re(`^(\^)?\[(.*?)\](?:\[(\d*)\])?(\s+[@\w.\-/\s+]*)?`),
		noHeading: re(`^\^?\[[^\]]+$`),
		space:     re(`\\\s+`),
		owner:     re(`^@[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*$|^@@(developer|maintainer|owner)s?$|^[^@\s]+@[^@\s]+$`),
	}
})

// gitLabHeading is what a heading says of the entries below it. A heading can
// come again: what it says then holds for what follows.
type gitLabHeading struct {
	section   int
	optional  bool
	approvals int
	owners    []string
}

// parseGitLab reads the dialect of GitLab. A comment is a whole line: behind
// an entry, "#" begins none.
func (o *Owners) parseGitLab(text string) {
	o.Sections = []OwnerSection{{}}
	at := gitLabHeading{approvals: 1}
	known := map[string]int{} // sections by name, in lower case
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if m := gitLabOwners().heading.FindStringSubmatch(line); m != nil {
			at = o.gitLabSection(n, line, m, known)
			continue
		}
		if gitLabOwners().noHeading.MatchString(line) {
			o.problem(n, line, "the heading has no end; it is read as a pattern", false)
		}
		if o.full(n) {
			break
		}
		o.gitLabEntry(n, line, at)
	}
	o.settleSections()
}

// gitLabSection finds the section of a heading, by its name in any case.
func (o *Owners) gitLabSection(n int, line string, m []string, known map[string]int) gitLabHeading {
	at := gitLabHeading{optional: m[1] != "", approvals: 1, owners: o.gitLabOwnersOf(n, line, m[4])}
	if count, err := strconv.Atoi(m[3]); err == nil && count > 1 {
		at.approvals = count
	}
	name := m[2]
	switch {
	case strings.TrimSpace(name) == "":
		o.problem(n, line, "the section has no name", false)
	case at.optional && m[3] != "" && m[3] != "0":
		o.problem(n, line, "an optional section asks for no number of approvals", false)
	}
	at.section = known[strings.ToLower(name)]
	if at.section == 0 {
		at.section = len(o.Sections)
		known[strings.ToLower(name)] = at.section
		o.Sections = append(o.Sections, OwnerSection{Name: name, Line: n})
	}
	return at
}

// gitLabOwnersOf keeps the owners that are written as such.
func (o *Owners) gitLabOwnersOf(n int, line, words string) []string {
	var out []string
	for _, w := range strings.Fields(words) {
		if gitLabOwners().owner.MatchString(w) {
			out = append(out, w)
		} else {
			o.problem(n, line, w+" is no account, group, role or address", false)
		}
	}
	return out
}

func (o *Owners) gitLabEntry(n int, line string, at gitLabHeading) {
	pattern, words := line, ""
	for i := 1; i < len(line); i++ {
		if (line[i] == ' ' || line[i] == '\t') && line[i-1] != '\\' {
			pattern, words = line[:i], strings.TrimSpace(line[i:])
			break
		}
	}
	r := OwnerRule{Line: n, Text: line, Section: at.section, Optional: at.optional, Approvals: at.approvals}
	r.Pattern, r.Negated = strings.CutPrefix(pattern, "!")
	if !r.Negated {
		r.Owners = at.owners
		if words != "" {
			r.Owners = o.gitLabOwnersOf(n, line, words)
		}
		if len(r.Owners) == 0 {
			o.problem(n, line, "nobody is named, so nobody has to approve", false)
		}
	}
	segments := gitLabSegments(r.Pattern)
	r.match = func(p *ownedPath) bool { return matchSegments(segments, p.segments) }
	r.keys = segmentKeys(segments)
	o.Rules = append(o.Rules, r)
}

// settleSections: a section of which one heading asks for approval asks for it
// everywhere.
func (o *Owners) settleSections() {
	asked, welcome := make([]bool, len(o.Sections)), make([]bool, len(o.Sections))
	for _, r := range o.Rules {
		if !r.Negated && r.Optional {
			welcome[r.Section] = true
		} else if !r.Negated {
			asked[r.Section] = true
		}
	}
	for i := range o.Sections {
		o.Sections[i].Optional = welcome[i] && !asked[i]
	}
	for i := range o.Rules {
		o.Rules[i].Optional = o.Sections[o.Rules[i].Section].Optional
	}
}

// gitLabSegments takes a pattern apart as Ruby's File.fnmatch does, for whole
// paths and with names that begin with a dot: "**/" is any number of folders,
// a last "**" is no more than "*", and a pattern that does not begin with "/"
// matches at any depth, inner slashes or not.
func gitLabSegments(pattern string) []globSegment {
	if pattern == "*" {
		pattern = "/**/*"
	}
	if strings.HasPrefix(pattern, `\#`) {
		pattern = pattern[1:]
	}
	pattern = gitLabOwners().space.ReplaceAllString(pattern, " ")
	if !strings.HasPrefix(pattern, "/") {
		pattern = "/**/" + pattern
	}
	if strings.HasSuffix(pattern, "/") {
		pattern += "**/*"
	}
	parts := strings.Split(pattern[1:], "/")
	var out []globSegment
	for i, part := range parts {
		if part == "**" && i < len(parts)-1 {
			out = append(out, globSegment{deep: true})
		} else {
			out = append(out, compileSegment(part, true))
		}
	}
	return out
}
