package command

import (
	"context"
	"errors"
	"slices"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/git"
)

// mendRounds bounds how often a change is mended and looked at again: commits
// that were written anew have other names, and mending one thing can make
// another visible.
const mendRounds = 6

// mendAll applies fixes until nothing is done any more, and answers the review
// of what is there then.
func (a *app) mendAll(ctx context.Context, o *checkOptions, where placeOptions, review *contribute.Review) (*contribute.Review, []contribute.Mended, error) {
	tool, err := a.tool()
	if err != nil && !errors.Is(err, git.ErrNoGit) {
		return nil, nil, err
	}
	var done []contribute.Mended
	for range mendRounds {
		round, err := review.Mend(ctx, tool, contribute.MendOptions{Rules: o.namedFixes(), Dry: o.dryRun, Now: a.inv.Now()})
		progress := keepRound(&done, round)
		if err != nil || o.dryRun {
			return review, done, err
		}
		if review, _, err = a.review(ctx, where); err != nil || !progress {
			return review, done, err
		}
	}
	return review, done, nil
}

// keepRound adds what a round did, and keeps of what had to be left alone what
// the last round says: an earlier one spoke of commits that are others now.
func keepRound(done *[]contribute.Mended, round []contribute.Mended) (progress bool) {
	*done = slices.DeleteFunc(*done, func(m contribute.Mended) bool { return !m.Done })
	for _, m := range round {
		known := slices.ContainsFunc(*done, func(have contribute.Mended) bool { return have.Rule == m.Rule && have.Verb == m.Verb })
		if !known {
			*done = append(*done, m)
			progress = progress || m.Done
		}
	}
	return progress
}
