package index

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
)

func about(text string, topics ...string) func(*catalog.Record) {
	return func(r *catalog.Record) { r.Description, r.Topics = text, topics }
}

func idle(days int) func(*catalog.Record) {
	return func(r *catalog.Record) { r.PushedAt = now.AddDate(0, 0, -days) }
}

func stars(n int) func(*catalog.Record) { return func(r *catalog.Record) { r.Stars = n } }

func archived(r *catalog.Record) { r.Archived = true }

func forkOf(source string) func(*catalog.Record) {
	return func(r *catalog.Record) { r.Fork, r.Source = true, source }
}

// smallFirm is what the sentences of these tests are about.
func smallFirm(t *testing.T) *Catalog {
	t.Helper()
	return indexed(t, []*catalog.Record{
		record("identity/auth-lib", about("Authentication and token validation for services", "auth", "jwt"), readme("Validates tokens. Works with the vault of the payments team.")),
		record("identity/auth-lib-legacy", about("Authentication and token validation for services", "auth"), archived),
		record("mona/auth-lib", about("Authentication and token validation for services", "auth", "jwt"), forkOf("identity/auth-lib")),
		record("copies/auth-lib", about("Authentication and token validation for services", "auth", "jwt"), readme("Validates tokens. Works with the vault of the payments team.")),
		record("payments/tokens", about("Card token vault client", "payments"), stars(3)),
		record("payments/token-vault-dead", about("Card token vault client", "payments"), idle(1200), stars(900)),
		record("platform/gateway", about("Edge gateway of the company", "edge"), stars(4000), readme("Among a hundred other things it checks a token.")),
		record("platform/rate-limiter", about("Limits requests by client", "quota")),
		record("platform/rateLimiter2", about("Limits calls")),
		record("data/kubernetes-operator", about("Runs jobs on kubernetes", "kubernetes"), func(r *catalog.Record) { r.Language = "Go" }),
		record("data/deploys", about("Deployment of models to Kubernetes clusters")),
		record("hr/vacation", about("Holidays and absences of employees")),
	})
}

func ask(t *testing.T, c *Catalog, args ...string) *catalog.Found {
	t.Helper()
	q, err := catalog.ParseQuery(args)
	if err != nil {
		t.Fatal(err)
	}
	q.Limit = 10
	got, err := c.Search(context.Background(), q, now)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return got
}

func hitNames(f *catalog.Found) []string {
	out := []string{}
	for _, h := range f.Hits {
		out = append(out, h.FullName())
	}
	return out
}

func TestWhatIsFoundFirst(t *testing.T) {
	t.Parallel()
	c := smallFirm(t)
	for sentence, x := range map[string]struct {
		typed string
		first []string // the first hits, in this order
		never []string // what must not be among them
	}{
		"a name is found by its words":                      {"auth lib ", []string{"identity/auth-lib"}, nil},
		"a name is found as it is written":                  {"auth-lib", []string{"identity/auth-lib"}, nil},
		"a name is found without its hyphen":                {"authlib", []string{"identity/auth-lib"}, nil},
		"OWNER/NAME is found first":                         {"payments/tokens", []string{"payments/tokens"}, nil},
		"words in other forms are found":                    {"validate tokens", []string{"identity/auth-lib"}, nil},
		"identifiers fall apart":                            {"rate limiter ", []string{"platform/rate-limiter", "platform/rateLimiter2"}, nil},
		"the last word may go on":                           {"kube", []string{"data/kubernetes-operator"}, nil},
		"a word may be known by another name":               {"k8s operator", []string{"data/kubernetes-operator"}, nil},
		"deploy finds deployment":                           {"deploy ", []string{"data/deploys"}, nil},
		"a typing error is mended":                          {"kuberntes operator ", []string{"data/kubernetes-operator"}, nil},
		"a wrong first letter is mended":                    {"xubernetes operator ", []string{"data/kubernetes-operator"}, nil},
		"a first letter that is missing is mended":          {"ubernetes operator ", []string{"data/kubernetes-operator"}, nil},
		"archived ones are left out":                        {"token validation ", []string{"identity/auth-lib"}, []string{"identity/auth-lib-legacy"}},
		"archived ones stand behind the living":             {"token validation archived:also", []string{"identity/auth-lib", "identity/auth-lib-legacy"}, nil},
		"archived ones alone":                               {"token is:archived", []string{"identity/auth-lib-legacy"}, []string{"identity/auth-lib"}},
		"the dead stand behind the living, however popular": {"token vault client ", []string{"payments/tokens", "payments/token-vault-dead"}, nil},
		"popularity does not beat a name":                   {"token ", []string{"payments/tokens"}, nil},
		"forks fold under their source":                     {"authentication ", []string{"identity/auth-lib"}, []string{"mona/auth-lib", "copies/auth-lib"}},
		"forks stand alone when they are asked for":         {"authentication is:fork", []string{"mona/auth-lib"}, []string{"identity/auth-lib"}},
		"what is not wanted is not there":                   {"token -vault", nil, []string{"payments/tokens", "identity/auth-lib"}},
		"an address is OWNER/NAME":                          {"https://forge.example/payments/tokens.git", []string{"payments/tokens"}, nil},
		"a phrase stands so":                                {`"token vault"`, []string{"payments/tokens"}, []string{"identity/auth-lib"}},
		"a phrase of other order is not there":              {`"validation token"`, nil, []string{"identity/auth-lib", "payments/tokens"}},
		"a qualifier alone lists":                           {"topic:kubernetes", []string{"data/kubernetes-operator"}, []string{"data/deploys"}},
		"a language under its other name":                   {"language:golang", []string{"data/kubernetes-operator"}, []string{"data/deploys"}},
		"stop words ask nothing":                            {"what is the vacation of the ", []string{"hr/vacation"}, []string{"payments/tokens"}},
		"kinds of things need not be there":                 {"vacation service ", []string{"hr/vacation"}, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got := hitNames(ask(t, c, x.typed))
			if len(got) < len(x.first) || !slices.Equal(got[:len(x.first)], x.first) {
				t.Errorf("%q found %v, want %v first", x.typed, got, x.first)
			}
			for _, n := range x.never {
				if slices.Contains(got, n) {
					t.Errorf("%q found %s: %v", x.typed, n, got)
				}
			}
		})
	}
}

