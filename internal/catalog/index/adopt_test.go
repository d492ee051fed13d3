package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAdoptedFilesAreOursToTheLetter(t *testing.T) {
	t.Parallel()
	from := &Store{Dir: t.TempDir()}
	made := update(t, from, put(some(40, "a")...))
	for name, c := range map[string]struct {
		sql string
		do  func(t *testing.T, path string)
		why string
	}{
		"as it was made":     {},
		"a trigger":          {sql: "CREATE TRIGGER x AFTER INSERT ON records BEGIN DELETE FROM records; END", why: "trigger x"},
		"a view":             {sql: "CREATE VIEW x AS SELECT 1", why: "view x"},
		"a virtual table":    {sql: "CREATE VIRTUAL TABLE x USING fts5(y)", why: "x"},
		"a table less":       {sql: "DROP TABLE wanted", why: "wanted"},
		"another column":     {sql: "ALTER TABLE facts ADD COLUMN x DEFAULT 7", why: "facts"},
		"another body":       {sql: "UPDATE records SET body = x'00' WHERE id = 3", why: "cannot be read"},
		"a wrong key":        {sql: "UPDATE keys SET key = 'evil.example/a/b' WHERE id = 3", why: "not where its name says"},
		"rows apart":         {sql: "DELETE FROM facts WHERE id = 5", why: "not where its name says"},
		"a large dictionary": {sql: fmt.Sprintf("INSERT INTO dictionaries VALUES (%d, zeroblob(1000000))", generation)},
		"a broken index":     {sql: "UPDATE words_data SET block = x'0102' WHERE id > 100", why: "words"},
		"a WAL":              {sql: "PRAGMA journal_mode = WAL", why: "write-ahead"},
		"no database": {do: func(t *testing.T, path string) {
			mustDo(t, os.WriteFile(path, []byte(strings.Repeat("x", 9000)), 0o600))
		}, why: "no catalog"},
		"cut short": {do: func(t *testing.T, path string) { mustDo(t, os.Truncate(path, made.size()/2)) }, why: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "fetched.db")
			_, err := copyFile(made.Path, path)
			mustDo(t, err)
			if c.sql != "" {
				db, err := sql.Open("sqlite", path)
				mustDo(t, err)
				_, err = db.Exec(c.sql)
				mustDo(t, err)
				mustDo(t, db.Close())
			}
			if c.do != nil {
				c.do(t, path)
			}
			s := &Store{Dir: t.TempDir()}
			mine := update(t, s, put(some(2, "mine")...))
			sum, err := sumFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Adopt(context.Background(), path, sum[1:]+"0", "oci://x.example/y", now, nil); !errors.Is(err, ErrOther) {
				t.Errorf("a file of another sum gives %v", err)
			}
			info, err := s.Adopt(context.Background(), path, sum, "oci://x.example/y", now, nil)
			if c.why == "" && c.do == nil {
				if err != nil || info.Records != 40 || info.Source != "oci://x.example/y" {
					t.Fatalf("got %+v, %v; want it adopted", info, err)
				}
				return
			}
			var broken *DamagedError
			if !errors.As(err, &broken) || !strings.Contains(broken.Why, c.why) || broken.Path != path {
				t.Errorf("got %v, want that it is damaged (%s)", err, c.why)
			}
			if got := openStore(t, s).Info(); got.ID != mine.ID {
				t.Error("it was made current even so")
			}
		})
	}
}

func (i Info) size() int64 {
	st, err := os.Stat(i.Path)
	if err != nil {
		return 0
	}
	return st.Size()
}
