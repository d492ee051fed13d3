package sandbox

import (
	"path"
	"sort"
	"strings"
)

type (
	languageName string
	licenseName  string
	topicName    string
	labelNode    struct {
		repo *repository
		*label
	}
	topicNode struct {
		repo *repository
		name topicName
	}
	releaseNode struct {
		repo *repository
		*release
	}
)

// repositoryFields are those of repositories and of what is written on them.
func repositoryFields() fieldTable {
	plain := map[string]resolver{}
	for _, some := range []map[string]resolver{repositoryFacts(), repositorySettings(), repositoryLists()} {
		for name, r := range some {
			plain[name] = r
		}
	}
	return fieldTable{
		"Repository": plain,
		"Language": {
			"id":    its(func(l languageName) any { return nodeID("Language", int64(len(l))) }),
			"name":  its(func(l languageName) any { return string(l) }),
			"color": always(nil),
		},
		"License": licenseFields(),
		"Topic": {
			"id":   its(func(t topicName) any { return nodeID("Topic", int64(len(t))) + string(t) }),
			"name": its(func(t topicName) any { return string(t) }),
		},
		"RepositoryTopic": {
			"id":           its(func(t *topicNode) any { return nodeID("RepositoryTopic", t.repo.id) + string(t.name) }),
			"topic":        its(func(t *topicNode) any { return t.name }),
			"resourcePath": its(func(t *topicNode) any { return "/topics/" + string(t.name) }),
			"url":          here(func(g *graphQLRun, t *topicNode) any { return g.f.page("/topics/%s", string(t.name)) }),
		},
		"Label": {
			"id":          its(func(l *labelNode) any { return nodeID("Label", l.id) }),
			"name":        its(func(l *labelNode) any { return l.Name }),
			"color":       its(func(l *labelNode) any { return l.Color }),
			"description": its(func(l *labelNode) any { return textOrNil(l.Description) }),
			"isDefault":   its(func(l *labelNode) any { return isDefaultLabel(l.Name) }),
			"url": here(func(g *graphQLRun, l *labelNode) any {
				return g.f.page("/%s/labels/%s", l.repo.fullName(), escapePath(l.Name))
			}),
			"resourcePath": its(func(l *labelNode) any { return "/" + l.repo.fullName() + "/labels/" + escapePath(l.Name) }),
			"createdAt":    its(func(l *labelNode) any { return l.repo.created }),
			"updatedAt":    its(func(l *labelNode) any { return l.repo.created }),
			"repository":   its(func(l *labelNode) any { return l.repo }),
		},
		"Release": releaseFields(),
		"Milestone": { // there are none here
			"id": always(nil), "number": always(nil), "title": always(nil), "description": always(nil), "dueOn": always(nil), "state": always(nil),
			"url": always(nil), "resourcePath": always(nil), "closed": always(nil), "closedAt": always(nil), "viewerCanClose": always(false), "viewerCanReopen": always(false),
		},
	}
}

func isDefaultLabel(name string) bool {
	for _, l := range defaultLabels() {
		if strings.EqualFold(l.Name, name) {
			return true
		}
	}
	return false
}

