package github

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// ProfilesREST reads a page of an owner's repositories with what a list tells of
// them, the ones that were pushed to last first, in one request (one more for the
// first page of an account that is no organisation, and of several). ProfileREST
// completes each. First is not considered: a page is what the server makes of 100.
func (c *Client) ProfilesREST(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	ctx, count := counting(ctx)
	page, err := c.profilesREST(ctx, q)
	page.Requests, page.At = count(), c.hostNow()
	return page, placeless(q, err)
}

func (c *Client) profilesREST(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	kind, query := "orgs", url.Values{"type": {"all"}, "sort": {"pushed"}, "direction": {"desc"}, "per_page": {strconv.Itoa(perPage)}}
	if q.ByUpdate {
		query.Set("sort", "updated")
	}
	if q.After != "" {
		var err error
		if kind, query, err = readCursor(q.After); err != nil {
			return forge.ProfilePage{}, err
		}
	}
	p, err := c.ownedPage(ctx, kind, q.Owner, query)
	var missing *forge.NotFoundError
	if errors.As(err, &missing) && q.After == "" {
		kind = "users"
		query.Del("type") // "owner" is what is wanted there, and not said otherwise
		p, err = c.ownedPage(ctx, kind, q.Owner, query)
	}
	if err != nil {
		return forge.ProfilePage{}, err
	}
	page := forge.ProfilePage{Total: p.total, AtMost: p.next != nil}
	if page.AtMost && q.After == "" && !q.ByUpdate {
		if page.Total, page.AtMost, err = c.countOwned(ctx, kind, q.Owner, query, p.total); err != nil {
			return page, err
		}
	}
	if p.next != nil {
		page.Next = kind + "?" + p.next.Encode()
	}
	for _, raw := range p.items {
		var w gh.Repository
		if err := decode(raw, &w); err != nil {
			return forge.ProfilePage{}, c.unavailable(fault.Errorf("its list of repositories of %s is not the JSON that was expected: %w", plain(q.Owner), err))
		}
		if profile, ok := c.profileOf(&w); ok {
			page.Profiles = append(page.Profiles, profile)
			continue
		}
		page.Skipped = append(page.Skipped, forge.Skipped{
			Repo: forge.RepoName{Host: c.o.Host, Owner: q.Owner}, Why: "its name cannot be used: " + plain(w.GetName()),
		})
	}
	return page, nil
}

// countOwned counts an owner's repositories, where the host says how many pages
// of one there are; else atMost is given back.
func (c *Client) countOwned(ctx context.Context, kind, owner string, query url.Values, atMost int) (int, bool, error) {
	k := get("the organisation or account "+plain(owner), kind+"/%s/repos", owner)
	k.query = maps.Clone(query)
	n, _, err := c.length(ctx, k)
	if err != nil || n == nil {
		return atMost, true, err
	}
	return *n, false, nil
}

// ownedPage reads one page of an owner's list; its total is an upper bound.
func (c *Client) ownedPage(ctx context.Context, kind, owner string, query url.Values) (page, error) {
	k := get("the organisation or account "+plain(owner), kind+"/%s/repos", owner)
	k.query = query
	a, err := c.send(ctx, k)
	if err != nil {
		return page{}, err
	}
	p, err := readPage(a.body, "")
	if err != nil {
		return page{}, c.unavailable(fault.Errorf("its list of repositories of %s is not the JSON that was expected: %w", plain(owner), err))
	}
	p.next = nextPage(query, a, len(p.items) >= perPage || usual(len(p.items)))
	at, err := strconv.Atoi(query.Get("page"))
	if err != nil {
		at = 1
	}
	size := max(len(p.items), 1)
	if p.next == nil {
		size = perPage
	}
	p.total = (at-1)*size + len(p.items)
	if last, ok := lastPage(a); ok && last > at {
		p.total = last * size
	}
	return p, nil
}

// readCursor reads what ProfilesREST has written as Next.
func readCursor(after string) (kind string, query url.Values, err error) {
	kind, raw, ok := strings.Cut(after, "?")
	query, err = url.ParseQuery(raw)
	if !ok || err != nil || kind != "orgs" && kind != "users" {
		return "", nil, fault.Errorf("%w: %q is no place in a list over REST", forge.ErrPlace, plain(after))
	}
	return kind, query, nil
}

// lastPage is the number of the last page of a list, where the server says it.
func lastPage(a answer) (int, bool) {
	for _, part := range strings.Split(strings.Join(a.header["Link"], ","), ",") {
		target, attributes, _ := strings.Cut(part, ";")
		if !strings.Contains(attributes, `rel="last"`) && !strings.Contains(attributes, "rel=last") {
			continue
		}
		u, err := url.Parse(strings.Trim(strings.TrimSpace(target), "<>"))
		if err != nil {
			return 0, false
		}
		n, err := strconv.Atoi(u.Query().Get("page"))
		return n, err == nil && n > 0
	}
	return 0, false
}

// profileOf is what REST says of a repository in one object.
func (c *Client) profileOf(w *gh.Repository) (forge.Profile, bool) {
	repo, ok := c.repo(w)
	if !ok {
		return forge.Profile{}, false
	}
	p := forge.Profile{Repo: repo, ID: w.GetID(), NodeID: w.GetNodeID(), OwnerAvatar: link(w.GetOwner().GetAvatarURL())}
	if w.SubscribersCount != nil { // in a list the word watchers means stars
		p.Watchers = w.SubscribersCount
	}
	return p, true
}
