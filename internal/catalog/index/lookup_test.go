package index

import (
	"context"
	"errors"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// Whether a record was written by this update or by an earlier one, and whether
// it is still on its way, makes no difference to who looks it up.
func TestAWriterFindsWhatWasPutBefore(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	described := func(name, text string) *catalog.Record {
		return record(name, func(r *catalog.Record) { r.Description = text })
	}
	update(t, s, put(described("a/kept", "old"), described("a/changed", "old"), described("a/gone", "old")))
	for _, fresh := range []bool{false, true} {
		_, err := s.Update(context.Background(), UpdateOptions{Fresh: fresh, At: now}, func(w *Writer) error {
			is := func(when, name, want string) {
				t.Helper()
				r, err := w.Get(record(name).Key())
				mustDo(t, err)
				got := ""
				if r != nil {
					got = r.Description
				}
				if got != want {
					t.Errorf("fresh %v: %s %s is %q, want %q", fresh, when, name, got, want)
				}
			}
			was := "old"
			if fresh {
				was = ""
			}
			for _, name := range []string{"a/kept", "a/changed", "a/gone"} {
				is("before", name, was)
			}
			is("before", "a/new", "")
			mustDo(t, w.Put(described("a/changed", "first")))
			mustDo(t, w.Put(described("a/new", "new")))
			mustDo(t, w.Delete(record("a/gone").Key()))
			is("after", "a/changed", "first")
			is("after", "a/new", "new")
			is("after", "a/gone", "")
			is("after", "a/kept", was)
			mustDo(t, w.Put(described("a/changed", "second")))
			mustDo(t, w.Delete(record("a/new").Key()))
			mustDo(t, w.Put(described("a/gone", "again")))
			is("at last", "a/changed", "second")
			is("at last", "a/new", "")
			is("at last", "a/gone", "again")
			return nil
		})
		mustDo(t, err)
	}
	_, err := s.Verify(context.Background(), nil)
	mustDo(t, err)
}

// Nothing more is written once the context has ended, although no statement is
// broken off by it.
func TestAnUpdateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, put(record("a/one")))
	before, err := s.Current(context.Background())
	mustDo(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = s.Update(ctx, UpdateOptions{At: now}, func(w *Writer) error {
		mustDo(t, w.Put(record("a/two")))
		_, err := w.Get(record("a/two").Key())
		mustDo(t, err)
		cancel()
		if _, err := w.Get(record("a/two").Key()); !errors.Is(err, context.Canceled) {
			t.Errorf("Get: %v", err)
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	after, err := s.Current(context.Background())
	mustDo(t, err)
	if before.ID != after.ID {
		t.Error("an update that was broken off is current")
	}
}
