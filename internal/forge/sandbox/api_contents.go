package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// treeEntry is a line of git ls-tree.
type treeEntry struct {
	mode, kind, sha, path string
	size                  int64
}

// tree lists a tree or, for a path within one, just that entry.
func (c *call) tree(args ...string) ([]treeEntry, error) {
	if c.seeds != nil {
		return c.seeds.tree(args), nil
	}
	out, err := c.f.git.run(c.ctx, c.repo.dir, nil, append([]string{"ls-tree", "-z", "-l", "--full-tree"}, args...)...)
	if err != nil {
		return nil, err
	}
	var list []treeEntry
	for _, line := range strings.Split(out, "\x00") {
		meta, name, found := strings.Cut(line, "\t")
		p := strings.Fields(meta)
		if !found || len(p) != 4 {
			continue
		}
		size, _ := strconv.ParseInt(p[3], 10, 64)
		list = append(list, treeEntry{p[0], p[1], p[2], name, size})
	}
	return list, nil
}

// maxTree is how many entries one answer holds, as on GitHub.
const maxTree = 100_000

func getTree(c *call) (answer, error) {
	sha := c.treeAt(c.vars["sha"])
	if sha == "" {
		return answer{}, notFound()
	}
	args := []string{sha}
	if c.query.Get("recursive") != "" {
		args = []string{"-r", "-t", sha}
	}
	entries, err := c.tree(args...)
	if err != nil {
		return answer{}, err
	}
	base := c.f.api("/repos/%s/git", c.repo.fullName())
	list := each(entries[:min(len(entries), maxTree)], func(e treeEntry) obj {
		o := fields("path", e.path, "mode", e.mode, "type", e.kind, "sha", e.sha)
		if e.kind != "commit" {
			o["url"] = base + "/" + e.kind + "s/" + e.sha
		}
		if e.kind == "blob" {
			o["size"] = e.size
		}
		return o
	})
	return ok(fields("sha", sha, "url", base+"/trees/"+sha, "tree", list, "truncated", len(entries) > maxTree))
}

// treeAt is the tree of a commit, or the one that is named.
func (c *call) treeAt(name string) string {
	if c.seeds == nil {
		return c.f.resolve(c.ctx, c.repo, name+"^{tree}")
	}
	if x := c.seeds.commit(name); x != nil {
		return x.tree.sha
	}
	if n := c.seeds.node(name); n != nil && n.isTree() {
		return n.sha
	}
	return ""
}

func (c *call) blob(sha string) (string, error) {
	if c.seeds != nil {
		if n := c.seeds.node(sha); n != nil && !n.isTree() {
			return n.data, nil
		}
		return "", notFound()
	}
	return c.f.git.run(c.ctx, c.repo.dir, nil, "cat-file", "blob", sha)
}

