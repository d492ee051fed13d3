package index

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// The bits of events.flags. They stand in files: none may change its meaning.
const (
	eventMerged       = 1
	eventFromFork     = 2
	eventBot          = 4
	eventOutsideKnown = 8
	eventOutside      = 16
)

// PutEvents adds pull events or brings them up to date. The team of an author
// and whether it was another than the owner are kept as they were first told: an
// author who changes teams does not change the past.
func (w *Writer) PutEvents(events []catalog.PullEvent) error {
	events = append([]catalog.PullEvent(nil), events...)
	return w.send(w.unlessFailed(func() error {
		for i := range events {
			if err := w.putEvent(&events[i]); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *Writer) putEvent(e *catalog.PullEvent) error {
	shown := e.Host + "/" + e.Owner + "/" + e.Name
	repository, err := w.number(w.pulled, strings.ToLower(shown), "SELECT id FROM pulled WHERE key = ?", "INSERT INTO pulled (key, shown) VALUES (?, ?)", shown)
	if err != nil {
		return err
	}
	team := int64(0)
	if e.Team != "" {
		if team, err = w.number(w.teams, e.Team, "SELECT id FROM teams WHERE name = ?", "INSERT INTO teams (name) VALUES (?)"); err != nil {
			return err
		}
	}
	return w.exec(`INSERT INTO events (repository, number, flags, team, opened, first, ended) VALUES (?,?,?,?,?,?,?)
ON CONFLICT (repository, number) DO UPDATE SET
  flags = CASE WHEN flags & 8 THEN (excluded.flags & ~24) | (flags & 24) ELSE excluded.flags END,
  team = CASE WHEN team <> 0 THEN team ELSE excluded.team END,
  opened = excluded.opened, first = excluded.first, ended = excluded.ended`,
		repository, e.Number, eventFlags(e), team, e.Opened.Unix(), after(e.Opened, e.First), after(e.Opened, e.Ended))
}

// number gives the id of a name in a table of names, and writes it when it is new.
func (w *Writer) number(known map[string]int64, key, look, insert string, more ...any) (int64, error) {
	if id, ok := known[key]; ok {
		return id, nil
	}
	var id int64
	found, err := w.row(look, []any{key}, &id)
	if err == nil && !found {
		id, err = w.insert(insert, append([]any{key}, more...)...)
	}
	if err != nil {
		return 0, err
	}
	known[key] = id
	return id, nil
}

func eventFlags(e *catalog.PullEvent) int {
	flags := 0
	for flag, set := range map[int]bool{
		eventMerged: e.Merged, eventFromFork: e.FromFork, eventBot: e.Bot,
		eventOutsideKnown: e.Outside != nil, eventOutside: e.Outside != nil && *e.Outside,
	} {
		if set {
			flags |= flag
		}
	}
	return flags
}

func after(from time.Time, to *time.Time) any {
	if to == nil {
		return nil
	}
	return to.Unix() - from.Unix()
}

// Events visits the pull events of the repository with this key, or of all with
// "", by repository and number.
func (c *Catalog) Events(ctx context.Context, key string, visit func(catalog.PullEvent) error) error {
	query := `SELECT p.shown, e.number, e.flags, coalesce(t.name, ''), e.opened, e.first, e.ended
FROM pulled p CROSS JOIN events e ON e.repository = p.id LEFT JOIN teams t ON t.id = e.team`
	var args []any
	if key != "" {
		query, args = query+" WHERE p.key = ?", []any{key}
	}
	rows, err := c.db.QueryContext(ctx, query+" ORDER BY p.key, e.number", args...)
	if err != nil {
		return c.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return c.failure(err)
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return c.failure(rows.Err())
}

func scanEvent(rows *sql.Rows) (catalog.PullEvent, error) {
	var e catalog.PullEvent
	var shown string
	var flags, opened int64
	var first, ended sql.NullInt64
	if err := rows.Scan(&shown, &e.Number, &flags, &e.Team, &opened, &first, &ended); err != nil {
		return e, fault.Errorf("read the pull events: %w", err)
	}
	e.Host, shown, _ = strings.Cut(shown, "/")
	e.Owner, e.Name, _ = strings.Cut(shown, "/")
	e.Merged, e.FromFork, e.Bot = flags&eventMerged != 0, flags&eventFromFork != 0, flags&eventBot != 0
	if flags&eventOutsideKnown != 0 {
		outside := flags&eventOutside != 0
		e.Outside = &outside
	}
	e.Opened = time.Unix(opened, 0).UTC()
	at := func(n sql.NullInt64) *time.Time {
		if !n.Valid {
			return nil
		}
		t := time.Unix(opened+n.Int64, 0).UTC()
		return &t
	}
	e.First, e.Ended = at(first), at(ended)
	return e, nil
}