// repositoryFacts are single values that stand in the world.
func repositoryFacts() map[string]resolver {
	type repo = *repository
	return map[string]resolver{
		"id":               its(func(r repo) any { return nodeID("Repository", r.id) }),
		"databaseId":       its(func(r repo) any { return r.id }),
		"name":             its(func(r repo) any { return r.name }),
		"nameWithOwner":    its(func(r repo) any { return r.fullName() }),
		"owner":            its(func(r repo) any { return r.owner }),
		"url":              here(func(g *graphQLRun, r repo) any { return g.f.page("/%s", r.fullName()) }),
		"sshUrl":           here(func(g *graphQLRun, r repo) any { return "git@" + g.f.host + ":" + r.fullName() + ".git" }),
		"resourcePath":     its(func(r repo) any { return "/" + r.fullName() }),
		"description":      its(func(r repo) any { return textOrNil(r.description) }),
		"homepageUrl":      its(func(r repo) any { return textOrNil(r.spec.Homepage) }),
		"createdAt":        its(func(r repo) any { return r.created }),
		"updatedAt":        its(func(r repo) any { return r.updated }),
		"pushedAt":         its(func(r repo) any { return when(r.pushed) }),
		"archivedAt":       its(func(r repo) any { return archivedAt(r) }),
		"isArchived":       its(func(r repo) any { return r.archived }),
		"isEmpty":          with(isEmpty),
		"isFork":           its(func(r repo) any { return r.parent != nil }),
		"isTemplate":       its(func(r repo) any { return r.spec.Template && r.parent == nil }),
		"isInOrganization": its(func(r repo) any { return r.owner.org != nil }),
		"isPrivate":        its(func(r repo) any { return r.private() }),
		"visibility":       its(func(r repo) any { return strings.ToUpper(r.visibility) }),
		"forkCount":        here(func(g *graphQLRun, r repo) any { return len(g.f.forksOf(r)) }),
		"stargazerCount":   its(func(r repo) any { return r.spec.Stars }),
		"diskUsage":        its(func(r repo) any { return r.size() }),
		"primaryLanguage": its(func(r repo) any {
			if r.spec.Language == "" {
				return nil
			}
			return languageName(r.spec.Language)
		}),
		"licenseInfo": its(func(r repo) any { return licenseOf(r.spec.License) }),
		"parent": here(func(g *graphQLRun, r repo) any {
			if r.parent == nil || !g.f.sees(g.x, r.parent) {
				return nil
			}
			return r.parent
		}),
		"templateRepository": always(nil),
		"isDisabled":         always(false), "isLocked": always(false), "isMirror": always(false), "isBlankIssuesEnabled": always(true),
		"isUserConfigurationRepository": its(func(r repo) any { return strings.EqualFold(r.name, r.owner.Login) && r.owner.org == nil }),
		"lockReason":                    always(nil), "mirrorUrl": always(nil),
	}
}

// isEmpty tells whether nothing was ever pushed. Only a repository that the
// world made without a commit may be.
func isEmpty(g *graphQLRun, r *repository, _ fieldArgs) (any, error) {
	if !r.spec.Empty {
		return false, nil
	}
	c, err := g.reading(r)
	if c == nil || err != nil {
		return true, err
	}
	return c.commitAt(r.branch) == "", nil
}

// archivedAt is nil while a repository is in use; when it was archived is not
// in the world, so it is the last change.
func archivedAt(r *repository) any {
	if !r.archived {
		return nil
	}
	return r.updated
}

// repositorySettings are what its owners have set, and what the viewer may do.
func repositorySettings() map[string]resolver {
	type repo = *repository
	squashOnly := func(r repo) any { return r.spec.SquashTitle == "" }
	return map[string]resolver{
		"forkingAllowed":     its(func(r repo) any { return !r.spec.NoForking }),
		"hasIssuesEnabled":   its(func(r repo) any { return r.hasIssues() }),
		"hasProjectsEnabled": always(false), "hasWikiEnabled": always(false), "hasDiscussionsEnabled": always(false),
		"mergeCommitAllowed": its(squashOnly), "rebaseMergeAllowed": its(squashOnly), "squashMergeAllowed": always(true),
		"autoMergeAllowed": always(false), "allowUpdateBranch": always(true), "deleteBranchOnMerge": always(false),
		"squashMergeCommitTitle":   its(func(r repo) any { return orElse(r.spec.SquashTitle, "COMMIT_OR_PR_TITLE") }),
		"squashMergeCommitMessage": always("COMMIT_MESSAGES"), "mergeCommitTitle": always("MERGE_MESSAGE"), "mergeCommitMessage": always("PR_TITLE"),
		"squashPrTitleUsedAsDefault": its(func(r repo) any { return r.spec.SquashTitle == "PR_TITLE" }),
		"webCommitSignoffRequired":   its(func(r repo) any { return r.spec.WebSignOff }),
		"viewerPermission":           here(func(g *graphQLRun, r repo) any { return permissionWord(g.f.may(g.user, r)) }),
		"viewerCanAdminister":        here(func(g *graphQLRun, r repo) any { return g.f.may(g.user, r) >= permAdmin }),
		"viewerHasStarred":           always(false), "viewerSubscription": always("UNSUBSCRIBED"),
		"viewerDefaultMergeMethod": its(func(r repo) any {
			if r.spec.SquashTitle != "" {
				return "SQUASH"
			}
			return "MERGE"
		}),
	}
}

