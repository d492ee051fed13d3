package guideline

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// maxLinked is how many pages that CONTRIBUTING points at are read.
const maxLinked = 6

// communityDirs are where a forge looks for pages for contributors, in order.
func communityDirs() []string { return []string{".github", ".", "docs"} }

// readCommunity reads the pages and templates of a repository. Of the
// organisation's defaults it takes only what the repository lacks.
func (s *Set) readCommunity(ctx context.Context, f *files, byDefault bool) {
	if !s.has(DocContributing) {
		if name, ok := f.find(communityDirs(), isNamed("contributing")); ok {
			if d, ok := s.document(f, DocContributing, name, byDefault); ok {
				s.Documents = append(s.Documents, d)
				s.readLinked(ctx, f, d)
			}
		}
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

func (s *Set) document(f *files, kind, name string, byDefault bool) (Document, bool) {
	data, err := f.read(name)
	if err != nil {
		s.unread(name, err)
		return Document{}, false
	}
	if len(data) > maxProse && kind == DocContributing {
		s.unread("the end of "+name, fmt.Errorf("it is larger than %d bytes", maxProse))
	}
	d := ParseDocument(f.source(KindProse, name), kind, data)
	d.Default = byDefault
	return d, true
}

var linkedPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)commit|contribut|guideline|pull|patch|convention|style|dco|sign|workflow|develop|title|branch|test|build|hack|polic|\bai\b`)
})

// readLinked reads the pages of the same repository that CONTRIBUTING points
// at, one hop and never on the web.
func (s *Set) readLinked(ctx context.Context, f *files, from Document) {
	var names []string
	for _, b := range from.Blocks {
		for _, l := range b.Links {
			name, ok := linkedPage(from.Source.Path, l)
			if ok && len(names) < maxLinked && !slices.Contains(names, name) && linkedPattern().MatchString(l.Text+" "+l.Target) {
				names = append(names, name)
			}
		}
	}
	prefetch(ctx, f, names)
	for _, name := range names {
		data, err := f.read(name)
		if err != nil {
			continue // a dead link is the owners' matter
		}
		d := ParseDocument(f.source(KindProse, name), DocLinked, data)
		d.Default = from.Default
		s.Documents = append(s.Documents, d)
	}
}

// linkedPage is the file that a link in a page means.
func linkedPage(from string, l Link) (string, bool) {
	target, _, _ := strings.Cut(l.Target, "#")
	if target == "" || strings.Contains(target, ":") || strings.HasPrefix(target, "//") {
		return "", false
	}
	switch strings.ToLower(path.Ext(target)) {
	case ".md", ".markdown", ".rst", ".adoc", ".txt":
	default:
		return "", false
	}
	name := path.Join(path.Dir(from), target)
	if rooted, ok := strings.CutPrefix(target, "/"); ok {
		name = path.Clean(rooted)
	}
	if strings.HasPrefix(name, "..") || isNamed("contributing", "readme", "code_of_conduct", "security", "support", "pull_request_template", "agents", "claude", "gemini", "copilot-instructions")(path.Base(name)) {
		return "", false
	}
	return name, true
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
	isPage := isNamed("contributing", "readme", "support", "pull_request_template", "pull-request-template", "codeowners")
	for _, dir := range configDirs() {
		for _, name := range f.list(dir) {
			if len(configsOf(name)) > 0 {
				out = append(out, name)
			}
		}
	}
	for _, dir := range communityDirs() {
		for _, name := range f.list(dir) {
			if isPage(path.Base(name)) || name == "innersource.json" {
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
	return out
}
