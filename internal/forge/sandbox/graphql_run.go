package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isrc-dev/isrc/internal/fault"
)

// graphQLRun is one operation while it is executed. Values are written as they
// are found; null that may not stand takes back what its object has written.
type graphQLRun struct {
	*call

	schema *ast.Schema
	fields fieldTable
	vars   map[string]any
	weight *weight
	out    bytes.Buffer
	path   []any
	errs   []*graphQLError
	repos  int // that stood in lists so far
}

// fieldArgs are a field's arguments with defaults filled in.
type fieldArgs map[string]any

// resolver finds a field's value of an object. What it may give: nil, what JSON
// has, time.Time, a list ([]any), a *page, or an object that typeName knows.
type resolver func(g *graphQLRun, of any, args fieldArgs) (any, error)

// fieldTable holds the resolvers by type and field.
type fieldTable map[string]map[string]resolver

// maxAnswer bounds what a document may draw.
const maxAnswer = 64 << 20

var errAnswerTooLarge = errors.New("the answer is too large")

// object writes what is selected of an object. False says that null stands
// where none may, and that what was written is to be taken back.
func (g *graphQLRun) object(def *ast.Definition, of any, sets []ast.SelectionSet) bool {
	keys, fields := g.collect(def, sets)
	g.out.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			g.out.WriteByte(',')
		}
		g.text(key)
		g.out.WriteByte(':')
		g.path = append(g.path, key)
		ok := g.field(def, of, fields[key])
		g.path = g.path[:len(g.path)-1]
		if !ok {
			return false
		}
	}
	g.out.WriteByte('}')
	return true
}

