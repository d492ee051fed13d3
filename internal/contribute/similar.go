package contribute

import (
	"math"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/order"
)

// Similar is something that was said before and resembles a proposal.
type Similar struct {
	Number int
	Title  string
	URL    string
	State  string // "open", "closed" or "merged"
	Pull   bool   // a pull request, not an issue
	Author string
	At     time.Time // of its last change
	Score  float64   // share of the proposal's words, weighed by rarity, 0 to 1
	Words  []string  // of the proposal's title that it has in its own
}

// How much of a proposal must be said elsewhere. Half of what is rare in it is
// worth a look; with four fifths it is most probably the same.
const (
	worthALook   = 0.5
	probablySame = 0.8
	fewestWords  = 2 // shared words below which nothing is similar
)

// Terms takes a text apart into words as a search compares them, without those
// that tell nothing.
type Terms func(string) []string

// candidate is what a proposal is compared with.
type candidate struct {
	Similar
	body string
}

// rankSimilar keeps the candidates that resemble a proposal, the most alike
// first. A word counts by how few candidates have it in their title; one that
// stands in a candidate's body alone counts for a third.
func rankSimilar(title string, all []candidate, terms Terms) []Similar {
	wanted := distinct(terms(title))
	if len(wanted) == 0 {
		return nil
	}
	titles := make([]map[string]bool, len(all))
	having := map[string]int{}
	for i, c := range all {
		titles[i] = setOf(terms(c.Title))
		for w := range titles[i] {
			having[w]++
		}
	}
	weight := func(w string) float64 { return math.Log(1 + float64(len(all)+1)/float64(having[w]+1)) }
	var total float64
	for _, w := range wanted {
		total += weight(w)
	}
	var out []Similar
	for i, c := range all {
		body := setOf(terms(cutText(c.body, 4000)))
		c.Words = nil
		var score float64
		for _, w := range wanted {
			switch {
			case titles[i][w]:
				score += weight(w)
				c.Words = append(c.Words, w)
			case body[w]:
				score += weight(w) / 3
			}
		}
		c.Score = math.Round(100*score/total) / 100
		if c.Score >= worthALook && (len(c.Words) >= fewestWords || len(c.Words) == len(wanted)) {
			out = append(out, c.Similar)
		}
	}
	order.StableBy(out, func(a, b Similar) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return b.At.Compare(a.At)
	})
	return out[:min(len(out), 5)]
}

func distinct(words []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

//go:noinline
func setOf(words []string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}

// cutText bounds a text in bytes without caring where a letter ends: what is cut
// is only compared.
//
//go:noinline
func cutText(s string, most int) string { return strings.ToValidUTF8(s[:min(len(s), most)], "") }
