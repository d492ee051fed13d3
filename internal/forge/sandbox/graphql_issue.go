package sandbox

import (
	"strings"
	"time"
)

type (
	// issueNode is an issue or a pull request with its repository.
	issueNode struct {
		repo *repository
		*issue
	}
	commentNode struct {
		in *issueNode
		*comment
	}
)

func (n *issueNode) kind() string {
	if n.pull != nil {
		return "PullRequest"
	}
	return "Issue"
}

func (n *issueNode) path() string {
	if n.pull != nil {
		return "/" + n.repo.fullName() + "/pull/" + numberText(n.number)
	}
	return "/" + n.repo.fullName() + "/issues/" + numberText(n.number)
}

func issueOf(wanted func(*issue) bool, what string) func(*graphQLRun, *repository, fieldArgs) (any, error) {
	return func(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
		n := a.number("number")
		if i := r.issues[n]; i != nil && wanted(i) {
			g.f.know(r)
			return &issueNode{r, i}, nil
		}
		return nil, unresolved("%s with the number of %d.", what, n)
	}
}

// issueOrder sorts issues and pull requests as asked; by number, which is the
// order in which they came, if not.
func issueOrder(list []*issueNode, a fieldArgs) *series {
	by := a.object("orderBy")
	return sortedSeries(list, by.str("direction") == "DESC", func(n *issueNode) sortKey {
		k := sortKey{id: int64(n.number)}
		switch by.str("field") {
		case "UPDATED_AT":
			k.text = timeKey(n.updated)
		case "COMMENTS":
			k.text = numberKey(len(n.comments))
		case "CREATED_AT":
			k.text = timeKey(n.created)
		}
		return k
	})
}

// labelled tells whether an issue has at least one of some labels.
func (i *issue) labelled(any []string) bool {
	if len(any) == 0 {
		return true
	}
	for _, l := range i.labels {
		if containsFold(any, l.Name) {
			return true
		}
	}
	return false
}

func issuesConnection(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	filter := a.object("filterBy")
	states, labels := append(a.texts("states"), filter.texts("states")...), append(a.texts("labels"), filter.texts("labels")...)
	since, err := time.Parse(time.RFC3339, orElse(filter.str("since"), "0001-01-01T00:00:00Z"))
	if err != nil {
		return nil, &graphQLError{Type: "UNPROCESSABLE", Message: "'" + filter.str("since") + "' is not a DateTime"}
	}
	var list []*issueNode
	for _, i := range r.issues {
		if i.pull != nil || len(states) > 0 && !containsFold(states, i.state) || !i.labelled(labels) || i.updated.Before(since) {
			continue
		}
		if by := filter.str("createdBy"); by != "" && !strings.EqualFold(by, i.author.Login) {
			continue
		}
		if to := filter.str("assignee"); to != "" && to != "*" && !i.assignedTo(to) || to == "*" && len(i.assignees) == 0 {
			continue
		}
		if who := filter.str("mentioned"); who != "" && !strings.Contains(strings.ToLower(i.body), "@"+strings.ToLower(who)) {
			continue
		}
		list = append(list, &issueNode{r, i})
	}
	return issueOrder(list, a), nil
}

// issueFields are those of issues and of comments.
func issueFields() fieldTable {
	issue := talkFields()
	issue["state"] = its(func(n *issueNode) any { return strings.ToUpper(n.state) })
	issue["isPinned"] = always(false)
	issue["stateReason"] = its(func(n *issueNode) any {
		if n.state == "closed" {
			return "COMPLETED"
		}
		return nil
	})
	return fieldTable{
		"Issue":        issue,
		"IssueComment": commentFields(),
		"ReactionGroup": {
			"content": its(func(s string) any { return s }), "users": nothing,
		},
		"ProjectCard":   {"id": always(nil), "project": always(nil), "column": always(nil)}, // there are none here
		"Project":       {"id": always(nil), "name": always(nil), "closed": always(false), "closedAt": always(nil), "viewerCanClose": always(false), "viewerCanReopen": always(false)},
		"ProjectColumn": {"id": always(nil), "name": always(nil)},
	}
}

