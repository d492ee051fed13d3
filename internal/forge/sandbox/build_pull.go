package sandbox

import (
	"strconv"
	"strings"
)

func (c *call) label(l *label) obj {
	return fields(
		"id", l.id, "node_id", nodeID("Label", l.id), "name", l.Name, "color", l.Color, "description", textOrNil(l.Description),
		"default", false, "url", c.f.api("/repos/%s/labels/%s", c.repo.fullName(), escapePath(l.Name)),
	)
}

// pullLabel is a label as pull requests hold it, where a description is a text.
func (c *call) pullLabel(l *label) obj {
	o := c.label(l)
	o["description"] = l.Description
	return o
}

// association says what somebody is to a repository.
func (c *call) association(u *user) string {
	switch {
	case u == c.repo.owner:
		return "OWNER"
	case c.f.member(c.repo.owner, u):
		return "MEMBER"
	case c.f.granted(u, c.repo) >= permPush:
		return "COLLABORATOR"
	}
	for _, i := range c.repo.issues {
		if i.pull != nil && i.author == u && !i.pull.merged.IsZero() {
			return "CONTRIBUTOR"
		}
	}
	return "NONE"
}

// issueObject is GitHub's issue, and a pull request seen as one.
func (c *call) issueObject(i *issue) obj {
	kind := "issues"
	url := c.f.api("/repos/%s/issues/%d", c.repo.fullName(), i.number)
	o := fields(
		"id", i.id, "node_id", nodeID("Issue", i.id), "url", url, "repository_url", c.f.api("/repos/%s", c.repo.fullName()),
		"labels_url", url+"/labels{/name}", "comments_url", url+"/comments", "events_url", url+"/events", "timeline_url", url+"/timeline",
		"number", i.number, "state", i.state, "state_reason", nil, "title", i.title, "body", textOrNil(i.body), "user", c.f.simpleUser(i.author),
		"labels", each(i.labels, c.label), "assignee", nil, "assignees", c.f.users(i.assignees), "milestone", nil, "locked", false,
		"active_lock_reason", nil, "comments", len(i.comments), "closed_at", stampOrNil(i.closed), "closed_by", c.f.userOrNil(i.closedBy),
		"created_at", stamp(i.created), "updated_at", stamp(i.updated), "author_association", c.association(i.author),
		"reactions", c.reactions(url), "performed_via_github_app", nil,
	)
	if len(i.assignees) > 0 {
		o["assignee"] = c.f.simpleUser(i.assignees[0])
	}
	if i.kind != "" {
		o["type"] = fields("id", c.repo.id, "node_id", nodeID("IssueType", c.repo.id), "name", i.kind, "description", nil)
	}
	if i.state == "closed" {
		o["state_reason"] = "completed"
	}
	if i.pull != nil {
		kind = "pull"
		page := c.f.page("/%s/pull/%d", c.repo.fullName(), i.number)
		o["draft"] = i.pull.draft
		o["pull_request"] = fields(
			"url", c.f.api("/repos/%s/pulls/%d", c.repo.fullName(), i.number), "html_url", page,
			"diff_url", page+".diff", "patch_url", page+".patch", "merged_at", stampOrNil(i.pull.merged),
		)
	}
	o["html_url"] = c.f.page("/%s/%s/%d", c.repo.fullName(), kind, i.number)
	return o
}

//go:noinline
func (c *call) reactions(url string) obj {
	return fields(
		"url", url+"/reactions", "total_count", 0, "+1", 0, "-1", 0, "laugh", 0, "hooray", 0,
		"confused", 0, "heart", 0, "rocket", 0, "eyes", 0,
	)
}

