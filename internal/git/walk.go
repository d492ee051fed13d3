package git

import (
	"container/heap"
	"context"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// side says from which of two commits another one is reached.
type side uint8

const (
	onLeft  side = 1
	onRight side = 2
	onBoth       = onLeft | onRight
	// stale marks ancestors of a common ancestor: common too, and not the best.
	stale side = 4
)

// slop is how many commits a comparison goes on beyond the point where it
// looks finished. Commit dates can be wrong; the number is git's own.
const slop = 5

// comparison walks back from two commits, the newest first, and finds what
// each has alone and where they meet.
type comparison struct {
	reach map[plumbing.Hash]*visit
	queue visitQueue
	open  int // in the queue and not known to be stale
	order []*visit
	limit int             // of commits, when there is only one side; 0: none
	cut   bool            // the end of a shallow history was met
	best  []plumbing.Hash // the common ancestors that no other one reaches

	oldest time.Time // of the commits that one side has alone
	left   int       // of the slop
}

type visit struct {
	id      plumbing.Hash
	when    time.Time
	parents []plumbing.Hash
	cut     bool
	sides   side
	queued  bool
	listed  bool
	seq     int
}

// compare walks the histories of left and right; an empty left is none.
func (r *Repo) compare(ctx context.Context, left, right string, limit int) (*comparison, error) {
	if err := r.readShallow(); err != nil {
		return nil, err
	}
	c := &comparison{reach: make(map[plumbing.Hash]*visit), left: slop}
	if left == "" {
		c.limit = limit
	} else if err := c.start(r, left, onLeft); err != nil {
		return nil, err
	}
	if err := c.start(r, right, onRight); err != nil {
		return nil, err
	}
	for n := 0; c.more(); n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := c.next(r); err != nil {
			return nil, err
		}
	}
	for _, v := range c.order {
		if v.sides == onBoth {
			c.best = append(c.best, v.id)
		}
	}
	return c, nil
}

func (c *comparison) start(r *Repo, rev string, s side) error {
	id, err := r.resolve(rev)
	if err != nil {
		return err
	}
	return c.mark(r, id, s)
}

// more says whether something can still change the answer: a commit that is
// not known to be common, or one that is young enough to have, by a wrong
// date, ancestors among what looks like one side's own.
func (c *comparison) more() bool {
	switch {
	case c.queue.Len() == 0, c.limit > 0 && len(c.order) >= c.limit:
		return false
	case c.open > 0, !c.oldest.IsZero() && !c.queue[0].when.Before(c.oldest):
		c.left = slop
		return true
	}
	c.left--
	return c.left >= 0
}

func (c *comparison) next(r *Repo) error {
	v := heap.Pop(&c.queue).(*visit)
	v.queued = false
	if v.sides&stale == 0 {
		c.open--
	}
	if !v.listed {
		v.listed = true
		c.order = append(c.order, v)
	}
	pass := v.sides
	if pass&onBoth == onBoth {
		pass |= stale // its ancestors are common too, and not the best
	} else if c.oldest.IsZero() || v.when.Before(c.oldest) {
		c.oldest = v.when
	}
	c.cut = c.cut || v.cut
	for _, p := range v.parents {
		if err := c.mark(r, p, pass); err != nil {
			return err
		}
	}
	return nil
}

// mark adds sides to a commit; one that learns something new is walked again,
// so that its ancestors learn it too.
func (c *comparison) mark(r *Repo, id plumbing.Hash, sides side) (err error) {
	v := c.reach[id]
	if v == nil {
		v = &visit{id: id, seq: len(c.reach)}
		if v.parents, v.when, v.cut, err = r.parents(id); err != nil {
			return err
		}
		c.reach[id] = v
	}
	if v.sides|sides == v.sides {
		return nil
	}
	if v.queued && v.sides&stale == 0 {
		c.open--
	}
	v.sides |= sides
	if v.sides&stale == 0 {
		c.open++
	}
	if !v.queued {
		v.queued = true
		heap.Push(&c.queue, v)
	}
	return nil
}

// only gives the commits of one side alone, the newest first.
func (c *comparison) only(s side) []plumbing.Hash {
	var ids []plumbing.Hash
	for _, v := range c.order {
		if v.sides&onBoth == s {
			ids = append(ids, v.id)
		}
	}
	return ids
}

// visitQueue is a heap, the newest commit on top, then the first found.
type visitQueue []*visit

func (q visitQueue) Len() int { return len(q) }
func (q visitQueue) Less(i, j int) bool {
	if !q[i].when.Equal(q[j].when) {
		return q[i].when.After(q[j].when)
	}
	return q[i].seq < q[j].seq
}
func (q visitQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *visitQueue) Push(v any)   { *q = append(*q, v.(*visit)) }
func (q *visitQueue) Pop() any {
	old := *q
	v := old[len(old)-1]
	*q = old[:len(old)-1]
	return v
}