func getBlob(c *call) (answer, error) {
	sha := c.vars["sha"]
	if !shaPattern().MatchString(sha) {
		return answer{}, unprocessable("The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
	}
	data, err := c.blob(sha)
	if err != nil {
		return answer{}, notFound()
	}
	if strings.Contains(c.x.r.Header.Get("Accept"), "raw") {
		return rawText(data)
	}
	return ok(fields(
		"sha", sha, "node_id", nodeID("Blob", c.repo.id), "size", len(data), "encoding", "base64", "content", wrapped64(data),
		"url", c.f.api("/repos/%s/git/blobs/%s", c.repo.fullName(), sha),
	))
}

func rawText(data string) (answer, error) {
	return answer{status: http.StatusOK, text: &data, media: "application/vnd.github.raw; charset=utf-8"}, nil
}

// wrapped64 is base64 in lines of 60, each with its newline.
func wrapped64(data string) string {
	all := base64.StdEncoding.EncodeToString([]byte(data))
	var b strings.Builder
	for len(all) > 0 {
		n := min(60, len(all))
		b.WriteString(all[:n] + "\n")
		all = all[n:]
	}
	return b.String()
}

// at resolves the ref that a request names, the default branch without one.
func (c *call) at(ref string) (name, sha string, err error) {
	name = orElse(ref, c.repo.branch)
	if sha = c.commitAt(name); sha == "" {
		return "", "", &apiError{status: http.StatusNotFound, message: "No commit found for the ref " + name}
	}
	return name, sha, nil
}

// commitAt finds a branch, a tag or a commit by its name, in this order.
func (c *call) commitAt(name string) string {
	if c.seeds != nil {
		if x := c.seeds.commit(name); x != nil {
			return x.sha
		}
		return ""
	}
	for _, rev := range []string{"refs/heads/" + name, "refs/tags/" + name, name} {
		if sha := c.f.resolve(c.ctx, c.repo, rev+"^{commit}"); sha != "" {
			return sha
		}
	}
	return ""
}

func getContents(c *call) (answer, error) {
	ref, sha, err := c.at(c.query.Get("ref"))
	if err != nil {
		return answer{}, err
	}
	p := strings.Trim(c.vars["path"], "/")
	if p != "" && (path.Clean(p) != p || strings.HasPrefix(p, "..")) {
		return answer{}, notFound()
	}
	if p != "" {
		entries, err := c.tree(sha, "--", p)
		if err != nil || len(entries) != 1 {
			return answer{}, notFound()
		}
		if entries[0].kind != "tree" {
			return c.fileContent(entries[0], ref)
		}
		p += "/"
	}
	entries, err := c.tree(sha, "--", orElse(p, "."))
	if p == "" {
		entries, err = c.tree(sha)
	}
	if err != nil {
		return answer{}, notFound()
	}
	return ok(each(entries, func(e treeEntry) obj { return c.contentObject(e, ref) }))
}

func (c *call) fileContent(e treeEntry, ref string) (answer, error) {
	o, data, err := c.fileObject(e, ref)
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(c.x.r.Header.Get("Accept"), "raw") {
		return rawText(data)
	}
	return ok(o)
}

func (c *call) fileObject(e treeEntry, ref string) (obj, string, error) {
	o := c.contentObject(e, ref)
	if e.kind != "blob" {
		o["submodule_git_url"] = nil
		return o, "", nil
	}
	data, err := c.blob(e.sha)
	if err != nil {
		return nil, "", err
	}
	if e.mode == "120000" {
		o["target"] = data
	}
	o["encoding"], o["content"] = "base64", wrapped64(data)
	if len(data) > 1<<20 {
		o["encoding"], o["content"] = "none", ""
	}
	return o, data, nil
}

func (c *call) contentObject(e treeEntry, ref string) obj {
	kind, page := "file", "blob"
	switch {
	case e.kind == "tree":
		kind, page = "dir", "tree"
	case e.kind == "commit":
		kind = "submodule"
	case e.mode == "120000":
		kind = "symlink"
	}
	self := c.f.api("/repos/%s/contents/%s?ref=%s", c.repo.fullName(), escapePath(e.path), url.QueryEscape(ref))
	git := c.f.api("/repos/%s/git/%ss/%s", c.repo.fullName(), e.kind, e.sha)
	html := c.f.page("/%s/%s/%s/%s", c.repo.fullName(), page, escapePath(ref), escapePath(e.path))
	o := fields(
		"type", kind, "name", path.Base(e.path), "path", e.path, "sha", e.sha, "size", e.size, "url", self,
		"git_url", git, "html_url", html, "download_url", nil, "_links", fields("self", self, "git", git, "html", html),
	)
	if e.kind == "blob" {
		o["download_url"] = c.f.page("/%s/raw/%s/%s", c.repo.fullName(), escapePath(ref), escapePath(e.path))
	}
	return o
}

// findFile looks for the first of some files in a tree, without regard to case.
func (c *call) findFile(sha string, wanted func(name string) bool, dirs ...string) (treeEntry, bool) {
	for _, dir := range dirs {
		args := []string{sha}
		if dir != "" {
			args = []string{sha, "--", dir + "/"}
		}
		entries, err := c.tree(args...)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if e.kind == "blob" && wanted(strings.ToLower(path.Base(e.path))) {
				return e, true
			}
		}
	}
	return treeEntry{}, false
}

func getReadme(c *call) (answer, error) {
	ref, sha, err := c.at(c.query.Get("ref"))
	if err != nil {
		return answer{}, err
	}
	isReadme := func(name string) bool { return name == "readme" || strings.HasPrefix(name, "readme.") }
	e, found := c.findFile(sha, isReadme, ".github", "", "docs")
	if !found {
		return answer{}, notFound()
	}
	return c.fileContent(e, ref)
}

func getLicense(c *call) (answer, error) {
	ref, sha, err := c.at(c.query.Get("ref"))
	if err != nil {
		return answer{}, err
	}
	isLicense := func(name string) bool {
		return strings.HasPrefix(name, "license") || strings.HasPrefix(name, "copying")
	}
	e, found := c.findFile(sha, isLicense, "")
	if !found {
		return answer{}, notFound()
	}
	o, _, err := c.fileObject(e, ref)
	if err != nil {
		return answer{}, err
	}
	o["license"] = c.f.license(orElse(c.repo.spec.License, "NOASSERTION"))
	return ok(o)
}

// escapePath escapes what must not stand in a URL's path, but no slashes.
func escapePath(p string) string {
	return strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", " ", "%20", `"`, "%22").Replace(p)
}
