package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsTypedIsUnderstood(t *testing.T) {
	t.Parallel()
	word := func(s string) Word { return Word{Text: s} }
	open := func(s string) Word { return Word{Text: s, Open: true} }
	phrase := func(s string) Word { return Word{Text: s, Phrase: true} }
	for name, c := range map[string]struct {
		args []string
		want []Word
	}{
		"words are words, and the last may go on":         {[]string{"token", "valid"}, []Word{word("token"), open("valid")}},
		"an argument that a shell unquoted is words":      {[]string{"token validation", "lib"}, []Word{word("token"), word("validation"), open("lib")}},
		"double quotes make a phrase":                     {[]string{`a "token  validation" b`}, []Word{word("a"), phrase("token validation"), open("b")}},
		"a quotation may go over arguments no more":       {[]string{`"token`, `validation"`}, []Word{phrase("token"), open("validation")}},
		"typographic quotes are quotes":                   {[]string{"“token validation”"}, []Word{phrase("token validation")}},
		"a quoted word is whole":                          {[]string{`"token"`}, []Word{phrase("token")}},
		"a space after the last word ends it":             {[]string{"token "}, []Word{word("token")}},
		"a hyphen in front takes away":                    {[]string{"auth", "-legacy", `-"card vault"`}, []Word{word("auth"), {Text: "legacy", Not: true}, {Text: "card vault", Phrase: true, Not: true}}},
		"NOT does so too":                                 {[]string{"auth NOT legacy"}, []Word{word("auth"), {Text: "legacy", Not: true}}},
		"NOT at the end is a word":                        {[]string{"auth NOT"}, []Word{word("auth"), open("NOT")}},
		"a hyphen inside is of the word":                  {[]string{"auth-lib", "-"}, []Word{word("auth-lib"), open("-")}},
		"an address is a word":                            {[]string{"https://forge.example/a/b"}, []Word{open("https://forge.example/a/b")}},
		"a name with double colons is a word":             {[]string{"std::vector"}, []Word{open("std::vector")}},
		"a word that ends in a colon is a word":           {[]string{"panic: out of range"}, []Word{word("panic:"), word("out"), word("of"), open("range")}},
		"a time of day is a word":                         {[]string{"at 12:30"}, []Word{word("at"), open("12:30")}},
		"what searches elsewhere mean something is plain": {[]string{`a* OR (b) ^c`}, []Word{word("a*"), word("OR"), word("(b)"), open("^c")}},
		"a filter at the end ends the last word":          {[]string{"token", "topic:x"}, []Word{word("token")}},
		"nothing is nothing":                              {[]string{"", "  ", `""`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseQuery(c.args)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Words); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQualifiersAreUnderstood(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string // each filter, with the row's own spelling
	}{
		"a value":                                      {[]string{"org:platform"}, "org:platform"},
		"in any case, and as others call it":           {[]string{"Owner:Platform", "lang:Go", "licence:MIT"}, "org:Platform language:Go license:MIT"},
		"several values":                               {[]string{"language:go,rust,"}, "language:go,rust"},
		"of what there is one, twice is either":        {[]string{"org:a", "org:b", "org:a"}, "org:a,b"},
		"of what there are many, twice is both":        {[]string{"topic:a", "topic:b"}, "topic:a topic:b"},
		"who may see it is one thing":                  {[]string{"is:public", "is:ready", "is:internal"}, "is:public,internal is:ready"},
		"quoted values":                                {[]string{`language:"Jupyter Notebook",go team:"a, b"`}, `language:"Jupyter Notebook",go team:"a, b"`},
		"quotes that a shell took away":                {[]string{"x", "team:Core Services"}, `team:"Core Services"`},
		"a language that everybody knows":              {[]string{"language:Jupyter Notebook"}, `language:"Jupyter Notebook"`},
		"one quoted query is no value":                 {[]string{"topic:auth token library"}, "topic:auth"},
		"a filter in what a shell unquoted is a query": {[]string{"x", "topic:auth language:go"}, "topic:auth language:go"},
		"not wanted":                                   {[]string{"-topic:old", "NOT is:fork"}, "-topic:old -is:fork"},
		"words of other tools":                         {[]string{"archived:true", "has:guidelines"}, "archived:only has:contributing"},
		"ranges":                                       {[]string{"stars:>10", "forks:5..*", "stars:<=2k"}, "stars:>10 forks:5..* stars:<=2k"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseQuery(c.args)
			if err != nil {
				t.Fatal(err)
			}
			if have := (Query{Filters: got.Filters}).String(); have != c.want {
				t.Errorf("got %s, want %s", have, c.want)
			}
		})
	}
}

func TestABadQueryNamesWhatIsAccepted(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"topc:go":        "topc:go: there is no qualifier topc:; did you mean topic:?",
		"langage:go":     "langage:go: there is no qualifier langage:; did you mean language:?",
		"is:redy":        "is:redy: no such value; did you mean ready? (one of ready, archived, fork, public, internal, private)",
		"has:everything": "has:everything: no such value (one of help-wanted, manifest, contributing, release)",
		"stars:many":     "stars:many: no number (a number: 10, >10, >=10, <10, <=10, 5..20, 10..*)",
		"stars:20..5":    "stars:20..5: no number (a number: 10, >10, >=10, <10, <=10, 5..20, 10..*)",
		"updated:soon":   "updated:soon: no time (a time: 2026-01-31, 2026-01, 2026, or how long ago as 12h, 30d, 6w, 3mo, 1y; with >, >=, <, <= or as a range a..b)",
		"org:,":          "org:: has no value (a name)",
		"xyzzy:1":        "xyzzy:1: there is no qualifier xyzzy: (there are org, host, team, language, topic, license, skill, provides, requires, is, has, archived, updated, pushed, created, stars, forks; in double quotes it is looked for as a phrase)",
	} {
		_, err := ParseQuery([]string{"word", typed})
		var bad *QueryError
		if !errors.As(err, &bad) || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if _, err := ParseSort("star"); err == nil || err.Error() != "sort star: no such order; did you mean stars? (relevance, activity, readiness, updated, stars)" {
		t.Errorf("sort: %v", err)
	}
}

func TestTimesAndNumbersMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		when, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	now := at("2026-03-02 09:00")
	for typed, c := range map[string]struct{ in, out []string }{
		"2026-01-15":             {[]string{"2026-01-15 00:00", "2026-01-15 23:59"}, []string{"2026-01-14 23:59", "2026-01-16 00:00"}},
		">2026-01-15":            {[]string{"2026-01-16 00:00"}, []string{"2026-01-15 23:59"}},
		">=2026-01-15":           {[]string{"2026-01-15 00:00"}, []string{"2026-01-14 23:59"}},
		"<2026-01-15":            {[]string{"2026-01-14 23:59"}, []string{"2026-01-15 00:00"}},
		"<=2026-01-15":           {[]string{"2026-01-15 23:59"}, []string{"2026-01-16 00:00"}},
		"2025":                   {[]string{"2025-01-01 00:00", "2025-12-31 23:59"}, []string{"2026-01-01 00:00"}},
		"2025-11..2026-01":       {[]string{"2025-11-01 00:00", "2026-01-31 23:59"}, []string{"2025-10-31 23:59", "2026-02-01 00:00"}},
		"*..2025-11-30":          {[]string{"2020-01-01 00:00"}, []string{"2025-12-01 00:00"}},
		">30d":                   {[]string{"2026-01-31 00:00"}, []string{"2026-01-30 23:59"}},
		"30d":                    {[]string{"2026-01-31 00:00"}, []string{"2026-01-30 23:59"}},
		"<1y":                    {[]string{"2025-03-01 23:59"}, []string{"2025-03-02 00:00"}},
		"2 weeks":                {[]string{"2026-02-16 00:00"}, []string{"2026-02-15 23:59"}},
		">3mo":                   {[]string{"2025-12-02 00:00"}, []string{"2025-12-01 23:59"}},
		">12h":                   {[]string{"2026-03-01 00:00"}, []string{"2026-02-28 23:59"}},
		"today":                  {[]string{"2026-03-02 00:00"}, []string{"2026-03-01 23:59"}},
		">yesterday":             {[]string{"2026-03-02 00:00"}, []string{"2026-03-01 23:59"}},
		">=2026-01-15T10:30:00Z": {[]string{"2026-01-15 00:00"}, []string{"2026-01-14 23:59"}},
	} {
		s, ok := parseSpan(typed)
		if !ok {
			t.Errorf("%s is not understood", typed)
			continue
		}
		for _, in := range c.in {
			if !s.Holds(at(in), now) {
				t.Errorf("%s: %s is not in it", typed, in)
			}
		}
		for _, out := range c.out {
			if s.Holds(at(out), now) {
				t.Errorf("%s: %s is in it", typed, out)
			}
		}
		if s.Holds(time.Time{}, now) {
			t.Errorf("%s: an unknown time is in it", typed)
		}
	}
	for typed, c := range map[string]struct{ in, out []int64 }{
		"10": {[]int64{10}, []int64{9, 11}}, ">10": {[]int64{11}, []int64{10}}, ">=10": {[]int64{10}, []int64{9}},
		"<10": {[]int64{9, 0}, []int64{10}}, "<=10": {[]int64{10}, []int64{11}}, "5..20": {[]int64{5, 20}, []int64{4, 21}},
		"5..*": {[]int64{5, 1 << 40}, []int64{4}}, "*..5": {[]int64{0, 5}, []int64{6}}, "1k": {[]int64{1000}, []int64{1, 1001}},
	} {
		r, ok := parseRange(typed)
		if !ok {
			t.Errorf("%s is not understood", typed)
		}
		for _, n := range c.in {
			if !r.Holds(n) {
				t.Errorf("%s: %d is not in it", typed, n)
			}
		}
		for _, n := range c.out {
			if r.Holds(n) {
				t.Errorf("%s: %d is in it", typed, n)
			}
		}
	}
	for _, bad := range []string{"", ">", "..", "*..*", "-5", "1.5", "1e3", "10..", "99999999999999", "k"} {
		if _, ok := parseRange(bad); ok {
			t.Errorf("%q is taken for numbers", bad)
		}
	}
	for _, bad := range []string{"", ">", "..", "*..*", "2026-13", "2026-02-30", "d", "5", "5x", "123456d", "-3d"} {
		if _, ok := parseSpan(bad); ok {
			t.Errorf("%q is taken for a time", bad)
		}
	}
}

