package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

// BenchmarkSearch asks a company of 10,000 repositories; with ISRC_BENCH_SIZE
// one of that size as well, kept in ISRC_BENCH_STORE if that is set.
func BenchmarkSearch(b *testing.B) {
	for _, n := range sizes(b) {
		s := &Store{Dir: b.TempDir()}
		if dir := os.Getenv("ISRC_BENCH_STORE"); dir != "" && n > 10_000 {
			s.Dir = dir
		}
		c, err := s.Open(context.Background())
		if errors.Is(err, ErrNone) {
			company(b, s, n)
			c, err = s.Open(context.Background())
		}
		if err != nil {
			b.Fatal(err)
		}
		for _, typed := range searchBench() {
			b.Run(fmt.Sprintf("%d/%s", n, typed), func(b *testing.B) {
				q, err := catalog.ParseQuery([]string{typed})
				if err != nil {
					b.Fatal(err)
				}
				q.Limit = 10
				for b.Loop() {
					found, err := c.Search(context.Background(), q, estate.Now())
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(found.Total), "hits")
				}
			})
		}
		c.Close()
	}
}

// searchBench has a query of each kind, with words that few, many and nearly all
// repositories have.
func searchBench() []string {
	return []string{
		"token validation ", "rate limiting ", "feature flags java", "message bus client", "service ", "java service ", "platform data ", "kafka", "tok", "se",
		"kuberntes operator ", "qzxv ", "forward logs to central platform ", "library that calls other services with retries ", "money arithmetic exactly ",
		`"rate limiting"`, "topic:kafka", "language:go is:ready", "org:platform service ", "quota-guard",
	}
}