// collect groups the selected fields by the name under which they answer.
func (g *graphQLRun) collect(def *ast.Definition, sets []ast.SelectionSet) ([]string, map[string][]*ast.Field) {
	var keys []string
	fields, seen := map[string][]*ast.Field{}, map[string]bool{} // fragments, each of which counts once
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if !g.included(s.Directives) {
					continue
				}
				key := orElse(s.Alias, s.Name)
				if fields[key] == nil {
					keys = append(keys, key)
				}
				fields[key] = append(fields[key], s)
			case *ast.InlineFragment:
				if g.included(s.Directives) && g.fits(def, s.TypeCondition) {
					walk(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if g.included(s.Directives) && g.fits(def, s.Definition.TypeCondition) && !seen[s.Name] {
					seen[s.Name] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	return keys, fields
}

// included follows @skip and @include.
func (g *graphQLRun) included(list ast.DirectiveList) bool {
	for _, d := range list {
		on, _ := d.ArgumentMap(g.vars)["if"].(bool)
		if d.Name == "skip" && on || d.Name == "include" && !on {
			return false
		}
	}
	return true
}

// fits tells whether an object's type is what a fragment is about.
func (g *graphQLRun) fits(def *ast.Definition, condition string) bool {
	if condition == "" || condition == def.Name {
		return true
	}
	for _, p := range g.schema.PossibleTypes[condition] {
		if p.Name == def.Name {
			return true
		}
	}
	return false
}

// field finds a field's value and writes it.
func (g *graphQLRun) field(def *ast.Definition, of any, same []*ast.Field) bool {
	first := same[0]
	if first.Name == "__typename" {
		g.text(def.Name)
		return true
	}
	v, err := g.resolve(def, of, first)
	if err != nil {
		g.fail(first, err)
		v = nil
	}
	sets := make([]ast.SelectionSet, len(same))
	for i, x := range same {
		sets[i] = x.SelectionSet
	}
	at := g.out.Len()
	if g.value(first.Definition.Type, first, v, sets, err != nil) {
		return true
	}
	g.out.Truncate(at)
	g.out.WriteString("null")
	return !first.Definition.Type.NonNull
}

func (g *graphQLRun) resolve(def *ast.Definition, of any, x *ast.Field) (any, error) {
	if err := g.ctx.Err(); err != nil {
		return nil, err
	}
	if g.out.Len() > maxAnswer {
		return nil, errAnswerTooLarge
	}
	if connection, ok := of.(*page); ok && strings.HasSuffix(def.Name, "Connection") {
		return connection.field(x.Name)
	}
	if e, ok := of.(*edge); ok && strings.HasSuffix(def.Name, "Edge") {
		return e.field(x.Name)
	}
	find := g.fields[def.Name][x.Name]
	if find == nil {
		return nil, fault.Errorf("the sandbox does not execute %s.%s", def.Name, x.Name)
	}
	args := fieldArgs(x.ArgumentMap(g.vars))
	if !isConnection(x.Definition) {
		return find(g, of, args)
	}
	if err := g.bounds(x, args); err != nil {
		return nil, err
	}
	v, err := find(g, of, args)
	s, ok := v.(*series)
	if err != nil || !ok {
		return nil, err
	}
	return s.page(args)
}

// fail notes what went wrong with a field.
func (g *graphQLRun) fail(x *ast.Field, err error) {
	e := &graphQLError{Message: err.Error()}
	var known *graphQLError
	var refused *apiError
	switch {
	case errors.As(err, &known):
		e.Type, e.Extensions = known.Type, known.Extensions
	case errors.As(err, &refused) && refused.status == 404:
		e.Type = "NOT_FOUND"
	case errors.As(err, &refused) && refused.status == 403:
		e.Type = "FORBIDDEN"
	}
	e.Path, e.Locations = append([]any(nil), g.path...), locationOf(x.Position)
	g.errs = append(g.errs, e)
}

// value writes a value as its type wants it; failed says that its error has
// been noted.
func (g *graphQLRun) value(t *ast.Type, x *ast.Field, v any, sets []ast.SelectionSet, failed bool) bool {
	switch {
	case v == nil && t.NonNull:
		if !failed {
			g.fail(x, fault.Errorf("Cannot return null for non-nullable field %s.%s", x.ObjectDefinition.Name, x.Name)) //nolint:staticcheck // GitHub's words
		}
		return false
	case v == nil:
		g.out.WriteString("null")
		return true
	case t.Elem != nil:
		list, ok := v.([]any)
		if !ok {
			g.fail(x, fault.Errorf("%s.%s is no list", x.ObjectDefinition.Name, x.Name))
			return false
		}
		return g.list(t.Elem, x, list, sets)
	}
	def := g.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.Object:
		return g.object(def, v, sets)
	case ast.Interface, ast.Union:
		return g.object(g.schema.Types[typeName(v)], v, sets)
	}
	return g.leaf(x, v)
}

func (g *graphQLRun) list(t *ast.Type, x *ast.Field, list []any, sets []ast.SelectionSet) bool {
	g.out.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			g.out.WriteByte(',')
		}
		g.path = append(g.path, i)
		at := g.out.Len()
		if _, isRepo := v.(*repository); isRepo {
			if g.repos++; over(g.repos, g.f.graphql.Partial) {
				g.fail(x, &graphQLError{Type: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
				v = nil
			}
		}
		ok := g.value(t, x, v, sets, v == nil)
		g.path = g.path[:len(g.path)-1]
		if !ok {
			if t.NonNull {
				return false
			}
			g.out.Truncate(at)
			g.out.WriteString("null")
		}
	}
	g.out.WriteByte(']')
	return true
}

// leaf writes a scalar or a value of an enumeration.
func (g *graphQLRun) leaf(x *ast.Field, v any) bool {
	switch v := v.(type) {
	case string:
		g.text(v)
	case bool:
		g.out.WriteString(strconv.FormatBool(v))
	case int:
		g.out.WriteString(strconv.Itoa(v))
	case int64:
		g.out.WriteString(strconv.FormatInt(v, 10))
	case time.Time:
		g.text(stamp(v))
	default:
		g.fail(x, fault.Errorf("%s.%s is a %T", x.ObjectDefinition.Name, x.Name, v))
		return false
	}
	return true
}

func (g *graphQLRun) text(s string) {
	e := json.NewEncoder(&g.out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always can be
	g.out.Truncate(g.out.Len() - 1)
}

// The readers of arguments give the zero value for what was not given.

//go:noinline
func (a fieldArgs) str(name string) string { s, _ := a[name].(string); return s }

func (a fieldArgs) has(name string) bool { return a[name] != nil }

func (a fieldArgs) on(name string) bool { b, _ := a[name].(bool); return b }

func (a fieldArgs) number(name string) int {
	switch n := a[name].(type) {
	case int64:
		return int(n)
	case int:
		return n
	case float64:
		return int(n)
	case json.Number:
		i, _ := n.Int64()
		return int(i)
	}
	return 0
}

// texts are a list of strings or of an enumeration's values; one value stands
// for a list of one.
//
//go:noinline
func (a fieldArgs) texts(name string) []string {
	switch list := a[name].(type) {
	case string:
		return []string{list}
	case []string:
		return list
	case []any:
		var out []string
		for _, x := range list {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func (a fieldArgs) object(name string) fieldArgs {
	m, _ := a[name].(map[string]any)
	return m
}

// listOf makes a list that can be written of a list of anything.
func listOf[T any](in []T) []any {
	out := make([]any, 0, len(in))
	for _, x := range in {
		out = append(out, x)
	}
	return out
}

// when is a time, or nil for one that has not come.
func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
