package github

import (
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// The functions of this file turn go-github's structs into the nouns of forge.
// All of them take a nil, or an empty struct, as "not said".

// nameOf reads a repository's name, which must be one: it becomes part of
// paths and commands.
func (c *Client) nameOf(r *gh.Repository) (forge.RepoName, bool) {
	if r == nil {
		return forge.RepoName{}, false
	}
	owner, name := r.GetOwner().GetLogin(), r.GetName()
	if o, n, ok := strings.Cut(r.GetFullName(), "/"); ok && (owner == "" || name == "") {
		owner, name = o, n
	}
	parsed, err := forge.ParseRepo(c.o.Host+"/"+owner+"/"+name, c.o.Host)
	return parsed, err == nil
}

//go:noinline
func (c *Client) nameOrNil(r *gh.Repository) *forge.RepoName {
	if name, ok := c.nameOf(r); ok {
		return &name
	}
	return nil
}

func (c *Client) repo(r *gh.Repository) (forge.Repo, bool) {
	name, ok := c.nameOf(r)
	if !ok {
		return forge.Repo{}, false
	}
	return forge.Repo{
		RepoName:      name,
		Description:   r.GetDescription(),
		DefaultBranch: r.GetDefaultBranch(),
		Language:      r.GetLanguage(),
		License:       license(r),
		Topics:        r.Topics,
		Stars:         max(r.GetStargazersCount(), 0),
		Forks:         max(r.GetForksCount(), 0),
		OpenIssues:    max(r.GetOpenIssuesCount(), 0),
		Private:       r.GetPrivate(),
		Visibility:    r.GetVisibility(),
		Archived:      r.GetArchived(),
		Fork:          r.GetFork(),
		Parent:        c.nameOrNil(r.Parent),
		Source:        c.nameOrNil(r.Source),
		AllowForking:  r.AllowForking,
		HasIssues:     r.HasIssues == nil || *r.HasIssues,
		HTMLURL:       c.home(r.GetHTMLURL(), name, ""),
		CloneURL:      c.home(r.GetCloneURL(), name, ".git"),
		CreatedAt:     r.GetCreatedAt().Time,
		UpdatedAt:     r.GetUpdatedAt().Time,
		PushedAt:      r.GetPushedAt().Time,
		Access:        access(r.Permissions),
		SquashTitle:   r.GetSquashMergeCommitTitle(),
		AllowSquash:   r.AllowSquashMerge,
		AllowMerge:    r.AllowMergeCommit,
		AllowRebase:   r.AllowRebaseMerge,

		PushProtection: pushProtection(r.GetSecurityAndAnalysis()),
	}, true
}

func pushProtection(s *gh.SecurityAndAnalysis) *bool {
	status := s.GetSecretScanningPushProtection().GetStatus()
	if status == "" {
		return nil
	}
	on := status == "enabled"
	return &on
}

// repos leaves out what has no usable name.
func (c *Client) repos(all []*gh.Repository) []forge.Repo {
	out := make([]forge.Repo, 0, len(all))
	for _, r := range all {
		if repo, ok := c.repo(r); ok {
			out = append(out, repo)
		}
	}
	return out
}

func license(r *gh.Repository) string {
	if id := r.GetLicense().GetSPDXID(); id != "NOASSERTION" {
		return id
	}
	return ""
}

func access(p map[string]bool) *forge.Access {
	if len(p) == 0 {
		return nil
	}
	return &forge.Access{Pull: p["pull"], Triage: p["triage"], Push: p["push"], Maintain: p["maintain"], Admin: p["admin"]}
}

// address puts a path that the server gave on the host that was asked: a
// server behind a proxy may name itself as nobody else can, and a hostile one
// may name somebody else, or a scheme that runs a program.
func (c *Client) address(raw, fallback string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || len(u.Path) < 2 {
		u = &url.URL{Path: "/" + fallback}
	}
	return (&url.URL{Scheme: c.scheme, Host: c.o.Host, Path: u.Path, RawPath: u.RawPath, Fragment: u.Fragment}).String()
}

// home is the address of a repository, which must lead to that repository: git
// would read, and push to, whatever else stands there.
func (c *Client) home(raw string, name forge.RepoName, suffix string) string {
	u, err := url.Parse(raw)
	if err == nil && strings.HasSuffix(strings.ToLower(u.Path), strings.ToLower("/"+name.FullName()+suffix)) {
		return c.address(raw, name.FullName()+suffix)
	}
	return c.address("", name.FullName()+suffix)
}

// link keeps an address outside of the host, such as a build's, if it is one
// that a browser may open.
func link(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	return u.String()
}

func user(u *gh.User) forge.User {
	return forge.User{Login: u.GetLogin(), ID: u.GetID(), Name: u.GetName(), Email: u.GetEmail(), Type: u.GetType()}
}

//go:noinline
func logins(all []*gh.User) []string {
	var out []string
	for _, u := range all {
		if l := u.GetLogin(); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func labels(all []*gh.Label) []string {
	var out []string
	for _, l := range all {
		if n := l.GetName(); n != "" {
			out = append(out, n)
		}
	}
	return out
}

func (c *Client) pull(in forge.RepoName, p *gh.PullRequest) forge.Pull {
	if base, ok := c.nameOf(p.GetBase().GetRepo()); ok {
		in = base
	}
	state := forge.PullOpen
	switch {
	case moment(p.MergedAt) != nil || p.GetMerged():
		state = forge.PullMerged
	case strings.EqualFold(p.GetState(), "closed"):
		state = forge.PullDeclined
	}
	reviewers, teams := logins(p.RequestedReviewers), []string(nil)
	for _, t := range p.RequestedTeams {
		if s := t.GetSlug(); s != "" {
			reviewers, teams = append(reviewers, s), append(teams, s)
		}
	}
	return forge.Pull{
		Repo:      in,
		Number:    p.GetNumber(),
		Title:     p.GetTitle(),
		Body:      p.GetBody(),
		State:     state,
		Draft:     p.GetDraft(),
		URL:       c.address(p.GetHTMLURL(), path("%s/%s/pull/%d", in.Owner, in.Name, p.GetNumber())),
		Author:    user(p.User),
		Base:      c.ref(p.Base),
		Head:      c.ref(p.Head),
		Labels:    labels(p.Labels),
		Reviewers: reviewers,
		Teams:     teams,
		CreatedAt: p.GetCreatedAt().Time,
		UpdatedAt: p.GetUpdatedAt().Time,
		ClosedAt:  moment(p.ClosedAt),
		MergedAt:  moment(p.MergedAt),
		Mergeable: p.Mergeable,

		MergeState: strings.ToLower(plainOrEmpty(p.GetMergeableState())),
		MergeSHA:   mergedBy(p),
		Remarks:    max(p.GetReviewComments(), 0),
	}
}

// mergedBy is the commit by which a pull request was merged. Of an open one the
// API gives a commit that was made only to try it.
func mergedBy(p *gh.PullRequest) string {
	if moment(p.MergedAt) == nil && !p.GetMerged() {
		return ""
	}
	return p.GetMergeCommitSHA()
}

func (c *Client) ref(b *gh.PullRequestBranch) forge.Ref {
	return forge.Ref{Repo: c.nameOrNil(b.GetRepo()), Branch: b.GetRef(), SHA: b.GetSHA()}
}

func moment(t *gh.Timestamp) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	return &t.Time
}

func (c *Client) issue(in forge.RepoName, i *gh.Issue) forge.Issue {
	if in.IsZero() {
		in = c.issueHome(i)
	}
	kind := "issues"
	if i.IsPullRequest() {
		kind = "pull"
	}
	return forge.Issue{
		Repo:      in,
		Number:    i.GetNumber(),
		Title:     i.GetTitle(),
		Body:      i.GetBody(),
		State:     strings.ToLower(i.GetState()),
		URL:       c.address(i.GetHTMLURL(), path("%s/%s/"+kind+"/%d", in.Owner, in.Name, i.GetNumber())),
		Author:    user(i.User),
		Labels:    labels(i.Labels),
		Assignees: logins(i.Assignees),
		IsPull:    i.IsPullRequest(),
		Draft:     i.GetDraft(),
		CreatedAt: i.GetCreatedAt().Time,
		UpdatedAt: i.GetUpdatedAt().Time,
		ClosedAt:  moment(i.ClosedAt),
	}
}

// issueHome reads the repository of an issue found by a search, which names it
// only as an address.
func (c *Client) issueHome(i *gh.Issue) forge.RepoName {
	if name, ok := c.nameOf(i.GetRepository()); ok {
		return name
	}
	if _, rest, ok := strings.Cut(i.GetRepositoryURL(), "/repos/"); ok {
		if name, err := forge.ParseRepo(rest, c.o.Host); err == nil {
			return name
		}
	}
	if u, err := url.Parse(i.GetHTMLURL()); err == nil {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) >= 4 {
			if name, err := forge.ParseRepo(strings.Join(parts[len(parts)-4:len(parts)-2], "/"), c.o.Host); err == nil {
				return name
			}
		}
	}
	return forge.RepoName{}
}
