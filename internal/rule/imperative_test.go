package rule

import "testing"

// A name out of the code, and a noun, are no verbs in another mood.
func TestImperativeLeavesNames(t *testing.T) {
	t.Parallel()
	judgeCases(t, proseImperative(), []toolCase{
		{"a function", "fix: sets_of() reads files", nil},
		{"a method", "fix: reads.All is gone", nil},
		{"a compound", "fix: fixed-size buffers grow", nil},
		{"a noun", "chore: setups differ", nil},
		{"a verb", "fix: fixes the reader", []string{"imperative"}},
		{"a verb with a colon", "fixed: the reader is slow", nil},
	})
}