func TestAnAnswerSaysWhatWasDone(t *testing.T) {
	t.Parallel()
	c := smallFirm(t)
	got := ask(t, c, "authentication ")
	if diff := cmp.Diff([]string{"copies/auth-lib", "mona/auth-lib"}, slices.Sorted(slices.Values(got.Hits[0].Copies))); diff != "" {
		t.Errorf("copies: %s", diff)
	}
	if got.Widened != nil || got.Suggestion != nil || got.Searched != 12 {
		t.Errorf("widened %v, suggestion %v, %d searched; want none of 12", got.Widened, got.Suggestion, got.Searched)
	}
	if !slices.Contains(got.Hits[0].Matched, "authentication") {
		t.Errorf("matched %v", got.Hits[0].Matched)
	}
	got = ask(t, c, "kuberntes operator ")
	if s := got.Suggestion; s == nil || !s.Used || s.Query != "kubernetes operator" {
		t.Errorf("suggestion %+v, want kubernetes operator, used", s)
	}
	got = ask(t, c, "card kubernetes ")
	if got.Widened == nil || got.Widened.Whole != 0 || len(got.Hits) < 2 || len(got.Hits[0].Missing) != 1 {
		t.Errorf("widened %+v with %v, want hits that lack a word", got.Widened, hitNames(got))
	}
	got = ask(t, c, "kubrenete")
	if len(got.Hits) == 0 && len(got.Topics) == 0 {
		t.Errorf("neither hits nor topics near kubrenete")
	}
	got = ask(t, c, "quotaz xyzzyq ")
	if len(got.Hits) > 0 && got.Suggestion == nil {
		t.Errorf("found %v without saying by what", hitNames(got))
	}
	if got := ask(t, c, `"kubernetes xyzzyq"`); len(got.Hits) != 0 || len(got.Topics) == 0 || got.Topics[0].Topic != "kubernetes" {
		t.Errorf("topics %v, want kubernetes", got.Topics)
	}
}

func TestAWordThatIsThereIsNotMended(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("a/one", about("a tolken of its own")), record("a/two", about("token")), record("a/three", about("token")),
		record("a/four", about("token")), record("a/five", about("token")), record("a/six", about("token")),
	})
	got := ask(t, c, "tolken ")
	if want := []string{"a/one"}; !slices.Equal(hitNames(got), want) {
		t.Errorf("found %v, want %v", hitNames(got), want)
	}
	if s := got.Suggestion; s == nil || s.Used || s.Query != "token" {
		t.Errorf("suggestion %+v, want token, not used", s)
	}
}

