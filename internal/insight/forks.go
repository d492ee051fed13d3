package insight

import (
	"fmt"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Fork is a fork with what it has that its upstream has not.
type Fork struct {
	Repo     forge.Repo
	Branches []ForkBranch // those that are not in the upstream as they are
	More     int          // branches that were not looked at
	Pulls    []forge.Pull // of the upstream, from this fork, in any state
	Unread   string       // why its branches could not be looked at, "" when they were
}

// ForkBranch is a branch of a fork.
type ForkBranch struct {
	Name, SHA string
	Ahead     int  // commits that the upstream's branch has not
	Known     bool // Ahead was looked up
}

// The states of a fork.
const (
	ForkContributing = "contributing" // its work goes to the upstream, or has
	ForkCompeting    = "competing"    // declined, and then gone on with
	ForkAbandoned    = "abandoned"    // nothing has moved for long
	ForkUnknown      = "unknown"
)

// How long something may rest. Half a year without a push is what GitHub's own
// branch lists call stale twice over; a fork that holds nothing is given a month.
const (
	forkRests      = 180 * 24 * time.Hour
	emptyForkRests = 30 * 24 * time.Hour
)

// ForkStanding says what a fork is for its upstream.
type ForkStanding struct {
	State string
	Why   string
	Since time.Time // of what Why says
	Ahead int       // commits of all branches that were looked at
	Pull  *forge.Pull
}

// JudgeFork tells whether a fork contributes, competes or is abandoned. A fork
// competes when its last pull request was closed without being merged, it was
// pushed to afterwards, and has commits that the upstream has not.
func JudgeFork(f Fork, now time.Time) ForkStanding {
	st := ForkStanding{Since: f.Repo.PushedAt}
	for _, b := range f.Branches {
		st.Ahead += b.Ahead
	}
	st.Pull = lastPull(f.Pulls)
	if p := st.Pull; p != nil && p.State == forge.PullOpen {
		st.State, st.Why, st.Since = ForkContributing, fmt.Sprintf("#%d is open", p.Number), p.CreatedAt
		return st
	}
	if f.Unread != "" {
		st.State, st.Why = ForkUnknown, f.Unread
		return st
	}
	idle := now.Sub(f.Repo.PushedAt)
	switch p := st.Pull; {
	case p != nil && p.State == forge.PullDeclined && st.Ahead > 0 && f.goneOn(*p) && idle <= 2*forkRests:
		st.State, st.Why = ForkCompeting, fmt.Sprintf("#%d was declined; %s ahead since", p.Number, commits(st.Ahead))
		st.Since = when(p.ClosedAt, p.UpdatedAt)
	case p != nil && p.State == forge.PullMerged && now.Sub(when(p.MergedAt, p.UpdatedAt)) <= forkRests:
		st.State, st.Why, st.Since = ForkContributing, fmt.Sprintf("#%d was merged", p.Number), when(p.MergedAt, p.UpdatedAt)
	case st.Ahead > 0 && idle <= forkRests && (p == nil || p.State != forge.PullDeclined):
		st.State, st.Why = ForkContributing, commits(st.Ahead)+" ahead, no pull request yet"
	case st.Ahead > 0 && p != nil && p.State == forge.PullDeclined:
		st.State, st.Why, st.Since = ForkAbandoned, fmt.Sprintf("#%d was declined, and nothing came after it", p.Number), when(p.ClosedAt, p.UpdatedAt)
	case st.Ahead > 0:
		st.State, st.Why = ForkAbandoned, commits(st.Ahead)+" ahead that were never proposed"
	case now.Sub(f.Repo.CreatedAt) <= emptyForkRests:
		st.State, st.Why, st.Since = ForkContributing, "made lately, nothing of its own yet", f.Repo.CreatedAt
	default:
		st.State, st.Why = ForkAbandoned, "nothing of its own"
	}
	return st
}

// goneOn tells whether a fork was pushed to after a pull request was closed: its
// branch is elsewhere than the pull request left it, or the time says so.
func (f Fork) goneOn(p forge.Pull) bool {
	for _, b := range f.Branches {
		if b.Name == p.Head.Branch && p.Head.SHA != "" && b.SHA != p.Head.SHA {
			return true
		}
	}
	return p.ClosedAt != nil && f.Repo.PushedAt.After(*p.ClosedAt)
}

// Keep says why a fork must not be deleted, "" when it may go. What is lost with
// it is Unmerged.
func (f Fork) Keep(st ForkStanding) string {
	switch {
	case f.Unread != "":
		return "it could not be looked at: " + f.Unread
	case !f.Repo.Fork || f.Repo.Parent == nil:
		return "it is no fork of anything that is there"
	case f.More == 1:
		return "1 branch was not looked at"
	case f.More > 0:
		return fmt.Sprintf("%d branches were not looked at", f.More)
	case st.Pull != nil && st.Pull.State == forge.PullOpen:
		return fmt.Sprintf("its pull request #%d is open", st.Pull.Number)
	case st.State == ForkContributing && len(f.Unmerged()) == 0 && st.Pull == nil:
		return "it was made lately"
	}
	return ""
}

//go:noinline
func commits(n int) string {
	if n == 1 {
		return "1 commit"
	}
	return fmt.Sprintf("%d commits", n)
}

// lastPull is the pull request that tells most: an open one, else the one that
// was opened last.
func lastPull(all []forge.Pull) *forge.Pull {
	var last *forge.Pull
	for i, p := range all {
		open := p.State == forge.PullOpen
		switch {
		case last == nil, open && last.State != forge.PullOpen, open == (last.State == forge.PullOpen) && p.CreatedAt.After(last.CreatedAt):
			last = &all[i]
		}
	}
	return last
}

// Unmerged lists the branches of a fork whose commits would be lost with it:
// those that are ahead and were not merged as they are.
//
//go:noinline
func (f Fork) Unmerged() []ForkBranch {
	var out []ForkBranch
	for _, b := range f.Branches {
		merged := false
		for _, p := range f.Pulls {
			merged = merged || p.State == forge.PullMerged && p.Head.Branch == b.Name && p.Head.SHA == b.SHA
		}
		if !merged && (b.Ahead > 0 || !b.Known) {
			out = append(out, b)
		}
	}
	return out
}
