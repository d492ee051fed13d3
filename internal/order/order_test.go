package order

import (
	"cmp"
	"slices"
	"testing"
)

type pair struct{ key, place int }

func byKey(a, b pair) int { return cmp.Compare(a.key, b.key) }

func TestEqualElementsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	var got []pair
	for i := range 500 {
		got = append(got, pair{i * 7 % 5, i})
	}
	want := slices.Clone(got)
	slices.SortStableFunc(want, byKey)
	StableBy(got, byKey)
	if !slices.Equal(got, want) {
		t.Error("StableBy differs from slices.SortStableFunc")
	}
	By(got, func(a, b pair) int { return cmp.Compare(b.place, a.place) })
	if !slices.IsSortedFunc(got, func(a, b pair) int { return cmp.Compare(b.place, a.place) }) {
		t.Error("By does not sort")
	}
}
