package sandbox

import (
	"net/http"
	"sort"
	"strings"
	"time"
)

// listTags lists tags by name, the last one first, as GitHub does.
func listTags(c *call) (answer, error) {
	out, err := c.f.in(c.ctx, c.repo, "for-each-ref", "--sort=-refname", "--format=%(refname:lstrip=2) %(objectname) %(*objectname)", "refs/tags")
	if err != nil {
		return answer{}, err
	}
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimSpace(line))
	}
	base := c.f.api("/repos/%s", c.repo.fullName())
	return ok(each(paginate(c, lines), func(line string) obj {
		p := strings.Fields(line)
		sha := p[len(p)-1] // of the commit, also under an annotated tag
		return fields(
			"name", p[0], "node_id", nodeID("Ref", c.repo.id), "commit", fields("sha", sha, "url", base+"/commits/"+sha),
			"zipball_url", base+"/zipball/refs/tags/"+p[0], "tarball_url", base+"/tarball/refs/tags/"+p[0],
		)
	}))
}

// getGitCommit is GitHub's git-commit: the object alone.
func getGitCommit(c *call) (answer, error) {
	sha := c.vars["sha"]
	if !shaPattern().MatchString(sha) || c.commitAt(sha) == "" {
		return answer{}, notFound()
	}
	all, err := c.history(sha, commitFilter{max: 1})
	if err != nil || len(all) == 0 {
		return answer{}, notFound()
	}
	whole := c.commitObject(all[0])
	o := whole["commit"].(obj)
	delete(o, "comment_count")
	o["sha"], o["node_id"], o["html_url"], o["parents"] = sha, whole["node_id"], whole["html_url"], whole["parents"]
	return ok(o)
}

// listPullsOf are the pull requests that a commit belongs to, as head or as
// what they were merged into.
func listPullsOf(c *call) (answer, error) {
	sha, err := c.commitOf()
	if err != nil {
		return answer{}, err
	}
	var list []*issue
	for _, i := range c.repo.sorted() {
		if p := i.pull; p != nil && (p.sha == sha || p.mergeSHA == sha) {
			list = append(list, i)
		}
	}
	return ok(each(paginate(c, list), c.simplePull))
}

// listContributors counts commits on the default branch by their authors.
func listContributors(c *call) (answer, error) {
	commits, err := c.history("refs/heads/"+c.repo.branch, commitFilter{})
	if err != nil {
		return answer{}, err
	}
	count, list := map[string]int{}, []*user{}
	for _, x := range commits {
		u := c.f.byAddress(x.authorEmail)
		if u == nil {
			continue
		}
		if count[u.Login]++; count[u.Login] == 1 {
			list = append(list, u)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return count[list[i].Login] > count[list[j].Login] })
	return ok(each(paginate(c, list), func(u *user) obj {
		o := c.f.simpleUser(u)
		o["contributions"] = count[u.Login]
		return o
	}))
}

// getParticipation counts the commits of the last 52 weeks, oldest first.
func getParticipation(c *call) (answer, error) {
	commits, err := c.history("refs/heads/"+c.repo.branch, commitFilter{})
	if err != nil {
		return answer{}, err
	}
	all, owner := make([]int, 52), make([]int, 52)
	for _, x := range commits {
		week := 51 - int(c.f.now().Sub(x.authored)/(7*24*time.Hour))
		if week < 0 || week > 51 {
			continue
		}
		all[week]++
		if c.f.byAddress(x.authorEmail) == c.repo.owner {
			owner[week]++
		}
	}
	return ok(fields("all", all, "owner", owner))
}

// listAssignees are those who may be given an issue: whoever can push.
func listAssignees(c *call) (answer, error) {
	var list []*user
	for _, a := range c.f.world.Accounts {
		if u := c.f.state.user(a.Login); !u.Admin && c.f.may(u, c.repo) >= permPush {
			list = append(list, u)
		}
	}
	return ok(c.f.users(paginate(c, list)))
}

// getMerged says with 204 that a pull request is merged, with 404 that not.
func getMerged(c *call) (answer, error) {
	i, err := c.pullOf()
	if err != nil || i.pull.merged.IsZero() {
		return answer{}, notFound()
	}
	return answer{status: http.StatusNoContent}, nil
}
