//go:build !windows

package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// What a test does in a process of its own, which is then killed or starved.
const childVariable = "ISRC_INDEX_CHILD"

func TestMain(m *testing.M) {
	part := os.Getenv(childVariable)
	if part == "" {
		os.Exit(m.Run())
	}
	if err := children()[part](&Store{Dir: os.Getenv("ISRC_INDEX_DIR")}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child prepares the process.
func child(part, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+part, "ISRC_INDEX_DIR="+dir)
	return cmd
}

func children() map[string]func(*Store) error {
	return map[string]func(*Store) error{
		"update": updateForever,
		"starve": updateStarved,
	}
}

// updateForever makes one generation after the other, each of 40 records that
// say which round they were put in, until it is killed.
func updateForever(s *Store) error {
	start := 0
	c, err := s.Open(context.Background())
	if err != nil {
		return err
	}
	err = c.Each(context.Background(), func(r *catalog.Record) error { start = r.Stars; return nil })
	if err := errors.Join(err, c.Close()); err != nil {
		return err
	}
	for round := start + 1; ; round++ {
		_, err := s.Update(context.Background(), UpdateOptions{At: now, Fresh: round%5 == 0}, func(w *Writer) error {
			for _, r := range some(40, "a") {
				r.Stars = round
				if err := w.Put(r); err != nil {
					return err
				}
			}
			if round%5 == 0 {
				return w.SetMeta("fresh", fmt.Sprint(round))
			}
			return w.SetMeta("round", fmt.Sprint(round))
		})
		if err != nil && !errors.Is(err, ErrBusy) {
			return err
		}
		fmt.Println(round)
	}
}
