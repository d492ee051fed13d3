package index

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/progress"
)

// UpdateOptions says how a generation is made.
type UpdateOptions struct {
	// Fresh begins without the records of the current generation. The pull events
	// are taken over even so: nobody could read them again.
	Fresh  bool
	Source string    // where the records come from, for Info
	At     time.Time // now
	Sink   progress.Sink
}

// Update makes a new generation from the current one: it is copied, changed by
// fill, brought into order, written down for good, and only then made current.
// Whatever fails or is killed before leaves the current one as it is. One process
// updates at a time, others get a *BusyError; readers neither wait nor notice.
// What is damaged is not built upon: the generation before it is, or none, and
// Info.Recovered says so. A catalog in an older format is begun anew.
func (s *Store) Update(ctx context.Context, o UpdateOptions, fill func(*Writer) error) (Info, error) {
	return s.locked(func(p *pointer) (Info, error) {
		base, err := s.base(p)
		if err != nil {
			return Info{}, err
		}
		g := stamp{ID: newID(o.At), Source: o.Source, At: o.At.UTC()}
		part := s.file(g.ID) + ".part"
		defer os.Remove(part)
		if base, err = s.begin(base, p, part, o); err != nil {
			return Info{}, err
		}
		if err := s.write(ctx, part, base, o, fill); err != nil {
			return Info{}, damaged(part, err)
		}
		if err := compact(ctx, part); err != nil {
			return Info{}, damaged(part, err)
		}
		g.Recovered = base.Recovered
		return s.adoptPart(ctx, part, g, p)
	})
}

// locked lets a writer work as the only one, on a swept store. It is handed the
// pointer as it is: with an empty ID where there is nothing, and why in
// Recovered where that is not because nothing ever was.
func (s *Store) locked(work func(*pointer) (Info, error)) (info Info, err error) {
	if err := os.MkdirAll(s.generations(), 0o700); err != nil {
		return Info{}, fmt.Errorf("update the catalog: %w", err)
	}
	unlock, err := lock(s.Dir)
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	p, err := s.readPointer()
	var broken *DamagedError
	switch {
	case errors.Is(err, ErrNone):
		p = &pointer{}
	case errors.As(err, &broken): // the generations may be good: none is removed
		p = &pointer{Current: stamp{Recovered: broken.Error()}}
	case err != nil:
		return Info{}, err
	default:
		if _, err := s.healthy(p); !errors.As(err, &broken) {
			s.sweep(p)
		}
	}
	return work(p)
}

// base picks what an update builds on. A stamp without an ID is nothing; its
// Recovered says why there is nothing where something was.
func (s *Store) base(p *pointer) (stamp, error) {
	if p.Current.ID == "" {
		return s.orphan(p, p.Current.Recovered), nil
	}
	g, err := s.healthy(p)
	var other *SchemaError
	var broken *DamagedError
	switch {
	case errors.As(err, &other) && other.Newer():
		return stamp{}, err
	case errors.As(err, &other):
		return stamp{Recovered: err.Error() + "; the catalog was begun anew"}, nil
	case errors.As(err, &broken):
		return s.orphan(p, err.Error()), nil
	}
	return g, err
}

// orphan looks for a generation that can be built on where the pointer leads to
// none: the youngest one that it does not name and that is whole.
func (s *Store) orphan(p *pointer, why string) stamp {
	if why == "" {
		return stamp{}
	}
	files, err := filepath.Glob(filepath.Join(s.generations(), "*.db"))
	if err != nil {
		files = nil
	}
	slices.Sort(files)
	for _, path := range slices.Backward(files) {
		g := stamp{ID: strings.TrimSuffix(filepath.Base(path), ".db")}
		if !generationID.MatchString(g.ID) || g.ID == p.Current.ID || p.Previous != nil && g.ID == p.Previous.ID {
			continue
		}
		if verify(context.Background(), path, nil) != nil {
			continue
		}
		if sum, err := sumFile(path); err == nil {
			g.Whole, g.Recovered = sum, why+"; the generation "+g.ID+" was found without it"
			return g
		}
	}
	return stamp{Recovered: why + "; the catalog was begun anew"}
}

// begin makes the file that will be written: a copy of base, checked to be what
// was written, or nothing yet. A base that turns out to be damaged gives way to
// the one before it, or to none.
func (s *Store) begin(base stamp, p *pointer, part string, o UpdateOptions) (stamp, error) {
	if base.ID == "" {
		return base, nil
	}
	var sum string
	var err error
	if o.Fresh { // only the events are taken over
		sum, err = sumFile(s.file(base.ID))
	} else {
		sum, err = copyFile(s.file(base.ID), part)
	}
	if err != nil {
		return base, fmt.Errorf("copy the catalog: %w", err)
	}
	if sum == base.Whole {
		return base, nil
	}
	os.Remove(part)
	broken := &DamagedError{Path: s.file(base.ID), Why: "its content has changed since it was written"}
	if err := os.WriteFile(s.suspect(base.ID), []byte(broken.Why), 0o600); err != nil {
		return base, fmt.Errorf("update the catalog: %w", err)
	}
	if p.Previous != nil && base.ID == p.Current.ID {
		if before, err := s.healthy(p); err == nil {
			return s.begin(before, p, part, o)
		}
	}
	return stamp{Recovered: broken.Error() + "; the catalog was begun anew"}, nil
}

