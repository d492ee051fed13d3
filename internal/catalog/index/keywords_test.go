package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTheBestAreThoseOfAWholeSort(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 2000 {
		all := make([]candidate, random.IntN(300))
		for i := range all {
			all[i] = candidate{id: int64(i), rate: float64(random.IntN(1 + round%50))}
		}
		n := random.IntN(130)
		want := slices.Clone(all)
		slices.SortFunc(want, compareCandidates)
		want = want[:min(n, len(want))]
		got := best(slices.Clone(all), n)
		slices.SortFunc(got, compareCandidates)
		if !slices.Equal(got, want) {
			t.Fatalf("%d of %d: got %v, want %v", n, len(all), got, want)
		}
	}
}

func TestCandidatesComeBackFromTheirFile(t *testing.T) {
	t.Parallel()
	s, err := newSpool(t.TempDir())
	mustDo(t, err)
	defer func() { mustDo(t, s.close()) }()
	want := map[int64][]candidate{7: {{id: 1, tf: 3}, {id: 1 << 40, tf: 1 << 30}}, 8: nil, 1 << 40: {{id: 0, tf: 0}}}
	for _, record := range []int64{7, 8, 1 << 40} {
		mustDo(t, s.add(record, want[record]))
	}
	n := 0
	mustDo(t, s.each(func(record int64, terms []candidate) error {
		n++
		if !slices.Equal(terms, want[record]) {
			t.Errorf("%d: got %v, want %v", record, terms, want[record])
		}
		return nil
	}))
	if n != len(want) {
		t.Errorf("%d came back, want %d", n, len(want))
	}
}
