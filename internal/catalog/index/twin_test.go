package index

import (
	"bufio"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

// A twin is a generation that SQLite before 3.43 can search too: the same words
// and facts under the same ids, in a full text index that cannot delete. The
// sqlite3 shell searches it, so that .ci/bench-catalog has something to compare
// with. With ISRC_BENCH_RECORDS, the records of that file (JSON Lines) are put
// into a store at ISRC_BENCH_STORE, and its twin is written to ISRC_BENCH_TWIN; the
// lines of ISRC_BENCH_QUERIES are written to ISRC_BENCH_SQL, each with the
// statements for the shell.
func TestTheTwinAnswersLikeTheGeneration(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store, twin := &Store{Dir: t.TempDir()}, filepath.Join(t.TempDir(), "twin.db")
	var records []*catalog.Record
	for r := range estate.New(4, 300).Records() {
		records = append(records, r)
	}
	each := func(put func(*catalog.Record) error) error {
		for _, r := range records {
			if err := put(r); err != nil {
				return err
			}
		}
		return nil
	}
	if file := os.Getenv("ISRC_BENCH_RECORDS"); file != "" {
		store.Dir, twin = os.Getenv("ISRC_BENCH_STORE"), os.Getenv("ISRC_BENCH_TWIN")
		each = func(put func(*catalog.Record) error) error { return eachLine(file, put) }
	}
	began := time.Now()
	if _, err := store.Open(ctx); errors.Is(err, ErrNone) {
		if _, err := store.Update(ctx, UpdateOptions{Source: "estate", At: estate.Now()}, func(w *Writer) error { return each(w.Put) }); err != nil {
			t.Fatal(err)
		}
	}
	c := openStore(t, store)
	t.Logf("%d records after %s", c.Info().Records, time.Since(began))
	if _, err := os.Stat(twin); errors.Is(err, fs.ErrNotExist) {
		if err := writeTwin(ctx, c, twin, each); err != nil {
			t.Fatal(err)
		}
	}
	db, err := connect(twin, url.Values{"mode": {"ro"}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	queries := []string{"token validation", "rate limiting", "client library for retries with jitter", "dashboards"}
	if file := os.Getenv("ISRC_BENCH_QUERIES"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		queries = strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	out := ""
	for _, query := range queries {
		statements := shellQueries(t, c, query)
		for _, statement := range statements {
			if want, got := ids(t, c.db, statement), ids(t, db, statement); len(got) == 0 && len(statements) == 1 || !slices.Equal(want, got) {
				t.Errorf("%s: the generation has %d, its twin %d", statement, len(want), len(got))
			}
		}
		out += query + "\t" + strings.Join(statements, "; ") + "\n"
	}
	if file := os.Getenv("ISRC_BENCH_SQL"); file != "" {
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// shellQueries are the statements by which a search finds its matches, one for
// each time that it becomes wider, as one would type them.
func shellQueries(t *testing.T, c *Catalog, text string) []string {
	t.Helper()
	ctx := context.Background()
	q, err := catalog.ParseQuery(strings.Fields(text))
	if err != nil {
		t.Fatal(err)
	}
	q.Limit = 20
	s := &search{c: c, q: q, now: estate.Now(), found: &catalog.Found{}}
	if s.where, err = c.conditions(ctx, q, s.now); err == nil {
		s.clauses, err = c.clauses(ctx, q.Wanted())
	}
	if err == nil {
		err = s.mend(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.tally, err = c.newTally(ctx, s.clauses, nil); err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(expression string, w wants) int {
		out = append(out, fmt.Sprintf("SELECT id FROM (SELECT f.id AS id, bm25(words, %s) AS b, f.source AS source, f.boost AS boost FROM words w CROSS JOIN facts f ON f.id = w.rowid WHERE words MATCH '%s' AND %s) ORDER BY b * boost LIMIT %d",
			weights, strings.ReplaceAll(expression, "'", "''"), s.where.sql, s.size()))
		pool, _, err := s.pool(ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		return len(pool)
	}
	total := add(all(s.clauses), wants{must: bitsOf(s.clauses, func(cl clause) bool { return !cl.soft })})
	if total >= enough {
		return out
	}
	var may []clause
	for _, cl := range s.clauses {
		if !cl.soft {
			may = append(may, cl)
		}
	}
	slices.SortStableFunc(may, func(a, b clause) int { return cmp.Compare(b.idf, a.idf) })
	may = may[:min(len(may), mostCombined)]
	w := wants{may: bitsOf(s.clauses, func(cl clause) bool {
		return slices.ContainsFunc(may, func(m clause) bool { return m.typed == cl.typed })
	})}
	for _, n := range steps(len(may), false) {
		w.least = n
		if total += add(atLeast(n, may), w); total >= 2*enough {
			break
		}
	}
	return out
}

// weights are indexWeights in the index's language.
const weights = "10, 6, 6, 4, 3, 5, 1.5, 1"

// all joins the clauses that a record must have.
func all(clauses []clause) string {
	var parts []string
	for _, cl := range clauses {
		if !cl.soft {
			parts = append(parts, cl.match())
		}
	}
	return strings.Join(parts, " AND ")
}

// atLeast writes that n of the clauses must be there.
func atLeast(n int, may []clause) string {
	var parts []string
	var pick func(from int, chosen []clause)
	pick = func(from int, chosen []clause) {
		if len(chosen) == n {
			parts = append(parts, "("+all(chosen)+")")
			return
		}
		for i := from; i < len(may); i++ {
			pick(i+1, append(slices.Clone(chosen), may[i]))
		}
	}
	pick(0, nil)
	return strings.Join(parts, " OR ")
}

func ids(t *testing.T, db *sql.DB, statement string) []int64 {
	t.Helper()
	rows, err := db.Query(statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func eachLine(file string, put func(*catalog.Record) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := json.NewDecoder(bufio.NewReaderSize(f, 1<<20)); ; {
		var r catalog.Record
		if err := lines.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := put(&r); err != nil {
			return err
		}
	}
}

func writeTwin(ctx context.Context, c *Catalog, path string, each func(func(*catalog.Record) error) error) (err error) {
	db, err := writable(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, stmt := range []string{
		"PRAGMA page_size = 4096",
		"ATTACH DATABASE 'file://" + c.path + "?mode=ro&immutable=1' AS generation",
		"CREATE VIRTUAL TABLE words USING fts5(name, topics, title, description, skills, provides, about, readme, content='', detail=full, tokenize='porter unicode61 remove_diacritics 2')",
		"BEGIN",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	ids, err := conn.PrepareContext(ctx, "SELECT id FROM generation.keys WHERE key = ?")
	if err != nil {
		return err
	}
	defer ids.Close()
	into, err := conn.PrepareContext(ctx, "INSERT INTO words (rowid, name, topics, title, description, skills, provides, about, readme) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer into.Close()
	err = each(func(r *catalog.Record) error {
		d, err := documentOf(r)
		if err != nil {
			return err
		}
		var id int64
		if err := ids.QueryRowContext(ctx, d.key).Scan(&id); err != nil {
			return err
		}
		args := []any{id}
		for _, text := range d.text {
			args = append(args, text)
		}
		_, err = into.ExecContext(ctx, args...)
		return err
	})
	if err != nil {
		return err
	}
	var create string
	if err := conn.QueryRowContext(ctx, "SELECT sql FROM generation.sqlite_schema WHERE name = 'facts'").Scan(&create); err != nil {
		return err
	}
	for _, stmt := range []string{
		create,
		"INSERT INTO facts SELECT * FROM generation.facts",
		"INSERT INTO words (words) VALUES ('optimize')",
		"COMMIT",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}
