package manifest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fields reads the keys of one object and notes where they stand.
type fields struct {
	node     *node
	prefix   string
	lines    map[string]int
	problems *[]Problem
}

//go:noinline
func (f fields) problem(key string, s Severity, message string) {
	line := f.node.lines[key]
	if line == 0 {
		line = f.node.line
	}
	*f.problems = append(*f.problems, Problem{Line: line, Key: f.prefix + key, Message: message, Severity: s})
}

// get is the value of a key if it has a kind; another kind is a problem.
func (f fields) get(key, kind string) (*node, bool) {
	n, ok := f.node.fields[key]
	if !ok || n.kind == "null" {
		f.take(key)
		return nil, false
	}
	f.lines[f.prefix+key] = f.node.lines[key]
	f.take(key)
	if n.kind != kind {
		f.problem(key, Wrong, fmt.Sprintf("it ought to be %s and is %s", article(kind), article(n.kind)))
		return nil, false
	}
	return n, true
}

// take marks a key as known.
func (f fields) take(key string) {
	f.node.keys = slices.DeleteFunc(f.node.keys, func(k string) bool { return k == key })
}

//go:noinline
func (f fields) text(key string, to *string) {
	if n, ok := f.get(key, "string"); ok {
		*to = n.text
	}
}

//go:noinline
func (f fields) truth(key string, to *bool) {
	if n, ok := f.get(key, "bool"); ok {
		*to = n.truth
	}
}

func (f fields) number(key string, to *int) {
	n, ok := f.get(key, "number")
	if !ok {
		return
	}
	v, err := strconv.Atoi(n.text)
	if err != nil || v < 0 {
		f.problem(key, Wrong, "it ought to be a whole number")
		return
	}
	*to = v
}

// word is a text out of a few.
func (f fields) word(key string, to *string, words ...string) {
	var text string
	f.text(key, &text)
	if text == "" {
		return
	}
	if !slices.Contains(words, text) {
		f.problem(key, Wrong, fmt.Sprintf("%q is none of %s", text, strings.Join(words, ", ")))
		return
	}
	*to = text
}

// span is a time such as "4h", "3d" or "2bd" (business days).
func (f fields) span(key string, to *string) {
	var text string
	f.text(key, &text)
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit := strings.TrimPrefix(text, digits)
	n, err := strconv.Atoi(digits)
	switch {
	case text == "":
	case err != nil || n <= 0 || !slices.Contains([]string{"h", "d", "bd", "w"}, unit):
		f.problem(key, Wrong, fmt.Sprintf("%q is no time such as 4h, 3d, 2bd (business days) or 1w", text))
	default:
		*to = text
	}
}

func (f fields) texts(key string, to *[]string) {
	n, ok := f.get(key, "array")
	if !ok {
		return
	}
	for _, item := range n.items {
		if item.kind != "string" {
			*f.problems = append(*f.problems, Problem{Line: item.line, Key: f.prefix + key, Message: "it ought to hold strings only", Severity: Wrong})
			continue
		}
		*to = append(*to, item.text)
	}
}

func (f fields) object(key string) (fields, bool) {
	n, ok := f.get(key, "object")
	return fields{node: n, prefix: f.prefix + key + ".", lines: f.lines, problems: f.problems}, ok
}

func (f fields) objects(key string) []fields {
	n, ok := f.get(key, "array")
	if !ok {
		return nil
	}
	var out []fields
	for i, item := range n.items {
		if item.kind != "object" {
			*f.problems = append(*f.problems, Problem{Line: item.line, Key: f.prefix + key, Message: "it ought to hold objects only", Severity: Wrong})
			continue
		}
		out = append(out, fields{node: item, prefix: fmt.Sprintf("%s%s[%d].", f.prefix, key, i), lines: f.lines, problems: f.problems})
	}
	return out
}

// rest keeps what was not asked for.
//
//go:noinline
func (f fields) rest() map[string]json.RawMessage {
	var out map[string]json.RawMessage
	for _, key := range f.node.keys {
		if out == nil {
			out = map[string]json.RawMessage{}
		}
		out[key] = f.node.fields[key].raw
		f.lines[f.prefix+key] = f.node.lines[key]
	}
	return out
}

// unknown warns of keys that mean nothing where they stand: inside our own
// object they are most likely misspelt.
//
//go:noinline
func (f fields) unknown() {
	for _, key := range slices.Clone(f.node.keys) {
		f.problem(key, Warning, "this key is not known")
	}
}

func article(kind string) string {
	switch kind {
	case "object", "array":
		return "an " + kind
	case "null":
		return kind
	}
	return "a " + kind
}
