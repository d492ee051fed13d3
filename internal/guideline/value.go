package guideline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds on configurations: aliases can make a small file expand without end.
const (
	maxNodes = 50_000
	maxDepth = 60
)

var errTooMuch = errors.New("it unfolds to too much")

// ParseYAML reads the first document of a YAML file. Aliases are resolved
// within bounds.
func ParseYAML(data []byte) (Value, error) {
	node, err := yamlNode(data)
	if err != nil || node == nil {
		return Value{Kind: KindNull, Line: 1}, err
	}
	left := maxNodes
	return fromYAML(node, 0, &left)
}

// yamlNode parses and makes sure that following all aliases stays in bounds.
func yamlNode(data []byte) (*yaml.Node, error) {
	if len(data) > maxFileBytes {
		return nil, errTooLarge
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return nil, nil
	}
	left := maxNodes
	if err := count(doc.Content[0], 0, &left); err != nil {
		return nil, err
	}
	return doc.Content[0], nil
}

func count(n *yaml.Node, depth int, left *int) error {
	if *left--; *left < 0 || depth > maxDepth {
		return errTooMuch
	}
	if n.Kind == yaml.AliasNode {
		return count(n.Alias, depth+1, left)
	}
	for _, c := range n.Content {
		if err := count(c, depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

func fromYAML(n *yaml.Node, depth int, left *int) (Value, error) {
	if *left--; *left < 0 || depth > maxDepth {
		return Value{}, errTooMuch
	}
	v := Value{Line: n.Line, Text: n.Value}
	switch n.Kind {
	case yaml.AliasNode:
		return fromYAML(n.Alias, depth+1, left)
	case yaml.SequenceNode:
		v.Kind = KindList
		for _, c := range n.Content {
			item, err := fromYAML(c, depth+1, left)
			if err != nil {
				return Value{}, err
			}
			v.List = append(v.List, item)
		}
	case yaml.MappingNode:
		v.Kind = KindMap
		for i := 0; i+1 < len(n.Content); i += 2 {
			item, err := fromYAML(n.Content[i+1], depth+1, left)
			if err != nil {
				return Value{}, err
			}
			if item.Kind == KindNull || item.Line == 0 {
				item.Line = n.Content[i].Line
			}
			v.set(n.Content[i].Value, item)
		}
	default:
		v.Kind = scalarKind(n)
	}
	return v, nil
}

func scalarKind(n *yaml.Node) ValueKind {
	switch n.ShortTag() {
	case "!!null":
		return KindNull
	case "!!bool":
		return KindBool
	case "!!int", "!!float":
		return KindNumber
	}
	return KindString
}

//go:noinline
func (v *Value) set(key string, item Value) {
	if v.Map == nil {
		v.Map = map[string]Value{}
	}
	if _, ok := v.Map[key]; !ok {
		v.Keys = append(v.Keys, key)
	}
	v.Map[key] = item
}

// At follows keys into maps; what is not there is a null.
//
//go:noinline
func (v Value) At(keys ...string) Value {
	for _, k := range keys {
		next, ok := v.Map[k]
		if !ok {
			return Value{Kind: KindNull}
		}
		v = next
	}
	return v
}

// Has tells whether something other than null stands at the keys.
//
//go:noinline
func (v Value) Has(keys ...string) bool { return v.At(keys...).Kind != KindNull }

// Strings are the texts of a list, or the one text of a scalar.
//
//go:noinline
func (v Value) Strings() []string {
	switch v.Kind {
	case KindString, KindNumber, KindBool:
		return []string{v.Text}
	case KindList:
		var out []string
		for _, item := range v.List {
			if item.Kind == KindString || item.Kind == KindNumber || item.Kind == KindBool {
				out = append(out, item.Text)
			}
		}
		return out
	}
	return nil
}

// Int is a whole number, and whether there is one.
func (v Value) Int() (int, bool) {
	if v.Kind != KindNumber && v.Kind != KindString {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(v.Text))
	return n, err == nil
}

// Bool is a truth value, or otherwise when there is none.
//
//go:noinline
func (v Value) Bool(otherwise bool) bool {
	switch strings.ToLower(v.Text) {
	case "true", "yes", "on":
		return true
	case "false", "no", "off":
		return false
	}
	return otherwise
}

// String writes a value in one line, for people.
func (v Value) String() string {
	switch v.Kind {
	case KindNull:
		return "null"
	case KindList:
		parts := make([]string, 0, len(v.List))
		for _, item := range v.List {
			parts = append(parts, item.String())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case KindMap:
		return fmt.Sprintf("{%d keys}", len(v.Keys))
	}
	return v.Text
}
