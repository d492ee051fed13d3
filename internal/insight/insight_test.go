package insight

import (
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func hoursAgo(n int) time.Time { return now.Add(-time.Duration(n) * time.Hour) }

func at(n int) *time.Time {
	t := hoursAgo(n)
	return &t
}

var (
	author   = forge.User{Login: "newcomer"}
	reviewer = forge.User{Login: "identity-lead"}
	bot      = forge.User{Login: "checks[bot]"}
)

func TestTheFirstAnswerIsAnotherPersons(t *testing.T) {
	t.Parallel()
	pull := forge.Pull{Author: author, CreatedAt: hoursAgo(50), State: forge.PullOpen}
	for name, c := range map[string]struct {
		pull     forge.Pull
		reviews  []forge.Review
		comments []forge.Comment
		want     *time.Time
	}{
		"nobody answered":                     {pull: pull},
		"only the author and a bot":           {pull: pull, comments: []forge.Comment{{Author: author, At: hoursAgo(40)}, {Author: bot, At: hoursAgo(49)}}},
		"a review":                            {pull: pull, reviews: []forge.Review{{Author: reviewer, At: hoursAgo(20)}}, want: at(20)},
		"the earlier of review and comment":   {pull: pull, reviews: []forge.Review{{Author: reviewer, At: hoursAgo(20)}}, comments: []forge.Comment{{Author: reviewer, At: hoursAgo(30)}}, want: at(30)},
		"closing without a word is an answer": {pull: forge.Pull{Author: author, CreatedAt: hoursAgo(50), ClosedAt: at(10)}, want: at(10)},
		"a pending review has no time":        {pull: pull, reviews: []forge.Review{{Author: reviewer}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := FromPull(c.pull, c.reviews, c.comments).First
			if (got == nil) != (c.want == nil) || (got != nil && !got.Equal(*c.want)) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnansweredOnesAreCountedApart(t *testing.T) {
	t.Parallel()
	got := Summarize([]Contribution{
		{Opened: hoursAgo(100), First: at(98), Ended: at(90), Merged: true},
		{Opened: hoursAgo(100), First: at(96), Ended: at(80)},
		{Opened: hoursAgo(10)},
		{Opened: hoursAgo(72)},
	}, now)
	if got.Median == nil || *got.Median != 3*time.Hour || got.Answered != 2 {
		t.Errorf("median %v of %d, want 3h of 2", got.Median, got.Answered)
	}
	if got.Waiting != 2 || got.Oldest == nil || *got.Oldest != 72*time.Hour {
		t.Errorf("%d wait, the oldest %v, want 2 and 72h", got.Waiting, got.Oldest)
	}
	if got.Decided == nil || *got.Decided != 15*time.Hour || got.Ended != 2 {
		t.Errorf("decided in %v of %d, want 15h of 2", got.Decided, got.Ended)
	}
	if empty := Summarize(nil, now); empty.Median != nil || empty.Oldest != nil || empty.Decided != nil {
		t.Errorf("nothing happened, and the figures are %+v", empty)
	}
}

func TestWhoWaitsForWhom(t *testing.T) {
	t.Parallel()
	conflict := false
	open := forge.Pull{Author: author, CreatedAt: hoursAgo(50), UpdatedAt: hoursAgo(5), State: forge.PullOpen, Base: forge.Ref{Branch: "main"}}
	with := func(change func(*forge.Pull)) forge.Pull { p := open; change(&p); return p }
	for name, c := range map[string]struct {
		pull     forge.Pull
		reviews  []forge.Review
		comments []forge.Comment
		checks   []forge.Check
		held     []string
		queue    *forge.QueueSpot
		state    string
		who      string
	}{
		"nobody has answered":                        {pull: open, state: "open", who: WaitsForThem},
		"changes are asked":                          {pull: open, reviews: []forge.Review{{Author: reviewer, State: "changes_requested", At: hoursAgo(9)}}, state: "changes-asked", who: WaitsForYou},
		"a later approval withdraws the request":     {pull: open, reviews: []forge.Review{{Author: reviewer, State: "changes_requested", At: hoursAgo(9)}, {Author: reviewer, State: "approved", At: hoursAgo(2)}}, state: "approved", who: WaitsForThem},
		"a later comment does not":                   {pull: open, reviews: []forge.Review{{Author: reviewer, State: "changes_requested", At: hoursAgo(9)}, {Author: reviewer, State: "commented", At: hoursAgo(2)}}, state: "changes-asked", who: WaitsForYou},
		"an answer that nobody was told of":          {pull: with(func(p *forge.Pull) { p.Head.SHA = "b" }), reviews: []forge.Review{{Author: reviewer, State: "changes_requested", At: hoursAgo(9), SHA: "a"}}, state: "answered", who: WaitsForYou},
		"asked to look again":                        {pull: with(func(p *forge.Pull) { p.Head.SHA, p.Reviewers = "b", []string{"Identity-Reviewer"} }), reviews: []forge.Review{{Author: forge.User{Login: "identity-reviewer"}, State: "changes_requested", At: hoursAgo(9), SHA: "a"}}, state: "changes-asked", who: WaitsForThem},
		"an answer whose check fails":                {pull: with(func(p *forge.Pull) { p.Head.SHA = "b" }), reviews: []forge.Review{{Author: reviewer, State: "changes_requested", At: hoursAgo(9), SHA: "a"}}, checks: []forge.Check{{Name: "DCO", State: "failure"}}, state: "checks-failing", who: WaitsForYou},
		"it must be brought up to date":              {pull: with(func(p *forge.Pull) { p.MergeState = "behind" }), state: "behind", who: WaitsForYou},
		"a check fails":                              {pull: open, checks: []forge.Check{{Name: "DCO", State: "failure"}}, state: "checks-failing", who: WaitsForYou},
		"it conflicts":                               {pull: with(func(p *forge.Pull) { p.Mergeable = &conflict }), state: "conflicts", who: WaitsForYou},
		"a draft":                                    {pull: with(func(p *forge.Pull) { p.Draft = true }), state: "draft", who: WaitsForYou},
		"they spoke last":                            {pull: open, comments: []forge.Comment{{Author: reviewer, At: hoursAgo(3)}}, state: "open", who: WaitsForYou},
		"I spoke last":                               {pull: open, comments: []forge.Comment{{Author: reviewer, At: hoursAgo(3)}, {Author: author, At: hoursAgo(1)}}, state: "open", who: WaitsForThem},
		"a bot's word changes nothing":               {pull: open, comments: []forge.Comment{{Author: bot, At: hoursAgo(1)}}, state: "open", who: WaitsForThem},
		"merged":                                     {pull: with(func(p *forge.Pull) { p.State, p.MergedAt = forge.PullMerged, at(1) }), state: "merged", who: WaitsForNone},
		"declined":                                   {pull: with(func(p *forge.Pull) { p.State, p.ClosedAt = forge.PullDeclined, at(1) }), state: "declined", who: WaitsForNone},
		"a check was cancelled":                      {pull: open, checks: []forge.Check{{Name: "build", State: "failure", Conclusion: "cancelled"}}, state: "checks-failing", who: WaitsForYou},
		"a check is neutral, another skipped":        {pull: open, checks: []forge.Check{{Name: "a", State: "neutral"}, {Name: "b", State: "skipped"}}, state: "open", who: WaitsForThem},
		"a check is stale":                           {pull: open, checks: []forge.Check{{Name: "build", State: "stale"}}, state: "checks-stale", who: WaitsForYou},
		"a check waits for an approval":              {pull: open, checks: []forge.Check{{Name: "deploy", State: "waiting"}}, state: "held", who: WaitsForThem},
		"workflows wait for the owners":              {pull: open, held: []string{"build", "test"}, state: "held", who: WaitsForThem},
		"workflows wait, and so does the author":     {pull: open, held: []string{"build"}, comments: []forge.Comment{{Author: reviewer, At: hoursAgo(3)}}, state: "open", who: WaitsForYou},
		"in the merge queue":                         {pull: open, queue: &forge.QueueSpot{Position: 2, State: "queued"}, state: "queued", who: WaitsForThem},
		"the merge queue cannot merge it":            {pull: open, queue: &forge.QueueSpot{Position: 1, State: "unmergeable"}, state: "queued", who: WaitsForYou},
		"the author's own approval is not an answer": {pull: open, reviews: []forge.Review{{Author: author, State: "approved", At: hoursAgo(1)}}, state: "open", who: WaitsForThem},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Stand(forge.Followed{Pull: c.pull, Reviews: c.reviews, Comments: c.comments, Checks: c.checks, Held: c.held, Queue: c.queue})
			if got.State != c.state || got.Who != c.who {
				t.Errorf("got %s, waits for %s (%s); want %s, %s", got.State, got.Who, got.Why, c.state, c.who)
			}
		})
	}
}