// Whoever types the name of a repository meant it, however rare it is.
func TestNamesAreNoErrors(t *testing.T) {
	t.Parallel()
	c := indexed(t, []*catalog.Record{
		record("maps/tern", about("geocoding")), record("ui/wren", about("texts"), readme("Install @wren/core.")),
		record("a/one", about("turn went")), record("a/two", about("turn went")), record("a/three", about("turn went")), record("a/four", about("turn went cores")),
		record("a/five", about("cores")), record("a/six", about("cores")),
	})
	for typed, want := range map[string]string{"tern ": "maps/tern", "wren ": "ui/wren", "@wren/core ": "ui/wren"} {
		got := ask(t, c, typed)
		if got.Suggestion != nil || len(got.Hits) == 0 || got.Hits[0].FullName() != want {
			t.Errorf("%s: found %v, suggestion %+v", typed, hitNames(got), got.Suggestion)
		}
	}
	for typed, want := range map[string]string{"turm ": "turn", "a/turm ": "a/turn"} {
		if got := ask(t, c, typed); got.Suggestion == nil || !got.Suggestion.Used || got.Suggestion.Query != want {
			t.Errorf("%s is not mended: %+v", typed, got.Suggestion)
		}
	}
}

func TestTermsMakeUpTheScore(t *testing.T) {
	t.Parallel()
	c := smallFirm(t)
	for _, typed := range []string{"token", "authentication and token validation library", "rate lim", "kuberntes card", "topic:auth", "auth-lib", "payments/tokens", `"token vault" -x`, "is:archived token"} {
		for _, h := range ask(t, c, typed).Hits {
			sum, factor, times := 0.0, 1.0, false
			for _, term := range h.Terms {
				if term.Times {
					times = true
					factor *= term.Value
				} else if sum += term.Value; times {
					t.Errorf("%s: %s adds after something multiplied", typed, term.Name)
				}
				if term.Why == "" || term.Name == "" {
					t.Errorf("%s: a term without a name or reason: %+v", typed, term)
				}
			}
			if h.Score <= 0 || h.Score != catalog.Total(h.Terms) || math.Abs(h.Score-sum*factor) > 1e-9 {
				t.Errorf("%s: %s has %v, its terms make %v", typed, h.FullName(), h.Score, sum*factor)
			}
		}
	}
}

func TestOrdersPutTheMostFirst(t *testing.T) {
	t.Parallel()
	ready := func(score float64, activity int) func(*catalog.Record) {
		return func(r *catalog.Record) {
			r.Readiness, r.Activity = &catalog.Readiness{Score: score}, &catalog.Activity{Score: activity}
		}
	}
	c := indexed(t, []*catalog.Record{
		record("a/token", ready(0.5, 100), stars(5), idle(20)), record("b/x", about("a token"), ready(0.9, 10), stars(50), idle(30)),
		record("c/y", about("a token"), ready(0.1, 900), idle(10)), record("d/z", about("a token"), stars(7), idle(1)),
	})
	for order, want := range map[catalog.Sort][]string{
		catalog.ByStars: {"b/x", "d/z", "a/token", "c/y"}, catalog.ByReadiness: {"b/x", "a/token", "c/y", "d/z"},
		catalog.ByActivity: {"c/y", "a/token", "b/x", "d/z"}, catalog.ByUpdated: {"d/z", "c/y", "a/token", "b/x"},
	} {
		for _, words := range []string{"token", ""} {
			q, err := catalog.ParseQuery([]string{words})
			if err != nil {
				t.Fatal(err)
			}
			q.Sort = order
			got, err := c.Search(context.Background(), q, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, hitNames(got)); diff != "" {
				t.Errorf("%s of %q: %s", order, words, diff)
			}
		}
	}
}

