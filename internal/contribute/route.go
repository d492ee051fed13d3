package contribute

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// Route is another way than code in the repository, or a way before it, to which
// its owners point.
type Route struct {
	Kind string // one of the constants below
	Why  string
	Said guideline.Quote // Source is nil when nobody is quoted
	Next string          // a command, or "" when it is for the user to do
}

// The kinds of routes.
const (
	RouteIssue         = "issue"           // agree before there is code
	RouteSmallPull     = "small-pull"      // several small ones instead of a large one
	RouteExtension     = "extension-point" // a place that is meant for additions
	RouteOwnCapability = "own-capability"  // owners decline this kind: build on it, elsewhere
)

// Intent is a change as far as it is known: lines is -1 while there is none.
type Intent struct {
	Title string // of the change or its issue
	Issue int    // 0 for none
	Lines int
}

// Routes says where else the owners point for a change. It is pure.
func Routes(set *guideline.Set, reqs []rule.Requirement, in Intent, terms Terms) []Route {
	var out []Route
	for _, r := range reqs {
		if route, ok := routeOf(r, in, set.Query.Repo.FullName()); ok {
			out = append(out, route)
		}
	}
	m := set.Manifest
	if m == nil || m.Isrc == nil {
		return out
	}
	large := len(out) > 0 && in.Lines > 0
	declined, said := declines(set, in.Title, terms)
	if point := m.Isrc.Contribute.ExtensionPoint; point != "" && (declined != "" || large || in.Lines < 0) {
		out = append(out, Route{Kind: RouteExtension, Why: "additions are welcome in " + point, Said: declared(set, "isrc.contribute.extensionPoint", "extensionPoint: "+point)})
	}
	if declined != "" {
		out = append(out, Route{
			Kind: RouteOwnCapability, Why: "its owners do not take " + declined + ": build it beside theirs, or ask them first", Said: said, Next: "isrc propose " + set.Query.Repo.FullName(),
		})
	}
	return out
}

// Routes says where the owners point before there is any change.
func (s *Situation) Routes(terms Terms) []Route {
	in := Intent{Title: s.Title, Lines: -1}
	if s.Issue != nil {
		in.Issue = s.Issue.Number
		in.Title = strings.TrimSpace(in.Title + " " + s.Issue.Title)
	}
	return Routes(s.Guidelines, s.Requirements, in, terms)
}

func routeOf(r rule.Requirement, in Intent, repo string) (Route, bool) {
	var said guideline.Quote
	if len(r.Said) > 0 {
		said = r.Said[0]
	}
	switch p := r.Params.(type) {
	case rule.IssueFirstParams:
		if in.Issue != 0 || p.Only {
			return Route{}, false
		}
		why := "its owners want to agree before there is code"
		switch {
		case p.OverLines > 0 && in.Lines < 0:
			why = fmt.Sprintf("a change of more than %d lines begins with an issue", p.OverLines)
		case p.OverLines > 0 && in.Lines <= p.OverLines:
			return Route{}, false
		case p.OverLines > 0:
			why = fmt.Sprintf("%d changed lines; more than %d begin with an issue", in.Lines, p.OverLines)
		case p.Assigned:
			why = "its owners want an issue that is assigned to you before there is code"
		}
		return Route{Kind: RouteIssue, Why: why, Said: said, Next: "isrc propose " + repo}, true
	case rule.ChangeSizeParams:
		if p.Max == 0 || in.Lines <= p.Max {
			return Route{}, false
		}
		return Route{Kind: RouteSmallPull, Why: fmt.Sprintf("%d changed lines where at most %d are taken: split it", in.Lines, p.Max), Said: said}, true
	}
	return Route{}, false
}

// declines finds what owners do not take among the words of a title: all words
// of one entry must be there.
func declines(set *guideline.Set, title string, terms Terms) (string, guideline.Quote) {
	have := setOf(terms(title))
	for _, d := range set.Manifest.Isrc.Scope.Declines {
		words := terms(d)
		all := len(words) > 0
		for _, w := range words {
			all = all && have[w]
		}
		if all {
			return strings.TrimSpace(d), declared(set, "isrc.scope.declines", "declines: "+d)
		}
	}
	return "", guideline.Quote{}
}

func declared(set *guideline.Set, key, text string) guideline.Quote {
	line := set.Manifest.Line(key)
	return guideline.Quote{Source: set.ManifestSource, Line: line, EndLine: line, Text: text}
}
