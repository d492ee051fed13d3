package index

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// postingTable writes postings and standings: see postings.go. What is put is
// collected, and written as a part of its own when it is enough.
type postingTable struct {
	w       *Writer
	part    int // that is collected; 0 as long as nothing is
	tidy    bool
	words   map[string]uint32 // a word → its stem's place in stems
	places  map[string]uint32
	stems   []string
	latest  []int         // by stem, where its last one in pending is
	ids     []int64       // the records of the part; 0 for what was put again
	at      map[int64]int // places in ids
	pending []pendingTerm
	most    int // terms in memory
	stands  slabTable
}

// pendingTerm is a stem of the record at a place of ids.
type pendingTerm struct {
	stem    uint32
	place   uint32
	weight  uint16 // doubled
	columns uint8
}

// mostCollected bounds the terms in memory, to 16 MiB.
const mostCollected = 1 << 20

// mostParts is how many parts there may be. Each makes a search read a little
// more, and a number must fit into a byte.
const mostParts = 200

// fewParts is how many there are after an update, unless it was a large one.
const fewParts = 12

func newPostingTable(w *Writer) *postingTable {
	t := &postingTable{w: w, most: mostCollected, stands: newSlabTable(w, "standings", standingBytes)}
	t.reset()
	return t
}

func (t *postingTable) reset() {
	t.part, t.words, t.places, t.at = 0, map[string]uint32{}, map[string]uint32{}, map[int64]int{}
	t.stems, t.latest, t.ids, t.pending = nil, t.latest[:0], t.ids[:0], t.pending[:0]
}

// begin finds a number for the part that is collected next.
func (t *postingTable) begin() error {
	if t.part > 0 {
		return nil
	}
	part := 0
	if _, err := t.w.row("SELECT coalesce(max(part), 0) FROM postings", nil, &part); err != nil {
		return err
	}
	if part == mostParts {
		if err := t.merge(); err != nil {
			return err
		}
		part = 1
	}
	t.part = part + 1
	return nil
}

// put says which terms a record has, in place of those it had.
func (t *postingTable) put(id int64, terms []term, length int) error {
	if err := t.begin(); err != nil {
		return err
	}
	if place, ok := t.at[id]; ok {
		t.ids[place] = 0
	}
	t.at[id] = len(t.ids)
	t.ids = append(t.ids, id)
	before := len(t.pending)
	for _, term := range terms {
		stem := t.stemOf(term.word)
		if at := t.latest[stem] - 1; at >= before { // of another word
			p := &t.pending[at]
			p.columns, p.weight = p.columns|term.columns, addWeight(p.weight, term.weight)
			continue
		}
		t.pending = append(t.pending, pendingTerm{stem, uint32(len(t.ids) - 1), term.weight, term.columns})
		t.latest[stem] = len(t.pending)
	}
	s, err := t.stands.at(id)
	if err != nil {
		return err
	}
	s[standPart], s[standLength] = byte(t.part), lengthCode(length)
	if len(t.pending) < t.most {
		return nil
	}
	return t.flush()
}

// stemOf gives the place of a word's stem.
func (t *postingTable) stemOf(word string) uint32 {
	place, ok := t.words[word]
	if ok {
		return place
	}
	stem := catalog.Stem(word)
	if place, ok = t.places[stem]; !ok {
		place = uint32(len(t.stems))
		stem = strings.Clone(stem) // it may be a part of a README
		t.stems, t.latest = append(t.stems, stem), append(t.latest, 0)
		t.places[stem] = place
	}
	t.words[strings.Clone(word)] = place
	return place
}

// stand keeps what a search needs to know of a record's facts.
func (t *postingTable) stand(id int64, f facts) error {
	s, err := t.stands.at(id)
	if err != nil {
		return err
	}
	s[standFlags], s[standBoost] = byte(f.flags&flagArchived), boostCode(f.boost)
	return nil
}

// drop forgets a record.
func (t *postingTable) drop(id int64) error {
	if place, ok := t.at[id]; ok {
		t.ids[place] = 0
		delete(t.at, id)
	}
	s, err := t.stands.at(id)
	clear(s)
	return err
}

