package exchange

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// field is the value at a path of keys, nil when there is none. Aliases are not
// followed: nobody needs them here, and they can be made to grow.
//
//go:noinline
func field(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				next = n.Content[i+1]
				break
			}
		}
		n = next
	}
	return n
}

// str is the text at a path, "" when there is none.
func str(n *yaml.Node, path ...string) string {
	if n = field(n, path...); n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// items are the entries of a list.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// list are the texts of a list at a path; a text alone is a list of one.
func list(n *yaml.Node, path ...string) []string {
	n = field(n, path...)
	if n != nil && n.Kind == yaml.ScalarNode && n.Value != "" && n.Tag != "!!null" {
		return []string{n.Value}
	}
	var out []string
	for _, item := range items(n) {
		if item.Kind == yaml.ScalarNode && item.Value != "" {
			out = append(out, strings.TrimSpace(item.Value))
		}
	}
	return out
}

var lineInError = lazy.Pattern(`\bline (\d+)`)

// yamlLine is the line that an error of the YAML reader names.
func yamlLine(err error) int {
	if m := lineInError().FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return 1
}
