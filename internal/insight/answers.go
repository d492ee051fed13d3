// Package insight computes figures over what happened on a forge: how fast a
// project answers, what still waits. It is pure and knows no clock, no client
// and no screen. Begin with Answers.
package insight

import (
	"slices"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Contribution is a pull request as far as waiting is concerned.
type Contribution struct {
	Number int
	URL    string
	Opened time.Time
	First  *time.Time // first answer by somebody else, nil while there is none
	Ended  *time.Time
	Merged bool
}

// Answers says how fast a project answers. What is unanswered is counted apart
// and never left out: a median over answered ones alone flatters.
type Answers struct {
	Median   *time.Duration // to the first answer; nil when nothing was answered
	Answered int
	Waiting  int            // open and without an answer
	Oldest   *time.Duration // how long the longest of them has waited
	Decided  *time.Duration // median from opening to merge or decline
	Ended    int
}

// FromPull makes a contribution of a pull request and what was said about it,
// answers counted as forge.FirstAnswer does.
func FromPull(p forge.Pull, reviews []forge.Review, comments []forge.Comment) Contribution {
	said := make([]forge.Said, 0, len(reviews)+len(comments))
	for _, r := range reviews {
		said = append(said, forge.Said{By: r.Author, At: r.At})
	}
	for _, m := range comments {
		said = append(said, forge.Said{By: m.Author, At: m.At})
	}
	return Contribution{
		Number: p.Number, URL: p.URL, Opened: p.CreatedAt, Ended: p.ClosedAt, Merged: p.State == forge.PullMerged,
		First: forge.FirstAnswer(p.Author, time.Time{}, p.ClosedAt, said),
	}
}

// Summarize computes the figures as of now.
func Summarize(all []Contribution, now time.Time) Answers {
	var a Answers
	var first, decided []time.Duration
	for _, c := range all {
		switch {
		case c.First != nil:
			first = append(first, c.First.Sub(c.Opened))
		case c.Ended == nil:
			a.Waiting++
			if age := now.Sub(c.Opened); a.Oldest == nil || age > *a.Oldest {
				a.Oldest = &age
			}
		}
		if c.Ended != nil {
			decided = append(decided, c.Ended.Sub(c.Opened))
		}
	}
	a.Median, a.Answered = median(first), len(first)
	a.Decided, a.Ended = median(decided), len(decided)
	return a
}

// median is the middle value, of an even number the mean of the middle two.
func median(all []time.Duration) *time.Duration {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	mid := all[len(all)/2]
	if len(all)%2 == 0 {
		mid = (mid + all[len(all)/2-1]) / 2
	}
	return &mid
}
