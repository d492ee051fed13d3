package rule

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// workflows100 is a repository as large ones are: a hundred workflows of some
// 60 lines, most of which build and test, and a page of 30 kB.
func workflows100() fstest.MapFS {
	tree := fstest.MapFS{}
	for i := range 100 {
		var b strings.Builder
		trigger := []string{"pull_request:", "push:\n    branches: [main]", "pull_request:\n    paths: ['pkg/**']", "schedule: [{cron: '0 0 * * *'}]"}[i%4]
		fmt.Fprintf(&b, "name: workflow %d\non:\n  %s\nenv: {GO: '1.26'}\njobs:\n", i, trigger)
		for j := range 3 {
			fmt.Fprintf(&b, "  job%d:\n    runs-on: ubuntu-latest\n    if: github.repository_owner == 'acme'\n    strategy: {matrix: {os: [a, b]}}\n    steps:\n      - uses: actions/checkout@v5\n", j)
			for k := range 5 {
				fmt.Fprintf(&b, "      - name: step %d\n        env: {A: '${{ github.sha }}'}\n        run: |\n          set -e\n          go test -run Test%d ./...\n          make lint-%d\n", k, k, k)
			}
		}
		tree[fmt.Sprintf(".github/workflows/w%d.yml", i)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	tree[".github/workflows/title.yml"] = &fstest.MapFile{Data: []byte("on: pull_request\njobs:\n  t:\n    runs-on: x\n    steps:\n      - uses: amannn/action-semantic-pull-request@v6\n")}
	page := "# Contributing\n\n" + strings.Repeat("Commits should be small. Every commit must be signed off with `git commit -s`, and pull requests go to `main`.\n\n", 270)
	tree["CONTRIBUTING.md"] = &fstest.MapFile{Data: []byte(page)}
	return tree
}

// BenchmarkRequirements100Workflows reads a large repository and derives what
// it asks: the budget is 150 ms.
func BenchmarkRequirements100Workflows(b *testing.B) {
	f := fixtureForge{settings: fixtureSettings{Base: "main", RequiredChecks: []string{"job1"}}, trees: map[string]fstest.MapFS{"acme/lib": workflows100()}}
	query := guideline.Query{Repo: forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"}, Base: "main"}
	for b.Loop() {
		set, err := guideline.Read(context.Background(), query, f, f)
		if err != nil {
			b.Fatal(err)
		}
		if reqs := Derive(set); len(reqs) < 2 {
			b.Fatalf("%d requirements", len(reqs))
		}
	}
}
