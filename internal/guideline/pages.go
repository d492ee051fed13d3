package guideline

import (
	"context"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// maxLinked is how many pages that CONTRIBUTING points at are read.
const maxLinked = 8

// contributingPage finds the page for contributors: where the forge looks for
// CONTRIBUTING, then under the other names and in the other folders that
// projects use.
func contributingPage(f *files) (string, bool) {
	if name, ok := f.find(communityDirs(), isNamed("contributing")); ok {
		return name, true
	}
	dirs := append(communityDirs(), ".gitlab", ".forgejo", ".gitea", "doc", "Documentation")
	names := isNamed("contributing", "contribute", "submittingpatches", "submitting-patches", "submitting_patches",
		"contribution", "contributions", "contribution-guide", "contribution_guidelines", "contributing-guide", "contributing_guide",
		"contributing-guidelines", "how-to-contribute", "how_to_contribute", "howtocontribute", "hacking")
	if name, ok := f.find(dirs, names); ok {
		return name, true
	}
	for _, dir := range []string{".", "docs", "doc", ".github"} {
		for _, sub := range []string{"contributing", "contribute", "contributor", "contributors"} {
			if d, ok := f.subdir(dir, sub); ok {
				if name, ok := f.find([]string{d}, isNamed("contributing", "readme", "index", "guide")); ok {
					return name, true
				}
			}
		}
	}
	return "", false
}

// policyPages are names of pages that bind contributors although nothing may
// point at them.
func policyPages() []string {
	return []string{
		"ai_policy", "ai-policy", "aipolicy", "ai_usage_policy", "ai-usage-policy", "ai_usage", "ai_contributions", "generative_ai_policy", "llm_policy", "llm-policy",
		"commit-convention", "commit_convention", "commit-conventions", "commit-message-convention", "commit_message_convention", "commit-messages", "commit_messages",
		"committing", "commit_guidelines", "commit-guidelines",
	}
}

// readPolicies reads those pages, unless they were read already.
func (s *Set) readPolicies(f *files, byDefault bool) {
	isPolicy := isNamed(policyPages()...)
	for _, dir := range communityDirs() {
		for _, name := range f.list(dir) {
			read := slices.ContainsFunc(s.Documents, func(d Document) bool { return d.Source.Path == name && d.Default == byDefault })
			if read || !isPolicy(path.Base(name)) {
				continue
			}
			if d, ok := s.document(f, DocLinked, name, byDefault); ok {
				s.Documents = append(s.Documents, d)
			}
		}
	}
}

func (s *Set) document(f *files, kind, name string, byDefault bool) (Document, bool) {
	data, err := f.read(name)
	if err != nil {
		s.unread(name, err)
		return Document{}, false
	}
	if len(data) > maxProse && kind == DocContributing {
		s.unread("the end of "+name, fault.Errorf("it is larger than %d bytes", maxProse))
	}
	d := ParseDocument(f.source(KindProse, name), kind, data)
	d.Default = byDefault
	return d, true
}

type linkPatterns struct{ wanted, other *regexp.Regexp }

var linkPattern = lazy.Value(func() *linkPatterns {
	re := regexp.MustCompile
	return &linkPatterns{
		wanted: re(`(?i)commit|contribut|guideline|pull|patch|convention|style|dco|sign|workflow|develop|title|branch|test|build|hack|polic|\bAI\b|ai[-_]|llm`),
		other:  re(`(?i)(^|/)(code[-_ ]of[-_ ]conduct|security|support|licen[cs]e|changelog|governance|maintainers|owners|roadmap|adopters|agents|claude|gemini|copilot[-_ ]instructions|pull[-_]request[-_]template)\.|(^|/)issue_template/|(^|/)pull_request_template/`),
	}
})

// readLinked reads the pages of the same repository that CONTRIBUTING points
// at, one hop and never on the web. Of a page that is little more than a
// pointer every link is followed.
func (s *Set) readLinked(ctx context.Context, f *files, from Document) {
	var names []string
	pointer := isPointer(from)
	for _, b := range from.Blocks {
		if !Speaks(b.Headings) {
			continue
		}
		for _, l := range b.Links {
			name, ok := s.linkedPage(f, from.Source.Path, l)
			if ok && len(names) < maxLinked && !slices.Contains(names, name) && (pointer || linkPattern().wanted.MatchString(l.Text+" "+l.Target)) {
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

// isPointer tells whether a page says little more than where to read on.
func isPointer(d Document) bool {
	blocks, links := 0, 0
	for _, b := range d.Blocks {
		if b.Kind != BlockHeading {
			blocks++
			links += len(b.Links)
		}
	}
	return blocks <= 3 && links <= 2
}

// linkedPage is the file of the repository that a link in a page means.
func (s *Set) linkedPage(f *files, from string, l Link) (string, bool) {
	target, _, _ := strings.Cut(l.Target, "#")
	target, _, _ = strings.Cut(target, "?")
	if own, ok := s.ownPage(target); ok {
		target = "/" + own
	}
	if target == "" || strings.Contains(target, ":") || strings.HasPrefix(target, "//") {
		return "", false
	}
	if plain, err := url.PathUnescape(target); err == nil {
		target = plain
	}
	name := path.Join(path.Dir(from), target)
	if rooted, ok := strings.CutPrefix(target, "/"); ok {
		name = path.Clean(rooted)
	}
	if strings.HasPrefix(name, "..") || name == from || linkPattern().other.MatchString(name) {
		return "", false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".txt":
		dir := path.Dir(name)
		return name, !(slices.Contains(communityDirs(), dir) && isNamed("readme", "contributing")(path.Base(name))) // read anyway, or for others
	case "":
		// a folder speaks through its first page, and HACKING needs no extension
		if page, ok := f.find([]string{name}, isNamed("readme", "index")); ok && name != "." {
			return page, !slices.Contains(communityDirs(), name)
		}
		return name, linkPattern().wanted.MatchString(path.Base(name)) && slices.Contains(f.list(path.Dir(name)), name)
	}
	return "", false
}

// ownPage is the path in an address of this repository's own files on its
// forge: HOST/OWNER/NAME/blob/REF/PATH.
func (s *Set) ownPage(target string) (string, bool) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.EqualFold(u.Host, s.Repo.Host) {
		return "", false
	}
	rest, ok := strings.CutPrefix(strings.ToLower(u.Path), strings.ToLower("/"+s.Repo.FullName()+"/"))
	if !ok {
		return "", false
	}
	parts := strings.SplitN(u.Path[len(u.Path)-len(rest):], "/", 3)
	if len(parts) < 3 || parts[0] != "blob" && parts[0] != "tree" {
		return "", false
	}
	return parts[2], true
}
