package index

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Schema is the version of the format that this program writes and reads.
const Schema = schemaVersion

// Lock makes this process the only one that works in a folder, or answers a
// *BusyError. A dead process holds nothing.
func Lock(dir string) (unlock func() error, err error) { return lock(dir) }

// Telling is what of a generation may be told to others.
type Telling struct {
	Generation string   // its ID
	Gone       []string // the keys of the records of which nothing is told, in the order of EachSketch
	Some       []string // of those of which something else is told than they are
	// Tell gives what is told of one of Some, nil for nothing, and whether its pull
	// events are told, too. What it gives is the record itself or another value; one
	// with another excerpt, or none, has no README.
	Tell func(*catalog.Record) (told *catalog.Record, events bool)
	// Like is a file that was extracted earlier and may still be told, or "": what is
	// common to all records is written as it is written there, so that records that
	// stayed keep their bytes.
	Like string
}

// Extract writes to a new file what may be told to others of the current
// generation, and answers ErrOther where that is another than was asked for.
//
// Nothing else is in the file: what is left out is neither in a table that was
// derived from it nor in a page that is free. What else a generation says of
// itself (Info.Meta and Info.Source) stays behind, but for its times. The same
// generation gives the same bytes.
func (s *Store) Extract(ctx context.Context, path string, what Telling) (info Info, err error) {
	p, err := s.readPointer()
	if err != nil {
		return Info{}, err
	}
	g, err := s.healthy(p)
	if err != nil {
		return Info{}, err
	}
	if g.ID != what.Generation {
		return Info{}, ErrOther
	}
	part := path + ".part"
	defer os.Remove(part)
	sum, err := copyFile(s.file(g.ID), part)
	if err != nil {
		return Info{}, fault.Errorf("copy the catalog: %w", err)
	}
	if sum != g.Whole {
		return Info{}, &DamagedError{Path: s.file(g.ID), Why: "its content has changed since it was written"}
	}
	if err := extract(ctx, s.file(g.ID), part, path, g, &what); err != nil {
		return Info{}, errors.Join(fault.Errorf("take out what is published: %w", damaged(part, err)), removed(path))
	}
	db, err := readOnly(path)
	if err != nil {
		return Info{}, fault.Errorf("open the catalog: %w", err)
	}
	c := &Catalog{db: db, path: path}
	err = c.readInfo(ctx, stamp{})
	return c.info, errors.Join(err, c.Close())
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func extract(ctx context.Context, base, part, path string, g stamp, what *Telling) (err error) {
	db, err := writable(part)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE told (key TEXT PRIMARY KEY) WITHOUT ROWID"); err != nil {
		return err
	}
	fill := func(w *Writer) error { return w.tell(what) }
	if err := writeAll(ctx, conn, base, filepath.Dir(path), UpdateOptions{At: g.At}, fill); err != nil {
		return err
	}
	if err := purge(ctx, conn, len(what.Gone)+len(what.Some) == 0, dictionaryIn(ctx, what.Like)); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// tell leaves of each record what is told of it.
func (w *Writer) tell(what *Telling) error {
	if err := w.send(w.unlessFailed(func() error { return w.exec("INSERT INTO told (key) SELECT key FROM keys") })); err != nil {
		return err
	}
	gone, silent := slices.Clone(what.Gone), slices.Clone(what.Gone)
	var changed []*catalog.Record
	for _, key := range what.Some {
		r, err := w.Get(key)
		if err != nil {
			return err
		}
		if r == nil {
			continue
		}
		told, events := what.Tell(r)
		// With its README still the same a record is only changed; else it is
		// forgotten first, since Put keeps the words of a README where it can.
		if told == nil || told != r && (told.Excerpt == "" || told.Excerpt != r.Excerpt) {
			gone = append(gone, key)
		}
		if told != nil && told != r {
			changed = append(changed, told)
		}
		if !events {
			silent = append(silent, key)
		}
	}
	for _, key := range silent {
		if err := w.send(w.unlessFailed(func() error { return w.exec("DELETE FROM told WHERE key = ?", key) })); err != nil {
			return err
		}
	}
	if len(gone)+len(changed) == 0 {
		return nil
	}
	return w.leave(gone, changed)
}

// leave forgets records and changes others. FTS5 writes out what it has collected
// wherever a row comes before the one before it: what is forgotten comes first, in
// the order of the rows.
func (w *Writer) leave(gone []string, changed []*catalog.Record) error {
	if err := w.send(func() error { w.postings.tidy = true; return nil }); err != nil {
		return err
	}
	for _, key := range gone {
		if err := w.Delete(key); err != nil {
			return err
		}
	}
	for _, r := range changed {
		if err := w.Put(r); err != nil {
			return err
		}
	}
	return nil
}
