package index

import (
	"database/sql"
	"errors"

	"github.com/isrc-dev/isrc/internal/fault"
)

// The order of statements matters for speed: one that SQLite can undo in part
// (INSERT OR REPLACE, several rows at once) makes the full text index write out
// what it has collected, so that between records only plain statements run.
//
// Most of them take microseconds, and the driver starts a goroutine for each one
// that could be broken off; so they run with a context that does not end, and
// what uses them looks at the other one between records.

// stmt prepares a statement once.
func (w *Writer) stmt(query string) (*sql.Stmt, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.db.PrepareContext(w.quick, query)
	if err != nil {
		return nil, fault.Errorf("write the catalog: %w", err)
	}
	w.stmts[query] = s
	return s, nil
}

//go:noinline
func (w *Writer) exec(query string, args ...any) error {
	_, err := w.insert(query, args...)
	return err
}

// insert is exec that answers the new row's id.
func (w *Writer) insert(query string, args ...any) (int64, error) {
	s, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(w.quick, args...)
	if err != nil {
		return 0, fault.Errorf("write the catalog: %w", err)
	}
	return res.LastInsertId()
}

func (w *Writer) query(query string, args ...any) (*sql.Rows, error) {
	s, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(w.quick, args...)
}

// row reads one row and answers whether there is one.
func (w *Writer) row(query string, args []any, into ...any) (bool, error) {
	s, err := w.stmt(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(w.quick, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// long is exec for a statement that takes so long that it must end with the
// context.
func (w *Writer) long(query string) error {
	if _, err := w.db.ExecContext(w.ctx, query); err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	return nil
}
