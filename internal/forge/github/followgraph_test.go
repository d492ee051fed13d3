package github

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// An older server knows no merge queues, and says so of the whole question.
func TestWithoutMergeQueuesTheRestIsToldInOneMoreRequest(t *testing.T) {
	t.Parallel()
	const pull = `{"number":7,"state":"OPEN","title":"x","repository":{"nameWithOwner":"acme/lib"},"reviewRequests":{},"timelineItems":{},"reviews":{},"comments":{},
		"commits":{"nodes":[{"commit":{
			"checkSuites":{"nodes":[null,{"conclusion":null},{"conclusion":"ACTION_REQUIRED"},
				{"conclusion":"ACTION_REQUIRED","createdAt":"2026-03-01T08:00:00Z","workflowRun":{"workflow":{"name":"CI"}}},
				{"conclusion":"ACTION_REQUIRED","createdAt":"2026-03-01T07:00:00Z","workflowRun":{"workflow":{"name":"CI"}}}]},
			"statusCheckRollup":{"contexts":{"nodes":[
				{"__typename":"CheckRun","name":"build","status":"COMPLETED","conclusion":"CANCELLED","detailsUrl":null,"url":"https://ghe.example/acme/lib/runs/1"},
				{"__typename":"CheckRun","name":"lint","status":"WAITING","conclusion":null,"detailsUrl":null,"url":null},
				{"__typename":"StatusContext","context":"dco","state":"EXPECTED","targetUrl":null}]}}}}]}}`
	asked := 0
	h := func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Query string }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		asked++
		if strings.Contains(q.Query, "mergeQueueEntry") {
			said(200, `{"errors":[{"message":"Field 'mergeQueueEntry' doesn't exist on type 'PullRequest'","extensions":{"code":"undefinedField"}}]}`)(w, r)
			return
		}
		said(200, `{"data":{"p0":{"pullRequest":`+pull+`}}}`)(w, r)
	}
	c, _ := testClient(t, http.HandlerFunc(h))
	for range 2 {
		got, err := c.Follow(t.Context(), forge.FollowQuery{Pulls: []forge.PullRef{{Repo: forge.RepoName{Host: c.o.Host, Owner: "acme", Name: "lib"}, Number: 7}}})
		if err != nil || len(got.Pulls) != 1 {
			t.Fatalf("got %+v, %v", got, err)
		}
		p := got.Pulls[0]
		want := []forge.Check{
			{Name: "build", State: "failure", Conclusion: "cancelled", URL: "https://ghe.example/acme/lib/runs/1"}, {Name: "lint", State: "waiting"}, {Name: "dco", State: "running"},
		}
		if diff := cmp.Diff(want, p.Checks); diff != "" {
			t.Errorf("checks (-want +got):\n%s", diff)
		}
		if !cmp.Equal(p.Held, []string{"CI"}) || p.HeldSince == nil || p.HeldSince.Hour() != 7 || p.Queue != nil {
			t.Errorf("held %q since %v, queue %+v", p.Held, p.HeldSince, p.Queue)
		}
	}
	if asked != 3 {
		t.Errorf("%d requests, want 3: that it knows none is remembered", asked)
	}
}
