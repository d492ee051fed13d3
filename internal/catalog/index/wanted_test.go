package index

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
)

func issue(number int, title string, change ...func(*catalog.HelpWanted)) catalog.HelpWanted {
	h := catalog.HelpWanted{Number: number, Title: title, Labels: []string{"help wanted"}, CreatedAt: now.AddDate(0, 0, -10)}
	for _, c := range change {
		c(&h)
	}
	return h
}

func newcomer(h *catalog.HelpWanted) { h.Newcomer = true }
func taken(h *catalog.HelpWanted)    { h.Taken = true }
func hours(n float64) func(*catalog.HelpWanted) {
	return func(h *catalog.HelpWanted) { h.Hours, h.Size = &n, fmt.Sprint(n, " hours") }
}
func skills(s ...string) func(*catalog.HelpWanted) {
	return func(h *catalog.HelpWanted) { h.Skills = s }
}

// wantedStore has issues that differ in one thing each.
func wantedStore(t *testing.T) *Store {
	t.Helper()
	s := &Store{Dir: t.TempDir()}
	fast, slow := 4.0, 400.0
	with := func(language string, issues ...catalog.HelpWanted) func(*catalog.Record) {
		return func(r *catalog.Record) { r.Language, r.HelpWanted = language, issues }
	}
	update(t, s, put(
		record("identity/token-vault", with("Go", issue(1, "Rotate keys", newcomer, hours(2)), issue(2, "Rotate keys of tokens", taken, newcomer, hours(2)), issue(3, "Rewrite the parser", hours(80))),
			func(r *catalog.Record) {
				r.Answers = &catalog.Answers{FirstHours: &fast, Answered: 5}
				r.Readiness = &catalog.Readiness{Score: 0.9, Ready: true}
			}),
		record("pay/ledger", with("Java", issue(4, "Add tests for the exporter", skills("Java", "SQL"), hours(12)), issue(5, "Document the exporter", newcomer)),
			func(r *catalog.Record) { r.Answers = &catalog.Answers{FirstHours: &slow, Answered: 5} }),
		record("old/tool", with("Go", issue(6, "Port it", newcomer, hours(1))), func(r *catalog.Record) { r.Archived = true }),
		record("x/none"),
	))
	return s
}

func wantedNumbers(hits []catalog.HelpWantedHit) string {
	var out []string
	for _, h := range hits {
		out = append(out, fmt.Sprint(h.Number))
	}
	return strings.Join(out, " ")
}

func TestWhatIsEasyToBeginWithComesFirst(t *testing.T) {
	t.Parallel()
	c := openStore(t, wantedStore(t))
	word := func(text string) catalog.Word { return catalog.Word{Text: text} }
	filter := func(name string, values ...string) catalog.Filter {
		f := catalog.Filter{Name: name}
		for _, v := range values {
			f.Any = append(f.Any, catalog.Value{Text: v})
		}
		return f
	}
	not := func(f catalog.Filter) catalog.Filter { f.Not = true; return f }
	for name, c2 := range map[string]struct {
		q       catalog.Query
		want    string
		widened bool
	}{
		"everything, what is taken last": {q: catalog.Query{}, want: "1 5 3 4 2"},
		"at most":                        {q: catalog.Query{Limit: 2}, want: "1 5"},
		"a word of titles":               {q: catalog.Query{Words: []catalog.Word{word("exporter")}}, want: "5 4"},
		"another form of a word":         {q: catalog.Query{Words: []catalog.Word{word("rotating")}}, want: "1 2"},
		"words of which few have all":    {q: catalog.Query{Words: []catalog.Word{word("rotate"), word("tokens")}}, want: "1 2 3", widened: true},
		"a word of the repository":       {q: catalog.Query{Words: []catalog.Word{word("ledger")}}, want: "5 4"},
		"a phrase":                       {q: catalog.Query{Words: []catalog.Word{{Text: "keys of tokens", Phrase: true}}}, want: "2"},
		"the beginning of a word":        {q: catalog.Query{Words: []catalog.Word{{Text: "expo", Open: true}}}, want: "5 4"},
		"a word that must not be there":  {q: catalog.Query{Words: []catalog.Word{{Text: "rotate", Not: true}}}, want: "5 3 4"},
		"a language":                     {q: catalog.Query{Filters: []catalog.Filter{filter("language", "java")}}, want: "5 4"},
		"an organisation":                {q: catalog.Query{Filters: []catalog.Filter{filter("org", "identity")}}, want: "1 3 2"},
		"a skill of the issue":           {q: catalog.Query{Filters: []catalog.Filter{filter("skill", "sql")}}, want: "4"},
		"a skill by the language":        {q: catalog.Query{Filters: []catalog.Filter{filter("skill", "golang")}}, want: "1 3 2"},
		"a size":                         {q: catalog.Query{Filters: []catalog.Filter{filter(catalog.FilterSize, "small", "medium")}}, want: "1 4 2"},
		"no size of these":               {q: catalog.Query{Filters: []catalog.Filter{not(filter(catalog.FilterSize, "small"))}}, want: "5 3 4"},
		"for newcomers":                  {q: catalog.Query{Filters: []catalog.Filter{filter(catalog.FilterNewcomer, "")}}, want: "1 5 2"},
		"nobody has it":                  {q: catalog.Query{Filters: []catalog.Filter{filter(catalog.FilterFree, "")}}, want: "1 5 3 4"},
		"archived ones too":              {q: catalog.Query{Filters: []catalog.Filter{filter("archived", "only")}}, want: "6"},
		"nothing":                        {q: catalog.Query{Words: []catalog.Word{word("zebra")}}, want: ""},
		"what only looks like a query":   {q: catalog.Query{Words: []catalog.Word{word(`" OR title:*`), word("^NEAR(")}}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.HelpWanted(context.Background(), c2.q, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c2.want, wantedNumbers(got.Hits)); diff != "" {
				for _, h := range got.Hits {
					t.Logf("%d %.2f %v", h.Number, h.Score, h.Whys())
				}
				t.Error(diff)
			}
			if got.Widened != c2.widened || got.Searched != 6 || c2.q.Limit == 0 && got.Total != len(got.Hits) {
				t.Errorf("got %d of %d, widened %v", got.Total, got.Searched, got.Widened)
			}
			for _, h := range got.Hits {
				if math.Abs(catalog.Total(h.Terms)-h.Score) > 1e-9 {
					t.Errorf("%d: the terms make %g of %g", h.Number, catalog.Total(h.Terms), h.Score)
				}
			}
		})
	}
}