func TestFiltersAdmitWhatTheySay(t *testing.T) {
	t.Parallel()
	r := Record{
		Owner: "Identity", Name: "auth-lib", Language: "Go", Languages: []LanguageSize{{"Go", 700}, {"HCL", 250}, {"Shell", 50}},
		License: "Apache-2.0", Topics: []string{"auth", "Inner-Source"}, Team: &Team{Name: "identity/Core Services"}, Stars: 12, Forks: 3,
		Visibility: "internal", Skills: []string{"Go"}, HelpWanted: []HelpWanted{{Skills: []string{"Kotlin"}}}, Provides: []Capability{{Name: "token-validation"}},
		Readiness: &Readiness{Ready: true}, Guidelines: "CONTRIBUTING.md", UpdatedAt: now.AddDate(0, 0, -5), CreatedAt: now.AddDate(-3, 0, 0),
	}
	archived, bare := r, Record{Owner: "x", Name: "y"}
	archived.Archived = true
	for typed, want := range map[string]bool{
		"org:identity": true, "org:@identity,x": true, "org:ident": false, "-org:identity": false,
		"team:core-services": false, `team:"core services"`: true, `team:"identity/core services"`: true, "language:golang": true, "language:terraform": true, "language:shell": false,
		"topic:inner-source": true, `topic:"inner source"`: true, "topic:auth topic:inner-source": true, "topic:auth topic:x": false, "topic:x,auth": true, "-topic:x": true,
		"license:apache-2.0": true, "license:apache": true, "license:a": false, "skill:go": true, "skill:kt": true, "skill:java": false,
		"provides:token-validation": true, "requires:token-validation": false, "is:ready": true, "is:fork": false, "-is:fork": true, "is:public,internal": true, "is:private": false,
		"has:help-wanted": true, "has:manifest": true, "has:contributing": true, "has:release": false, "-has:release": true,
		"updated:>30d": true, "updated:<30d": false, "pushed:>30d": false, "created:2023": true, "stars:>10": true, "stars:>10 stars:<12": false, "forks:3": true,
		"is:archived": false, "archived:also": true, "archived:only": false, "archived:no": true,
	} {
		q := asking(t, strings.Fields(typed)...)
		if strings.Contains(typed, `"`) {
			q = asking(t, typed)
		}
		if got := q.Admits(&r, now); got != want {
			t.Errorf("%s: %v, want %v", typed, got, want)
		}
	}
	for typed, want := range map[string]bool{"": false, "is:archived": true, "is:archived,ready": true, "archived:also": true, "archived:only": true, "-is:archived": false, "-archived:no": true, "is:archived is:fork": false} {
		if got := asking(t, typed).Admits(&archived, now); got != want {
			t.Errorf("%q: an archived one is taken: %v, want %v", typed, got, want)
		}
	}
	for typed, want := range map[string]bool{"is:ready": false, "-is:ready": true, "updated:>2000": false, "-updated:>2000": true, "language:go": false, "has:manifest": false, "stars:<5": true} {
		if got := asking(t, typed).Admits(&bare, now); got != want {
			t.Errorf("%s: one of which nothing is known passes: %v, want %v", typed, got, want)
		}
	}
}

func TestDistanceCountsTypingErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"token", "token", 0}, {"tokne", "token", 1}, {"tken", "token", 1}, {"tokeen", "token", 1}, {"tiken", "token", 1}, {"tkone", "token", 2}, {"", "ab", 2}, {"kubernetse", "kubernetes", 1}, {"größe", "grösse", 2}, {"vault", "token", 3}} {
		if got := Distance(c.a, c.b, 2); got != c.want {
			t.Errorf("%s → %s: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance(c.b, c.a, 2); got != c.want {
			t.Errorf("%s → %s: %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

func TestEveryQualifierIsParsedAndDecided(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range Qualifiers() {
		values := row.values()
		switch row.Kind {
		case KindName:
			values = []string{"x"}
		case KindNumber:
			values = []string{">=0"}
		case KindTime:
			values = []string{">2000"}
		}
		for _, name := range append([]string{row.Name}, row.Also...) {
			if seen[name] {
				t.Errorf("%s: is there twice", name)
			}
			seen[name] = true
			for _, v := range values {
				if q, err := ParseQuery([]string{name + ":" + v}); err != nil || len(q.Filters) != 1 || q.Filters[0].Name != row.Name {
					t.Errorf("%s:%s is not read: %+v, %v", name, v, q, err)
				}
			}
		}
		if row.Usage == "" || row.Flag == "" || (row.Arg == "") == (row.Bare == "") {
			t.Errorf("%s: no usage or flag, or a flag that is neither a switch nor takes a value", row.Name)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"token validation", `"a b" -c topic:"x y",z`, "is:ready updated:>30d stars:1..2", "-- - -\" NOT", "a:b::c", "\x00\xff\"", `org:"`, "topic:,", "NOT NOT x", "-NOT -topic:-x"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		q, err := ParseQuery([]string{one, two})
		if err != nil {
			var bad *QueryError
			if !errors.As(err, &bad) {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		for _, w := range q.Words {
			if w.Text == "" || strings.ContainsAny(w.Text, "\x00\n\"") {
				t.Fatalf("the word %q", w.Text)
			}
		}
		text := q.String()
		again, err := ParseQuery([]string{text})
		if err != nil {
			t.Fatalf("%q is written as %q, which is no query: %v", one+" "+two, text, err)
		}
		if got := again.String(); got != text {
			t.Fatalf("%q, written and read, is %q", text, got)
		}
		q.Admits(&Record{}, now)
		if _, err := q.forge(q.Words, now); err != nil {
			var needs *NeedsCatalogError
			if !errors.As(err, &needs) {
				t.Fatal(err)
			}
		}
	})
}

// The organisations of the settings become one filter: of a company with many
// none may be left out without a word.
func TestAFilterHoldsAllOrganisationsOfACompany(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 120 {
		names = append(names, fmt.Sprintf("org-%d", i))
	}
	var q Query
	if err := q.Add("org", strings.Join(names, ",")); err != nil || len(q.Filters) != 1 || len(q.Filters[0].Any) != 120 {
		t.Errorf("got %d filters, the first with %d values: %v", len(q.Filters), len(q.Filters[0].Any), err)
	}
}
