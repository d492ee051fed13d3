// Package estate makes up a company with as many repositories as are asked for,
// the same ones for the same seed: for tests, benchmarks and the measuring of
// rankings. The program does not contain it, and it must know nothing of how
// repositories are found. Begin with New.
package estate

import (
	"iter"
	"math/rand/v2"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// Host is the forge on which the company lives.
const Host = "git.example.com"

// Now is the day on which the company is looked at: all its times lie before it.
func Now() time.Time { return time.Date(2026, time.November, 1, 6, 0, 0, 0, time.UTC) }

// Estate is a company. Its repositories are made one after the other, so that a
// million of them need no memory.
type Estate struct {
	seed uint64
	n    int
	orgs []org
}

// New is a company of n repositories.
func New(seed uint64, n int) *Estate {
	r := rand.New(rand.NewPCG(seed, 0x6f7267))
	return &Estate{seed: seed, n: n, orgs: found(r, n)}
}

// Orgs names the company's organisations, the largest first.
func (e *Estate) Orgs() []string {
	names := make([]string, len(e.orgs))
	for i, o := range e.orgs {
		names[i] = o.name
	}
	return names
}

// Records are the company's repositories, always in the same order.
func (e *Estate) Records() iter.Seq[*catalog.Record] {
	return func(yield func(*catalog.Record) bool) {
		for r := range e.Repos() {
			if !yield(r) {
				return
			}
		}
	}
}

// Repos are the repositories with what is true of each, whatever it says.
func (e *Estate) Repos() iter.Seq2[*catalog.Record, Truth] {
	return func(yield func(*catalog.Record, Truth) bool) {
		m := newMaker(e)
		for i := range e.n {
			if !yield(m.repo(i)) {
				return
			}
		}
	}
}

// Events are the pull requests of a repository of this company, the ones that
// its Answers were computed from.
func (e *Estate) Events(r *catalog.Record) []catalog.PullEvent {
	return events(e.seed, r)
}

// AllEvents are the pull requests of all repositories.
func (e *Estate) AllEvents() iter.Seq[catalog.PullEvent] {
	return func(yield func(catalog.PullEvent) bool) {
		for r := range e.Records() {
			for _, event := range e.Events(r) {
				if !yield(event) {
					return
				}
			}
		}
	}
}

// Truth is what a repository is for, which its name and its texts may hide.
type Truth struct {
	Does     string   // the capability; "" none
	Also     []string // what it does beside
	Mentions []string // what its README names without doing it
	Shape    Shape
	State    State
}

// Shape is how a repository came to be.
type Shape string

// The shapes.
const (
	Original   Shape = "original"
	Fork       Shape = "fork"       // with its source
	Copy       Shape = "copy"       // pushed again elsewhere: the forge knows no source
	Template   Shape = "template"   // an example to begin from
	Experiment Shape = "experiment" // somebody's trial
	Portal     Shape = "portal"     // a list of everything, with many stars
	Generated  Shape = "generated"  // made by a script, says nothing
)

// State is how well a repository is kept.
type State string

// The states.
const (
	Live     State = "live"
	Quiet    State = "quiet" // done rather than dead: a few commits a year
	Stale    State = "stale" // nobody touched it for two years and more
	Archived State = "archived"
)
