package index

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// Which records have a word is kept twice. FTS5 (words) knows the places of all
// words, answers phrases, and takes a tenth of a microsecond for each record that
// has a word: it has to step over all these places. A search asks for words that
// a third of all records have, so the table postings says the same without
// places, and a search takes a hundredth of that time (tally.go).
//
//	postings   a stem → the records with it. They are written in parts, each
//	           when enough of them are collected; what a part says of a record
//	           is true as long as standings name that part for it. So a record is
//	           changed or removed without a look at the lists it stands in.
//	standings  what is asked of every record that has a word: 4 bytes for each,
//	           slabSize of them in a row.
//
// The entries of a posting are in the order of the records' ids. Each is the
// distance from the id before as a varint; then, where the stem stands in the
// README alone, its weight (1 to 127); else a byte 0x80 | columns, where bit n is
// column n without the README, and a byte with the stem's weight, doubled, plus
// one if it is in the README too: the weight in halves up to 31.5, and from there
// on as it is, plus 32. A weight is how often the stem stands in each column times
// indexWeights.

// indexWeights are those of the columns in the index's own measure.
var indexWeights = [wordColumns]float32{
	columnName: 10, columnTopics: 6, columnTitle: 6, columnDescription: 4, columnSkills: 3, columnProvides: 5, columnAbout: 1.5, columnReadme: 1,
}

// term is a word of a document: in which columns it stands, a bit for each, and
// its weight, doubled.
type term struct {
	word    string // folded
	columns uint8
	weight  uint16
}

// longestWord bounds the words that are looked for: more is no word.
const longestWord = 256

// termsOf gives the words of a document's text as the index takes it apart, each
// once, and how many there are.
func termsOf(text *[wordColumns]string) (terms []term, length int) {
	at := make(map[string]int, 128)
	terms = make([]term, 0, 128)
	for column, t := range text {
		twice := uint16(2 * indexWeights[column])
		catalog.EachWord(t, func(w string) {
			length++
			i, ok := at[w]
			if !ok {
				if len(w) > longestWord {
					return
				}
				folded := catalog.Fold(w)
				if i, ok = at[folded]; !ok {
					i = len(terms)
					at[folded] = i
					terms = append(terms, term{word: folded})
				}
				at[w] = i
			}
			terms[i].columns |= 1 << column
			terms[i].weight = addWeight(terms[i].weight, twice)
		})
	}
	return terms, length
}

// addWeight adds up to what an entry can hold.
func addWeight(a, b uint16) uint16 { return min(2*mostWeight, a+b) }

const (
	mostWeight = 95
	inReadme   = 1 << columnReadme
)

// codeOf is what an entry says of a stem: see above. The first byte is the lower
// one; what stands in READMEs alone has no second.
func codeOf(columns uint8, twice uint16) code {
	if columns == inReadme {
		return code(max(1, twice/2))
	}
	if twice >= 64 {
		twice = twice/2 + 32
	}
	return 0x80 | code(columns&^inReadme) | code(twice<<1|uint16(columns)>>columnReadme)<<8
}

// code is what an entry says of a stem: codeOf.
type code uint16

// weight is that of the entry's stem.
func (c code) weight() float32 {
	switch twice := c >> 9; {
	case c < 0x80:
		return float32(c)
	case twice < 64:
		return float32(twice) / 2
	default:
		return float32(twice - 32)
	}
}

// columns are those in which the entry's stem stands.
func (c code) columns() uint8 {
	if c < 0x80 {
		return inReadme
	}
	return uint8(c)&0x7f | uint8(c>>8)<<columnReadme
}

// appendEntry adds an entry for the record that comes distance after the last.
func appendEntry(b []byte, distance uint64, c code) []byte {
	b = binary.AppendUvarint(b, distance)
	if c < 0x80 {
		return append(b, byte(c))
	}
	return append(b, byte(c), byte(c>>8))
}

// entry is a record that has a stem.
type entry struct {
	id int64
	code
}

// entries reads a posting.
type entries struct {
	rest []byte
	entry
	bad bool // it is no posting
}

// next goes on to the next entry, and answers whether there is one.
func (e *entries) next() bool {
	b := e.rest
	if len(b) < 2 {
		e.bad = e.bad || len(b) > 0
		return false
	}
	distance, n := uint64(b[0]), 1
	if distance >= 0x80 {
		if distance, n = binary.Uvarint(b); n <= 0 || n >= len(b) || distance > math.MaxInt32 {
			e.bad = true
			return false
		}
	}
	e.id += int64(distance)
	e.code = code(b[n])
	n++
	if e.code >= 0x80 {
		if n == len(b) {
			e.bad = true
			return false
		}
		e.code |= code(b[n]) << 8
		n++
	}
	e.rest = b[n:]
	return true
}

// some reads the next entries, as many as there is room for, and says how many
// these are: 0 at the end. A search reads a hundred thousand.
func (e *entries) some(into []entry) int {
	n := 0
	for n < len(into) {
		b, id := e.rest, e.id
		for len(b) >= 4 && n < len(into) { // all of the entry is there
			distance, width := int64(b[0]), 1
			if distance >= 0x80 {
				if b[1] >= 0x80 {
					break
				}
				distance, width = distance&0x7f|int64(b[1])<<7, 2
			}
			c := code(b[width])
			if width++; c >= 0x80 {
				c |= code(b[width]) << 8
				width++
			}
			id += distance
			into[n] = entry{id, c}
			n++
			b = b[width:]
		}
		if e.rest, e.id = b, id; n == len(into) || !e.next() {
			break
		}
		into[n] = e.entry
		n++
	}
	return n
}

var (
	errPosting = errors.New("a posting cannot be read")
	errFacets  = errors.New("what filters ask of its records cannot be read")
)

// slabSize is how many records stand in a row of standings, so that a row fills a
// page. slabOf and slabAt tell which row is a record's and where it is in it.
const (
	slabSize  = 1000
	slabBytes = slabSize * standingBytes
)

func slabOf(id int64) int64 { return id / slabSize }
func slabAt(id int64) int   { return int(id%slabSize) * standingBytes }

// A standing: the part of the postings that is true of the record (0 of none),
// standArchived and what may follow, the length of its text (lengthCode), and
// its boost in steps of a 128th, 255 at most.
const (
	standPart = iota
	standFlags
	standLength
	standBoost
	standingBytes
)

const standArchived = 1

// lengthCode writes a number of words in a byte, 4 % exact.
func lengthCode(words int) byte {
	return byte(min(255, math.Round(16*math.Log2(1+float64(max(words, 0))))))
}

func lengthOf(code byte) float64 { return math.Exp2(float64(code)/16) - 1 }

func boostCode(boost float64) byte { return byte(min(255, max(0, math.Round(boost*128)))) }

// mergePostings joins the postings of one stem to one that has what alive says.
func mergePostings(parts []posting, alive func(id int64, part byte) bool) ([]byte, error) {
	var all []entry
	for _, p := range parts {
		e := entries{rest: p.entries}
		for e.next() {
			if alive(e.id, p.part) {
				all = append(all, entry{e.id, e.code})
			}
		}
		if e.bad {
			return nil, errPosting
		}
	}
	if len(parts) > 1 {
		slices.SortFunc(all, func(a, b entry) int { return int(a.id - b.id) })
	}
	var b []byte
	last := int64(0)
	for _, e := range all {
		b, last = appendEntry(b, uint64(e.id-last), e.code), e.id
	}
	return b, nil
}

// posting is a row of the table.
type posting struct {
	stem    string
	part    byte
	entries []byte
}
