package guideline

import (
	"context"
	"path"
)

// communityDirs are where a forge looks for pages for contributors, in order.
//
//go:noinline
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

// wanted lists the files that will be read, so that they can be fetched at
// once.
func wanted(f *files) []string {
	var out []string
	if name, ok := contributingPage(f); ok {
		out = append(out, name)
	}
	isPage := isNamed("contributing", "readme", "support", "codeowners")
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
	return append(append(out, templatePaths(f)...), textPaths(f)...)
}
