package index

import (
	"slices"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
)

func TestAWordIsFoundInOtherForms(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("devices/nano", about("JSON parsing for firmware")),
		record("edge/throttlr", about("Distributed rate limiter on Redis")),
		record("edge/limits", about("Rate limiter")),
		record("trial/ratelimiter", about("Trying out leaky buckets")),
		record("cloud/modules", about("Networks and databases", "infrastructure-as-code")),
		record("hr/urlaub", about("Urlaub und Feiertage")),
		record("hr/antrag", about("Urlaubsantrag stellen")),
		record("ops/ship", about("Ships it to production")),
		record("shop/search", about("Search for a product")),
	})
	for sentence, x := range map[string]struct {
		typed string
		hits  []string
	}{
		"who does it by what is done":                {"parser ", []string{"devices/nano"}},
		"two words by what is written as one":        {"ratelimiter ", []string{"trial/ratelimiter", "edge/limits", "edge/throttlr"}},
		"a long name by its short form":              {"iac ", []string{"cloud/modules"}},
		"what goes on, though a word stands as such": {"urlaub", []string{"hr/urlaub", "hr/antrag"}},
		"a form before what only has its root":       {"product ", []string{"shop/search", "ops/ship"}},
	} {
		if got := hitNames(ask(t, c, x.typed)); !slices.Equal(got, x.hits) {
			t.Errorf("%s: %s found %v, want %v", sentence, x.typed, got, x.hits)
		}
	}
}

func TestTheBeginningOfAReadmeSaysWhatItIs(t *testing.T) {
	t.Parallel()
	long := "This is about something else, told at length. "
	for len(long) < 400 {
		long += long
	}
	c := indexed(t, []*catalog.Record{
		record("a/one", readme(long+"It has a dashboard, one more dashboard and a last dashboard.")),
		record("b/two", readme("A dashboard of what is going on. "+long)),
	})
	if got := hitNames(ask(t, c, "dashboard ")); !slices.Equal(got, []string{"b/two", "a/one"}) {
		t.Errorf("found %v", got)
	}
}
