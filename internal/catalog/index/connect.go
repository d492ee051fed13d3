package index

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"github.com/isrc-dev/isrc/internal/fault"
)

// connect opens a file with the given parameters. Nothing of a path can become
// a parameter.
func connect(path string, params url.Values) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: slashed(path), RawQuery: params.Encode()}
	c, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(c), nil
}

// slashed writes a path as the path of a file URL.
func slashed(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/x becomes file:///C:/x
	}
	return path
}

// readOnly opens a generation, which never changes: no locks, no journal. What
// its schema says is not trusted, since the file may have been fetched. It is
// mapped into memory, which saves a copy of each page: nobody cuts it short.
func readOnly(path string) (*sql.DB, error) {
	db, err := connect(path, url.Values{
		"mode": {"ro"}, "immutable": {"1"}, "_defensive": {"1"}, "_dqs": {"0"},
		"_pragma": {"trusted_schema(0)", "mmap_size(2147418112)", "temp_store(2)"},
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	return db, nil
}

// unmapped is readOnly for whoever reads all over a file and does not want to
// hold all of it.
func unmapped(path string) (*sql.DB, error) {
	db, err := connect(path, url.Values{
		"mode": {"ro"}, "immutable": {"1"}, "_defensive": {"1"}, "_query_only": {"1"}, "_dqs": {"0"},
		"_pragma": {"trusted_schema(0)", "cache_size(-4096)", "temp_store(2)"},
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2)
	return db, nil
}

// writable opens a file that nobody else knows of and that is thrown away
// unless everything succeeds: it needs no journal, and is synced once at its end.
func writable(path string) (*sql.DB, error) {
	db, err := connect(path, url.Values{
		"mode": {"rwc"}, "_dqs": {"0"},
		"_pragma": {"trusted_schema(0)", "journal_mode(OFF)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "cache_size(-16384)", "temp_store(2)"},
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

const dictionaryQuery = "SELECT content FROM dictionaries WHERE id = ? AND length(content) <= ?"

// readDictionary gives a generation's own dictionary, or nil.
func readDictionary(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) ([]byte, error) {
	var own []byte
	err := db.QueryRowContext(ctx, dictionaryQuery, generation, mostDictionary).Scan(&own)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Errorf("read the catalog's dictionary: %w", err)
	}
	return own, nil
}
