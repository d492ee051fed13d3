package insight

import (
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestWhatAForkIsForItsUpstream(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	days := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	pull := func(n int, state forge.PullState, opened, ended int) forge.Pull {
		p := forge.Pull{Number: n, State: state, CreatedAt: days(opened), Head: forge.Ref{Branch: "work", SHA: "a1"}}
		end := days(ended)
		switch state {
		case forge.PullMerged:
			p.MergedAt = &end
		case forge.PullDeclined:
			p.ClosedAt = &end
		}
		return p
	}
	fork := func(made, pushed, ahead int, pulls ...forge.Pull) Fork {
		f := Fork{Repo: forge.Repo{CreatedAt: days(made), PushedAt: days(pushed)}, Pulls: pulls}
		if ahead > 0 {
			f.Branches = []ForkBranch{{Name: "work", SHA: "a1", Ahead: ahead, Known: true}}
		}
		return f
	}
	unread := fork(300, 10, 0)
	unread.Unread = "not visible to you"
	for sentence, x := range map[string]struct {
		fork  Fork
		state string
		loses int // branches that would be lost with it
	}{
		"an open pull request":                      {fork(90, 5, 2, pull(1, forge.PullOpen, 6, 0)), ForkContributing, 1},
		"an open one after a declined one":          {fork(90, 5, 2, pull(2, forge.PullDeclined, 40, 30), pull(1, forge.PullOpen, 6, 0)), ForkContributing, 1},
		"merged lately":                             {fork(90, 20, 2, pull(1, forge.PullMerged, 30, 15)), ForkContributing, 0},
		"declined, then gone on with":               {fork(90, 5, 3, pull(1, forge.PullDeclined, 60, 40)), ForkCompeting, 1},
		"declined, and left":                        {fork(90, 50, 3, pull(1, forge.PullDeclined, 60, 40)), ForkAbandoned, 1},
		"declined, gone on with, and left for long": {fork(900, 500, 3, pull(1, forge.PullDeclined, 700, 600)), ForkAbandoned, 1},
		"work that is not proposed yet":             {fork(20, 3, 4), ForkContributing, 1},
		"work that was never proposed":              {fork(400, 300, 4), ForkAbandoned, 1},
		"made lately":                               {fork(3, 3, 0), ForkContributing, 0},
		"nothing of its own":                        {fork(300, 300, 0), ForkAbandoned, 0},
		"merged long ago, nothing since":            {fork(900, 800, 0, pull(1, forge.PullMerged, 810, 800)), ForkAbandoned, 0},
		"what could not be looked at is unknown":    {unread, ForkUnknown, 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got := JudgeFork(x.fork, now)
			if got.State != x.state || got.Why == "" || got.Since.IsZero() {
				t.Errorf("%+v, want %s", got, x.state)
			}
			if n := len(x.fork.Unmerged()); n != x.loses {
				t.Errorf("%d branches would be lost, want %d", n, x.loses)
			}
		})
	}
}

func TestWhatAForkMustBeKeptFor(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	parent := forge.RepoName{Host: "h.example", Owner: "acme", Name: "lib"}
	fork := func(change func(*Fork)) Fork {
		f := Fork{Repo: forge.Repo{Fork: true, Parent: &parent, CreatedAt: now.AddDate(-1, 0, 0), PushedAt: now.AddDate(-1, 0, 0)}}
		change(&f)
		return f
	}
	for _, tt := range []struct {
		name string
		fork Fork
		want string
	}{
		{"an old one without anything", fork(func(*Fork) {}), ""},
		{"one that would lose commits is for its owner to decide", fork(func(f *Fork) { f.Branches = []ForkBranch{{Name: "work", SHA: "a1", Ahead: 2, Known: true}} }), ""},
		{"one that could not be read", fork(func(f *Fork) { f.Unread = "no network" }), "it could not be looked at: no network"},
		{"no fork", fork(func(f *Fork) { f.Repo.Fork = false }), "it is no fork of anything that is there"},
		{"its upstream is gone", fork(func(f *Fork) { f.Repo.Parent = nil }), "it is no fork of anything that is there"},
		{"one branch too many", fork(func(f *Fork) { f.More = 1 }), "1 branch was not looked at"},
		{"too many branches", fork(func(f *Fork) { f.More = 2 }), "2 branches were not looked at"},
		{"a pull request is open", fork(func(f *Fork) { f.Pulls = []forge.Pull{{Number: 7, State: forge.PullOpen}} }), "its pull request #7 is open"},
		{"a young one", fork(func(f *Fork) { f.Repo.CreatedAt = now.AddDate(0, 0, -1) }), "it was made lately"},
	} {
		if got := tt.fork.Keep(JudgeFork(tt.fork, now)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
