package sandbox

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

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
	Size            string // "2 commits"
	Checks, Commits []saying
	Asked, Blocked  []string
}

// saying is something that was said or done: a comment, a review, a check, a
// commit.
type saying struct {
	ID, Name, State, When, Text, Href string
	at                                time.Time
}

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
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute") + " ago"
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour") + " ago"
	}
	return plural(int(d.Hours()/24), "day") + " ago"
}

func (c *call) issueRows(i *issue) issueRow {
	row := c.issueRow(i)
	add := func(id string, who *user, what string, at time.Time, text string) {
		row.Talk = append(row.Talk, saying{ID: id, Name: who.Login, State: what, When: c.since(at), Text: text, at: at})
	}
	for _, x := range i.comments {
		add(fmt.Sprintf("issuecomment-%d", x.id), x.author, "", x.created, x.body)
	}
	if p := i.pull; p != nil {
		for _, v := range p.reviews {
			add(fmt.Sprintf("pullrequestreview-%d", v.id), v.author, strings.ToLower(strings.ReplaceAll(v.state, "_", " ")), v.at, v.body)
		}
		for _, x := range p.remarks {
			add(fmt.Sprintf("discussion_r%d", x.id), x.author, fmt.Sprintf("on %s:%d", x.path, x.line), x.created, x.body)
		}
		row.Pull = c.pullRow(i)
	}
	sort.SliceStable(row.Talk, func(a, b int) bool { return row.Talk[a].at.Before(row.Talk[b].at) })
	return row
}

func (c *call) pullRow(i *issue) *pullRow {
	p := i.pull
	row := &pullRow{From: p.headOwner + ":" + p.branch, Base: p.base}
	for _, x := range c.repo.checks[p.sha] {
		row.Checks = append(row.Checks, saying{Name: x.name, State: orElse(x.conclusion, x.status), Text: orElse(x.title, x.summary)})
	}
	commits, _ := c.pullCommits(i)
	for _, x := range commits {
		row.Commits = append(row.Commits, saying{Name: x.sha[:7], Text: firstLine(x.message), Href: "/" + c.repo.fullName() + "/commit/" + x.sha})
	}
	row.Size = plural(len(row.Commits), "commit")
	if i.state != "open" {
		return row
	}
	row.Blocked = c.blockers(i)
	for _, u := range p.requested {
		row.Asked = append(row.Asked, u.Login)
	}
	for _, t := range p.teams {
		row.Asked = append(row.Asked, c.repo.owner.Login+"/"+t.Slug)
	}
	return row
}

// issueList shows all pull requests or all issues, the newest first.
func (c *call) issueList(what string) *view {
	pulls := what != "issues"
	rows := []issueRow{}
	for _, i := range c.repo.sorted() {
		if (i.pull != nil) == pulls {
			rows = append(rows, c.issueRow(i))
		}
	}
	title := map[bool]string{true: "Pull requests", false: "Issues"}[pulls]
	return pageOf("issuelist", title, map[string]any{"Title": title, "Rows": rows})
}

func (c *call) issueView(rest []string) *view {
	number, ending, _ := strings.Cut(rest[0], ".")
	n, _ := strconv.Atoi(number)
	i := c.repo.issues[n]
	if i == nil {
		return nil
	}
	switch {
	case i.pull == nil && (ending != "" || len(rest) > 1):
		return nil
	case ending != "":
		return c.patchText(ending, c.pullBase(i), i.pull.sha)
	case len(rest) > 1 && rest[1] == "files":
		files, err := c.pullFiles(i)
		if err != nil {
			return nil
		}
		return pageOf("diff", i.title, diffRows(i.title, files))
	}
	return pageOf("issue", i.title, c.issueRows(i))
}
