package guideline

import "go.yaml.in/yaml/v3"

// stepEnds maps the line on which a sequence item of a YAML file begins to the
// last line that belongs to it, which actionlint does not say.
func stepEnds(root *yaml.Node) map[int]int {
	if root == nil {
		return nil
	}
	ends := map[int]int{}
	var last func(n *yaml.Node) int
	last = func(n *yaml.Node) int {
		end := n.Line
		if n.Kind == yaml.ScalarNode && (n.Style&yaml.LiteralStyle != 0 || n.Style&yaml.FoldedStyle != 0) {
			end += countLines(n.Value)
		}
		for _, c := range n.Content {
			if c.Kind == yaml.AliasNode {
				continue
			}
			e := last(c)
			if n.Kind == yaml.SequenceNode {
				ends[c.Line] = max(ends[c.Line], e)
			}
			end = max(end, e)
		}
		return end
	}
	last(root)
	return ends
}

func countLines(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] == '\n' {
			n++
		}
	}
	if s != "" && s[len(s)-1] != '\n' {
		n++
	}
	return n
}
