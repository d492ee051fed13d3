//go:build !linux

package index

// How a mapped file is going to be read.
const (
	hereAndThere = iota
	fromEndToEnd
)

// advise is for Linux alone.
func advise(string, int) {}
