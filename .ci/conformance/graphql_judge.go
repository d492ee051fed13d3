package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// GraphQL judges exchanges with a GraphQL API by its published schema.
type GraphQL struct {
	schema *ast.Schema
	// visit is told each value whose type is certain, and what holds it.
	visit func(holder map[string]any, key string, def *ast.Definition, t *ast.Type)
}

// document is one exchange taken apart.
type document struct {
	op   *ast.OperationDefinition
	vars map[string]any
	data any
}

// Judge holds one exchange against the schema: the document must be valid, and
// the answer what it asks for. Refused documents and spoilt answers are not
// judged, but for the form of their errors.
func (g *GraphQL) Judge(e Exchange) []Violation {
	if !e.isGraphQL() || e.Fault != "" || e.Status != http.StatusOK {
		return nil
	}
	d, found := g.read(e)
	if d != nil {
		if d.data == nil {
			return place(e, found)
		}
		w := &answerWalk{g: g, vars: d.vars}
		w.object(g.root(d.op), []ast.SelectionSet{d.op.SelectionSet}, d.data, "/data", true)
		found = append(found, w.found...)
	}
	return place(e, found)
}

func place(e Exchange, found []Violation) []Violation {
	for i := range found {
		found[i].Description, found[i].Operation, found[i].Status, found[i].At = "graphql", "POST graphql", e.Status, e.At()
	}
	return found
}

func (g *GraphQL) root(op *ast.OperationDefinition) *ast.Definition {
	if op.Operation == ast.Mutation {
		return g.schema.Mutation
	}
	return g.schema.Query
}

// read takes an exchange apart; no document for one that was refused.
func (g *GraphQL) read(e Exchange) (*document, []Violation) {
	var asked struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	var told map[string]json.RawMessage
	if err := json.Unmarshal(e.RequestBody, &asked); err != nil {
		return nil, say("request", "the body is no JSON: %v", err)
	}
	if err := json.Unmarshal(e.ResponseBody, &told); err != nil {
		return nil, say("", "the body is no JSON: %v", err)
	}
	found := graphQLErrors(told["errors"])
	if _, has := told["data"]; !has {
		if len(told["errors"]) == 0 {
			found = append(found, say("", "there is neither data nor an error")...)
		}
		return nil, found
	}
	doc, err := parser.ParseQuery(&ast.Source{Name: "query", Input: asked.Query})
	if err != nil {
		return nil, append(found, say("request", "no document, and executed: %v", err)...)
	}
	for _, bad := range validator.ValidateWithRules(g.schema, doc, nil) {
		if bad.Rule == "OverlappingFieldsCanBeMerged" && strings.Contains(bad.Message, "they return conflicting types") {
			continue // GitHub lets it pass: its own client asks so
		}
		found = append(found, say("request", "%s", bad.Message)...)
	}
	op := doc.Operations.ForName(asked.OperationName)
	if op == nil || len(found) > 0 {
		return nil, append(found, say("request", "the operation cannot be found")[:boolInt(op == nil)]...)
	}
	d := &document{op: op}
	if d.vars, err = validator.VariableValues(g.schema, op, asked.Variables); err != nil {
		return nil, append(found, say("request", "variables: %v", err)...)
	}
	if err := json.Unmarshal(told["data"], &d.data); err != nil || d.data == nil && len(told["errors"]) == 0 {
		return nil, append(found, say("/data", "is null without an error")...)
	}
	return d, found
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// graphQLErrors judges the form of errors.
func graphQLErrors(raw json.RawMessage) []Violation {
	if len(raw) == 0 {
		return nil
	}
	var list []struct {
		Message   *string
		Type      string
		Path      []any
		Locations []struct{ Line, Column int }
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return say("/errors", "cannot be read: %v", err)
	}
	if len(list) == 0 {
		return say("/errors", "an empty list")
	}
	for _, x := range list {
		if x.Message == nil || *x.Message == "" {
			return say("/errors/*/message", "is missing")
		}
	}
	return nil
}

// answerWalk goes through an answer beside its document.
type answerWalk struct {
	g     *GraphQL
	vars  map[string]any
	found []Violation
}

func (w *answerWalk) say(at, format string, args ...any) {
	w.found = append(w.found, say(at, format, args...)...)
}

// object holds an answer's object against what was selected of a type. sure
// says that it is certainly of this type.
func (w *answerWalk) object(def *ast.Definition, sets []ast.SelectionSet, v any, at string, sure bool) {
	o, ok := v.(map[string]any)
	if !ok {
		w.say(at, "is no object")
		return
	}
	fields := map[string][]*ast.Field{}
	for _, set := range sets {
		w.collect(def, set, fields)
	}
	for _, key := range sortedNames(o) {
		if fields[key] == nil {
			w.say(at+"/"+key, "was not asked for")
		}
	}
	for _, key := range sortedNames(fields) {
		inner, has := o[key]
		same := fields[key]
		switch {
		case !has:
			w.say(at+"/"+key, "was asked for, and is missing")
		case same[0].Name == "__typename":
			if inner != def.Name {
				w.say(at+"/"+key, "is %v, want %s", inner, def.Name)
			}
		default:
			var deeper []ast.SelectionSet
			for _, f := range same {
				deeper = append(deeper, f.SelectionSet)
			}
			t := same[0].Definition.Type
			if sure && w.g.visit != nil {
				w.g.visit(o, key, def, t)
			}
			w.value(t, deeper, inner, at+"/"+key, sure)
		}
	}
}

func (w *answerWalk) collect(def *ast.Definition, set ast.SelectionSet, into map[string][]*ast.Field) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if w.included(s.Directives) {
				key := s.Alias
				if key == "" {
					key = s.Name
				}
				into[key] = append(into[key], s)
			}
		case *ast.InlineFragment:
			if w.included(s.Directives) && w.fits(def, s.TypeCondition) {
				w.collect(def, s.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			if w.included(s.Directives) && w.fits(def, s.Definition.TypeCondition) {
				w.collect(def, s.Definition.SelectionSet, into)
			}
		}
	}
}

