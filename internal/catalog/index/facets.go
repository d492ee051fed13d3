package index

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// facet is what filters and orders ask of a record. The table facets has it for
// slabSize records in a row, in facetBytes each, the lowest byte of a figure
// first. All of them are zero where no record is; else the owner is not. The table
// facts says the same and more: where there are many matches, looking each up
// there would take 2 ms for a thousand.
type facet []byte

const facetBytes = 40

func (f facet) word(at int) uint32 { return binary.LittleEndian.Uint32(f[at:]) }
func (f facet) half(at int) uint16 { return binary.LittleEndian.Uint16(f[at:]) }

func (f facet) flags() uint32    { return f.word(0) }
func (f facet) stars() uint32    { return f.word(4) }
func (f facet) forks() uint32    { return f.word(8) }
func (f facet) owner() uint32    { return f.word(12) }
func (f facet) team() uint32     { return f.word(16) }
func (f facet) license() uint32  { return f.word(20) }
func (f facet) pushed() uint16   { return f.half(24) }
func (f facet) updated() uint16  { return f.half(26) } // pushed where it is not known
func (f facet) created() uint16  { return f.half(28) }
func (f facet) readiness() int16 { return int16(f.half(30)) } // in thousandths; -1 is unknown
func (f facet) activity() int32  { return int32(f.word(32)) }
func (f facet) boost() float32   { return math.Float32frombits(f.word(36)) }

// put writes a facet. It takes what is too large for what it can hold, as days
// behind the year 2149 are.
func (f facet) put(from facts, ids map[int]int64) {
	updated := from.updated
	if updated == 0 {
		updated = from.pushed
	}
	for i, n := range []int64{from.flags, from.stars, from.forks, ids[labelOwner], ids[labelTeam], ids[labelLicense]} {
		binary.LittleEndian.PutUint32(f[4*i:], held(n))
	}
	for i, n := range []int64{from.pushed, updated, from.created} {
		binary.LittleEndian.PutUint16(f[24+2*i:], uint16(min(max(n, 0), math.MaxUint16)))
	}
	binary.LittleEndian.PutUint16(f[30:], uint16(min(max(from.readiness, -1), math.MaxInt16)))
	binary.LittleEndian.PutUint32(f[32:], uint32(min(max(from.activity, math.MinInt32), math.MaxInt32)))
	binary.LittleEndian.PutUint32(f[36:], math.Float32bits(float32(from.boost)))
}

func held(n int64) uint32 { return uint32(min(max(n, 0), math.MaxUint32)) }

// facetIn is the facet of a record in its row.
func facetIn(slab []byte, id int64) facet { return slab[int(id%slabSize)*facetBytes:][:facetBytes] }

// standing is the place of a record in an order: what stands before has more.
// Without an order that is asked, it is what its relevance is multiplied by.
func (f facet) standing(sort catalog.Sort) int64 {
	switch sort {
	case catalog.ByActivity:
		return int64(f.activity())
	case catalog.ByReadiness:
		return int64(f.readiness())<<32 + int64(f.activity())
	case catalog.ByUpdated:
		return int64(f.updated())
	case catalog.ByStars:
		return int64(f.stars())
	}
	return rankOf(f.boost())
}

// wholeFacets compares facets with facts, which say the same.
func wholeFacets(ctx context.Context, conn *sql.Conn) (string, error) {
	slabs := map[int64][]byte{}
	rows, err := conn.QueryContext(ctx, "SELECT id, records FROM facets")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var records []byte
		if err := rows.Scan(&id, &records); err != nil {
			return "", err
		}
		if len(records) != slabSize*facetBytes {
			return errFacets.Error(), nil
		}
		slabs[id] = records
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	told, err := conn.QueryContext(ctx, "SELECT id, flags, stars, forks, owner, team, license, pushed, updated, created, readiness, activity, boost FROM facts")
	if err != nil {
		return "", err
	}
	defer told.Close()
	want := make(facet, facetBytes)
	for told.Next() {
		var id, owner, team, license int64
		var f facts
		if err := told.Scan(&id, &f.flags, &f.stars, &f.forks, &owner, &team, &license, &f.pushed, &f.updated, &f.created, &f.readiness, &f.activity, &f.boost); err != nil {
			return "", err
		}
		slab := slabs[slabOf(id)]
		want.put(f, map[int]int64{labelOwner: owner, labelTeam: team, labelLicense: license})
		if id < 0 || slab == nil || !bytes.Equal(facetIn(slab, id), want) {
			return fmt.Sprintf("facets say something else of record %d than facts", id), nil
		}
	}
	return "", told.Err()
}

