package sandbox

import (
	"fmt"
	"strings"
)

type (
	// threadNode is a conversation about a line of a change.
	threadNode struct {
		of  *issueNode
		all []*remark // the oldest first
	}
	remarkNode struct {
		of *issueNode
		*remark
	}
	// threadPayload answers a mutation that resolves a conversation or takes that back.
	threadPayload struct {
		kind   string
		client any // what the client wrote for itself
		thread *threadNode
	}
)

// threadsOf are the conversations of a pull request, the oldest first.
//
//go:noinline
func threadsOf(n *issueNode) []*threadNode {
	var out []*threadNode
	for _, x := range n.pull.remarks {
		if x.answers == nil {
			out = append(out, &threadNode{n, []*remark{x}})
			continue
		}
		for _, t := range out {
			if t.all[0] == x.answers {
				t.all = append(t.all, x)
			}
		}
	}
	return out
}

// unresolved tells whether a conversation is open.
func (p *pull) unresolved() bool {
	for _, x := range p.remarks {
		if x.answers == nil && x.resolved == nil {
			return true
		}
	}
	return false
}

// threadNamed finds a conversation by the number of its first comment.
func (g *graphQLRun) threadNamed(id int64) any {
	for _, r := range g.f.state.order {
		for _, i := range r.issues {
			if i.pull == nil || i.pull.remarkOf(id) == nil || !g.f.sees(g.x, r) {
				continue
			}
			for _, t := range threadsOf(&issueNode{r, i}) {
				if t.all[0].id == id {
					return t
				}
			}
		}
	}
	return nil
}

// outdated tells whether the line of a comment is another one in the head now.
// GitHub follows it through the changes; here its number counts.
func (g *graphQLRun) outdated(n *issueNode, x *remark) (bool, error) {
	if x.sha == n.pull.sha {
		return false, nil
	}
	c, err := g.reading(n.repo)
	if c == nil || err != nil {
		return false, err
	}
	return c.lineAt(x.sha, x) != c.lineAt(n.pull.sha, x), nil
}

// lineAt is the line of a comment at a commit, "" where there is none.
func (c *call) lineAt(sha string, x *remark) string {
	text, err := c.f.in(c.ctx, c.repo, "cat-file", "blob", sha+":"+x.path)
	lines := strings.Split(text, "\n")
	if err != nil || x.line > len(lines) {
		return ""
	}
	return lines[x.line-1]
}

// maySettle tells whether the caller may resolve conversations: the author of the
// pull request may, and who may push.
func (g *graphQLRun) maySettle(n *issueNode) bool {
	return n.author == g.user || g.f.may(g.user, n.repo) >= permPush
}

// settle resolves a conversation or opens it again.
//
//go:noinline
func settle(name string, done bool) func(*graphQLRun, *graphQLRun, fieldArgs) (any, error) {
	return func(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
		in, _ := a["input"].(map[string]any)
		t, ok := g.node(fmt.Sprint(in["threadId"])).(*threadNode)
		switch {
		case !ok:
			return nil, unresolved("a node with the global id of '%v'", in["threadId"])
		case !g.maySettle(t.of):
			return nil, &graphQLError{Type: "FORBIDDEN", Message: g.user.Login + " does not have the correct permissions to execute `" + name + "`"}
		}
		t.all[0].resolved = nil
		if done {
			t.all[0].resolved = g.user
		}
		return &threadPayload{name + "Payload", in["clientMutationId"], t}, nil
	}
}

// threadFields are those of conversations and of the comments in them.
func threadFields() fieldTable {
	type thread = *threadNode
	type com = *remarkNode
	payload := map[string]resolver{
		"clientMutationId": its(func(p *threadPayload) any { return p.client }),
		"thread":           its(func(p *threadPayload) any { return p.thread }),
	}
	moment := its(func(x com) any { return x.created })
	return fieldTable{
		"ResolveReviewThreadPayload": payload, "UnresolveReviewThreadPayload": payload,
		"PullRequestReviewThread": {
			"id":         its(func(t thread) any { return nodeID("PullRequestReviewThread", t.all[0].id) }),
			"isResolved": its(func(t thread) any { return t.all[0].resolved != nil }), "resolvedBy": its(func(t thread) any { return userOrNothing(t.all[0].resolved) }),
			"isOutdated": with(func(g *graphQLRun, t thread, _ fieldArgs) (any, error) { return g.outdated(t.of, t.all[0]) }),
			"line": with(func(g *graphQLRun, t thread, _ fieldArgs) (any, error) {
				if old, err := g.outdated(t.of, t.all[0]); old || err != nil {
					return nil, err
				}
				return t.all[0].line, nil
			}),
			"path": its(func(t thread) any { return t.all[0].path }), "originalLine": its(func(t thread) any { return t.all[0].line }),
			"comments": its(func(t thread) any {
				return &series{n: len(t.all), at: func(i int) any { return &remarkNode{t.of, t.all[i]} }}
			}),
		},
		"PullRequestReviewComment": {
			"id":     its(func(x com) any { return nodeID("PullRequestReviewComment", x.id) }),
			"author": its(func(x com) any { return userOrNothing(x.author) }), "body": its(func(x com) any { return x.body }), "path": its(func(x com) any { return x.path }),
			"createdAt": moment, "updatedAt": moment,
			"state": its(func(x com) any {
				if x.review.state == "PENDING" {
					return "PENDING"
				}
				return "SUBMITTED"
			}),
			"replyTo": its(func(x com) any {
				if x.answers == nil {
					return nil
				}
				return &remarkNode{x.of, x.answers}
			}),
			"url": here(func(g *graphQLRun, x com) any {
				return g.f.URL() + x.of.path() + "#discussion_r" + numberText(int(x.id))
			}),
		},
	}
}
