//go:build race

package guideline

// underRace tells that the race detector is on, which makes all ten times as slow.
// Volumes that one goroutine goes through are smaller then: they are tried whole
// without it.
const underRace = true
