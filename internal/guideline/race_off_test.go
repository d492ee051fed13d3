//go:build !race

package guideline

const underRace = false