// write fills the file and closes it.
func (s *Store) write(ctx context.Context, part string, base stamp, o UpdateOptions, fill func(*Writer) error) (err error) {
	db, err := writable(part)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("write the catalog: %w", err)
	}
	defer conn.Close()
	fresh := base.ID == "" || o.Fresh
	if fresh {
		if err := createSchema(ctx, conn); err != nil {
			return err
		}
		if base.ID != "" {
			if err := takeEvents(ctx, conn, s.file(base.ID)); err != nil {
				return err
			}
		}
	}
	return writeAll(ctx, conn, fresh, s.generations(), o, fill)
}

// writeAll runs one transaction of everything, so that nothing is flushed
// between.
func writeAll(ctx context.Context, conn *sql.Conn, fresh bool, scratch string, o UpdateOptions, fill func(*Writer) error) (err error) {
	w, err := newWriter(ctx, conn, fresh, scratch)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.release()) }()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return errors.Join(err, w.stop())
	}
	err = fill(w)
	if stopped := w.stop(); err == nil || stopped != nil && !errors.Is(err, stopped) {
		err = errors.Join(err, stopped)
	}
	if err != nil {
		return err
	}
	if err := w.finish(o); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
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
		return fmt.Errorf("write the catalog: %w", err)
	}
	if free < mostFree || free*4 < pages {
		return nil
	}
	small := part + ".small.part"
	defer os.Remove(small)
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", small); err != nil {
		return fmt.Errorf("write the catalog: %w", err)
	}
	if err := db.Close(); err != nil { // Windows renames over no open file
		return err
	}
	return os.Rename(small, part)
}

// mostFree is how many pages may be free whatever a file's size: 256 KiB.
const mostFree = 64

// takeEvents copies the pull events of another generation.
func takeEvents(ctx context.Context, conn *sql.Conn, from string) error {
	u := url.URL{Scheme: "file", Path: slashed(from), RawQuery: "mode=ro&immutable=1"}
	for _, stmt := range []string{
		"ATTACH DATABASE '" + strings.ReplaceAll(u.String(), "'", "''") + "' AS base",
		"INSERT INTO pulled SELECT id, key, shown FROM base.pulled",
		"INSERT INTO teams SELECT id, name FROM base.teams",
		"INSERT INTO events SELECT repository, number, flags, team, opened, first, ended FROM base.events",
		"DETACH DATABASE base",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("take the pull events over: %w", err)
		}
	}
	return nil
}

// finish writes what can only be known when all is put, and brings the index
// into order.
func (w *Writer) finish(o UpdateOptions) error {
	o.Sink.Send(progress.Event{Phase: progress.Started, Task: "index", Message: "ordering the catalog"})
	for _, step := range []func() error{
		w.optimise, // first: the pages that it frees are used for what follows
		w.labels.finish,
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
		if err := w.exec(fmt.Sprintf(how, table)); err != nil {
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

// adoptPart makes a finished file the current generation.
func (s *Store) adoptPart(ctx context.Context, part string, g stamp, p *pointer) (Info, error) {
	if err := seal(part, &g); err != nil {
		return Info{}, fmt.Errorf("write the catalog: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	if err := os.Rename(part, s.file(g.ID)); err != nil {
		return Info{}, fmt.Errorf("write the catalog: %w", err)
	}
	if err := syncFolder(s.generations()); err != nil {
		return Info{}, fmt.Errorf("write the catalog: %w", err)
	}
	c, err := s.open(ctx, g)
	if err != nil {
		return Info{}, err
	}
	if err := c.Close(); err != nil {
		return Info{}, err
	}
	next := &pointer{Current: g, Previous: p.Previous}
	if p.Current.ID != "" && s.check(p.Current) == nil { // else the one before it is worth more
		next.Previous = &p.Current
	}
	if err := s.writePointer(next); err != nil {
		return Info{}, err
	}
	s.sweep(next)
	return c.info, nil
}

// seal flushes a file to the disk and fills the stamp with what it is.
func seal(path string, g *stamp) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	h := sha256.New()
	if g.Size, err = io.Copy(h, f); err != nil {
		return err
	}
	g.Whole = hex.EncodeToString(h.Sum(nil))
	g.Sample, err = sampleOf(f, g.Size)
	return err
}

// copyFile copies a file and answers the SHA-256 of what it copied.
func copyFile(from, to string) (sum string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.CopyBuffer(io.MultiWriter(out, h), in, make([]byte, 1<<20))
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, out.Close())
}

// sweep removes what no pointer leads to: older generations, and what killed
// writers left. What is still open elsewhere (on Windows) is tried again by the
// next one.
func (s *Store) sweep(p *pointer) {
	keep := map[string]bool{p.Current.ID: true}
	if p.Previous != nil {
		keep[p.Previous.ID] = true
	}
	files, err := os.ReadDir(s.generations())
	if err != nil {
		return
	}
	for _, f := range files {
		id, _, _ := strings.Cut(f.Name(), ".")
		if strings.HasSuffix(f.Name(), ".part") || !keep[id] && generationID.MatchString(id) {
			os.Remove(filepath.Join(s.generations(), f.Name()))
		}
	}
	parts, err := filepath.Glob(filepath.Join(s.Dir, "current-*.part"))
	if err != nil {
		return
	}
	for _, f := range parts {
		os.Remove(f)
	}
}

func newID(at time.Time) string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return at.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(random[:])
}