// talkFields are what issues and pull requests have in common.
func talkFields() map[string]resolver {
	type node = *issueNode
	return map[string]resolver{
		"id":         its(func(n node) any { return nodeID(n.kind(), n.id) }),
		"databaseId": its(func(n node) any { return n.id }), "fullDatabaseId": its(func(n node) any { return numberText(int(n.id)) }),
		"number": its(func(n node) any { return n.number }), "title": its(func(n node) any { return n.title }),
		"body": its(func(n node) any { return n.body }), "bodyText": its(func(n node) any { return n.body }),
		"url":          here(func(g *graphQLRun, n node) any { return g.f.URL() + n.path() }),
		"resourcePath": its(func(n node) any { return n.path() }),
		"createdAt":    its(func(n node) any { return n.created }), "updatedAt": its(func(n node) any { return n.updated }),
		"closed": its(func(n node) any { return n.state == "closed" }), "closedAt": its(func(n node) any { return when(n.closed) }),
		"author":            its(func(n node) any { return userOrNothing(n.author) }),
		"authorAssociation": here(func(g *graphQLRun, n node) any { return g.on(n.repo).association(n.author) }),
		"labels": its(func(n node) any {
			list := make([]*labelNode, 0, len(n.labels))
			for _, l := range n.labels {
				list = append(list, &labelNode{n.repo, l})
			}
			return seriesOf(list)
		}),
		"assignees": its(func(n node) any { return seriesOf(n.assignees) }),
		"comments": its(func(n node) any {
			list := make([]*commentNode, 0, len(n.comments))
			for _, c := range n.comments {
				list = append(list, &commentNode{n, c})
			}
			return seriesOf(list)
		}),
		"repository": its(func(n node) any { return n.repo }), "milestone": always(nil), "locked": always(false),
		"viewerDidAuthor": here(func(g *graphQLRun, n node) any { return n.author == g.user }),
		"viewerCanClose":  here(func(g *graphQLRun, n node) any { return n.state == "open" && g.mayEdit(n) }),
		"viewerCanReopen": here(func(g *graphQLRun, n node) any { return n.state == "closed" && g.mayEdit(n) }),
		"reactionGroups":  always(reactionKinds()),
		"projectCards":    nothing,
	}
}

func (g *graphQLRun) mayEdit(n *issueNode) bool {
	return !n.repo.archived && (n.author == g.user || g.f.may(g.user, n.repo) >= permTriage)
}

func reactionKinds() []any {
	return []any{"THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES"}
}

// on is the call as one on a repository, for what REST and GraphQL share.
func (g *graphQLRun) on(r *repository) *call {
	c := *g.call
	c.repo = r
	return &c
}

func userOrNothing(u *user) any {
	if u == nil {
		return nil
	}
	return u
}

func commentFields() map[string]resolver {
	type com = *commentNode
	path := func(c com) string { return c.in.path() + "#issuecomment-" + numberText(int(c.id)) }
	return map[string]resolver{
		"id": its(func(c com) any { return nodeID("IssueComment", c.id) }), "databaseId": its(func(c com) any { return c.id }),
		"author":            its(func(c com) any { return userOrNothing(c.author) }),
		"authorAssociation": here(func(g *graphQLRun, c com) any { return g.on(c.in.repo).association(c.author) }),
		"body":              its(func(c com) any { return c.body }), "bodyText": its(func(c com) any { return c.body }),
		"createdAt": its(func(c com) any { return c.created }), "updatedAt": its(func(c com) any { return c.created }),
		"url":          here(func(g *graphQLRun, c com) any { return g.f.URL() + path(c) }),
		"resourcePath": its(func(c com) any { return path(c) }),
		"repository":   its(func(c com) any { return c.in.repo }),
		"issue":        its(func(c com) any { return c.in }),
		"pullRequest": its(func(c com) any {
			if c.in.pull == nil {
				return nil
			}
			return c.in
		}),
		"viewerDidAuthor": here(func(g *graphQLRun, c com) any { return c.author == g.user }),
		"isMinimized":     always(false), "minimizedReason": always(nil), "includesCreatedEdit": always(false),
		"reactionGroups": always(reactionKinds()),
	}
}
