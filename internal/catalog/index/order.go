package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// finish writes what can only be known when all is put, and brings the index
// into order.
func (w *Writer) finish(o UpdateOptions) error {
	o.Sink.Send(progress.Event{Phase: progress.Started, Task: "index", Message: "ordering the catalog"})
	for _, step := range []func() error{
		w.optimise, // first: the pages that it frees are used for what follows
		w.postings.finish,
		w.facets.write,
		w.labels.finish,
		w.rows.flush,
		w.putKeywords,
		w.pointForks,
		func() error { return w.count(o) },
	} {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	o.Sink.Send(progress.Event{Phase: progress.Done, Task: "index", Message: "ordered the catalog"})
	return nil
}

// optimise merges the index into one piece where much of it is new, and a little
// where little is.
func (w *Writer) optimise() error {
	var total int
	if _, err := w.row("SELECT count(*) FROM facts", nil, &total); err != nil {
		return err
	}
	how := "INSERT INTO %[1]s(%[1]s, rank) VALUES ('merge', 64)"
	if w.fresh || w.changed*10 > total {
		how = "INSERT INTO %[1]s(%[1]s) VALUES ('optimize')"
	}
	for _, table := range []string{"words", "wanted_words"} {
		if err := w.long(fmt.Sprintf(how, table)); err != nil {
			return err
		}
	}
	return nil
}

// count writes what Info tells.
func (w *Writer) count(o UpdateOptions) error {
	for key, query := range map[string]string{metaRecords: "SELECT count(*) FROM facts", metaEvents: "SELECT count(*) FROM events"} {
		var n int
		if _, err := w.row(query, nil, &n); err != nil {
			return err
		}
		if err := w.setMeta(key, strconv.Itoa(n)); err != nil {
			return err
		}
	}
	if err := w.setMeta(metaBuilt, o.At.UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	return w.setMeta(metaSource, o.Source)
}

// compact rewrites a file of which much is free, as after many deletions. The
// free pages of a small one cost nothing.
func compact(ctx context.Context, part string) (err error) {
	db, err := writable(part)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var free, pages int
	if err := db.QueryRowContext(ctx, "SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count").Scan(&free, &pages); err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	if free < mostFree || free*4 < pages {
		return nil
	}
	small := part + ".small.part"
	defer os.Remove(small)
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", small); err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	if err := db.Close(); err != nil { // Windows renames over no open file
		return err
	}
	return os.Rename(small, part)
}

// mostFree is how many pages may be free whatever a file's size: 256 KiB.
const mostFree = 64
