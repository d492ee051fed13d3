package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// issueOf is the issue or pull request that {number} names.
func (c *call) issueOf() (*issue, error) {
	n, err := strconv.Atoi(c.vars["number"])
	if err != nil || c.repo.issues[n] == nil {
		return nil, notFound()
	}
	return c.repo.issues[n], nil
}

func (c *call) pullOf() (*issue, error) {
	i, err := c.issueOf()
	if err == nil && i.pull == nil {
		return nil, notFound()
	}
	return i, err
}

// listed tells whether a list shows a pull request already, and counts.
func (i *issue) listed() bool {
	return i.pull == nil || i.pull.lag.Load() <= 0 || i.pull.lag.Add(-1) < 0
}

func listPulls(c *call) (answer, error) {
	state, head, base := orElse(c.query.Get("state"), "open"), c.query.Get("head"), c.query.Get("base")
	var list []*issue
	for _, i := range c.repo.sorted() {
		if i.pull == nil || state != "all" && i.state != state || base != "" && i.pull.base != base {
			continue
		}
		if head != "" && !strings.EqualFold(head, i.pull.headOwner+":"+i.pull.branch) && head != i.pull.branch {
			continue
		}
		if i.listed() {
			list = append(list, i)
		}
	}
	sortIssues(list, c.query.Get("sort"), orElse(c.query.Get("direction"), "desc"))
	return ok(each(paginate(c, list), c.simplePull))
}

// sortIssues sorts a list that is sorted by number, the newest first.
//
//go:noinline
func sortIssues(list []*issue, by, direction string) {
	sort.SliceStable(list, func(a, b int) bool {
		x, y := list[a], list[b]
		if direction == "asc" {
			x, y = y, x
		}
		switch by {
		case "updated":
			return x.updated.After(y.updated)
		case "comments", "popularity":
			return len(x.comments) > len(y.comments)
		case "long-running":
			return x.created.Before(y.created)
		}
		return x.created.After(y.created)
	})
}

func getPull(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	accept := c.x.r.Header.Get("Accept")
	if strings.Contains(accept, "diff") || strings.Contains(accept, "patch") {
		text, err := c.f.in(c.ctx, c.repo, "diff-tree", "-r", "-M", "-p", c.pullBase(i), i.pull.sha)
		if err != nil {
			return answer{}, err
		}
		text += "\n"
		return answer{status: http.StatusOK, text: &text, media: "application/vnd.github.diff; charset=utf-8"}, nil
	}
	return ok(c.fullPull(i))
}

// pullBase is the commit from which a pull request's own changes count.
func (c *call) pullBase(i *issue) string {
	p := i.pull
	against := p.baseSHA
	if i.state == "open" {
		against = orElse(c.f.branchTip(c.ctx, c.repo, p.base), p.baseSHA)
	}
	base, err := c.f.mergeBase(c.ctx, c.repo, c.f.git, against, p.sha)
	if err != nil || base == "" {
		return p.baseSHA
	}
	return base
}

func (c *call) pullFiles(i *issue) ([]fileDiff, error) {
	return c.f.diff(c.ctx, c.repo, c.f.git, c.pullBase(i), i.pull.sha)
}

func (c *call) pullCommits(i *issue) ([]commitInfo, error) {
	return c.f.git.log(c.ctx, c.repo.dir, "--reverse", "--max-count=250", i.pull.sha, "^"+c.pullBase(i))
}

func listPullFiles(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	files, err := c.pullFiles(i)
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, files), c.diffEntry(i.pull.sha)))
}

func listPullCommits(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	commits, err := c.pullCommits(i)
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, commits), c.commitObject))
}

// newPull is what opening a pull request takes.
type newPull struct {
	Title    string `json:"title"`
	Body     string `json:"body"`
	Head     string `json:"head"`
	HeadRepo string `json:"head_repo"`
	Base     string `json:"base"`
	Draft    bool   `json:"draft"`
	Issue    int    `json:"issue"`
}

