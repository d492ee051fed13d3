package crawl

import "sync"

// The size of a request, in repositories.
const (
	mostAtOnce = 100 // GitHub's limit of a page
	// firstLook is the size of the first request of an incremental crawl: mostly
	// little has changed.
	firstLook = 10
	// steadyFor is how many requests must work before a larger one is tried, and
	// growth by how much larger.
	steadyFor = 8
	growth    = 10
)

// batch is how many repositories are asked for at once on a host. It is halved
// when the server complains and grows again slowly.
type batch struct {
	mu     sync.Mutex
	size   int
	steady int // requests of this size that worked in a row
}

func newBatch(o Options) *batch {
	size := o.Batch
	if size <= 0 {
		size = o.Book.batchSize(o.Host)
	}
	if size <= 0 || size > mostAtOnce {
		size = mostAtOnce
	}
	return &batch{size: size}
}

func (b *batch) now() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size
}

// worked notes a request that was answered.
func (b *batch) worked(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n < b.size {
		return
	}
	if b.steady++; b.steady >= steadyFor && b.size < mostAtOnce {
		b.size, b.steady = min(b.size+growth, mostAtOnce), 0
	}
}

// complained notes that n were too much, and gives what to ask for next. It is 0
// when one alone is too much. Several owners that hit the same wall at once halve
// the size only once.
func (b *batch) complained(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.steady = -steadyFor // slower now: what was too much once may be so again
	if n <= 1 {
		return 0
	}
	b.size = min(b.size, max(n/2, 1))
	return b.size
}
