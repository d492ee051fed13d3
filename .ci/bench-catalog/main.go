// Bench-catalog times programs as whole processes, and draws what came of it.
//
//	bench-catalog times -label A,B [-runs 5] [-warm 1] [-cold] [-records N] [-made PATH] FILE COMMAND_A … -- COMMAND_B …
//	bench-catalog plot FIGURES.jsonl OUT.svg
//	bench-catalog table FIGURES.jsonl
//
// times runs the commands in turn for each line of FILE, with {} replaced by the
// line up to its first tab and {sql} by what stands behind it, and writes a JSON
// object with the distribution for each command. It is the one place where .ci/bench-catalog/run measures
// anything, so that all figures are made alike.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: bench-catalog times|table|plot …")
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "times":
		err = times(os.Args[2:])
	case "table":
		err = table(os.Args[2:])
	case "plot":
		err = plot(os.Args[2:])
	default:
		err = fmt.Errorf("there is no %q", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-catalog:", err)
		os.Exit(1)
	}
}
