package guideline

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/isrc-dev/isrc/internal/fault"
)

// ParseTOML reads a TOML file. Tables, arrays of tables and dotted keys become
// nested maps and lists, each with its line.
func ParseTOML(data []byte) (root Value, err error) {
	root = Value{Kind: KindMap, Line: 1}
	if len(data) > maxFileBytes {
		return root, errTooLarge
	}
	p := unstable.Parser{}
	p.Reset(data)
	table := []string{}
	left := maxNodes
	for p.NextExpression() {
		if left--; left < 0 {
			return root, errTooMuch
		}
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			var line int
			table, line = tomlKey(&p, e.Key())
			if len(table) > maxDepth {
				return root, errTooMuch
			}
			if err := root.putTOML(table, Value{Kind: KindMap, Line: line}, e.Kind == unstable.ArrayTable); err != nil {
				return root, err
			}
		case unstable.KeyValue:
			key, line := tomlKey(&p, e.Key())
			v, err := tomlValue(&p, e.Value(), line, 0, &left)
			if err != nil {
				return root, err
			}
			if err := root.putTOML(append(append([]string{}, table...), key...), v, false); err != nil {
				return root, err
			}
		}
	}
	return root, p.Error()
}

func tomlKey(p *unstable.Parser, it unstable.Iterator) (key []string, line int) {
	for it.Next() {
		n := it.Node()
		if line == 0 {
			line = p.Shape(n.Raw).Start.Line
		}
		key = append(key, string(n.Data))
	}
	return key, line
}

func tomlValue(p *unstable.Parser, n *unstable.Node, line, depth int, left *int) (Value, error) {
	if *left--; *left < 0 || depth > maxDepth {
		return Value{}, errTooMuch
	}
	if n.Raw.Length > 0 {
		line = p.Shape(n.Raw).Start.Line
	}
	v := Value{Line: line, Text: string(n.Data)}
	switch n.Kind {
	case unstable.Array:
		v.Kind, v.Text = KindList, ""
		for it := n.Children(); it.Next(); {
			item, err := tomlValue(p, it.Node(), line, depth+1, left)
			if err != nil {
				return v, err
			}
			v.List = append(v.List, item)
		}
	case unstable.InlineTable:
		v.Kind, v.Text = KindMap, ""
		for it := n.Children(); it.Next(); {
			key, at := tomlKey(p, it.Node().Key())
			item, err := tomlValue(p, it.Node().Value(), at, depth+1, left)
			if err != nil {
				return v, err
			}
			if err := v.putTOML(key, item, false); err != nil {
				return v, err
			}
		}
	case unstable.Bool:
		v.Kind = KindBool
	case unstable.Integer, unstable.Float:
		v.Kind = KindNumber
	default:
		v.Kind = KindString
	}
	return v, nil
}

var errTOMLKey = errors.New("a key is used twice")

// putTOML sets a value at a path of keys. A list of tables is entered at its
// last table.
func (v *Value) putTOML(path []string, item Value, list bool) error {
	if len(path) == 0 {
		return errTOMLKey
	}
	if v.Kind != KindMap {
		return fault.Errorf("%w: %s", errTOMLKey, path[0])
	}
	have, ok := v.Map[path[0]]
	switch {
	case len(path) > 1:
		if !ok {
			have = Value{Kind: KindMap, Line: item.Line}
		}
		into := &have
		if have.Kind == KindList && len(have.List) > 0 {
			into = &have.List[len(have.List)-1]
		}
		if err := into.putTOML(path[1:], item, list); err != nil {
			return err
		}
	case list:
		if !ok {
			have = Value{Kind: KindList, Line: item.Line}
		}
		have.List = append(have.List, item)
	case ok && (have.Kind != KindMap || item.Kind != KindMap):
		return fault.Errorf("%w: %s", errTOMLKey, path[0])
	case ok: // a table that was entered before
	default:
		have = item
	}
	v.set(path[0], have)
	return nil
}
