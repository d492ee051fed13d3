package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// canaries are words of a private repository, each of which would stand in
// another table. They begin unlike any other word, so that an index in which
// words are shortened by what they share with the one before holds them whole.
const canaryLetters = "qzjx"

func canary(part string) string { return canaryLetters + part + "qq" }

func publicAndPrivate(t *testing.T) *Store {
	t.Helper()
	s := &Store{Dir: t.TempDir()}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for round := range 2 { // the second leaves rows of the first in free pages
		_, err := s.Update(t.Context(), UpdateOptions{Source: canary("meta"), At: at.Add(time.Duration(round) * time.Hour)}, func(w *Writer) error {
			for i := range 5 { // first, for the first ones make the dictionary
				if err := w.Put(secret(i, round)); err != nil {
					return err
				}
			}
			for i := range 300 {
				r := &catalog.Record{Host: "forge.example", Owner: "acme", Name: fmt.Sprintf("lib-%d", i), Visibility: "internal", Description: "a library for tokens",
					Readme: fmt.Sprintf("How to use it in round %d. The word hippopotamus stands in many of these.", round)}
				if err := w.Put(r); err != nil {
					return err
				}
			}
			if err := w.SetMeta("cursor", canary("cursor")); err != nil {
				return err
			}
			if err := w.SetMeta(MetaCrawled, at.Format(time.RFC3339)); err != nil {
				return err
			}
			return w.PutEvents([]catalog.PullEvent{
				{Host: "forge.example", Owner: "acme", Name: "lib-1", Number: 1, Team: "payments", Opened: at},
				{Host: "forge.example", Owner: "acme", Name: canary("name") + "0", Number: 2, Team: canary("team"), Opened: at},
				{Host: "forge.example", Owner: "acme", Name: canary("gone"), Number: 3, Team: "payments", Opened: at},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func secret(i, round int) *catalog.Record {
	padding := strings.Repeat("words of every day ", 30)
	return &catalog.Record{
		Host: "forge.example", Owner: "acme", Name: fmt.Sprint(canary("name"), i), Visibility: "private", Description: canary("description"),
		Topics: []string{canary("topic")}, Language: canary("language"), License: canary("license"), Team: &catalog.Team{Name: canary("owners"), From: "CODEOWNERS:1"},
		Readme: canary("excerpt") + " " + padding + canary("readme") + fmt.Sprint(" ", canary("round"), round), Title: canary("title"), Skills: []string{canary("skill")},
		Provides: []catalog.Capability{{Name: canary("provides")}}, HelpWanted: []catalog.HelpWanted{{Number: 1, Title: canary("issue"), Labels: []string{canary("label")}}},
		Fork: true, Source: "acme/" + canary("source"),
	}
}

func tellInternal(r *catalog.Record) (*catalog.Record, bool) {
	if r.Visibility == "private" {
		return nil, false
	}
	return r, true
}

func extractBy(t *testing.T, s *Store, path string, choose func(*catalog.Record) (*catalog.Record, bool)) (Info, error) {
	t.Helper()
	c := openStore(t, s)
	what := Telling{Generation: c.Info().ID, Tell: choose}
	err := c.EachSketch(t.Context(), func(_ *catalog.Record, whole func() (*catalog.Record, error)) error {
		r, err := whole()
		if err != nil {
			return err
		}
		switch told, _ := choose(r); told {
		case r:
		case nil:
			what.Gone = append(what.Gone, r.Key())
		default:
			what.Some = append(what.Some, r.Key())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.Extract(t.Context(), path, what)
}

func TestWhatIsNotToldIsNowhereInTheFile(t *testing.T) {
	t.Parallel()
	s := publicAndPrivate(t)
	path := filepath.Join(t.TempDir(), "told.db")
	info, err := extractBy(t, s, path, tellInternal)
	if err != nil {
		t.Fatal(err)
	}
	if info.Records != 300 || info.Events != 1 || info.CrawledAt.IsZero() || len(info.Meta) != 0 || info.Source != "" {
		t.Errorf("told is %+v", info)
	}
	if _, err := s.Extract(t.Context(), filepath.Join(t.TempDir(), "other"), Telling{Generation: "20000101T000000Z-00000000"}); !errors.Is(err, ErrOther) {
		t.Errorf("another generation than was looked at gives %v", err)
	}
	current, err := s.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(current.Path)
	if err != nil || !bytes.Contains(before, []byte(canaryLetters)) {
		t.Fatalf("the test looks for nothing (%v)", err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// In FTS5's pages a word may be shortened by the letters it shares with the one
	// before it: of the canaries themselves all but the first.
	for _, part := range []string{canaryLetters, canaryLetters[1:], "zjx", "excerptqq", "readmeqq", "issueqq", "cursor"} {
		if i := bytes.Index(raw, []byte(part)); i >= 0 {
			t.Errorf("byte %d of the file is in %q", i, raw[max(0, i-40):min(len(raw), i+40)])
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.part")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	each(t, path, func(r *catalog.Record) {
		if line := fmt.Sprintf("%+v", r); strings.Contains(line, canaryLetters) {
			t.Errorf("a record holds what is not told: %s", line)
		}
	})
	if got := telling(t, path, "hippopotamus"); got != 300 {
		t.Errorf("%d records are found by a word of their README, want 300", got)
	}
	if got := telling(t, path, canary("readme")); got != 0 {
		t.Errorf("%d records are found by a word that is not told", got)
	}
}

func each(t *testing.T, path string, visit func(*catalog.Record)) {
	t.Helper()
	db, err := readOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := &Catalog{db: db, path: path}
	if err := c.readInfo(t.Context(), stamp{}); err != nil {
		t.Fatal(err)
	}
	if err := c.Each(t.Context(), func(r *catalog.Record) error { visit(r); return nil }); err != nil {
		t.Fatal(err)
	}
}

func telling(t *testing.T, path, word string) (n int) {
	t.Helper()
	db, err := readOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(context.Background(), "SELECT count(*) FROM words WHERE words MATCH ?", `"`+word+`"`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	var vocabulary int
	if err := db.QueryRowContext(context.Background(), "SELECT count(*) FROM vocabulary WHERE term LIKE ?", canaryLetters+"%").Scan(&vocabulary); err != nil || vocabulary != 0 {
		t.Errorf("the vocabulary has %d words that are not told, %v", vocabulary, err)
	}
	return n
}

func TestTheSameGenerationIsToldAlike(t *testing.T) {
	t.Parallel()
	s := publicAndPrivate(t)
	var all [][]byte
	for i := range 2 {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if _, err := extractBy(t, s, path, tellInternal); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	if !bytes.Equal(all[0], all[1]) {
		t.Error("the same generation gives two files")
	}
}

func TestAShortenedRecordKeepsNoWordOfItsReadme(t *testing.T) {
	t.Parallel()
	s := publicAndPrivate(t)
	path := filepath.Join(t.TempDir(), "told.db")
	_, err := extractBy(t, s, path, func(r *catalog.Record) (*catalog.Record, bool) {
		switch {
		case r.Visibility == "private":
			return &catalog.Record{Host: r.Host, Owner: r.Owner, Name: "shortened" + r.Name[len(r.Name)-1:]}, false
		case r.Name == "lib-7": // as a fork whose source is not told
			told := *r
			told.Stars = 7
			return &told, true
		}
		return r, true
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := telling(t, path, "hippopotamus"); n != 300 {
		t.Errorf("%d records are found by a word of their README, want 300: a small change lost one", n)
	}
	if n := telling(t, path, "shortened3"); n != 1 {
		t.Errorf("%d records are found by the name of a shortened one", n)
	}
	raw, err := os.ReadFile(path)
	if err != nil || bytes.Contains(raw, []byte(canaryLetters)) {
		t.Errorf("the file holds what was shortened (%v)", err)
	}
}
