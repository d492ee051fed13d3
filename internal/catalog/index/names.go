package index

import (
	"context"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

// mostResolved bounds the repositories of one name: more are no answer.
const mostResolved = 100

// Resolve gives the repositories with this bare name, whatever its case, in the
// order of their keys; those that others were forked from stand before the forks.
func (c *Catalog) Resolve(ctx context.Context, name string) ([]forge.RepoName, error) {
	return c.repoNames(ctx, `SELECT r.body FROM names n JOIN facts f ON f.id = n.id JOIN records r ON r.id = n.id JOIN keys k ON k.id = n.id
WHERE n.name = ? ORDER BY f.flags & ?, r.id LIMIT ?`, strings.ToLower(name), flagFork, mostResolved)
}

func (c *Catalog) repoNames(ctx context.Context, query string, args ...any) ([]forge.RepoName, error) {
	var out []forge.RepoName
	err := c.bodies(ctx, func(r *catalog.Record) { out = append(out, r.RepoName()) }, query, args...)
	return out, err
}

// bodies visits the records whose bodies a query gives.
func (c *Catalog) bodies(ctx context.Context, visit func(*catalog.Record), query string, args ...any) error {
	rows, err := c.db.QueryContext(ctx, query, args...)
	if err != nil {
		return c.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return c.failure(err)
		}
		r, err := c.record(body)
		if err != nil {
			return err
		}
		visit(r)
	}
	return c.failure(rows.Err())
}

// Complete gives what a person may go on to type after prefix, for a shell: bare
// names and accounts ("acme/") for a prefix without a slash, OWNER/NAME for one
// with a slash, HOST/OWNER/NAME for one with two. At most limit of them, in
// alphabetical order.
func (c *Catalog) Complete(ctx context.Context, prefix string, limit int) ([]string, error) {
	if strings.Contains(prefix, "/") {
		return c.completeNames(ctx, prefix, limit)
	}
	low := strings.ToLower(prefix)
	rows, err := c.db.QueryContext(ctx, `SELECT shown || '/' FROM labels WHERE kind = ?1 AND value >= ?2 AND value < ?3 AND records > 0
UNION SELECT name FROM names WHERE name >= ?2 AND name < ?3 ORDER BY 1 LIMIT ?4`, labelOwner, low, low+"\U0010ffff", limit)
	if err != nil {
		return nil, c.failure(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, c.failure(err)
		}
		out = append(out, s)
	}
	return out, c.failure(rows.Err())
}

// completeNames looks for keys with a prefix, on every host where the prefix
// names none.
func (c *Catalog) completeNames(ctx context.Context, prefix string, limit int) ([]string, error) {
	low := strings.ToLower(prefix)
	hosts := []string{""}
	if strings.Count(prefix, "/") == 1 {
		var err error
		if hosts, err = c.hosts(ctx); err != nil {
			return nil, err
		}
	}
	var out []string
	for _, host := range hosts {
		if len(out) >= limit {
			break
		}
		from := host + low
		found, err := c.repoNames(ctx, "SELECT r.body FROM keys k CROSS JOIN records r ON r.id = k.id WHERE k.key >= ? AND k.key < ? ORDER BY k.key LIMIT ?",
			from, from+"\U0010ffff", limit-len(out))
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if host == "" {
				out = append(out, r.String())
			} else {
				out = append(out, r.FullName())
			}
		}
	}
	return out, nil
}

// hosts gives the hosts of the catalog, each with a slash behind it.
func (c *Catalog) hosts(ctx context.Context) ([]string, error) {
	rows, err := c.db.QueryContext(ctx, "SELECT value || '/' FROM labels WHERE kind = ? AND records > 0 ORDER BY value LIMIT 100", labelHost)
	if err != nil {
		return nil, c.failure(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var host string
		if err := rows.Scan(&host); err != nil {
			return nil, c.failure(err)
		}
		out = append(out, host)
	}
	return out, c.failure(rows.Err())
}

// Values gives values of a qualifier that is about names, as they are written,
// which begin so: those of most records first. A team is found without its
// organisation, too.
func (c *Catalog) Values(ctx context.Context, qualifier, prefix string, limit int) ([]string, error) {
	kind, ok := labelKinds()[qualifier]
	if !ok {
		return nil, nil
	}
	low := foldLabel(prefix)
	query, args := "SELECT value, shown FROM labels WHERE kind = ? AND records > 0 AND value >= ? AND value < ? ORDER BY records DESC, value LIMIT ?",
		[]any{kind, low, low + "\U0010ffff", limit}
	if kind == labelTeam {
		query, args = "SELECT value, shown FROM labels WHERE kind = ? AND records > 0 ORDER BY records DESC, value", []any{kind}
	}
	var out []string
	err := c.each(ctx, func(scan func(...any) error) error {
		var value, shown string
		if err := scan(&value, &shown); err != nil {
			return err
		}
		_, short, _ := strings.Cut(value, "/")
		switch {
		case len(out) >= limit:
		case strings.HasPrefix(value, low):
			out = append(out, shown)
		case strings.HasPrefix(strings.TrimPrefix(value, "@"), low), short != "" && strings.HasPrefix(short, low):
			// A shell keeps only what begins as it was typed.
			at := strings.LastIndex(strings.ToLower(shown), low)
			out = append(out, shown[max(at, 0):])
		}
		return nil
	}, query, args...)
	return out, err
}
