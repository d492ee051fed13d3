package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// ChangelogParams says which file notes a change.
type ChangelogParams struct {
	Files  []string `json:"files"`            // one of these; a star stays within a folder
	Labels []string `json:"labels,omitempty"` // of the pull request, one of which waives it
	Loose  bool     `json:"loose,omitempty"`  // nobody looks: documentation, tests and settings need no note

	text guideline.Text // of the first file, for the fix
}

func changelog() *Rule {
	return &Rule{
		ID: "changelog",
		Doc: `The change is noted in the project's changelog, by a line of its own.

Read from the actions ` + "`dangoslen/changelog-enforcer`, `tarides/changelog-check-action`, `Zomzog/changelog-checker` and `brettcannon/check-for-changed-files`" + `,
from scripts that look for the file in ` + "`git diff`" + ` and fail without it, and from prose that names the file and asks contributors to change it.
A label that waives it is read from the action's inputs or from the job's condition. Prose that says the owners keep the changelog asks for nothing;
where only prose asks, a change of nothing but documentation, tests and settings needs no note.

Accepted: a change to ` + "`CHANGELOG.md`" + `, or the label ` + "`Skip-Changelog`" + ` where the action takes it. Rejected: a change of code alone.
The fix sets a line under "Unreleased", in the section of "Keep a Changelog" that fits the type of the commit.`,
		Derive: deriveChangelog,
		Check:  checkChangelog,
		merge:  absorbProse,
		declared: func() Requirement {
			return Requirement{Params: ChangelogParams{Files: []string{"CHANGELOG.md"}}, Text: changelogText(ChangelogParams{Files: []string{"CHANGELOG.md"}})}
		},
	}
}

//go:noinline
func changelogText(p ChangelogParams) string { return "an entry in " + strings.Join(p.Files, " or ") }

func deriveChangelog(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		line := 0
		words, p, ok := changelogAction(g)
		if !ok {
			line, words, p, ok = changelogScript(g)
		}
		if ok {
			p.Labels = append(p.Labels, waivingLabels(g)...)
			p.text = textOf(set, p.Files[0])
			out = append(out, fromGate(g, line, words, changelogText(p), p))
		}
	}
	if p, sentences := changelogProse(set); len(sentences) > 0 {
		p.text = textOf(set, p.Files[0])
		out = append(out, fromProse(set, sentences, changelogText(p), p, nil))
	}
	return out
}

//go:noinline
func textOf(set *Reading, name string) guideline.Text {
	if t := set.Text(name); t != nil {
		return *t
	}
	return guideline.Text{}
}

// changelogAction knows the actions that look for a changed changelog.
func changelogAction(g guideline.Gate) (words string, p ChangelogParams, ok bool) {
	with := func(name, otherwise string) string {
		if in, ok := g.Step.With[name]; ok && strings.TrimSpace(in.Value) != "" && !strings.Contains(in.Value, "${{") {
			return in.Value
		}
		return otherwise
	}
	words = "uses: " + g.Step.Uses
	switch strings.ToLower(g.Step.Uses) {
	case "dangoslen/changelog-enforcer":
		return words, ChangelogParams{
			Files: []string{cleanPath(with("changelogpath", "CHANGELOG.md"))}, Labels: fields(with("skiplabels", with("skiplabel", "Skip-Changelog"))),
		}, true
	case "tarides/changelog-check-action":
		return words, ChangelogParams{Files: []string{cleanPath(with("changelog", "CHANGES.md"))}, Labels: []string{with("label", "no changelog")}}, true
	case "zomzog/changelog-checker":
		return words, ChangelogParams{Files: []string{cleanPath(with("filename", "CHANGELOG.md"))}, Labels: []string{with("nochangeloglabel", "no changelog")}}, true
	case "brettcannon/check-for-changed-files":
		pattern := with("file-pattern", "")
		if _, narrowed := g.Step.With["prereq-pattern"]; narrowed || !changelogPattern().file.MatchString(pattern) || strings.ContainsAny(pattern, "[]{}!") || strings.Contains(pattern, "**") {
			return "", p, false
		}
		p := ChangelogParams{}
		for _, l := range strings.Split(pattern, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				p.Files = append(p.Files, l)
			}
		}
		if label := with("skip-label", ""); label != "" {
			p.Labels = []string{label}
		}
		return words, p, true
	}
	return "", p, false
}

func cleanPath(name string) string { return path.Clean(strings.TrimSpace(name)) }

