package sandbox

import (
	"sort"
	"strconv"
	"strings"
)

// rollup is all that reports on one commit.
type rollup struct {
	repo *repository
	sha  string
	all  []any // *runNode and *contextNode
}

type (
	runNode struct {
		repo *repository
		*checkRun
	}
	contextNode struct {
		repo *repository
		*status
	}
)

// rollupOf is nil where nothing reports.
func rollupOf(r *repository, sha string) any {
	out := &rollup{repo: r, sha: sha}
	runs := append([]*checkRun(nil), r.checks[sha]...)
	sort.SliceStable(runs, func(i, j int) bool { return runs[i].name < runs[j].name })
	for _, x := range runs {
		out.all = append(out.all, &runNode{r, x})
	}
	seen := map[string]bool{}
	for _, x := range r.statuses[sha] {
		if !seen[x.context] {
			seen[x.context] = true
			out.all = append(out.all, &contextNode{r, x})
		}
	}
	if len(out.all) == 0 {
		return nil
	}
	return out
}

// state is the worst that is reported.
func (x *rollup) state() string {
	pending := false
	for _, one := range x.all {
		switch one := one.(type) {
		case *runNode:
			switch one.conclusion {
			case "success", "neutral", "skipped":
			case "":
				pending = true
			default:
				return "FAILURE"
			}
		case *contextNode:
			switch one.state {
			case "failure", "error":
				return strings.ToUpper(one.state)
			case "pending":
				pending = true
			}
		}
	}
	if pending {
		return "PENDING"
	}
	return "SUCCESS"
}

// required tells whether a rule asks for a check on a pull request.
func (g *graphQLRun) required(r *repository, name string, a fieldArgs) bool {
	i := r.issues[a.number("pullRequestNumber")]
	if n, ok := g.node(a.str("pullRequestId")).(*issueNode); ok && n.repo == r {
		i = n.issue
	}
	if i == nil || i.pull == nil {
		return false
	}
	for _, x := range g.f.rulesFor(r, "refs/heads/"+i.pull.base, nil) {
		if x.Type == "required_status_checks" && containsFold(requiredContexts(x.Rule), name) {
			return true
		}
	}
	return false
}

// checkFields are those of checks and statuses.
func checkFields() fieldTable {
	type run = *runNode
	type con = *contextNode
	path := func(x run) string { return "/" + x.repo.fullName() + "/runs/" + numberText(int(x.id)) }
	upper := func(s string) any { return textOrNil(strings.ToUpper(s)) }
	return fieldTable{
		"StatusCheckRollup": {
			"id":       its(func(x *rollup) any { return nodeID("StatusCheckRollup", x.repo.id) + x.sha }),
			"state":    its(func(x *rollup) any { return x.state() }),
			"contexts": its(func(x *rollup) any { return seriesOf(x.all) }),
			"commit": with(func(g *graphQLRun, x *rollup, _ fieldArgs) (any, error) {
				c, err := g.reading(x.repo)
				if c == nil || err != nil {
					return nil, err
				}
				return c.commitNode(x.sha)
			}),
		},
		"CheckRun": {
			"id": its(func(x run) any { return nodeID("CheckRun", x.id) }), "databaseId": always(nil), "name": its(func(x run) any { return x.name }),
			"status": its(func(x run) any { return upper(x.status) }), "conclusion": its(func(x run) any { return upper(x.conclusion) }),
			"startedAt": its(func(x run) any { return when(x.started) }), "completedAt": its(func(x run) any { return when(x.completed) }),
			"title": its(func(x run) any { return textOrNil(x.title) }), "summary": its(func(x run) any { return textOrNil(x.summary) }),
			"url": here(func(g *graphQLRun, x run) any { return g.f.URL() + path(x) }), "detailsUrl": here(func(g *graphQLRun, x run) any {
				if x.app == "github-actions" {
					return g.f.jobPage(x.repo, x.checkRun)
				}
				return g.f.URL() + path(x)
			}),
			"annotations":  its(func(x run) any { return seriesOf(x.notes) }),
			"resourcePath": its(func(x run) any { return path(x) }), "checkSuite": its(func(x run) any { return suiteOf(x.repo, x.checkRun) }),
			"isRequired": with(func(g *graphQLRun, x run, a fieldArgs) (any, error) { return g.required(x.repo, x.name, a), nil }),
		},
		"CheckAnnotation": {
			"annotationLevel": its(func(n annotation) any { return upper(n.Level) }), "databaseId": always(nil),
			"location": its(func(n annotation) any { return n }), "message": its(func(n annotation) any { return n.Message }), "path": its(func(n annotation) any { return n.Path }),
			"rawDetails": its(func(n annotation) any { return textOrNil(n.Details) }), "title": its(func(n annotation) any { return textOrNil(n.Title) }),
		},
		"CheckAnnotationSpan":     {"start": its(func(n annotation) any { return n.Start }), "end": its(func(n annotation) any { return max(n.Start, n.End) })},
		"CheckAnnotationPosition": {"column": always(nil), "line": its(func(n int) any { return n })},
		"BranchProtectionRule": { // there are none here
			"id": always(nil), "pattern": always(nil), "requiresStrictStatusChecks": always(false), "requiredApprovingReviewCount": always(nil),
		},
		"CheckSuite": {
			"id": its(func(n *suiteNode) any { return nodeID("CheckSuite", n.id) }), "status": its(func(n *suiteNode) any { return upper(n.status) }),
			"conclusion": its(func(n *suiteNode) any { return upper(n.conclusion) }), "createdAt": its(func(n *suiteNode) any { return n.at }),
			"workflowRun": its(func(n *suiteNode) any {
				if n.name == "" {
					return nil
				}
				return n
			}),
		},
		"WorkflowRun": workflowFields("WorkflowRun", "runs", map[string]resolver{"workflow": its(func(n *suiteNode) any { return n })}),
		"Workflow":    workflowFields("Workflow", "workflows", map[string]resolver{"name": its(func(n *suiteNode) any { return n.name })}),
		"StatusContext": {
			"id": its(func(x con) any { return nodeID("StatusContext", x.id) }), "context": its(func(x con) any { return x.context }),
			"state": its(func(x con) any { return upper(x.state) }), "targetUrl": its(func(x con) any { return textOrNil(x.target) }),
			"description": its(func(x con) any { return textOrNil(x.description) }),
			"isRequired":  with(func(g *graphQLRun, x con, a fieldArgs) (any, error) { return g.required(x.repo, x.context, a), nil }), "createdAt": its(func(x con) any { return x.at }),
		},
	}
}

// workflowFields are those that a workflow and a run of it have in common.
func workflowFields(kind, under string, all map[string]resolver) map[string]resolver {
	path := func(n *suiteNode) string {
		return "/" + n.repo.fullName() + "/actions/" + under + "/" + strconv.FormatInt(n.id, 10)
	}
	all["id"] = its(func(n *suiteNode) any { return nodeID(kind, n.id) })
	all["url"] = here(func(g *graphQLRun, n *suiteNode) any { return g.f.URL() + path(n) })
	all["resourcePath"] = its(func(n *suiteNode) any { return path(n) })
	return all
}
