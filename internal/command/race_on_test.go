//go:build race

package command

// underRace tells that the race detector is on, which makes all ten times as slow.
const underRace = true
