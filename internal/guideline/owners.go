package guideline

import (
	"slices"
	"strings"
)

// Owners is a CODEOWNERS file, in the dialect of the forge that reads it.
type Owners struct {
	Source  *Source
	Dialect OwnersDialect
	Rules   []OwnerRule
	// Sections are GitLab's; the first one holds what stands before any heading.
	// Other dialects have none.
	Sections []OwnerSection
	Problems []OwnerProblem

	index ownersIndex
}

// OwnersDialect is how one kind of forge reads code owners.
type OwnersDialect string

// The dialects.
const (
	// GitHubOwners: patterns like those of .gitignore, and the last matching line
	// decides.
	GitHubOwners OwnersDialect = "github"
	// GitLabOwners: sections, of which each has its own deciding line.
	GitLabOwners OwnersDialect = "gitlab"
	// GiteaOwners, and Forgejo's: regular expressions, and all matching lines add
	// up.
	GiteaOwners OwnersDialect = "gitea"
)

// OwnerRule is a line that gives owners to paths. No owners means that nobody
// owns what an earlier line gave away.
type OwnerRule struct {
	Pattern string
	Owners  []string
	Line    int
	Text    string
	// Negated lines of Gitea are for all paths that do not match; those of GitLab
	// take paths out of their section.
	Negated   bool
	Section   int  // in Sections
	Optional  bool // an approval is welcome, and not needed
	Approvals int  // how many owners have to approve, at least 1

	match func(*ownedPath) bool
	keys  []ownerKey // each of them is had by every path that matches
}

// OwnerSection is a part of a file with a heading.
type OwnerSection struct {
	Name     string // "" before the first heading
	Optional bool   // all of it
	Line     int    // of its first heading, 0 when it has none
}

// OwnerProblem is a line that a forge skips, or reads otherwise than it looks.
type OwnerProblem struct {
	Line    int
	Text    string
	Why     string
	Skipped bool // the line says nothing
}

// Paths are where a dialect's file may lie; the first one found is the one.
//
//go:noinline
func (d OwnersDialect) Paths() []string {
	switch d {
	case GitLabOwners:
		return []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
	case GiteaOwners:
		return []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"}
	}
	return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
}

// maxOwners is the size above which GitHub ignores the file; the others are
// held to it, too.
const maxOwners = 3 << 20

// Bounds on what is kept of a file: the largest known have some thousand lines.
const (
	maxOwnerRules    = 100_000
	maxOwnerProblems = 1000
)

// ParseOwners reads a CODEOWNERS file line by line: one that is wrong takes no
// other with it.
func ParseOwners(src *Source, data []byte, d OwnersDialect) *Owners {
	o := &Owners{Source: src, Dialect: d}
	if len(data) > maxOwners {
		o.Problems = append(o.Problems, OwnerProblem{Why: "the file is so large that the forge ignores it", Skipped: true})
		return o
	}
	text := strings.TrimPrefix(string(data), "\uFEFF")
	switch d {
	case GitLabOwners:
		o.parseGitLab(text)
	case GiteaOwners:
		o.parseGitea(text)
	default:
		o.parseGitHub(text)
	}
	o.index = newOwnersIndex(o.Rules)
	return o
}

// problem notes what is wrong with a line.
//
//go:noinline
func (o *Owners) problem(line int, text, why string, skipped bool) {
	if len(o.Problems) < maxOwnerProblems {
		o.Problems = append(o.Problems, OwnerProblem{Line: line, Text: text, Why: why, Skipped: skipped})
	}
}

// full tells, and notes, that no more lines are taken.
//
//go:noinline
func (o *Owners) full(line int) bool {
	if len(o.Rules) < maxOwnerRules {
		return false
	}
	o.Problems = append(o.Problems, OwnerProblem{Line: line, Why: "the file has more lines than isrc reads", Skipped: true})
	return true
}

// Of are the lines that decide who owns a path, in the order of the file: none
// or one on GitHub, none or one of each section on GitLab, all that match on
// Gitea. A line without owners says that nobody owns it.
func (o *Owners) Of(path string) []OwnerRule {
	if o == nil || len(o.Rules) == 0 {
		return nil
	}
	p := newOwnedPath(path)
	var out []OwnerRule
	decided := map[int]bool{} // sections of GitLab
	near := o.index.near(p)
	if o.Dialect == GitLabOwners {
		for _, i := range near { // what is taken out of a section stays out
			if r := &o.Rules[i]; r.Negated && !decided[r.Section] && r.match(p) {
				decided[r.Section] = true
			}
		}
	}
	for _, i := range slices.Backward(near) {
		r := &o.Rules[i]
		switch {
		case o.Dialect == GitLabOwners && (r.Negated || decided[r.Section]), !r.match(p):
			continue
		case o.Dialect == GitLabOwners:
			decided[r.Section] = true
		}
		out = append(out, *r)
		if o.Dialect == GitHubOwners {
			break
		}
	}
	slices.Reverse(out)
	return out
}

// Quote is the line with its place.
//
//go:noinline
func (o *Owners) Quote(r OwnerRule) Quote {
	return Quote{Source: o.Source, Line: r.Line, EndLine: r.Line, Text: strings.TrimSpace(r.Text)}
}

// Everything is the last line that gives every path to somebody, which names
// the team behind a repository. A line that gives it to nobody hides those
// before it.
func (o *Owners) Everything() (OwnerRule, bool) {
	if o == nil {
		return OwnerRule{}, false
	}
	for _, r := range slices.Backward(o.Rules) {
		switch r.Pattern {
		case "*", "**", "/**", "/**/*", "**/*", ".*":
			if !r.Negated && (r.Pattern != ".*" || o.Dialect == GiteaOwners) {
				return r, len(r.Owners) > 0
			}
		}
	}
	return OwnerRule{}, false
}
