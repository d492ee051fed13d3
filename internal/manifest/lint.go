package manifest

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/order"
)

// Around is what stands around a manifest, as far as linting asks for it.
type Around struct {
	Rules []string // identifiers of the rules that can be corrected
	Files fs.FS    // of the repository, nil when they are not at hand
}

// Lint finds what a manifest says that cannot be meant: rules that do not
// exist, paths that lead nowhere, statements that contradict each other. It
// adds to the problems that Parse finds.
func Lint(m *Manifest, around Around) []Problem {
	l := linter{m: m}
	if strings.TrimSpace(m.Title) == "" {
		l.warn("title", "without a title nobody can tell what this is")
	}
	l.portal()
	if m.Isrc == nil {
		l.warn("isrc", "without an isrc object contributors learn nothing of how you take contributions")
		return l.problems
	}
	l.contributing()
	l.promises()
	l.capabilities()
	l.corrections(around.Rules)
	if around.Files != nil {
		l.paths(around.Files)
	}
	order.StableBy(l.problems, func(a, b Problem) int { return a.Line - b.Line })
	return l.problems
}

type linter struct {
	m        *Manifest
	problems []Problem
}

func (l *linter) add(key string, s Severity, message string) {
	line := l.m.Line(key)
	for at := key; line == 0; line = l.m.Line(at) { // of what it ought to stand in
		cut := strings.LastIndexByte(at, '.')
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	l.problems = append(l.problems, Problem{Line: max(line, 1), Key: key, Message: message, Severity: s})
}

//go:noinline
func (l *linter) warn(key, message string) { l.add(key, Warning, message) }

// portal finds keys that were meant to be read, and are read by nobody, and
// values that still are those of the template that SAP's portal shows.
func (l *linter) portal() {
	m := l.m
	set := map[string]bool{
		"title": m.Title != "", "motivation": m.Motivation != "", "contributions": len(m.Contributions) > 0, "skills": len(m.Skills) > 0,
		"logo": m.Logo != "", "docs": m.Docs != "", "topics": len(m.Topics) > 0, "language": m.Language != "", "license": m.License != "",
	}
	for _, key := range slices.Sorted(maps.Keys(m.Unknown)) {
		if meant := meantKey(key); meant != "" && !set[meant] {
			l.warn(key, fmt.Sprintf("nobody reads this key; is it %s that is meant?", meant))
		}
	}
	for key, text := range map[string]string{"title": m.Title, "motivation": m.Motivation, "logo": m.Logo, "docs": m.Docs, "language": m.Language} {
		if strings.HasSuffix(text, "(optional)") {
			l.warn(key, "it is still what the template says: fill it in, or take it out")
		}
	}
	order.StableBy(l.problems, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, strings.Compare(a.Key, b.Key)) })
}

// meantKey is the key that somebody means by another one, "" for none.
func meantKey(key string) string {
	switch strings.TrimSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key)), "s") {
	case "title", "name", "projectname", "displayname":
		return "title"
	case "motivation", "description", "summary":
		return "motivation"
	case "contribution", "contribute":
		return "contributions"
	case "skill", "skillsneeded", "requiredskill":
		return "skills"
	case "logo", "projectlogo", "logourl", "icon":
		return "logo"
	case "doc", "documentation", "docsurl":
		return "docs"
	case "topic", "tag", "keyword":
		return "topics"
	case "language", "programminglanguage":
		return "language"
	case "license", "licence":
		return "license"
	}
	return ""
}

func (l *linter) contributing() {
	x := l.m.Isrc
	if x.Owner == "" {
		l.warn("isrc.owner", "without an owner nobody knows whom to ask")
	}
	takes := x.Contribute.Mode != "" && x.Contribute.Mode != "issues-only"
	switch {
	case x.Governance == GovernanceIssuesOnly && takes:
		l.warn("isrc.contribute.mode", fmt.Sprintf("mode %q takes changes, but governance 1 takes issues only", x.Contribute.Mode))
	case x.Governance > GovernanceIssuesOnly && x.Contribute.Mode == "issues-only":
		l.warn("isrc.contribute.mode", fmt.Sprintf("mode %q takes no changes, but governance %d does", x.Contribute.Mode, x.Governance))
	}
	for _, a := range x.Scope.Accepts {
		if slices.ContainsFunc(x.Scope.Declines, func(d string) bool { return strings.EqualFold(a, d) }) {
			l.warn("isrc.scope", fmt.Sprintf("%q is accepted and declined", a))
		}
	}
}

func (l *linter) promises() {
	x := l.m.Isrc
	first, decision := hours(x.SLO.FirstResponse), hours(x.SLO.Decision)
	if first > 0 && decision > 0 && decision < first {
		l.warn("isrc.slo.decision", fmt.Sprintf("a decision within %s comes before a first response within %s", x.SLO.Decision, x.SLO.FirstResponse))
	}
}

// hours is how long a time such as "4h", "3d", "2bd" or "1w" lasts on a clock,
// about: of five business days seven days go by. It is 0 for anything else.
func hours(span string) int {
	digits := strings.TrimRight(span, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return 0
	}
	return n * map[string]int{"h": 1, "d": 24, "bd": 34, "w": 168}[strings.TrimPrefix(span, digits)]
}

func (l *linter) capabilities() {
	seen := map[string]bool{}
	for i, p := range l.m.Isrc.Provides {
		key := fmt.Sprintf("isrc.provides[%d].capability", i)
		switch {
		case p.Capability == "":
			l.add(key, Wrong, "a capability needs a name")
		case seen[p.Capability]:
			l.warn(key, fmt.Sprintf("%q is provided twice", p.Capability))
		}
		seen[p.Capability] = true
	}
	for i, r := range l.m.Isrc.Requires {
		key := fmt.Sprintf("isrc.requires[%d].capability", i)
		switch {
		case r.Capability == "":
			l.add(key, Wrong, "a capability needs a name")
		case seen[r.Capability]:
			l.warn(key, fmt.Sprintf("%q is required and provided", r.Capability))
		}
	}
}

func (l *linter) corrections(known []string) {
	if known == nil {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(l.m.Isrc.Rules)) {
		if !slices.Contains(known, id) {
			l.add("isrc.rules."+id, Wrong, "there is no rule of this name; isrc help rules lists them")
		}
	}
}

// paths looks whether what is named in the repository is there.
func (l *linter) paths(files fs.FS) {
	x := l.m.Isrc
	l.path(files, "isrc.contribute.extensionPoint", x.Contribute.ExtensionPoint)
	for i, p := range x.Provides {
		l.path(files, fmt.Sprintf("isrc.provides[%d].contract", i), p.Contract)
	}
}

func (l *linter) path(files fs.FS, key, name string) {
	if name == "" || strings.Contains(name, "://") {
		return
	}
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if !fs.ValidPath(clean) {
		l.add(key, Wrong, fmt.Sprintf("%q is no path in this repository", name))
		return
	}
	if _, err := fs.Stat(files, clean); err != nil {
		l.warn(key, fmt.Sprintf("there is no %s in this repository", name))
	}
}
