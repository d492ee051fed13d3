package guideline

import "context"

// Read finds and reads the guidelines that a contribution to q.Repo has to
// follow. A source that cannot be read becomes an entry of Unread; only a
// cancelled context is an error. settings may be nil.
func Read(ctx context.Context, q Query, trees Trees, settings Settings) (*Set, error) {
	return &Set{Query: q}, ctx.Err()
}
