package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// graphQLError is one entry of an answer's errors, as GitHub writes it.
type graphQLError struct {
	Type       string         `json:"type,omitempty"`
	Path       []any          `json:"path,omitempty"`
	Extensions map[string]any `json:"extensions,omitempty"`
	Locations  []location     `json:"locations,omitempty"`
	Message    string         `json:"message"`
}

type location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

func (e *graphQLError) Error() string { return e.Message }

//go:noinline
func unresolved(format string, args ...any) error {
	return &graphQLError{Type: "NOT_FOUND", Message: "Could not resolve to " + fmt.Sprintf(format, args...)}
}

func locationOf(p *ast.Position) []location {
	if p == nil {
		return nil
	}
	return []location{{p.Line, p.Column}}
}

// parseFailure is a document that is no GraphQL.
func parseFailure(err error) *graphQLError {
	out := &graphQLError{Message: "Parse error on " + err.Error()}
	var e *gqlerror.Error
	if errors.As(err, &e) {
		out.Message = "Parse error: " + e.Message
		out.Locations = locationsOf(e)
	}
	return out
}

func locationsOf(e *gqlerror.Error) []location {
	var out []location
	for _, l := range e.Locations {
		out = append(out, location{l.Line, l.Column})
	}
	return out
}

// wording turns the validator's words into those of GitHub, for the mistakes
// that clients meet.
type wording struct {
	pattern *regexp.Regexp
	code    string
	message string   // with $1, $2 for the pattern's groups
	names   []string // of the extensions that hold the groups
}

var wordings = sync.OnceValue(func() []wording {
	return []wording{
		{regexp.MustCompile(`^Cannot query field "(\w+)" on type "(\w+)"`), "undefinedField",
			"Field '$1' doesn't exist on type '$2'", []string{"fieldName", "typeName"}},
		{regexp.MustCompile(`^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"`), "argumentNotAccepted",
			"Field '$3' doesn't accept argument '$1'", []string{"argumentName", "typeName", "name"}},
		{regexp.MustCompile(`^Field "(\w+)" argument "(\w+)" of type "([^"]+)" is required`), "missingRequiredArguments",
			"Field '$1' is missing required arguments: $2", []string{"name", "arguments", ""}},
		{regexp.MustCompile(`^Field "(\w+)" of type "([^"]+)" must have a selection of subfields`), "selectionMismatch",
			"Field must have selections (field '$1' returns $2 but has no selections. Did you mean '$1 { ... }'?)", []string{"", "typeName"}},
		{regexp.MustCompile(`^Variable "\$?(\w+)" is not defined`), "variableNotDefined",
			"Variable $$$1 is used by anonymous query but not declared", []string{"variableName"}},
		{regexp.MustCompile(`^Unknown type "(\w+)"`), "undefinedType", "No such type $1, so it can't be a fragment condition", []string{"typeName"}},
		{regexp.MustCompile(`^Value "(\w+)" does not exist in "(\w+)" enum`), "argumentLiteralsIncompatible",
			"Argument has an invalid value ($1). Expected type '$2'.", []string{"", "typeName"}},
	}
})

// validationFailures are a document's mistakes, with the path of the field.
func validationFailures(doc *ast.QueryDocument, bad gqlerror.List) []*graphQLError {
	var out []*graphQLError
	for _, e := range bad {
		x := &graphQLError{Message: e.Message, Locations: locationsOf(e), Extensions: map[string]any{"code": lowerFirst(e.Rule)}}
		for _, w := range wordings() {
			m := w.pattern.FindStringSubmatchIndex(e.Message)
			if m == nil {
				continue
			}
			x.Message = string(w.pattern.ExpandString(nil, w.message, e.Message, m))
			x.Extensions["code"] = w.code
			for n, name := range w.names {
				if name != "" {
					x.Extensions[name] = e.Message[m[2*n+2]:m[2*n+3]]
				}
			}
		}
		if len(x.Locations) > 0 {
			x.Path = pathTo(doc, x.Locations[0])
		}
		out = append(out, x)
	}
	return out
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// pathTo names the operation and the fields that lead to a place in the document.
func pathTo(doc *ast.QueryDocument, at location) []any {
	for _, op := range doc.Operations {
		if p := fieldPath(op.SelectionSet, at); p != nil {
			return append([]any{strings.TrimSpace(string(op.Operation) + " " + op.Name)}, p...)
		}
	}
	for _, x := range doc.Fragments {
		if p := fieldPath(x.SelectionSet, at); p != nil {
			return append([]any{"fragment " + x.Name}, p...)
		}
	}
	return nil
}

func fieldPath(set ast.SelectionSet, at location) []any {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Position != nil && s.Position.Line == at.Line && s.Position.Column == at.Column {
				return []any{orElse(s.Alias, s.Name)}
			}
			if p := fieldPath(s.SelectionSet, at); p != nil {
				return append([]any{orElse(s.Alias, s.Name)}, p...)
			}
		case *ast.InlineFragment:
			if p := fieldPath(s.SelectionSet, at); p != nil {
				return append([]any{"... on " + s.TypeCondition}, p...)
			}
		}
	}
	return nil
}

// variableFailure is a value that does not fit its variable.
func variableFailure(op *ast.OperationDefinition, err error) *graphQLError {
	out := &graphQLError{Message: err.Error()}
	var e *gqlerror.Error
	if !errors.As(err, &e) || len(e.Path) < 2 {
		return out
	}
	name, _ := e.Path[1].(ast.PathName)
	if def := op.VariableDefinitions.ForName(string(name)); def != nil {
		out.Message = fmt.Sprintf("Variable $%s of type %s was provided invalid value (%s)", name, def.Type, e.Message)
		out.Locations = locationOf(def.Position)
	}
	return out
}
