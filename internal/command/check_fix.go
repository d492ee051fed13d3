package command

import (
	"context"

	"github.com/isrc-dev/isrc/internal/contribute"
)

// mendRounds bounds how often a change is mended and looked at again: commits
// that were written anew have other names, and mending one thing can make
// another visible.
const mendRounds = 6

// mendAll applies fixes until nothing is done any more, and answers the review
// of what is there then.
func (a *app) mendAll(ctx context.Context, o *checkOptions, where placeOptions, review *contribute.Review) (*contribute.Review, []contribute.Mended, error) {
	tool, err := a.tool()
	if err != nil {
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

// keepRound adds what a round did. What an earlier one had to leave alone is
// said once, and not at all when it was done later.
func keepRound(done *[]contribute.Mended, round []contribute.Mended) (progress bool) {
	for _, m := range round {
		known := false
		for i, have := range *done {
			if have.Rule != m.Rule || have.Verb != m.Verb {
				continue
			}
			known = true
			if m.Done && !have.Done {
				(*done)[i], progress = m, true
			} else if !have.Done {
				(*done)[i] = m
			}
		}
		if !known {
			*done = append(*done, m)
			progress = progress || m.Done
		}
	}
	return progress
}
