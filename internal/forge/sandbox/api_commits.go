package sandbox

import (
	"context"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// commitObjects are the commits that git log selects.
func (c *call) commitObjects(args ...string) ([]obj, error) {
	all, err := c.f.git.log(c.ctx, c.repo.dir, args...)
	if err != nil {
		return nil, err
	}
	return each(all, c.commitObject), nil
}

// commitObject is GitHub's commit.
func (c *call) commitObject(x commitInfo) obj {
	base := c.f.api("/repos/%s", c.repo.fullName())
	parents := each(x.parents, func(sha string) obj {
		return fields("sha", sha, "url", base+"/commits/"+sha, "html_url", c.f.page("/%s/commit/%s", c.repo.fullName(), sha))
	})
	return fields(
		"sha", x.sha, "node_id", nodeID("Commit", c.repo.id), "url", base+"/commits/"+x.sha,
		"html_url", c.f.page("/%s/commit/%s", c.repo.fullName(), x.sha), "comments_url", base+"/commits/"+x.sha+"/comments",
		"author", c.byEmail(x.authorEmail), "committer", c.byEmail(x.committerEmail), "parents", parents,
		"commit", fields(
			"url", base+"/git/commits/"+x.sha, "message", x.message, "comment_count", 0,
			"author", fields("name", x.authorName, "email", x.authorEmail, "date", stamp(x.authored)),
			"committer", fields("name", x.committerName, "email", x.committerEmail, "date", stamp(x.committed)),
			"tree", fields("sha", x.tree, "url", base+"/git/trees/"+x.tree),
			"verification", fields("verified", false, "reason", "unsigned", "signature", nil, "payload", nil, "verified_at", nil),
		),
	)
}

// byEmail is the account to which an address belongs, or null.
func (c *call) byEmail(email string) any { return c.f.userOrNil(c.f.byAddress(email)) }

func (f *Forge) byAddress(email string) *user {
	for _, a := range f.world.Accounts {
		if u := f.state.user(a.Login); u != nil && strings.EqualFold(u.address(), email) {
			return u
		}
	}
	return nil
}

func listCommits(c *call) (answer, error) {
	_, sha, err := c.at(c.query.Get("sha"))
	if err != nil {
		return answer{}, err
	}
	want := commitFilter{path: c.query.Get("path"), author: c.query.Get("author")}
	if want.since, err = c.time("since"); err != nil {
		return answer{}, err
	}
	if want.until, err = c.time("until"); err != nil {
		return answer{}, err
	}
	if u := c.f.state.user(want.author); u != nil {
		want.author = u.address()
	}
	all, err := c.history(sha, want)
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, all), c.commitObject))
}

// time reads a time of the query, zero for none.
func (c *call) time(name string) (time.Time, error) {
	v := c.query.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			return t, nil
		}
	}
	return time.Time{}, invalid(fieldError("Commit", name, "invalid", name+" is not a time"))
}

func getCommit(c *call) (answer, error) {
	sha := c.commitAt(c.vars["ref"])
	if sha == "" {
		return answer{}, unprocessable("No commit found for SHA: %s", c.vars["ref"])
	}
	if strings.Contains(c.x.r.Header.Get("Accept"), "vnd.github.sha") || strings.Contains(c.x.r.Header.Get("Accept"), "v3.sha") {
		return answer{status: http.StatusOK, text: &sha, media: "application/vnd.github.sha; charset=utf-8"}, nil
	}
	all, err := c.commitObjects("--max-count=1", sha)
	if err != nil {
		return answer{}, err
	}
	o := all[0]
	parent := c.f.resolve(c.ctx, c.repo, sha+"^1")
	if parent == "" {
		parent = emptyTree
	}
	files, err := c.f.diff(c.ctx, c.repo, c.f.git, parent, sha)
	if err != nil {
		return answer{}, err
	}
	added, removed := countLines(files)
	o["stats"] = fields("additions", added, "deletions", removed, "total", added+removed)
	o["files"] = each(files, c.diffEntry(sha))
	return ok(o)
}

// emptyTree is the tree without entries, which git knows without being told.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

func countLines(files []fileDiff) (added, removed int) {
	for _, x := range files {
		added += x.added
		removed += x.removed
	}
	return added, removed
}

// side is one end of a comparison.
type side struct {
	repo *repository
	sha  string
}

// compareSide reads OWNER:BRANCH, OWNER:REPO:BRANCH or just a ref.
func (c *call) compareSide(s string) (side, error) {
	r, ref := c.repo, s
	if owner, rest, found := strings.Cut(s, ":"); found {
		ref = rest
		r = c.networkRepo(owner, "")
		if name, branch, two := strings.Cut(rest, ":"); two {
			r, ref = c.networkRepo(owner, name), branch
		}
	}
	if r == nil || c.f.may(c.user, r) < permPull {
		return side{}, notFound()
	}
	if err := c.f.ready(c.ctx, r); err != nil {
		return side{}, err
	}
	there := *c
	there.repo = r
	sha := there.commitAt(ref)
	if sha == "" {
		return side{}, notFound()
	}
	return side{r, sha}, nil
}

