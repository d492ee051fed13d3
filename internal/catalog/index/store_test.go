package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func record(fullName string, change ...func(*catalog.Record)) *catalog.Record {
	owner, name, _ := strings.Cut(fullName, "/")
	r := &catalog.Record{Host: "forge.example", Owner: owner, Name: name, PushedAt: now, SeenAt: now}
	for _, c := range change {
		c(r)
	}
	return r
}

func readme(text string) func(*catalog.Record) { return func(r *catalog.Record) { r.Readme = text } }

func put(records ...*catalog.Record) func(*Writer) error {
	return func(w *Writer) error {
		for _, r := range records {
			if err := w.Put(r); err != nil {
				return err
			}
		}
		return nil
	}
}

func update(t *testing.T, s *Store, fill func(*Writer) error) Info {
	t.Helper()
	info, err := s.Update(context.Background(), UpdateOptions{Source: "test", At: now}, fill)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func openStore(t *testing.T, s *Store) *Catalog {
	t.Helper()
	c, err := s.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// found gives the ids of the records in which a full text query matches.
func found(t *testing.T, c *Catalog, query string) []string {
	t.Helper()
	rows, err := c.db.Query("SELECT k.key FROM words w JOIN keys k ON k.id = w.rowid WHERE words MATCH ? ORDER BY k.key", query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			t.Fatal(err)
		}
		_, key, _ = strings.Cut(key, "/")
		out = append(out, key)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatIsPutIsThere(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	if _, err := s.Open(context.Background()); !errors.Is(err, ErrNone) {
		t.Fatalf("got %v, want that there is none", err)
	}
	lib := record("Identity/auth-lib", readme("Validates tokens. "+strings.Repeat("é", 400)), func(r *catalog.Record) {
		r.Topics, r.Language, r.Stars = []string{"security", "jwt"}, "Go", 7
		r.Provides = []catalog.Capability{{Name: "token-validation"}}
		r.HelpWanted = []catalog.HelpWanted{{Number: 3, Title: "Support rotation of keys", Skills: []string{"Go"}}}
	})
	info := update(t, s, put(lib, record("pay/ledger", readme("Double entry"))))
	if info.Records != 2 || info.Source != "test" || !info.BuiltAt.Equal(now) {
		t.Errorf("got %+v", info)
	}
	c := openStore(t, s)
	got, err := c.Get(context.Background(), forge.RepoName{Host: "FORGE.example", Owner: "identity", Name: "AUTH-lib"})
	if err != nil {
		t.Fatal(err)
	}
	want := *lib
	want.Readme, want.Excerpt = "", "Validates tokens. "+strings.Repeat("é", 282)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	var missing *forge.NotFoundError
	if _, err := c.Get(context.Background(), forge.RepoName{Host: "forge.example", Owner: "a", Name: "b"}); !errors.As(err, &missing) {
		t.Errorf("got %v, want that it is not found", err)
	}
	for query, want := range map[string][]string{
		"validate": {"identity/auth-lib"}, "authlib": {"identity/auth-lib"}, "entry": {"pay/ledger"},
		`"double entry"`: {"pay/ledger"}, `"entry double"`: nil, "topics:jwt": {"identity/auth-lib"}, "readme:jwt": nil,
		"about:pay": {"pay/ledger"}, "nothing": nil,
	} {
		if diff := cmp.Diff(want, found(t, c, query)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestNamesResolveAndComplete(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, put(record("me/Token-Lib", func(r *catalog.Record) { r.Fork, r.Source = true, "identity/token-lib" }),
		record("identity/token-lib"), record("Tokyo/web"), record("pay/ledger")))
	c := openStore(t, s)
	ctx := context.Background()
	got, err := c.Resolve(ctx, "TOKEN-lib")
	if err != nil {
		t.Fatal(err)
	}
	if want := "[forge.example/identity/token-lib forge.example/me/Token-Lib]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for prefix, want := range map[string][]string{
		"tok": {"Tokyo/", "token-lib"}, "Pay/": {"pay/ledger"}, "identity/t": {"identity/token-lib"},
		"forge.example/pay/l": {"forge.example/pay/ledger"}, "x": nil, "no/": nil,
	} {
		got, err := c.Complete(ctx, prefix, 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", prefix, diff)
		}
	}
}

func TestAnUpdateChangesWhatItSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	described := func(text string) func(*catalog.Record) {
		return func(r *catalog.Record) { r.Description = text }
	}
	update(t, s, put(record("a/one", readme("alpha"), described("first")), record("a/two", readme("beta")), record("a/three", readme("gamma"))))
	old := openStore(t, s)
	update(t, s, func(w *Writer) error {
		one, err := w.Get("forge.example/a/one")
		if err != nil {
			return err
		}
		one.Stars = 50 // the README is not given, and stays in the index
		return errors.Join(w.Put(one), w.Delete("forge.example/a/two"), w.Delete("forge.example/a/none"),
			w.Put(record("a/three", readme("delta"))), w.SetMeta("note", "x"))
	})
	c := openStore(t, s)
	for query, want := range map[string][]string{"alpha": {"a/one"}, "first": {"a/one"}, "beta": nil, "gamma": nil, "delta": {"a/three"}} {
		if diff := cmp.Diff(want, found(t, c, query)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if diff := cmp.Diff([]string{"a/two"}, found(t, old, "beta")); diff != "" {
		t.Errorf("the generation that is held has changed: %s", diff)
	}
	var keys []string
	if err := c.Each(context.Background(), func(r *catalog.Record) error { keys = append(keys, fmt.Sprint(r.FullName(), r.Stars)); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a/one50", "a/three0"}, keys); diff != "" {
		t.Error(diff)
	}
	if c.Info().Meta["note"] != "x" || c.Info().Records != 2 {
		t.Errorf("got %+v", c.Info())
	}
}

func TestRecordsAreVisitedByActivity(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	active := func(name string, score int) *catalog.Record {
		r := record(name)
		r.Activity = &catalog.Activity{Score: score}
		return r
	}
	update(t, s, put(active("a/low", 3), record("a/unknown"), active("b/same", 40), active("a/same", 40), active("z/high", 900)))
	var names []string
	if err := openStore(t, s).EachByActivity(t.Context(), func(r *catalog.Record) error { names = append(names, r.FullName()); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"z/high", "a/same", "b/same", "a/low", "a/unknown"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestWhatFailsLeavesTheCatalogAsItWas(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	info := update(t, s, put(record("a/one")))
	oops := errors.New("oops")
	_, err := s.Update(context.Background(), UpdateOptions{At: now}, func(w *Writer) error {
		return errors.Join(w.Put(record("a/two")), oops)
	})
	if !errors.Is(err, oops) {
		t.Errorf("got %v, want %v", err, oops)
	}
	if got := openStore(t, s).Info(); got.ID != info.ID {
		t.Errorf("got the generation %s, want %s", got.ID, info.ID)
	}
	files, err := os.ReadDir(s.generations())
	if err != nil || len(files) != 1 {
		t.Errorf("got %v, %v; want one file", files, err)
	}
}

func TestPullEventsKeepTheirPast(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	yes, no := true, false
	first := now.Add(-time.Hour)
	e := catalog.PullEvent{Host: "forge.example", Owner: "Pay", Name: "Ledger", Number: 4, Team: "identity", Outside: &yes, FromFork: true, Opened: now.Add(-2 * time.Hour)}
	update(t, s, func(w *Writer) error { return w.PutEvents([]catalog.PullEvent{e}) })
	later := e
	later.Team, later.Outside, later.First, later.Ended, later.Merged = "payments", &no, &first, &now, true
	info, err := s.Update(context.Background(), UpdateOptions{At: now, Fresh: true}, func(w *Writer) error {
		return w.PutEvents([]catalog.PullEvent{later, {Host: "forge.example", Owner: "a", Name: "b", Number: 1, Opened: now}})
	})
	if err != nil || info.Events != 2 {
		t.Fatalf("got %+v, %v", info, err)
	}
	want := later
	want.Team, want.Outside = e.Team, e.Outside
	var got []catalog.PullEvent
	if err := openStore(t, s).Events(context.Background(), "forge.example/pay/ledger", func(e catalog.PullEvent) error { got = append(got, e); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]catalog.PullEvent{want}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsDeletedTakesNoSpace(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	all := some(1500, "a")
	for _, r := range all {
		r.Readme += strings.Repeat(" all kinds of things, "+r.Name, 20)
	}
	before := update(t, s, put(all...))
	after := update(t, s, func(w *Writer) error {
		for _, r := range all[100:] {
			if err := w.Delete(r.Key()); err != nil {
				return err
			}
		}
		return nil
	})
	if after.Records != 100 || after.size() > before.size()/3 {
		t.Errorf("%d records take %d bytes, %d took %d", after.Records, after.size(), before.Records, before.size())
	}
	if _, err := s.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
	if got := found(t, openStore(t, s), `"repo 7"`); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}