func (w *answerWalk) included(list ast.DirectiveList) bool {
	for _, d := range list {
		on, _ := d.ArgumentMap(w.vars)["if"].(bool)
		if d.Name == "skip" && on || d.Name == "include" && !on {
			return false
		}
	}
	return true
}

func (w *answerWalk) fits(def *ast.Definition, condition string) bool {
	return condition == "" || condition == def.Name || slices.Contains(w.g.schema.PossibleTypes[condition], def)
}

func (w *answerWalk) value(t *ast.Type, sets []ast.SelectionSet, v any, at string, sure bool) {
	switch {
	case v == nil && t.NonNull:
		w.say(at, "is null, and its type %s", t)
	case v == nil:
	case t.Elem != nil:
		list, ok := v.([]any)
		if !ok {
			w.say(at, "is no list")
			return
		}
		for _, x := range list {
			w.value(t.Elem, sets, x, at+"/*", sure)
		}
	default:
		w.named(w.g.schema.Types[t.NamedType], sets, v, at, sure)
	}
}

func (w *answerWalk) named(def *ast.Definition, sets []ast.SelectionSet, v any, at string, sure bool) {
	switch def.Kind {
	case ast.Object:
		w.object(def, sets, v, at, sure)
	case ast.Interface, ast.Union:
		w.abstract(def, sets, v, at, sure)
	case ast.Enum:
		if text, ok := v.(string); !ok || def.EnumValues.ForName(text) == nil {
			w.say(at, "is %v, and no value of %s", v, def.Name)
		}
	default:
		if why := scalar(def.Name, v); why != "" {
			w.say(at, "%s: %v", why, v)
		}
	}
}

// abstract judges an object behind an interface or a union. Without a
// __typename, it need only fit one of the possible types.
func (w *answerWalk) abstract(def *ast.Definition, sets []ast.SelectionSet, v any, at string, sure bool) {
	o, _ := v.(map[string]any)
	var best *answerWalk
	for _, one := range w.g.schema.PossibleTypes[def.Name] {
		if name, told := w.typename(one, sets, o); told && name != one.Name {
			continue
		} else if told {
			w.object(one, sets, v, at, sure)
			return
		}
		try := &answerWalk{g: w.g, vars: w.vars}
		try.object(one, sets, v, at, false)
		if best == nil || len(try.found) < len(best.found) {
			best = try
		}
	}
	if best == nil {
		w.say(at, "is of no type that %s may be", def.Name)
		return
	}
	w.found = append(w.found, best.found...)
}

// typename is what an answer says of its own type.
func (w *answerWalk) typename(def *ast.Definition, sets []ast.SelectionSet, o map[string]any) (string, bool) {
	fields := map[string][]*ast.Field{}
	for _, set := range sets {
		w.collect(def, set, fields)
	}
	for key, same := range fields {
		if same[0].Name == "__typename" {
			text, ok := o[key].(string)
			return text, ok
		}
	}
	return "", false
}

var objectID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// scalar says what is wrong with a scalar's value, "" for nothing.
func scalar(name string, v any) string {
	text, isText := v.(string)
	number, isNumber := v.(float64)
	bad := false
	switch name {
	case "Int":
		bad = !isNumber || number != math.Trunc(number) || math.Abs(number) > math.MaxInt32
	case "Float":
		bad = !isNumber
	case "Boolean":
		_, isBool := v.(bool)
		bad = !isBool
	case "DateTime", "GitTimestamp", "PreciseDateTime":
		_, err := time.Parse(time.RFC3339, text)
		bad = !isText || err != nil
	case "URI":
		u, err := url.Parse(text)
		bad = !isText || err != nil || u.Scheme == "" && !strings.HasPrefix(text, "/")
	case "GitObjectID":
		bad = !isText || !objectID.MatchString(text)
	case "BigInt":
		_, err := strconv.ParseInt(text, 10, 64)
		bad = !isText || err != nil
	default:
		bad = !isText
	}
	if bad {
		return fmt.Sprintf("is no %s", name)
	}
	return ""
}
