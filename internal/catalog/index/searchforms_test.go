package index

import (
	"context"
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

// A name with an error in it is found wherever it is divided; one that nothing is
// nearly called is looked for by its words.
func TestNamesAreMended(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	update(t, s, put(record("web/django-solo"), record("web/solo-player"), record("ml/sklearn-crfsuite"), record("ml/sklearn-porter"),
		record("net/kube-ovn"), record("net/ovn-tools"), record("pay/ledger-export", about("Exports ledgers")), record("id/login", about("Single page with SSO")),
		record("ml/tuner", about("Hyperparameter optimization")), record("ui/paint", about("Colors and behaviour"))))
	c := openStore(t, s)
	for query, want := range map[string]string{
		"dajngo-solo": "web/django-solo", "skearn-porter": "ml/sklearn-porter", "sklear-ncrfsuite": "ml/sklearn-crfsuite", "kub-ovn": "net/kube-ovn",
		"django_sollo": "web/django-solo", "ledger-exprots-daily": "pay/ledger-export", "single sign-on": "id/login", "single sign on": "id/login",
		"hyperparameter optimisation": "ml/tuner", "colours behavior": "ui/paint",
	} {
		f := ask(t, c, query)
		if got := hitNames(f); len(got) == 0 || got[0] != want {
			t.Errorf("%s: got %v, want %s first", query, got, want)
		}
	}
	if f := ask(t, c, "dajngo-solo"); f.Suggestion == nil || !f.Suggestion.Used || f.Suggestion.Query != "django-solo" {
		t.Errorf("it is not said what was mended: %+v", f.Suggestion)
	}
	q := catalog.Query{Words: []catalog.Word{{Text: "dajngo-solo"}}, Exact: true, Limit: 10}
	if f, err := c.Search(context.Background(), q, now); err != nil || len(f.Hits) > 0 {
		t.Errorf("exactly: %v, %v", hitNames(f), err)
	}
}

func TestTwoWordsMayMeanAnotherThing(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("docs/signer", about("Signs documents", "sign")),
		record("id/door", about("Users sign in with one account")),
		record("id/gate", about("Login for web pages")),
		record("ops/logs", about("Log files of services", "log")),
		record("data/masker", about("Masks names in test databases")),
		record("data/pseudo", about("Pseudonymises customers")),
		record("mail/out", about("Sends mails")),
		record("mobile/app", about("Phones with iOS")),
		record("lib/async", about("Waits for io")),
	})
	for typed, want := range map[string]string{
		"sign in ": "id/door", "log in ": "id/gate", "login ": "id/gate", "anonymise ": "data/pseudo", "emails ": "mail/out", "ios ": "mobile/app", "io ": "lib/async",
	} {
		if got := hitNames(ask(t, c, typed)); len(got) == 0 || got[0] != want {
			t.Errorf("%s: found %v, want %s first", typed, got, want)
		}
	}
	if got := hitNames(ask(t, c, "where do we put log files")); len(got) == 0 || got[0] != "ops/logs" {
		t.Errorf("what a question is made of asks something: %v", got)
	}
}

func TestReadmesDoNotFindWhatTheyDeny(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("a/phones", readme("Text messages. It does not send invoices.")),
		record("b/letters", readme("Paper and text, and it does send invoices.")),
	})
	f := ask(t, c, "invoices ")
	if got := hitNames(f); !slices.Equal(got, []string{"b/letters", "a/phones"}) {
		t.Errorf("found %v", got)
	}
}

// Words that stand side by side count wherever they do, not where each stands first.
func TestWordsStandTogetherAnywhere(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("a/apart", readme("Certificate here and there, and what is at last unknown.")),
		record("b/beside", readme("Unknown to many. A certificate here. Unknown certificate found.")),
	})
	f := ask(t, c, "unknown certificate ")
	if len(f.Hits) != 2 || f.Hits[0].Name != "beside" || !slices.ContainsFunc(f.Hits[0].Terms, func(x catalog.Term) bool { return x.Name == "together" && x.Value == 12.5 }) {
		t.Errorf("found %v: %+v", hitNames(f), f.Hits[0].Terms)
	}
}

// The small words of other languages find what is written in them, and keep
// nobody from what is not.
func TestSmallWordsOfOtherLanguages(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("docs/paper", about("Makes PDF from HTML")),
		record("docs/brief", about("PDF aus einem Brief")),
		record("a/one", about("part of a game")), record("a/two", about("part of a game")), record("a/three", about("part")), record("a/four", about("part of poor verse")),
	})
	for typed, want := range map[string]string{"ein PDF aus HTML ": "docs/paper", "PDF aus ": "docs/brief", "para HTML ": "docs/paper"} {
		got := ask(t, c, typed)
		if len(got.Hits) == 0 || got.Hits[0].FullName() != want || got.Suggestion != nil {
			t.Errorf("%s: found %v, suggestion %+v; want %s first", typed, hitNames(got), got.Suggestion, want)
		}
	}
}
