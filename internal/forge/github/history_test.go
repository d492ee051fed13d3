package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func clock(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }

func ptr(t time.Time) *time.Time { return &t }

// saidAt is a review or comment by an account; the account "" is deleted.
func saidAt(field, login string, hour int) string {
	author := "null"
	if login != "" {
		kind := "User"
		if name, ok := strings.CutPrefix(login, "bot:"); ok {
			login, kind = name, "Bot"
		}
		author = fmt.Sprintf(`{"__typename":%q,"login":%q}`, kind, login)
	}
	return fmt.Sprintf(`{%q:"%s","author":%s}`, field, clock(hour).Format(time.RFC3339), author)
}

func reviewed(login string, hour int) string  { return saidAt("submittedAt", login, hour) }
func commented(login string, hour int) string { return saidAt("createdAt", login, hour) }

func pullOf(number int, more string) string {
	return fmt.Sprintf(`{"number":%d,"createdAt":"%s","updatedAt":"%s","author":{"__typename":"User","login":"me"}%s}`,
		number, clock(1).Format(time.RFC3339), clock(20).Format(time.RFC3339), more)
}

func historyOf(pulls ...string) string {
	return `{"pullRequests":{"pageInfo":{"hasNextPage":false},"nodes":[` + strings.Join(pulls, ",") + `]}}`
}

func TestTheFirstAnswerOfAPullIsRead(t *testing.T) {
	t.Parallel()
	nodes := func(all ...string) string {
		return `{"pageInfo":{"hasNextPage":false},"nodes":[` + strings.Join(all, ",") + `]}`
	}
	for _, tt := range []struct {
		name   string
		more   string
		opened int
		first  *time.Time
	}{
		{"nobody", ``, 1, nil},
		{"a review and a comment: the earlier", `,"reviews":` + nodes(reviewed("you", 9)) + `,"comments":` + nodes(commented("other", 7)), 1, ptr(clock(7))},
		{"the author and a bot answer nothing", `,"reviews":` + nodes(reviewed("me", 2)) + `,"comments":` + nodes(commented("bot:ci", 3), commented("ci[bot]", 4)), 1, nil},
		{"a review that was not sent answers nothing", `,"reviews":` + nodes(`{"submittedAt":null,"author":{"login":"you"}}`, `null`), 1, nil},
		{"what was said to a draft answers nothing", `,"timelineItems":{"nodes":[{"__typename":"ReadyForReviewEvent","createdAt":"` + clock(6).Format(time.RFC3339) + `"}]},"comments":` + nodes(commented("you", 5), commented("you", 8)), 6, ptr(clock(8))},
		{"one that was a draft later was ready at once", `,"timelineItems":{"nodes":[{"__typename":"ConvertToDraftEvent"}]},"comments":` + nodes(commented("you", 5)), 1, ptr(clock(5))},
		{"a deleted account is somebody", `,"comments":` + nodes(commented("", 5)), 1, ptr(clock(5))},
		{"closing answers", `,"closedAt":"` + clock(9).Format(time.RFC3339) + `"`, 1, ptr(clock(9))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &graphServer{answers: map[string][]string{"PullHistories": {`{"data":{"r0":` + historyOf(pullOf(7, tt.more)) + `}}`}}}
			c, _ := testClient(t, s)
			got, err := c.PullHistories(t.Context(), []forge.RepoName{lib(c)}, 10)
			if err != nil || len(got) != 1 || len(got[0].Pulls) != 1 || got[0].Err != nil {
				t.Fatalf("got %+v, %v", got, err)
			}
			p := got[0].Pulls[0]
			if diff := cmp.Diff(tt.first, p.First); diff != "" || !p.Opened.Equal(clock(tt.opened)) {
				t.Errorf("opened %s, first (-want +got):\n%s", p.Opened, diff)
			}
		})
	}
}

