package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Description is what a forge's makers publish about its API, cut down to the
// paths that were recorded.
type Description struct {
	Name   string
	doc    *openapi3.T
	routes []route
}

// openAPI is the part of an OpenAPI file that is read before it is cut down.
type openAPI struct {
	OpenAPI    string                                `json:"openapi"`
	Info       json.RawMessage                       `json:"info"`
	Paths      map[string]json.RawMessage            `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
}

// errorSchemas are the answers to a refused request, kept for statuses that an
// operation does not list.
var errorSchemas = []string{"basic-error", "validation-error", "validation-error-simple"}

// Load reads a description. Whole, GitHub's takes seconds and does not pass
// kin-openapi's own validation (two of its paths conflict), so only what the
// exchanges touch is loaded.
func Load(name, file string, exchanges []Exchange) (*Description, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var full openAPI
	if err := json.Unmarshal(data, &full); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	d := &Description{Name: name, routes: routes(full.Paths)}
	pruned, err := json.Marshal(full.prune(d.touched(exchanges)))
	if err != nil {
		return nil, fmt.Errorf("cut down %s: %w", file, err)
	}
	if d.doc, err = openapi3.NewLoader().LoadFromData(pruned); err != nil {
		return nil, fmt.Errorf("load %s: %w", file, err)
	}
	return d, nil
}

// touched are the path templates that the exchanges ask for.
func (d *Description) touched(exchanges []Exchange) []string {
	var out []string
	for _, e := range exchanges {
		if r, ok := d.find(e.Method, e.Route()); ok && !slices.Contains(out, r.template) {
			out = append(out, r.template)
		}
	}
	return out
}

var reference = regexp.MustCompile(`"#/components/([^/"]+)/([^"]+)"`)

// prune keeps these paths and the components that they reach.
func (d *openAPI) prune(templates []string) *openAPI {
	out := &openAPI{OpenAPI: d.OpenAPI, Info: d.Info, Paths: map[string]json.RawMessage{}, Components: map[string]map[string]json.RawMessage{}}
	var keep func(kind, name string)
	follow := func(raw json.RawMessage) json.RawMessage {
		raw = plain(raw)
		for _, m := range reference.FindAllSubmatch(raw, -1) {
			keep(string(m[1]), string(m[2]))
		}
		return raw
	}
	keep = func(kind, name string) {
		raw, known := d.Components[kind][name]
		if _, kept := out.Components[kind][name]; kept || !known {
			return
		}
		if out.Components[kind] == nil {
			out.Components[kind] = map[string]json.RawMessage{}
		}
		out.Components[kind][name] = nil // a schema may refer to itself
		out.Components[kind][name] = follow(raw)
	}
	for _, t := range templates {
		out.Paths[t] = follow(d.Paths[t])
	}
	for _, name := range errorSchemas {
		keep("schemas", name)
	}
	return out
}

// plain drops examples, which are most of a description, and reads oneOf as
// anyOf: GitHub's alternatives overlap (a repository also fits the schema of a
// smaller repository), and then "exactly one" holds for no true answer.
func plain(raw json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	strip(v, false)
	out, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return out
}

// strip works on any object but the one that holds properties: there, a key is
// a field's name.
func strip(v any, names bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			strip(one, false)
		}
	case map[string]any:
		if !names {
			delete(v, "example")
			delete(v, "examples")
			if one, ok := v["oneOf"]; ok && v["anyOf"] == nil {
				v["anyOf"] = one
				delete(v, "oneOf")
			}
		}
		for key, one := range v {
			strip(one, key == "properties" && !names)
		}
	}
}

// schema is one of the description's own schemas, nil when it has none such.
func (d *Description) schema(name string) *openapi3.Schema {
	if d.doc.Components == nil || d.doc.Components.Schemas[name] == nil {
		return nil
	}
	return d.doc.Components.Schemas[name].Value
}

// operation is what the description says about a request.
func (d *Description) operation(e Exchange) (*openapi3.Operation, route, bool) {
	r, ok := d.find(e.Method, e.Route())
	if !ok {
		return nil, r, false
	}
	item := d.doc.Paths.Value(r.template)
	if item == nil {
		return nil, r, false
	}
	op := item.GetOperation(describedAs(e.Method))
	return op, r, op != nil
}

func describedAs(method string) string {
	if method = strings.ToUpper(method); method == "HEAD" {
		return "GET" // no description lists HEAD; it answers as GET does, less the body
	}
	return method
}
