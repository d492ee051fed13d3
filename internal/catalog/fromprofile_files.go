package catalog

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// profileTree is what a profile tells of the files of a repository.
type profileTree struct {
	profile *forge.Profile
	dirs    map[string][]string // paths of files, by folder in lower case, sorted
	folders map[string]bool     // paths in lower case
	looked  map[string]bool     // folders of which all names are known
}

func newProfileTree(p *forge.Profile) *profileTree {
	t := &profileTree{profile: p, dirs: map[string][]string{}, folders: map[string]bool{}, looked: map[string]bool{}}
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			dir := strings.ToLower(path.Dir(name))
			if dir == "." {
				dir = ""
			}
			t.dirs[dir] = append(t.dirs[dir], name)
		}
	}
	for dir, names := range p.Listed {
		dir = strings.Trim(dir, "/")
		if dir == "." {
			dir = ""
		}
		t.looked[strings.ToLower(dir)] = true
		for _, n := range names {
			if folder, ok := strings.CutSuffix(n, "/"); ok {
				t.folders[strings.ToLower(path.Join(dir, folder))] = true
				continue
			}
			t.folders[strings.ToLower(path.Join(dir, n))] = true // a forge may not say which names are folders
			add(path.Join(dir, n))
		}
	}
	for name := range p.Files {
		add(name)
	}
	for _, names := range t.dirs {
		order.By(names, func(a, b string) int {
			return cmp.Or(cmp.Compare(preference(a), preference(b)), strings.Compare(a, b))
		})
	}
	return t
}

// preference orders the spellings of one page: a forge shows Markdown first.
func preference(name string) int {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown":
		return 0
	case ".rst", ".adoc", ".asciidoc":
		return 1
	case ".txt":
		return 3
	}
	return 2
}

// foundFile is the outcome of looking for a file.
type foundFile struct {
	path  string
	known bool // all folders that were to be looked into were
}

// page finds a page for people by its name without the extension, in folders
// in their order and in any case.
//
//go:noinline
func (t *profileTree) page(dirs []string, names ...string) foundFile {
	return t.find(dirs, func(base string) bool {
		switch strings.ToLower(path.Ext(base)) {
		case "", ".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".txt":
		default:
			return false
		}
		stem := strings.TrimSuffix(base, path.Ext(base))
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, stem) })
	})
}

func (t *profileTree) find(dirs []string, ok func(base string) bool) foundFile {
	known := true
	for _, dir := range dirs {
		for _, name := range t.dirs[dir] {
			if ok(path.Base(name)) {
				return foundFile{path: name, known: true}
			}
		}
		known = known && t.has(dir)
	}
	return foundFile{known: known}
}

// has tells whether all names in a folder are known; in one that is not there
// they are.
func (t *profileTree) has(dir string) bool {
	return t.looked[dir] || dir != "" && t.looked[""] && !t.folders[dir]
}

// text is what a file holds, and whether it was told whole; not told is "".
func (t *profileTree) text(name string) (text string, told, partial bool) {
	text, told = t.profile.Files[name]
	return text, told, len(text) >= forge.MaxProfileFile
}

// communityDirs are where GitHub looks for pages for contributors, in its order.
func communityDirs() []string { return []string{".github", "", "docs"} }