func TestHistoriesComeInBatchesAndOrder(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"PullHistories": {
		tooLong,
		`{"data":{"r0":` + historyOf(pullOf(1, `,"isDraft":true,"isCrossRepository":true`), `null`) + `}}`,
		`{"data":{"r0":null,"r1":` + historyOf(pullOf(2, `,"merged":true,"closedAt":"2026-03-01T03:00:00Z"`)) + `},"errors":[{"type":"NOT_FOUND","path":["r0"],"message":"Could not resolve"}]}`,
	}}}
	c, _ := testClient(t, s)
	var repos []forge.RepoName
	for _, n := range []string{"a", "b", "c"} {
		repos = append(repos, forge.RepoName{Host: c.Host(), Owner: "acme", Name: n})
	}
	got, err := c.PullHistories(t.Context(), repos, 10)
	if err != nil || len(got) != 3 || c.Requests() != 3 {
		t.Fatalf("got %+v, %v after %d requests", got, err, c.Requests())
	}
	var missing *forge.NotFoundError
	if !errors.As(got[1].Err, &missing) || got[0].Repo != repos[0] || got[1].Repo != repos[1] || got[2].Repo != repos[2] {
		t.Errorf("got %+v", got)
	}
	if p := got[0].Pulls; len(p) != 1 || !p[0].Draft || !p[0].FromFork || p[0].Merged {
		t.Errorf("first: got %+v", p)
	}
	if p := got[2].Pulls; len(p) != 1 || !p[0].Merged || p[0].Ended == nil {
		t.Errorf("last: got %+v", p)
	}
}

func TestOneRepositoryThatIsTooMuchTellsLess(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"PullHistories": {tooLong, tooLong, `{"data":{"r0":` + historyOf(pullOf(1, "")) + `}}`}}}
	c, _ := testClient(t, s)
	got, err := c.PullHistories(t.Context(), []forge.RepoName{lib(c)}, 100)
	if err != nil || len(got[0].Pulls) != 1 || got[0].Err != nil || !strings.Contains(s.asked[2].Query, "pullRequests(first: 25,") {
		t.Errorf("got %+v, %v", got, err)
	}
	s = &graphServer{answers: map[string][]string{"PullHistories": {tooLong}}}
	c, _ = testClient(t, s)
	if got, err = c.PullHistories(t.Context(), []forge.RepoName{lib(c)}, 1); err != nil || !errors.Is(got[0].Err, forge.ErrTooMuch) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLongConversationsAreReadFurther(t *testing.T) {
	t.Parallel()
	talk := `,"comments":{"pageInfo":{"hasNextPage":true},"nodes":[` + commented("me", 2) + `]}`
	rest := `{"data":{"p0":{"pullRequest":{"comments":{"nodes":[` + commented("me", 2) + `,` + commented("you", 9) + `]}}}}}`
	s := &graphServer{answers: map[string][]string{
		"PullHistories": {`{"data":{"r0":` + historyOf(pullOf(6, ""), pullOf(7, talk)) + `}}`},
		"PullAnswers":   {rest},
	}}
	c, _ := testClient(t, s)
	got, err := c.PullHistories(t.Context(), []forge.RepoName{lib(c)}, 10)
	if err != nil || c.Requests() != 2 {
		t.Fatalf("got %v after %s", err, s.operations())
	}
	if p := got[0].Pulls; p[0].First != nil || p[1].First == nil || !p[1].First.Equal(clock(9)) {
		t.Errorf("got %+v", p)
	}
	if q := s.asked[1].Query; !strings.Contains(q, `p0: repository(owner: "acme", name: "lib") { pullRequest(number: 7)`) || strings.Contains(q, "p1:") {
		t.Errorf("asked %s", q)
	}
}

func TestAnEarlierAnswerMayLieInTheRestOfAConversation(t *testing.T) {
	t.Parallel()
	review := `,"reviews":{"pageInfo":{"hasNextPage":false},"nodes":[` + reviewed("you", 15) + `]}`
	comments := func(hours ...int) string {
		var all []string
		for _, h := range hours {
			all = append(all, commented("me", h))
		}
		return `,"comments":{"pageInfo":{"hasNextPage":true},"nodes":[` + strings.Join(all, ",") + `]}`
	}
	s := &graphServer{answers: map[string][]string{
		"PullHistories": {`{"data":{"r0":` + historyOf(pullOf(6, review+comments(2)), pullOf(7, review+comments(2, 16))) + `}}`},
		"PullAnswers":   {`{"data":{"p0":{"pullRequest":{"comments":{"nodes":[` + commented("me", 2) + `,` + commented("you", 9) + `]}` + review + `}}}}`},
	}}
	c, _ := testClient(t, s)
	got, err := c.PullHistories(t.Context(), []forge.RepoName{lib(c)}, 10)
	if err != nil || c.Requests() != 2 {
		t.Fatalf("got %v after %s", err, s.operations())
	}
	if p := got[0].Pulls; !p[0].First.Equal(clock(9)) || !p[1].First.Equal(clock(15)) || strings.Contains(s.asked[1].Query, "p1:") {
		t.Errorf("got %v and %v after %s", p[0].First, p[1].First, s.asked[1].Query)
	}
}

func TestHowManyRepositoriesAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ repos, each, requests int }{{45, 10, 3}, {20, 30, 2}, {3, 100, 1}, {4, 100, 2}, {3, 1000, 1}} {
		s := &graphServer{answers: map[string][]string{"PullHistories": {`{"data":{}}`}}}
		c, _ := testClient(t, s)
		repos := make([]forge.RepoName, tt.repos)
		for i := range repos {
			repos[i] = lib(c)
		}
		got, err := c.PullHistories(t.Context(), repos, tt.each)
		if err != nil || len(got) != tt.repos || c.Requests() != tt.requests {
			t.Errorf("%d repositories, %d each: %d results, %v, %d requests, want %d", tt.repos, tt.each, len(got), err, c.Requests(), tt.requests)
		}
	}
}

func TestAHostWithoutGraphQLTellsHistoriesByREST(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/api/graphql", said(404, `{}`))
	mux.Handle("/api/v3/repos/acme/lib/pulls", said(200, `[
	  {"number":2,"state":"open","draft":true,"user":{"login":"me"},"created_at":"2026-03-01T01:00:00Z","updated_at":"2026-03-01T09:00:00Z","base":{"repo":{"full_name":"acme/lib"}},"head":{"repo":{"full_name":"me/lib"}}},
	  {"number":1,"state":"closed","user":{"login":"me"},"created_at":"2026-02-01T01:00:00Z","updated_at":"2026-02-01T09:00:00Z","closed_at":"2026-02-01T09:00:00Z","merged_at":"2026-02-01T09:00:00Z","base":{"repo":{"full_name":"acme/lib"}},"head":{"repo":{"full_name":"acme/lib"}}}]`))
	mux.Handle("/api/v3/repos/acme/lib/pulls/2/reviews", said(200, `[{"user":{"login":"you"},"state":"APPROVED","submitted_at":"2026-03-01T05:00:00Z"}]`))
	mux.Handle("/api/v3/repos/acme/lib/issues/2/comments", said(200, `[{"user":{"login":"ci[bot]","type":"Bot"},"created_at":"2026-03-01T02:00:00Z"}]`))
	mux.Handle("/api/v3/repos/acme/lib/pulls/1/reviews", said(404, `{}`))
	mux.Handle("/api/v3/repos/acme/lib/issues/1/comments", said(200, `[]`))
	mux.Handle("/", said(404, `{}`))
	c, _ := testClient(t, mux)
	gone := forge.RepoName{Host: c.Host(), Owner: "acme", Name: "gone"}
	got, err := c.PullHistories(t.Context(), []forge.RepoName{lib(c), gone}, 2)
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	merged := time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)
	want := forge.PullHistory{Repo: lib(c), More: true, Pulls: []forge.PullOutline{
		{Number: 2, Author: forge.User{Login: "me"}, FromFork: true, Draft: true, Opened: clock(1), First: ptr(clock(5)), Updated: clock(9)},
		{Number: 1, Author: forge.User{Login: "me"}, Opened: time.Date(2026, 2, 1, 1, 0, 0, 0, time.UTC), First: &merged, Ended: &merged, Merged: true, Updated: merged},
	}}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var missing *forge.NotFoundError
	if !errors.As(got[1].Err, &missing) {
		t.Errorf("got %v", got[1].Err)
	}
	before := c.Requests()
	h, err := c.PullHistoryREST(t.Context(), lib(c), 2, clock(0))
	if err != nil || len(h.Pulls) != 1 || c.Requests()-before != 3 {
		t.Errorf("since: got %d, %v after %d requests", len(h.Pulls), err, c.Requests()-before)
	}
}
