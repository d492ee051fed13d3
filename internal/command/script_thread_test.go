package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// settle resolves a thread of a pull request, counted from 1, or opens it again,
// by GraphQL as GitHub's page does: forge resolve LOGIN OWNER/NAME NUMBER THREAD.
func settle(ts *testscript.TestScript, f *sandbox.Forge, mutation string, args []string) {
	owner, name, _ := strings.Cut(args[1], "/")
	var found struct {
		Repository struct {
			PullRequest struct {
				ReviewThreads struct{ Nodes []struct{ ID string } }
			}
		}
	}
	askGraph(ts, f, args[0], fmt.Sprintf(`{ repository(owner: %q, name: %q) { pullRequest(number: %s) { reviewThreads(first: 100) { nodes { id } } } } }`, owner, name, args[2]), &found)
	var n int
	_, err := fmt.Sscan(args[3], &n)
	ts.Check(err)
	threads := found.Repository.PullRequest.ReviewThreads.Nodes
	if n < 1 || n > len(threads) {
		ts.Fatalf("there are %d threads", len(threads))
	}
	var done map[string]any
	askGraph(ts, f, args[0], fmt.Sprintf(`mutation { %s(input: {threadId: %q}) { thread { isResolved resolvedBy { login } } } }`, mutation, threads[n-1].ID), &done)
}

func askGraph(ts *testscript.TestScript, f *sandbox.Forge, login, query string, out any) {
	body, err := json.Marshal(map[string]string{"query": query})
	ts.Check(err)
	req, err := http.NewRequest(http.MethodPost, f.URL()+"/api/graphql", strings.NewReader(string(body)))
	ts.Check(err)
	req.Header.Set("Authorization", "token "+f.Token(login))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close() //nolint:errcheck // read only
	whole := struct {
		Data   any
		Errors []any
	}{Data: out}
	ts.Check(json.NewDecoder(resp.Body).Decode(&whole))
	if len(whole.Errors) > 0 {
		ts.Fatalf("%v", whole.Errors)
	}
}
