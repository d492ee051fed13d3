package insight

import (
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestThreadsDecideWhoseTurnItIs(t *testing.T) {
	t.Parallel()
	opened := moment(t, "Mon 2026-02-16 09:00")
	asked := forge.Thread{Path: "a.go", Line: 3, Author: reviewer, LastBy: reviewer, At: opened.Add(time.Hour), LastAt: opened.Add(time.Hour)}
	with := func(change func(*forge.Thread)) forge.Thread {
		out := asked
		change(&out)
		return out
	}
	approved := []forge.Review{{Author: reviewer, State: "approved", At: opened.Add(2 * time.Hour)}}
	wanted := []forge.Review{{Author: reviewer, State: "changes_requested", At: opened.Add(2 * time.Hour)}}
	for _, c := range []struct {
		name       string
		threads    []forge.Thread
		reviews    []forge.Review
		comments   []forge.Comment
		who, state string
	}{
		{"nothing asked", nil, nil, nil, WaitsForThem, "open"},
		{"asked about a line", []forge.Thread{asked}, nil, nil, WaitsForYou, "open"},
		{"approved, and asked", []forge.Thread{asked}, approved, nil, WaitsForYou, "approved"},
		{"a verdict says more", []forge.Thread{asked}, wanted, nil, WaitsForYou, "changes-asked"},
		{"answered there", []forge.Thread{with(func(x *forge.Thread) { x.LastBy = author })}, approved, nil, WaitsForThem, "approved"},
		{"answered to all", []forge.Thread{asked}, approved, []forge.Comment{{Author: author, At: opened.Add(3 * time.Hour)}}, WaitsForThem, "approved"},
		{"asked after that", []forge.Thread{asked}, approved, []forge.Comment{{Author: author, At: opened}}, WaitsForYou, "approved"},
		{"the line has changed", []forge.Thread{with(func(x *forge.Thread) { x.Outdated = true })}, approved, nil, WaitsForThem, "approved"},
		{"a machine's", []forge.Thread{with(func(x *forge.Thread) { x.LastBy = forge.User{Login: "lint[bot]", Type: "Bot"} })}, approved, nil, WaitsForThem, "approved"},
	} {
		f := forge.Followed{Pull: forge.Pull{Author: author, State: forge.PullOpen, CreatedAt: opened}, Reviews: c.reviews, Comments: c.comments}
		f.Threads = forge.Threads{Known: true, Open: c.threads}
		if got := Stand(f); got.Who != c.who || got.State != c.state {
			t.Errorf("%s: %+v, want %s for %s", c.name, got, c.state, c.who)
		}
	}
	first, second := asked, with(func(x *forge.Thread) { x.LastBy, x.LastAt = forge.User{Login: "second"}, opened.Add(time.Minute) })
	f := forge.Followed{Pull: forge.Pull{Author: author, State: forge.PullOpen, CreatedAt: opened}}
	f.Threads.Open = []forge.Thread{first, second}
	if got := Stand(f); !got.Since.Equal(second.LastAt) || len(got.Names) != 2 || got.Why != "asked in the code by "+reviewer.Login+", second" {
		t.Errorf("two who ask: %+v", got)
	}
}

func TestAnswersInTheCodeWaitForTheOwners(t *testing.T) {
	t.Parallel()
	at := moment(t, "Mon 2026-02-16 09:00")
	bot := forge.User{Login: "lint[bot]", Type: "Bot"}
	thread := func(begun, last forge.User, lastAt time.Time) forge.Thread {
		return forge.Thread{Path: "a.go", Line: 3, Author: begun, LastBy: last, At: at, LastAt: lastAt}
	}
	answered := thread(reviewer, author, at.Add(2*time.Hour))
	wanted := forge.Review{Author: reviewer, State: "changes_requested", At: at.Add(time.Hour)}
	for _, c := range []struct {
		name     string
		threads  []forge.Thread
		reviews  []forge.Review
		comments []forge.Comment
		want     int // which of the threads, -1 for none
	}{
		{"none", nil, nil, nil, -1},
		{"not answered", []forge.Thread{thread(reviewer, reviewer, at)}, nil, nil, -1},
		{"answered", []forge.Thread{answered}, nil, nil, 0},
		{"answered, and changes are asked for", []forge.Thread{answered}, []forge.Review{wanted}, nil, 0},
		{"and then looked at again", []forge.Thread{answered}, []forge.Review{wanted, {Author: reviewer, State: "commented", At: at.Add(3 * time.Hour)}}, nil, -1},
		{"and then spoken to", []forge.Thread{answered}, nil, []forge.Comment{{Author: reviewer, At: at.Add(3 * time.Hour)}}, -1},
		{"and then by a machine", []forge.Thread{answered}, nil, []forge.Comment{{Author: bot, At: at.Add(3 * time.Hour)}}, 0},
		{"and then by the author", []forge.Thread{answered}, nil, []forge.Comment{{Author: author, At: at.Add(3 * time.Hour)}}, 0},
		{"what authors tell themselves", []forge.Thread{thread(author, author, at)}, nil, nil, -1},
		{"what a machine asked", []forge.Thread{thread(bot, author, at)}, nil, nil, -1},
		{"the longest of several", []forge.Thread{answered, thread(reviewer, author, at.Add(time.Hour)), thread(reviewer, reviewer, at)}, nil, nil, 1},
	} {
		f := forge.Followed{Pull: forge.Pull{Author: author, State: forge.PullOpen, CreatedAt: at}, Reviews: c.reviews, Comments: c.comments}
		f.Threads = forge.Threads{Known: true, Open: c.threads}
		got := -1
		for i := range c.threads {
			if AnsweredInCode(f) == &f.Threads.Open[i] {
				got = i
			}
		}
		if got != c.want {
			t.Errorf("%s: thread %d, want %d", c.name, got, c.want)
		}
	}
}
