package insight

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Who is waited for.
const (
	WaitsForYou  = "you"
	WaitsForThem = "they"
	WaitsForNone = "done"
)

// Standing says where a pull request stands: what is, who moves next, and since
// when.
type Standing struct {
	// State is open, draft, changes-asked, answered (changes were asked for, there
	// are new commits, and nobody was asked to look again), approved,
	// checks-failing, checks-stale (they must be run again), conflicts, behind, held
	// (workflows wait for an owner's approval), queued (in a merge queue), merged or
	// declined.
	State string
	Who   string   // you, they or done
	Names []string // who they are, as far as that is known
	Since time.Time
	Why   string // one line for people
}

// Asked is a change that a reviewer wants before anything is merged.
type Asked struct {
	By       string
	At       time.Time
	Text     string // the first line of it that says something
	Answered bool   // there are new commits since
	Again    bool   // the reviewer was asked to look again
}

// Stand judges a pull request from the side of its author.
func Stand(f forge.Followed) Standing {
	p := f.Pull
	switch p.State {
	case forge.PullMerged:
		return Standing{State: "merged", Who: WaitsForNone, Since: when(p.MergedAt, p.UpdatedAt), Why: "merged"}
	case forge.PullDeclined:
		return Standing{State: "declined", Who: WaitsForNone, Since: when(p.ClosedAt, p.UpdatedAt), Why: "closed without being merged"}
	}
	if q := f.Queue; q != nil {
		return queued(f)
	}
	next := turn(f)
	if why := held(f); why != "" && next.Who == WaitsForThem {
		return Standing{State: "held", Who: WaitsForThem, Names: p.Reviewers, Since: when(f.HeldSince, p.UpdatedAt), Why: why}
	}
	return next
}

// queued is the standing of what is in a merge queue, which takes it out again
// when it does not merge.
func queued(f forge.Followed) Standing {
	s := Standing{State: "queued", Who: WaitsForThem, Since: f.Queue.Since, Why: "in the merge queue"}
	if f.Queue.Position > 0 {
		s.Why += fmt.Sprintf(", position %d", f.Queue.Position)
	}
	if s.Since.IsZero() {
		s.Since = f.UpdatedAt
	}
	if f.Queue.State == "unmergeable" {
		s.Who, s.Why = WaitsForYou, s.Why+", which cannot merge it as it is"
	}
	return s
}

// held says how much waits for somebody who may let it run, "" for nothing.
func held(f forge.Followed) string {
	if n := len(f.Held); n > 1 {
		return fmt.Sprintf("%d workflows wait for an owner's approval to run", n)
	} else if n == 1 {
		return "a workflow waits for an owner's approval to run: " + f.Held[0]
	}
	for _, k := range f.Checks {
		if k.State == "waiting" {
			return "check " + k.Name + " waits for an owner's approval to run"
		}
	}
	return ""
}

// turn judges an open pull request by reviews, checks and what was said.
func turn(f forge.Followed) Standing {
	p := f.Pull
	asked := ChangesAsked(f)
	for _, r := range asked {
		if !r.Again && !r.Answered {
			return Standing{State: "changes-asked", Who: WaitsForYou, Names: []string{r.By}, Since: r.At, Why: "changes asked by " + r.By}
		}
	}
	if mine, blocked := blockedByMe(f); blocked {
		return mine
	}
	for _, r := range asked {
		if !r.Again {
			return Standing{State: "answered", Who: WaitsForYou, Names: []string{r.By}, Since: r.At, Why: r.By + " does not know yet that you answered"}
		}
	}
	if len(asked) > 0 {
		return Standing{State: "changes-asked", Who: WaitsForThem, Names: []string{asked[0].By}, Since: p.UpdatedAt, Why: "asked " + asked[0].By + " to look again"}
	}
	for _, r := range lastReviews(p, f.Reviews) {
		if r.State == "approved" {
			if s, asks := askedInCode(f); asks {
				s.State, s.Why = "approved", "approved by "+r.Author.Login+", and "+s.Why
				return s
			}
			return Standing{State: "approved", Who: WaitsForThem, Names: p.Reviewers, Since: r.At, Why: "approved by " + r.Author.Login + ", not merged yet"}
		}
	}
	return talk(f)
}

