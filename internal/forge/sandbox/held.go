package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// heldRun is a workflow that does not run before somebody with write access lets
// it. On GitHub it has ended in name, with the conclusion action_required, and has
// no job, and so no check.
type heldRun struct {
	id    int64
	check Check
	of    *issue
	sha   string
	at    time.Time
}

// holds tells whether a workflow waits: where the policy hold-workflows is in
// force those of forks do, until something of their author was merged.
func (f *Forge) holds(i *issue, c Check) bool {
	p := i.pull
	if c.App != "" && c.App != "github-actions" || p.head == p.repo || f.may(i.author, p.repo) >= permPush {
		return false
	}
	for _, o := range p.repo.issues {
		if o.pull != nil && o.author == i.author && !o.pull.merged.IsZero() {
			return false
		}
	}
	for _, x := range f.inForce(nil, p.repo) {
		if x.name == "hold-workflows" {
			return true
		}
	}
	return false
}

// workflowRuns are the workflows of a repository that wait, and those whose jobs
// are checks.
func (f *Forge) workflowRuns(r *repository, sha string) []*suiteNode {
	var all []*suiteNode
	for _, h := range r.held {
		if sha == "" || h.sha == sha {
			all = append(all, &suiteNode{repo: r, id: h.id, name: h.check.Name, sha: h.sha, branch: h.of.pull.branch, head: h.of.pull.head, status: "completed", conclusion: "action_required", at: h.at})
		}
	}
	for at, list := range r.checks {
		for _, x := range list {
			if n := suiteOf(r, x); n.name != "" && (sha == "" || at == sha) {
				all = append(all, n)
			}
		}
	}
	return all
}

// suiteNode is a check suite, and where it has a name the run of that workflow.
type suiteNode struct {
	repo, head         *repository
	id                 int64
	name, sha, branch  string
	status, conclusion string
	at                 time.Time
}

// suiteOf is the suite of a check, of which each has one here. A workflow's job
// never asks for something to be done, so what does is reported by an app.
func suiteOf(r *repository, x *checkRun) *suiteNode {
	n := &suiteNode{repo: r, head: r, id: x.id, sha: x.sha, status: x.status, conclusion: x.conclusion, at: x.started}
	if x.app == "github-actions" && x.conclusion != "action_required" {
		n.name = x.name
	}
	return n
}

// suitesOf are the check suites of a commit.
func (f *Forge) suitesOf(r *repository, sha string) any {
	all := f.workflowRuns(r, sha)
	for _, x := range r.checks[sha] {
		if n := suiteOf(r, x); n.name == "" {
			all = append(all, n)
		}
	}
	return seriesOf(all)
}

func listWorkflowRuns(c *call) (answer, error) {
	var list []*suiteNode
	want := c.query.Get("status")
	for _, n := range c.f.workflowRuns(c.repo, c.query.Get("head_sha")) {
		if want == "" || want == n.status || want == n.conclusion {
			list = append(list, n)
		}
	}
	return ok(fields("total_count", len(list), "workflow_runs", each(paginate(c, list), c.workflowRun)))
}

// workflowRun is GitHub's workflow-run.
func (c *call) workflowRun(n *suiteNode) obj {
	url, home := c.f.api("/repos/%s/actions/runs/%d", c.repo.fullName(), n.id), c.f.repository(c.repo, nil)
	head := home
	if n.head != nil {
		head = c.f.repository(n.head, nil)
	}
	return fields(
		"id", n.id, "node_id", nodeID("WorkflowRun", n.id), "name", n.name, "head_branch", textOrNil(n.branch), "head_sha", n.sha, "path", ".github/workflows/"+n.name+".yml",
		"display_title", n.name, "run_number", 1, "run_attempt", 1, "event", "pull_request", "status", n.status, "conclusion", textOrNil(n.conclusion), "workflow_id", n.id,
		"check_suite_id", n.id, "check_suite_node_id", nodeID("CheckSuite", n.id), "url", url, "html_url", c.f.page("/%s/actions/runs/%d", c.repo.fullName(), n.id),
		"pull_requests", []obj{}, "created_at", stamp(n.at), "updated_at", stamp(n.at), "jobs_url", url+"/jobs", "logs_url", url+"/logs",
		"check_suite_url", c.f.api("/repos/%s/check-suites/%d", c.repo.fullName(), n.id), "artifacts_url", url+"/artifacts", "cancel_url", url+"/cancel", "rerun_url", url+"/rerun",
		"workflow_url", c.f.api("/repos/%s/actions/workflows/%d", c.repo.fullName(), n.id), "head_commit", nil, "repository", home, "head_repository", head,
	)
}

// approveRun lets a workflow run that waited.
func approveRun(c *call) (answer, error) {
	for i, h := range c.repo.held {
		if strconv.FormatInt(h.id, 10) == c.vars["id"] {
			c.repo.held = append(c.repo.held[:i:i], c.repo.held[i+1:]...)
			c.f.startCheck(c.ctx, h.of, h.sha, h.check)
			return created(obj{})
		}
	}
	return answer{}, &apiError{status: http.StatusForbidden, message: "This run is not from a fork pull request"}
}

// EndCheck ends a check of a pull request's head in a way, or lets it wait: the
// conclusions and states are GitHub's.
func (f *Forge) EndCheck(fullName string, number int, check, how string) error {
	return f.change(fullName, func(r *repository) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fault.Errorf("%s has no pull request %d", fullName, number)
		}
		run := newCheckRun(r, i.pull.sha, check, "github-actions", f.now())
		if strings.Contains(" queued in_progress waiting pending requested ", " "+how+" ") {
			run.status = how
		} else {
			run.complete(how, "", "", f.now())
		}
		r.putCheck(run)
		return nil
	})
}

// queueSpot is a place in the merge queue.
type queueSpot struct {
	position int
	state    string
	at       time.Time
	by       *user
	of       *issueNode
}

// QueuePull puts a pull request into the merge queue; position 0 takes it out.
func (f *Forge) QueuePull(fullName string, number, position int, state string) error {
	return f.change(fullName, func(r *repository) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fault.Errorf("%s has no pull request %d", fullName, number)
		}
		i.pull.queue = nil
		if position > 0 {
			i.pull.queue = &queueSpot{position: position, state: orElse(state, "QUEUED"), at: f.moment(), by: i.author, of: &issueNode{r, i}}
		}
		return nil
	})
}
