package index

import (
	"context"
	"database/sql/driver"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// tally is what a search knows of every record: which of its clauses it has, and
// what BM25 makes of them. It is worked out from the postings (postings.go), all
// of it at once: from a tally one reads what has all words, what has some of
// them, and how many these are.
type tally struct {
	c       *Catalog
	lists   map[string][]posting // by stem
	rows    []*tallyRow          // of slabSize records each, nil where there are none
	lengths [256]float32         // what BM25 makes of a length
}

type tallyRow struct {
	standings []byte
	clauses   [slabSize]uint32 // a bit for each; unwantedBit
	text      [slabSize]float32
}

// unwantedBit stands for what must not match; clauses have the bits below.
const unwantedBit = 1 << 31

// mostSlabs bounds the rows of a tally, which lie in memory: 64 million records.
const mostSlabs = 1 << 16

// The constants of BM25, as FTS5 has them.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// newTally reads what the clauses need. What must not match stands in unwanted.
func (c *Catalog) newTally(ctx context.Context, clauses, unwanted []clause) (*tally, error) {
	t := &tally{c: c, lists: map[string][]posting{}}
	if err := t.readStandings(ctx); err != nil {
		return nil, err
	}
	measured := meanwhile(t.measure)
	err := t.readPostings(ctx, append(slices.Clone(clauses), unwanted...))
	if measured(); err != nil {
		return nil, err
	}
	for i, cl := range clauses {
		for _, f := range cl.forms {
			if err := t.add(ctx, f, 1<<i, !cl.soft); err != nil {
				return nil, err
			}
		}
	}
	for _, cl := range unwanted {
		for _, f := range cl.forms {
			if err := t.add(ctx, f, unwantedBit, false); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

func (t *tally) readStandings(ctx context.Context) error {
	return t.c.quick(ctx, func(row []driver.Value) error {
		id, rows := number(row[0]), blob(row[1])
		if id < 0 || id >= mostSlabs || len(rows) != slabBytes {
			return t.c.broken(errPosting)
		}
		for int64(len(t.rows)) <= id {
			t.rows = append(t.rows, nil)
		}
		t.rows[id] = &tallyRow{standings: rows}
		return nil
	}, "SELECT id, records FROM standings ORDER BY id")
}

// measure works out what BM25 makes of a length, which depends on the mean of all.
func (t *tally) measure() {
	var lengths [256]int // in 64ths of a word, since whole numbers are added faster
	for code := range lengths {
		lengths[code] = int(64 * lengthOf(byte(code)))
	}
	words := 0
	for _, row := range t.rows {
		if row == nil {
			continue
		}
		row.text[slabSize/2] = 0                                                                 // memory that is read before it is written is given by the system twice
		for rest := row.standings; len(rest) >= 2*standingBytes; rest = rest[2*standingBytes:] { // two at once
			words += lengths[rest[standLength]] + lengths[rest[standingBytes+standLength]] // none where no record stands
		}
	}
	mean := max(1, float64(words)/64/float64(max(t.c.info.Records, 1)))
	for code := range t.lengths {
		t.lengths[code] = float32(bm25K1 * (1 - bm25B + bm25B*lengthOf(byte(code))/mean))
	}
}

// stemsAtOnce is how many postings are asked for in one statement.
const stemsAtOnce = 200

func (t *tally) readPostings(ctx context.Context, clauses []clause) error {
	var stems []any
	for _, cl := range clauses {
		for _, f := range cl.forms {
			for _, stem := range f.stems {
				if _, ok := t.lists[stem]; !ok {
					t.lists[stem] = nil
					stems = append(stems, stem)
				}
			}
		}
	}
	for some := range slices.Chunk(stems, stemsAtOnce) {
		err := t.c.quick(ctx, func(row []driver.Value) error {
			part := number(row[1])
			if part < 0 || part > math.MaxUint8 {
				return t.c.broken(errPosting)
			}
			p := posting{text(row[0]), byte(part), blob(row[2])}
			t.lists[p.stem] = append(t.lists[p.stem], p)
			return nil
		}, "SELECT stem, part, entries FROM postings WHERE stem IN (?"+strings.Repeat(",?", len(some)-1)+")", some...)
		if err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many entries are read before they are looked at.
const atOnce = 128

// each hands out the entries of a stem that are true, some at a time.
func (t *tally) each(stem string, visit func(some []entry)) error {
	room := make([]entry, atOnce)
	for _, p := range t.lists[stem] {
		e := entries{rest: p.entries}
		for n := e.some(room); n > 0; n = e.some(room) {
			if at := t.standing(room[:n], p.part); len(at) > 0 {
				visit(at)
			}
		}
		if e.bad {
			return t.c.broken(errPosting)
		}
	}
	return nil
}

// standing keeps the entries of which the part that they are from is true.
func (t *tally) standing(some []entry, part byte) []entry {
	kept := some[:0]
	for len(some) > 0 {
		first := slabOf(some[0].id) * slabSize
		row := t.row(first)
		n := 0
		for n < len(some) && some[n].id-first < slabSize {
			n++
		}
		if row != nil {
			kept = row.keep(kept, some[:n], first, part)
		}
		some = some[n:]
	}
	return kept
}

// keep adds those entries, all of this row, of which the part is true.
func (r *tallyRow) keep(kept, some []entry, first int64, part byte) []entry {
	standings := (*[slabBytes]byte)(r.standings)
	for i := range some {
		if at := uint64(some[i].id - first); at < slabSize && standings[at*standingBytes+standPart] == part {
			kept = append(kept, some[i])
		}
	}
	return kept
}

// add counts a form for the records that have it.
func (t *tally) add(ctx context.Context, f form, bit uint32, rated bool) error {
	if len(f.words) > 1 {
		return t.addPhrase(ctx, f, bit, rated)
	}
	idf := float32(0)
	if rated {
		n := 0
		if err := t.each(f.stems[0], func(some []entry) { n += len(some) }); err != nil {
			return err
		}
		idf = t.idf(n)
	}
	return t.each(f.stems[0], func(some []entry) {
		for _, x := range some {
			t.rows[slabOf(x.id)].count(int(x.id%slabSize), bit, idf, x.weight(), &t.lengths)
		}
	})
}

// idf is BM25's weight of what n records have, as FTS5 computes it.
func (t *tally) idf(n int) float32 {
	idf := math.Log((float64(t.c.info.Records) - float64(n) + 0.5) / (float64(n) + 0.5))
	return float32(max(idf, 1e-6))
}

// count adds a form to what is known of a record.
func (r *tallyRow) count(at int, bit uint32, idf, weight float32, lengths *[256]float32) {
	r.clauses[at] |= bit
	if idf > 0 {
		r.text[at] += idf * weight * (bm25K1 + 1) / (weight + lengths[r.standings[at*standingBytes+standLength]])
	}
}

// among visits the entries of a stem for some records, each with what these are
// mapped to. Where none of them can be, entries are not looked at.
func (t *tally) among(records map[int64]int, stem string, visit func(i int, c code)) error {
	ids := slices.Sorted(maps.Keys(records))
	room := make([]entry, atOnce)
	for _, p := range t.lists[stem] {
		e, rest := entries{rest: p.entries}, ids
		for n := e.some(room); n > 0 && len(rest) > 0; n = e.some(room) {
			last := room[n-1].id
			for i := 0; len(rest) > 0 && rest[0] <= last; rest = rest[1:] {
				for room[i].id < rest[0] {
					i++
				}
				if room[i].id == rest[0] && t.from(rest[0], p.part) {
					visit(records[rest[0]], room[i].code)
				}
			}
		}
		if e.bad {
			return t.c.broken(errPosting)
		}
	}
	return nil
}

// from tells whether a part of the postings is true of a record.
func (t *tally) from(id int64, part byte) bool {
	row := t.row(id)
	return row != nil && row.standings[slabAt(id)+standPart] == part
}

// row is where a record stands, nil where it does not. Without a tally, none does.
func (t *tally) row(id int64) *tallyRow {
	if t == nil || id < 0 || slabOf(id) >= int64(len(t.rows)) {
		return nil
	}
	return t.rows[slabOf(id)]
}

// size is about how many records a stem has.
func (t *tally) size(stem string) int {
	n := 0
	for _, p := range t.lists[stem] {
		n += len(p.entries)
	}
	return n
}

// wants is what a record must have to be taken.
type wants struct {
	must  uint32 // all of these clauses
	may   uint32 // and of these
	least int    // so many
	// archived tells that archived records are taken, too.
	archived bool
}

// matches visits the records that are wanted.
func (t *tally) matches(w wants, visit func(id int64, row *tallyRow, at int)) {
	for slab, row := range t.rows {
		if row == nil {
			continue
		}
		for at := 0; at < slabSize; at += 8 {
			some := (*eight)(row.clauses[at:])
			if some.none() { // of most records
				continue
			}
			for i, has := range some {
				if has != 0 && has&w.must == w.must && w.wanted(row, at+i) {
					visit(int64(slab)*slabSize+int64(at+i), row, at+i)
				}
			}
		}
	}
}

// eight are the clauses of some records that stand side by side.
type eight [8]uint32

func (e *eight) none() bool {
	return e[0]|e[1]|e[2]|e[3]|e[4]|e[5]|e[6]|e[7] == 0
}

// wanted tells of a record that has all that it must have whether it is taken.
func (w *wants) wanted(row *tallyRow, at int) bool {
	has := row.clauses[at]
	if has&unwantedBit != 0 {
		return false
	}
	if w.least > 0 && bits.OnesCount32(has&w.may) < w.least {
		return false
	}
	return w.archived || row.standings[at*standingBytes+standFlags]&standArchived == 0
}

// rank is the product of BM25 and boost, as rankOf has it.
func (r *tallyRow) rank(at int) int64 {
	return rankOf(r.text[at] * float32(r.standings[at*standingBytes+standBoost]))
}

// unwanted tells whether a record has what must not match.
func (t *tally) unwanted(id int64) bool {
	row := t.row(id)
	return row != nil && row.clauses[id%slabSize]&unwantedBit != 0
}

// of gives the text measure of a record.
func (t *tally) of(id int64) float64 {
	if row := t.row(id); row != nil {
		return float64(row.text[id%slabSize])
	}
	return 0
}

// has tells whether a record has a clause.
func (t *tally) has(id int64, clause int) bool {
	row := t.row(id)
	return row != nil && row.clauses[id%slabSize]&(1<<clause) != 0
}

// columnsOf tells for some records in which columns each clause stands: of a
// phrase, where all of its words do.
func (t *tally) columnsOf(ids []int64, clauses []clause) ([][]uint8, error) {
	at := make(map[int64]int, len(ids))
	out := make([][]uint8, len(ids))
	for i, id := range ids {
		at[id], out[i] = i, make([]uint8, len(clauses))
	}
	for n, cl := range clauses {
		for _, f := range cl.forms {
			if len(f.stems) > 1 {
				continue
			}
			err := t.among(at, f.stems[0], func(i int, c code) { out[i][n] |= c.columns() })
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
