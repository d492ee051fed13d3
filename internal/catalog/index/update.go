package index

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
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
		return Info{}, fault.Errorf("update the catalog: %w", err)
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
		return base, fault.Errorf("copy the catalog: %w", err)
	}
	if sum == base.Whole {
		return base, nil
	}
	os.Remove(part)
	broken := &DamagedError{Path: s.file(base.ID), Why: "its content has changed since it was written"}
	if err := os.WriteFile(s.suspect(base.ID), []byte(broken.Why), 0o600); err != nil {
		return base, fault.Errorf("update the catalog: %w", err)
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
		return fault.Errorf("write the catalog: %w", err)
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
	from := ""
	if !fresh {
		from = s.file(base.ID)
	}
	return writeAll(ctx, conn, from, s.generations(), o, fill)
}

// writeAll runs one transaction of everything, so that nothing is flushed
// between. See newWriter for base and scratch.
func writeAll(ctx context.Context, conn *sql.Conn, base, scratch string, o UpdateOptions, fill func(*Writer) error) (err error) {
	w, err := newWriter(ctx, conn, base, scratch)
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
			return fault.Errorf("take the pull events over: %w", err)
		}
	}
	return nil
}

// adoptPart makes a finished file the current generation.
func (s *Store) adoptPart(ctx context.Context, part string, g stamp, p *pointer) (Info, error) {
	if err := seal(part, &g); err != nil {
		return Info{}, fault.Errorf("write the catalog: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	if err := os.Rename(part, s.file(g.ID)); err != nil {
		return Info{}, fault.Errorf("write the catalog: %w", err)
	}
	if err := disk.SyncFolder(s.generations()); err != nil {
		return Info{}, fault.Errorf("write the catalog: %w", err)
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
