package sandbox

import (
	"fmt"
	"strings"
	"time"
)

type ownerRows struct {
	Login, Name, About string
	Repos              []repoRow
}

type repoRow struct{ FullName, Description, Language string }

func (f *Forge) rowsOf(u *user) ownerRows {
	rows := ownerRows{Login: u.Login, Name: orElse(u.Name, u.Login), About: u.Bio}
	for _, r := range f.state.order {
		if r.owner == u && r.source().visibility != "private" {
			rows.Repos = append(rows.Repos, repoRow{r.fullName(), r.description, r.spec.Language})
		}
	}
	return rows
}

func (f *Forge) homeRows() []ownerRows {
	var out []ownerRows
	for _, o := range f.world.Orgs {
		out = append(out, f.rowsOf(f.state.user(o.Login)))
	}
	return out
}

func (f *Forge) ownerPage(login string) *view {
	u := f.state.user(login)
	if u == nil {
		return nil
	}
	return pageOf("home", u.Login, []ownerRows{f.rowsOf(u)})
}

type issueRow struct {
	Number                          int
	Title, Href, Author, When, Body string
	State                           string
	Labels                          []string
	Pull                            *pullRow
	Talk                            []saying
}

type pullRow struct {
	From, Base      string
	Checks, Commits []saying
	Asked, Blocked  []string
}

type saying struct{ Name, State, When, Text string }

func (c *call) issueRow(i *issue) issueRow {
	kind := "issues"
	row := issueRow{Number: i.number, Title: i.title, Author: i.author.Login, When: c.since(i.created), Body: i.body, State: i.state}
	if i.pull != nil {
		kind = "pull"
		switch {
		case !i.pull.merged.IsZero():
			row.State = "merged"
		case i.pull.draft && i.state == "open":
			row.State = "draft"
		}
	}
	row.Href = fmt.Sprintf("/%s/%s/%d", c.repo.fullName(), kind, i.number)
	for _, l := range i.labels {
		row.Labels = append(row.Labels, l.Name)
	}
	return row
}

// since tells how long ago something was.
func (c *call) since(t time.Time) string {
	d := c.f.now().Sub(t)
	switch {
	case d < time.Hour:
		return plural(max(int(d.Minutes()), 0), "minute") + " ago"
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour") + " ago"
	}
	return plural(int(d.Hours()/24), "day") + " ago"
}

func (c *call) issueRows(i *issue) issueRow {
	row := c.issueRow(i)
	for _, x := range i.comments {
		row.Talk = append(row.Talk, saying{Name: x.author.Login, When: c.since(x.created), Text: x.body})
	}
	if i.pull == nil {
		return row
	}
	p := i.pull
	for _, v := range p.reviews {
		row.Talk = append(row.Talk, saying{v.author.Login, strings.ToLower(strings.ReplaceAll(v.state, "_", " ")) + ",", c.since(v.at), v.body})
	}
	for _, x := range p.remarks {
		row.Talk = append(row.Talk, saying{x.author.Login, fmt.Sprintf("on %s:%d,", x.path, x.line), c.since(x.created), x.body})
	}
	row.Pull = &pullRow{From: p.headOwner + ":" + p.branch, Base: p.base}
	for _, x := range c.repo.checks[p.sha] {
		row.Pull.Checks = append(row.Pull.Checks, saying{Name: x.name, State: orElse(x.conclusion, x.status), Text: x.summary})
	}
	commits, _ := c.pullCommits(i)
	for _, x := range commits {
		row.Pull.Commits = append(row.Pull.Commits, saying{Name: x.sha[:7], Text: firstLine(x.message)})
	}
	if i.state == "open" {
		row.Pull.Blocked = c.blockers(i)
		for _, u := range p.requested {
			row.Pull.Asked = append(row.Pull.Asked, u.Login)
		}
		for _, t := range p.teams {
			row.Pull.Asked = append(row.Pull.Asked, c.repo.owner.Login+"/"+t.Slug)
		}
	}
	return row
}

type repoPage struct {
	FullName, Description, Parent, Visibility, Clone, Readme string
	Archived                                                 bool
	Pulls, Issues                                            []issueRow
	Files                                                    []link
	Branches                                                 []string
}

