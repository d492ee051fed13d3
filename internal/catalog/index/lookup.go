package index

import (
	"context"
	"database/sql"
	"errors"
	"hash/maphash"
	"sync"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Get gives the record with this Key, as it is with all that was put before, or
// nil when there is none. Only for one that was put or deleted meanwhile it
// waits until that is done.
func (w *Writer) Get(key string) (*catalog.Record, error) {
	if !w.marked(key) {
		if err := w.failed(); err != nil || w.base == nil {
			return nil, err
		}
		return w.base.get(w.quick, key)
	}
	var r *catalog.Record
	err := w.do(func() error {
		old, err := w.stored(key, false)
		if old != nil {
			r, err = w.coder().decode(old.body)
		}
		return err
	})
	return r, err
}

// SameReadme tells whether a text is the README that was put last under a key.
func (w *Writer) SameReadme(key, text string) (same bool, err error) {
	err = w.do(func() error {
		old, err := w.stored(key, false)
		same = old != nil && old.readme == readmeHash(searchedReadme(text))
		return err
	})
	return same, err
}

// mark notes that a record with this key is on its way.
func (w *Writer) mark(key string) {
	h := maphash.String(w.seed, key)
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.sent[h]; !ok {
		w.sent[h] = false
	}
}

// marked tells whether a record with this key was put or deleted. It may say so
// of one that was not.
func (w *Writer) marked(key string) bool {
	h := maphash.String(w.seed, key)
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.sent[h]
	return ok
}

// first notes that a record with this key is written or removed, and tells
// whether none was before.
func (w *Writer) first(key string) bool {
	h := maphash.String(w.seed, key)
	w.mu.Lock()
	defer w.mu.Unlock()
	done := w.sent[h]
	w.sent[h] = true
	return !done
}

// earlier is the generation that a Writer builds on, as it was: it can be read
// while the next one is written. It may be used by several goroutines at once.
type earlier struct {
	path string

	mu    sync.Mutex
	db    *sql.DB
	look  *sql.Stmt
	coder *coder
}

func (e *earlier) open(ctx context.Context) (err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.look != nil {
		return nil
	}
	if e.db == nil {
		if e.db, err = unmapped(e.path); err != nil {
			return err
		}
	}
	own, err := readDictionary(ctx, e.db)
	if err != nil {
		return err
	}
	e.coder = newCoder(own)
	e.look, err = e.db.PrepareContext(ctx, "SELECT r.body FROM keys k JOIN records r ON r.id = k.id WHERE k.key = ?")
	return err
}

// get gives the record with this key, or nil.
func (e *earlier) get(ctx context.Context, key string) (*catalog.Record, error) {
	if err := e.open(ctx); err != nil {
		return nil, fault.Errorf("read the catalog: %w", err)
	}
	var body []byte
	err := e.look.QueryRowContext(ctx, key).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Errorf("read the catalog: %w", err)
	}
	return e.coder.decode(body)
}

func (e *earlier) close() error {
	if e == nil || e.db == nil {
		return nil
	}
	var err error
	if e.look != nil {
		err = e.look.Close()
	}
	return errors.Join(err, e.db.Close())
}

// Each visits every record in the order in which they were first put. The
// function may call Put, Delete and Get; records that are put meanwhile may be
// visited or not.
func (w *Writer) Each(visit func(*catalog.Record) error) error {
	last := int64(0)
	for {
		var batch []*catalog.Record
		err := w.do(func() error {
			rows, err := w.query("SELECT id, body FROM records WHERE id > ? ORDER BY id LIMIT 200", last)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var body sql.RawBytes
				if err := rows.Scan(&last, &body); err != nil {
					return err
				}
				r, err := w.coder().decode(body)
				if err != nil {
					return err
				}
				batch = append(batch, r)
			}
			return rows.Err()
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, r := range batch {
			if err := visit(r); err != nil {
				return err
			}
		}
	}
}