// blockedByMe names what only the author can mend.
func blockedByMe(f forge.Followed) (Standing, bool) {
	p := f.Pull
	mine := func(state, why string) (Standing, bool) {
		return Standing{State: state, Who: WaitsForYou, Since: p.UpdatedAt, Why: why}, true
	}
	if failing := failed(f.Checks); failing != "" {
		if p.MergeState == "unstable" { // GitHub's word for what may be merged in spite of its checks
			failing += ", not required to merge"
		}
		return mine("checks-failing", failing)
	}
	switch {
	case p.Mergeable != nil && !*p.Mergeable, p.MergeState == "dirty":
		return mine("conflicts", "conflicts with "+p.Base.Branch)
	case p.MergeState == "behind":
		return mine("behind", "must be brought up to date with "+p.Base.Branch)
	case p.Draft:
		return mine("draft", "a draft: nobody is asked yet")
	}
	for _, k := range f.Checks {
		if k.State == "stale" {
			return mine("checks-stale", "check "+k.Name+" did not end in time and must be run again: by a new commit, or by its owners")
		}
	}
	return Standing{}, false
}

// ChangesAsked lists what reviewers want changed and have not taken back, the
// oldest first. A review of a commit that is no longer the head is answered, and
// one that was asked for again is not the author's to move.
func ChangesAsked(f forge.Followed) []Asked {
	var out []Asked
	for _, r := range lastReviews(f.Pull, f.Reviews) {
		if r.State != "changes_requested" {
			continue
		}
		out = append(out, Asked{
			By: r.Author.Login, At: r.At, Text: FirstLine(r.Body), Answered: r.SHA != "" && f.Head.SHA != "" && r.SHA != f.Head.SHA,
			Again: slices.ContainsFunc(f.Reviewers, func(who string) bool { return strings.EqualFold(who, r.Author.Login) }),
		})
	}
	return out
}

// FirstLine is the first line of a text that says something: no quotation, no
// heading's marks, no comment of HTML, 300 bytes at most.
func FirstLine(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "#"))
		if line == "" || strings.HasPrefix(line, ">") || strings.HasPrefix(line, "<!--") || strings.HasPrefix(line, "```") {
			continue
		}
		return strings.ToValidUTF8(line[:min(len(line), 300)], "")
	}
	return ""
}

// askedInCode tells whether a conversation about a line waits for the author: it
// is open, the line is as it was, somebody else spoke last in it, and the author
// has said nothing to all since. Machines wait for nobody.
func askedInCode(f forge.Followed) (Standing, bool) {
	var said time.Time
	for _, c := range f.Comments {
		if c.Author.Login == f.Author.Login && c.At.After(said) {
			said = c.At
		}
	}
	s := Standing{State: "open", Who: WaitsForYou}
	for _, t := range f.Threads.Open {
		if t.Outdated || t.LastBy.Login == f.Author.Login || t.LastBy.IsBot() || t.LastAt.Before(said) {
			continue
		}
		if s.Since.IsZero() || t.LastAt.Before(s.Since) {
			s.Since = t.LastAt
		}
		if !slices.Contains(s.Names, t.LastBy.Login) {
			s.Names = append(s.Names, t.LastBy.Login)
		}
	}
	s.Why = "asked in the code by " + strings.Join(s.Names, ", ")
	return s, len(s.Names) > 0
}

