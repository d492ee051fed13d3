package github

import (
	"context"
	"fmt"

	"github.com/isrc-dev/isrc/internal/forge"
)

// PullHistories reads the last pull requests of repositories, those that changed
// last first, by GraphQL, else by REST. There is one result for each repository,
// in their order; what could not be read has an Err of its own. The error is for
// what ends the whole: a limit, a token that is refused, an interrupt.
func (c *Client) PullHistories(ctx context.Context, repos []forge.RepoName, each int) ([]forge.PullHistory, error) {
	return nil, fmt.Errorf("pull requests of %d repositories: %w", len(repos), forge.ErrUnsupported)
}
