package guideline

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// TemplateDialect is how a kind of forge finds the template of a pull request.
// All read it from the default branch.
type TemplateDialect string

// The dialects.
const (
	// GitHubTemplates: a file of that name in .github, the root or docs, in this
	// order, in any case and with any ending; and, picked by name alone, the
	// Markdown files of the first folder of that name.
	GitHubTemplates TemplateDialect = "github"
	// GitLabTemplates: Markdown files in .gitlab/merge_request_templates;
	// Default.md, in any case, is used when nobody picks one, unless the settings
	// of the project or its group hold another text.
	GitLabTemplates TemplateDialect = "gitlab"
	// GiteaTemplates: one file of an exact name in the root, .forgejo, .gitea or
	// .github, in this order; it may be a form in YAML.
	GiteaTemplates TemplateDialect = "gitea"
)

// gitlabTemplates is where GitLab keeps templates.
const gitlabTemplates = ".gitlab/merge_request_templates"

var legacyTemplate = lazy.Pattern(`(?i)^PULL[_-]REQUEST[_-]TEMPLATE(\.|$)`)

// Find picks, of the paths of a repository's files, the template that is used
// by default, "" when there is none, and those that must be picked by name.
func (d TemplateDialect) Find(paths []string) (byDefault string, named []string) {
	paths = slices.Clone(paths)
	sort.Strings(paths)
	switch d {
	case GitHubTemplates:
		return findGitHub(paths)
	case GitLabTemplates:
		return findGitLab(paths)
	case GiteaTemplates:
		for _, name := range giteaTemplates() {
			if slices.Contains(paths, name) {
				return name, nil
			}
		}
	}
	return "", nil
}

// githubTemplateDirs are where GitHub looks, in order.
func githubTemplateDirs() []string { return []string{".github", ".", "docs"} }

func findGitHub(paths []string) (byDefault string, named []string) {
	for _, dir := range githubTemplateDirs() {
		for _, p := range paths {
			if byDefault == "" && path.Dir(p) == dir && legacyTemplate().MatchString(path.Base(p)) {
				byDefault = p
			}
			folder := path.Dir(p)
			if path.Dir(folder) == dir && folder != "." && strings.EqualFold(path.Base(folder), "PULL_REQUEST_TEMPLATE") &&
				strings.EqualFold(path.Ext(p), ".md") && (len(named) == 0 || path.Dir(path.Dir(named[0])) == dir) {
				named = append(named, p)
			}
		}
	}
	return byDefault, named
}

func findGitLab(paths []string) (byDefault string, named []string) {
	for _, p := range paths {
		if path.Dir(p) != gitlabTemplates || path.Ext(p) != ".md" {
			continue
		}
		if byDefault == "" && strings.EqualFold(path.Base(p), "default.md") {
			byDefault = p
			continue
		}
		named = append(named, p)
	}
	return byDefault, named
}

// giteaTemplates are the names that Gitea and Forgejo look for, in order.
func giteaTemplates() []string {
	var out []string
	for _, dir := range []string{".", ".forgejo", ".gitea", ".github"} {
		for _, stem := range []string{"PULL_REQUEST_TEMPLATE", "pull_request_template"} {
			for _, ext := range []string{".md", ".yaml", ".yml"} {
				out = append(out, path.Join(dir, stem+ext))
			}
		}
	}
	return out
}

// templateDialects are the dialects that can be in force on a host, by its
// name. Of a host that tells nothing each is asked for, the commonest first.
func templateDialects(host string) []TemplateDialect {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	switch {
	case strings.Contains(host, "github") || strings.HasSuffix(host, ".ghe.com"):
		return []TemplateDialect{GitHubTemplates}
	case strings.Contains(host, "gitlab"):
		return []TemplateDialect{GitLabTemplates}
	case host == "codeberg.org" || strings.Contains(host, "gitea") || strings.Contains(host, "forgejo"):
		return []TemplateDialect{GiteaTemplates}
	}
	return []TemplateDialect{GitHubTemplates, GitLabTemplates, GiteaTemplates}
}

// templatePaths are the files that can be templates.
func templatePaths(f *files) []string {
	var out []string
	for _, dir := range githubTemplateDirs() {
		for _, name := range f.list(dir) {
			if legacyTemplate().MatchString(path.Base(name)) {
				out = append(out, name)
			}
		}
		for _, e := range f.dirs[dir] {
			if e.IsDir() && strings.EqualFold(e.Name(), "PULL_REQUEST_TEMPLATE") {
				out = append(out, f.list(path.Join(dir, e.Name()))...)
			}
		}
	}
	for _, dir := range []string{gitlabTemplates, ".gitea", ".forgejo"} {
		if parent, _, _ := strings.Cut(dir, "/"); !slices.Contains(f.names("."), parent+"/") {
			continue
		}
		for _, name := range f.list(dir) {
			if dir == gitlabTemplates || legacyTemplate().MatchString(path.Base(name)) {
				out = append(out, name)
			}
		}
	}
	return out
}

// readTemplates reads the templates of pull requests: the one that is used by
// default, then those that must be picked by name.
func (s *Set) readTemplates(f *files) {
	paths := templatePaths(f)
	for _, dialect := range templateDialects(s.Repo.Host) {
		byDefault, named := dialect.Find(paths)
		if byDefault != "" {
			s.template(f, dialect, byDefault, true)
		}
		for _, name := range named {
			s.template(f, dialect, name, false)
		}
		if byDefault != "" || len(named) > 0 {
			return
		}
	}
}

func (s *Set) template(f *files, dialect TemplateDialect, name string, byDefault bool) {
	data, err := f.read(name)
	if err != nil {
		s.unread(name, err)
		return
	}
	src := f.source(KindTemplate, name)
	if ext := path.Ext(name); dialect == GiteaTemplates && (ext == ".yaml" || ext == ".yml") {
		t, err := newFormTemplate(src, path.Base(name), data)
		if err != nil {
			s.unread(name, err)
			return
		}
		s.Templates = append(s.Templates, t)
		return
	}
	t := newTemplate(src, path.Base(name), byDefault, data)
	t.Dialect = dialect
	s.Templates = append(s.Templates, t)
}