//go:noinline
func (c *call) commentObject(i *issue) func(*comment) obj {
	return func(x *comment) obj {
		url := c.f.api("/repos/%s/issues/comments/%d", c.repo.fullName(), x.id)
		kind := "issues"
		if i.pull != nil {
			kind = "pull"
		}
		return fields(
			"id", x.id, "node_id", nodeID("IssueComment", x.id), "url", url, "body", x.body, "user", c.f.simpleUser(x.author),
			"html_url", c.f.page("/%s/%s/%d#issuecomment-%d", c.repo.fullName(), kind, i.number, x.id),
			"issue_url", c.f.api("/repos/%s/issues/%d", c.repo.fullName(), i.number),
			"created_at", stamp(x.created), "updated_at", stamp(x.created), "author_association", c.association(x.author),
			"reactions", c.reactions(url), "performed_via_github_app", nil,
		)
	}
}

// simplePull is GitHub's pull-request-simple, which lists hold.
func (c *call) simplePull(i *issue) obj {
	p, name := i.pull, c.repo.fullName()
	url, issue := c.f.api("/repos/%s/pulls/%d", name, i.number), c.f.api("/repos/%s/issues/%d", name, i.number)
	page, statuses := c.f.page("/%s/pull/%d", name, i.number), c.statusURL(p.sha)
	link := func(href string) obj { return obj{"href": href} }
	comment := c.f.api("/repos/%s/pulls/comments{/number}", name)
	o := fields(
		"url", url, "id", i.id, "node_id", nodeID("PullRequest", i.id), "html_url", page, "diff_url", page+".diff", "patch_url", page+".patch",
		"issue_url", issue, "commits_url", url+"/commits", "review_comments_url", url+"/comments", "review_comment_url", comment,
		"comments_url", issue+"/comments", "statuses_url", statuses, "number", i.number, "state", i.state, "locked", false,
		"title", i.title, "user", c.f.simpleUser(i.author), "body", textOrNil(i.body), "labels", each(i.labels, c.pullLabel),
		"milestone", nil, "active_lock_reason", nil, "created_at", stamp(i.created), "updated_at", stamp(i.updated),
		"closed_at", stampOrNil(i.closed), "merged_at", stampOrNil(p.merged), "merge_commit_sha", textOrNil(p.mergeSHA),
		"assignee", nil, "assignees", c.f.users(i.assignees), "requested_reviewers", c.f.users(p.requested),
		"requested_teams", each(p.teams, func(t *team) obj { return c.f.team(c.repo.owner, t, permPull) }),
		"head", c.pullSide(p.head, p.headOwner, p.branch, p.sha), "base", c.pullSide(p.repo, p.repo.owner.Login, p.base, p.baseSHA),
		"author_association", c.association(i.author), "auto_merge", nil, "draft", p.draft,
		"_links", fields(
			"self", link(url), "html", link(page), "issue", link(issue), "comments", link(issue+"/comments"),
			"review_comments", link(url+"/comments"), "review_comment", link(comment), "commits", link(url+"/commits"), "statuses", link(statuses),
		),
	)
	if len(i.assignees) > 0 {
		o["assignee"] = c.f.simpleUser(i.assignees[0])
	}
	return o
}

func (c *call) pullSide(r *repository, owner, branch, sha string) obj {
	o := fields("label", owner+":"+branch, "ref", branch, "sha", sha, "user", c.f.userOrNil(c.f.state.user(owner)), "repo", nil)
	if r != nil {
		o["repo"] = c.f.repository(r, c.user)
	}
	return o
}

// fullPull is GitHub's pull-request.
func (c *call) fullPull(i *issue) obj {
	p, o := i.pull, c.simplePull(i)
	files, _ := c.pullFiles(i)
	commits, _ := c.pullCommits(i)
	added, removed := countLines(files)
	mergeable, state := c.mergeable(i)
	for k, v := range fields(
		"merged", !p.merged.IsZero(), "merged_by", c.f.userOrNil(p.mergedBy), "mergeable", mergeable, "mergeable_state", state,
		"rebaseable", mergeable, "comments", len(i.comments), "review_comments", len(p.remarks), "maintainer_can_modify", p.head != p.repo,
		"commits", len(commits), "additions", added, "deletions", removed, "changed_files", len(files),
	) {
		o[k] = v
	}
	return o
}

