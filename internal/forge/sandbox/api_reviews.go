package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func listReviews(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, i.pull.reviews), c.reviewObject(i)))
}

func createReview(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Body, Event string
		Comments    []struct {
			Path, Body string
			Line       int
		}
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	state, known := map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED", "": "PENDING"}[in.Event]
	if !known {
		return answer{}, unprocessable("Variable $event of type PullRequestReviewEvent was provided invalid value")
	}
	if i.author == c.user && (in.Event == "APPROVE" || in.Event == "REQUEST_CHANGES") {
		word := map[string]string{"APPROVE": "approve", "REQUEST_CHANGES": "request changes on"}[in.Event]
		return answer{}, &apiError{status: http.StatusUnprocessableEntity, message: "Unprocessable Entity",
			errors: []any{"Can not " + word + " your own pull request"}}
	}
	if in.Body == "" && in.Event != "APPROVE" && len(in.Comments) == 0 {
		return answer{}, &apiError{status: http.StatusUnprocessableEntity, message: "Unprocessable Entity",
			errors: []any{"Review body can't be blank"}}
	}
	v := &review{id: c.f.state.id(), author: c.user, state: state, body: in.Body, sha: i.pull.sha, at: c.f.moment()}
	i.pull.reviews = append(i.pull.reviews, v)
	for _, x := range in.Comments {
		c.remark(i, v, x.Path, x.Body, x.Line)
	}
	i.pull.requested = slices.DeleteFunc(i.pull.requested, func(u *user) bool { return u == c.user })
	i.touch(v.at)
	return ok(c.reviewObject(i)(v))
}

func (c *call) remark(i *issue, v *review, path, body string, line int) *remark {
	x := &remark{path: path, line: max(line, 1), sha: i.pull.sha, review: v}
	x.comment = comment{id: c.f.state.id(), author: c.user, body: body, created: c.f.moment()}
	i.pull.remarks = append(i.pull.remarks, x)
	i.touch(x.created)
	return x
}

func listRemarks(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	all := slices.Clone(i.pull.remarks)
	if c.query.Get("sort") != "" && c.query.Get("direction") == "desc" { // without sort it is ignored
		slices.Reverse(all)
	}
	return ok(each(paginate(c, all), c.remarkObject(i)))
}