// repositoryLists are the connections, and single elements of them.
func repositoryLists() map[string]resolver {
	type repo = *repository
	return map[string]resolver{
		"languages":        here(func(_ *graphQLRun, r repo) any { return languagesOf(r) }),
		"repositoryTopics": here(func(_ *graphQLRun, r repo) any { return topicsOf(r) }),
		"stargazers":       its(func(r repo) any { return &series{n: r.spec.Stars, at: func(int) any { return nil }} }),
		"watchers":         its(func(r repo) any { return &series{n: r.spec.Watchers, at: func(int) any { return nil }} }),
		"forks":            with(forksConnection),
		"labels":           with(labelsConnection),
		"label": with(func(_ *graphQLRun, r repo, a fieldArgs) (any, error) {
			if l := r.label(a.str("name")); l != nil {
				return &labelNode{r, l}, nil
			}
			return nil, nil
		}),
		"milestones":    nothing,
		"releases":      with(releasesConnection),
		"latestRelease": its(func(r repo) any { return latestRelease(r) }),
		"release": with(func(_ *graphQLRun, r repo, a fieldArgs) (any, error) {
			for _, x := range r.releases {
				if x.Tag == a.str("tagName") {
					return &releaseNode{r, x}, nil
				}
			}
			return nil, nil
		}),
		"assignableUsers": with(func(g *graphQLRun, r repo, a fieldArgs) (any, error) {
			return peopleWith(g, r, permPush, a.str("query")), nil
		}),
		"mentionableUsers": with(func(g *graphQLRun, r repo, a fieldArgs) (any, error) {
			return peopleWith(g, r, permPull, a.str("query")), nil
		}),
		"issues":                 with(issuesConnection),
		"issue":                  with(issueOf(func(i *issue) bool { return i.pull == nil }, "an Issue")),
		"pullRequests":           with(pullsConnection),
		"pullRequest":            with(issueOf(func(i *issue) bool { return i.pull != nil }, "a PullRequest")),
		"issueOrPullRequest":     with(issueOf(func(*issue) bool { return true }, "an issue or pull request")),
		"defaultBranchRef":       with(defaultBranch),
		"ref":                    with(refOf),
		"refs":                   with(refsConnection),
		"object":                 with(objectOf),
		"contributingGuidelines": with(contributingOf),
		"codeowners":             with(codeownersOf),
		"issueTemplates":         with(issueTemplatesOf),
		"pullRequestTemplates":   with(pullTemplatesOf),
	}
}

// languageBytes counts the bytes of the seeded files by their endings. A
// repository without such a file is all in the language that the world says.
func (r *repository) languageBytes() map[string]int {
	names := map[string]string{
		".go": "Go", ".java": "Java", ".ts": "TypeScript", ".js": "JavaScript", ".py": "Python", ".rs": "Rust", ".kt": "Kotlin",
		".sh": "Shell", ".c": "C", ".cs": "C#", ".rb": "Ruby", ".tf": "HCL", "Makefile": "Makefile", "Dockerfile": "Dockerfile",
	}
	out := map[string]int{}
	for _, x := range r.spec.Files {
		end := path.Ext(x.Path)
		if name := names[orElse(end, path.Base(x.Path))]; name != "" {
			out[name] += len(x.Data)
		}
	}
	if len(out) == 0 && r.spec.Language != "" {
		out[r.spec.Language] = 1024 * r.size()
	}
	return out
}

func languagesOf(r *repository) any {
	sizes := r.languageBytes()
	list := sortedKeys(sizes)
	sort.SliceStable(list, func(i, j int) bool { return sizes[list[i]] > sizes[list[j]] })
	total := 0
	for _, n := range sizes {
		total += n
	}
	return &series{
		n: len(list), at: func(i int) any { return languageName(list[i]) },
		edge: func(i int) map[string]any { return map[string]any{"size": sizes[list[i]]} },
		more: map[string]any{"totalSize": total},
	}
}

func topicsOf(r *repository) any {
	list := make([]*topicNode, 0, len(r.spec.Topics))
	for _, t := range r.spec.Topics {
		list = append(list, &topicNode{r, topicName(t)})
	}
	return seriesOf(list)
}

func forksConnection(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	o := orderOf(a, order{field: "CREATED_AT"})
	var list []*repository
	near := strings.Join(a.texts("affiliations"), ",")
	for _, x := range g.f.forksOf(r) {
		if g.f.sees(g.x, x) && a.takes(x) && (near == "" || g.f.affiliated(g.user, x, near)) {
			list = append(list, x)
		}
	}
	s := sortedSeries(list, o.desc, o.key)
	s.more = map[string]any{"totalDiskUsage": 0}
	return s, nil
}

