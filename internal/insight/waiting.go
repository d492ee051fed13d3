package insight

import (
	"fmt"
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
	State string // open, draft, changes-asked, approved, checks-failing, conflicts, merged, declined
	Who   string // you, they or done
	Since time.Time
	Why   string // one line for people
}

// Stand judges a pull request of mine from its reviews, comments and checks.
func Stand(p forge.Pull, reviews []forge.Review, comments []forge.Comment, checks []forge.Check) Standing {
	switch p.State {
	case forge.PullMerged:
		return Standing{State: "merged", Who: WaitsForNone, Since: when(p.MergedAt, p.UpdatedAt), Why: "merged"}
	case forge.PullDeclined:
		return Standing{State: "declined", Who: WaitsForNone, Since: when(p.ClosedAt, p.UpdatedAt), Why: "closed without being merged"}
	}
	verdicts := lastReviews(p, reviews)
	for _, r := range verdicts {
		if r.State == "changes_requested" {
			return Standing{State: "changes-asked", Who: WaitsForYou, Since: r.At, Why: "changes asked by " + r.Author.Login}
		}
	}
	if failing := failed(checks); failing != "" {
		return Standing{State: "checks-failing", Who: WaitsForYou, Since: p.UpdatedAt, Why: "check " + failing + " fails"}
	}
	if p.Mergeable != nil && !*p.Mergeable {
		return Standing{State: "conflicts", Who: WaitsForYou, Since: p.UpdatedAt, Why: "conflicts with " + p.Base.Branch}
	}
	if p.Draft {
		return Standing{State: "draft", Who: WaitsForYou, Since: p.UpdatedAt, Why: "a draft: nobody is asked yet"}
	}
	for _, r := range verdicts {
		if r.State == "approved" {
			return Standing{State: "approved", Who: WaitsForThem, Since: r.At, Why: "approved by " + r.Author.Login + ", not merged yet"}
		}
	}
	return talk(p, reviews, comments)
}

// talk decides by who spoke last.
func talk(p forge.Pull, reviews []forge.Review, comments []forge.Comment) Standing {
	last, by := p.CreatedAt, p.Author
	spoken := false
	hear := func(u forge.User, at time.Time) {
		if IsBot(u) || at.Before(last) {
			return
		}
		last, by = at, u
		spoken = spoken || u.Login != p.Author.Login
	}
	for _, r := range reviews {
		hear(r.Author, r.At)
	}
	for _, c := range comments {
		hear(c.Author, c.At)
	}
	switch {
	case !spoken:
		return Standing{State: "open", Who: WaitsForThem, Since: p.CreatedAt, Why: "waiting for a first reply"}
	case by.Login != p.Author.Login:
		return Standing{State: "open", Who: WaitsForYou, Since: last, Why: by.Login + " said something"}
	}
	return Standing{State: "open", Who: WaitsForThem, Since: last, Why: "waiting for a reply"}
}

// lastReviews keeps each reviewer's last verdict; a push after it does not
// withdraw it, a comment without a verdict does not replace it.
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

func failed(checks []forge.Check) string {
	name, n := "", 0
	for _, c := range checks {
		if c.State == "failure" {
			if name == "" {
				name = c.Name
			}
			n++
		}
	}
	if n > 1 {
		return fmt.Sprintf("%s and %d more", name, n-1)
	}
	return name
}

func when(t *time.Time, otherwise time.Time) time.Time {
	if t != nil {
		return *t
	}
	return otherwise
}
