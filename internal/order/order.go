// Package order sorts slices by a comparison. It does what the functions of the
// same kind in package slices do, without an instance of the whole algorithm
// for each type of element, which would cost the program ten kilobytes each
// time. Any package may import it; where a sort is hot, slices is right.
package order

import "sort"

// By sorts s so that compare is never positive for neighbours. It is not stable.
func By[T any](s []T, compare func(a, b T) int) {
	sort.Slice(s, func(i, j int) bool { return compare(s[i], s[j]) < 0 })
}

// StableBy is By, and leaves what is equal in its order.
func StableBy[T any](s []T, compare func(a, b T) int) {
	sort.SliceStable(s, func(i, j int) bool { return compare(s[i], s[j]) < 0 })
}
