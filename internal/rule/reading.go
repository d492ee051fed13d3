package rule

import (
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// Reading is what rules derive from: the guidelines, and what several rules ask
// of them, worked out once. It belongs to one call of Derive, whose rules read
// it side by side and change nothing of it.
type Reading struct {
	*guideline.Set
	gates []guideline.Gate

	mu    sync.Mutex
	looks map[*guideline.Step]map[look]bool

	linters func() []messageLinter
	prose   func() []proseRule
}

func newReading(set *guideline.Set) *Reading {
	r := &Reading{Set: set, gates: set.Gates(), looks: map[*guideline.Step]map[look]bool{}}
	r.linters = sync.OnceValue(func() []messageLinter { return readMessageLinters(r) })
	r.prose = sync.OnceValue(func() []proseRule { return readProseRules(r) })
	return r
}

// Gates are the steps that run on a pull request to the base branch.
//
//go:noinline
func (r *Reading) Gates() []guideline.Gate { return r.gates }

// looksAt tells whether a step looks at a part of the pull request.
func (r *Reading) looksAt(s *guideline.Step, what look) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.looks[s]
	if !ok {
		known = map[look]bool{}
		r.looks[s] = known
		if !mayLook(s) {
			for _, l := range []look{lookTitle, lookBody, lookBranch, lookBase, lookCommit} {
				known[l] = false
			}
		}
	}
	at, ok := known[what]
	if !ok {
		at = looksAt(s, what)
		known[what] = at
	}
	return at
}

// mayLook tells cheaply whether a step could look at anything of a pull
// request: most only build and test.
func mayLook(s *guideline.Step) bool {
	may := func(text string) bool {
		for _, word := range []string{"pull_request", "head_ref", "base_ref", "HEAD_REF", "BASE_REF", "ommits", "git log", "git rev-list", "head.ref", "base.ref"} {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	if may(s.Run) {
		return true
	}
	for _, values := range []map[string]guideline.Input{s.With, s.Env} {
		for _, in := range values {
			if may(in.Value) {
				return true
			}
		}
	}
	return false
}
