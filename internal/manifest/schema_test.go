package manifest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// schema is the part of JSON Schema that the published page uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Enum       []string          `json:"enum"`
	Const      any               `json:"const"`
	Minimum    int               `json:"minimum"`
	Pattern    string            `json:"pattern"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Additional json.RawMessage   `json:"additionalProperties"`
	OneOf      []schema          `json:"oneOf"`
	Defs       map[string]schema `json:"$defs"`
}

func published(t *testing.T) schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "innersource.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// sample makes a value that a schema allows, with every key it knows.
func (s schema) sample(root schema) any {
	switch {
	case s.Ref != "":
		return root.Defs[filepath.Base(s.Ref)].sample(root)
	case s.Const != nil:
		return s.Const
	case len(s.Enum) > 0:
		return s.Enum[len(s.Enum)-1]
	case len(s.OneOf) > 0:
		return s.OneOf[0].sample(root)
	}
	switch s.Type {
	case "object":
		out := map[string]any{}
		for key, p := range s.Properties {
			out[key] = p.sample(root)
		}
		var any schema
		if len(s.Properties) == 0 && json.Unmarshal(s.Additional, &any) == nil {
			out["sign-off"] = any.sample(root)
		}
		return out
	case "array":
		return []any{s.Items.sample(root)}
	case "integer":
		return max(s.Minimum, 1)
	case "boolean":
		return true
	}
	if s.Pattern != "" {
		return "2bd"
	}
	return "x"
}

func TestThePublishedSchemaIsWhatIsParsed(t *testing.T) {
	t.Parallel()
	s := published(t)
	data, err := json.Marshal(s.sample(s))
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Parse(data)
	if len(problems) > 0 || len(m.Unknown) > 0 || len(m.Isrc.Unknown) > 0 {
		t.Errorf("the schema allows what is not parsed: %+v, %v in %s", problems, m.Unknown, data)
	}
	m.Isrc.Policies = []string{"instead of rules"}
	zero(t, "Manifest", reflect.ValueOf(*m))
}

// zero finds fields that are parsed and that the schema does not speak of.
func zero(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch {
		case field.Name == "Unknown" || !field.IsExported():
			continue
		case v.Field(i).IsZero():
			t.Errorf("%s.%s is in no part of the schema", name, field.Name)
		}
		f := v.Field(i)
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Slice && f.Len() > 0 {
			f = f.Index(0)
		}
		if f.Kind() == reflect.Struct {
			zero(t, name+"."+field.Name, f)
		}
	}
}

func TestWhatTheSchemaForbidsIsAProblem(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		`{"isrc": {"sharing": "secret"}}`, `{"isrc": {"contribute": {"mode": "mail"}}}`, `{"isrc": {"slo": {"decision": "0d"}}}`,
		`{"isrc": {"governance": 5}}`, `{"isrc": {"extra": 1}}`, `{"isrc": {"rules": {"title": {"strength": "strict", "why": "x"}}}}`,
		`{"isrc": {"support": {"chanel": "x"}}}`, `{"skills": "Go"}`, `{"isrc": {"warrantyDays": -1}}`,
	} {
		if _, problems := Parse([]byte(bad)); len(problems) == 0 {
			t.Errorf("%s has no problem", bad)
		}
	}
}
