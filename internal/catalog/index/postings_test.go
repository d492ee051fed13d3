package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

// TestPostingsSayWhatTheIndexSays holds the two ways of knowing which records
// have a word against each other, after records were put, put again, changed and
// removed, in many parts and in one.
func TestPostingsSayWhatTheIndexSays(t *testing.T) {
	t.Parallel()
	var records []*catalog.Record
	for r := range estate.New(4, 300).Records() {
		records = append(records, r)
	}
	for name, most := range map[string]int{"in one part": mostCollected, "in many parts": 400, "in more parts than there may be": 50} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &Store{Dir: t.TempDir()}
			small := func(w *Writer) error {
				return w.do(func() error { w.postings.most = most; return nil })
			}
			update(t, s, func(w *Writer) error { return errors.Join(small(w), put(records[:250]...)(w)) })
			comparePostings(t, s, 0.05)
			update(t, s, func(w *Writer) error {
				err := small(w)
				for i, r := range records[100:] {
					changed := *r
					changed.Description += fmt.Sprintf(" zebra%d and more", i%7)
					err = errors.Join(err, w.Put(&changed))
					if i%3 == 0 {
						changed.Description = "quokka"
						err = errors.Join(err, w.Put(&changed))
					}
					if i%5 == 0 {
						err = errors.Join(err, w.Delete(r.Key()))
					}
					if i%10 == 0 {
						err = errors.Join(err, w.Put(r))
					}
				}
				return err
			})
			comparePostings(t, s, math.Inf(1))                                        // FTS5 counts what was deleted
			update(t, s, func(w *Writer) error { return w.Delete(records[7].Key()) }) // a little: nothing is brought together
			comparePostings(t, s, math.Inf(1))
			if _, err := s.Verify(context.Background(), nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func comparePostings(t *testing.T, s *Store, exact float64) {
	t.Helper()
	c := openStore(t, s)
	ctx := context.Background()
	words := strings1(t, c, "SELECT term FROM vocabulary ORDER BY term")
	if len(words) < 500 {
		t.Fatalf("%d words are too few for a test", len(words))
	}
	for i, word := range words {
		if i%7 != 0 && len(word) > 4 {
			continue
		}
		f := formOf(1, word)
		tally, err := c.newTally(ctx, []clause{{typed: word, forms: []form{f}}}, nil)
		mustDo(t, err)
		var have []int64
		ours := map[int64]float64{}
		tally.matches(wants{must: 1, archived: true}, func(id int64, row *tallyRow, at int) {
			have = append(have, id)
			ours[id] = float64(row.text[at])
		})
		var want []int64
		err = c.each(ctx, func(scan func(...any) error) error {
			var id int64
			var bm25 float64
			err := scan(&id, &bm25)
			want = append(want, id)
			if off := math.Abs(ours[id]+bm25) / -bm25; off > exact && -bm25 > 0.001 {
				t.Errorf("%s: BM25 of %d is %.4f, and %.4f by the postings", word, id, -bm25, ours[id])
			}
			return err
		}, "SELECT rowid, bm25(words, "+weights+") FROM words WHERE words MATCH ? ORDER BY rowid", f.match())
		mustDo(t, err)
		if !slices.Equal(have, want) {
			t.Errorf("%s: the index has %v, the postings have %v", word, want, have)
		}
	}
}

// TestPhrasesAreAskedOfTheIndex looks for words side by side, in few records and
// in many.
func TestPhrasesAreAskedOfTheIndex(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	var all []*catalog.Record
	for i := range 80 {
		all = append(all, record(fmt.Sprintf("x/beside-%d", i), readme("It does rate limiting for others.")), record(fmt.Sprintf("x/apart-%d", i), readme("Limiting the rate is done.")))
	}
	all = append(all, record("x/once", readme("An orange badger.")), record("x/never", readme("A badger that is orange.")))
	update(t, s, put(all...))
	c := openStore(t, s)
	for phrase, want := range map[string]int{"rate limiting": 80, "limiting rate": 0, "orange badger": 1, "badger orange": 0, "orange unheard": 0, "limiting the rate": 80} {
		tally, err := c.newTally(context.Background(), []clause{{forms: []form{formOf(1, strings.Fields(phrase)...)}}}, nil)
		mustDo(t, err)
		n := 0
		tally.matches(wants{must: 1}, func(int64, *tallyRow, int) { n++ })
		if n != want {
			t.Errorf("%q: %d records, want %d", phrase, n, want)
		}
	}
}

func TestPostingsThatCannotBeReadAreDamage(t *testing.T) {
	t.Parallel()
	for _, posting := range [][]byte{{1}, {5, 0x80}, {0x80}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, {1, 1, 1, 0x80 | 3}, {1, 1, 0xff, 0xff, 0xff, 0xff, 0x7f, 1}} {
		if wholeEntries(posting) {
			t.Errorf("%x is taken for a posting", posting)
		}
		s := &Store{Dir: t.TempDir()}
		info := update(t, s, put(some(3, "a")...))
		db, err := writable(info.Path)
		mustDo(t, err)
		_, err = db.Exec("UPDATE postings SET entries = ? WHERE stem = 'repositori'", posting)
		mustDo(t, errors.Join(err, db.Close()))
		c, err := open(context.Background(), info.Path, "", stamp{})
		mustDo(t, err)
		defer c.Close()
		q, err := catalog.ParseQuery([]string{"repository"})
		mustDo(t, err)
		var broken *DamagedError
		if _, err := c.Search(context.Background(), q, rankingNow); !errors.As(err, &broken) {
			t.Errorf("%x: a search answers %v", posting, err)
		}
		if err := verify(context.Background(), info.Path, nil); !errors.As(err, &broken) {
			t.Errorf("%x: verification answers %v", posting, err)
		}
	}
}

func TestEntriesGiveBackWhatTheyWereMadeOf(t *testing.T) {
	t.Parallel()
	want := func(columns uint8, twice uint16) float32 {
		if columns == inReadme || twice >= 64 {
			return float32(max(1, twice/2))
		}
		return float32(twice) / 2
	}
	for columns := uint8(1); columns != 0; columns++ {
		for _, weight := range []uint16{1, 2, 3, 20, 2*mostWeight - 1, 2 * mostWeight} {
			e := entries{rest: appendEntry(nil, 300, codeOf(columns, weight))}
			if !e.next() || e.id != 300 || e.columns() != columns || e.weight() != want(columns, weight) || len(e.rest) > 0 {
				t.Fatalf("columns %08b of weight %d are read as %08b, %.1f", columns, weight, e.columns(), e.weight())
			}
		}
	}
}

// Some at once are the same as one after the other, also of what is no posting.
func TestEntriesAreReadAlikeAtOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 5))
	for range 2000 {
		var posting []byte
		for range random.IntN(60) {
			distance := random.Uint64N(1 << (random.IntN(32) + 1))
			posting = appendEntry(posting, distance, codeOf(uint8(1+random.IntN(255)), uint16(1+random.IntN(2*mostWeight))))
		}
		if len(posting) > 0 && random.IntN(3) == 0 {
			posting[random.IntN(len(posting))] = byte(random.Uint32())
			posting = posting[:len(posting)-random.IntN(2)]
		}
		one, more := entries{rest: posting}, entries{rest: posting}
		var want, got []entry
		for one.next() {
			want = append(want, one.entry)
		}
		room := make([]entry, 1+random.IntN(9))
		for n := more.some(room); n > 0; n = more.some(room) {
			got = append(got, room[:n]...)
		}
		if !slices.Equal(got, want) || more.bad != one.bad {
			t.Fatalf("%x is read as %v (damaged: %v), want %v (%v)", posting, got, more.bad, want, one.bad)
		}
	}
}
