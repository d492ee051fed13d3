package contribute

import (
	"strings"
	"testing"
)

// plainTerms are words in lower case without an ending.
func plainTerms(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if w != "the" && w != "a" && w != "of" {
			out = append(out, strings.TrimSuffix(w, "s"))
		}
	}
	return out
}

func TestWhatWasSaidBefore(t *testing.T) {
	t.Parallel()
	all := []candidate{
		{Similar: Similar{Number: 1, Title: "feat: remember the last method", State: "open", Pull: true}},
		{Similar: Similar{Number: 2, Title: "Method of payment is forgotten", State: "closed"}, body: "Please remember the last one."},
		{Similar: Similar{Number: 3, Title: "Show the reason of a decline", State: "open"}},
		{Similar: Similar{Number: 4, Title: "Tokens without expiry are accepted", State: "open"}, body: "They should be refused."},
	}
	for sentence, x := range map[string]struct {
		title string
		want  []int
		same  bool // the first is most probably the same
	}{
		"the same words":               {"Remember the last method", []int{1}, true},
		"nothing in common":            {"Support of dark mode", nil, false},
		"one word in common":           {"Cache the reason", nil, false},
		"the only word there is":       {"Decline", []int{3}, true},
		"most words, one in its text":  {"Refuse tokens without expiry", []int{4}, false},
		"words that tell nothing":      {"the of a", nil, false},
		"no words":                     {"", nil, false},
		"another title with its words": {"Reasons of declines", []int{3}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got := rankSimilar(x.title, all, plainTerms)
			var numbers []int
			for _, s := range got {
				numbers = append(numbers, s.Number)
			}
			if len(numbers) < len(x.want) || (len(x.want) == 0 && len(numbers) > 0) {
				t.Fatalf("found %v, want %v", got, x.want)
			}
			for i, n := range x.want[:min(1, len(x.want))] {
				if numbers[i] != n {
					t.Errorf("found %v, want %v first", numbers, n)
				}
			}
			if p := (&ProposalPlan{Similar: got}); (p.Same() != nil) != x.same {
				t.Errorf("the same: %+v, want %v", p.Same(), x.same)
			}
		})
	}
}
