package index

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// strings1 gives the first column of a query as text.
func strings1(t *testing.T, c *Catalog, query string, args ...any) []string {
	t.Helper()
	rows, err := c.db.Query(query, args...)
	mustDo(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		mustDo(t, rows.Scan(&s))
		out = append(out, s)
	}
	mustDo(t, rows.Err())
	return out
}

func keywordsOf(t *testing.T, c *Catalog, name string) []string {
	t.Helper()
	var blob []byte
	mustDo(t, c.db.QueryRow("SELECT terms FROM keywords WHERE record = (SELECT id FROM names WHERE name = ?)", name).Scan(&blob))
	var out []string
	for _, k := range decodeKeywords(blob) {
		out = append(out, strings1(t, c, "SELECT term FROM vocabulary WHERE id = ?", k.id)...)
	}
	return out
}

func TestKeywordsTellRecordsApart(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	boiler := " This repository has installation and license sections, see contributing."
	var all []*catalog.Record
	for i := range 60 {
		all = append(all, record(fmt.Sprintf("x/other-%d", i), readme(fmt.Sprintf("Thing number%d.", i)+boiler)))
	}
	all = append(all, record("a/token-vault", readme("Rotates tokens and secrets. Tokens are kept in a vault."+boiler)),
		record("b/secret-store", readme("A vault for secrets and tokens."+boiler)))
	update(t, s, put(all...))
	c := openStore(t, s)
	got := keywordsOf(t, c, "token-vault")
	for _, w := range []string{"vault", "tokens", "secrets"} {
		if !slices.Contains(got, w) {
			t.Errorf("%q does not tell of it: %v", w, got)
		}
	}
	for _, w := range []string{"installation", "license", "and", "this", "a"} {
		if slices.Contains(got, w) {
			t.Errorf("%q tells of it: %v", w, got)
		}
	}
	if got[0] != "vault" {
		t.Errorf("first is %q, want vault", got[0])
	}
}

func TestLabelsAreCountedAndTakenBack(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	with := func(topics ...string) func(*catalog.Record) {
		return func(r *catalog.Record) { r.Topics, r.Language = topics, "Go" }
	}
	const counted = "SELECT value || ' ' || records || ' ' || (SELECT count(*) FROM labelled WHERE label = id) FROM labels WHERE kind = ? AND records > 0 ORDER BY value"
	update(t, s, put(record("a/one", with("JWT", "jwt", "Sécurité")), record("a/two", with("jwt"))))
	if diff := cmp.Diff([]string{"jwt 2 2", "securite 1 1"}, strings1(t, openStore(t, s), counted, labelTopic)); diff != "" {
		t.Error(diff)
	}
	update(t, s, func(w *Writer) error {
		return errors.Join(put(record("a/one", with("cli")), record("a/one", with("cli", "jwt")), record("a/one", with("cli", "x")))(w), w.Delete("forge.example/a/two"))
	})
	c := openStore(t, s)
	if diff := cmp.Diff([]string{"cli 1 1", "x 1 1"}, strings1(t, c, counted, labelTopic)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"go 1 1"}, strings1(t, c, counted, labelLanguage)); diff != "" {
		t.Error(diff)
	}
}

// Forks point at their source whether it comes before, after or never.
func TestForksPointAtTheirSource(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	fork := func(of string) func(*catalog.Record) {
		return func(r *catalog.Record) { r.Fork, r.Source = true, of }
	}
	const sources = `SELECT n.name || ' ' || CASE WHEN f.source > 0 THEN (SELECT name FROM names WHERE id = f.source) WHEN f.source < 0 THEN 'outside' ELSE '-' END
FROM facts f JOIN names n ON n.id = f.id ORDER BY 1`
	update(t, s, put(record("me/early", fork("A/lib")), record("a/lib"), record("you/late", fork("a/lib")),
		record("me/far", fork("up/far")), record("you/far2", fork("up/far"))))
	c := openStore(t, s)
	if diff := cmp.Diff([]string{"early lib", "far outside", "far2 outside", "late lib", "lib -"}, strings1(t, c, sources)); diff != "" {
		t.Error(diff)
	}
	if got := strings1(t, c, "SELECT count(DISTINCT source) FROM facts WHERE source < 0"); got[0] != "1" {
		t.Errorf("forks of one repository have %s sources", got[0])
	}
	update(t, s, func(w *Writer) error {
		return errors.Join(w.Delete("forge.example/a/lib"), w.Put(record("up/far")), w.Put(record("me/early")))
	})
	if diff := cmp.Diff([]string{"early -", "far -", "far far", "far2 far", "late outside"}, strings1(t, openStore(t, s), sources)); diff != "" {
		t.Error(diff)
	}
}

func TestTheVocabularyForgetsWhatIsGone(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, put(record("a/token-lib", readme("tokens")), record("a/ledger"), record("b/tokenLib")))
	const df = "SELECT term || ' ' || df FROM vocabulary WHERE df > 0 AND term IN ('token', 'lib', 'ledger', 'tokens', 'tokenlib') ORDER BY term"
	if diff := cmp.Diff([]string{"ledger 1", "lib 2", "token 2", "tokenlib 1", "tokens 1"}, strings1(t, openStore(t, s), df)); diff != "" {
		t.Error(diff)
	}
	update(t, s, func(w *Writer) error {
		return errors.Join(w.Delete("forge.example/a/ledger"), w.Put(record("a/token-lib", readme("vouchers"))))
	})
	if diff := cmp.Diff([]string{"lib 2", "token 2", "tokenlib 1"}, strings1(t, openStore(t, s), df)); diff != "" {
		t.Error(diff)
	}
}

// The schema that a generation is held to when it is fetched includes what FTS5
// makes: when a new SQLite makes it otherwise, schemaVersion must change.
func TestTheSchemaIsTheOneOfItsVersion(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, put())
	c := openStore(t, s)
	conn, err := c.db.Conn(context.Background())
	mustDo(t, err)
	defer conn.Close()
	have, err := schemaOf(context.Background(), conn)
	mustDo(t, err)
	var all []string
	for name, text := range have {
		all = append(all, name+" "+text)
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	if got := fmt.Sprintf("%d %x", schemaVersion, sum[:6]); got != "3 888cd52f5512" {
		t.Errorf("got %s: another schema needs another schemaVersion", got)
	}
}
