package index

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

// sizes are the numbers of repositories that are measured; ISRC_BENCH_SIZE adds
// one.
func sizes(b *testing.B) []int {
	b.Helper()
	out := []int{10_000}
	if s := os.Getenv("ISRC_BENCH_SIZE"); s != "" {
		var n int
		if _, err := fmt.Sscan(s, &n); err != nil {
			b.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// company writes an estate into a store, and answers how long its generator
// takes of that.
func company(b *testing.B, s *Store, n int) Info {
	b.Helper()
	e := estate.New(42, n)
	info, err := s.Update(context.Background(), UpdateOptions{Fresh: true, Source: "estate", At: estate.Now()}, func(w *Writer) error {
		for r := range e.Records() {
			if err := w.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return info
}

func BenchmarkGenerate(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				text := 0
				for r := range estate.New(42, n).Records() {
					text += len(r.Readme)
				}
				b.ReportMetric(float64(text)/float64(n), "README-bytes/record")
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				s := &Store{Dir: b.TempDir()}
				info := company(b, s, n)
				st, err := os.Stat(info.Path)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(st.Size())/1e6, "MB")
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.Sys)/1e6, "MB-sys")
			}
		})
	}
}

func BenchmarkUpdateThousand(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := &Store{Dir: b.TempDir()}
			company(b, s, n)
			round := 0
			for b.Loop() {
				round++
				_, err := s.Update(context.Background(), UpdateOptions{At: estate.Now()}, func(w *Writer) error {
					left := 1000
					for r := range estate.New(42, 1000).Records() {
						r.Stars += round
						r.Readme += fmt.Sprintf(" round %d", round)
						if err := w.Put(r); err != nil {
							return err
						}
						if left--; left == 0 {
							break
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenAndGet(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := &Store{Dir: b.TempDir()}
			company(b, s, n)
			var some *catalog.Record
			for r := range estate.New(42, n).Records() {
				some = r
				break
			}
			for b.Loop() {
				c, err := s.Open(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Get(context.Background(), some.RepoName()); err != nil {
					b.Fatal(err)
				}
				c.Close()
			}
		})
	}
}
