package rule

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fragmentFix makes a fragment out of the commits, nil where the tool wants more
// than they say.
func (p FragmentParams) fragmentFix(change *Change) *Fix {
	n := noteOf(change)
	words := slug(n.text, 40)
	if words == "" {
		return nil
	}
	var name, text string
	switch p.Tool {
	case toolChangesets:
		name, text = words+".md", p.newChangeset(n, change)
	case toolChangie:
		name, text = p.newChangie(n, words, change)
	case toolTowncrier:
		name, text = p.newTowncrier(n, words, change)
	case toolChloggen:
		name, text = words+".yaml", newChloggen(n, change)
	case toolReno:
		name, text = words+"-"+renoID(change)+".yaml", newReno(n)
	}
	if text == "" {
		return nil
	}
	return &Fix{
		Verb: "add " + p.label(), Kind: FixWriteFiles,
		Params: WriteFiles{Why: "add the changelog fragment", Files: []FileEdit{{Path: path.Join(p.Dir, name), Create: true, Text: text}}},
	}
}

func (p FragmentParams) newChangeset(n note, change *Change) string {
	packages := p.changedPackages(change)
	if len(packages) == 0 {
		return ""
	}
	bump := "patch"
	if n.kind == "feat" {
		bump = "minor"
	}
	var b strings.Builder
	b.WriteString("---\n")
	for _, name := range packages {
		fmt.Fprintf(&b, "%q: %s\n", name, bump)
	}
	return b.String() + "---\n\n" + n.sentence(false) + "\n"
}

// newChangie fills the custom keys that the issue's number can fill.
func (p FragmentParams) newChangie(n note, words string, change *Change) (name, text string) {
	kind := ""
	if len(p.Types) > 0 {
		kind = typeLike(p.Types, n)
	}
	if kind == "" && len(p.Types) > 0 {
		return "", ""
	}
	at := lastTime(change)
	var b strings.Builder
	if kind != "" {
		fmt.Fprintf(&b, "kind: %s\n", kind)
	}
	fmt.Fprintf(&b, "body: %s\ntime: %s\n", yamlText(n.sentence(false)), at.Format(time.RFC3339))
	if len(p.Custom) > 0 {
		b.WriteString("custom:\n")
	}
	for _, key := range p.Custom {
		value := 0
		switch {
		case strings.Contains(strings.ToLower(key), "issue"):
			value = change.Issue
		case pullKey(key) && change.Pull != nil:
			value = change.Pull.Number
		}
		if value == 0 {
			return "", ""
		}
		fmt.Fprintf(&b, "  %s: %q\n", key, strconv.Itoa(value))
	}
	prefix := words
	if kind != "" {
		prefix = strings.ReplaceAll(kind, " ", "-")
	}
	return prefix + "-" + at.Format("20060102-150405") + ".yaml", b.String()
}

//go:noinline
func lastTime(change *Change) time.Time {
	if n := len(change.Commits); n > 0 {
		return change.Commits[n-1].When.UTC()
	}
	return time.Time{}
}

// yamlText quotes a text for YAML where it must be.
//
//go:noinline
func yamlText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (p FragmentParams) newTowncrier(n note, words string, change *Change) (name, text string) {
	kind := typeLike(p.Types, n)
	if kind == "" {
		return "", ""
	}
	issue := "+" + words
	if change.Issue > 0 {
		issue = strconv.Itoa(change.Issue)
	}
	return issue + "." + kind + path.Ext(p.NewsFile), n.sentence(true) + "\n"
}

// typeLike is the type of a tool that fits the kind of the change, or "".
func typeLike(types []string, n note) string {
	wanted := map[string][]string{
		"Added":      {"feature", "feat", "features", "added", "new", "enhancement", "enhancements", "minor"},
		"Fixed":      {"bugfix", "fix", "fixed", "bug", "bug fixes", "bugs", "patch"},
		"Removed":    {"removal", "removed", "deprecation", "breaking"},
		"Deprecated": {"deprecation", "deprecated", "removal"},
		"Security":   {"security", "fixed", "bugfix"},
		"Changed":    {"misc", "changed", "trivial", "other", "enhancement", "enhancements", "internal", "chore", "improvement"},
	}[n.section()]
	if n.kind == "docs" {
		wanted = append([]string{"doc", "docs", "documentation"}, wanted...)
	}
	for _, w := range wanted {
		if i := slices.IndexFunc(types, func(t string) bool { return strings.EqualFold(t, w) }); i >= 0 {
			return types[i]
		}
	}
	return ""
}

// newChloggen needs a component and an issue.
func newChloggen(n note, change *Change) string {
	if change.Issue == 0 || n.scope == "" {
		return ""
	}
	kind := "enhancement"
	if n.section() == "Fixed" {
		kind = "bug_fix"
	}
	return fmt.Sprintf("change_type: %s\ncomponent: %s\nnote: %s\nissues: [%d]\nsubtext:\n", kind, n.scope, yamlText(n.sentence(false)), change.Issue)
}

// newReno puts the note into one of reno's sections.
func newReno(n note) string {
	section := map[string]string{"Added": "features", "Fixed": "fixes", "Removed": "upgrade", "Deprecated": "deprecations", "Security": "security"}[n.section()]
	if section == "" {
		section = "other"
	}
	return section + ":\n  - |\n    " + n.sentence(true) + "\n"
}

// renoID is the part of a name by which reno follows a note through renames:
// sixteen digits, here of the commit's.
func renoID(change *Change) string {
	const digits = 16
	id := ""
	if n := len(change.Commits); n > 0 {
		id = change.Commits[n-1].SHA
	}
	return (id + strings.Repeat("0", digits))[:digits]
}
