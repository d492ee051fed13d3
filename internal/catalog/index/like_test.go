package index

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

// twins are repositories of which some do the same, among others that only look
// alike.
func twins(t *testing.T) *Catalog {
	t.Helper()
	records := []*catalog.Record{
		record("pay/ledger-match", about("Reconciles bank statements with the ledger", "reconciliation", "ledger")),
		record("shop/statement-reconciler", about("Reconciliation of bank statements against ledger entries", "reconciliation")),
		record("mona/ledger-match", about("Reconciles bank statements with the ledger", "reconciliation", "ledger"), forkOf("pay/ledger-match")),
		record("copies/ledger-match", about("Reconciles bank statements with the ledger", "reconciliation", "ledger")),
		record("pay/old-reconciler", about("Reconciliation of bank statements", "reconciliation", "ledger"), archived),
		record("web/thumbnailer", about("Resizes images into thumbnails", "images", "thumbnails")),
		record("media/image-resizer", about("Image resizing: thumbnails of every picture", "thumbnails")),
		record("a/awesome-one", about("Awesome curated list, Apache licence")),
		record("b/awesome-two", about("Awesome curated list, Apache licence")),
		record("c/awesome-three", about("Awesome curated list, Apache licence")),
	}
	for i, what := range []string{"barcodes", "holidays", "weather", "turbines", "lottery", "parking"} { // of one template, with one prefix
		records = append(records, record("zeta/zeta-unit-"+what, about("Zeta unit made of the quarkus blueprint", "zeta-unit", what), readme(what+" are what this is about. Quarkus blueprint, see chapter "+string(rune('a'+i))+".")))
	}
	records = append(records, // of one word, PostgreSQL
		record("db/backup-nightly", about("Nightly dumps of PostgreSQL")), record("maps/geo-store", about("Shapes in PostgreSQL")),
		record("x/sql-notes", about("Hints on SQL")), record("y/postgre-notes", about("Why it is called postgre")))
	for _, n := range []string{"k/fodder-one", "k/fodder-two", "l/cranes", "l/quotas", "m/greenhouse", "m/pumps", "n/library", "n/music", "o/harbour", "o/tides"} {
		records = append(records, record(n, about("Something about "+n)))
	}
	return indexed(t, records)
}

func TestLikeFindsWhatDoesTheSame(t *testing.T) {
	t.Parallel()
	c := twins(t)
	for of, want := range map[string][]string{
		"pay/ledger-match":          {"shop/statement-reconciler"},
		"shop/statement-reconciler": {"pay/ledger-match"},
		"web/thumbnailer":           {"media/image-resizer"},
		"a/awesome-one":             nil,
		"zeta/zeta-unit-barcodes":   nil,
		"db/backup-nightly":         nil,
	} {
		name, _ := forge.ParseRepo("forge.example/"+of, "")
		hits, err := c.Like(context.Background(), name, 5)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range hits {
			got = append(got, h.FullName())
			if len(h.Matched) < 2 || h.Score <= 0 || h.Score > 1 || h.Score != catalog.Total(h.Terms) {
				t.Errorf("%s ~ %s: shared %v, %v", of, h.FullName(), h.Matched, h.Score)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: like %v, want %v", of, got, want)
		}
	}
	_, err := c.Like(context.Background(), forge.RepoName{Host: "forge.example", Owner: "no", Name: "body"}, 5)
	var missing *forge.NotFoundError
	if !errors.As(err, &missing) {
		t.Errorf("a repository that is not there: %v", err)
	}
}

func TestOverlapsShowWorkThatIsDoneTwice(t *testing.T) {
	t.Parallel()
	c := twins(t)
	names := func(org string) [][]string {
		groups, err := c.Overlaps(context.Background(), org, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		var out [][]string
		for _, g := range groups {
			var of []string
			for _, h := range g.Repos {
				of = append(of, h.FullName())
			}
			slices.Sort(of)
			out = append(out, of)
			if len(g.Shared) < 2 || g.Similarity <= 0 || g.Similarity > 1 {
				t.Errorf("%v share %v, %v", of, g.Shared, g.Similarity)
			}
		}
		slices.SortFunc(out, slices.Compare)
		return out
	}
	images := []string{"media/image-resizer", "web/thumbnailer"}
	got := names("")
	if len(got) != 2 || !slices.Equal(got[0], images) || len(got[1]) != 2 || got[1][1] != "shop/statement-reconciler" {
		t.Errorf("overlaps %v, want images and bank statements", got)
	}
	if got := names("media"); len(got) != 1 || !slices.Equal(got[0], images) {
		t.Errorf("overlaps of media: %v", got)
	}
	if got := names("nobody"); len(got) != 0 {
		t.Errorf("overlaps of an account that is not there: %v", got)
	}
}

func TestOverlapsTellHowFarTheyAreAndEnd(t *testing.T) {
	t.Parallel()
	c := twins(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var phases []progress.Phase
	_, err := c.Overlaps(ctx, "", 0, func(e progress.Event) {
		if e.Task == overlapTask {
			phases = append(phases, e.Phase)
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(phases, []progress.Phase{progress.Running, progress.Done}) {
		t.Errorf("%v after the phases %v", err, phases)
	}
}

// TestOverlapsOfACompanyAreTrue asks the generator of the company, which knows
// what each repository is for.
func TestOverlapsOfACompanyAreTrue(t *testing.T) {
	t.Parallel()
	n := 3000
	if underRace {
		n = 1500
	}
	if os.Getenv("ISRC_BENCH_SIZE") == "100000" {
		n = 100_000
	}
	does := map[string]string{}
	var records []*catalog.Record
	for r, truth := range estate.New(7, n).Repos() {
		does[r.FullName()] = truth.Does
		records = append(records, r)
	}
	c := indexed(t, records)
	start := time.Now()
	groups, err := c.Overlaps(context.Background(), "", 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	right, pairs := 0, 0
	for _, g := range groups {
		for i, a := range g.Repos {
			for _, b := range g.Repos[:i] {
				pairs++
				if what := does[a.FullName()]; what != "" && what == does[b.FullName()] {
					right++
				}
			}
		}
	}
	precision := float64(right) / float64(pairs)
	t.Logf("%d repositories: %d groups with %d pairs, %.1f %% of them do the same; %v", n, len(groups), pairs, 100*precision, took)
	if precision < 0.9 || len(groups) < n/100 {
		t.Errorf("%d groups, %.2f of %d pairs do the same; want 0.9 of many", len(groups), precision, pairs)
	}
}
