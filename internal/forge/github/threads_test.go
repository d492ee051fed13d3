package github

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

const threadPage = `"reviewThreads":{"pageInfo":{"hasPreviousPage":true},"nodes":[null,{"path":"x"},
	{"isResolved":true,"path":"done.go","comments":{"nodes":[{"body":"done"}]}},
	{"path":"mine.go","comments":{"nodes":[{"state":"PENDING","body":"not said yet"}]}},
	{"path":"b.go","line":7,"comments":{"nodes":[{"body":"why?","url":"https://elsewhere.example/acme/lib/pull/7#discussion_r2","createdAt":"2026-03-01T08:00:00Z","author":{"__typename":"User","login":"r"}}]},
		"last":{"nodes":[{"createdAt":"2026-03-01T09:00:00Z","author":{"__typename":"User","login":"me"}}]}},
	{"isOutdated":true,"path":"a.go","line":null,"originalLine":3,"comments":{"nodes":[{"body":"first","createdAt":"2026-03-01T07:00:00Z","author":null}]},"last":{"nodes":[]}}]}`

func TestReviewsComeWithThreads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, graph  string
		known        bool
		reviewed, of int // requests besides GraphQL's, and reviews
	}{
		{"in one request", `{"data":{"p0":{"pullRequest":{"reviews":{"nodes":[{"state":"PENDING"},{"state":"APPROVED","submittedAt":"2026-03-01T08:00:00Z","commit":{"oid":"c0"}}]},` + threadPage + `}}}}`, true, 0, 1},
		{"more reviews than a page", `{"data":{"p0":{"pullRequest":{"reviews":{"pageInfo":{"hasPreviousPage":true},"nodes":[]},` + threadPage + `}}}}`, true, 1, 2},
		{"not allowed to say", `{"data":{"p0":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible"}]}`, false, 1, 2},
		{"no GraphQL", `{"message":"Not Found"}`, false, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rest := 0
			client, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/reviews") {
					rest++
					said(200, `[{"state":"APPROVED"},{"state":"COMMENTED"}]`)(w, r)
					return
				}
				said(200, c.graph)(w, r)
			}))
			repo := forge.RepoName{Host: client.o.Host, Owner: "acme", Name: "lib"}
			reviews, threads, err := client.ReviewsAndThreads(t.Context(), repo, 7)
			if err != nil || len(reviews) != c.of || rest != c.reviewed || threads.Known != c.known {
				t.Fatalf("%d reviews, %d further requests, %+v, %v", len(reviews), rest, threads, err)
			}
			if !c.known {
				return
			}
			at := func(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }
			home := client.scheme + "://" + client.o.Host + "/acme/lib/pull/7"
			ghost, r := forge.User{Login: "ghost"}, forge.User{Login: "r", Type: "User"}
			want := forge.Threads{Known: true, More: true, Open: []forge.Thread{
				{Path: "a.go", Line: 3, Outdated: true, Author: ghost, Body: "first", URL: home, At: at(7), LastBy: ghost, LastAt: at(7)},
				{Path: "b.go", Line: 7, Author: r, Body: "why?", URL: home + "#discussion_r2", At: at(8), LastBy: forge.User{Login: "me", Type: "User"}, LastAt: at(9)},
			}}
			if diff := cmp.Diff(want, threads); diff != "" {
				t.Errorf("threads (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that knows neither merge queues nor threads is still asked by GraphQL.
func TestWithoutThreadsTheRestIsTold(t *testing.T) {
	t.Parallel()
	asked := 0
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Query string }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		asked++
		if strings.Contains(q.Query, "reviewThreads") {
			said(200, `{"errors":[{"message":"Field 'reviewThreads' doesn't exist on type 'PullRequest'","extensions":{"code":"undefinedField"}}]}`)(w, r)
			return
		}
		said(200, `{"data":{"p0":{"pullRequest":{"number":7,"state":"OPEN","repository":{"nameWithOwner":"acme/lib"}}}}}`)(w, r)
	}))
	for range 2 {
		got, err := c.Follow(t.Context(), forge.FollowQuery{Pulls: []forge.PullRef{{Repo: forge.RepoName{Host: c.o.Host, Owner: "acme", Name: "lib"}, Number: 7}}})
		if err != nil || len(got.Pulls) != 1 || got.Pulls[0].Err != nil || got.Pulls[0].Threads.Known {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if asked != 4 {
		t.Errorf("%d requests, want 4: what it does not know is remembered", asked)
	}
}
