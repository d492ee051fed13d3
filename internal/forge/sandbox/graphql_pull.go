package sandbox

import (
	"strconv"
	"strings"
)

//go:noinline
func numberText(n int) string { return strconv.Itoa(n) }

// pullState is a pull request's in GraphQL's words.
//
//go:noinline
func pullState(i *issue) string {
	if !i.pull.merged.IsZero() {
		return "MERGED"
	}
	return strings.ToUpper(i.state)
}

func pullsConnection(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	return pullsOn(g, r, a, func(*issue) bool { return true })
}

func pullsOn(g *graphQLRun, r *repository, a fieldArgs, also func(*issue) bool) (any, error) {
	g.f.know(r)
	states, labels := a.texts("states"), a.texts("labels")
	head, base := a.str("headRefName"), a.str("baseRefName")
	var list []*issueNode
	for _, i := range r.issues {
		if i.pull == nil || len(states) > 0 && !containsFold(states, pullState(i)) || !i.labelled(labels) || !also(i) ||
			head != "" && head != i.pull.branch || base != "" && base != i.pull.base || !i.listed() {
			continue
		}
		list = append(list, &issueNode{r, i})
	}
	return issueOrder(list, a), nil
}

// pullFields are those of pull requests.
func pullFields() fieldTable {
	all := talkFields()
	for _, some := range []map[string]resolver{pullFacts(), pullEnds(), pullLists()} {
		for name, r := range some {
			all[name] = r
		}
	}
	return fieldTable{
		"PullRequest":      all,
		"AutoMergeRequest": {"enabledAt": always(nil)},
		"MergeQueueEntry": {
			"id":       its(func(q *queueSpot) any { return nodeID("MergeQueueEntry", q.of.id) }),
			"position": its(func(q *queueSpot) any { return q.position }), "state": its(func(q *queueSpot) any { return q.state }),
			"enqueuedAt": its(func(q *queueSpot) any { return q.at }), "enqueuer": its(func(q *queueSpot) any { return q.by }), "pullRequest": its(func(q *queueSpot) any { return q.of }),
		},
		"PullRequestCommit": {
			"id":     its(func(c *pullCommit) any { return nodeID("PullRequestCommit", c.of.id) + c.info.sha }),
			"commit": its(func(c *pullCommit) any { return &c.commitNode }), "pullRequest": its(func(c *pullCommit) any { return c.of }),
			"url":          here(func(g *graphQLRun, c *pullCommit) any { return g.f.URL() + c.of.path() + "/commits/" + c.info.sha }),
			"resourcePath": its(func(c *pullCommit) any { return c.of.path() + "/commits/" + c.info.sha }),
		},
		"PullRequestChangedFile": {
			"path": its(func(x fileDiff) any { return x.path }), "additions": its(func(x fileDiff) any { return x.added }), "deletions": its(func(x fileDiff) any { return x.removed }),
			"changeType": its(func(x fileDiff) any {
				return orElse(map[string]string{"added": "ADDED", "removed": "DELETED", "renamed": "RENAMED"}[x.status], "MODIFIED")
			}),
		},
	}
}

type pullCommit struct {
	commitNode
	of *issueNode
}

// diffed are a pull request's changed files, for which git is asked.
func (g *graphQLRun) diffed(n *issueNode) ([]fileDiff, error) {
	if err := g.f.ready(g.ctx, n.repo); err != nil {
		return nil, err
	}
	return g.on(n.repo).pullFiles(n.issue)
}

func pullFacts() map[string]resolver {
	type node = *issueNode
	counted := func(pick func(added, removed, files int) int) resolver {
		return with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			files, err := g.diffed(n)
			added, removed := countLines(files)
			return pick(added, removed, len(files)), err
		})
	}
	merging := func(pick func(ok any, state string) any) resolver {
		return with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			if err := g.f.ready(g.ctx, n.repo); err != nil {
				return nil, err
			}
			ok, state := g.on(n.repo).mergeable(n.issue)
			return pick(ok, state), nil
		})
	}
	return map[string]resolver{
		"state": its(func(n node) any { return pullState(n.issue) }), "merged": its(func(n node) any { return !n.pull.merged.IsZero() }),
		"mergedAt": its(func(n node) any { return when(n.pull.merged) }), "mergedBy": its(func(n node) any { return userOrNothing(n.pull.mergedBy) }),
		"isDraft": its(func(n node) any { return n.pull.draft }), "isCrossRepository": its(func(n node) any { return n.pull.head != n.repo }),
		"maintainerCanModify": its(func(n node) any { return n.pull.head != n.repo }),
		"additions":           counted(func(added, _, _ int) int { return added }),
		"deletions":           counted(func(_, removed, _ int) int { return removed }),
		"changedFiles":        counted(func(_, _, files int) int { return files }),
		"mergeable": merging(func(ok any, _ string) any {
			switch ok {
			case true:
				return "MERGEABLE"
			case false:
				return "CONFLICTING"
			}
			return "UNKNOWN"
		}),
		"mergeStateStatus": merging(func(_ any, state string) any { return strings.ToUpper(state) }),
		"reviewDecision":   here(func(g *graphQLRun, n node) any { return reviewDecision(g, n) }),
		"autoMergeRequest": always(nil), "potentialMergeCommit": always(nil),
		"isInMergeQueue": its(func(n node) any { return n.pull.queue != nil }),
		"mergeQueueEntry": its(func(n node) any {
			if n.pull.queue == nil {
				return nil
			}
			return n.pull.queue
		}),
		"totalCommentsCount": its(func(n node) any { return len(n.comments) + len(n.pull.remarks) }),
	}
}

