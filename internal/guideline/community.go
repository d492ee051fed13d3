package guideline

import (
	"context"
	"path"
	"strings"
)

// communityDirs are where a forge looks for pages for contributors, in order.
func communityDirs() []string { return []string{".github", ".", "docs"} }

// readCommunity reads the pages and templates of a repository. Of the
// organisation's defaults it takes only what the repository lacks.
func (s *Set) readCommunity(ctx context.Context, f *files, byDefault bool) {
	if !s.has(DocContributing) {
		if name, ok := contributingPage(f); ok {
			if d, ok := s.document(f, DocContributing, name, byDefault); ok {
				s.Documents = append(s.Documents, d)
				s.readLinked(ctx, f, d)
			}
		}
		s.readPolicies(f, byDefault)
	}
	if !byDefault {
		if name, ok := f.find(communityDirs(), isNamed("readme")); ok {
			if d, ok := s.document(f, DocReadme, name, false); ok {
				s.Documents = append(s.Documents, d)
			}
		}
	}
	if !s.has(DocSupport) {
		if name, ok := f.find(communityDirs(), isNamed("support")); ok {
			if d, ok := s.document(f, DocSupport, name, byDefault); ok {
				s.Documents = append(s.Documents, d)
			}
		}
	}
	if len(s.Templates) == 0 {
		s.readTemplates(f)
	}
}

// readTemplates reads the templates of pull requests: the one file that is
// used by default, then those that must be picked by name.
func (s *Set) readTemplates(f *files) {
	isTemplate := isNamed("pull_request_template", "pull-request-template")
	for _, dir := range []string{".github", ".", "docs"} {
		if name, ok := f.find([]string{dir}, isTemplate); ok {
			s.template(f, name, true)
			break
		}
	}
	for _, dir := range []string{".github", ".", "docs"} {
		sub, ok := f.subdir(dir, "PULL_REQUEST_TEMPLATE")
		if !ok {
			continue
		}
		for _, name := range f.list(sub) {
			if strings.EqualFold(path.Ext(name), ".md") {
				s.template(f, name, false)
			}
		}
		return
	}
}

func (s *Set) template(f *files, name string, byDefault bool) {
	data, err := f.read(name)
	if err != nil {
		s.unread(name, err)
		return
	}
	s.Templates = append(s.Templates, newTemplate(f.source(KindTemplate, name), path.Base(name), byDefault, data))
}

// wanted lists the files that will be read, so that they can be fetched at
// once.
func wanted(f *files) []string {
	var out []string
	if name, ok := contributingPage(f); ok {
		out = append(out, name)
	}
	isPage := isNamed("contributing", "readme", "support", "pull_request_template", "pull-request-template", "codeowners")
	isPolicy := isNamed(policyPages()...)
	for _, dir := range configDirs() {
		for _, name := range f.list(dir) {
			if len(configsOf(name)) > 0 {
				out = append(out, name)
			}
		}
	}
	for _, dir := range communityDirs() {
		for _, name := range f.list(dir) {
			if isPage(path.Base(name)) || isPolicy(path.Base(name)) || name == "innersource.json" {
				out = append(out, name)
			}
		}
		if sub, ok := f.subdir(dir, "PULL_REQUEST_TEMPLATE"); ok {
			out = append(out, f.list(sub)...)
		}
	}
	for _, name := range f.list(".github/workflows") {
		if isWorkflow(name) {
			out = append(out, name)
		}
	}
	if actions, ok := f.subdir(".github", "actions"); ok {
		f.list(actions)
		for _, e := range f.dirs[actions] {
			out = append(out, path.Join(actions, e.Name(), "action.yml"), path.Join(actions, e.Name(), "action.yaml"))
		}
	}
	return append(out, textPaths(f)...)
}