func labelsConnection(_ *graphQLRun, r *repository, a fieldArgs) (any, error) {
	var list []*labelNode
	for _, l := range r.labels {
		if strings.Contains(strings.ToLower(l.Name+" "+l.Description), strings.ToLower(a.str("query"))) {
			list = append(list, &labelNode{r, l})
		}
	}
	o := orderOf(a, order{})
	return sortedSeries(list, o.desc, func(l *labelNode) sortKey {
		if o.field == "NAME" {
			return sortKey{strings.ToLower(l.Name), l.id}
		}
		return sortKey{id: l.id}
	}), nil
}

func peopleWith(g *graphQLRun, r *repository, least permission, query string) any {
	var list []*user
	for _, a := range g.f.world.Accounts {
		u := g.f.state.user(a.Login)
		if !u.Admin && g.f.may(u, r) >= least && strings.Contains(strings.ToLower(u.Login+" "+u.Name), strings.ToLower(query)) {
			list = append(list, u)
		}
	}
	return seriesOf(list)
}

// licenseOf is a licence by its SPDX identifier, nil for none.
func licenseOf(spdx string) any {
	if spdx == "" {
		return nil
	}
	return licenseName(spdx)
}

func licenseFields() map[string]resolver {
	fact := func(name string) resolver {
		return here(func(g *graphQLRun, l licenseName) any { return g.f.license(string(l)).(obj)[name] })
	}
	return map[string]resolver{
		"id": fact("node_id"), "key": fact("key"), "name": fact("name"), "spdxId": fact("spdx_id"),
		"url":      here(func(g *graphQLRun, l licenseName) any { return g.f.page("/licenses/%s", strings.ToLower(string(l))) }),
		"nickname": always(nil), "body": always(""), "description": always(nil), "featured": always(false), "hidden": always(false),
		"pseudoLicense": its(func(l licenseName) any { return strings.EqualFold(string(l), "other") || l == "NOASSERTION" }),
	}
}

func (r *repository) newestReleases() []*release {
	list := append([]*release(nil), r.releases...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].at.After(list[j].at) })
	return list
}

func latestRelease(r *repository) any {
	if list := r.newestReleases(); len(list) > 0 {
		return &releaseNode{r, list[0]}
	}
	return nil
}

func releasesConnection(_ *graphQLRun, r *repository, a fieldArgs) (any, error) {
	var list []*releaseNode
	for _, x := range r.releases {
		list = append(list, &releaseNode{r, x})
	}
	o := orderOf(a, order{desc: true})
	return sortedSeries(list, o.desc, func(x *releaseNode) sortKey {
		if o.field == "NAME" {
			return sortKey{strings.ToLower(orElse(x.Name, x.Tag)), x.id}
		}
		return sortKey{timeKey(x.at), x.id}
	}), nil
}

func releaseFields() map[string]resolver {
	type rel = *releaseNode
	return map[string]resolver{
		"id":         its(func(x rel) any { return nodeID("Release", x.id) }),
		"databaseId": its(func(x rel) any { return x.id }),
		"tagName":    its(func(x rel) any { return x.Tag }),
		"name":       its(func(x rel) any { return orElse(x.Name, x.Tag) }),
		"url": here(func(g *graphQLRun, x rel) any {
			return g.f.page("/%s/releases/tag/%s", x.repo.fullName(), escapePath(x.Tag))
		}),
		"resourcePath": its(func(x rel) any { return "/" + x.repo.fullName() + "/releases/tag/" + escapePath(x.Tag) }),
		"description":  its(func(x rel) any { return textOrNil(x.Body) }),
		"createdAt":    its(func(x rel) any { return x.at }), "publishedAt": its(func(x rel) any { return x.at }), "updatedAt": its(func(x rel) any { return x.at }),
		"isDraft": always(false), "isPrerelease": always(false),
		"isLatest":   its(func(x rel) any { return x.repo.newestReleases()[0] == x.release }),
		"author":     its(func(x rel) any { return userOnly(x.author) }),
		"repository": its(func(x rel) any { return x.repo }),
	}
}

// userOnly is a person, nil for robots and organisations: where GitHub says
// User, it means one.
func userOnly(u *user) any {
	if u == nil || u.kind() != "User" {
		return nil
	}
	return u
}