// createRemark adds a comment to a line, or an answer to one. Either is a review of
// its own that has no words.
func createRemark(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Body, Path string
		Line       int
		CommitID   string `json:"commit_id"`
		InReplyTo  int64  `json:"in_reply_to"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	first := i.pull.remarkOf(in.InReplyTo)
	if first != nil {
		in.Path, in.Line = first.path, first.line
	}
	for _, f := range [...][2]string{{"body", in.Body}, {"path", in.Path}, {"commit_id", in.CommitID}} {
		if f[1] == "" && (first == nil || f[0] == "body") {
			return answer{}, invalid(fields("resource", "PullRequestReviewComment", "field", f[0], "code", "missing_field"))
		}
	}
	v := &review{id: c.f.state.id(), author: c.user, state: "COMMENTED", sha: i.pull.sha, at: c.f.moment()}
	i.pull.reviews = append(i.pull.reviews, v)
	x := c.remark(i, v, in.Path, in.Body, in.Line)
	x.answers = first
	return created(c.remarkObject(i)(x))
}

// remarkOf is the first comment of the conversation that one is in, nil for none.
func (p *pull) remarkOf(id int64) *remark {
	for _, x := range p.remarks {
		if x.id == id && x.answers != nil {
			return x.answers
		}
		if x.id == id {
			return x
		}
	}
	return nil
}

func getReviewers(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	teams := each(i.pull.teams, func(t *team) obj { return c.f.team(c.repo.owner, t, permPull) })
	return ok(fields("users", c.f.users(i.pull.requested), "teams", teams))
}

// wantedReviewers is whom a request for reviews, or its withdrawal, names.
type wantedReviewers struct {
	Reviewers     []string
	TeamReviewers []string `json:"team_reviewers"`
}

// reviewersOf reads such a request of somebody who may make it.
func (c *call) reviewersOf() (*issue, wantedReviewers, error) {
	var in wantedReviewers
	i, err := c.pullOf()
	if err != nil {
		return nil, in, err
	}
	if c.perm < permTriage && i.author != c.user {
		return nil, in, notFound()
	}
	err = c.read(&in)
	return i, in, err
}

func requestReviewers(c *call) (answer, error) {
	i, in, err := c.reviewersOf()
	if err != nil {
		return answer{}, err
	}
	for _, login := range in.Reviewers {
		u := c.f.state.user(login)
		if u == nil || c.f.may(u, c.repo) < permPull {
			return answer{}, unprocessable("Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the %s repository.", c.repo.fullName())
		}
		if u == i.author {
			return answer{}, unprocessable("Review cannot be requested from pull request author.")
		}
		i.pull.ask(u)
	}
	for _, slug := range in.TeamReviewers {
		t := c.repo.owner.team(slug)
		if t == nil {
			return answer{}, unprocessable("Could not resolve to a node with the global id of '%s'.", slug)
		}
		i.pull.askTeam(t)
	}
	i.touch(c.f.moment())
	return created(c.simplePull(i))
}

// dropReviewers takes requests for a review back. Who was not asked is no error.
func dropReviewers(c *call) (answer, error) {
	i, in, err := c.reviewersOf()
	if err != nil {
		return answer{}, err
	}
	i.pull.requested = slices.DeleteFunc(i.pull.requested, func(u *user) bool { return containsFold(in.Reviewers, u.Login) })
	i.pull.teams = slices.DeleteFunc(i.pull.teams, func(t *team) bool { return containsFold(in.TeamReviewers, t.Slug) })
	i.touch(c.f.moment())
	return ok(c.simplePull(i))
}

func (p *pull) ask(u *user) {
	if !slices.Contains(p.requested, u) {
		p.requested = append(p.requested, u)
	}
}

func (p *pull) askTeam(t *team) {
	if !slices.Contains(p.teams, t) {
		p.teams = append(p.teams, t)
	}
}

func mergePull(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Title   string `json:"commit_title"`
		Message string `json:"commit_message"`
		SHA     string `json:"sha"`
		Method  string `json:"merge_method"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	p := i.pull
	notNow := func(text string) (answer, error) {
		return answer{}, &apiError{status: http.StatusMethodNotAllowed, message: text}
	}
	if i.state != "open" || p.draft {
		return notNow("Pull Request is not mergeable")
	}
	if in.SHA != "" && in.SHA != p.sha {
		return answer{}, &apiError{status: http.StatusConflict, message: "Head branch was modified. Review and try the merge again."}
	}
	if why := c.blockers(i); len(why) > 0 {
		return notNow("Repository rule violations found\n\n" + strings.Join(why, "\n"))
	}
	sha, err := c.f.merge(c.ctx, i, orElse(in.Method, "merge"), in.Title, in.Message, c.user)
	if err != nil {
		return notNow("Pull Request is not mergeable")
	}
	return ok(fields("sha", sha, "merged", true, "message", "Pull Request successfully merged"))
}

// merge carries a merge out and moves the base. A rebase is only known where
// nothing has to be rewritten.
func (f *Forge) merge(ctx context.Context, i *issue, method, title, message string, by *user) (string, error) {
	p := i.pull
	tip := f.branchTip(ctx, p.repo, p.base)
	tree, err := f.in(ctx, p.repo, "merge-tree", "--write-tree", tip, p.sha)
	if err != nil {
		return "", err
	}
	tree = firstLine(tree)
	var sha string
	switch method {
	case "squash":
		text := fmt.Sprintf("%s (#%d)", orElse(title, i.title), i.number)
		if title != "" {
			text = title
		}
		sha, err = f.commitTree(ctx, p.repo, tree, text+"\n\n"+message, i.author, tip)
	case "rebase":
		if sha = p.sha; !f.isAncestor(ctx, p.repo, tip, sha) {
			return "", &gitError{args: "rebase", code: 1, stderr: "not a fast-forward"}
		}
	default:
		text := orElse(title, fmt.Sprintf("Merge pull request #%d from %s/%s", i.number, p.headOwner, p.branch))
		sha, err = f.commitTree(ctx, p.repo, tree, text+"\n\n"+orElse(message, i.title), by, tip, p.sha)
	}
	if err != nil {
		return "", err
	}
	if _, err := f.in(ctx, p.repo, "update-ref", "refs/heads/"+p.base, sha, tip); err != nil {
		return "", err
	}
	f.markMerged(i, by, sha)
	p.repo.pushed = i.closed
	f.branchMoved(ctx, p.repo, p.base)
	return sha, nil
}
