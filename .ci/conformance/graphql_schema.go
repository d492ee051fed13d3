package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// LoadGraphQL reads a GraphQL schema. GitHub's holds a field twice in one type,
// which no reader accepts: of such fields the first counts.
func LoadGraphQL(file string) (*ast.Schema, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: file, Input: string(text)})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	for _, def := range doc.Definitions {
		seen := map[string]bool{}
		def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool {
			twice := seen[f.Name]
			seen[f.Name] = true
			return twice
		})
	}
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return schema, nil
}

// subset says where a schema promises what the published one does not:
// descriptions aside, all that it has must be there and be the same.
func subset(published, ours *ast.Schema) []string {
	s := &comparison{published: published}
	for _, name := range sortedNames(ours.Types) {
		def := ours.Types[name]
		if def.BuiltIn {
			continue
		}
		other := published.Types[name]
		switch {
		case other == nil:
			s.say("%s: there is no such type", name)
		case other.Kind != def.Kind:
			s.say("%s: is %s, and published as %s", name, def.Kind, other.Kind)
		default:
			s.definition(other, def)
		}
	}
	for _, name := range sortedNames(ours.Directives) {
		if published.Directives[name] == nil {
			s.say("@%s: there is no such directive", name)
		}
	}
	if ours.Mutation != nil && published.Mutation == nil || ours.Query == nil || ours.Query.Name != published.Query.Name {
		s.say("the root types differ")
	}
	return s.found
}

type comparison struct {
	published *ast.Schema
	found     []string
}

func (s *comparison) say(format string, args ...any) {
	s.found = append(s.found, fmt.Sprintf(format, args...))
}

func (s *comparison) definition(published, ours *ast.Definition) {
	for _, name := range ours.Interfaces {
		if !slices.Contains(published.Interfaces, name) {
			s.say("%s: does not implement %s", ours.Name, name)
		}
	}
	for _, name := range ours.Types {
		if !slices.Contains(published.Types, name) {
			s.say("%s: %s is no member", ours.Name, name)
		}
	}
	for _, v := range ours.EnumValues {
		if published.EnumValues.ForName(v.Name) == nil {
			s.say("%s: has no value %s", ours.Name, v.Name)
		}
	}
	for _, f := range ours.Fields {
		at := ours.Name + "." + f.Name
		other := published.Fields.ForName(f.Name)
		if other == nil {
			s.say("%s: there is no such field", at)
			continue
		}
		s.same(at, other.Type, f.Type, other.DefaultValue, f.DefaultValue)
		s.arguments(at, other.Arguments, f.Arguments)
	}
	if ours.Kind == ast.InputObject {
		for _, f := range published.Fields {
			if f.Type.NonNull && f.DefaultValue == nil && ours.Fields.ForName(f.Name) == nil {
				s.say("%s.%s: is required, and missing", ours.Name, f.Name)
			}
		}
	}
}

func (s *comparison) arguments(at string, published, ours ast.ArgumentDefinitionList) {
	for _, a := range ours {
		other := published.ForName(a.Name)
		if other == nil {
			s.say("%s: takes no argument %s", at, a.Name)
			continue
		}
		s.same(at+"("+a.Name+":)", other.Type, a.Type, other.DefaultValue, a.DefaultValue)
	}
	for _, a := range published {
		if a.Type.NonNull && a.DefaultValue == nil && ours.ForName(a.Name) == nil {
			s.say("%s: its argument %s is required, and missing", at, a.Name)
		}
	}
}

func (s *comparison) same(at string, published, ours *ast.Type, standard, own *ast.Value) {
	if published.String() != ours.String() {
		s.say("%s: is %s, and published as %s", at, ours, published)
	}
	if valueText(standard) != valueText(own) {
		s.say("%s: defaults to %s, and published to %s", at, valueText(own), valueText(standard))
	}
}

func valueText(v *ast.Value) string {
	if v == nil {
		return "nothing"
	}
	return v.String()
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
