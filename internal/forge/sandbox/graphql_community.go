package sandbox

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

type (
	fileNode struct {
		repo       *repository
		path, text string
	}
	ownersError struct{ obj }
	// issueTemplate is the front matter of an issue template and what follows it.
	issueTemplate struct {
		filename, body string
		assignees      []*user
		front          struct {
			Name, About, Title string
			Assignees          any
		}
	}
)

// communityFields are the files by which a repository speaks to contributors.
func communityFields() fieldTable {
	return fieldTable{
		"ContributingGuidelines": {
			"body": its(func(x *fileNode) any { return x.text }),
			"resourcePath": its(func(x *fileNode) any {
				return "/" + x.repo.fullName() + "/blob/" + x.repo.branch + "/" + escapePath(x.path)
			}),
			"url": here(func(g *graphQLRun, x *fileNode) any {
				return g.f.page("/%s/blob/%s/%s", x.repo.fullName(), x.repo.branch, escapePath(x.path))
			}),
		},
		"PullRequestTemplate": {
			"body": its(func(x *fileNode) any { return x.text }), "filename": its(func(x *fileNode) any { return path.Base(x.path) }),
			"repository": its(func(x *fileNode) any { return x.repo }),
		},
		"RepositoryCodeowners": {
			"errors": its(func(list []obj) any {
				out := make([]any, 0, len(list))
				for _, x := range list {
					out = append(out, &ownersError{x})
				}
				return out
			}),
		},
		"RepositoryCodeownersError": ownersErrorFields(),
		"IssueTemplate": {
			"filename": its(func(x *issueTemplate) any { return x.filename }), "body": its(func(x *issueTemplate) any { return x.body }),
			"name": its(func(x *issueTemplate) any { return x.front.Name }), "about": its(func(x *issueTemplate) any { return textOrNil(x.front.About) }),
			"title": its(func(x *issueTemplate) any { return textOrNil(x.front.Title) }), "assignees": its(func(x *issueTemplate) any { return seriesOf(x.assignees) }),
		},
	}
}

func ownersErrorFields() map[string]resolver {
	out := map[string]resolver{}
	for _, name := range []string{"line", "column", "kind", "message", "path", "source", "suggestion"} {
		out[name] = its(func(x *ownersError) any { return x.obj[name] })
	}
	return out
}

// community finds the first file of the default branch that fits, in these
// folders.
func community(g *graphQLRun, r *repository, wanted func(name string) bool, dirs ...string) (*fileNode, error) {
	c, err := g.reading(r)
	if c == nil || err != nil {
		return nil, err
	}
	sha := c.commitAt(r.branch)
	if sha == "" {
		return nil, nil
	}
	e, found := c.findFile(sha, wanted, dirs...)
	if !found {
		return nil, nil
	}
	text, err := c.blob(e.sha)
	return &fileNode{r, e.path, text}, err
}

// contributingOf finds the guidelines of a repository or, where it has none,
// those that its owner has for all in a repository called .github.
func contributingOf(g *graphQLRun, r *repository, _ fieldArgs) (any, error) {
	wanted := func(name string) bool { return name == "contributing" || strings.HasPrefix(name, "contributing.") }
	for _, at := range []*repository{r, g.find(r.owner.Login, ".github", false)} {
		if at == nil || at != r && at.visibility != "public" && at.visibility != r.visibility {
			continue
		}
		if x, err := community(g, at, wanted, ".github", "", "docs"); x != nil || err != nil {
			return x, err
		}
	}
	return nil, nil
}

func codeownersOf(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	c, err := g.reading(r)
	if c == nil || err != nil {
		return nil, err
	}
	sha := c.commitAt(orElse(a.str("refName"), r.branch))
	if sha == "" {
		return nil, nil
	}
	list, found := c.codeownersErrors(sha)
	if !found {
		return nil, nil
	}
	return list, nil
}

// folderFiles are the files of a folder with their text.
func folderFiles(g *graphQLRun, r *repository, dir string) ([]*fileNode, error) {
	c, err := g.reading(r)
	if c == nil || err != nil {
		return nil, err
	}
	sha := c.commitAt(r.branch)
	if sha == "" {
		return nil, nil
	}
	list, err := c.tree(sha, "--", dir+"/")
	if err != nil {
		return nil, err
	}
	var out []*fileNode
	for _, e := range list {
		if e.kind == "blob" && strings.HasSuffix(strings.ToLower(e.path), ".md") {
			text, err := c.blob(e.sha)
			if err != nil {
				return nil, err
			}
			out = append(out, &fileNode{r, e.path, text})
		}
	}
	return out, nil
}

func issueTemplatesOf(g *graphQLRun, r *repository, _ fieldArgs) (any, error) {
	files, err := folderFiles(g, r, ".github/ISSUE_TEMPLATE")
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, x := range files {
		t := &issueTemplate{filename: path.Base(x.path)}
		front, body, ok := strings.Cut(strings.TrimPrefix(x.text, "---\n"), "\n---\n")
		if !ok || !strings.HasPrefix(x.text, "---\n") || yaml.Unmarshal([]byte(front), &t.front) != nil || t.front.Name == "" {
			continue // without its front matter it is no template
		}
		t.body = body
		if logins, isText := t.front.Assignees.(string); isText {
			for login := range strings.SplitSeq(logins, ",") {
				if u := g.f.state.user(strings.TrimSpace(login)); u != nil && u.kind() == "User" {
					t.assignees = append(t.assignees, u)
				}
			}
		}
		out = append(out, t)
	}
	return out, nil
}

func pullTemplatesOf(g *graphQLRun, r *repository, _ fieldArgs) (any, error) {
	out := []any{}
	one, err := community(g, r, func(name string) bool { return name == "pull_request_template.md" }, ".github", "", "docs")
	if err != nil {
		return nil, err
	}
	if one != nil {
		out = append(out, one)
	}
	for _, dir := range []string{".github/PULL_REQUEST_TEMPLATE", "PULL_REQUEST_TEMPLATE", "docs/PULL_REQUEST_TEMPLATE"} {
		more, err := folderFiles(g, r, dir)
		if err != nil {
			return nil, err
		}
		out = append(out, listOf(more)...)
	}
	return out, nil
}
