package main

import (
	"errors"
	"fmt"
	"strings"
)

// table writes figures as the rows of a Markdown table.
func table(args []string) error {
	if len(args) != 1 {
		return errors.New("table needs a file of figures")
	}
	all, err := readFigures(args[0])
	if err != nil {
		return err
	}
	fmt.Println("| what | records | p50 | p95 | CPU p50 | most memory | on disk | lines × runs |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, f := range all {
		size := ""
		if f.Size > 0 {
			size = fmt.Sprintf("%.0f MiB", f.Size)
		}
		failed := ""
		if f.Failed > 0 {
			failed = fmt.Sprintf(" (%d failed)", f.Failed)
		}
		fmt.Printf("| %s | %s | %.1f ms | %.1f ms | %.1f ms | %.1f MiB | %s | %d × %d%s |\n",
			f.Label, number(float64(f.Records)), f.P50, f.P95, f.CPU, f.RSS, size, f.Lines, f.Runs, failed)
	}
	fmt.Println()
	budgets(all)
	return nil
}

// budgets compares each find with what it may take: isrc's own start, and twice
// what the sqlite3 shell takes for the same query without its own start. All four
// come from the same run.
func budgets(all []Figures) {
	at := func(label string, records int) Figures {
		for _, f := range all {
			if f.Label == label && f.Records == records {
				return f
			}
		}
		return Figures{}
	}
	for _, f := range all {
		kind, isFind := strings.CutPrefix(f.Label, "find ")
		start, empty, shell := at("isrc version "+kind, f.Records), at("sqlite3 empty "+kind, f.Records), at("sqlite3 "+kind, f.Records)
		if !isFind || shell.P50 == 0 {
			continue
		}
		fmt.Printf("%s, %s records: %.1f ms; allowed %.1f + 2 × (%.1f − %.1f) = %.1f ms; by processor time %.1f, allowed %.1f ms\n",
			f.Label, number(float64(f.Records)), f.P50, start.P50, shell.P50, empty.P50, start.P50+2*(shell.P50-empty.P50),
			f.CPU, start.CPU+2*(shell.CPU-empty.CPU))
	}
}
