package index

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Schema is the version of the format that this program writes and reads.
const Schema = schemaVersion

// Lock makes this process the only one that works in a folder, or answers a
// *BusyError. A dead process holds nothing.
func Lock(dir string) (unlock func() error, err error) { return lock(dir) }

// Extract writes to a new file what may be told to others of the current
// generation. Choose gives what is told of a record, nil for nothing, and
// whether its pull events are told, too. What it gives is the record itself or
// another value; one with another excerpt, or none, has no README.
//
// Nothing else is in the file: what is left out is neither in a table that was
// derived from it nor in a page that is free. What else a generation says of
// itself (Info.Meta and Info.Source) stays behind, but for its times. The same
// generation gives the same bytes.
//
// like is a file that was extracted earlier and may still be told, or "": what is
// common to all records is written as it is written there, so that records that
// stayed keep their bytes.
func (s *Store) Extract(ctx context.Context, path, like string, choose func(*catalog.Record) (told *catalog.Record, events bool)) (info Info, err error) {
	p, err := s.readPointer()
	if err != nil {
		return Info{}, err
	}
	g, err := s.healthy(p)
	if err != nil {
		return Info{}, err
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
	if err := extract(ctx, s.file(g.ID), part, path, dictionaryIn(ctx, like), g, choose); err != nil {
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

func extract(ctx context.Context, base, part, path string, dictionary []byte, g stamp, choose func(*catalog.Record) (*catalog.Record, bool)) (err error) {
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
	all := true
	fill := func(w *Writer) (err error) { all, err = w.tell(choose); return err }
	if err := writeAll(ctx, conn, base, filepath.Dir(path), UpdateOptions{At: g.At}, fill); err != nil {
		return err
	}
	if err := purge(ctx, conn, all, dictionary); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// tell leaves of each record what is told of it. The records are changed once all
// were seen: one that is written meanwhile might be seen again. It answers
// whether all of every record is told.
func (w *Writer) tell(choose func(*catalog.Record) (*catalog.Record, bool)) (all bool, err error) {
	type change struct {
		key    string
		forget bool
		told   *catalog.Record
	}
	var changes []change
	err = w.Each(func(r *catalog.Record) error {
		told, events := choose(r)
		if told != r {
			// With its README still the same a record is only changed; else it is
			// forgotten first, since Put keeps the words of a README where it can.
			changes = append(changes, change{r.Key(), told == nil || told.Excerpt == "" || told.Excerpt != r.Excerpt, told})
		}
		if !events {
			return nil
		}
		return w.send(w.unlessFailed(func() error { return w.exec("INSERT OR IGNORE INTO told (key) VALUES (?)", r.Key()) }))
	})
	if err == nil && len(changes) > 0 {
		err = w.send(func() error { w.postings.tidy = true; return nil })
	}
	for _, c := range changes {
		if err == nil && c.forget {
			err = w.Delete(c.key)
		}
		if err == nil && c.told != nil {
			err = w.Put(c.told)
		}
	}
	return len(changes) == 0, err
}
