package index

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
)

// each visits the rows of a query.
func (c *Catalog) each(ctx context.Context, visit func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := c.db.QueryContext(ctx, query, args...)
	if err != nil {
		return c.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows.Scan); err != nil {
			return c.failure(err)
		}
	}
	return c.failure(rows.Err())
}

// quick visits the rows of a query that touches few of them. It asks the driver
// itself: package sql copies every value once more, and with a context that can
// end starts two goroutines for each statement, which together took a tenth of a
// search. The context is looked at between rows. What is visited is the
// visitor's to keep: the driver makes each value anew.
func (c *Catalog) quick(ctx context.Context, visit func(row []driver.Value) error, query string, args ...any) error {
	conn, err := c.db.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return c.failure(err)
	}
	defer conn.Close()
	return c.failure(quickly(ctx, conn, visit, query, args...))
}

// quickly is quick for a connection.
func quickly(ctx context.Context, conn *sql.Conn, visit func(row []driver.Value) error, query string, args ...any) error {
	return conn.Raw(func(raw any) error {
		asked, ok := raw.(driver.QueryerContext)
		if !ok {
			return errors.New("the driver of SQLite answers no queries")
		}
		named := make([]driver.NamedValue, len(args))
		for i, a := range args {
			if n, ok := a.(int); ok {
				a = int64(n) // as package sql does
			}
			named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
		}
		rows, err := asked.QueryContext(context.WithoutCancel(ctx), query, named)
		if err != nil {
			return err
		}
		defer rows.Close()
		row := make([]driver.Value, len(rows.Columns()))
		for {
			switch err := rows.Next(row); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			}
			if err := errors.Join(ctx.Err(), visit(row)); err != nil {
				return err
			}
		}
	})
}

// number, text and blob are values of a row, the zero one where there is
// another kind of value.
func number(v driver.Value) int64 { n, _ := v.(int64); return n }

func text(v driver.Value) string { s, _ := v.(string); return s }

func blob(v driver.Value) []byte { b, _ := v.([]byte); return b }
