package rule

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// readChangesets reads .changeset/config.json and the packages of the
// workspace.
func readChangesets(set *Reading) (FragmentParams, *guideline.Config) {
	p := FragmentParams{Tool: toolChangesets, Dir: ".changeset", Unread: set.PackagesUnread, Owners: map[string]string{}}
	c := set.Config(guideline.ToolChangesets)
	if c == nil {
		return p, nil
	}
	p.Changed = c.Root.At("changedFilePatterns").Strings()
	ignore := c.Root.At("ignore").Strings()
	private := c.Root.At("privatePackages")
	versions := private.At("version").Bool(private.Bool(true))
	several := slices.ContainsFunc(set.Packages, func(k guideline.Package) bool { return k.Workspace })
	for _, k := range set.Packages {
		if k.Name == "" || k.Workspace && several {
			continue
		}
		p.Owners[k.Dir] = k.Name
		if k.Version != "" && (!k.Private || versions) && !named(ignore, k.Name) {
			p.Packages = append(p.Packages, k.Name)
		}
	}
	if len(set.Packages) == 0 && p.Unread == "" {
		p.Unread = "the packages were not read"
	}
	slices.Sort(p.Packages)
	return p, c
}

func named(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := doublestar.Match(pattern, name)
		return pattern == name || err == nil && ok
	})
}

func readChangie(set *Reading) (FragmentParams, *guideline.Config) {
	c := set.Config(guideline.ToolChangie)
	if c == nil {
		return FragmentParams{Tool: toolChangie}, nil
	}
	p := FragmentParams{Tool: toolChangie, Dir: path.Join(textOr(c.Root.At("changesDir"), ".changes"), textOr(c.Root.At("unreleasedDir"), "unreleased"))}
	for _, kind := range c.Root.At("kinds").List {
		p.Types = append(p.Types, textOr(kind.At("key"), kind.At("label").Text))
		if label := kind.At("label").Text; label != "" && !slices.Contains(p.Types, label) {
			p.Types = append(p.Types, label)
		}
	}
	for _, custom := range c.Root.At("custom").List {
		if key := custom.At("key").Text; key != "" && !custom.At("optional").Bool(false) {
			p.Custom = append(p.Custom, key)
		}
	}
	return p, c
}

func textOr(v guideline.Value, otherwise string) string {
	if v.Kind == guideline.KindNull || v.Text == "" {
		return otherwise
	}
	return v.Text
}

// readTowncrier reads towncrier's table. A type counts unless it says
// check = false.
func readTowncrier(set *Reading) (FragmentParams, *guideline.Config) {
	c := set.Config(guideline.ToolTowncrier)
	if c == nil {
		return FragmentParams{Tool: toolTowncrier}, nil
	}
	r := c.Root
	p := FragmentParams{Tool: toolTowncrier, Dir: "newsfragments", NewsFile: textOr(r.At("filename"), "NEWS.rst"), Sections: r.Has("section"), Ignored: r.At("ignore").Strings()}
	switch {
	case r.Has("directory"):
		p.Dir = path.Clean(r.At("directory").Text)
	case r.Has("package"):
		p.Dir = path.Join(textOr(r.At("package_dir"), "."), strings.ReplaceAll(r.At("package").Text, ".", "/"), "newsfragments")
	}
	if r.Has("template") {
		p.Ignored = append(p.Ignored, path.Base(r.At("template").Text))
	}
	add := func(name string, v guideline.Value) {
		if v.At("check").Bool(true) {
			p.Types = append(p.Types, name)
		} else {
			p.Silent = append(p.Silent, name)
		}
	}
	for _, v := range r.At("type").List {
		add(textOr(v.At("directory"), strings.ToLower(v.At("name").Text)), v)
	}
	for _, name := range r.At("fragment").Keys {
		add(name, r.At("fragment", name))
	}
	if len(p.Types)+len(p.Silent) == 0 {
		p.Types = []string{"feature", "bugfix", "doc", "removal", "misc"}
	}
	return p, c
}

func readChloggen(set *Reading) (FragmentParams, *guideline.Config) {
	c := set.Config(guideline.ToolChloggen)
	if c == nil {
		return FragmentParams{Tool: toolChloggen}, nil
	}
	return FragmentParams{Tool: toolChloggen, Dir: path.Clean(textOr(c.Root.At("entries_dir"), ".chloggen")), Types: []string{"breaking", "deprecation", "new_component", "enhancement", "bug_fix"}}, c
}
