package index

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Readers read while generations come and go: each sees one of them whole.
func TestReadersNeitherWaitNorSeeHalfAnUpdate(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	put40 := func(round int) func(*Writer) error {
		return func(w *Writer) error {
			for _, r := range some(40, "a") {
				r.Stars = round
				if err := w.Put(r); err != nil {
					return err
				}
			}
			return nil
		}
	}
	update(t, s, put40(1))
	ctx, cancel := context.WithCancel(context.Background())
	var readers sync.WaitGroup
	reads := make([]int, 3)
	for i := range reads {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for ; ctx.Err() == nil || reads[i] == 0; reads[i]++ {
				if err := readOnce(s); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	for round := 2; round < 12; round++ {
		update(t, s, put40(round))
	}
	cancel()
	readers.Wait()
}

func readOnce(s *Store) error {
	c, err := s.Open(context.Background())
	if err != nil {
		return err
	}
	defer c.Close()
	stars := -1
	return c.Each(context.Background(), func(r *catalog.Record) error {
		again, err := c.Get(context.Background(), r.RepoName())
		if err != nil {
			return err
		}
		if stars >= 0 && r.Stars != stars || again.Stars != r.Stars {
			return errors.New("two generations at once")
		}
		stars = r.Stars
		return nil
	})
}

func TestSeveralMayPutAtOnce(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	info := update(t, s, func(w *Writer) error {
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Add(1)
			go func() {
				defer all.Done()
				for _, r := range some(200, string(rune('a'+i))) {
					errs[i] = errors.Join(errs[i], w.Put(r))
				}
				_, err := w.Get("forge.example/a/repo-1")
				errs[i] = errors.Join(errs[i], err)
			}()
		}
		all.Wait()
		return errors.Join(errs...)
	})
	if info.Records != 800 {
		t.Errorf("got %d records, want 800", info.Records)
	}
	c := openStore(t, s) // beyond 256 records they have a dictionary of their own
	if _, err := c.Get(context.Background(), forge.RepoName{Host: "forge.example", Owner: "d", Name: "repo-199"}); err != nil {
		t.Error(err)
	}
}

func TestACancelledUpdateChangesNothing(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	info := update(t, s, put(some(3, "a")...))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.Update(ctx, UpdateOptions{At: now}, func(w *Writer) error {
		for i, r := range some(500, "b") {
			if i == 250 {
				cancel()
			}
			if err := w.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	if got := openStore(t, s).Info(); got.ID != info.ID {
		t.Errorf("got the generation %s, want %s", got.ID, info.ID)
	}
}
