package exchange

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is a part of a YAML file, and how many lines stand before it.
type document struct {
	text string
	line int
}

// documents takes a file of YAML apart where a document ends, so that a mistake
// in one is no mistake in the others. What stands before the first "---" belongs
// to the document after it where it says nothing.
func documents(text string) []document {
	var out []document
	begin, first, line, said := 0, 0, 0, false
	for at := 0; at < len(text); line++ {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		row := strings.TrimRight(text[at:end], " \t\r\n")
		if row == "---" || strings.HasPrefix(row, "--- ") {
			if said {
				out = append(out, document{text[begin:at], first})
				begin, first = at, line
			}
			said = len(row) > len("---")
		} else if row != "" && row[0] != '#' && row[0] != '%' {
			said = true
		}
		at = end
	}
	return append(out, document{text[begin:], first})
}

// shift counts the lines of a document from the beginning of its file.
//
//go:noinline
func shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, inner := range n.Content {
		shift(inner, lines)
	}
}

// yamlMistake is an error of the YAML reader without its line, which counts from
// the beginning of a document.
func yamlMistake(err error) string {
	why := strings.TrimPrefix(err.Error(), "yaml: ")
	if at := lineInError().FindStringIndex(why); at != nil && at[0] == 0 {
		why = strings.TrimPrefix(why[at[1]:], ": ")
	}
	return why
}

// kinds are the entities that no record is made of, by their kind.
type kinds struct {
	names []string
	first map[string]entity
	count map[string]int
}

func (k *kinds) add(e entity) {
	if k.first == nil {
		k.first, k.count = map[string]entity{}, map[string]int{}
	}
	if k.count[e.kind]++; k.count[e.kind] == 1 && len(k.names) < mostNotes {
		k.names, k.first[e.kind] = append(k.names, e.kind), e
	}
}

// notePassed says what was passed over: people, groups and places are no
// repositories, and the files that a place names are not looked for.
func (x *reader) notePassed(k kinds) {
	for _, kind := range k.names {
		why := "passed over: 1 entity of the kind " + kind
		if n := k.count[kind]; n > 1 {
			why = fmt.Sprintf("passed over: %d entities of the kind %s", n, kind)
		}
		if kind == "location" {
			why += "; the files that it names are not read: import them, too"
		}
		x.note(k.first[kind].line, why)
	}
}
