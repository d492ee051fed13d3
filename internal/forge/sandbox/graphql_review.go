package sandbox

import (
	"sort"
	"strings"
	"time"
)

type (
	reviewNode struct {
		of *issueNode
		*review
	}
	// eventNode is something that happened to a pull request.
	eventNode struct {
		kind string
		of   *issueNode
		by   *user
		at   time.Time
	}
	requestNode struct {
		of  *issueNode
		who any
	}
)

func reviewSeries(n *issueNode, states []string, author string) *series {
	var list []*reviewNode
	for _, v := range n.pull.reviews {
		if (len(states) == 0 || containsFold(states, v.state)) && (author == "" || strings.EqualFold(author, v.author.Login)) {
			list = append(list, &reviewNode{n, v})
		}
	}
	return seriesOf(list)
}

// latestReviews are the last of each reviewer.
func latestReviews(n *issueNode) *series {
	var list []*reviewNode
	seen := map[*user]bool{}
	for i := len(n.pull.reviews) - 1; i >= 0; i-- {
		if v := n.pull.reviews[i]; !seen[v.author] {
			seen[v.author] = true
			list = append([]*reviewNode{{n, v}}, list...)
		}
	}
	return seriesOf(list)
}

func reviewRequests(n *issueNode) *series {
	var list []*requestNode
	for _, u := range n.pull.requested {
		list = append(list, &requestNode{n, u})
	}
	for _, t := range n.pull.teams {
		list = append(list, &requestNode{n, &teamNode{n.repo.owner, t}})
	}
	return seriesOf(list)
}

// reviewFields are those of reviews and of requests for them.
func reviewFields() fieldTable {
	type rev = *reviewNode
	path := func(v rev) string { return v.of.path() + "#pullrequestreview-" + numberText(int(v.id)) }
	return fieldTable{
		"PullRequestReview": {
			"id": its(func(v rev) any { return nodeID("PullRequestReview", v.id) }), "databaseId": its(func(v rev) any { return v.id }),
			"author":            its(func(v rev) any { return userOrNothing(v.author) }),
			"authorAssociation": here(func(g *graphQLRun, v rev) any { return g.on(v.of.repo).association(v.author) }),
			"body":              its(func(v rev) any { return v.body }), "bodyText": its(func(v rev) any { return v.body }),
			"state":       its(func(v rev) any { return v.state }),
			"submittedAt": its(func(v rev) any { return v.at }), "createdAt": its(func(v rev) any { return v.at }), "updatedAt": its(func(v rev) any { return v.at }),
			"url": here(func(g *graphQLRun, v rev) any { return g.f.URL() + path(v) }), "resourcePath": its(func(v rev) any { return path(v) }),
			"pullRequest": its(func(v rev) any { return v.of }), "repository": its(func(v rev) any { return v.of.repo }),
			"viewerDidAuthor": here(func(g *graphQLRun, v rev) any { return v.author == g.user }), "includesCreatedEdit": always(false),
			"reactionGroups": always(reactionKinds()),
			"commit": with(func(g *graphQLRun, v rev, _ fieldArgs) (any, error) {
				c, err := g.reading(v.of.repo)
				if c == nil || err != nil {
					return nil, err
				}
				return c.commitNode(v.sha)
			}),
		},
		"ReviewRequest": {
			"id": its(func(x *requestNode) any { return nodeID("ReviewRequest", x.of.id) }), "databaseId": always(nil), "asCodeOwner": always(false),
			"pullRequest": its(func(x *requestNode) any { return x.of }), "requestedReviewer": its(func(x *requestNode) any { return x.who }),
		},
	}
}

// timelineOf shows what happened to a pull request, the oldest first. When a
// draft became ready is known only of those that did so while the forge ran.
func timelineOf(_ *graphQLRun, n *issueNode, a fieldArgs) (any, error) {
	type item struct {
		kind string
		at   time.Time
		node any
	}
	var all []item
	for _, c := range n.comments {
		all = append(all, item{"ISSUE_COMMENT", c.created, &commentNode{n, c}})
	}
	for _, v := range n.pull.reviews {
		all = append(all, item{"PULL_REQUEST_REVIEW", v.at, &reviewNode{n, v}})
	}
	if at := n.pull.ready; !at.IsZero() {
		all = append(all, item{"READY_FOR_REVIEW_EVENT", at, &eventNode{"ReadyForReviewEvent", n, n.author, at}})
	}
	if at := n.pull.merged; !at.IsZero() {
		all = append(all, item{"MERGED_EVENT", at, &eventNode{"MergedEvent", n, n.pull.mergedBy, at}})
	}
	if at := n.closed; !at.IsZero() {
		all = append(all, item{"CLOSED_EVENT", at, &eventNode{"ClosedEvent", n, n.closedBy, at}})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	since, _ := time.Parse(time.RFC3339, a.str("since"))
	kinds := a.texts("itemTypes")
	var list []any
	for _, x := range all {
		if (len(kinds) == 0 || containsFold(kinds, x.kind)) && !x.at.Before(since) {
			list = append(list, x.node)
		}
	}
	s := seriesOf(list)
	s.more = map[string]any{"filteredCount": len(list), "updatedAt": n.updated, "pageCount": len(list)}
	return s, nil
}

// eventFields are those of what happened to a pull request.
func eventFields() fieldTable {
	type event = *eventNode
	each := func(more map[string]resolver) map[string]resolver {
		path := func(e event) string { return e.of.path() + "#event-" + strings.ToLower(e.kind) }
		more["id"] = its(func(e event) any { return nodeID(e.kind, e.of.id) })
		more["actor"] = its(func(e event) any { return userOrNothing(e.by) })
		more["createdAt"] = its(func(e event) any { return e.at })
		more["url"] = here(func(g *graphQLRun, e event) any { return g.f.URL() + path(e) })
		more["resourcePath"] = its(func(e event) any { return path(e) })
		return more
	}
	of := its(func(e event) any { return e.of })
	return fieldTable{
		"ReadyForReviewEvent": each(map[string]resolver{"pullRequest": of}),
		"ConvertToDraftEvent": each(map[string]resolver{"pullRequest": of}), // nothing here turns a pull request into a draft later
		"ClosedEvent":         each(map[string]resolver{}),
		"MergedEvent": each(map[string]resolver{
			"pullRequest": of, "mergeRefName": its(func(e event) any { return e.of.pull.base }),
			"commit": with(func(g *graphQLRun, e event, _ fieldArgs) (any, error) {
				c, err := g.reading(e.of.repo)
				if c == nil || err != nil {
					return nil, err
				}
				return c.commitNode(e.of.pull.mergeSHA)
			}),
		}),
	}
}