func createPull(c *call) (answer, error) {
	var in newPull
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	var missing []string
	for name, value := range map[string]string{"base": in.Base, "head": in.Head} {
		if value == "" {
			missing = append(missing, fmt.Sprintf("%q wasn't supplied.", name))
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		return answer{}, unprocessable("Invalid request.\n\n%s", strings.Join(missing, "\n"))
	}
	if strings.TrimSpace(in.Title) == "" {
		return answer{}, invalid(fields("resource", "PullRequest", "code", "missing_field", "field", "title"))
	}
	if err := fitting(in.Title, in.Body, "PullRequest"); err != nil {
		return answer{}, err
	}
	for _, p := range c.f.inForce(c.user, c.repo) {
		if in.Draft && p.name == "no-drafts" {
			return answer{}, unprocessable("Draft pull requests are not supported in this repository.")
		}
	}
	head, owner, branch, err := c.pullHead(in)
	if err != nil {
		return answer{}, err
	}
	p := &pull{repo: c.repo, head: head, headOwner: owner, branch: branch, base: in.Base, draft: in.Draft}
	if err := c.checkNewPull(p); err != nil {
		return answer{}, err
	}
	i := c.f.newIssue(c.repo, in.Title, in.Body, c.user)
	i.pull = p
	p.lag.Store(int32(c.f.listLag))
	if err := c.f.keepHead(c.ctx, i, p.sha); err != nil {
		delete(c.repo.issues, i.number)
		return answer{}, err
	}
	c.f.runChecks(c.ctx, i)
	if !p.draft {
		c.askOwners(i)
	}
	o := c.fullPull(i)
	c.head.Set("Location", o["url"].(string))
	return created(o)
}

// pullHead finds where the head lies: BRANCH, OWNER:BRANCH, with head_repo
// where one owner has several repositories of the network.
func (c *call) pullHead(in newPull) (r *repository, owner, branch string, err error) {
	bad := invalid(fields("resource", "PullRequest", "field", "head", "code", "invalid"))
	owner, branch, found := strings.Cut(in.Head, ":")
	if !found {
		owner, branch = c.repo.owner.Login, in.Head
	}
	r = c.networkRepo(owner, in.HeadRepo)
	if in.HeadRepo != "" {
		name := in.HeadRepo
		if o, n, full := strings.Cut(in.HeadRepo, "/"); full {
			owner, name = o, n
		}
		r = c.networkRepo(owner, name)
	}
	if r == nil || c.f.may(c.user, r) < permPull || r.gitWait.Load() > 0 {
		return nil, "", "", bad
	}
	if err := c.f.ready(c.ctx, r); err != nil {
		return nil, "", "", err
	}
	return r, r.owner.Login, branch, nil
}

// checkNewPull fills in the commits and says why there can be no such pull
// request, in GitHub's words, which clients read.
func (c *call) checkNewPull(p *pull) error {
	p.sha = c.f.branchTip(c.ctx, p.head, p.branch)
	if p.sha == "" {
		return invalid(fields("resource", "PullRequest", "field", "head", "code", "invalid"))
	}
	p.baseSHA = c.f.branchTip(c.ctx, c.repo, p.base)
	if p.baseSHA == "" {
		return invalid(fields("resource", "PullRequest", "field", "base", "code", "invalid"))
	}
	label := p.headOwner + ":" + p.branch
	for _, i := range c.repo.issues {
		if o := i.pull; o != nil && i.state == "open" && o.head == p.head && o.branch == p.branch && o.base == p.base {
			return invalid(fieldError("PullRequest", "", "custom", "A pull request already exists for "+label+"."))
		}
	}
	if c.repo.spec.NoPulls && c.perm < permPush {
		return invalid(fieldError("PullRequest", "", "custom", "Only collaborators can open pull requests in this repository."))
	}
	if c.perm < permPush && c.f.may(c.user, p.head) < permPush {
		return invalid(fieldError("PullRequest", "", "custom", "must be a collaborator"))
	}
	g := c.f.git.seeing(p.head)
	count, err := g.run(c.ctx, c.repo.dir, nil, "rev-list", "--count", "--max-count=1", p.sha, "^"+p.baseSHA)
	if err != nil {
		return err
	}
	if strings.TrimSpace(count) == "0" {
		return invalid(fieldError("PullRequest", "", "custom", fmt.Sprintf("No commits between %s:%s and %s", c.repo.owner.Login, p.base, label)))
	}
	if base, err := c.f.mergeBase(c.ctx, c.repo, g, p.baseSHA, p.sha); err != nil || base == "" {
		return invalid(fieldError("PullRequest", "", "custom", fmt.Sprintf("The %s branch has no history in common with %s", p.branch, c.repo.owner.Login+":"+p.base)))
	}
	return nil
}

// newIssue adds an issue with the next number.
func (f *Forge) newIssue(r *repository, title, body string, author *user) *issue {
	r.numbers++
	i := &issue{
		id: f.state.id(), number: r.numbers, title: title, body: body, author: author,
		state: "open", created: f.moment(), updated: f.moment(),
	}
	r.issues[i.number] = i
	return i
}

func editPull(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil {
		return answer{}, err
	}
	if c.perm < permTriage && i.author != c.user {
		return answer{}, notFound()
	}
	var in struct {
		Title, Body, State, Base *string
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	titled := in.Title != nil && *in.Title != i.title
	if err := c.f.edit(i, in.Title, in.Body, in.State, c.user); err != nil {
		return answer{}, err
	}
	if in.Base != nil && *in.Base != i.pull.base {
		sha := c.f.branchTip(c.ctx, c.repo, *in.Base)
		if sha == "" {
			return answer{}, invalid(fields("resource", "PullRequest", "field", "base", "code", "invalid"))
		}
		i.pull.base, i.pull.baseSHA = *in.Base, sha
	}
	if titled && i.state == "open" {
		c.f.runTitleChecks(c.ctx, i)
	}
	return ok(c.fullPull(i))
}

// edit changes what is given of an issue.
func (f *Forge) edit(i *issue, title, body, state *string, by *user) error {
	if state != nil && *state != "open" && *state != "closed" {
		return invalid(fields("resource", "Issue", "field", "state", "code", "invalid"))
	}
	if state != nil && *state == "open" && i.state == "closed" && i.pull != nil && !i.pull.merged.IsZero() {
		return invalid(fieldError("PullRequest", "state", "invalid", "state cannot be changed. The pull request was merged."))
	}
	if title != nil && strings.TrimSpace(*title) == "" {
		return invalid(fields("resource", "Issue", "field", "title", "code", "missing_field"))
	}
	i.updated = f.moment()
	if title != nil {
		i.title = *title
	}
	if body != nil {
		i.body = *body
	}
	switch {
	case state == nil || *state == i.state:
	case *state == "closed":
		f.closeIssue(i, by)
	default:
		i.state, i.closed, i.closedBy = "open", time.Time{}, nil
	}
	return nil
}
