package index

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

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
	rows int
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "terms-*.part")
	if err != nil {
		return nil, fmt.Errorf("write the catalog: %w", err)
	}
	return &spool{file: f, buf: bufio.NewWriterSize(f, 1<<16)}, nil
}

// add keeps the candidates of a record; the last ones for a record count.
func (s *spool) add(record int64, terms []candidate) error {
	b := s.buf.AvailableBuffer()
	b = binary.AppendUvarint(b, uint64(record))
	b = binary.AppendUvarint(b, uint64(len(terms)))
	for _, t := range terms {
		b = binary.AppendUvarint(b, uint64(t.id))
		b = binary.AppendUvarint(b, uint64(math.Float32bits(t.tf)))
	}
	s.rows++
	if _, err := s.buf.Write(b); err != nil {
		return fmt.Errorf("write the catalog: %w", err)
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
	return s.read(bufio.NewReaderSize(s.file, 1<<16), visit)
}

func (s *spool) read(r *bufio.Reader, visit func(int64, []candidate) error) error {
	var terms []candidate
	for range s.rows {
		var head [2]uint64
		for i := range head {
			n, err := binary.ReadUvarint(r)
			if err != nil {
				return err
			}
			head[i] = n
		}
		terms = terms[:0]
		for range head[1] {
			id, err := binary.ReadUvarint(r)
			if err != nil {
				return err
			}
			bits, err := binary.ReadUvarint(r)
			if err != nil {
				return err
			}
			terms = append(terms, candidate{id: int64(id), tf: math.Float32frombits(uint32(bits))})
		}
		if err := visit(int64(head[0]), terms); err != nil {
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
	learned, err := w.vocab.finish()
	if err != nil {
		return err
	}
	n := w.vocab.total + w.vocab.records
	return w.telling.each(func(record int64, terms []candidate) error {
		all := make([]rated, 0, len(terms))
		for _, t := range terms {
			word := learned[t.id]
			if word == nil || n > 50 && word.records()*5 > int64(n) {
				continue
			}
			rate := tells(t.tf, word.records(), n)
			if word.records() < 2 {
				rate /= 2
			}
			all = append(all, rated{word.id, rate})
		}
		order.By(all, func(a, b rated) int {
			return cmp.Or(cmp.Compare(b.rate, a.rate), cmp.Compare(a.id, b.id))
		})
		best := make([]keyword, 0, mostKeywords)
		for _, r := range all[:min(len(all), mostKeywords)] {
			best = append(best, keyword{r.id, uint8(min(255, math.Round(r.rate*8)))})
		}
		if len(best) == 0 {
			return w.exec("DELETE FROM keywords WHERE record = ?", record)
		}
		return w.exec("INSERT OR REPLACE INTO keywords (record, terms) SELECT id, ?2 FROM facts WHERE id = ?1", record, encodeKeywords(best))
	})
}

// rated is a term with how much it tells.
type rated struct {
	id   int64
	rate float64
}
