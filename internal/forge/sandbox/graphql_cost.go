package sandbox

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxNodes is how many nodes one document may ask for, as on GitHub.
const maxNodes = 500_000

// weight is what a document may cost at most, before it is executed: GitHub
// counts what is asked for, not what is there.
type weight struct {
	requests     int // to fill each connection
	nodes        int
	repositories int
	fields       int // that were looked at
	refused      []*graphQLError
}

// maxFields bounds what a document may select, fragments filled in: fragments
// within fragments can double it with each line.
const maxFields = 200_000

// cost is in points: a hundredth of the requests, rounded, at least one.
func (w *weight) cost() int { return max(1, (w.requests+50)/100) }

// weigh counts through an operation and checks what a token's scopes forbid.
func (g *graphQLRun) weigh(op *ast.OperationDefinition) *weight {
	w := &weight{}
	g.weighSet(w, []ast.SelectionSet{op.SelectionSet}, 1)
	if w.nodes > maxNodes && len(w.refused) == 0 {
		w.refused = append(w.refused, &graphQLError{Type: "MAX_NODE_LIMIT_EXCEEDED", Locations: locationOf(op.Position), Message: fmt.Sprintf(
			"This query requests up to %s possible nodes which exceeds the maximum limit of %s.", grouped(w.nodes), grouped(maxNodes))})
	}
	return w
}

// weighSet counts each field once, though several fragments name it; times is
// how often the selection is filled.
func (g *graphQLRun) weighSet(w *weight, sets []ast.SelectionSet, times int) {
	var order []string
	same, seen := map[string][]*ast.Field{}, map[string]bool{}
	var gather func(ast.SelectionSet)
	gather = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if s.Definition == nil || s.ObjectDefinition == nil || !g.included(s.Directives) {
					continue
				}
				key := s.ObjectDefinition.Name + " " + orElse(s.Alias, s.Name)
				if same[key] == nil {
					order = append(order, key)
				}
				same[key] = append(same[key], s)
			case *ast.InlineFragment:
				if g.included(s.Directives) {
					gather(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if g.included(s.Directives) && !seen[s.Name] {
					seen[s.Name] = true
					gather(s.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		gather(set)
	}
	for _, key := range order {
		g.weighField(w, same[key], times)
	}
}

func (g *graphQLRun) weighField(w *weight, same []*ast.Field, times int) {
	x := same[0]
	if w.fields++; w.fields > maxFields && len(w.refused) == 0 {
		w.refused = append(w.refused, &graphQLError{Message: "Query has too many fields.", Locations: locationOf(x.Position)})
		return
	}
	g.checkScopes(w, x)
	switch {
	case isConnection(x.Definition):
		w.requests = bounded(w.requests + times)
		args := fieldArgs(x.ArgumentMap(g.vars))
		times = bounded(times * min(max(args.number("first"), args.number("last"), 0), maxPage))
		w.nodes = bounded(w.nodes + times)
		if g.holdsRepositories(x.Definition.Type.Name()) {
			w.repositories = bounded(w.repositories + times)
		}
	case x.ObjectDefinition == g.schema.Query && x.Name == "nodes":
		times = bounded(times * len(fieldArgs(x.ArgumentMap(g.vars)).texts("ids")))
		w.nodes = bounded(w.nodes + times)
		w.repositories = bounded(w.repositories + times)
	case x.ObjectDefinition == g.schema.Query && (x.Name == "repository" || x.Name == "node"):
		w.repositories++
	}
	var sets []ast.SelectionSet
	for _, f := range same {
		sets = append(sets, f.SelectionSet)
	}
	if len(w.refused) == 0 {
		g.weighSet(w, sets, times)
	}
}

// bounded keeps a count from running over.
func bounded(n int) int { return min(n, 1<<40) }

func (g *graphQLRun) holdsRepositories(connection string) bool {
	nodes := g.schema.Types[connection].Fields.ForName("nodes")
	return nodes != nil && (nodes.Type.Name() == "Repository" || nodes.Type.Name() == "SearchResultItem")
}

// isConnection tells whether a field is one that is read in pages.
func isConnection(f *ast.FieldDefinition) bool {
	return strings.HasSuffix(f.Type.Name(), "Connection") && f.Arguments.ForName("first") != nil
}

// checkScopes refuses fields that the token's scopes do not reach.
func (g *graphQLRun) checkScopes(w *weight, x *ast.Field) {
	wanted := map[string][]string{
		"Organization.teams": {"read:org"}, "Organization.team": {"read:org"}, "Organization.membersWithRole": {"read:org"},
		"Team.members": {"read:org"}, "User.organizations": {"read:org"},
		"Team.name": {"read:org", "read:discussion"}, "Team.slug": {"read:org", "read:discussion"}, // cli/cli issue 812
	}[x.ObjectDefinition.Name+"."+x.Name]
	if wanted == nil || g.x.token.has("write:org", "admin:org") || g.x.token.has(wanted...) || x.Name == "organizations" && g.x.token.has("repo", "user") {
		return
	}
	w.refused = append(w.refused, &graphQLError{Type: "INSUFFICIENT_SCOPES", Locations: locationOf(x.Position), Message: fmt.Sprintf(
		"Your token has not been granted the required scopes to execute this query. The '%s' field requires one of the following scopes: ['%s'], "+
			"but your token has only been granted the: ['%s'] scopes. Please modify your token's scopes at: %s.",
		x.Name, strings.Join(wanted, "', '"), strings.Join(g.x.token.scopes, "', '"), g.f.page("/settings/tokens"))})
}

// grouped writes a number with commas.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
