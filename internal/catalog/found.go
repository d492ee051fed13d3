package catalog

import "github.com/isrc-dev/isrc/internal/forge"

// Found is what a search answers, with what was searched: an empty answer must
// say what it is empty of.
type Found struct {
	Hits     []Hit
	Total    int    // what matches, copies among them, before the limit
	Searched int    // records that were looked through; 0 where a forge did it
	Asked    string // the query as it was understood
	// Widened says that nothing, or too little, has all words, and what was done
	// about it; nil when every hit has them all.
	Widened *Widened
	// Suggestion is a better spelling; nil when there is none.
	Suggestion *Suggestion
	// Topics are the nearest ones there are, where nothing was found.
	Topics []NearTopic
	// Cut says that the forge told, or was asked for, only some of what matches;
	// GaveUp that it ended the search before it had looked at everything.
	Cut, GaveUp bool
	Listed      bool // a forge without a search: its lists were gone through instead
}

// Hit is a repository that was found, with the terms of its score.
type Hit struct {
	Record
	Score float64 `json:"score"`
	// Terms make up Score: those that add first, those that multiply after them.
	// Total(Terms) is Score.
	Terms []Term `json:"terms"`
	// Matched are the words of the repository that matched, in lower case and
	// whole, for marking: "tokens" where "token" was asked.
	Matched []string `json:"matched"`
	Missing []string `json:"missing,omitempty"` // words of the query that it does not have
	// Copies are forks and copies of this one that matched too, as OWNER/NAME.
	Copies []string `json:"copies,omitempty"`
	// Forge is the repository as a forge's search gave it; nil when it came from a
	// catalog.
	Forge *forge.Repo `json:"-"`
}

// Total works out a figure along its terms: each adds its value to what there is,
// or multiplies it.
//
//go:noinline
func Total(terms []Term) float64 {
	total := 0.0
	for _, t := range terms {
		if t.Times {
			total *= t.Value
		} else {
			total += t.Value
		}
	}
	return total
}

// Whys are the reasons in words, in the order of the terms.
func (h Hit) Whys() []string {
	out := make([]string, 0, len(h.Terms))
	for _, t := range h.Terms {
		if t.Why != "" {
			out = append(out, t.Why)
		}
	}
	return out
}

// Widened says how a query was made wider.
type Widened struct {
	Whole   int      `json:"whole"`   // hits that have all words
	Unknown []string `json:"unknown"` // words that nothing in the catalog has
}

// Suggestion is another spelling of a query.
type Suggestion struct {
	Query   string       `json:"query"` // the whole query in the other spelling
	Changes []Correction `json:"changes"`
	// Used tells that the hits are those of the other spelling, because the query
	// as it was typed has none.
	Used bool `json:"used"`
}

// Correction is one word in another spelling.
type Correction struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// NearTopic is a topic that is near what was looked for.
type NearTopic struct {
	Topic string `json:"topic"`
	Count int    `json:"count"` // repositories that have it
}

// Overlap is a group of repositories that do the same thing without being forks
// of each other.
type Overlap struct {
	Repos      []Hit    `json:"repos"`      // most active first
	Shared     []string `json:"shared"`     // the terms they share, the rarest first
	Similarity float64  `json:"similarity"` // from 0 to 1, of the least similar neighbours
}