func (c *call) repoPage() *view {
	r := c.repo
	p := repoPage{FullName: r.fullName(), Description: r.description, Visibility: r.visibility, Archived: r.archived, Clone: c.f.page("/%s.git", r.fullName())}
	if r.parent != nil {
		p.Parent = r.parent.fullName()
	}
	for _, i := range r.sorted() {
		switch {
		case i.state != "open":
		case i.pull != nil:
			p.Pulls = append(p.Pulls, c.issueRow(i))
		default:
			p.Issues = append(p.Issues, c.issueRow(i))
		}
	}
	branches, _ := c.f.in(c.ctx, r, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
	p.Branches = strings.Fields(branches)
	if sha := c.commitAt(r.branch); sha != "" {
		entries, _ := c.tree("-r", sha)
		for _, e := range entries[:min(len(entries), 500)] {
			p.Files = append(p.Files, link{Text: e.path, Href: "/" + r.fullName() + "/blob/" + r.branch + "/" + escapePath(e.path)})
		}
		if e, found := c.findFile(sha, func(n string) bool { return strings.HasPrefix(n, "readme") }, ".github", "", "docs"); found {
			p.Readme, _ = c.blob(e.sha)
		}
	}
	return pageOf("repo", r.fullName(), p)
}

type diffPage struct {
	Title string
	Files []diffFile
}

type diffFile struct {
	Path           string
	Added, Removed int
	Lines          []diffLine
}

type diffLine struct{ Class, Text string }

func diffRows(title string, files []fileDiff) diffPage {
	p := diffPage{Title: title}
	for _, x := range files {
		row := diffFile{Path: x.path, Added: x.added, Removed: x.removed}
		for line := range strings.Lines(x.patch) {
			class := map[byte]string{'+': "add", '-': "del", '@': "hunk"}[line[0]]
			row.Lines = append(row.Lines, diffLine{class, strings.TrimSuffix(line, "\n")})
		}
		p.Files = append(p.Files, row)
	}
	return p
}

func (c *call) commitPage(sha string) *view {
	sha = c.commitAt(sha)
	if sha == "" {
		return nil
	}
	parent := orElse(c.f.resolve(c.ctx, c.repo, sha+"^1"), emptyTree)
	files, err := c.f.diff(c.ctx, c.repo, c.f.git, parent, sha)
	all, err2 := c.f.git.log(c.ctx, c.repo.dir, "--max-count=1", sha)
	if err != nil || err2 != nil || len(all) == 0 {
		return nil
	}
	return pageOf("diff", firstLine(all[0].message), diffRows(firstLine(all[0].message), files))
}

// fileView shows REF/PATH, where REF may have slashes.
func (c *call) fileView(what string, rest []string) *view {
	for n := 1; n <= len(rest); n++ {
		ref, path := strings.Join(rest[:n], "/"), strings.Join(rest[n:], "/")
		sha := c.commitAt(ref)
		if sha == "" {
			continue
		}
		if path == "" {
			return c.repoPage()
		}
		entries, err := c.tree(sha, "--", path)
		if err != nil || len(entries) != 1 || entries[0].kind != "blob" || entries[0].size > 2<<20 {
			return nil
		}
		data, err := c.blob(entries[0].sha)
		if err != nil {
			return nil
		}
		if what == "raw" {
			return &view{plain: &data}
		}
		lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
		raw := "/" + c.repo.fullName() + "/raw/" + ref + "/" + escapePath(path)
		return pageOf("blob", path, map[string]any{"Path": path, "Lines": lines, "Raw": raw})
	}
	return nil
}

// aboutPage lists rules or releases.
func (c *call) aboutPage(what string) *view {
	p := listing{Title: titleWords(what)}
	if what == "releases" {
		for _, x := range c.releases() {
			p.Rows = append(p.Rows, link{Text: x.Tag + ", " + c.since(x.at), More: x.Body})
		}
		return pageOf("list", p.Title, p)
	}
	for _, s := range c.f.rulesetsOf(c.repo) {
		for _, x := range s.Rules {
			p.Rows = append(p.Rows, link{Text: s.Name + ": " + x.Type, More: string(x.rawParameters())})
		}
	}
	return pageOf("list", p.Title, p)
}