// fields are the items of a list with commas.
func fields(list string) []string {
	var out []string
	for _, item := range strings.Split(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

type changelogPatterns struct{ file, word, verb, forbids, auto, other *regexp.Regexp }

var changelogPattern = lazy.Value(func() *changelogPatterns {
	re := regexp.MustCompile
	return &changelogPatterns{
		file:    re(`(?i)(?:[\w./-]*/)?\b(?:changelog|changes|history|news|release[-_]?notes)(?:\.(?:md|markdown|rst|adoc|txt))?\b`),
		word:    re(`(?i)\bchange ?-?log\b`),
		verb:    re(`(?i)\b(add|update|edit|updated|added|document(ed)?|describe|note|mention|include|entry|entries|write|list|record)\b`),
		forbids: re(`(?i)\b(do not|don['’]t|never|avoid|without|no need|not necessary|refrain|instead of)\b`),
		auto:    re(`(?i)\b(automatic\w*|auto-?generated|generated|derived from|built from|release-?please|semantic-release|maintained by|taken care of|takes? care)\b`),
		// what has a rule of its own: one file for each change
		other: re(`(?i)fragment|changeset|changie|towncrier|newsfragment|chloggen|chlog-new|\breno\b|/unreleased|changelog\.d|\bnews/|changes/|directory|folder|commit message|release[- ]notes? (block|section)`),
	}
})

// changelogProse finds the sentences that ask contributors for an entry, and
// the file they mean. The file must be there.
func changelogProse(set *Reading) (ChangelogParams, []guideline.Sentence) {
	re := changelogPattern()
	file := ""
	for _, tool := range []string{guideline.ToolChangesets, guideline.ToolChangie, guideline.ToolTowncrier, guideline.ToolChloggen} {
		if set.Config(tool) != nil { // what is said of the changelog means its fragments
			return ChangelogParams{}, nil
		}
	}
	sentences := said(set, func(s guideline.Sentence) bool {
		if linkOnly(s) || !re.verb.MatchString(s.Text) || re.forbids.MatchString(s.Text) || re.auto.MatchString(s.Text) || re.other.MatchString(s.Text) {
			return false
		}
		name := changelogNamed(set, s)
		if name == "" || file != "" && name != file {
			return false
		}
		file = name
		return true
	})
	return ChangelogParams{Files: []string{file}, Loose: true}, sentences
}

// changelogNamed is the changelog that a sentence means: one that it names, or
// the only one there is.
func changelogNamed(set *Reading, s guideline.Sentence) string {
	var there []string
	for _, t := range set.Texts {
		if name := t.Source.Path; changelogPattern().file.FindString(name) == name {
			there = append(there, name)
		}
	}
	targets := slices.Clone(s.Spans)
	for _, l := range s.Links {
		targets = append(targets, l.Target)
	}
	for _, name := range there {
		if slices.ContainsFunc(targets, func(t string) bool { return strings.EqualFold(path.Base(t), path.Base(name)) }) || strings.Contains(s.Text, path.Base(name)) {
			return name
		}
	}
	if len(there) == 1 && changelogPattern().word.MatchString(s.Text) && strings.Contains(strings.ToLower(there[0]), "change") {
		return there[0]
	}
	return ""
}

func checkChangelog(req Requirement, change *Change) []Finding {
	p := req.Params.(ChangelogParams)
	switch {
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	case slices.ContainsFunc(change.Files, func(f File) bool { return f.Status != Deleted && namesPath(p.Files, f.Path) }):
		return []Finding{{Verdict: Met, Message: "the changelog is changed"}}
	case waivedBy(p.Labels, change) != "":
		return []Finding{{Verdict: Met, Message: "the label " + quoted(waivedBy(p.Labels, change)) + " says that none is needed"}}
	case p.Loose && !slices.ContainsFunc(change.Files, isProduct):
		return []Finding{{Verdict: Met, Message: "only documentation, tests and settings change"}}
	}
	f := Finding{Verdict: Broken, Message: "the change does not touch " + strings.Join(p.Files, " or ") + orLabel(p.Labels)}
	f.Fix = changelogFix(p, change)
	return []Finding{f}
}

// orLabel says which labels help; who contributes can seldom set them.
//
//go:noinline
func orLabel(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return "; owners can waive it with the label " + quoted(labels[0])
}

// namesPath tells whether a path is one of some names or patterns.
func namesPath(patterns []string, name string) bool {
	for _, p := range patterns {
		if p == name {
			return true
		}
		if strings.ContainsAny(p, "*?") {
			if re, err := fnmatch(p); err == nil && re.MatchString(name) {
				return true
			}
		}
	}
	return false
}
