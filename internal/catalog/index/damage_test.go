package index

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// change overwrites some bytes of a file.
func change(t *testing.T, path string, at int64, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(with, at); err != nil {
		t.Fatal(err)
	}
}

func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// some gives n records that differ.
func some(n int, prefix string) []*catalog.Record {
	var out []*catalog.Record
	for i := range n {
		out = append(out, record(fmt.Sprintf("%s/repo-%d", prefix, i), readme(fmt.Sprintf("the repository %d of %s does thing %x", i, prefix, i*7919))))
	}
	return out
}

// damage is what may become of a generation's file, and what is said of it.
var damage = map[string]struct {
	do  func(t *testing.T, path string)
	why string
}{
	"missing":             {func(t *testing.T, path string) { os.Remove(path) }, "missing"},
	"empty":               {func(t *testing.T, path string) { mustDo(t, os.Truncate(path, 0)) }, "bytes"},
	"cut short":           {func(t *testing.T, path string) { mustDo(t, os.Truncate(path, 8192)) }, "bytes"},
	"longer":              {func(t *testing.T, path string) { change(t, path, size(t, path), []byte("x")) }, "bytes"},
	"another application": {func(t *testing.T, path string) { change(t, path, 68, be32(7)) }, "no catalog of isrc"},
	"no database":         {func(t *testing.T, path string) { change(t, path, 0, []byte("PK")) }, "no catalog of isrc"},
	"a bit of the head":   {func(t *testing.T, path string) { change(t, path, 5000, []byte{0xff, 0xfe, 0xfd}) }, "changed"},
	"a bit of the end":    {func(t *testing.T, path string) { change(t, path, size(t, path)-3, []byte{1, 2, 3}) }, "changed"},
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	mustDo(t, err)
	return st.Size()
}

func TestDamageIsSeenNamedAndMended(t *testing.T) {
	t.Parallel()
	for name, c := range damage {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &Store{Dir: t.TempDir()}
			c.do(t, update(t, s, put(some(30, "a")...)).Path)
			_, err := s.Open(context.Background())
			var broken *DamagedError
			if !errors.As(err, &broken) || !strings.Contains(broken.Why, c.why) {
				t.Fatalf("got %v, want a damaged catalog (%s)", err, c.why)
			}
			info := update(t, s, put(some(3, "b")...))
			if info.Records != 3 || !strings.Contains(info.Recovered, c.why) {
				t.Errorf("got %+v, want one begun anew, and why", info)
			}
			if got := openStore(t, s).Info(); got.Records != 3 || got.Recovered != info.Recovered {
				t.Errorf("got %+v after the repair", got)
			}
		})
	}
}

func TestTheGenerationBeforeADamagedOneIsUsed(t *testing.T) {
	t.Parallel()
	for name, c := range damage {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &Store{Dir: t.TempDir()}
			before := update(t, s, put(some(30, "a")...))
			c.do(t, update(t, s, put(some(1, "b")...)).Path)
			opened := openStore(t, s)
			if got := opened.Info(); got.ID != before.ID || got.Records != 30 || !strings.Contains(got.Recovered, c.why) {
				t.Fatalf("got %+v, want the one before, %s, and why", got, before.ID)
			}
			info := update(t, s, put(some(2, "c")...))
			if info.Records != 32 || info.Recovered == "" {
				t.Errorf("got %+v, want 32 records, and why", info)
			}
		})
	}
}

// A flipped bit anywhere is found by Verify and not built upon, even where the
// look at opening does not see it.
func TestNoFlippedBitIsBuiltUpon(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &Store{Dir: dir}
	first := update(t, s, put(some(300, "a")...))
	second := update(t, s, put(some(20, "b")...))
	good, err := os.ReadFile(second.Path)
	mustDo(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	for range 25 {
		at := random.Int64N(int64(len(good)))
		change(t, second.Path, at, []byte{good[at] ^ 1<<random.IntN(8)})
		// Whatever is read meanwhile is right, or an error that names the damage.
		if c, err := s.Open(context.Background()); err == nil {
			err := c.Each(context.Background(), func(*catalog.Record) error { return nil })
			var broken *DamagedError
			if err != nil && !errors.As(err, &broken) {
				t.Errorf("byte %d: reading gives %v", at, err)
			}
			c.Close()
		}
		os.Remove(s.suspect(second.ID))
		c, err := s.Open(context.Background())
		mustDo(t, err)
		seen := c.Info().ID == first.ID
		c.Close()
		var broken *DamagedError
		if _, err := s.Verify(context.Background(), nil); !seen && !errors.As(err, &broken) {
			t.Errorf("byte %d: got %v, want that it is damaged", at, err)
		}
		if c, err = s.Open(context.Background()); err != nil || c.Info().ID != first.ID {
			t.Errorf("byte %d: what Verify found is opened again: %v", at, err)
		} else {
			c.Close()
		}
		os.Remove(s.suspect(second.ID))
		p, err := s.readPointer()
		mustDo(t, err)
		base, err := s.base(p)
		mustDo(t, err)
		part := filepath.Join(dir, "copy")
		if base, err = s.begin(base, p, part, UpdateOptions{}); err != nil || base.ID != first.ID || base.Recovered == "" {
			t.Errorf("byte %d: an update would build on %+v, %v", at, base, err)
		}
		os.Remove(part)
		os.Remove(s.suspect(second.ID))
		mustDo(t, os.WriteFile(second.Path, good, 0o600))
	}
	if c := openStore(t, s); c.Info().ID != second.ID {
		t.Error("the mended file is not opened")
	}
}

// Damage in any page that is only met by a query is an error that names it, or
// does not touch the answer; the next Open takes the generation before.
func TestDamageThatAQueryMeetsIsNamed(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, put(some(5, "a")...))
	second := update(t, s, put(some(300, "b")...))
	good, err := os.ReadFile(second.Path)
	mustDo(t, err)
	p, err := s.readPointer()
	mustDo(t, err)
	random := rand.New(rand.NewPCG(5, 6))
	named := 0
	for at := int64(sampleHead); at+pageSize < int64(len(good)); at += pageSize {
		if random.IntN(3) > 0 {
			continue
		}
		junk := make([]byte, pageSize)
		for i := range junk {
			junk[i] = byte(random.Uint32())
		}
		change(t, second.Path, at, junk)
		c, err := open(context.Background(), second.Path, s.suspect(second.ID), p.Current)
		if err == nil {
			for _, ask := range []func() error{
				func() error { return c.Each(context.Background(), func(*catalog.Record) error { return nil }) },
				func() error {
					_, err := c.Search(context.Background(), catalog.Query{Words: []catalog.Word{{Text: "repository"}, {Text: "thing"}}, Limit: 20}, now)
					return err
				},
				func() error { _, err := c.HelpWanted(context.Background(), catalog.Query{}, now); return err },
				func() error { _, err := c.Complete(context.Background(), "repo", 50); return err },
			} {
				err = errors.Join(err, ask())
			}
			c.Close()
		}
		if err != nil {
			named++
			var broken *DamagedError
			if !errors.As(err, &broken) {
				t.Errorf("page %d: %v", at/pageSize, err)
			} else if c, err := s.Open(context.Background()); err != nil || c.Info().ID == second.ID {
				t.Errorf("page %d: it is opened again: %v", at/pageSize, err)
			} else {
				c.Close()
			}
		}
		os.Remove(s.suspect(second.ID))
		change(t, second.Path, at, good[at:at+pageSize])
	}
	if named == 0 {
		t.Error("no damage was met")
	}
}