// networkRepo is an owner's repository in the network of forks.
func (c *call) networkRepo(owner, name string) *repository {
	if strings.EqualFold(owner, c.repo.owner.Login) && (name == "" || strings.EqualFold(name, c.repo.name)) {
		return c.repo
	}
	for _, r := range c.f.state.order {
		if r.source() == c.repo.source() && strings.EqualFold(r.owner.Login, owner) && (name == "" || strings.EqualFold(name, r.name)) {
			return r
		}
	}
	return nil
}

// seeing lets git read another repository's objects too.
func (g gitCommand) seeing(others ...*repository) gitCommand {
	var dirs []string
	for _, r := range others {
		dirs = append(dirs, filepath.Join(r.dir, "objects"))
	}
	return g.with("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + strings.Join(dirs, string(filepath.ListSeparator)))
}

func compareCommits(c *call) (answer, error) {
	base, head, found := strings.Cut(c.vars["basehead"], "...")
	if !found {
		return answer{}, notFound()
	}
	a, err := c.compareSide(base)
	if err != nil {
		return answer{}, err
	}
	b, err := c.compareSide(head)
	if err != nil {
		return answer{}, err
	}
	g := c.f.git.seeing(a.repo, b.repo)
	mergeBase, err := c.f.mergeBase(c.ctx, c.repo, g, a.sha, b.sha)
	if err != nil || mergeBase == "" {
		return answer{}, &apiError{status: http.StatusNotFound, message: "No common ancestor between " + base + " and " + head + "."}
	}
	o, err := c.comparison(g, a.sha, b.sha, mergeBase)
	if err != nil {
		return answer{}, err
	}
	ends := escapePath(base) + "..." + escapePath(head)
	url, page := c.f.api("/repos/%s/compare/%s", c.repo.fullName(), ends), c.f.page("/%s/compare/%s", c.repo.fullName(), ends)
	o["url"], o["html_url"], o["permalink_url"] = url, page, page
	o["diff_url"], o["patch_url"] = page+".diff", page+".patch"
	return ok(o)
}

// comparison counts and lists what head has that base has not.
func (c *call) comparison(g gitCommand, base, head, mergeBase string) (obj, error) {
	count, err := g.run(c.ctx, c.repo.dir, nil, "rev-list", "--left-right", "--count", base+"..."+head)
	if err != nil {
		return nil, err
	}
	n := strings.Fields(count)
	behind, _ := strconv.Atoi(n[0])
	ahead, _ := strconv.Atoi(n[1])
	status := "diverged"
	switch {
	case ahead == 0 && behind == 0:
		status = "identical"
	case behind == 0:
		status = "ahead"
	case ahead == 0:
		status = "behind"
	}
	commits, err := g.log(c.ctx, c.repo.dir, "--reverse", "--max-count=250", head, "^"+base)
	if err != nil {
		return nil, err
	}
	ends, err := g.log(c.ctx, c.repo.dir, "--no-walk=unsorted", base, mergeBase)
	if err != nil || len(ends) == 0 {
		return nil, err
	}
	files, err := c.f.diff(c.ctx, c.repo, g, mergeBase, head)
	if err != nil {
		return nil, err
	}
	return fields(
		"status", status, "ahead_by", ahead, "behind_by", behind, "total_commits", ahead,
		"commits", each(paginate(c, commits), c.commitObject), "files", each(files[:min(len(files), 300)], c.diffEntry(head)),
		"base_commit", c.commitObject(ends[0]), "merge_base_commit", c.commitObject(ends[len(ends)-1]),
	), nil
}

func (f *Forge) mergeBase(ctx context.Context, r *repository, g gitCommand, a, b string) (string, error) {
	out, err := g.run(ctx, r.dir, nil, "merge-base", a, b)
	return strings.TrimSpace(out), err
}

// mergeCommit merges two commits without a work tree; a conflict is an error.
func (f *Forge) mergeCommit(ctx context.Context, r *repository, ours, theirs, message string, by *user) (string, error) {
	tree, err := f.in(ctx, r, "merge-tree", "--write-tree", ours, theirs)
	if err != nil {
		return "", err
	}
	return f.commitTree(ctx, r, firstLine(tree), message, by, ours, theirs)
}

func (f *Forge) commitTree(ctx context.Context, r *repository, tree, message string, by *user, parents ...string) (string, error) {
	at := strconv.FormatInt(f.now().Unix(), 10) + " +0000"
	g := f.git.with("GIT_AUTHOR_DATE="+at, "GIT_COMMITTER_DATE="+at)
	if by != nil {
		g = g.with("GIT_AUTHOR_NAME="+orElse(by.Name, by.Login), "GIT_AUTHOR_EMAIL="+by.address())
	}
	args := []string{"commit-tree", tree, "-F", "-"}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	out, err := g.run(ctx, r.dir, strings.NewReader(message), args...)
	return strings.TrimSpace(out), err
}
