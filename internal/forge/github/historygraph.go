package github

import (
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// What the documents of history.go are answered with.
type (
	graphHistory struct {
		PullRequests struct {
			PageInfo graphPageInfo
			Nodes    []*graphPull
		}
	}
	graphPull struct {
		Number               int
		IsDraft              bool
		IsCrossRepository    bool
		Merged               bool
		CreatedAt, UpdatedAt time.Time
		ClosedAt             *time.Time
		Author               *graphActor
		TimelineItems        struct {
			Nodes []*struct {
				Typename  string `json:"__typename"`
				CreatedAt time.Time
			}
		}
		Reviews, Comments graphSaidList
	}
	graphSaidList struct {
		PageInfo graphPageInfo
		Nodes    []*graphSaid
	}
	graphSaid struct {
		Author      *graphActor
		SubmittedAt *time.Time // of a review that was sent
		CreatedAt   *time.Time // of a comment
	}
	graphActor struct {
		Typename string `json:"__typename"`
		Login    string
	}
)

// user is nobody for an account that was deleted.
func (a *graphActor) user() forge.User {
	if a == nil {
		return forge.User{}
	}
	return forge.User{Login: a.Login, Type: a.Typename}
}

// outlines fills in a history, and answers with what is to be read further.
func (h *graphHistory) outlines(out *forge.PullHistory, of int) []unanswered {
	var open []unanswered
	out.More = h.PullRequests.PageInfo.HasNextPage
	for _, g := range h.PullRequests.Nodes {
		if g == nil || g.Number <= 0 || len(out.Pulls) >= perPage {
			continue
		}
		o, whole := g.outline()
		if !whole {
			open = append(open, unanswered{repo: out.Repo, of: of, at: len(out.Pulls), number: g.Number})
		}
		out.Pulls = append(out.Pulls, o)
	}
	return open
}

// outline is a pull request as far as waiting is concerned; false when the
// first answer may lie in a part of the conversation that did not come.
func (g *graphPull) outline() (forge.PullOutline, bool) {
	o := forge.PullOutline{
		Number:   g.Number,
		Author:   g.Author.user(),
		FromFork: g.IsCrossRepository,
		Draft:    g.IsDraft,
		Opened:   g.CreatedAt,
		Ended:    g.ClosedAt,
		Merged:   g.Merged,
		Updated:  g.UpdatedAt,
	}
	// Only one that was opened as a draft became ready before all else: others
	// were ready when they were opened, and first turned into a draft later.
	for _, e := range g.TimelineItems.Nodes {
		if e != nil && e.Typename == "ReadyForReviewEvent" && e.CreatedAt.After(o.Opened) {
			o.Opened = e.CreatedAt
		}
	}
	said := g.said()
	o.First = forge.FirstAnswer(o.Author, o.Opened, o.Ended, said)
	answer := forge.FirstAnswer(o.Author, o.Opened, nil, said)
	return o, g.Reviews.reaches(answer) && g.Comments.reaches(answer)
}

// reaches tells whether what is left of a list cannot hold an earlier answer.
func (l graphSaidList) reaches(answer *time.Time) bool {
	if !l.PageInfo.HasNextPage {
		return true
	}
	for _, s := range l.Nodes {
		if at := s.at(); answer != nil && !at.IsZero() && !at.Before(*answer) {
			return true
		}
	}
	return false
}

// at is when something was said; zero is not yet, or nothing.
func (s *graphSaid) at() time.Time {
	switch {
	case s == nil:
	case s.SubmittedAt != nil:
		return *s.SubmittedAt
	case s.CreatedAt != nil:
		return *s.CreatedAt
	}
	return time.Time{}
}

func (g *graphPull) said() []forge.Said {
	var said []forge.Said
	for _, all := range [][]*graphSaid{g.Reviews.Nodes, g.Comments.Nodes} {
		for _, s := range all {
			if at := s.at(); !at.IsZero() {
				said = append(said, forge.Said{By: s.Author.user(), At: at})
			}
		}
	}
	return said
}
