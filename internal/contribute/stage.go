package contribute

import (
	"context"
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Wish is something asked of the forge for a pull request that is open: a review
// by somebody, or that it is ready for them. It may be asked for again at any time.
type Wish struct {
	Who     string // LOGIN or ORG/TEAM; "" for a stage
	Draft   bool   // the stage that is wanted
	Refused string // why the forge did not do it, "" when it did
}

// ReadReviewer takes LOGIN, ORG/TEAM, and both with an @ before them.
func ReadReviewer(text string) (string, error) {
	name := strings.TrimPrefix(strings.TrimSpace(text), "@")
	org, team, ofTeam := strings.Cut(name, "/")
	if name == "" || org == "" || ofTeam && team == "" || strings.ContainsAny(name, " ,\t\n@:") || strings.Contains(team, "/") {
		return "", refuse(ErrUsage, "", "--reviewer takes LOGIN or ORG/TEAM, not %q", text)
	}
	return name, nil
}

// reviewersOf takes apart who is wished for. Only teams of a repository's owner can
// be asked.
func reviewersOf(wishes []Wish, owner string) (logins, teams []string, err error) {
	for _, w := range wishes {
		org, team, ofTeam := strings.Cut(w.Who, "/")
		switch {
		case !ofTeam:
			logins = append(logins, w.Who)
		case !strings.EqualFold(org, owner):
			return nil, nil, refuse(ErrUsage, "", "--reviewer %s: only teams of %s can be asked there", w.Who, owner)
		default:
			teams = append(teams, team)
		}
	}
	return logins, teams, nil
}

// MayAsk refuses whom a repository's forge would never ask.
func MayAsk(wishes []Wish, repo forge.RepoName) error {
	_, _, err := reviewersOf(wishes, repo.Owner)
	return err
}

// AskReviewers asks for reviews of a pull request. The forge asks all or none, so
// after a refusal each is asked alone. Who is refused is no error: it stands in
// the wish.
func (s *Site) AskReviewers(ctx context.Context, repo forge.RepoName, number int, wishes []Wish) error {
	logins, teams, err := reviewersOf(wishes, repo.Owner)
	if err != nil || len(wishes) == 0 {
		return err
	}
	err = s.Forge.RequestReviewers(ctx, repo, number, logins, teams)
	for i := range wishes {
		if err == nil || !declined(err) {
			break
		}
		alone := err
		if len(wishes) > 1 {
			logins, teams, _ = reviewersOf(wishes[i:i+1], repo.Owner) // looked at before
			alone = s.Forge.RequestReviewers(ctx, repo, number, logins, teams)
		}
		switch {
		case alone != nil && !declined(alone):
			return fault.Errorf("ask %s for a review: %w", wishes[i].Who, alone)
		case alone != nil:
			wishes[i].Refused = alone.Error()
		}
	}
	if err != nil && !declined(err) {
		return fault.Errorf("ask for a review of #%d: %w", number, err)
	}
	return nil
}

// SetStage marks a pull request ready for review, or makes it a draft again.
func (s *Site) SetStage(ctx context.Context, repo forge.RepoName, number int, w *Wish) error {
	err := s.Forge.SetDraft(ctx, repo, number, w.Draft)
	if err != nil && declined(err) {
		w.Refused = err.Error()
		return nil
	}
	return err
}

// declined tells a forge's no from what may succeed later.
func declined(err error) bool {
	var (
		invalid *forge.InvalidError
		refused *forge.NotPermittedError
		missing *forge.NotFoundError
	)
	return errors.As(err, &invalid) || errors.As(err, &refused) || errors.As(err, &missing) || errors.Is(err, forge.ErrUnsupported)
}
