package index

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Store is a folder with the generations of a catalog.
//
//	current                 which generation is read, and what its file was
//	lock                    held by whoever writes
//	generations/ID.db       a generation: never changed once it has this name
//	generations/ID.damaged  it was found damaged while it was read
//	*.part                  what a writer works on; swept by the next one
type Store struct{ Dir string }

// Info tells what a generation is.
type Info struct {
	ID      string
	Path    string
	Source  string // where it came from: "crawl", "import", or where it was fetched
	Schema  int
	Records int
	Events  int
	// BuiltAt is when the generation was made current here, CrawledAt when its
	// records were last compared with their forge; zero when not known.
	BuiltAt   time.Time
	CrawledAt time.Time
	Meta      map[string]string
	// Recovered is not empty when the generation is not the successor of the one
	// before: it says what was damaged, and what was used in its place.
	Recovered string
}

// Open opens the current generation. It answers ErrNone when there is no
// catalog, a *DamagedError when there is none that could be read, and a
// *SchemaError when another version of isrc wrote it. Where the current
// generation is damaged and the one before it is not, that one is opened, and
// Info.Recovered says so.
func (s *Store) Open(ctx context.Context) (*Catalog, error) {
	for try := 0; ; try++ {
		p, err := s.readPointer()
		if err != nil {
			return nil, err
		}
		g, err := s.healthy(p)
		if err != nil {
			// A writer may have switched and removed it since the pointer was read.
			if again, readErr := s.readPointer(); try < 3 && readErr == nil && again.Current.ID != p.Current.ID {
				continue
			}
			return nil, err
		}
		return s.open(ctx, g)
	}
}

// healthy picks the current generation, or the one before it where the current
// one is damaged.
func (s *Store) healthy(p *pointer) (stamp, error) {
	err := s.check(p.Current)
	var broken *DamagedError
	if err == nil || !errors.As(err, &broken) || p.Previous == nil || s.check(*p.Previous) != nil {
		return p.Current, err
	}
	before := *p.Previous
	before.Recovered = fmt.Sprintf("%v; the generation before it, %s, is used", broken, before.ID)
	return before, nil
}

// check looks at a generation in the time of a few reads.
func (s *Store) check(g stamp) error {
	if why, err := os.ReadFile(s.suspect(g.ID)); err == nil {
		return &DamagedError{Path: s.file(g.ID), Why: string(why)}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fault.Errorf("open the catalog: %w", err)
	}
	return glance(s.file(g.ID), &g)
}

func (s *Store) open(ctx context.Context, g stamp) (*Catalog, error) {
	return open(ctx, s.file(g.ID), s.suspect(g.ID), g)
}

func open(ctx context.Context, path, suspect string, g stamp) (*Catalog, error) {
	db, err := readOnly(path)
	if err != nil {
		return nil, fault.Errorf("open the catalog: %w", err)
	}
	c := &Catalog{db: db, path: path, suspect: suspect}
	// The first statement maps the file.
	err = c.quick(ctx, func([]driver.Value) error { return nil }, "SELECT 1 FROM sqlite_schema LIMIT 1")
	if err == nil {
		advise(path, hereAndThere)
		err = c.readInfo(ctx, g)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return c, nil
}

// Current tells what the current generation is, as Open would choose it.
func (s *Store) Current(ctx context.Context) (Info, error) {
	c, err := s.Open(ctx)
	if err != nil {
		return Info{}, err
	}
	defer c.Close()
	return c.Info(), nil
}