// AnsweredInCode gives the conversation about a line that waits for the owners: it
// is open, somebody else than the author began it, the author spoke last in it, and
// nobody else has said anything since. It counts whatever else is asked of the
// author, who may have asked back, and of several that which waits longest.
// Machines wait for nobody.
func AnsweredInCode(f forge.Followed) *forge.Thread {
	var heard time.Time
	hear := func(u forge.User, at time.Time) {
		if u.Login != f.Author.Login && !u.IsBot() && at.After(heard) {
			heard = at
		}
	}
	for _, r := range f.Reviews {
		hear(r.Author, r.At)
	}
	for _, c := range f.Comments {
		hear(c.Author, c.At)
	}
	var first *forge.Thread
	for i := range f.Threads.Open {
		t := &f.Threads.Open[i]
		if t.LastBy.Login != f.Author.Login || t.Author.Login == f.Author.Login || t.Author.IsBot() || t.LastAt.Before(heard) {
			continue
		}
		if first == nil || t.LastAt.Before(first.LastAt) {
			first = t
		}
	}
	return first
}

// talk decides by who spoke last.
func talk(f forge.Followed) Standing {
	if s, asks := askedInCode(f); asks {
		return s
	}
	p := f.Pull
	last, by := p.CreatedAt, p.Author
	spoken := false
	hear := func(u forge.User, at time.Time) {
		if u.IsBot() || at.Before(last) {
			return
		}
		last, by = at, u
		spoken = spoken || u.Login != p.Author.Login
	}
	for _, r := range f.Reviews {
		if r.State == "dismissed" { // said, and taken back: nothing to answer
			spoken = spoken || r.Author.Login != p.Author.Login
			continue
		}
		hear(r.Author, r.At)
	}
	for _, c := range f.Comments {
		hear(c.Author, c.At)
	}
	switch {
	case !spoken:
		return Standing{State: "open", Who: WaitsForThem, Names: p.Reviewers, Since: Opened(f), Why: "waiting for a first reply"}
	case by.Login != p.Author.Login:
		return Standing{State: "open", Who: WaitsForYou, Names: []string{by.Login}, Since: last, Why: by.Login + " said something"}
	}
	return Standing{State: "open", Who: WaitsForThem, Names: p.Reviewers, Since: last, Why: "waiting for a reply"}
}

// Opened is when a pull request began to ask for an answer: when it was opened,
// or ceased to be a draft.
//
//go:noinline
func Opened(f forge.Followed) time.Time {
	if f.ReadyAt != nil && f.ReadyAt.After(f.CreatedAt) {
		return *f.ReadyAt
	}
	return f.CreatedAt
}

// lastReviews keeps each reviewer's last verdict; a push after it does not
// withdraw it, a comment without a verdict does not replace it.
//
//go:noinline
func lastReviews(p forge.Pull, reviews []forge.Review) []forge.Review {
	at := map[string]int{}
	var out []forge.Review
	for _, r := range reviews {
		if r.Author.Login == p.Author.Login || r.State == "commented" || r.State == "pending" {
			continue
		}
		if i, ok := at[r.Author.Login]; ok {
			out[i] = r
			continue
		}
		at[r.Author.Login] = len(out)
		out = append(out, r)
	}
	return out
}

// failed says which checks fail, "" for none.
func failed(checks []forge.Check) string {
	name, how, n := "", "", 0
	for _, c := range checks {
		if c.State == "failure" {
			if name == "" {
				name, how = c.Name, Failure(c.Conclusion)
			}
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "check " + name + " " + how
	}
	return fmt.Sprintf("checks %s and %d more fail", name, n-1)
}

// Failure says of a check that lets nothing be merged how it ended, in words that
// follow its name.
func Failure(conclusion string) string {
	switch conclusion {
	case "cancelled":
		return "was cancelled"
	case "timed_out":
		return "timed out"
	case "startup_failure":
		return "could not start"
	case "action_required":
		return "wants something done"
	}
	return "fails"
}

func when(t *time.Time, otherwise time.Time) time.Time {
	if t != nil {
		return *t
	}
	return otherwise
}