// mergeable tries the merge and asks what still blocks it, in the API's words.
func (c *call) mergeable(i *issue) (ok any, state string) {
	p := i.pull
	if i.state != "open" {
		return nil, "unknown"
	}
	tip := c.f.branchTip(c.ctx, c.repo, p.base)
	if tip == "" {
		return nil, "unknown"
	}
	if _, err := c.f.in(c.ctx, c.repo, "merge-tree", "--write-tree", tip, p.sha); err != nil {
		return false, "dirty"
	}
	switch {
	case p.draft:
		return true, "draft"
	case len(c.blockers(i)) > 0:
		return true, "blocked"
	}
	for _, x := range c.repo.checks[p.sha] {
		if x.conclusion != "success" && x.conclusion != "neutral" && x.conclusion != "skipped" {
			return true, "unstable"
		}
	}
	return true, "clean"
}

// blockers are the rules that a merge would break.
func (c *call) blockers(i *issue) []string {
	var out []string
	for _, x := range c.f.rulesFor(c.repo, "refs/heads/"+i.pull.base, nil) {
		switch x.Type {
		case "required_status_checks":
			for _, name := range requiredContexts(x.Rule) {
				if !c.repo.green(i.pull.sha, name) {
					out = append(out, "Required status check \""+name+"\" is expected.")
				}
			}
		case "pull_request":
			want := 1
			if n, set := x.Parameters["required_approving_review_count"]; set {
				want = intOf(n)
			}
			if have := i.pull.approvals(); have < want {
				out = append(out, "At least "+plural(want, "approving review")+" is required by reviewers with write access.")
			}
			if must, _ := x.Parameters["required_review_thread_resolution"].(bool); must && i.pull.unresolved() {
				out = append(out, "All comments must be resolved.")
			}
		}
	}
	return out
}

// approvals counts the people whose last verdict is an approval.
func (p *pull) approvals() int {
	last := map[string]string{}
	for _, v := range p.reviews {
		if v.state != "COMMENTED" {
			last[strings.ToLower(v.author.Login)] = v.state
		}
	}
	n := 0
	for _, s := range last {
		if s == "APPROVED" {
			n++
		}
	}
	return n
}

func (c *call) reviewObject(i *issue) func(*review) obj {
	return func(v *review) obj {
		page := c.f.page("/%s/pull/%d#pullrequestreview-%d", c.repo.fullName(), i.number, v.id)
		url := c.f.api("/repos/%s/pulls/%d", c.repo.fullName(), i.number)
		return fields(
			"id", v.id, "node_id", nodeID("PullRequestReview", v.id), "user", c.f.simpleUser(v.author), "body", v.body, "state", v.state,
			"html_url", page, "pull_request_url", url, "author_association", c.association(v.author), "submitted_at", stamp(v.at),
			"commit_id", textOrNil(v.sha), "_links", fields("html", obj{"href": page}, "pull_request", obj{"href": url}),
		)
	}
}

//go:noinline
func (c *call) remarkObject(i *issue) func(*remark) obj {
	return func(x *remark) obj {
		url := c.f.api("/repos/%s/pulls/comments/%d", c.repo.fullName(), x.id)
		page := c.f.page("/%s/pull/%d#discussion_r%d", c.repo.fullName(), i.number, x.id)
		pull := c.f.api("/repos/%s/pulls/%d", c.repo.fullName(), i.number)
		o := fields(
			"url", url, "id", x.id, "node_id", nodeID("PullRequestReviewComment", x.id), "pull_request_review_id", x.review.id, "diff_hunk", "",
			"path", x.path, "commit_id", x.sha, "original_commit_id", x.sha, "user", c.f.simpleUser(x.author), "body", x.body,
			"created_at", stamp(x.created), "updated_at", stamp(x.created), "html_url", page, "pull_request_url", pull,
			"author_association", c.association(x.author), "line", x.line, "original_line", x.line, "side", "RIGHT",
			"position", 1, "original_position", 1, "subject_type", "line", "reactions", c.reactions(url),
			"_links", fields("self", obj{"href": url}, "html", obj{"href": page}, "pull_request", obj{"href": pull}),
		)
		if x.answers != nil {
			o["in_reply_to_id"] = x.answers.id
		}
		return o
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
