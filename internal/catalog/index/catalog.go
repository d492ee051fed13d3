package index

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Catalog is an open generation. It stays what it is, whatever is updated
// meanwhile, and may be used by several goroutines at once.
type Catalog struct {
	db      *sql.DB
	coder   *coder
	path    string
	suspect string // where to note damage, "" for a file outside of a store
	info    Info
}

// Info tells what the generation is.
func (c *Catalog) Info() Info { return c.info }

// Close lets go of the file.
//
//go:noinline
func (c *Catalog) Close() error { return c.db.Close() }

// readInfo reads what the generation says of itself. It is the first query, so
// damage that the sample of pages does not show may be seen here.
func (c *Catalog) readInfo(ctx context.Context, g stamp) error {
	info := Info{ID: g.ID, Path: c.path, Source: g.Source, Schema: schemaVersion, BuiltAt: g.At, Recovered: g.Recovered, Meta: map[string]string{}}
	err := c.quick(ctx, func(row []driver.Value) error {
		info.Meta[text(row[0])] = text(row[1])
		return nil
	}, "SELECT key, value FROM meta")
	if err != nil {
		return err
	}
	info.fill()
	c.info = info
	var own []byte
	err = c.quick(ctx, func(row []driver.Value) error {
		own = blob(row[0])
		return nil
	}, dictionaryQuery, int64(generation), int64(mostDictionary))
	if err != nil {
		return err
	}
	c.coder = newCoder(own)
	return nil
}

// fill takes the fields of an Info from its Meta, which keeps what it has no
// field for.
func (i *Info) fill() {
	take := func(key string) string {
		v := i.Meta[key]
		delete(i.Meta, key)
		return v
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return 0
		}
		return n
	}
	moment := func(s string) time.Time {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return time.Time{}
		}
		return t
	}
	i.Records, i.Events = number(take(metaRecords)), number(take(metaEvents))
	built, source := moment(take(metaBuilt)), take(metaSource)
	if i.BuiltAt.IsZero() {
		i.BuiltAt = built
	}
	if i.Source == "" {
		i.Source = source
	}
	i.CrawledAt = moment(take(MetaCrawled))
}

// failure turns an error of a query into what callers know: damage that is only
// seen now is noted, so that the next Open takes the generation before.
func (c *Catalog) failure(err error) error {
	if err == nil {
		return nil
	}
	err = damaged(c.path, err)
	var broken *DamagedError
	if errors.As(err, &broken) {
		c.note(broken)
		return broken
	}
	return err
}

func (c *Catalog) note(broken *DamagedError) {
	if c.suspect != "" {
		_ = os.WriteFile(c.suspect, []byte(broken.Why), 0o600) // or it is found again
	}
}

// record decodes a body; one that cannot be read is damage.
func (c *Catalog) record(body []byte) (*catalog.Record, error) {
	r, err := c.coder.decode(body)
	if err != nil {
		return nil, c.broken(fault.Errorf("a record cannot be read: %w", err))
	}
	return r, nil
}

// broken notes damage that was found in what SQLite takes for good.
func (c *Catalog) broken(why error) error {
	broken := &DamagedError{Path: c.path, Why: why.Error()}
	c.note(broken)
	return broken
}

// Get gives the record of a repository, or a *forge.NotFoundError.
func (c *Catalog) Get(ctx context.Context, repo forge.RepoName) (*catalog.Record, error) {
	key := (&catalog.Record{Host: repo.Host, Owner: repo.Owner, Name: repo.Name}).Key()
	var body []byte
	err := c.db.QueryRowContext(ctx, "SELECT r.body FROM keys k JOIN records r ON r.id = k.id WHERE k.key = ?", key).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &forge.NotFoundError{What: repo.FullName()}
	}
	if err != nil {
		return nil, c.failure(err)
	}
	return c.record(body)
}

// Each visits every record in the order of their keys.
func (c *Catalog) Each(ctx context.Context, visit func(*catalog.Record) error) error {
	return c.eachOf(ctx, "SELECT r.body FROM keys k CROSS JOIN records r ON r.id = k.id ORDER BY k.key", visit)
}

// EachByActivity visits every record, those with the highest activity first. The
// limit keeps the sorting to numbers and keys: the records are read one by one.
func (c *Catalog) EachByActivity(ctx context.Context, visit func(*catalog.Record) error) error {
	return c.eachOf(ctx, `SELECT r.body FROM (
  SELECT f.id FROM keys k CROSS JOIN facts f ON f.id = k.id ORDER BY f.activity DESC, k.key LIMIT -1
) o CROSS JOIN records r ON r.id = o.id`, visit)
}

func (c *Catalog) eachOf(ctx context.Context, query string, visit func(*catalog.Record) error) error {
	advise(c.path, fromEndToEnd)
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return c.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return c.failure(err)
		}
		r, err := c.record(body)
		if err != nil {
			return err
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return c.failure(rows.Err())
}
