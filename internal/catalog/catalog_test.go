package catalog

import (
	"context"
	"errors"
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

func TestWordsBecomeAQueryThatMeansThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"plain words":                  {Query{Words: []string{"token", "validation"}}, "token validation in:name,description,topics,readme archived:false"},
		"a qualifier is only a word":   {Query{Words: []string{"is:private"}}, `"is:private" in:name,description,topics,readme archived:false`},
		"a negation is only a word":    {Query{Words: []string{"-x"}}, `"-x" in:name,description,topics,readme archived:false`},
		"a quote cannot break out":     {Query{Words: []string{`a" org:b "`}}, `"a org:b " in:name,description,topics,readme archived:false`},
		"controls are dropped":         {Query{Words: []string{"a\x1b[31m"}}, "a[31m in:name,description,topics,readme archived:false"},
		"organisations and a language": {Query{Words: []string{"ci"}, Orgs: []string{"a", "b"}, Language: "Jupyter Notebook"}, `ci in:name,description,topics,readme org:a org:b language:"Jupyter Notebook" archived:false`},
		"archived ones too":            {Query{Words: []string{"ci"}, Topic: "go", Archived: true}, "ci in:name,description,topics,readme topic:go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.q.forge(c.q.Words); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
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
	if diff := cmp.Diff([]string{`"token" in its topics`, `"validation" in its topics`}, hits[0].Reasons); diff != "" {
		t.Error(diff)
	}
}

// asked is a search that knows the answers to some queries.
type asked struct {
	answers map[string][]forge.Repo // by a word of the query, "" for all other
	err     error
	queries []string
}

func (a *asked) SearchRepos(_ context.Context, query string, _ int) ([]forge.Repo, int, error) {
	a.queries = append(a.queries, query)
	words, _, _ := strings.Cut(query, " in:")
	return a.answers[words], len(a.answers[words]), a.err
}

type lists struct {
	asked
	repos map[string][]forge.Repo
}

func (l *lists) OrgRepos(_ context.Context, org string, _ int) ([]forge.Repo, error) {
	return l.repos[org], nil
}
func (l *lists) UserRepos(context.Context, int) ([]forge.Repo, error) { return l.repos[""], nil }

func TestSearchWidensOnlyWhenNothingHasAllWords(t *testing.T) {
	t.Parallel()
	one, two := repo("a/one", "token", 1), repo("a/two", "vault", 1)
	s := &asked{answers: map[string][]forge.Repo{"token": {one}, "vault": {one, two}}}
	got, err := Search(context.Background(), s, Query{Words: []string{"token", "vault"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Widened || got.Total != 2 || len(s.queries) != 3 {
		t.Errorf("widened %v, %d hits, %d queries; want true, 2, 3", got.Widened, got.Total, len(s.queries))
	}
	s = &asked{answers: map[string][]forge.Repo{"token vault": {one}}}
	if got, err = Search(context.Background(), s, Query{Words: []string{"token", "vault"}}, now); err != nil || got.Widened || len(s.queries) != 1 {
		t.Errorf("widened %v with %d queries (%v), want one query", got.Widened, len(s.queries), err)
	}
}

func TestWithoutASearchTheListsAreRead(t *testing.T) {
	t.Parallel()
	l := &lists{asked: asked{err: forge.ErrUnsupported}, repos: map[string][]forge.Repo{
		"a": {repo("a/token-lib", "", 1), repo("a/other", "", 1)}, "b": {repo("b/x", "a token vault", 1)}, "": {repo("me/token", "", 1)},
	}}
	got, err := Search(context.Background(), l, Query{Words: []string{"token"}, Orgs: []string{"a", "b"}}, now)
	if err != nil || !got.Listed || got.Total != 2 {
		t.Fatalf("%+v, %v; want two from the lists", got, err)
	}
	if _, err := Search(context.Background(), &asked{err: forge.ErrUnsupported}, Query{Words: []string{"x"}}, now); !errors.Is(err, forge.ErrUnsupported) {
		t.Errorf("got %v, want what the forge lacks", err)
	}
}