func TestAnIssueSaysWhyItStandsWhereItStands(t *testing.T) {
	t.Parallel()
	c := openStore(t, wantedStore(t))
	got, err := c.HelpWanted(context.Background(), catalog.Query{Words: []catalog.Word{{Text: "tokens"}}}, now)
	if err != nil || len(got.Hits) == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, h := range got.Hits {
		if h.Number != 2 {
			continue
		}
		want := []string{"marked for newcomers", "small: 2 hours", "first answers in 4 h (median)", "ready for contributions", "somebody is assigned to it", "opened 10 days ago", `"tokens" in its title`}
		if diff := cmp.Diff(want, h.Whys()[:len(want)]); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"tokens"}, h.Matched); diff != "" {
			t.Error(diff)
		}
	}
}

// The day on which a record was seen picks the candidates, today ranks them.
func TestEaseIsAsOfToday(t *testing.T) {
	t.Parallel()
	c := openStore(t, wantedStore(t))
	then, err := c.HelpWanted(context.Background(), catalog.Query{}, now)
	mustDo(t, err)
	later, err := c.HelpWanted(context.Background(), catalog.Query{}, now.Add(400*24*time.Hour))
	mustDo(t, err)
	if a, b := then.Hits[0], later.Hits[0]; a.Number != b.Number || b.Score > a.Score*0.7 {
		t.Errorf("after 400 days %d has %.2f, was %d with %.2f", b.Number, b.Score, a.Number, a.Score)
	}
}

// What becomes of issues is put without the README, whose words stay, whatever
// skills the issues state.
func TestIssuesChangeAndTheReadmeStays(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	lib := record("identity/lib", readme(strings.Repeat("filler text ", 60)+"zebra crossing"), func(r *catalog.Record) {
		r.Skills, r.HelpWanted = []string{"SQL"}, []catalog.HelpWanted{issue(1, "Old one", skills("Fortran"))}
	})
	update(t, s, put(lib, record("identity/other")))
	for i, now := range [][]catalog.IssueNow{
		{{Number: 1}},
		{{Number: 2, Wanted: &catalog.HelpWanted{Number: 2, Title: "New one", Skills: []string{"Cobol"}}}},
		{{Number: 2, Wanted: &catalog.HelpWanted{Number: 2, Title: "Newer one", Skills: []string{"Rust", "Go"}}}, {Number: 3, Wanted: &catalog.HelpWanted{Number: 3}}},
	} {
		update(t, s, func(w *Writer) error {
			r, err := w.Get(lib.Key())
			if err != nil {
				return err
			}
			if !r.UpdateHelpWanted(now) || r.UpdateHelpWanted(now) {
				t.Errorf("%d: it changes once", i)
			}
			return w.Put(r)
		})
		c := openStore(t, s)
		for _, query := range []string{`"zebra crossing"`, "zebra"} {
			if got := hitNames(ask(t, c, query)); len(got) != 1 {
				t.Errorf("%d: %s finds %v", i, query, got)
			}
		}
	}
	c := openStore(t, s)
	if _, err := s.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
	for query, want := range map[string]int{"skill:fortran": 0, "skill:cobol": 0, "skill:rust": 1, "skill:sql": 1} {
		if got := hitNames(ask(t, c, query)); len(got) != want {
			t.Errorf("%s finds %v", query, got)
		}
	}
	update(t, s, put(lib)) // read again
	c = openStore(t, s)
	if r, err := c.Get(context.Background(), lib.RepoName()); err != nil || r.IssueSkills != nil || len(ask(t, c, "fortran").Hits) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
