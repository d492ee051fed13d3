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

// Writer changes a generation that nobody else sees yet. It may be used by
// several goroutines at once. Records are taken apart by the callers and written
// by a goroutine of its own, in the order in which they were put; so Put may
// answer the error of an earlier one.
type Writer struct {
	ctx     context.Context
	quick   context.Context // ctx without its end: see statements.go
	base    *earlier        // nil in a fresh generation
	sampler sampler
	jobs    chan func() error
	ended   chan struct{}

	mu   sync.Mutex
	err  error           // the first one; nothing is written after it
	seed maphash.Seed    // of the hashes in sent
	sent map[uint64]bool // hashes of the keys that were put or deleted, and whether that has been done

	// What follows belongs to the goroutine that writes.
	db       *sql.Conn
	stmts    map[string]*sql.Stmt
	fresh    bool
	changed  int  // records whose text changed
	again    bool // a record was put twice, or removed
	rows     *nameRows
	labels   *labelTable
	vocab    *vocabulary
	postings *postingTable
	facets   slabTable
	telling  *spool
	touched  map[string]bool // keys whose forks may have to be pointed elsewhere
	pulled   map[string]int64
	teams    map[string]int64
}

// queued is how many records may wait for being written.
const queued = 64

// newWriter begins to write through db, to a copy of base or, where base is "",
// to an empty generation. scratch is a folder for what does not fit into memory.
func newWriter(ctx context.Context, db *sql.Conn, base, scratch string) (*Writer, error) {
	telling, err := newSpool(scratch)
	if err != nil {
		return nil, err
	}
	w := &Writer{
		ctx: ctx, quick: context.WithoutCancel(ctx), jobs: make(chan func() error, queued), ended: make(chan struct{}),
		seed: maphash.MakeSeed(), sent: map[uint64]bool{},
		db: db, stmts: map[string]*sql.Stmt{}, fresh: base == "", telling: telling, touched: map[string]bool{}, pulled: map[string]int64{}, teams: map[string]int64{},
	}
	if !w.fresh {
		w.base = &earlier{path: base}
	}
	w.labels, w.vocab, w.rows, w.postings = newLabelTable(w), newVocabulary(w), &nameRows{w: w}, newPostingTable(w)
	w.facets = newSlabTable(w, "facets", facetBytes)
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
		return fault.Errorf("a record needs a host, an owner and a name, not %q", r.Key())
	}
	d, err := documentOf(r)
	if err != nil {
		return err
	}
	if d.body, err = w.coder().encode(d.plain); err != nil {
		return err
	}
	w.mark(d.key)
	return w.send(w.unlessFailed(func() error { return w.put(d) }))
}

// Delete forgets a record; its events stay. Forgetting what is not there is no
// error.
func (w *Writer) Delete(key string) error {
	w.mark(key)
	return w.send(w.unlessFailed(func() error { return w.remove(key) }))
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

// stop ends the writing goroutine and answers the first error of all.
func (w *Writer) stop() error {
	close(w.jobs)
	<-w.ended
	return w.failed()
}

// release lets go of what a Writer holds, whatever became of it.
func (w *Writer) release() error {
	err := errors.Join(w.telling.close(), w.base.close())
	for _, s := range w.stmts {
		err = errors.Join(err, s.Close())
	}
	return err
}