// flush writes what is collected.
func (t *postingTable) flush() error {
	ends := make([]int, len(t.stems)) // of each stem's entries in sorted
	for _, p := range t.pending {
		ends[p.stem]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	sorted, starts := make([]uint32, len(t.pending)), ends
	for i := len(t.pending) - 1; i >= 0; i-- {
		stem := t.pending[i].stem
		starts[stem]--
		sorted[starts[stem]] = uint32(i)
	}
	stems := make([]uint32, len(t.stems))
	for i := range stems {
		stems[i] = uint32(i)
	}
	order.By(stems, func(a, b uint32) int { return strings.Compare(t.stems[a], t.stems[b]) })
	var b []byte
	for _, stem := range stems {
		end := len(sorted)
		if int(stem)+1 < len(starts) {
			end = starts[stem+1]
		}
		if b = t.encode(b[:0], sorted[starts[stem]:end]); len(b) == 0 {
			continue
		}
		if err := t.w.exec("INSERT INTO postings (stem, part, entries) VALUES (?,?,?)", t.stems[stem], t.part, b); err != nil {
			return err
		}
	}
	t.reset()
	return nil
}

// encode writes the entries of a stem.
func (t *postingTable) encode(b []byte, list []uint32) []byte {
	id := func(i uint32) int64 { return t.ids[t.pending[i].place] }
	byID := func(x, y uint32) int { return cmp.Compare(id(x), id(y)) }
	if !slices.IsSortedFunc(list, byID) {
		order.By(list, byID)
	}
	last := int64(0)
	for _, i := range list {
		if id := id(i); id > 0 {
			p := t.pending[i]
			b, last = appendEntry(b, uint64(id-last), codeOf(p.columns, p.weight)), id
		}
	}
	return b
}

// finish writes everything, and brings the parts together where they are many or
// where much in them is not true any more.
func (t *postingTable) finish() error {
	if err := t.flush(); err != nil {
		return err
	}
	var total, parts int
	if _, err := t.w.row("SELECT (SELECT count(*) FROM facts), (SELECT coalesce(max(part), 0) FROM postings)", nil, &total, &parts); err != nil {
		return err
	}
	if t.tidy || !t.w.fresh && (parts > fewParts+total/10_000 || t.w.changed*10 > total) {
		if err := t.merge(); err != nil {
			return err
		}
	}
	return t.stands.write()
}

// mergedAtOnce is how many bytes of postings are brought together at once.
const mergedAtOnce = 4 << 20

// merge makes one part of all, without what is not true any more. Nothing may be
// collected meanwhile.
func (t *postingTable) merge() error {
	if err := t.stands.load(); err != nil {
		return err
	}
	alive := func(id int64, part byte) bool {
		s := t.stands.slabs[slabOf(id)]
		return s != nil && s.rows[slabAt(id)+standPart] == part && part > 0
	}
	for last := ""; ; {
		batch, err := t.batch(last)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			break
		}
		for i := 0; i < len(batch); {
			same := i + 1
			for same < len(batch) && batch[same].stem == batch[i].stem {
				same++
			}
			last = batch[i].stem
			if err := t.replace(last, batch[i:same], alive); err != nil {
				return err
			}
			i = same
		}
	}
	for _, s := range t.stands.slabs {
		for at := standPart; at < len(s.rows); at += standingBytes {
			if s.rows[at] > 1 {
				s.rows[at], s.dirty = 1, true
			}
		}
	}
	return nil
}

func (t *postingTable) replace(stem string, parts []posting, alive func(int64, byte) bool) error {
	b, err := mergePostings(parts, alive)
	if err != nil {
		return err
	}
	if len(parts) == 1 && parts[0].part == 1 && bytes.Equal(b, parts[0].entries) {
		return nil
	}
	if len(parts) == 1 && parts[0].part == 1 && len(b) > 0 {
		return t.w.exec("UPDATE postings SET entries = ? WHERE stem = ? AND part = 1", b, stem)
	}
	if err := t.w.exec("DELETE FROM postings WHERE stem = ?", stem); err != nil || len(b) == 0 {
		return err
	}
	return t.w.exec("INSERT INTO postings (stem, part, entries) VALUES (?,1,?)", stem, b)
}

// batch reads all postings of some stems after last.
func (t *postingTable) batch(last string) ([]posting, error) {
	rows, err := t.w.query("SELECT stem, part, entries FROM postings WHERE stem > ? ORDER BY stem, part", last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []posting
	for size := 0; rows.Next(); {
		var p posting
		if err := rows.Scan(&p.stem, &p.part, &p.entries); err != nil {
			return nil, err
		}
		if size > mergedAtOnce && p.stem != out[len(out)-1].stem {
			break
		}
		size += len(p.entries)
		out = append(out, p)
	}
	return out, rows.Err()
}
