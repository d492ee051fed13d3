package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func repo(name, description string, idle int, topics ...string) forge.Repo {
	owner, short, _ := strings.Cut(name, "/")
	return forge.Repo{
		RepoName:    forge.RepoName{Host: "forge.example", Owner: owner, Name: short},
		Description: description, Topics: topics, PushedAt: now.AddDate(0, 0, -idle),
	}
}

// asking parses a query that a test takes for valid.
func asking(t *testing.T, args ...string) Query {
	t.Helper()
	q, err := ParseQuery(args)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAQueryInTheForgesLanguageMeansTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"plain words":                  {asking(t, "token", "validation"), "token validation in:name,description,topics,readme archived:false"},
		"a quoted qualifier is a word": {asking(t, `"is:private"`), `"is:private" in:name,description,topics,readme archived:false`},
		"a word that looks like one":   {Query{Words: []Word{{Text: "is:private"}, {Text: "-x"}, {Text: "OR"}}}, `"is:private" "-x" "OR" in:name,description,topics,readme archived:false`},
		"a quote cannot break out":     {Query{Words: []Word{{Text: `a" org:b "`}}}, `"a org:b " in:name,description,topics,readme archived:false`},
		"controls are dropped":         {Query{Words: []Word{{Text: "a\x1b[31m"}}}, "a[31m in:name,description,topics,readme archived:false"},
		"what is not wanted":           {asking(t, "ci", "-jenkins", `-"old style"`), `ci NOT jenkins NOT "old style" in:name,description,topics,readme archived:false`},
		"organisations and a language": {asking(t, "ci", "org:a,b", `language:"Jupyter Notebook"`), `ci in:name,description,topics,readme org:a org:b language:"Jupyter Notebook" archived:false`},
		"archived ones too":            {asking(t, "ci", "topic:go", "archived:also"), "ci in:name,description,topics,readme topic:go"},
		"archived ones only":           {asking(t, "ci", "is:archived"), "ci in:name,description,topics,readme archived:true"},
		"numbers and times":            {asking(t, "stars:>10", "pushed:2026-01", "updated:>30d"), "in:name,description,topics,readme stars:11..* pushed:2026-01-01T00:00:00Z..2026-01-31T23:59:59Z pushed:2026-01-31T00:00:00Z..* archived:false"},
		"states":                       {asking(t, "is:private", "-is:fork", "has:help-wanted"), "in:name,description,topics,readme is:private fork:false help-wanted-issues:>0 archived:false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := c.q.forge(c.q.Words, now); err != nil || got != c.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestWhatAForgeDoesNotKnowIsSaid(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"team:core", "is:ready", "skill:go", "provides:tokens", "has:manifest", "topic:a,b"} {
		_, err := Search(context.Background(), &asked{}, asking(t, "x", typed), now)
		var needs *NeedsCatalogError
		if !errors.As(err, &needs) || needs.Filter.String() != typed {
			t.Errorf("%s: got %v, want that it needs a catalog", typed, err)
		}
	}
}

func TestRankPrefersTheNameAndTheLiving(t *testing.T) {
	t.Parallel()
	archived := repo("old/token-lib", "Token validation", 3)
	archived.Archived = true
	hits := Rank([]forge.Repo{
		repo("docs/handbook", "How we work", 1),
		repo("payments/tokens", "Card vault", 10),
		repo("sleepy/token-validation", "", 900),
		archived,
		repo("identity/auth-lib", "Authentication and token validation", 2, "token", "validation"),
	}, []string{"token", "validation"}, now)
	var got []string
	for _, h := range hits {
		got = append(got, h.FullName())
	}
	want := []string{"identity/auth-lib", "payments/tokens", "old/token-lib", "sleepy/token-validation", "docs/handbook"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`"token" in its topics`, `"validation" in its topics`}, hits[0].Whys()); diff != "" {
		t.Error(diff)
	}
	for _, h := range hits {
		if h.Score != Total(h.Terms) {
			t.Errorf("%s: score %v, its terms make %v", h.FullName(), h.Score, Total(h.Terms))
		}
	}
}

// asked is a search that knows the answers to some queries.
type asked struct {
	answers map[string][]forge.Repo // by a word of the query, "" for all other
	err     error
	gaveUp  bool
	queries []string
}

func (a *asked) SearchRepos(_ context.Context, query string, limit int) (forge.RepoSearch, error) {
	a.queries = append(a.queries, query)
	words, _, _ := strings.Cut(query, " in:")
	all := a.answers[words]
	return forge.RepoSearch{Repos: all[:min(limit, len(all))], Total: len(all), GaveUp: a.gaveUp}, a.err
}

