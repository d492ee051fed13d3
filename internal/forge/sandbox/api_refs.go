package sandbox

import (
	"net/http"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

func listBranches(c *call) (answer, error) {
	out, err := c.f.in(c.ctx, c.repo, "for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads")
	if err != nil {
		return answer{}, err
	}
	list := []obj{}
	for line := range strings.Lines(out) {
		sha, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		protected := c.f.protected(c.repo, name)
		if want := c.query.Get("protected"); want == "" || (want == "true") == protected {
			list = append(list, fields(
				"name", name, "protected", protected,
				"commit", fields("sha", sha, "url", c.f.api("/repos/%s/commits/%s", c.repo.fullName(), sha)),
			))
		}
	}
	return ok(paginate(c, list))
}

// protected tells whether a rule of a ruleset keeps a branch.
func (f *Forge) protected(r *repository, branch string) bool {
	for _, x := range f.rulesFor(r, "refs/heads/"+branch, nil) {
		if x.Type != "branch_name_pattern" && x.set.Target == "branch" {
			return true
		}
	}
	return false
}

func getBranch(c *call) (answer, error) {
	name := c.vars["branch"]
	sha := c.f.branchTip(c.ctx, c.repo, name)
	if sha == "" {
		return answer{}, &apiError{status: http.StatusNotFound, message: "Branch not found"}
	}
	commits, err := c.commitObjects("--max-count=1", sha)
	if err != nil {
		return answer{}, err
	}
	url := c.f.api("/repos/%s/branches/%s", c.repo.fullName(), name)
	contexts, checks := []string{}, []obj{}
	for _, x := range c.f.rulesFor(c.repo, "refs/heads/"+name, nil) {
		for _, one := range requiredContexts(x.Rule) {
			contexts, checks = append(contexts, one), append(checks, fields("context", one, "app_id", nil))
		}
	}
	level := "off"
	if len(contexts) > 0 {
		level = "everyone"
	}
	return ok(fields(
		"name", name, "commit", commits[0], "protected", c.f.protected(c.repo, name),
		"_links", fields("self", url, "html", c.f.page("/%s/tree/%s", c.repo.fullName(), name)),
		"protection", fields("enabled", false, "required_status_checks", fields("enforcement_level", level, "contexts", contexts, "checks", checks)),
		"protection_url", url+"/protection",
	))
}

// getProtection answers as for branches that only rulesets protect.
func getProtection(c *call) (answer, error) {
	if c.f.branchTip(c.ctx, c.repo, c.vars["branch"]) == "" {
		return answer{}, &apiError{status: http.StatusNotFound, message: "Branch not found"}
	}
	return answer{}, &apiError{status: http.StatusNotFound, message: "Branch not protected"}
}

func (c *call) refObject(ref, sha, kind string) obj {
	return fields(
		"ref", ref, "node_id", nodeID("Ref", c.repo.id), "url", c.f.api("/repos/%s/git/%s", c.repo.fullName(), ref),
		"object", fields("sha", sha, "type", kind, "url", c.f.api("/repos/%s/git/%ss/%s", c.repo.fullName(), kind, sha)),
	)
}

func (c *call) refs(prefix string) ([]obj, error) {
	out, err := c.f.in(c.ctx, c.repo, "for-each-ref", "--format=%(objectname) %(objecttype) %(refname)")
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for line := range strings.Lines(out) {
		p := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(p) == 3 && strings.HasPrefix(p[2], prefix) {
			list = append(list, c.refObject(p[2], p[0], p[1]))
		}
	}
	return list, nil
}

func listRefs(c *call) (answer, error) {
	list, err := c.refs("refs/" + c.vars["ref"])
	if err != nil {
		return answer{}, err
	}
	return ok(paginate(c, list))
}

func getRef(c *call) (answer, error) {
	want := "refs/" + c.vars["ref"]
	list, err := c.refs(want)
	if err != nil {
		return answer{}, err
	}
	for _, o := range list {
		if o["ref"] == want {
			return ok(o)
		}
	}
	return answer{}, notFound()
}

var shaPattern = lazy.Pattern(`^[0-9a-f]{40}$`)

func createRef(c *call) (answer, error) {
	var in struct{ Ref, SHA string }
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if _, err := c.f.in(c.ctx, c.repo, "check-ref-format", in.Ref); err != nil || strings.Count(in.Ref, "/") < 2 {
		return answer{}, unprocessable("Reference name is not valid")
	}
	kind, err := c.f.in(c.ctx, c.repo, "cat-file", "-t", "--", in.SHA)
	if !shaPattern().MatchString(in.SHA) || err != nil {
		return answer{}, unprocessable("Object does not exist")
	}
	if c.f.resolve(c.ctx, c.repo, in.Ref) != "" {
		return answer{}, unprocessable("Reference already exists")
	}
	j := pushJudge{ctx: c.ctx, f: c.f, r: c.repo, user: c.user, token: c.x.token, git: c.f.git}
	j.update(refUpdate{zeroSHA, in.SHA, in.Ref})
	if err := ruleError(j.found); err != nil {
		return answer{}, err
	}
	if _, err := c.f.in(c.ctx, c.repo, "update-ref", in.Ref, in.SHA, zeroSHA); err != nil {
		return answer{}, unprocessable("Reference cannot be created")
	}
	c.repo.pushed = c.f.moment()
	o := c.refObject(in.Ref, in.SHA, kind)
	c.head.Set("Location", o["url"].(string))
	return created(o)
}

func ruleError(found []violation) error {
	if len(found) == 0 {
		return nil
	}
	texts := make([]string, len(found))
	for i, v := range found {
		texts[i] = v.text
	}
	return unprocessable("Repository rule violations found\n\n%s", strings.Join(texts, "\n\n"))
}

func deleteRef(c *call) (answer, error) {
	ref := "refs/" + c.vars["ref"]
	old := c.f.resolve(c.ctx, c.repo, ref)
	if old == "" || strings.HasPrefix(ref, "refs/pull/") {
		return answer{}, unprocessable("Reference does not exist")
	}
	if ref == "refs/heads/"+c.repo.branch {
		return answer{}, unprocessable("Cannot delete the default branch")
	}
	j := pushJudge{ctx: c.ctx, f: c.f, r: c.repo, user: c.user, token: c.x.token, git: c.f.git}
	j.update(refUpdate{old, zeroSHA, ref})
	if err := ruleError(j.found); err != nil {
		return answer{}, err
	}
	if _, err := c.f.in(c.ctx, c.repo, "update-ref", "-d", ref, old); err != nil {
		return answer{}, err
	}
	if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		c.f.branchMoved(c.ctx, c.repo, branch)
	}
	return noContent()
}
