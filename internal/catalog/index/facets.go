package index

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// facet is what filters ask of a record. The table facets has it for slabSize
// records in a row, in 32 bytes each that begin with the members in their order,
// the lowest byte first. The table facts says the same and more: where a word
// has many matches, looking each up there would take 2 ms for a thousand.
type facet struct {
	flags, stars, forks, owner, team, license uint32
	pushed, updated, created                  uint16 // updated is pushed where it is not known
}

const facetBytes = 32

// facetOf takes what is too large for what it can hold, as days behind the year
// 2149 are.
func facetOf(f facts, ids map[int]int64) facet {
	updated := f.updated
	if updated == 0 {
		updated = f.pushed
	}
	return facet{
		flags: held(f.flags), stars: held(f.stars), forks: held(f.forks),
		owner: held(ids[labelOwner]), team: held(ids[labelTeam]), license: held(ids[labelLicense]),
		pushed: heldDay(f.pushed), updated: heldDay(updated), created: heldDay(f.created),
	}
}

func held(n int64) uint32    { return uint32(min(max(n, 0), math.MaxUint32)) }
func heldDay(n int64) uint16 { return uint16(min(max(n, 0), math.MaxUint16)) }

func (f facet) put(b []byte) {
	for i, n := range []uint32{f.flags, f.stars, f.forks, f.owner, f.team, f.license} {
		binary.LittleEndian.PutUint32(b[4*i:], n)
	}
	for i, n := range []uint16{f.pushed, f.updated, f.created} {
		binary.LittleEndian.PutUint16(b[24+2*i:], n)
	}
}

func readFacet(b []byte) facet {
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	day := func(i int) uint16 { return binary.LittleEndian.Uint16(b[24+2*i:]) }
	return facet{flags: word(0), stars: word(1), forks: word(2), owner: word(3), team: word(4), license: word(5), pushed: day(0), updated: day(1), created: day(2)}
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
	told, err := conn.QueryContext(ctx, "SELECT id, flags, stars, forks, owner, team, license, pushed, updated, created FROM facts")
	if err != nil {
		return "", err
	}
	defer told.Close()
	for told.Next() {
		var id, owner, team, license int64
		var f facts
		if err := told.Scan(&id, &f.flags, &f.stars, &f.forks, &owner, &team, &license, &f.pushed, &f.updated, &f.created); err != nil {
			return "", err
		}
		slab := slabs[slabOf(id)]
		if id < 0 || slab == nil || readFacet(slab[int(id%slabSize)*facetBytes:]) != facetOf(f, map[int]int64{labelOwner: owner, labelTeam: team, labelLicense: license}) {
			return fmt.Sprintf("facets say something else of record %d than facts", id), nil
		}
	}
	return "", told.Err()
}

// test decides about a record.
type test func(id int64, f *facet) bool

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

// byFacets leaves of some records those that pass the filters.
func (s *search) byFacets(ctx context.Context, all []rankedID) ([]rankedID, error) {
	for _, set := range s.where.sets {
		if err := set.load(ctx, s.c); err != nil {
			return nil, err
		}
	}
	slabs := map[int64][]byte{}
	err := s.c.quick(ctx, func(row []driver.Value) error {
		if records := blob(row[1]); len(records) == slabSize*facetBytes {
			slabs[number(row[0])] = records
			return nil
		}
		return s.c.broken(errFacets)
	}, "SELECT id, records FROM facets")
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, r := range all {
		slab := slabs[slabOf(r.id)]
		if slab == nil {
			return nil, s.c.broken(errFacets)
		}
		f := readFacet(slab[int(r.id%slabSize)*facetBytes:])
		if s.where.test(r.id, &f) {
			kept = append(kept, r)
		}
	}
	return kept, nil
}
