package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// ProfilesREST reads a page of an owner's repositories with what a list tells of
// them, the ones that were pushed to last first, in one request (two for the
// first page of an account that is no organisation). ProfileREST completes each.
// First is not considered: a page is what the server makes of 100. Total is an
// upper bound.
func (c *Client) ProfilesREST(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	ctx, count := counting(ctx)
	page, err := c.profilesREST(ctx, q)
	page.Requests = count()
	return page, err
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
	page := forge.ProfilePage{Total: p.total}
	if p.next != nil {
		page.Next = kind + "?" + p.next.Encode()
	}
	for _, raw := range p.items {
		var w gh.Repository
		if err := decode(raw, &w); err != nil {
			return forge.ProfilePage{}, c.unavailable(fmt.Errorf("its list of repositories of %s is not the JSON that was expected: %w", plain(q.Owner), err))
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
		return page{}, c.unavailable(fmt.Errorf("its list of repositories of %s is not the JSON that was expected: %w", plain(owner), err))
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
		return "", nil, fmt.Errorf("%q is no place in a list over REST", plain(after))
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

// ProfileREST completes a profile from ProfilesREST by some ten requests, of
// which those that are answered as before cost nothing of the rate. What the
// host does not offer stays unknown.
func (c *Client) ProfileREST(ctx context.Context, p forge.Profile, o forge.ProfileOptions) (forge.Profile, error) {
	for _, part := range []struct {
		name string
		read func(context.Context, *forge.Profile, forge.ProfileOptions) error
	}{
		{"repository", c.restRepo}, {"files", c.restFiles}, {"languages", c.restLanguages}, {"release", c.restRelease},
		{"commits", c.restCommits}, {"pull requests", c.restPulls}, {"issues", c.restIssues},
	} {
		err := part.read(ctx, &p, o)
		switch {
		case err == nil:
		case part.name == "repository" && lacking(err):
			return p, err // it is gone, or was never there
		case hidden(err):
			p.Incomplete = append(p.Incomplete, part.name+": "+err.Error())
		default:
			return p, err
		}
	}
	return p, nil
}

// restRepo reads what a list leaves out: who watches, and where a fork is from.
func (c *Client) restRepo(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	var w gh.Repository
	if _, err := c.do(ctx, get(repoNoun(p.RepoName), "repos/%s/%s", p.Owner, p.Name), &w); err != nil {
		return err
	}
	full, ok := c.profileOf(&w)
	if !ok {
		return c.unavailable(fmt.Errorf("its answer about %s names no repository", repoNoun(p.RepoName)))
	}
	c.know(p.RepoName)
	*p = full
	return nil
}

func (c *Client) restLanguages(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	sizes := map[string]json.Number{}
	if _, err := c.do(ctx, get("languages of "+p.FullName(), "repos/%s/%s/languages", p.Owner, p.Name), &sizes); err != nil {
		return err
	}
	p.Languages = nil
	for name, size := range sizes {
		if n, err := strconv.Atoi(size.String()); err == nil && n >= 0 && name != "" {
			p.Languages = append(p.Languages, forge.LanguageSize{Name: name, Bytes: n})
		}
	}
	slices.SortFunc(p.Languages, func(a, b forge.LanguageSize) int {
		if a.Bytes != b.Bytes {
			return b.Bytes - a.Bytes
		}
		return strings.Compare(a.Name, b.Name)
	})
	p.Languages = p.Languages[:min(len(p.Languages), 5)]
	return nil
}

func (c *Client) restRelease(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	r, err := c.LatestRelease(ctx, p.RepoName)
	switch {
	case lacking(err): // none, or nothing that is called so
		return nil
	case err != nil:
		return err
	}
	p.Release = &r
	return nil
}

func (c *Client) restPulls(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	k := get("pull requests of "+p.FullName(), "repos/%s/%s/pulls", p.Owner, p.Name)
	k.query = url.Values{"state": {"open"}}
	n, _, err := c.length(ctx, k)
	p.OpenPulls = n
	return err
}

// restCommits counts the commits of the quarter. Not every server minds since;
// one that is not GitHub is believed when its oldest commit lies in the quarter.
func (c *Client) restCommits(ctx context.Context, p *forge.Profile, o forge.ProfileOptions) error {
	if p.DefaultBranch == "" {
		return nil
	}
	since, until := c.quarterTo(o.QuarterEnd)
	k := get("commits of "+p.FullName(), "repos/%s/%s/commits", p.Owner, p.Name)
	k.query = url.Values{"sha": {p.DefaultBranch}, "since": {since}, "until": {until}}
	n, a, err := c.length(ctx, k)
	var empty *forge.InvalidError // 409: there is nothing in it yet
	if errors.As(err, &empty) {
		none := 0
		n, err = &none, nil
	}
	if err != nil || n == nil {
		return err
	}
	if *n > 0 && a.header.Get("X-GitHub-Request-Id") == "" {
		k.query.Set("per_page", "1")
		k.query.Set("page", strconv.Itoa(*n))
		all, err := c.commitPage(ctx, k)
		if err != nil {
			return err
		}
		if len(all) != 1 || all[0].GetCommit().GetCommitter().GetDate().Format(sortable) < since {
			return nil
		}
	}
	p.QuarterCommits = n
	return nil
}

const sortable = "2006-01-02T15:04:05Z"

func (c *Client) commitPage(ctx context.Context, k call) ([]*gh.RepositoryCommit, error) {
	var all []*gh.RepositoryCommit
	_, err := c.do(ctx, k, &all)
	return all, err
}

// length counts a list by asking for pages of one element; nil is not known. It
// takes one request, or two on a server that does not say how many pages there
// are.
func (c *Client) length(ctx context.Context, k call) (*int, answer, error) {
	k.query.Set("per_page", "1")
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, a, err
	}
	first, err := readPage(a.body, "")
	if err != nil {
		return nil, a, c.unavailable(fmt.Errorf("its list of %s is not the JSON that was expected: %w", k.what, err))
	}
	n := len(first.items)
	if total, err := strconv.Atoi(a.header.Get("X-Total-Count")); err == nil && total >= n {
		return &total, a, nil
	}
	if last, ok := lastPage(a); ok && n == 1 {
		return &last, a, nil
	}
	_, links := a.header["Link"]
	switch {
	case n == 0:
		return &n, a, nil
	case n > 1 || links: // pages are not as long as they were asked to be
		return nil, a, nil
	}
	k.query.Set("page", "2")
	second, err := c.send(ctx, k)
	if err != nil {
		return nil, a, err
	}
	rest, err := readPage(second.body, "")
	if err != nil || len(rest.items) > 0 {
		return nil, a, nil // unknown: it has more pages than it tells
	}
	return &n, a, nil
}

// restIssues reads the open issues with one of the labels. GitHub's list takes
// several labels to mean all of them, so a short list is read whole and a long
// one by each label that the repository has.
func (c *Client) restIssues(ctx context.Context, p *forge.Profile, o forge.ProfileOptions) error {
	p.HelpWanted = nil
	if p.OpenIssues == 0 || !p.HasIssues {
		return nil
	}
	labels := labelsOf(o.Labels)
	if p.OpenIssues <= perPage {
		all, err := c.Issues(ctx, p.RepoName, IssueQuery{State: "open"})
		p.HelpWanted = withLabel(nil, all, labels)
		return err
	}
	k := get("labels of "+p.FullName(), "repos/%s/%s/labels", p.Owner, p.Name)
	has, _, err := list[*gh.Label](ctx, c, k, "", 300)
	if err != nil {
		return err
	}
	for _, l := range has {
		if !slices.ContainsFunc(labels, func(s string) bool { return strings.EqualFold(s, l.GetName()) }) {
			continue
		}
		all, err := c.Issues(ctx, p.RepoName, IssueQuery{State: "open", Labels: []string{l.GetName()}, Limit: maxProfileIssues})
		if err != nil {
			return err
		}
		p.HelpWanted = withLabel(p.HelpWanted, all, labels)
	}
	return nil
}

// withLabel adds to some issues those of others that have one of the labels.
func withLabel(to, all []forge.Issue, labels []string) []forge.Issue {
	for _, i := range all {
		wanted := slices.ContainsFunc(i.Labels, func(has string) bool {
			return slices.ContainsFunc(labels, func(l string) bool { return strings.EqualFold(l, has) })
		})
		known := slices.ContainsFunc(to, func(o forge.Issue) bool { return o.Number == i.Number })
		if wanted && !known && len(to) < maxProfileIssues {
			i.Body = cut(i.Body, maxIssueBody)
			to = append(to, i)
		}
	}
	return to
}

// restFiles lists the folders and reads the files, by their objects.
func (c *Client) restFiles(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	p.Listed, p.Files = map[string][]string{}, map[string]string{}
	folders := map[string][]treeEntry{}
	root, err := c.restFolder(ctx, p, p.DefaultBranch)
	if err != nil {
		return err
	}
	p.Listed[""], folders[""] = listFolder(p, "", root)
	for _, folder := range []string{".github", "docs"} {
		i := slices.IndexFunc(root, func(e treeEntry) bool { return e.Name == folder && e.Type == "tree" && isSHA(e.OID) })
		var entries []treeEntry
		if i >= 0 {
			if entries, err = c.restFolder(ctx, p, root[i].OID); err != nil {
				return err
			}
		}
		p.Listed[folder], folders[folder] = listFolder(p, folder, entries)
	}
	w := chooseFiles(p, folders)
	for i, name := range w.paths {
		if err := c.restText(ctx, p, name, w.oids[i]); err != nil {
			return err
		}
	}
	return nil
}

// restFolder reads the names in a folder, known by a branch or its object; one
// of an empty repository is empty.
func (c *Client) restFolder(ctx context.Context, p *forge.Profile, ref string) ([]treeEntry, error) {
	if ref == "" {
		return nil, nil
	}
	var w gh.Tree
	_, err := c.do(ctx, get("the files of "+p.FullName(), "repos/%s/%s/git/trees/%s", p.Owner, p.Name, ref), &w)
	var (
		missing *forge.NotFoundError
		empty   *forge.InvalidError // 409
	)
	if errors.As(err, &empty) || errors.As(err, &missing) && p.PushedAt.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries := make([]treeEntry, 0, len(w.Entries))
	for _, e := range w.Entries {
		mode, err := strconv.ParseInt(e.GetMode(), 8, 32)
		if err != nil {
			mode = 0o100644
		}
		entries = append(entries, treeEntry{Name: e.GetPath(), Type: e.GetType(), Mode: int(mode), OID: e.GetSHA(), Size: int64(max(e.GetSize(), 0))})
	}
	return entries, nil
}

// restText reads one file. An object never changes, so that its answer is kept
// for good where answers are kept.
func (c *Client) restText(ctx context.Context, p *forge.Profile, name, oid string) error {
	var w gh.Blob
	k := call{method: http.MethodGet, path: path("repos/%s/%s/git/blobs/%s", p.Owner, p.Name, oid), what: name + " of " + p.FullName()}
	if _, err := c.do(ctx, k, &w); err != nil {
		if hidden(err) {
			p.Incomplete = append(p.Incomplete, name+": "+err.Error())
			return nil
		}
		return err
	}
	text, err := content(w.GetEncoding(), w.Content)
	if err != nil {
		p.Incomplete = append(p.Incomplete, name+": "+err.Error())
		return nil
	}
	keepText(p, name, blobOf(text))
	return nil
}
