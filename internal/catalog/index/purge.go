package index

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
)

// purge removes what only records that are gone have left behind. Where there
// are none, the index stays in the pieces that it has: most of them are those of
// the generation before, and need not be fetched again. dictionary is
// what records are compressed with, nil for one that is made of them.
func purge(ctx context.Context, conn *sql.Conn, all bool, dictionary []byte) error {
	if !all {
		if err := forget(ctx, conn, dictionary); err != nil {
			return err
		}
	}
	for _, stmt := range []string{
		"DELETE FROM events WHERE repository NOT IN (SELECT id FROM pulled WHERE key IN (SELECT key FROM told))",
		"DELETE FROM pulled WHERE id NOT IN (SELECT repository FROM events)",
		"DELETE FROM teams WHERE id NOT IN (SELECT team FROM events)",
		"DELETE FROM meta WHERE key NOT IN ('" + metaBuilt + "', '" + MetaCrawled + "', '" + metaRecords + "', '" + metaEvents + "')",
		"UPDATE meta SET value = (SELECT count(*) FROM events) WHERE key = '" + metaEvents + "'",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// forget removes from what was derived from all records that which was derived
// from those that are gone.
func forget(ctx context.Context, conn *sql.Conn, dictionary []byte) error {
	for _, stmt := range []string{
		"INSERT INTO words(words) VALUES ('optimize')",
		"INSERT INTO wanted_words(wanted_words) VALUES ('optimize')",
		"DELETE FROM labels WHERE id NOT IN (SELECT label FROM labelled)",
		"DELETE FROM keywords WHERE record NOT IN (SELECT id FROM records)",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	if err := repack(ctx, conn, dictionary); err != nil {
		return err
	}
	gone, err := unused(ctx, conn)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if _, err := conn.ExecContext(ctx, "DELETE FROM vocabulary WHERE id = "+strconv.FormatInt(id, 10)); err != nil {
			return err
		}
	}
	return nil
}

// repack compresses every record with a dictionary of what is told, in one
// transaction.
func repack(ctx context.Context, conn *sql.Conn, dictionary []byte) error {
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := renewBodies(ctx, conn, dictionary); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "COMMIT")
	return err
}

// unused lists the words that stand in no record any more. Those of READMEs
// alone are looked for in the index. It has stems, so that a word may stay of
// which another form stands in a record that is told.
func unused(ctx context.Context, conn *sql.Conn) ([]int64, error) {
	telling, err := tellingWords(ctx, conn)
	if err != nil {
		return nil, err
	}
	doubtful := map[int64]string{}
	rows, err := conn.QueryContext(ctx, "SELECT id, term FROM vocabulary WHERE df = 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var term string
		if err := rows.Scan(&id, &term); err != nil {
			return nil, err
		}
		if !telling[id] {
			doubtful[id] = term
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	there, err := conn.PrepareContext(ctx, "SELECT EXISTS (SELECT 1 FROM words WHERE words MATCH ?)")
	if err != nil {
		return nil, err
	}
	defer there.Close()
	var gone []int64
	for id, term := range doubtful {
		found := false
		// A word that FTS5 cannot be asked for is none that anybody finds.
		if err := there.QueryRowContext(ctx, `"`+term+`"`).Scan(&found); err != nil && ctx.Err() != nil {
			return nil, err
		}
		if !found {
			gone = append(gone, id)
		}
	}
	return gone, nil
}

// tellingWords are the words that tell most of some record.
func tellingWords(ctx context.Context, conn *sql.Conn) (map[int64]bool, error) {
	rows, err := conn.QueryContext(ctx, "SELECT terms FROM keywords")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[int64]bool{}
	for rows.Next() {
		var terms sql.RawBytes
		if err := rows.Scan(&terms); err != nil {
			return nil, err
		}
		for _, k := range decodeKeywords(terms) {
			all[k.id] = true
		}
	}
	return all, rows.Err()
}
