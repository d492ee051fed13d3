package index

import (
	"maps"
	"slices"
)

// slabTable writes a table that has a few bytes for each record, slabSize
// records in a row: id INTEGER PRIMARY KEY, records BLOB. A search reads all of
// it in the time of a few hundred rows.
type slabTable struct {
	w     *Writer
	name  string
	each  int // bytes for a record
	slabs map[int64]*slab
}

// slab is a row of such a table.
type slab struct {
	rows  []byte
	dirty bool
}

func newSlabTable(w *Writer, name string, each int) slabTable {
	return slabTable{w: w, name: name, each: each, slabs: map[int64]*slab{}}
}

// at gives the place of a record, which is going to be changed.
func (t *slabTable) at(id int64) ([]byte, error) {
	s, err := t.slab(slabOf(id))
	if err != nil {
		return nil, err
	}
	s.dirty = true
	return s.rows[int(id%slabSize)*t.each:][:t.each], nil
}

func (t *slabTable) slab(id int64) (*slab, error) {
	if s, ok := t.slabs[id]; ok {
		return s, nil
	}
	s := &slab{rows: make([]byte, slabSize*t.each)}
	var rows []byte
	_, err := t.w.row("SELECT records FROM "+t.name+" WHERE id = ?", []any{id}, &rows)
	if err != nil {
		return nil, err
	}
	copy(s.rows, rows)
	t.slabs[id] = s
	return s, nil
}

// load reads what is not read yet.
func (t *slabTable) load() error {
	rows, err := t.w.query("SELECT id FROM " + t.name)
	if err != nil {
		return err
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			_ = rows.Close()
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := t.slab(id); err != nil {
			return err
		}
	}
	return rows.Err()
}

// write writes what was changed. A row without a record is none.
func (t *slabTable) write() error {
	for _, id := range slices.Sorted(maps.Keys(t.slabs)) { // the same catalog makes the same file
		s := t.slabs[id]
		if !s.dirty {
			continue
		}
		if err := t.w.exec("DELETE FROM "+t.name+" WHERE id = ?", id); err != nil {
			return err
		}
		if slices.ContainsFunc(s.rows, func(b byte) bool { return b != 0 }) {
			if err := t.w.exec("INSERT INTO "+t.name+" (id, records) VALUES (?, ?)", id, s.rows); err != nil {
				return err
			}
		}
		s.dirty = false
	}
	return nil
}
