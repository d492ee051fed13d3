package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"modernc.org/sqlite"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// Verify reads the whole current generation and compares it with what was
// written, page by page and row by row. It answers the *DamagedError that it
// finds, and notes it, so that the next Open takes the generation before.
func (s *Store) Verify(ctx context.Context, sink progress.Sink) (Info, error) {
	c, err := s.Open(ctx)
	if err != nil {
		return Info{}, err
	}
	defer c.Close()
	p, err := s.readPointer()
	if err != nil {
		return Info{}, err
	}
	for _, g := range []*stamp{&p.Current, p.Previous} {
		if g == nil || g.ID != c.info.ID {
			continue
		}
		sum, err := sumFile(c.path)
		if err != nil {
			return Info{}, fault.Errorf("verify the catalog: %w", err)
		}
		if sum != g.Whole {
			broken := &DamagedError{Path: c.path, Why: "its content has changed since it was written"}
			c.note(broken)
			return c.info, broken
		}
	}
	err = verify(ctx, c.path, sink)
	var broken *DamagedError
	if errors.As(err, &broken) {
		c.note(broken)
	}
	return c.info, err
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// verify looks at everything in a file that may have been made by anybody: that
// its schema is ours to the letter (no trigger, no view, no table that runs
// anything), that SQLite finds nothing wrong with it, that the full text indexes
// are whole, and that every record can be read and is where its name says.
func verify(ctx context.Context, path string, sink progress.Sink) error {
	if err := glance(path, nil); err != nil {
		return err
	}
	if err := plainFile(path); err != nil {
		return err
	}
	db, err := connect(path, url.Values{
		"mode": {"ro"}, "immutable": {"1"}, "_defensive": {"1"}, "_dqs": {"0"},
		"_pragma": {"trusted_schema(0)", "cell_size_check(1)", "cache_size(-16384)", "temp_store(2)"},
	})
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return damaged(path, err)
	}
	defer conn.Close()
	for i, look := range []func(context.Context, *sql.Conn) (string, error){ownSchema, integrity, wholeRecords, wholePostings, wholeFacets} {
		sink.Send(progress.Event{Phase: progress.Running, Task: "verify", Message: "verifying the catalog", Current: int64(i), Total: 5})
		why, err := look(ctx, conn)
		if err != nil {
			return damaged(path, fault.Errorf("verify the catalog: %w", err))
		}
		if why != "" {
			return &DamagedError{Path: path, Why: why}
		}
	}
	return nil
}

// plainFile refuses what a generation never is, and what SQLite would act on
// when it opens the file: another journal's format.
func plainFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.Errorf("verify the catalog: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return &DamagedError{Path: path, Why: "it is no regular file"}
	}
	head := make([]byte, 20)
	if _, err := f.ReadAt(head, 0); err != nil {
		return fault.Errorf("verify the catalog: %w", err)
	}
	if head[18] != 1 || head[19] != 1 {
		return &DamagedError{Path: path, Why: "it was written with a write-ahead log, which no catalog is"}
	}
	return nil
}

// ownSchema compares the schema of a file with that of an empty generation.
func ownSchema(ctx context.Context, conn *sql.Conn) (why string, err error) {
	memory, err := sqlite.NewConnector("file::memory:")
	if err != nil {
		return "", err
	}
	empty := sql.OpenDB(memory)
	defer empty.Close()
	empty.SetMaxOpenConns(1)
	fresh, err := empty.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer fresh.Close()
	if err := createSchema(ctx, fresh); err != nil {
		return "", err
	}
	want, err := schemaOf(ctx, fresh)
	if err != nil {
		return "", err
	}
	have, err := schemaOf(ctx, conn)
	if err != nil {
		return "", err
	}
	for name, text := range have {
		if want[name] != text {
			return fmt.Sprintf("its schema has %q, which is not as isrc makes it", name), nil
		}
	}
	for name := range want {
		if _, ok := have[name]; !ok {
			return fmt.Sprintf("its schema lacks %s", name), nil
		}
	}
	return "", nil
}

// mostSchema is more than any generation's schema has.
const mostSchema = 200

// schemaOf gives what makes each thing of a schema, by kind and name.
func schemaOf(ctx context.Context, conn *sql.Conn) (map[string]string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT type || ' ' || name, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema LIMIT ?", mostSchema)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, rows.Err()
}

// integrity asks SQLite, which asks FTS5 in turn.
func integrity(ctx context.Context, conn *sql.Conn) (string, error) {
	var said string
	if err := conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return "", err
	}
	if said != "ok" {
		return said, nil
	}
	return "", nil
}

// errDamage ends the reading of rows.
var errDamage = errors.New("damaged")

// wholeRecords reads every record, and holds it against what leads to it.
func wholeRecords(ctx context.Context, conn *sql.Conn) (string, error) {
	own, err := readDictionary(ctx, conn)
	if err != nil {
		return "", err
	}
	c := newCoder(own)
	n, why, plain := 0, "", []byte(nil)
	err = quickly(ctx, conn, func(row []driver.Value) error {
		key, facts := text(row[0]), number(row[2]) == 1
		n++
		own := ""
		if plain, err = c.plainIn(plain[:0], blob(row[1])); err == nil {
			own, err = wholeKey(plain)
		}
		if err != nil {
			why = fmt.Sprintf("the record of %q cannot be read: %v", key, err)
		} else if own != key || !facts {
			why = fmt.Sprintf("the record of %q is not where its name says", key)
		}
		if why != "" {
			return errDamage
		}
		return nil
	}, `SELECT k.key, coalesce(r.body, x''), f.id IS NOT NULL
FROM keys k LEFT JOIN records r ON r.id = k.id LEFT JOIN facts f ON f.id = k.id`)
	switch {
	case why != "":
		return why, nil
	case err != nil:
		return "", err
	}
	var records, facts int
	if err := conn.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM facts)").Scan(&records, &facts); err != nil {
		return "", err
	}
	if records != n || facts != n {
		return fmt.Sprintf("it has %d names, %d records and %d rows of facts", n, records, facts), nil
	}
	return "", nil
}

// wholePostings reads every posting, and counts the records that these may speak
// of.
func wholePostings(ctx context.Context, conn *sql.Conn) (string, error) {
	var records, standing int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM facts").Scan(&records); err != nil {
		return "", err
	}
	for _, look := range []struct {
		query string
		row   func([]byte) bool
	}{
		{"SELECT entries FROM postings", wholeEntries},
		{"SELECT records FROM standings", func(row []byte) bool {
			for at := standPart; at < len(row); at += standingBytes {
				if row[at] > 0 {
					standing++
				}
			}
			return len(row) == slabBytes
		}},
	} {
		rows, err := conn.QueryContext(ctx, look.query)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		for rows.Next() {
			var row sql.RawBytes
			if err := rows.Scan(&row); err != nil {
				return "", err
			}
			if !look.row(row) {
				return errPosting.Error(), nil
			}
		}
		if err := rows.Err(); err != nil {
			return "", err
		}
	}
	if standing != records {
		return fmt.Sprintf("its postings speak of %d records, and it has %d", standing, records), nil
	}
	return "", nil
}

func wholeEntries(posting []byte) bool {
	e := entries{rest: posting}
	for e.next() {
	}
	return !e.bad
}
