package sandbox

import (
	"sort"
	"strconv"
)

// releaseObject is GitHub's release.
func (c *call) releaseObject(x *release) obj {
	name, base := c.repo.fullName(), c.f.api("/repos/%s", c.repo.fullName())
	url := c.f.api("/repos/%s/releases/%d", name, x.id)
	return fields(
		"url", url, "html_url", c.f.page("/%s/releases/tag/%s", name, escapePath(x.Tag)), "assets_url", url+"/assets", "upload_url", url+"/assets{?name,label}",
		"tarball_url", base+"/tarball/"+x.Tag, "zipball_url", base+"/zipball/"+x.Tag, "id", x.id, "node_id", nodeID("Release", x.id),
		"tag_name", x.Tag, "target_commitish", c.repo.branch, "name", textOrNil(orElse(x.Name, x.Tag)), "body", textOrNil(x.Body),
		"draft", false, "prerelease", false, "created_at", stamp(x.at), "published_at", stamp(x.at), "author", c.f.simpleUser(x.author),
		"assets", []obj{},
	)
}

// releases are a repository's own, the newest first.
func (c *call) releases() []*release {
	list := append([]*release(nil), c.repo.releases...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].at.After(list[j].at) })
	return list
}

func listReleases(c *call) (answer, error) {
	return ok(each(paginate(c, c.releases()), c.releaseObject))
}

func getLatestRelease(c *call) (answer, error) {
	list := c.releases()
	if len(list) == 0 {
		return answer{}, notFound()
	}
	return ok(c.releaseObject(list[0]))
}

// getRelease finds a release by its id or by its tag.
func getRelease(c *call) (answer, error) {
	for _, x := range c.repo.releases {
		if tag, by := c.vars["tag"]; by && x.Tag == tag || !by && strconv.FormatInt(x.id, 10) == c.vars["id"] {
			return ok(c.releaseObject(x))
		}
	}
	return answer{}, notFound()
}
