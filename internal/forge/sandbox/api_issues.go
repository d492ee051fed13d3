package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

func (c *call) issuesOff() error {
	if c.repo.hasIssues() {
		return nil
	}
	return &apiError{status: http.StatusGone, message: "Issues has been disabled in this repository."}
}

func listIssues(c *call) (answer, error) {
	state := orElse(c.query.Get("state"), "open")
	var labels []string
	if q := c.query.Get("labels"); q != "" {
		labels = strings.Split(q, ",")
	}
	since, _ := time.Parse(time.RFC3339, c.query.Get("since"))
	var list []*issue
	for _, i := range c.repo.sorted() {
		if state != "all" && i.state != state || i.updated.Before(since) || !i.hasLabels(labels) {
			continue
		}
		if who := c.query.Get("creator"); who != "" && !strings.EqualFold(who, i.author.Login) {
			continue
		}
		if who := c.query.Get("assignee"); who != "" && !i.assignedTo(who) {
			continue
		}
		if i.listed() {
			list = append(list, i)
		}
	}
	sortIssues(list, c.query.Get("sort"), orElse(c.query.Get("direction"), "desc"))
	return ok(each(paginate(c, list), c.issueObject))
}

//go:noinline
func (i *issue) hasLabels(names []string) bool {
	for _, want := range names {
		if !slices.ContainsFunc(i.labels, func(l *label) bool { return strings.EqualFold(l.Name, strings.TrimSpace(want)) }) {
			return false
		}
	}
	return true
}

func (i *issue) assignedTo(login string) bool {
	switch login {
	case "*":
		return len(i.assignees) > 0
	case "none":
		return len(i.assignees) == 0
	}
	return slices.ContainsFunc(i.assignees, func(u *user) bool { return strings.EqualFold(u.Login, login) })
}

func getIssue(c *call) (answer, error) {
	i, err := c.issueOf()
	if err != nil {
		return answer{}, err
	}
	if i.pull == nil {
		if err := c.issuesOff(); err != nil {
			return answer{}, err
		}
	}
	return ok(c.issueObject(i))
}

func createIssue(c *call) (answer, error) {
	if err := c.issuesOff(); err != nil {
		return answer{}, err
	}
	var in struct {
		Title, Body, Type string
		Labels            []string
		Assignees         []string
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if err := fitting(in.Title, in.Body, "Issue"); err != nil {
		return answer{}, err
	}
	for _, login := range in.Assignees {
		if u := c.f.state.user(login); c.perm >= permPush && (u == nil || c.f.may(u, c.repo) < permPull) {
			return answer{}, invalid(fields("value", login, "resource", "Issue", "field", "assignees", "code", "invalid"))
		}
	}
	if strings.TrimSpace(in.Title) == "" {
		return answer{}, invalid(fields("resource", "Issue", "code", "missing_field", "field", "title"))
	}
	i := c.f.newIssue(c.repo, in.Title, in.Body, c.user)
	if c.perm >= permTriage { // from others labels, assignees and type are ignored
		c.setLabels(i, in.Labels)
		c.setAssignees(i, in.Assignees)
		i.kind = in.Type
	}
	o := c.issueObject(i)
	c.head.Set("Location", o["url"].(string))
	return created(o)
}

// fitting refuses what is longer than GitHub takes.
func fitting(title, body, resource string) error {
	for _, x := range []struct {
		field, text string
		most        int
	}{{"title", title, 256}, {"body", body, 65536}} {
		if utf8.RuneCountInString(x.text) > x.most {
			return invalid(fieldError(resource, x.field, "custom", fmt.Sprintf("%s is too long (maximum is %d characters)", x.field, x.most)))
		}
	}
	return nil
}

func (c *call) setLabels(i *issue, names []string) {
	i.labels = nil
	for _, name := range names {
		if l := c.f.labelOf(c.repo, Label{Name: name}); !slices.Contains(i.labels, l) {
			i.labels = append(i.labels, l)
		}
	}
}

func (c *call) setAssignees(i *issue, logins []string) {
	i.assignees = nil
	for _, login := range logins {
		if u := c.f.state.user(login); u != nil && c.f.may(u, c.repo) >= permPull {
			i.assignees = append(i.assignees, u)
		}
	}
}

func editIssue(c *call) (answer, error) {
	i, err := c.issueOf()
	if err != nil {
		return answer{}, err
	}
	if c.perm < permTriage && i.author != c.user {
		return answer{}, forbidden("Must have admin rights to Repository.")
	}
	var in struct {
		Title, Body, State *string
		Labels             *[]string
		Assignees          *[]string
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if err := c.f.edit(i, in.Title, in.Body, in.State, c.user); err != nil {
		return answer{}, err
	}
	if in.Labels != nil && c.perm >= permTriage {
		c.setLabels(i, *in.Labels)
	}
	if in.Assignees != nil && c.perm >= permTriage {
		c.setAssignees(i, *in.Assignees)
	}
	return ok(c.issueObject(i))
}

func listComments(c *call) (answer, error) {
	i, err := c.issueOf()
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, i.comments), c.commentObject(i)))
}

func createComment(c *call) (answer, error) {
	i, err := c.issueOf()
	if err != nil {
		return answer{}, err
	}
	var in struct{ Body string }
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if strings.TrimSpace(in.Body) == "" {
		return answer{}, invalid(fields("resource", "IssueComment", "code", "missing_field", "field", "body"))
	}
	x := &comment{id: c.f.state.id(), author: c.user, body: in.Body, created: c.f.moment()}
	i.comments = append(i.comments, x)
	i.touch(x.created)
	return created(c.commentObject(i)(x))
}

func listLabels(c *call) (answer, error) {
	return ok(each(paginate(c, c.repo.labels), c.label))
}

func listIssueLabels(c *call) (answer, error) {
	i, err := c.issueOf()
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, i.labels), c.label))
}

func addIssueLabels(c *call) (answer, error) {
	i, err := c.issueOf()
	if err != nil {
		return answer{}, err
	}
	var in struct{ Labels []string }
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	var names []string
	for _, l := range i.labels {
		names = append(names, l.Name)
	}
	c.setLabels(i, append(names, in.Labels...))
	return ok(each(i.labels, c.label))
}