func TestTheIndexFiltersAsTheQueryAdmits(t *testing.T) {
	t.Parallel()
	set := judged(t)
	records := set.Records[:400]
	if underRace {
		records = records[:100]
	}
	c := indexed(t, records)
	for _, typed := range []string{
		"org:platform", "org:platform,data", "-org:platform", "team:partners", "team:web/partners", "language:go", "language:golang,rust", "-language:java", "topic:kafka", "topic:auth topic:internal",
		"license:apache", "license:mit", "skill:go", "provides:token-validation", "requires:payment-gateway", "is:ready", "-is:ready", "is:archived", "archived:also", "is:fork", "-is:fork", "is:public", "is:internal,private",
		"has:help-wanted", "has:manifest", "has:contributing", "-has:release", "updated:>2026-06-01", "updated:<1y", "pushed:2026-03", "-pushed:>30d", "created:<2020", "created:2021..2022-06", "stars:>10", "stars:5..20,>100", "forks:0",
		"topic:nowhere", "-topic:nowhere", "is:ready has:contributing language:java stars:>2", "archived:only", "is:archived,fork",
	} {
		q, err := catalog.ParseQuery([]string{typed})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, r := range records {
			if q.Admits(r, rankingNow) {
				want = append(want, r.FullName())
			}
		}
		found, err := c.Search(context.Background(), q, rankingNow)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range found.Hits {
			got = append(append(got, h.FullName()), h.Copies...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" || found.Total != len(want) {
			t.Errorf("%s: %d in all, want %d: %s", typed, found.Total, len(want), diff)
		}
		if names := byFacets(t, c, q); !slices.Equal(names, want) {
			t.Errorf("%s: by facets %s", typed, cmp.Diff(want, names))
		}
	}
}

// byFacets are the names of all records that the facets let pass.
func byFacets(t *testing.T, c *Catalog, q catalog.Query) []string {
	t.Helper()
	ctx := context.Background()
	where, err := c.conditions(ctx, q, rankingNow)
	mustDo(t, err)
	names := map[int64]string{}
	var all []rankedID
	mustDo(t, c.each(ctx, func(scan func(...any) error) error {
		var id int64
		var body []byte
		if err := scan(&id, &body); err != nil {
			return err
		}
		r, err := c.record(body)
		names[id] = r.FullName()
		all = append(all, rankedID{id: id})
		return err
	}, "SELECT id, body FROM records"))
	s := search{c: c, where: where}
	kept, err := s.byFacets(ctx, all)
	mustDo(t, err)
	var out []string
	for _, r := range kept {
		out = append(out, names[r.id])
	}
	slices.Sort(out)
	return out
}

func TestHostileQueriesAreWordsAndNothingElse(t *testing.T) {
	t.Parallel()
	c := smallFirm(t)
	many := strings.Repeat("token vault client kubernetes gateway ", 2000)
	for _, typed := range []string{
		`"`, `""`, `"""`, `a"b`, `'; DROP TABLE records; --`, `name:x" OR 1`, "NEAR(token, vault)", "token NEAR/2 vault", "^token", "token*", "*", "(((", ")", "a AND", "OR", "NOT", "AND OR NOT", "{name} : x", "- name : x", "col:token", "+", "\\", "%", "_", "token\x00vault", "\x00", "\xff\xfe", "\u200b", "💥", "認証", "-", "--", "-token", "-token -vault", "NOT token", strings.Repeat("(", 500), strings.Repeat("a", 5000), many, strings.Repeat(`"`, 999), strings.Repeat("x ", 10000), strings.Repeat("-a", 3000), "é", "İstanbul", "ǅ", "ß", "token;vault", "a.b.c/d-e_f", "topic:\"a\" b\"", "org:%", "team:'", "license:[a-z]*", "topic:\x00",
	} {
		for _, exact := range []bool{false, true} {
			q, err := catalog.ParseQuery([]string{typed})
			if err != nil {
				continue // the parser says why
			}
			q.Exact, q.Limit = exact, 5
			if _, err := c.Search(context.Background(), q, now); err != nil {
				t.Errorf("%.40q: %v", typed, err)
			}
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"token vault", `"a b" -c`, "(x) AND y*", "認証 a", "topic:x -y", "k8s"} {
		f.Add(s)
	}
	s := &Store{Dir: f.TempDir()}
	if _, err := s.Update(context.Background(), UpdateOptions{Source: "test", At: now}, put(record("a/token-vault", about("token vault 認証 of a b")), record("a/b"))); err != nil {
		f.Fatal(err)
	}
	c, err := s.Open(context.Background())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { c.Close() })
	f.Fuzz(func(t *testing.T, typed string) {
		q, err := catalog.ParseQuery([]string{typed})
		if err != nil {
			return
		}
		found, err := c.Search(context.Background(), q, now)
		if err != nil {
			t.Fatalf("%q: %v", typed, err)
		}
		for _, h := range found.Hits {
			if h.Score != catalog.Total(h.Terms) || math.IsNaN(h.Score) {
				t.Fatal(fmt.Sprint(typed, h.Terms))
			}
		}
	})
}
