package index

import (
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/order"
)

// labelTable writes labels and which record has which. Pairs are collected and
// written in order, since they would otherwise hit pages all over the table.
type labelTable struct {
	w       *Writer
	known   map[label]*labelRow // by kind and value
	pending []labelPair
}

type labelRow struct {
	id    int64
	delta int64 // records that were added, less those that were removed
}

type labelPair struct{ label, record int64 }

// mostPending bounds the pairs in memory, to 32 MiB.
const mostPending = 1 << 21

func newLabelTable(w *Writer) *labelTable { return &labelTable{w: w, known: map[label]*labelRow{}} }

// row gives the row of a label, which is made when there is none.
func (t *labelTable) row(l label) (*labelRow, error) {
	id := label{kind: l.kind, value: l.value}
	if r, ok := t.known[id]; ok {
		return r, nil
	}
	r := &labelRow{}
	found := false
	if !t.w.fresh {
		var err error
		if found, err = t.w.row("SELECT id FROM labels WHERE kind = ? AND value = ?", []any{l.kind, l.value}, &r.id); err != nil {
			return nil, err
		}
	}
	if !found {
		var err error
		if r.id, err = t.w.insert("INSERT INTO labels (kind, value, shown, records) VALUES (?, ?, ?, 0)", l.kind, l.value, l.shown); err != nil {
			return nil, err
		}
	}
	id.value = strings.Clone(id.value)
	t.known[id] = r
	return r, nil
}

// replace writes which labels a record has instead of those it had.
func (t *labelTable) replace(record int64, was, is []label) error {
	has := map[int64]bool{}
	for _, l := range was {
		r, err := t.row(l)
		if err != nil {
			return err
		}
		has[r.id] = true
	}
	for _, l := range is {
		r, err := t.row(l)
		if err != nil {
			return err
		}
		if has[r.id] {
			delete(has, r.id)
			continue
		}
		r.delta++
		t.pending = append(t.pending, labelPair{r.id, record})
	}
	if len(has) == 0 {
		if len(t.pending) > mostPending {
			return t.flush()
		}
		return nil
	}
	if err := t.flush(); err != nil { // it may hold what is deleted here
		return err
	}
	for _, l := range was {
		r, err := t.row(l)
		if err != nil {
			return err
		}
		if !has[r.id] {
			continue
		}
		r.delta--
		if err := t.w.exec("DELETE FROM labelled WHERE label = ? AND record = ?", r.id, record); err != nil {
			return err
		}
	}
	return nil
}

// single gives the id of the first label of each kind: of several languages the
// main one.
func (t *labelTable) single(labels []label) (map[int]int64, error) {
	out := map[int]int64{}
	for _, l := range labels {
		r, err := t.row(l)
		if err != nil {
			return nil, err
		}
		if out[l.kind] == 0 {
			out[l.kind] = r.id
		}
	}
	return out, nil
}

// rowsAtOnce is how many pairs one statement writes. The driver compares each
// argument with all before it.
const rowsAtOnce = 16

func (t *labelTable) flush() error {
	order.By(t.pending, func(a, b labelPair) int {
		if a.label != b.label {
			return int(a.label - b.label)
		}
		return int(a.record - b.record)
	})
	insert := func(pairs []labelPair) error {
		args := make([]any, 0, 2*len(pairs))
		for _, p := range pairs {
			args = append(args, p.label, p.record)
		}
		return t.w.exec("INSERT OR IGNORE INTO labelled (label, record) VALUES (?,?)"+strings.Repeat(",(?,?)", len(pairs)-1), args...)
	}
	for pairs := range slices.Chunk(t.pending, rowsAtOnce) {
		if len(pairs) == rowsAtOnce {
			if err := insert(pairs); err != nil {
				return err
			}
			continue
		}
		for i := range pairs { // no statement of its own for each length
			if err := insert(pairs[i : i+1]); err != nil {
				return err
			}
		}
	}
	t.pending = t.pending[:0]
	return nil
}

// finish writes what is collected, and how many records have each label.
func (t *labelTable) finish() error {
	if err := t.flush(); err != nil {
		return err
	}
	for _, r := range t.known {
		if r.delta == 0 {
			continue
		}
		if err := t.w.exec("UPDATE labels SET records = records + ? WHERE id = ?", r.delta, r.id); err != nil {
			return err
		}
		r.delta = 0
	}
	return nil
}
