package sandbox

import "fmt"

// stagePayload answers a mutation that says whether a pull request is a draft.
type stagePayload struct {
	kind   string
	client any // what the client wrote for itself
	pull   *issueNode
}

// mutationFields are what documents may change.
func mutationFields() fieldTable {
	payload := map[string]resolver{
		"clientMutationId": its(func(p *stagePayload) any { return p.client }),
		"pullRequest":      its(func(p *stagePayload) any { return p.pull }),
	}
	return fieldTable{
		"Mutation": {
			"convertPullRequestToDraft":     with(stage("ConvertPullRequestToDraft", true)),
			"markPullRequestReadyForReview": with(stage("MarkPullRequestReadyForReview", false)),
			"resolveReviewThread":           with(settle("ResolveReviewThread", true)),
			"unresolveReviewThread":         with(settle("UnresolveReviewThread", false)),
		},
		"ConvertPullRequestToDraftPayload": payload, "MarkPullRequestReadyForReviewPayload": payload,
	}
}

// stage makes a pull request a draft or takes that back, for its author and those
// who may push. Once it is ready its code owners are asked.
func stage(name string, draft bool) func(*graphQLRun, *graphQLRun, fieldArgs) (any, error) {
	return func(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
		in, _ := a["input"].(map[string]any)
		n, ok := g.node(fmt.Sprint(in["pullRequestId"])).(*issueNode)
		switch {
		case !ok || n.pull == nil:
			return nil, unresolved("a node with the global id of '%v'", in["pullRequestId"])
		case n.author != g.user && g.f.may(g.user, n.repo) < permPush:
			return nil, &graphQLError{Type: "FORBIDDEN", Message: g.user.Login + " does not have the correct permissions to execute `" + name + "`"}
		case pullState(n.issue) != "OPEN":
			return nil, &graphQLError{Type: "UNPROCESSABLE", Message: "Pull request is closed"}
		}
		if n.pull.draft && !draft {
			owned := *g.call
			owned.repo = n.repo
			owned.askOwners(n.issue)
		}
		n.pull.draft = draft
		n.touch(g.f.moment())
		return &stagePayload{name + "Payload", in["clientMutationId"], n}, nil
	}
}
