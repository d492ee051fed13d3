package github

import (
	"fmt"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// What a page of profiles looks like in GraphQL. What was not said, or not
// asked for, is nil or the zero value.
type (
	graphPage struct {
		Changed         *graphChanged
		RepositoryOwner *struct {
			Login        string
			Repositories struct {
				TotalCount int
				PageInfo   graphPageInfo
				Nodes      []*graphRepo
			}
		}
	}
	graphPageInfo struct {
		HasNextPage bool
		EndCursor   string
	}
	graphCount struct{ TotalCount int }
	graphName  struct{ Name string }
	graphRepo  struct {
		ID               string
		DatabaseID       int64
		Name             string
		Owner            struct{ Login, AvatarURL string }
		Description      string
		URL              string
		Visibility       string
		IsPrivate        bool
		IsArchived       bool
		IsFork           bool
		Parent           *graphParent
		ForkingAllowed   *bool
		HasIssuesEnabled *bool
		DefaultBranchRef *graphName
		PrimaryLanguage  *graphName
		Languages        struct {
			Edges []struct {
				Size int
				Node graphName
			}
		}
		LicenseInfo      *struct{ SpdxID string }
		RepositoryTopics struct {
			Nodes []struct{ Topic graphName }
		}
		StargazerCount int
		ForkCount      int
		Watchers       *graphCount
		CreatedAt      time.Time
		UpdatedAt      time.Time
		PushedAt       *time.Time
		LatestRelease  *struct {
			TagName, Name, URL string
			PublishedAt        *time.Time
		}

		OpenIssues *graphCount
		OpenPulls  *graphCount
		HelpWanted *struct{ Nodes []*struct{ Number int } }
		Spelled    *struct{ Nodes []graphName } // all labels
		Quarter    *struct {
			Target *struct{ History *graphCount }
		}
		Root, Github, Docs *graphTree
	}
	graphParent struct {
		NameWithOwner string
		IsFork        bool
	}
	graphIssue struct {
		Number               int
		Title, URL, Body     string
		CreatedAt, UpdatedAt time.Time
		Labels               struct{ Nodes []graphName }
		Assignees            struct{ Nodes []struct{ Login string } }
	}
	graphTree struct{ Entries []treeEntry }
)

// maxIssueBody bounds what is kept of an issue's text, in bytes: enough for the
// words and the template in which owners state skill and size.
const maxIssueBody = 16 << 10

// profile turns a repository into a profile; false when it has no usable name.
func (c *Client) profile(g *graphRepo) (forge.Profile, bool) {
	name, err := forge.ParseRepo(c.o.Host+"/"+g.Owner.Login+"/"+g.Name, c.o.Host)
	if err != nil {
		return forge.Profile{}, false
	}
	p := forge.Profile{
		Repo: forge.Repo{
			RepoName:    name,
			Description: g.Description,
			Stars:       max(g.StargazerCount, 0),
			Forks:       max(g.ForkCount, 0),
			Private:     g.IsPrivate,
			Visibility:  strings.ToLower(g.Visibility),
			Archived:    g.IsArchived,
			Fork:        g.IsFork,

			AllowForking: g.ForkingAllowed,
			HasIssues:    g.HasIssuesEnabled == nil || *g.HasIssuesEnabled,
			HTMLURL:      c.home(g.URL, name, ""),
			CloneURL:     c.home("", name, ".git"),
			CreatedAt:    g.CreatedAt,
			UpdatedAt:    g.UpdatedAt,
		},
		ID:          g.DatabaseID,
		NodeID:      g.ID,
		OwnerAvatar: link(g.Owner.AvatarURL),
		Watchers:    g.Watchers.count(),
		OpenPulls:   g.OpenPulls.count(),
	}
	if p.Visibility == "" && !p.Private { // optionalFields
		p.Visibility = "public"
	}
	c.describe(&p, g)
	count(&p, g)
	return p, true
}

func (n *graphCount) count() *int {
	if n == nil || n.TotalCount < 0 {
		return nil
	}
	return &n.TotalCount
}

// describe fills in what may be missing from a repository.
func (c *Client) describe(p *forge.Profile, g *graphRepo) {
	if g.PushedAt != nil {
		p.PushedAt = *g.PushedAt
	}
	if g.DefaultBranchRef != nil {
		p.DefaultBranch = g.DefaultBranchRef.Name
	}
	if g.PrimaryLanguage != nil {
		p.Language = g.PrimaryLanguage.Name
	}
	if g.LicenseInfo != nil && g.LicenseInfo.SpdxID != "NOASSERTION" {
		p.License = g.LicenseInfo.SpdxID
	}
	if g.Parent != nil {
		if parent, err := forge.ParseRepo(c.o.Host+"/"+g.Parent.NameWithOwner, c.o.Host); err == nil {
			p.Parent = &parent
			if !g.Parent.IsFork {
				p.Source = &parent
			}
		}
	}
	for _, l := range g.Languages.Edges {
		if l.Node.Name != "" {
			p.Languages = append(p.Languages, forge.LanguageSize{Name: l.Node.Name, Bytes: max(l.Size, 0)})
		}
	}
	for _, t := range g.RepositoryTopics.Nodes {
		if t.Topic.Name != "" {
			p.Topics = append(p.Topics, t.Topic.Name)
		}
	}
	if r := g.LatestRelease; r != nil && r.TagName != "" {
		p.Release = &forge.Release{Tag: r.TagName, Name: r.Name, URL: c.address(r.URL, p.FullName()+"/releases")}
		if r.PublishedAt != nil {
			p.Release.Published = *r.PublishedAt
		}
	}
}

// count fills in what is counted. GitHub counts issues and pull
// requests together elsewhere, and so it is here.
func count(p *forge.Profile, g *graphRepo) {
	if g.OpenIssues != nil && g.OpenPulls != nil {
		p.OpenIssues = max(g.OpenIssues.TotalCount, 0) + max(g.OpenPulls.TotalCount, 0)
	}
	switch {
	case g.Quarter != nil && g.Quarter.Target != nil:
		p.QuarterCommits = g.Quarter.Target.History.count()
	case g.Quarter == nil && g.DefaultBranchRef == nil && g.Root == nil && g.OpenIssues != nil: // empty
		none := 0
		p.QuarterCommits = &none
	}
}

func (c *Client) wantedIssue(in forge.RepoName, i *graphIssue) forge.Issue {
	issue := forge.Issue{
		Repo: in, Number: i.Number, Title: i.Title, Body: cut(i.Body, maxIssueBody), State: "open",
		URL:       c.address(i.URL, path("%s/%s/issues/%d", in.Owner, in.Name, i.Number)),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	for _, l := range i.Labels.Nodes {
		if l.Name != "" {
			issue.Labels = append(issue.Labels, l.Name)
		}
	}
	for _, a := range i.Assignees.Nodes {
		if a.Login != "" {
			issue.Assignees = append(issue.Assignees, a.Login)
		}
	}
	return issue
}

// cut shortens a text to at most so many bytes, between characters.
//
//go:noinline
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// noteErrors says in a profile what the server did not tell of it. at is where
// the repository stands in the answer.
func noteErrors(p *forge.Profile, all []graphError, at ...any) {
	const most = 5
	for _, e := range all {
		if !e.below(at...) || len(p.Incomplete) >= most {
			continue
		}
		what := "a part"
		if len(e.Path) > len(at) {
			what = plain(fmt.Sprint(e.Path[len(at)]))
		}
		p.Incomplete = append(p.Incomplete, what+": "+words{message: firstOf(e.Message, e.Type, "not told")}.quote())
	}
}
