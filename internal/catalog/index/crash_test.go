//go:build !windows

package index

import (
	"bufio"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// A process that updates without pause is killed at random points: what is
// current then opens, is whole, and is one generation, never half of two.
func TestAKilledUpdateLeavesAWholeCatalog(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, func(w *Writer) error { return errors.Join(put(some(40, "a")...)(w), w.SetMeta("round", "0")) })
	random := rand.New(rand.NewPCG(3, 4))
	rounds := map[int]bool{}
	for range 30 {
		cmd := child("update", s.Dir)
		out, err := cmd.StdoutPipe()
		mustDo(t, err)
		mustDo(t, cmd.Start())
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatalf("the child does nothing: %v", err)
		}
		time.Sleep(time.Duration(random.IntN(25_000)) * time.Microsecond) // waits for nothing: the moment of the kill is what is random
		mustDo(t, cmd.Process.Signal(syscall.SIGKILL))
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended before it was killed")
		}
		rounds[wholeRound(t, s)] = true
	}
	if len(rounds) < 10 {
		t.Errorf("only the rounds %v were ever current", rounds)
	}
	left, err := filepath.Glob(filepath.Join(s.generations(), "*"))
	mustDo(t, err)
	for _, f := range left { // as the next update finds them on another day
		mustDo(t, os.Chtimes(f, now.Add(-grace), now.Add(-grace)))
	}
	info := update(t, s, put(some(1, "b")...))
	if info.Recovered != "" || info.Records != 41 {
		t.Errorf("got %+v after all kills", info)
	}
	files, err := filepath.Glob(filepath.Join(s.Dir, "*", "*"))
	mustDo(t, err)
	more, err := filepath.Glob(filepath.Join(s.Dir, ".isrc-*"))
	mustDo(t, err)
	if len(files) != 2 || len(more) != 0 {
		t.Errorf("left are %v %v, want two generations", files, more)
	}
}

// wholeRound verifies the current generation, and that all of it is of one
// round.
func wholeRound(t *testing.T, s *Store) int {
	t.Helper()
	if _, err := s.Verify(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	c, err := s.Open(context.Background())
	mustDo(t, err)
	defer c.Close()
	if c.Info().Recovered != "" || c.Info().Records != 40 {
		t.Fatalf("got %+v", c.Info())
	}
	round := -1
	err = c.Each(context.Background(), func(r *catalog.Record) error {
		if round >= 0 && r.Stars != round {
			t.Errorf("records of the rounds %d and %d", round, r.Stars)
		}
		round = r.Stars
		return nil
	})
	mustDo(t, err)
	return round
}

// updateStarved updates while no file may grow beyond a few bytes more than the
// catalog has, as on a full disk.
func updateStarved(s *Store) error {
	c, err := s.Open(context.Background())
	if err != nil {
		return err
	}
	st, err := os.Stat(c.Info().Path)
	if err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	for _, limit := range []uint64{100, 5000, uint64(st.Size()) - 1, uint64(st.Size()) + 8192} {
		tight := syscall.Rlimit{Cur: limit, Max: was.Max}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
			return err
		}
		for _, fresh := range []bool{false, true} {
			_, err := s.Update(context.Background(), UpdateOptions{At: now, Fresh: fresh}, put(some(2000, "b")...))
			if err == nil {
				return errors.New("2000 records were written to a full disk")
			}
			if strings.Contains(err.Error(), "damaged") {
				return err // a full disk is not damage
			}
		}
	}
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was)
}

func TestAFullDiskLeavesTheCatalogAsItWas(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	info := update(t, s, put(some(40, "a")...))
	if out, err := child("starve", s.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := openStore(t, s).Info(); got.ID != info.ID || got.Recovered != "" {
		t.Errorf("got %+v, want the generation %s", got, info.ID)
	}
	if info := update(t, s, put(some(40, "b")...)); info.Records != 80 || info.Recovered != "" {
		t.Errorf("got %+v when there is room again", info)
	}
}

func TestOneWriterWorksAtATime(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, func(*Writer) error {
		_, err := s.Update(context.Background(), UpdateOptions{At: now}, put())
		var busy *BusyError
		if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.PID != os.Getpid() {
			t.Errorf("got %v, want that process %d writes", err, os.Getpid())
		}
		return nil
	})
	update(t, s, put(some(1, "a")...))
}
