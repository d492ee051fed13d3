package sandbox

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// introspectionFields describe the schema itself.
func introspectionFields() fieldTable {
	return fieldTable{
		"__Schema": {
			"description": always(nil),
			"types": its(func(s *ast.Schema) any {
				out := []any{}
				for _, name := range sortedKeys(s.Types) {
					out = append(out, s.Types[name])
				}
				return out
			}),
			"queryType": its(func(s *ast.Schema) any { return s.Query }), "mutationType": its(func(s *ast.Schema) any { return s.Mutation }), "subscriptionType": always(nil),
			"directives": its(func(s *ast.Schema) any {
				out := []any{}
				for _, name := range sortedKeys(s.Directives) {
					out = append(out, s.Directives[name])
				}
				return out
			}),
		},
		"__Type": typeFields(),
		"__Field": {
			"name": its(func(f *ast.FieldDefinition) any { return f.Name }), "description": its(func(f *ast.FieldDefinition) any { return textOrNil(f.Description) }),
			"args": its(func(f *ast.FieldDefinition) any { return listOf(f.Arguments) }), "type": here(func(g *graphQLRun, f *ast.FieldDefinition) any { return g.described(f.Type) }),
			"isDeprecated": always(false), "deprecationReason": always(nil),
		},
		"__InputValue": {
			"name": its(func(v any) any { name, _, _ := inputValue(v); return name }), "description": always(nil),
			"type":         here(func(g *graphQLRun, v any) any { _, t, _ := inputValue(v); return g.described(t) }),
			"defaultValue": its(func(v any) any { _, _, d := inputValue(v); return d }), "isDeprecated": always(false), "deprecationReason": always(nil),
		},
		"__EnumValue": {
			"name": its(func(v *ast.EnumValueDefinition) any { return v.Name }), "description": its(func(v *ast.EnumValueDefinition) any { return textOrNil(v.Description) }),
			"isDeprecated": always(false), "deprecationReason": always(nil),
		},
		"__Directive": {
			"name": its(func(d *ast.DirectiveDefinition) any { return d.Name }), "description": its(func(d *ast.DirectiveDefinition) any { return textOrNil(d.Description) }),
			"locations": its(func(d *ast.DirectiveDefinition) any {
				out := []any{}
				for _, l := range d.Locations {
					out = append(out, string(l))
				}
				return out
			}),
			"args": its(func(d *ast.DirectiveDefinition) any { return listOf(d.Arguments) }), "isRepeatable": its(func(d *ast.DirectiveDefinition) any { return d.IsRepeatable }),
		},
	}
}

// inputValue takes apart an argument or a field of an input object.
func inputValue(v any) (name string, t *ast.Type, standard any) {
	var value *ast.Value
	switch v := v.(type) {
	case *ast.ArgumentDefinition:
		name, t, value = v.Name, v.Type, v.DefaultValue
	case *ast.FieldDefinition:
		name, t, value = v.Name, v.Type, v.DefaultValue
	}
	if value != nil {
		standard = value.String()
	}
	return name, t, standard
}

// described is a type as introspection shows it: a definition, or the *ast.Type
// that wraps one.
func (g *graphQLRun) described(t *ast.Type) any {
	if t.NonNull || t.Elem != nil {
		return t
	}
	return definitionOrNil(g.schema.Types[t.NamedType])
}

func definitionOrNil(d *ast.Definition) any {
	if d == nil {
		return nil
	}
	return d
}

// definition is the value's, nil when it is a wrapped type.
//
//go:noinline
func definition(v any) *ast.Definition {
	d, _ := v.(*ast.Definition)
	if d == nil {
		return &ast.Definition{}
	}
	return d
}

func typeFields() map[string]resolver {
	return map[string]resolver{
		"kind": its(func(v any) any {
			if t, ok := v.(*ast.Type); ok {
				if t.NonNull {
					return "NON_NULL"
				}
				return "LIST"
			}
			return string(definition(v).Kind)
		}),
		"name":        its(func(v any) any { return textOrNil(definition(v).Name) }),
		"description": its(func(v any) any { return textOrNil(definition(v).Description) }),
		"fields":      its(func(v any) any { return fieldsOf(definition(v)) }),
		"interfaces": here(func(g *graphQLRun, v any) any {
			return g.named(definition(v).Interfaces, ast.Object, ast.Interface, definition(v).Kind)
		}),
		"possibleTypes": here(func(g *graphQLRun, v any) any {
			d := definition(v)
			if d.Kind != ast.Interface && d.Kind != ast.Union {
				return nil
			}
			var names []string
			for _, p := range g.schema.PossibleTypes[d.Name] {
				names = append(names, p.Name)
			}
			slices.Sort(names)
			return g.named(names, d.Kind, d.Kind, d.Kind)
		}),
		"enumValues": its(func(v any) any {
			if definition(v).Kind != ast.Enum {
				return nil
			}
			return listOf(definition(v).EnumValues)
		}),
		"inputFields": its(func(v any) any {
			if definition(v).Kind != ast.InputObject {
				return nil
			}
			return listOf(definition(v).Fields)
		}),
		"ofType": here(func(g *graphQLRun, v any) any {
			t, ok := v.(*ast.Type)
			if !ok {
				return nil
			}
			if t.NonNull {
				inner := *t
				inner.NonNull = false
				return g.described(&inner)
			}
			return g.described(t.Elem)
		}),
		"specifiedByURL": always(nil), "isOneOf": always(nil),
	}
}

// fieldsOf are an object's or an interface's fields, those of introspection aside.
func fieldsOf(d *ast.Definition) any {
	if d.Kind != ast.Object && d.Kind != ast.Interface {
		return nil
	}
	out := []any{}
	for _, f := range d.Fields {
		if !strings.HasPrefix(f.Name, "__") {
			out = append(out, f)
		}
	}
	return out
}

// named are definitions by their names, nil for a type of another kind.
func (g *graphQLRun) named(names []string, one, other, kind ast.DefinitionKind) any {
	if kind != one && kind != other {
		return nil
	}
	out := []any{}
	for _, name := range names {
		out = append(out, g.schema.Types[name])
	}
	return out
}
