package index

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// mostWorkers bounds the goroutines that work on one search.
const mostWorkers = 4

// inParts does a piece of work in n parts, each with the number of the goroutine
// that does it, below mostWorkers. Whoever is free takes the next part: where the
// processors have other things to do, the caller does all of them.
func inParts(n int, do func(worker, part int) error) error {
	var next atomic.Int64
	work := func(worker int) error {
		for {
			part := int(next.Add(1)) - 1
			if part >= n {
				return nil
			}
			if err := do(worker, part); err != nil {
				return err
			}
		}
	}
	var others errgroup.Group
	for i := 1; i < min(runtime.GOMAXPROCS(0), mostWorkers, n); i++ {
		others.Go(func() error { return work(i) })
	}
	err := work(0)
	if other := others.Wait(); err == nil {
		err = other
	}
	return err
}

// meanwhile does something beside what its caller goes on with, until the caller
// asks for it by what is given back: if it was not even begun then, the caller
// does it.
func meanwhile(do func()) (done func()) {
	done = sync.OnceFunc(do)
	go done()
	return done
}
