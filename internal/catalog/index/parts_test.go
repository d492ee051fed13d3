package index

import (
	"errors"
	"sync/atomic"
	"testing"
)

func TestEachPartIsDoneOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 100} {
		done := make([]atomic.Int32, n)
		err := inParts(n, func(worker, part int) error {
			if worker < 0 || worker >= mostWorkers {
				t.Errorf("worker %d of %d", worker, mostWorkers)
			}
			done[part].Add(1)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		for part := range done {
			if times := done[part].Load(); times != 1 {
				t.Errorf("part %d of %d was done %d times", part, n, times)
			}
		}
	}
}

func TestAPartThatFailsIsTold(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	for last := range 10 {
		err := inParts(10, func(_, part int) error {
			if part == last {
				return wrong
			}
			return nil
		})
		if !errors.Is(err, wrong) {
			t.Errorf("part %d failed, and what is told is %v", last, err)
		}
	}
}

func TestWhatIsDoneMeanwhileIsDoneOnceWhenAskedFor(t *testing.T) {
	t.Parallel()
	for range 100 {
		times := 0
		done := meanwhile(func() { times++ })
		if done(); times != 1 {
			t.Fatalf("done %d times", times)
		}
	}
}
