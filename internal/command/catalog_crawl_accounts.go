package command

import (
	"context"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// byAccount is a forge that is asked about each owner as the account that is for
// it. Without several accounts it is the one client.
type byAccount struct {
	usual forgeClient
	of    map[string]forgeClient // by owner in lower case
}

// crawlClients makes the clients for the owners that are crawled.
func (a *app) crawlClients(ctx context.Context, host string, owners []string) (*byAccount, error) {
	b := &byAccount{of: map[string]forgeClient{}}
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	if len(c.AccountsOn(host)) > 0 {
		for _, o := range owners {
			site, err := a.siteOf(ctx, forge.RepoName{Host: host, Owner: o})
			if err != nil {
				return nil, err
			}
			b.of[strings.ToLower(o)] = clientOf(site)
			b.usual = clientOf(site)
		}
	}
	site, err := a.site(ctx, host)
	switch {
	case err == nil:
		b.usual = clientOf(site)
	case b.usual == nil:
		return nil, err
	}
	return b, nil
}

//go:noinline
func (b *byAccount) clientFor(owner string) forgeClient {
	if c := b.of[strings.ToLower(owner)]; c != nil {
		return c
	}
	return b.usual
}

// Profiles asks as the owner's account.
func (b *byAccount) Profiles(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	return b.clientFor(q.Owner).Profiles(ctx, q)
}

// ProfilesREST asks as the owner's account.
func (b *byAccount) ProfilesREST(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	return b.clientFor(q.Owner).ProfilesREST(ctx, q)
}

// ProfileREST asks as the owner's account.
func (b *byAccount) ProfileREST(ctx context.Context, p forge.Profile, o forge.ProfileOptions) (forge.Profile, error) {
	return b.clientFor(p.Owner).ProfileREST(ctx, p, o)
}

// OwnerTeams asks as the owner's account.
func (b *byAccount) OwnerTeams(ctx context.Context, owner string) (*forge.OwnerTeams, error) {
	return b.clientFor(owner).OwnerTeams(ctx, owner)
}

// ChangedIssues asks as the owner's account.
func (b *byAccount) ChangedIssues(ctx context.Context, q forge.ChangedIssuesQuery) (forge.ChangedIssues, error) {
	return b.clientFor(q.Owner).ChangedIssues(ctx, q)
}

// ProfilesOf asks as the account of the first one's owner: all are of one.
func (b *byAccount) ProfilesOf(ctx context.Context, names []forge.RepoName, o forge.ProfileOptions) (forge.ProfilePage, error) {
	return b.clientFor(names[0].Owner).ProfilesOf(ctx, names, o)
}

// PullHistories asks about several repositories at once, those of an account
// together.
func (b *byAccount) PullHistories(ctx context.Context, names []forge.RepoName, most int) ([]forge.PullHistory, error) {
	if len(b.of) == 0 {
		return b.usual.PullHistories(ctx, names, most)
	}
	out := make([]forge.PullHistory, len(names))
	var failed error
	done := map[forgeClient]bool{}
	for _, n := range names {
		client := b.clientFor(n.Owner)
		if done[client] {
			continue
		}
		done[client] = true
		var some []forge.RepoName
		var at []int
		for i, m := range names {
			if b.clientFor(m.Owner) == client {
				some, at = append(some, m), append(at, i)
			}
		}
		got, err := client.PullHistories(ctx, some, most)
		failed = fault.Join(failed, err)
		for i := range min(len(got), len(at)) {
			out[at[i]] = got[i]
		}
	}
	if failed != nil {
		return nil, failed
	}
	return out, nil
}

// Requests are those of all accounts.
func (b *byAccount) Requests() int { return b.sum(forgeClient.Requests) }

// Spent is what all accounts took of their rates.
func (b *byAccount) Spent() int { return b.sum(forgeClient.Spent) }

//go:noinline
func (b *byAccount) sum(of func(forgeClient) int) int {
	n, seen := of(b.usual), map[forgeClient]bool{b.usual: true}
	for _, c := range b.of {
		if !seen[c] {
			seen[c] = true
			n += of(c)
		}
	}
	return n
}
