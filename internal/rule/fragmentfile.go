package rule

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// isFragment tells whether a file of the change is meant to be a fragment.
func (p FragmentParams) isFragment(f *File) bool {
	dir, base := path.Split(f.Path)
	dir = path.Clean(dir)
	if f.Status == Deleted || strings.HasPrefix(base, ".") || slices.Contains(p.Ignored, base) {
		return false
	}
	lower := strings.ToLower(base)
	switch p.Tool {
	case toolChangesets:
		if dir != p.Dir && dir != path.Join(p.Dir, "pre") || path.Ext(lower) != ".md" {
			return false
		}
		return !slices.Contains([]string{"readme.md", "agents.md", "claude.md", "gemini.md"}, lower)
	case toolChangie:
		return dir == p.Dir && path.Ext(lower) == ".yaml"
	case toolChloggen:
		return dir == p.Dir && f.Status == Added && (path.Ext(lower) == ".yaml" || path.Ext(lower) == ".yml") && lower != "config.yaml" && lower != "template.yaml"
	case toolTowncrier:
		if strings.HasPrefix(lower, "readme") || strings.HasSuffix(lower, ".jinja") || strings.HasPrefix(lower, "template") || strings.HasPrefix(lower, "_template") {
			return false
		}
		return dir == p.Dir || p.Sections && path.Dir(dir) == p.Dir
	}
	return f.Status == Added && strings.HasPrefix(f.Path, p.Dir+"/") && !strings.HasPrefix(lower, "readme")
}

// judgeFragment says what is wrong with a fragment, "" when nothing is; known
// is false when it will be known only later.
func (p FragmentParams) judgeFragment(f *File, change *Change) (why string, known bool) {
	switch p.Tool {
	case toolChangesets:
		return p.judgeChangeset(f), true
	case toolTowncrier:
		if p.towncrierType(path.Base(f.Path)) == "" {
			return "its name has none of the types " + strings.Join(append(slices.Clone(p.Types), p.Silent...), ", "), true
		}
	case toolChangie:
		return p.judgeChangie(f, change)
	}
	return "", true
}

// towncrierType reads the type out of a name: "12.bugfix.1.rst". The first part
// is the issue's.
func (p FragmentParams) towncrierType(base string) string {
	for _, part := range strings.Split(base, ".")[1:] {
		if slices.Contains(p.Types, part) || slices.Contains(p.Silent, part) {
			return part
		}
	}
	return ""
}

// changesetMatter finds the front matter as the tool does: what stands before it
// does no harm, and the line that ends it may be indented but holds no more.
var changesetMatter = lazy.Pattern(`(?s)---(.*?)\r?\n\s*---[^\S\n]*(?:\n|$)`)

// judgeChangeset reads the front matter: packages and how each is bumped.
func (p FragmentParams) judgeChangeset(f *File) string {
	if f.Head == "" { // its content is not here
		return ""
	}
	m := changesetMatter().FindStringSubmatch(f.Head)
	if m == nil {
		return "it has no front matter between two lines of ---"
	}
	matter := strings.ReplaceAll(m[1], "\r\n", "\n")
	v, err := guideline.ParseYAML([]byte(matter))
	switch {
	case err != nil:
		return "its front matter is no YAML"
	case v.Kind == guideline.KindNull:
		return "" // an empty one says that nothing is released
	case v.Kind != guideline.KindMap:
		return "its front matter names no packages"
	}
	for _, name := range v.Keys {
		bump := v.At(name).Text
		if !slices.Contains([]string{"major", "minor", "patch", "none"}, bump) {
			return fmt.Sprintf("%s is to be bumped by %q: major, minor, patch and none are known", name, bump)
		}
		if p.Unread == "" && !slices.Contains(p.allPackages(), name) {
			return "no package is named " + name
		}
	}
	return ""
}

func (p FragmentParams) allPackages() []string {
	var out []string
	for _, name := range p.Owners {
		out = append(out, name)
	}
	return out
}

// changedPackages are the packages that the change touches and that can be
// versioned.
func (p FragmentParams) changedPackages(change *Change) []string {
	var out []string
	for _, f := range change.Files {
		name := p.ownerOf(f.Path)
		if name == "" || slices.Contains(out, name) || !slices.Contains(p.Packages, name) {
			continue
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// ownerOf is the package whose folder a file lies deepest in. Patterns for
// files count from the package's folder.
func (p FragmentParams) ownerOf(name string) string {
	best, owner := -1, ""
	for dir, pkg := range p.Owners {
		if within := dir == "." || strings.HasPrefix(name, dir+"/"); within && len(dir) > best {
			best, owner = len(dir), pkg
			if len(p.Changed) > 0 && !p.counts(strings.TrimPrefix(name, dir+"/")) {
				owner = ""
			}
		}
	}
	return owner
}

// counts asks the patterns in their order; one with "!" takes back.
func (p FragmentParams) counts(name string) bool {
	matched := false
	for _, pattern := range p.Changed {
		not := strings.HasPrefix(pattern, "!")
		if ok, err := doublestar.Match(strings.TrimPrefix(pattern, "!"), name); err == nil && ok {
			matched = !not
		}
	}
	return matched
}

// judgeChangie reads an entry: its kind, its body and the custom keys.
func (p FragmentParams) judgeChangie(f *File, change *Change) (why string, known bool) {
	if f.Head == "" {
		return "", true
	}
	v, err := guideline.ParseYAML([]byte(f.Head))
	if err != nil || v.Kind != guideline.KindMap {
		return "it is no YAML object", true
	}
	if kind := v.At("kind").Text; len(p.Types) > 0 && !slices.Contains(p.Types, kind) {
		return fmt.Sprintf("its kind is %q, not one of %s", kind, strings.Join(p.Types, ", ")), true
	}
	for _, key := range p.Custom {
		if v.At("custom", key).Text != "" {
			continue
		}
		if change.Pull == nil && pullKey(key) {
			return "the entry names the pull request's number: fill it in when there is one", false
		}
		return "its custom key " + key + " is missing", true
	}
	return "", true
}

// pullKey tells a key for the number of the pull request.
func pullKey(key string) bool {
	return regexp.MustCompile(`(?i)^(pr|pull[ _-]?request|mr)([ _-]?(number|no|id))?$`).MatchString(strings.TrimSpace(key))
}

func (p FragmentParams) wantsPull() bool { return slices.ContainsFunc(p.Custom, pullKey) }
