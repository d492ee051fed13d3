package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// The order of statements matters for speed: one that SQLite can undo in part
// (INSERT OR REPLACE, several rows at once) makes the full text index write out
// what it has collected, so that between records only plain statements run.

// Writer changes a generation that nobody else sees yet. It may be used by
// several goroutines at once. Records are taken apart by the callers and written
// by a goroutine of its own, in the order in which they were put; so Put may
// answer the error of an earlier one.
type Writer struct {
	ctx     context.Context
	sampler sampler
	jobs    chan func() error
	ended   chan struct{}

	mu  sync.Mutex
	err error // the first one; nothing is written after it

	// What follows belongs to the goroutine that writes.
	db      *sql.Conn
	stmts   map[string]*sql.Stmt
	fresh   bool
	changed int // records whose text changed
	labels  *labelTable
	vocab   *vocabulary
	telling *spool
	touched map[string]bool // keys whose forks may have to be pointed elsewhere
	pulled  map[string]int64
	teams   map[string]int64
}

// queued is how many records may wait for being written.
const queued = 64

// newWriter begins to write through db. scratch is a folder for what does not
// fit into memory.
func newWriter(ctx context.Context, db *sql.Conn, fresh bool, scratch string) (*Writer, error) {
	telling, err := newSpool(scratch)
	if err != nil {
		return nil, err
	}
	w := &Writer{
		ctx: ctx, jobs: make(chan func() error, queued), ended: make(chan struct{}),
		db: db, stmts: map[string]*sql.Stmt{}, fresh: fresh, telling: telling, touched: map[string]bool{}, pulled: map[string]int64{}, teams: map[string]int64{},
	}
	w.labels, w.vocab = newLabelTable(w), newVocabulary(w)
	own, err := readDictionary(ctx, db)
	if err != nil {
		return nil, errors.Join(err, telling.close())
	}
	w.sampler.coder.Store(newCoder(own))
	go w.run()
	return w, nil
}

// coder is what bodies are written with at the moment.
func (w *Writer) coder() *coder { return w.sampler.coder.Load() }

func (w *Writer) run() {
	defer close(w.ended)
	for job := range w.jobs {
		if err := job(); err != nil {
			w.fail(err)
		}
	}
}

func (w *Writer) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *Writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

// unlessFailed passes a job over once something failed.
func (w *Writer) unlessFailed(job func() error) func() error {
	return func() error {
		err := w.failed()
		if err == nil {
			err = job()
		}
		return err
	}
}

// send queues a job.
func (w *Writer) send(job func() error) error {
	if err := w.failed(); err != nil {
		return err
	}
	select {
	case w.jobs <- job:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// do queues a job and waits for it and for all before it. When an earlier one
// failed, the job is passed over and that failure is the answer.
func (w *Writer) do(job func() error) error {
	done := make(chan struct{})
	var result error
	err := w.send(func() error {
		defer close(done)
		if result = w.failed(); result == nil {
			result = job()
		}
		return result
	})
	if err != nil {
		return err
	}
	<-done // soon: every statement ends with the context
	return result
}

// Put adds a record or replaces the one of the same repository.
//
// A record that came from Get has no README. As long as its Excerpt and
// everything else that is searched stay as they were, the words of the README
// stay in the index; where the searched text changes, give the README too, or
// only the excerpt will be found.
func (w *Writer) Put(r *catalog.Record) error {
	if r.Host == "" || r.Owner == "" || r.Name == "" {
		return fmt.Errorf("a record needs a host, an owner and a name, not %q", r.Key())
	}
	d, err := documentOf(r, w.coder())
	if err != nil {
		return err
	}
	return w.send(w.unlessFailed(func() error { return w.put(d) }))
}

// Delete forgets a record; its events stay. Forgetting what is not there is no
// error.
func (w *Writer) Delete(key string) error {
	return w.send(w.unlessFailed(func() error { return w.remove(key) }))
}

// Get gives the record with this Key, as it is with all that was put before, or
// nil when there is none.
func (w *Writer) Get(key string) (*catalog.Record, error) {
	var r *catalog.Record
	err := w.do(func() error {
		old, err := w.stored(key)
		if old != nil {
			r = old.record
		}
		return err
	})
	return r, err
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

// SetMeta keeps a fact about the generation; an empty value forgets it.
func (w *Writer) SetMeta(key, value string) error {
	return w.send(w.unlessFailed(func() error { return w.setMeta(key, value) }))
}

func (w *Writer) setMeta(key, value string) error {
	if value == "" {
		return w.exec("DELETE FROM meta WHERE key = ?", key)
	}
	return w.exec("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
}

// stmt prepares a statement once.
func (w *Writer) stmt(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.db.PrepareContext(w.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("write the catalog: %w", err)
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
	res, err := s.ExecContext(w.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("write the catalog: %w", err)
	}
	return res.LastInsertId()
}

func (w *Writer) query(query string, args ...any) (*sql.Rows, error) {
	s, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(w.ctx, args...)
}

// row reads one row and answers whether there is one.
func (w *Writer) row(query string, args []any, into ...any) (bool, error) {
	s, err := w.stmt(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(w.ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// stop ends the writing goroutine and answers the first error of all.
func (w *Writer) stop() error {
	close(w.jobs)
	<-w.ended
	return w.failed()
}

// release lets go of what a Writer holds, whatever became of it.
func (w *Writer) release() error {
	err := w.telling.close()
	for _, s := range w.stmts {
		err = errors.Join(err, s.Close())
	}
	return err
}
