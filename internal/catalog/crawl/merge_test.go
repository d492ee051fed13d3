package crawl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// shards crawls an estate in parts, each on a machine of its own.
func shards(t *testing.T, f *fakeForge, of int, owners ...string) []string {
	t.Helper()
	var files []string
	for n := 1; n <= of; n++ {
		s := newScene(t, f, owners...)
		s.now = s.now.Add(time.Duration(n) * time.Minute)
		o := s.options()
		o.Shard, o.Known, o.Book = Shard{n, of}, nil, nil
		out, err := Crawl(context.Background(), f, o)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.shard", n))
		if _, err := out.WriteShard(context.Background(), path, o.Shard); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	return files
}

func opened(t *testing.T, files []string) (all []*ShardFile, parts []Part) {
	t.Helper()
	for _, f := range files {
		s, err := OpenShard(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		all, parts = append(all, s), append(parts, s)
	}
	return all, parts
}

func TestShardsMakeTheSameCatalog(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 250)
	f.make("other", "lib", clock)
	want := newScene(t, f, "acme", "other")
	want.whole()
	all, parts := opened(t, shards(t, f, 4, "acme", "other"))
	if err := CheckShards(all); err != nil {
		t.Fatal(err)
	}
	got := newScene(t, f, "acme", "other")
	w := &eventShelf{got.shelf, map[string]map[int]catalog.PullEvent{}}
	m, err := Merge(context.Background(), parts, w)
	if err != nil || m.Records != 251 || m.Older != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := NotePositions(all, w); err != nil {
		t.Fatal(err)
	}
	wantSame(t, got, want)
	got.now = got.now.Add(time.Hour)
	if out := got.whole(); out.Requests > 6 || out.Owners[0].Mode != ModeIncremental {
		t.Errorf("the next crawl does not go on from there: %d requests, %s %s", out.Requests, out.Owners[0].Mode, out.Owners[0].Why)
	}
}

func TestAMissingOrBrokenShardIsNamed(t *testing.T) {
	t.Parallel()
	files := shards(t, newFakeForge("acme", 40), 3, "acme")
	all, _ := opened(t, []string{files[0], files[2], files[2]})
	var incomplete *IncompleteError
	if err := CheckShards(all); !errors.As(err, &incomplete) || !cmp.Equal(incomplete.Missing, []int{2}) {
		t.Errorf("got %v, want that 2 is missing", err)
	}
	raw, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(raw), "\n"), "\n")
	for name, text := range map[string]string{
		"cut after a line":      strings.Join(lines[:len(lines)-1], ""),
		"cut in a line":         string(raw[:len(raw)/2]),
		"a record is missing":   strings.Join(append(append([]string{}, lines[0]), lines[2:]...), ""),
		"of a version to come":  strings.Replace(string(raw), `{"isrcShard":1`, `{"isrcShard":7`, 1),
		"something else":        `{"hello":1}` + "\n",
		"nothing":               "",
		"twice":                 string(raw) + strings.Join(lines[1:], ""),
		"an impossible number":  strings.Replace(string(raw), `"of":3`, `"of":30000000`, 1),
		"a number out of range": strings.Replace(string(raw), `"shard":2`, `"shard":4`, 1),
	} {
		path := filepath.Join(t.TempDir(), "x.shard")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var broken *ShardError
		if _, err := OpenShard(context.Background(), path); !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// list is a part in memory.
type list []*catalog.Record

func (l list) Each(_ context.Context, f func(*catalog.Record) error) error {
	for _, r := range l {
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

func TestTheNewestRecordWins(t *testing.T) {
	t.Parallel()
	r := func(name string, id int64, hours int, about string) *catalog.Record {
		return &catalog.Record{Host: host, Owner: "acme", Name: name, ID: id, SeenAt: *at(hours), Description: about}
	}
	w := &eventShelf{newShelf(), map[string]map[int]catalog.PullEvent{}}
	m, err := Merge(context.Background(), []Part{
		list{r("a", 1, 5, "old"), r("b", 2, 1, "new"), r("was", 3, 9, "old"), r("is", 4, 1, "new"), r("one", 0, 1, "new")},
		list{r("a", 1, 2, "new"), r("b", 2, 8, "old"), r("renamed", 3, 1, "new"), r("wasnt", 4, 7, "old"), r("one", 0, 3, "old")},
	}, w)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range w.records {
		if r.Description != "new" {
			t.Errorf("%s is the old one", r.Name)
		}
		got = append(got, r.Name)
	}
	if len(got) != 5 || m.Records != 5 || m.Older != 5 {
		t.Errorf("%v, %+v", got, m)
	}
}
