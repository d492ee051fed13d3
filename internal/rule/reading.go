package rule

import "github.com/isrc-dev/isrc/internal/guideline"

// Reading is what rules derive from: the guidelines, and what several rules ask
// of them, worked out once. It belongs to one call of Derive.
type Reading struct {
	*guideline.Set
	gates []guideline.Gate
	looks map[*guideline.Step]map[look]bool

	linters []messageLinter // nil before they are read
	prose   []proseRule     // nil before it is read
}

func newReading(set *guideline.Set) *Reading {
	return &Reading{Set: set, gates: set.Gates(), looks: map[*guideline.Step]map[look]bool{}}
}

// Gates are the steps that run on a pull request to the base branch.
func (r *Reading) Gates() []guideline.Gate { return r.gates }

// looksAt tells whether a step looks at a part of the pull request.
func (r *Reading) looksAt(s *guideline.Step, what look) bool {
	known, ok := r.looks[s]
	if !ok {
		known = map[look]bool{}
		r.looks[s] = known
	}
	at, ok := known[what]
	if !ok {
		at = looksAt(s, what)
		known[what] = at
	}
	return at
}
