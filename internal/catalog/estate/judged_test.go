package estate_test

import (
	"path/filepath"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

func TestTheJudgedSetIsWholeAndFair(t *testing.T) {
	t.Parallel()
	set, err := estate.ReadJudged(filepath.Join("..", "..", "..", "testdata", "ranking"))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Records) < 2400 || len(set.Queries) < 70 {
		t.Fatalf("%d records and %d queries, want 2400 and 70", len(set.Records), len(set.Queries))
	}
	there := map[string]bool{}
	for _, r := range set.Records {
		if there[r.FullName()] {
			t.Errorf("%s is there twice", r.FullName())
		}
		there[r.FullName()] = true
	}
	halves := map[string]int{}
	kinds := map[string]map[string]int{}
	for _, q := range set.Queries {
		halves[q.Half]++
		if kinds[q.Kind] == nil {
			kinds[q.Kind] = map[string]int{}
		}
		kinds[q.Kind][q.Half]++
		best := 0
		for name, grade := range q.Grades {
			if !there[name] || grade < 1 || grade > 3 {
				t.Errorf("%s: %s has grade %d", q.Text, name, grade)
			}
			best = max(best, grade)
		}
		if best < 2 {
			t.Errorf("%s: nothing that is there would help", q.Text)
		}
	}
	if len(halves) != 2 || halves["tuning"] != halves["held-out"] {
		t.Errorf("the halves are %v", halves)
	}
	for kind, of := range kinds {
		if d := of["tuning"] - of["held-out"]; d < -1 || d > 1 {
			t.Errorf("%s: %v", kind, of)
		}
	}
}
