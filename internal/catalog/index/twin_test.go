package index

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

// A twin is a generation that SQLite before 3.43 can search too: the same words
// and facts under the same ids, in a full text index that cannot delete. The
// sqlite3 shell searches it, so that .ci/bench-catalog has something to compare
// with. With ISRC_BENCH_RECORDS, the records of that file (JSON Lines) are put
// into a store at ISRC_BENCH_STORE, and its twin is written to ISRC_BENCH_TWIN.
func TestTheTwinAnswersLikeTheGeneration(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store, twin := &Store{Dir: t.TempDir()}, filepath.Join(t.TempDir(), "twin.db")
	var records []*catalog.Record
	for r := range estate.New(4, 300).Records() {
		records = append(records, r)
	}
	each := func(put func(*catalog.Record) error) error {
		for _, r := range records {
			if err := put(r); err != nil {
				return err
			}
		}
		return nil
	}
	if file := os.Getenv("ISRC_BENCH_RECORDS"); file != "" {
		store.Dir, twin = os.Getenv("ISRC_BENCH_STORE"), os.Getenv("ISRC_BENCH_TWIN")
		each = func(put func(*catalog.Record) error) error { return eachLine(file, put) }
	}
	if _, err := store.Open(ctx); errors.Is(err, ErrNone) {
		if _, err := store.Update(ctx, UpdateOptions{Source: "estate", At: estate.Now()}, func(w *Writer) error { return each(w.Put) }); err != nil {
			t.Fatal(err)
		}
	}
	c := openStore(t, store)
	if err := writeTwin(ctx, c, twin, each); err != nil {
		t.Fatal(err)
	}
	db, err := connect(twin, url.Values{"mode": {"ro"}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, match := range []string{"token", "rate AND limit*", `"release" OR platform`, "name : client"} {
		want, got := matches(t, c.db, match), matches(t, db, match)
		if len(want) == 0 || !slices.Equal(want, got) {
			t.Errorf("%s: the generation has %d, its twin %d", match, len(want), len(got))
		}
	}
}

func matches(t *testing.T, db *sql.DB, match string) []int64 {
	t.Helper()
	rows, err := db.Query("SELECT f.id FROM words w JOIN facts f ON f.id = w.rowid WHERE words MATCH ? ORDER BY bm25(words), f.id LIMIT 1000", match)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

func eachLine(file string, put func(*catalog.Record) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := json.NewDecoder(bufio.NewReaderSize(f, 1<<20)); ; {
		var r catalog.Record
		if err := lines.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := put(&r); err != nil {
			return err
		}
	}
}

func writeTwin(ctx context.Context, c *Catalog, path string, each func(func(*catalog.Record) error) error) (err error) {
	db, err := writable(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, stmt := range []string{
		"PRAGMA page_size = 4096",
		"ATTACH DATABASE 'file://" + c.path + "?mode=ro&immutable=1' AS generation",
		"CREATE VIRTUAL TABLE words USING fts5(name, topics, title, description, skills, provides, about, readme, content='', detail=full, tokenize='porter unicode61 remove_diacritics 2')",
		"BEGIN",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	ids, err := conn.PrepareContext(ctx, "SELECT id FROM generation.keys WHERE key = ?")
	if err != nil {
		return err
	}
	defer ids.Close()
	into, err := conn.PrepareContext(ctx, "INSERT INTO words (rowid, name, topics, title, description, skills, provides, about, readme) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer into.Close()
	err = each(func(r *catalog.Record) error {
		d, err := documentOf(r, c.coder)
		if err != nil {
			return err
		}
		var id int64
		if err := ids.QueryRowContext(ctx, d.key).Scan(&id); err != nil {
			return err
		}
		args := []any{id}
		for _, text := range d.text {
			args = append(args, text)
		}
		_, err = into.ExecContext(ctx, args...)
		return err
	})
	if err != nil {
		return err
	}
	var create string
	if err := conn.QueryRowContext(ctx, "SELECT sql FROM generation.sqlite_schema WHERE name = 'facts'").Scan(&create); err != nil {
		return err
	}
	for _, stmt := range []string{
		create,
		"INSERT INTO facts SELECT * FROM generation.facts",
		"INSERT INTO words (words) VALUES ('optimize')",
		"COMMIT",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}
