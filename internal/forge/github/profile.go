package github

import (
	"context"
	"errors"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// quarter is the 13 weeks over which commits are counted.
const quarter = 13 * 7 * 24 * time.Hour

// Profiles reads a page of an owner's repositories by GraphQL, with two
// requests: one for what the forge knows of each, one for the files that a
// contributor reads and the issues that welcome help. The second brings along
// what the forge knows of the next page (profileahead.go), so that every page
// but the first takes one request.
//
// A page that was too much for the server is forge.ErrTooMuch: the caller asks
// again with a smaller First and the same After. A page of one repository is
// never too much: what the server cannot tell of it is left out, and said. An
// owner that is not there is a forge.NotFoundError, a host without GraphQL
// forge.ErrUnsupported, and an After that leads nowhere forge.ErrPlace.
func (c *Client) Profiles(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	ctx, count := counting(ctx)
	q.First = min(max(q.First, 1), perPage)
	page, wanted, err := c.profilePage(ctx, q)
	if err == nil {
		err = c.readTexts(ctx, page.Profiles, wanted, c.pageAfter(q, page))
	}
	if err != nil {
		return forge.ProfilePage{Requests: count()}, placeless(q, err)
	}
	page.Requests, page.At = count(), c.hostNow()
	return page, nil
}

// placeless takes a question that was refused, but asked of the beginning would
// not have been, for one that goes on where the host knows no place.
func placeless(q forge.ProfileQuery, err error) error {
	var invalid *forge.InvalidError
	if q.After != "" && errors.As(err, &invalid) {
		return fault.Errorf("%w: %w", forge.ErrPlace, err)
	}
	return err
}

// profilePage reads everything but the texts. Where one repository alone is too
// much, less is asked of it, and at last nothing but its name.
func (c *Client) profilePage(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, []wantedTexts, error) {
	page, wanted, err := c.profilesAlong(ctx, q)
	if q.First == 1 && errors.Is(err, forge.ErrTooMuch) { // it may have been the server's moment
		page, wanted, err = c.profilesAlong(ctx, q)
	}
	if q.First > 1 || !errors.Is(err, forge.ErrTooMuch) {
		return page, wanted, err
	}
	why := err
	page, _, err = c.profilesBy(ctx, leanDocument(), q)
	if err == nil {
		for i := range page.Profiles {
			page.Profiles[i].Incomplete = append(page.Profiles[i].Incomplete, "issues, commits and files: "+why.Error())
		}
		return page, nil, nil
	}
	if !errors.Is(err, forge.ErrTooMuch) {
		return page, nil, err
	}
	page, _, err = c.profilesBy(ctx, nameDocument(), q)
	if err != nil {
		return page, nil, err
	}
	for _, p := range page.Profiles {
		page.Skipped = append(page.Skipped, forge.Skipped{Repo: p.RepoName, Why: why.Error()})
	}
	page.Profiles = nil
	return page, nil, nil
}

// profilesAlong reads a page, and the issues that changed where they are wanted
// and the server bears both questions at once.
func (c *Client) profilesAlong(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, []wantedTexts, error) {
	if !q.IssuesSince.IsZero() {
		page, wanted, err := c.profilesBy(ctx, profilesAndIssues(), q)
		if !errors.Is(err, forge.ErrTooMuch) && !errors.Is(err, forge.ErrUnsupported) {
			return page, wanted, err
		}
	}
	return c.profilesBy(ctx, profileDocument(), q)
}

// profilesBy reads a page by one of the documents for it.
func (c *Client) profilesBy(ctx context.Context, d document, q forge.ProfileQuery) (forge.ProfilePage, []wantedTexts, error) {
	what := "the organisation or account " + plain(q.Owner)
	vars := pageVars(q)
	switch d.name {
	case profilesAndIssues().name:
		c.quarterVars(vars, q)
		vars["changed"] = changedQuery(forge.ChangedIssuesQuery{Owner: q.Owner, Since: q.IssuesSince})
	case profileDocument().name:
		c.quarterVars(vars, q)
		if a, ok := c.takeAhead(vars); ok {
			return c.pageOf(q, &a.page, a.errors)
		}
	}
	var w graphPage
	r, err := c.ask(ctx, d, vars, what, &w)
	switch {
	case err != nil:
		return forge.ProfilePage{}, nil, err
	case w.RepositoryOwner == nil:
		return forge.ProfilePage{}, nil, c.graphRefusal(r, what, r.errors)
	}
	return c.pageOf(q, &w, r.errors)
}

//go:noinline
func pageVars(q forge.ProfileQuery) map[string]any {
	order := map[string]string{"field": "PUSHED_AT", "direction": "DESC"}
	if q.ByUpdate {
		order["field"] = "UPDATED_AT"
	}
	vars := map[string]any{"owner": q.Owner, "first": q.First, "after": nil, "order": order}
	if q.After != "" {
		vars["after"] = q.After
	}
	return vars
}

func (c *Client) quarterVars(vars map[string]any, q forge.ProfileQuery) {
	since, until := c.quarterTo(q.QuarterEnd)
	vars["since"], vars["until"], vars["labels"] = since, until, labelsOf(q.Labels)
}

// pageOf turns an answer into a page and the texts to read for it.
func (c *Client) pageOf(q forge.ProfileQuery, w *graphPage, all []graphError) (forge.ProfilePage, []wantedTexts, error) {
	list := w.RepositoryOwner.Repositories
	page := forge.ProfilePage{Total: max(list.TotalCount, 0)}
	if w.Changed != nil {
		page.Issues = c.changed(w.Changed, issuesAlong)
	}
	// A cursor that leads nowhere new would lead there for ever.
	if list.PageInfo.HasNextPage && list.PageInfo.EndCursor != q.After {
		page.Next = list.PageInfo.EndCursor
	}
	var wanted []wantedTexts
	for i, g := range list.Nodes {
		if i >= perPage {
			break
		}
		unnamed := forge.RepoName{Host: c.o.Host, Owner: firstOf(w.RepositoryOwner.Login, q.Owner)}
		if texts, ok := c.addProfile(&page, q, unnamed, g, all, "repositoryOwner", "repositories", "nodes", i); ok {
			wanted = append(wanted, texts)
		}
	}
	return page, wanted, nil
}

// addProfile adds a repository to a page, or what is in its way, and gives the
// texts to read for it. at is where it stands in the answer, name what it is
// called where the answer does not say it.
func (c *Client) addProfile(page *forge.ProfilePage, q forge.ProfileQuery, name forge.RepoName, g *graphRepo, all []graphError, at ...any) (wantedTexts, bool) {
	if g == nil {
		page.Skipped = append(page.Skipped, forge.Skipped{Repo: name, Why: whyNull(all, at)})
		return wantedTexts{}, false
	}
	p, ok := c.profile(g)
	if !ok {
		page.Skipped = append(page.Skipped, forge.Skipped{Repo: forge.RepoName{Host: c.o.Host, Owner: plain(g.Owner.Login)}, Why: "its name cannot be used: " + plain(g.Name)})
		return wantedTexts{}, false
	}
	noteErrors(&p, all, at...)
	texts := listFolders(&p, g, all, at)
	chosen := q.Changed == nil || q.Changed(p.Repo)
	if chosen {
		texts.of = len(page.Profiles)
		texts.wantIssues(g, q.Labels)
	}
	page.Profiles = append(page.Profiles, p)
	return texts, chosen
}

func whyNull(all []graphError, at []any) string {
	for _, e := range all {
		if e.below(at...) && len(e.Path) == len(at) {
			return words{message: firstOf(e.Message, e.Type)}.quote()
		}
	}
	return "the host does not tell of it"
}

// quarterTo are the two ends of the quarter before a time, as GraphQL writes
// them.
func (c *Client) quarterTo(end time.Time) (since, until string) {
	if end.IsZero() {
		end = c.o.Now()
	}
	end = end.UTC()
	return end.Add(-quarter).Format(time.RFC3339), end.Format(time.RFC3339)
}

//go:noinline
func labelsOf(given []string) []string {
	if given == nil {
		return forge.HelpWantedLabels()
	}
	return given
}