// test decides about a record.
type test func(id int64, f facet) bool

// labelSet is the records with one of some labels, a bit for each.
type labelSet struct {
	labels []any    // their ids
	ids    []uint32 // the same
	size   int64    // about how many records these are
	bits   []uint64
}

func (s *labelSet) has(id int64) bool {
	at := id / 64
	return at >= 0 && at < int64(len(s.bits)) && s.bits[at]&(1<<(id%64)) != 0
}

// load reads the set, as one value: a row for each record takes three times as
// long.
func (s *labelSet) load(ctx context.Context, c *Catalog) error {
	return c.quick(ctx, func(row []driver.Value) error {
		for text := range strings.SplitSeq(text(row[0]), ",") {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil || id < 0 || id >= mostSlabs*slabSize {
				continue // no record of this catalog
			}
			for int(id/64) >= len(s.bits) {
				s.bits = append(s.bits, make([]uint64, 1+len(s.bits))...)
			}
			s.bits[id/64] |= 1 << (id % 64)
		}
		return nil
	}, "SELECT group_concat(record) FROM labelled WHERE label IN (?"+strings.Repeat(",?", len(s.labels)-1)+")", s.labels...)
}

// eachSlab reads the sets that the filters ask, and visits the facets of all
// records by the rows in which they stand, in order.
func (s *search) eachSlab(ctx context.Context, visit func(slab int64, facets []byte) error) error {
	for _, set := range s.where.sets {
		if err := set.load(ctx, s.c); err != nil {
			return err
		}
	}
	return s.c.quick(ctx, func(row []driver.Value) error {
		facets := blob(row[1])
		if len(facets) != slabSize*facetBytes {
			return s.c.broken(errFacets)
		}
		return visit(number(row[0]), facets)
	}, "SELECT id, records FROM facets ORDER BY id")
}

// byFacets leaves of some records, in the order of their ids, those that pass the
// filters, and ranks them by the order that is asked, if one is.
func (s *search) byFacets(ctx context.Context, all []rankedID) ([]rankedID, error) {
	kept, rest := all[:0], all
	err := s.eachSlab(ctx, func(slab int64, facets []byte) error {
		for ; len(rest) > 0 && slabOf(rest[0].id) == slab; rest = rest[1:] {
			r := rest[0]
			f := facetIn(facets, r.id)
			if !s.where.test(r.id, f) {
				continue
			}
			if s.order() != "" {
				r.rank = f.standing(s.q.Sort)
			}
			kept = append(kept, r)
		}
		return nil
	})
	if err == nil && len(rest) > 0 {
		err = s.c.broken(errFacets)
	}
	return kept, err
}

// admitted gives the best of all records that pass the filters, and how many do.
func (s *search) admitted(ctx context.Context) ([]rankedID, int, error) {
	total := 0
	best := newShortlist(s.size())
	err := s.eachSlab(ctx, func(slab int64, facets []byte) error {
		id := slab * slabSize
		for rest := facets; len(rest) > 0; rest = rest[facetBytes:] {
			f := facet(rest[:facetBytes])
			if f.owner() != 0 && !s.tally.unwanted(id) && s.where.test(id, f) {
				total++
				best.add(rankedID{id, f.standing(s.q.Sort)})
			}
			id++
		}
		return nil
	})
	return best.take(), total, err
}
