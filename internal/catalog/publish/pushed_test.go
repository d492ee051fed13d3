package publish

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/catalog/publish/registrytest"
	"github.com/isrc-dev/isrc/internal/progress"
)

// company is a catalog on disk that changes.
type company struct {
	t     *testing.T
	store *index.Store
	at    time.Time
	repos []*catalog.Record
}

func newCompany(t *testing.T, n, private int) *company {
	t.Helper()
	c := &company{t: t, store: &index.Store{Dir: filepath.Join(t.TempDir(), "catalog")}, at: estate.Now()}
	for r := range estate.New(3, n).Records() {
		r.Sharing, r.Visibility = "", "internal"
		if private > 0 && len(c.repos)%private == 0 {
			r.Visibility = "private"
		}
		c.repos = append(c.repos, r)
	}
	c.put(c.repos)
	return c
}

func (c *company) put(some []*catalog.Record) {
	c.t.Helper()
	c.at = c.at.Add(time.Hour)
	_, err := c.store.Update(context.Background(), index.UpdateOptions{Source: "crawl", At: c.at}, func(w *index.Writer) error {
		for _, r := range some {
			if err := w.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// change gives one of so many repositories another text.
func (c *company) change(every int) {
	c.t.Helper()
	var some []*catalog.Record
	for i := every/2 + 1; i < len(c.repos); i += every {
		r := *c.repos[i]
		r.Readme += "\nNow with the flag " + r.Name + "-next.\n"
		r.Stars, r.PushedAt, r.UpdatedAt = r.Stars+1, c.at, c.at
		some = append(some, &r)
	}
	c.put(some)
}

// notes are what a sink was told.
type notes struct {
	mu   sync.Mutex
	said []string
}

func (n *notes) sink(e progress.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, e.Message)
}

func TestASecondPushTakesNothingOutAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	c := newCompany(t, 40, 4)
	took := func(to Place, choice Choice, want State) bool {
		t.Helper()
		n := &notes{}
		w.o.Sink = n.sink
		p, err := Push(t.Context(), *w.o, c.store, to, choice, false)
		if err != nil || p.State != want || !choice.Private && (len(p.LeftOut) != 1 || p.LeftOut[0].Count != 10) {
			t.Fatalf("got %+v, %v; want %s", p, err, want)
		}
		return slices.ContainsFunc(n.said, func(s string) bool { return strings.Contains(s, "taking out") })
	}
	main, other := w.place("acme/catalog:main"), w.place("acme/catalog:other")
	if !took(main, Choice{}, Published) || took(main, Choice{}, Unchanged) {
		t.Error("the second push takes out what the first one did")
	}
	if !took(other, Choice{}, Published) || took(main, Choice{}, Unchanged) || took(other, Choice{}, Unchanged) {
		t.Error("one place makes another forgotten")
	}
	if !took(main, Choice{Private: true}, Published) || !took(main, Choice{}, Published) {
		t.Error("what is published is not what was asked for")
	}
	if !took(other, Choice{Private: true}, Published) || !took(other, Choice{}, Published) {
		t.Error("what is published is not what was asked for")
	}
	c.change(10)
	if !took(main, Choice{}, Published) || took(main, Choice{}, Unchanged) {
		t.Error("a new generation is not published, or again and again")
	}
	// What another one published there since is not ours.
	if _, err := w.push(main, generation(t, 9, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if !took(main, Choice{}, Published) {
		t.Error("what another one published is taken for ours")
	}
	if err := os.WriteFile(pushMemory(c.store), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !took(main, Choice{}, Unchanged) {
		t.Error("what cannot be read is believed")
	}
}
