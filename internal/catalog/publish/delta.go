package publish

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// A patch makes a generation of the one before it. It is a row of steps, each
//
//	uvarint   how many bytes follow that are not in the generation before
//	          these bytes
//	uvarint   how many bytes are taken from the generation before
//	varint    where they begin there, counted from where as many bytes as were
//	          written just now end behind the ones that were taken last
//
// The last number is missing where nothing is taken. So rows that moved, and
// pages of which a few bytes changed, cost little, wherever they stand: chunks
// alone do not find them, since SQLite packs its rows anew into pages.

const (
	seed        = 32 // bytes that must be alike before what is alike is looked for around them
	nearSeed    = 16 // the same, where they stand where they are expected
	patchBlock  = 4 << 20
	multiplier  = 0x9e3779b97f4a7c15
	largestKept = 1 << 30 // bytes of a generation that are held in memory to make a patch
)

// differ makes a patch.
type differ struct {
	old    []byte
	table  []uint32 // by the hash of a seed, its number in old, from 1
	shift  int
	out    *bufio.Writer
	expect int // the place in old behind the last bytes that were taken
	number [binary.MaxVarintLen64]byte
	drop   uint64 // the multiplier to the power of seed
}

// diff writes the patch that makes what in gives of old.
func diff(old []byte, in io.Reader, out *bufio.Writer) error {
	d := &differ{old: old, out: out, drop: 1}
	size := bits.Len(uint(len(old) / seed))
	d.table, d.shift = make([]uint32, 1<<size), 64-size
	for range seed {
		d.drop *= multiplier
	}
	for at := len(old)/seed*seed - seed; at >= 0; at -= seed { // of equal ones the first
		d.table[d.slot(hashOf(old[at:at+seed]))] = uint32(at/seed) + 1
	}
	block := make([]byte, patchBlock)
	for {
		n, err := io.ReadFull(in, block)
		if n > 0 {
			if err := d.block(block[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return out.Flush()
		case err != nil:
			return err
		}
	}
}

func hashOf(b []byte) (h uint64) {
	for _, c := range b {
		h = h*multiplier + uint64(c) + 1
	}
	return h
}

func (d *differ) slot(h uint64) uint64 { return (h ^ h>>29) * multiplier >> d.shift }

// block writes the steps that make some bytes.
func (d *differ) block(b []byte) error {
	begin, at := 0, 0 // of what is not in old
	hash, known := uint64(0), false
	for at < len(b) {
		if from := d.expect + at - begin; alike(d.old, from, b[at:], nearSeed) {
			n := common(d.old[from:], b[at:])
			if err := d.step(b[begin:at], from, n); err != nil {
				return err
			}
			at += n
			begin, known = at, false
			continue
		}
		if at+seed > len(b) {
			break
		}
		if !known {
			hash, known = hashOf(b[at:at+seed]), true
		}
		if from := (int(d.table[d.slot(hash)]) - 1) * seed; from >= 0 && alike(d.old, from, b[at:], seed) {
			for at > begin && from > 0 && d.old[from-1] == b[at-1] {
				at, from = at-1, from-1
			}
			n := common(d.old[from:], b[at:])
			if err := d.step(b[begin:at], from, n); err != nil {
				return err
			}
			at += n
			begin, known = at, false
			continue
		}
		if at+seed < len(b) {
			hash = hash*multiplier + uint64(b[at+seed]) + 1 - (uint64(b[at])+1)*d.drop
		}
		at++
	}
	if begin < len(b) {
		return d.step(b[begin:], 0, 0)
	}
	return nil
}

// alike tells whether the first n bytes of b stand in old.
func alike(old []byte, at int, b []byte, n int) bool {
	return at >= 0 && at+n <= len(old) && n <= len(b) && bytes.Equal(old[at:at+n], b[:n])
}

// common is how many bytes two texts have in common at their beginning.
//
//go:noinline
func common(a, b []byte) int {
	most, n := min(len(a), len(b)), 0
	for n+8 <= most {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
		n += 8
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// step writes a step.
func (d *differ) step(fresh []byte, from, n int) error {
	expected := d.expect + len(fresh)
	d.expect = expected
	buf := d.number[:]
	if _, err := d.out.Write(buf[:binary.PutUvarint(buf, uint64(len(fresh)))]); err != nil {
		return err
	}
	if _, err := d.out.Write(fresh); err != nil {
		return err
	}
	_, err := d.out.Write(buf[:binary.PutUvarint(buf, uint64(n))])
	if err == nil && n > 0 {
		_, err = d.out.Write(buf[:binary.PutVarint(buf, int64(from-expected))])
		d.expect = from + n
	}
	return err
}

var errPatch = errors.New("a patch of the catalog is not one")

// apply writes what a patch makes of old, which has before bytes. It writes no
// more than size bytes, and answers errPatch for what is no patch of old.
func apply(old io.ReaderAt, before int64, patch io.Reader, size int64, out io.Writer) error {
	in := bufio.NewReaderSize(patch, 1<<16)
	expect := int64(0)
	buf := make([]byte, 1<<16)
	for {
		fresh, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) {
			if size != 0 {
				return errPatch
			}
			return nil
		}
		if err != nil || fresh > uint64(size) {
			return errPatch
		}
		if err := carry(out, in, int64(fresh), buf); err != nil {
			return err
		}
		size -= int64(fresh)
		taken, err := binary.ReadUvarint(in)
		if err != nil || taken > uint64(size) {
			return errPatch
		}
		if taken == 0 {
			expect += int64(fresh)
			continue
		}
		distance, err := binary.ReadVarint(in)
		from := expect + int64(fresh) + distance
		if err != nil || distance > largestWhole || distance < -largestWhole || from < 0 || from > before-int64(taken) {
			return errPatch
		}
		if err := carry(out, io.NewSectionReader(old, from, int64(taken)), int64(taken), buf); err != nil {
			return err
		}
		size -= int64(taken)
		expect = from + int64(taken)
	}
}

// carry copies exactly n bytes.
func carry(out io.Writer, in io.Reader, n int64, buf []byte) error {
	for n > 0 {
		part := buf[:min(n, int64(len(buf)))]
		if _, err := io.ReadFull(in, part); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return errPatch
			}
			return err
		}
		if _, err := out.Write(part); err != nil {
			return &writeError{err}
		}
		n -= int64(len(part))
	}
	return nil
}
