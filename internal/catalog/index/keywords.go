package index

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// mostKeywords is how many terms are kept for a record.
const mostKeywords = 25

// keyword is a term that tells much of a record: its id in the vocabulary, and
// how much it tells (tells(…)×8, 255 at most).
type keyword struct {
	id     int64
	weight uint8
}

// encodeKeywords writes the terms blob of the table keywords: for each term,
// the most telling first, its id as a varint and its weight as a byte.
func encodeKeywords(terms []keyword) []byte {
	var b []byte
	for _, t := range terms {
		b = append(binary.AppendUvarint(b, uint64(t.id)), t.weight)
	}
	return b
}

// decodeKeywords reads what encodeKeywords wrote, as far as it can be read.
func decodeKeywords(b []byte) []keyword {
	out := make([]keyword, 0, mostKeywords)
	for len(b) > 0 && len(out) < mostKeywords {
		id, n := binary.Uvarint(b)
		if n <= 0 || n >= len(b) || id > math.MaxInt64 {
			break
		}
		out = append(out, keyword{int64(id), b[n]})
		b = b[n+1:]
	}
	return out
}

// spool keeps the candidates of all records in a file until the words of all
// are counted: at a million records they would not fit into memory.
type spool struct {
	file *os.File
	buf  *bufio.Writer
	room []byte // for one record
	rows int
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "terms-*.part")
	if err != nil {
		return nil, fault.Errorf("write the catalog: %w", err)
	}
	return &spool{file: f, buf: bufio.NewWriterSize(f, 1<<16)}, nil
}

// add keeps the candidates of a record; the last ones for a record count.
func (s *spool) add(record int64, terms []candidate) error {
	b := binary.AppendUvarint(s.room[:0], uint64(record))
	for _, t := range terms {
		b = binary.AppendUvarint(b, uint64(t.id))
		b = binary.AppendUvarint(b, uint64(t.tf))
	}
	s.room = b
	var size [4]byte
	binary.LittleEndian.PutUint32(size[:], uint32(len(b)))
	s.rows++
	_, err := s.buf.Write(size[:])
	if err == nil {
		_, err = s.buf.Write(b)
	}
	if err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	return nil
}

// each visits what was kept, in its order.
func (s *spool) each(visit func(record int64, terms []candidate) error) error {
	if err := s.buf.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(s.file, 1<<16)
	var terms []candidate
	for range s.rows {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return err
		}
		n := int(binary.LittleEndian.Uint32(size[:]))
		s.room = slices.Grow(s.room[:0], n)[:n]
		if _, err := io.ReadFull(r, s.room); err != nil {
			return err
		}
		b := s.room
		number := func() uint64 {
			x, n := binary.Uvarint(b)
			if n <= 0 {
				b = nil // which nobody but we wrote
				return 0
			}
			b = b[n:]
			return x
		}
		record := int64(number())
		for terms = terms[:0]; len(b) > 0; {
			terms = append(terms, candidate{id: int64(number()), tf: int(number())})
		}
		if err := visit(record, terms); err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// putKeywords chooses the terms that tell most of each record that was written,
// now that the words are counted: not what stands in a fifth of all records, and
// rather what other records have too.
func (w *Writer) putKeywords() error {
	if err := w.vocab.finish(); err != nil {
		return err
	}
	n := w.vocab.total + w.vocab.records
	return w.telling.each(func(record int64, terms []candidate) error {
		rated := terms[:0]
		for _, t := range terms {
			word := w.vocab.all[t.id]
			if word == nil || n > 50 && word.records()*5 > int64(n) {
				continue
			}
			t.id, t.rate = word.id, w.vocab.tells(t.tf, word.records(), n)
			if word.records() < 2 {
				t.rate /= 2
			}
			rated = append(rated, t)
		}
		rated = best(rated, mostKeywords)
		order.By(rated, compareCandidates)
		return w.putTerms(record, rated)
	})
}

func (w *Writer) putTerms(record int64, best []candidate) error {
	if len(best) == 0 {
		return w.exec("DELETE FROM keywords WHERE record = ?", record)
	}
	terms := make([]keyword, len(best))
	for i, t := range best {
		terms[i] = keyword{t.id, uint8(min(255, math.Round(t.rate*8)))}
	}
	if w.fresh && !w.again {
		return w.exec("INSERT INTO keywords (record, terms) VALUES (?, ?)", record, encodeKeywords(terms))
	}
	return w.exec("INSERT OR REPLACE INTO keywords (record, terms) SELECT id, ?2 FROM facts WHERE id = ?1", record, encodeKeywords(terms))
}

// candidate is a term that may tell much of a record: its number, its weight
// there, and how much it tells.
type candidate struct {
	id   int64
	tf   int
	rate float64
}

// compareCandidates puts what tells most first.
func compareCandidates(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.rate, a.rate), cmp.Compare(a.id, b.id))
}

// best gives the n candidates that tell most, in any order. It changes the order
// of what it is given: whatever tells more than a pivot goes before it, until n
// are there (Hoare's selection).
func best(all []candidate, n int) []candidate {
	if len(all) <= n {
		return all
	}
	for low, high := 0, len(all)-1; low < high; {
		pivot := all[(low+high)/2]
		i, j := low, high
		for i <= j {
			for compareCandidates(all[i], pivot) < 0 {
				i++
			}
			for compareCandidates(all[j], pivot) > 0 {
				j--
			}
			if i <= j {
				all[i], all[j] = all[j], all[i]
				i++
				j--
			}
		}
		switch {
		case n-1 <= j:
			high = j
		case n-1 >= i:
			low = i
		default:
			return all[:n]
		}
	}
	return all[:n]
}
