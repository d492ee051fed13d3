package index

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/order"
)

// nameRows collects the rows of the tables keys and names, and writes them in
// order: as they come they would hit pages all over the tables, and leave them
// half full.
type nameRows struct {
	w           *Writer
	keys, names []nameRow
}

type nameRow struct {
	name string
	id   int64
}

// mostNames bounds the rows in memory, to about 2 MiB.
const mostNames = 1 << 14

func (n *nameRows) add(key, name string, id int64) error {
	n.keys = append(n.keys, nameRow{key, id})
	n.names = append(n.names, nameRow{name, id})
	if len(n.keys) < mostNames {
		return nil
	}
	return n.flush()
}

// flush writes what is collected, row by row: see statements.go.
func (n *nameRows) flush() error {
	for _, t := range []struct {
		rows   []nameRow
		insert string
	}{
		{n.keys, "INSERT INTO keys (key, id) VALUES (?, ?)"},
		{n.names, "INSERT INTO names (name, id) VALUES (?, ?)"},
	} {
		order.By(t.rows, func(a, b nameRow) int {
			if c := strings.Compare(a.name, b.name); c != 0 {
				return c
			}
			return int(a.id - b.id)
		})
		for _, r := range t.rows {
			if err := n.w.exec(t.insert, r.name, r.id); err != nil {
				return err
			}
		}
	}
	n.keys, n.names = n.keys[:0], n.names[:0]
	return nil
}
