package contribute

import (
	"context"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Reviewers is who can be asked to look at a pull request, and whether it is ready
// for them.
type Reviewers interface {
	RequestReviewers(ctx context.Context, repo forge.RepoName, number int, logins, teams []string) error
	SetDraft(ctx context.Context, repo forge.RepoName, number int, draft bool) error
}

// Round is an answer to reviewers who asked for changes.
type Round struct {
	Since   string       // the commit that the earliest of them reviewed
	Commits []git.Commit // what is new since, the oldest first; nil where that is not known
	Ask     []string     // who is asked to look again
	Refused string       // why the forge asked nobody
}

// round finds out whether there is something new for those who asked for
// changes. Who was asked to look again already is not asked twice.
func (s *Site) round(ctx context.Context, sub *Submission) (*Round, error) {
	p := sub.Existing
	reviews, threads, err := s.Forge.ReviewsAndThreads(ctx, sub.Upstream, p.Number)
	if err != nil {
		return nil, fault.Errorf("look for reviews of #%d: %w", p.Number, err)
	}
	sub.Threads = threads
	out := &Round{}
	for _, r := range verdictsOf(p.Author, reviews) {
		if r.State != "changes_requested" || r.SHA == "" || r.SHA == sub.Review.Head {
			continue
		}
		if out.Since == "" {
			out.Since = r.SHA
		}
		if !slices.ContainsFunc(p.Reviewers, func(who string) bool { return strings.EqualFold(who, r.Author.Login) }) {
			out.Ask = append(out.Ask, r.Author.Login)
		}
	}
	if out.Since == "" {
		return nil, nil
	}
	if commits, err := sub.Review.Repo.Commits(ctx, out.Since, sub.Review.Head, 100); err == nil { // what was reviewed may not be here
		slices.Reverse(commits)
		out.Commits = commits
	}
	return out, nil
}

// verdictsOf keeps each reviewer's last verdict; a comment replaces none.
func verdictsOf(author forge.User, reviews []forge.Review) []forge.Review {
	var out []forge.Review
	for _, r := range reviews {
		if r.State == "commented" || r.State == "pending" || strings.EqualFold(r.Author.Login, author.Login) || r.Author.IsBot() {
			continue
		}
		if i := slices.IndexFunc(out, func(x forge.Review) bool { return x.Author.Login == r.Author.Login }); i >= 0 {
			out[i] = r
			continue
		}
		out = append(out, r)
	}
	return out
}

type reviewIn struct {
	Upstream forge.RepoName `json:"upstream"`
	Number   int            `json:"number"`
	Logins   []string       `json:"logins"`
}

type reviewOut struct {
	Asked   []string `json:"asked"`
	Refused string   `json:"refused,omitempty"`
}

// doReview asks reviewers to look again. Asking twice changes nothing. A forge
// that does not let the author ask keeps nothing else from being done.
func (s *Site) doReview(ctx context.Context, in reviewIn, _ results) (reviewOut, error) {
	err := s.Forge.RequestReviewers(ctx, in.Upstream, in.Number, in.Logins, nil)
	switch {
	case err == nil:
		return reviewOut{Asked: in.Logins}, nil
	case declined(err):
		return reviewOut{Asked: []string{}, Refused: err.Error()}, nil
	}
	return reviewOut{}, fault.Errorf("ask %s to look again: %w", strings.Join(in.Logins, ", "), err)
}

// RoundOf completes a round with what its step came to.
func (r *Round) RoundOf(st workflow.State) {
	for _, step := range slices.Backward(st.Steps) {
		if step.Kind != kindReview {
			continue
		}
		var out reviewOut
		if step.Status == workflow.Done && (results{"": step.Out}).read("", &out) == nil {
			r.Ask, r.Refused = out.Asked, out.Refused
		}
		return
	}
}

// ticked ticks boxes in the body of an open pull request as it stands there.
func ticked(body string, ticks []string) (string, error) {
	filled, _, _, err := rule.FillTemplate(guideline.Template{Form: guideline.ParseForm(body)}, rule.Draft{}, nil, ticks)
	if err != nil {
		return "", refuse(ErrUsage, "", "tick a box of the pull request: %v", err)
	}
	return filled, nil
}
