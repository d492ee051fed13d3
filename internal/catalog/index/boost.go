package index

import (
	"math"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// boost is what the relevance of a record is multiplied by before the best
// matches are taken: the part of its rank that no query changes. It must stay
// cheap to compare, so it is computed when the record is written, as of the day
// it was seen. What depends on the query or on today belongs into the search.
func boost(r *catalog.Record) float64 {
	b := 1.0
	if r.Activity != nil {
		b += math.Log1p(math.Max(0, float64(r.Activity.Score))) / 20
	}
	if r.Readiness != nil {
		b += r.Readiness.Score / 5
	}
	if r.Archived {
		b /= 2
	}
	if r.Fork {
		b /= 2
	}
	return b
}
