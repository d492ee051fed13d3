// Generate writes the repositories of a made-up company as JSON Lines, which
// "isrc catalog import" reads:
//
//	go run ./internal/catalog/estate/generate -n 100000 -seed 1 >estate.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

func main() {
	n := flag.Int("n", 1000, "how many repositories")
	seed := flag.Uint64("seed", 1, "the same seed makes the same company")
	pulls := flag.Bool("events", false, "write the pull requests instead of the repositories")
	flag.Parse()
	if err := write(os.Stdout, estate.New(*seed, *n), *pulls); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(to io.Writer, e *estate.Estate, pulls bool) error {
	out := bufio.NewWriterSize(to, 1<<20)
	lines := json.NewEncoder(out)
	if pulls {
		for event := range e.AllEvents() {
			if err := lines.Encode(event); err != nil {
				return err
			}
		}
		return out.Flush()
	}
	for record := range e.Records() {
		if err := lines.Encode(record); err != nil {
			return err
		}
	}
	return out.Flush()
}
