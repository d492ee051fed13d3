package lazy

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestValueIsMadeOnceAndNotBefore(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	get := Value(func() *int { made.Add(1); return new(int) })
	if made.Load() != 0 {
		t.Error("made before it was asked for")
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { get() })
	}
	wait.Wait()
	if got := get(); made.Load() != 1 || got != get() {
		t.Errorf("made %d times", made.Load())
	}
}

func TestPatternPanicsWhenItIsUsed(t *testing.T) {
	t.Parallel()
	if p := Pattern(`^a+$`); !p().MatchString("aa") {
		t.Error("the pattern is not what was written")
	}
	wrong := Pattern(`(`)
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression was taken")
		}
	}()
	wrong()
}
