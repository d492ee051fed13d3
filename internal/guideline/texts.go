package guideline

import (
	"context"
	"path"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Bounds on the texts that rules look into or write to.
const (
	maxTexts    = 12
	maxText     = 128 << 10 // bytes of one that are kept
	maxPackages = 60        // of a workspace
)

// Text is a file that rules look into as it is: a changelog, a licence header.
type Text struct {
	Source *Source
	Text   string
	Cut    bool // it goes on
}

// Package is a package of a JavaScript workspace.
type Package struct {
	Dir       string // "." is the root
	Name      string
	Version   string
	Private   bool
	Workspace bool // the root of others
}

// Text is a file of those that were kept, nil when there is none.
//
//go:noinline
func (s *Set) Text(name string) *Text {
	for i := range s.Texts {
		if s.Texts[i].Source.Path == name {
			return &s.Texts[i]
		}
	}
	return nil
}

var textNames = lazy.Pattern(`(?i)^(changelog|changes|history|news|releases?[-_]notes?)(\.(md|markdown|rst|adoc|txt))?$|^\.?(copyright|license|licence|file|code)[-_.]?header(s?)(\.[a-z]+)*$|^boilerplate(\.[a-z]+)*\.txt$`)

// textDirs are the folders in which such files lie.
func textDirs() []string { return []string{".", "docs", ".github", "hack", "hack/boilerplate"} }

// textPaths are the files that readTexts reads.
func textPaths(f *files) []string {
	var out []string
	for _, dir := range textDirs() {
		for _, name := range f.list(dir) {
			if textNames().MatchString(path.Base(name)) && len(out) < maxTexts {
				out = append(out, name)
			}
		}
	}
	return out
}

// readTexts keeps what rules look into. That one cannot be read asks nothing of
// anybody.
func (s *Set) readTexts(f *files) {
	for _, name := range textPaths(f) {
		data, err := f.read(name)
		if err != nil {
			continue
		}
		t := Text{Source: f.source(KindConfig, name), Text: string(data[:min(len(data), maxText)]), Cut: len(data) > maxText}
		s.Texts = append(s.Texts, t)
	}
}

// readPackages lists the packages of a JavaScript workspace, for a project that
// keeps changesets. Others pay nothing for it.
func (s *Set) readPackages(ctx context.Context, f *files) {
	if s.Config(ToolChangesets) == nil {
		return
	}
	root, ok := readPackage(f, ".")
	if !ok {
		s.PackagesUnread = "package.json cannot be read"
		return
	}
	dirs, why := s.workspaces(f)
	root.Workspace = len(dirs) > 0
	s.Packages, s.PackagesUnread = append(s.Packages, root), why
	names := make([]string, len(dirs))
	for i, dir := range dirs {
		names[i] = path.Join(dir, "package.json")
	}
	if len(dirs) > maxPackages {
		s.PackagesUnread = "the workspace has too many packages"
		return
	}
	prefetch(ctx, f, names)
	for _, dir := range dirs {
		if p, ok := readPackage(f, dir); ok {
			s.Packages = append(s.Packages, p)
		}
	}
}

func readPackage(f *files, dir string) (Package, bool) {
	data, err := f.read(path.Join(dir, "package.json"))
	if err != nil {
		return Package{}, false
	}
	v, err := ParseScript(data)
	if err != nil || v.Kind != KindMap {
		return Package{}, false
	}
	return Package{Dir: dir, Name: v.At("name").Text, Version: v.At("version").Text, Private: v.At("private").Bool(false)}, true
}

// workspaces are the folders that package.json or pnpm-workspace.yaml names.
func (s *Set) workspaces(f *files) (dirs []string, why string) {
	var patterns []string
	if data, err := f.read("package.json"); err == nil {
		if v, err := ParseScript(data); err == nil {
			patterns = append(v.At("workspaces").Strings(), v.At("workspaces", "packages").Strings()...)
		}
	}
	if data, err := f.read("pnpm-workspace.yaml"); err == nil {
		if v, err := ParseYAML(data); err == nil {
			patterns = append(patterns, v.At("packages").Strings()...)
		}
	}
	excluded := map[string]bool{}
	for _, p := range patterns {
		if not, ok := strings.CutPrefix(p, "!"); ok {
			excluded[path.Clean(not)] = true
			if strings.Contains(not, "*") {
				why = "the workspace leaves out " + not
			}
		}
	}
	for _, p := range patterns {
		if strings.HasPrefix(p, "!") {
			continue
		}
		found, ok := workspaceDirs(f, path.Clean(p))
		if !ok {
			why = "the workspace pattern " + p + " cannot be followed"
		}
		for _, dir := range found {
			if !excluded[dir] {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs, why
}

// workspaceDirs are the folders of one pattern: a folder, or all in one.
func workspaceDirs(f *files, pattern string) ([]string, bool) {
	if !strings.Contains(pattern, "*") {
		return []string{pattern}, pattern != "." && !strings.HasPrefix(pattern, "..")
	}
	dir, last := path.Split(pattern)
	if last != "*" || strings.Contains(dir, "*") {
		return nil, false
	}
	var out []string
	for _, name := range f.names(path.Clean(dir)) {
		if sub, ok := strings.CutSuffix(name, "/"); ok {
			out = append(out, path.Join(dir, sub))
		}
	}
	return out, true
}