type lists struct {
	asked
	repos map[string][]forge.Repo
}

func (l *lists) OrgRepos(_ context.Context, org string, _ int) ([]forge.Repo, error) {
	return l.repos[org], nil
}
func (l *lists) UserRepos(context.Context, int) ([]forge.Repo, error) { return l.repos[""], nil }

// A company may have more accounts than one question can name.
func TestManyAccountsAreAskedForInParts(t *testing.T) {
	t.Parallel()
	q := asking(t, "token")
	var names []string
	for i := range 2*mostAccounts + 1 {
		names = append(names, fmt.Sprintf("org-%d", i))
	}
	if err := q.Add("org", strings.Join(names, ",")); err != nil {
		t.Fatal(err)
	}
	forge := &asked{answers: map[string][]forge.Repo{"token": {repo("a/token", "token", 1)}}}
	got, err := Search(context.Background(), forge, q, now)
	if err != nil || len(forge.queries) != 3 || got.Total != 3 {
		t.Fatalf("%d in answer to %q: %v", got.Total, forge.queries, err)
	}
	all := strings.Join(forge.queries, " ") + " "
	for _, name := range names {
		if strings.Count(all, " org:"+name+" ") != 1 {
			t.Errorf("%s is not asked for once: %s", name, all)
		}
	}
}

func TestWhatAForgeDidNotTellIsSaid(t *testing.T) {
	t.Parallel()
	var many []forge.Repo
	for i := range candidates + 1 {
		many = append(many, repo(fmt.Sprintf("a/r%d", i), "token", 1))
	}
	for name, tt := range map[string]struct {
		limit, known int
		gaveUp       bool
		hits         int
		cut          bool
	}{
		"all":                        {10, 3, false, 3, false},
		"more than are ranked":       {10, candidates + 1, false, 10, true},
		"as many as are asked for":   {candidates + 1, candidates + 1, false, candidates + 1, false},
		"a search that was given up": {10, 3, true, 3, false},
	} {
		q := asking(t, "token")
		q.Limit = tt.limit
		got, err := Search(context.Background(), &asked{answers: map[string][]forge.Repo{"token": many[:tt.known]}, gaveUp: tt.gaveUp}, q, now)
		if err != nil || len(got.Hits) != tt.hits || got.Total != tt.known || got.Cut != tt.cut || got.GaveUp != tt.gaveUp {
			t.Errorf("%s: %d hits of %d, cut %v, given up %v, %v", name, len(got.Hits), got.Total, got.Cut, got.GaveUp, err)
		}
	}
}

func TestSearchWidensOnlyWhenNothingHasAllWords(t *testing.T) {
	t.Parallel()
	one, two := repo("a/one", "token", 1), repo("a/two", "vault", 1)
	s := &asked{answers: map[string][]forge.Repo{"token": {one}, "vault": {one, two}}}
	got, err := Search(context.Background(), s, asking(t, "token", "vault"), now)
	if err != nil {
		t.Fatal(err)
	}
	if got.Widened == nil || got.Total != 2 || len(s.queries) != 3 {
		t.Errorf("widened %v, %d hits, %d queries; want true, 2, 3", got.Widened != nil, got.Total, len(s.queries))
	}
	s = &asked{answers: map[string][]forge.Repo{"token vault": {one}}}
	if got, err = Search(context.Background(), s, asking(t, "token", "vault"), now); err != nil || got.Widened != nil || len(s.queries) != 1 {
		t.Errorf("widened %v with %d queries (%v), want one query", got.Widened != nil, len(s.queries), err)
	}
}

func TestWithoutASearchTheListsAreRead(t *testing.T) {
	t.Parallel()
	l := &lists{asked: asked{err: forge.ErrUnsupported}, repos: map[string][]forge.Repo{
		"a": {repo("a/token-lib", "", 1), repo("a/other", "", 1)}, "b": {repo("b/x", "a token vault", 1)}, "": {repo("me/token", "", 1)},
	}}
	got, err := Search(context.Background(), l, asking(t, "token", "org:a,b"), now)
	if err != nil || !got.Listed || got.Total != 2 {
		t.Fatalf("%+v, %v; want two from the lists", got, err)
	}
	if _, err := Search(context.Background(), &asked{err: forge.ErrUnsupported}, asking(t, "x"), now); !errors.Is(err, forge.ErrUnsupported) {
		t.Errorf("got %v, want what the forge lacks", err)
	}
}