// reviewDecision is nil where no review is required and none was given.
func reviewDecision(g *graphQLRun, n *issueNode) any {
	last := map[*user]string{}
	for _, v := range n.pull.reviews {
		if v.state != "COMMENTED" {
			last[v.author] = v.state
		}
	}
	approved := 0
	for _, s := range last {
		if s == "CHANGES_REQUESTED" {
			return s
		}
		if s == "APPROVED" {
			approved++
		}
	}
	for _, x := range g.f.rulesFor(n.repo, "refs/heads/"+n.pull.base, nil) {
		if x.Type == "pull_request" && approved < max(1, intOf(x.Parameters["required_approving_review_count"])) {
			return "REVIEW_REQUIRED"
		}
	}
	if approved > 0 {
		return "APPROVED"
	}
	return nil
}

// pullEnds are what it merges, and where.
func pullEnds() map[string]resolver {
	type node = *issueNode
	commit := func(pick func(p *pull) string) resolver {
		return with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			c, err := g.reading(n.repo)
			if c == nil || err != nil {
				return nil, err
			}
			return c.commitNode(pick(n.pull))
		})
	}
	return map[string]resolver{
		"baseRefName": its(func(n node) any { return n.pull.base }), "headRefName": its(func(n node) any { return n.pull.branch }),
		"baseRefOid": its(func(n node) any { return n.pull.baseSHA }), "headRefOid": its(func(n node) any { return n.pull.sha }),
		"baseRepository": its(func(n node) any { return n.repo }),
		"headRepository": here(func(g *graphQLRun, n node) any {
			if n.pull.head == nil || n.pull.head.deleted || !g.f.sees(g.x, n.pull.head) {
				return nil
			}
			return n.pull.head
		}),
		"headRepositoryOwner": here(func(g *graphQLRun, n node) any { return userOrNothing(g.f.state.user(n.pull.headOwner)) }),
		"baseRef": with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			return refOf(g, n.repo, fieldArgs{"qualifiedName": "refs/heads/" + n.pull.base})
		}),
		"headRef": with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			if n.pull.head == nil || n.pull.head.deleted || !g.f.sees(g.x, n.pull.head) {
				return nil, nil
			}
			return refOf(g, n.pull.head, fieldArgs{"qualifiedName": "refs/heads/" + n.pull.branch})
		}),
		"mergeCommit":       commit(func(p *pull) string { return p.mergeSHA }),
		"statusCheckRollup": its(func(n node) any { return rollupOf(n.repo, n.pull.sha) }),
	}
}

func pullLists() map[string]resolver {
	type node = *issueNode
	return map[string]resolver{
		"reviews": with(func(_ *graphQLRun, n node, a fieldArgs) (any, error) {
			return reviewSeries(n, a.texts("states"), a.str("author")), nil
		}),
		"reviewThreads":  its(func(n node) any { return seriesOf(threadsOf(n)) }),
		"latestReviews":  its(func(n node) any { return latestReviews(n) }),
		"reviewRequests": its(func(n node) any { return reviewRequests(n) }),
		"timelineItems":  with(timelineOf), "closingIssuesReferences": nothing,
		"commits": with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			if err := g.f.ready(g.ctx, n.repo); err != nil {
				return nil, err
			}
			c := g.on(n.repo)
			list, err := c.pullCommits(n.issue)
			return &series{n: len(list), at: func(i int) any { return &pullCommit{commitNode{c, list[i]}, n} }}, err
		}),
		"files": with(func(g *graphQLRun, n node, _ fieldArgs) (any, error) {
			list, err := g.diffed(n)
			return seriesOf(list), err
		}),
	}
}
