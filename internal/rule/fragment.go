package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// The tools that make a changelog out of fragments.
const (
	toolChangesets = "changesets"
	toolChangie    = "changie"
	toolTowncrier  = "towncrier"
	toolChloggen   = "chloggen"
	toolReno       = "reno"
	toolFolder     = "" // files in a folder, in a form that nobody states
)

// FragmentParams says what notes a change in a file of its own.
type FragmentParams struct {
	Tool     string   `json:"tool,omitempty"`
	Dir      string   `json:"dir"`
	Labels   []string `json:"labels,omitempty"` // of the pull request, one of which waives it
	Loose    bool     `json:"loose,omitempty"`  // nobody looks: documentation, tests and settings need none
	Types    []string `json:"types,omitempty"`  // that count, of changie and towncrier
	Silent   []string `json:"silent,omitempty"` // types of towncrier that are allowed and do not count
	NewsFile string   `json:"newsFile,omitempty"`
	Sections bool     `json:"sections,omitempty"` // towncrier looks into folders below, too
	Ignored  []string `json:"ignored,omitempty"`  // names of files that are no fragments
	Custom   []string `json:"custom,omitempty"`   // keys that changie wants filled
	Packages []string `json:"packages,omitempty"` // that changesets can version
	// Unread says why Packages may not be all.
	Unread  string            `json:"unread,omitempty"`
	Owners  map[string]string `json:"owners,omitempty"`  // folder → package
	Changed []string          `json:"changed,omitempty"` // changedFilePatterns of changesets
}

func fragment() *Rule {
	return &Rule{
		ID: "changelog-fragment",
		Doc: `The change brings a changelog fragment: a changeset, a news file, or an entry of changie, towncrier, chloggen or reno.

What counts is what the tool counts. **changesets**: a new ` + "`.changeset/*.md`" + ` (no README, AGENTS, CLAUDE or GEMINI file), an empty one included, is needed when a package changes
that can be versioned: not ignored, with a version, and private only where ` + "`privatePackages.version`" + ` allows it. **towncrier**: a new file whose name has a type with
` + "`check = true`" + `, such as ` + "`12.bugfix.md` or `+orphan.feature`" + `; a change to the news file itself stands for all. **changie**: a new YAML file with one of the kinds, and the custom keys;
a key for the number of the pull request can be filled only later. A project's own folder, such as ` + "`changelog/unreleased`" + `, wants a new file in it.
It must hold where a step runs ` + "`changeset status`, `towncrier check`" + ` or a script that looks for the folder in ` + "`git diff`" + `; a configuration nobody is seen to enforce only asks for it.

Accepted: ` + "`newsfragments/12.bugfix.rst`" + `. Rejected: ` + "`newsfragments/12.oops.rst`" + `, a change of code alone.`,
		Derive: deriveFragment,
		Check:  checkFragment,
		merge:  mergeFragments,
	}
}

//go:noinline
func (p FragmentParams) label() string {
	switch p.Tool {
	case toolChangesets:
		return "a changeset"
	case toolTowncrier:
		return "a news fragment in " + p.Dir
	case toolFolder:
		return "a file in " + p.Dir
	case toolReno:
		return "a release note in " + p.Dir
	}
	return "a changelog entry of " + p.Tool + " in " + p.Dir
}

func deriveFragment(set *Reading) []Requirement {
	var out []Requirement
	configured := map[string]FragmentParams{}
	for _, read := range []func(*Reading) (FragmentParams, *guideline.Config){readChangesets, readChangie, readTowncrier, readChloggen} {
		p, c := read(set)
		if c == nil || c.Err != "" {
			continue
		}
		configured[p.Tool] = p
		loose := p
		loose.Loose = true
		req := fromConfig(c, c.Root.Line, "configuration of "+p.Tool, p.label(), loose)
		req.Strength = Should // nobody is seen to ask for it on the pull request
		out = append(out, req)
	}
	for _, g := range set.Gates() {
		if line, words, p, ok := fragmentGate(g, configured); ok {
			p.Labels = waivingLabels(g)
			out = append(out, fromGate(g, line, words, p.label(), p))
		}
	}
	if p, sentences := fragmentProse(set, configured); len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, p.label(), p, nil))
	}
	return out
}

// mergeFragments joins what is said of one folder: the first, whose source
// weighs most, decides.
func mergeFragments(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, req := range reqs {
		for i := range out {
			if out[i].Params.(FragmentParams).Dir == req.Params.(FragmentParams).Dir {
				out[i].join(req)
				continue next
			}
		}
		out = append(out, req)
	}
	return out
}

type fragmentPatterns struct{ changesets, towncrier, folder, dirs, verb, tools *regexp.Regexp }

var fragmentPattern = lazy.Value(func() *fragmentPatterns {
	re := regexp.MustCompile
	dirs := `(?:[\w.-]+/)*(?:changelog/(?:unreleased|next)|changelogs/(?:unreleased|fragments)|\.changes/(?:unreleased|next-release)|\.changelog|changelog\.d|newsfragments|news\.d|releasenotes/notes|changelog_unreleased|\.chloggen|\.changeset|doc/source/changes|changes\.d)`
	return &fragmentPatterns{
		changesets: re(`(?m)^[^#\n]*\bchangesets?(?:/cli)?(?:@\S+)? status\b.*$`),
		towncrier:  re(`(?m)^[^#\n]*\btowncrier check\b.*$`),
		folder:     re(strings.ReplaceAll(dirs, `\.`, `\\?\.`)),
		dirs:       re(dirs),
		verb:       re(`(?i)\b(add|create|write|include|put|place|run|need|needs|require|requires|must|provide|generate)\w*\b`),
		tools:      re(`(?i)\bchangesets?\b|\bchangie\b|\btowncrier\b|news ?fragments?\b|changelog (fragment|entry|entries|file)|\bchloggen\b|\bchlog-new\b|\breno\b|release notes?\b`),
	}
})

// fragmentGate knows the steps that ask for a fragment.
func fragmentGate(g guideline.Gate, configured map[string]FragmentParams) (line int, words string, p FragmentParams, ok bool) {
	re := fragmentPattern()
	for _, known := range []struct {
		tool    string
		command *regexp.Regexp
	}{{toolChangesets, re.changesets}, {toolTowncrier, re.towncrier}} {
		p, ok := configured[known.tool]
		m := known.command.FindStringIndex(g.Step.Run)
		if !ok || m == nil || strings.Contains(g.Step.Run[m[0]:m[1]], "|| true") {
			continue
		}
		return g.Step.RunLine + strings.Count(g.Step.Run[:m[0]], "\n"), strings.TrimSpace(g.Step.Run[m[0]:m[1]]), p, true
	}
	line, words, name, found := scriptWants(g, re.folder)
	if !found {
		return 0, "", p, false
	}
	dir := strings.ReplaceAll(name, `\.`, ".")
	for _, tool := range []string{toolChangesets, toolChangie, toolTowncrier, toolChloggen} {
		if p, ok := configured[tool]; ok && p.Dir == dir {
			return line, words, p, true
		}
	}
	return line, words, FragmentParams{Tool: toolFolder, Dir: dir}, true
}

// fragmentProse finds the sentences that ask for a fragment, by its folder or
// by its tool where that is configured.
func fragmentProse(set *Reading, configured map[string]FragmentParams) (FragmentParams, []guideline.Sentence) {
	re := fragmentPattern()
	p := FragmentParams{Tool: toolFolder, Loose: true}
	for _, tool := range []string{toolChangesets, toolChangie, toolTowncrier, toolChloggen} {
		if c, ok := configured[tool]; ok {
			p = c
			p.Loose = true
			break
		}
	}
	sentences := said(set, func(s guideline.Sentence) bool {
		if linkOnly(s) || !re.verb.MatchString(s.Text) || changelogPattern().forbids.MatchString(s.Text) || strings.Contains(s.Text, "needed to ") {
			return false
		}
		for _, span := range s.Spans {
			dir := re.dirs.FindString(span)
			if dir == "" {
				continue
			}
			if p.Dir == "" {
				p.Dir = path.Clean(dir)
				if strings.HasSuffix(p.Dir, "releasenotes/notes") {
					p.Tool = toolReno
				}
			}
			return p.Dir == path.Clean(dir)
		}
		return p.Dir != "" && p.Tool != toolFolder && slices.ContainsFunc(re.tools.FindAllString(s.Text, -1), func(word string) bool {
			return p.Tool == toolChangesets || !strings.HasPrefix(strings.ToLower(word), "changeset") // elsewhere it means the change
		})
	})
	return p, sentences
}

func checkFragment(req Requirement, change *Change) []Finding {
	p := req.Params.(FragmentParams)
	if len(change.Files) == 0 {
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	}
	if label := waivedBy(p.Labels, change); label != "" {
		return []Finding{{Verdict: Met, Message: "the label " + quoted(label) + " says that none is needed"}}
	}
	var there, bad, silent []Place
	unsure := ""
	for i := range change.Files {
		f := &change.Files[i]
		if !p.isFragment(f) {
			continue
		}
		switch why, known := p.judgeFragment(f, change); {
		case p.Tool == toolTowncrier && slices.Contains(p.Silent, p.towncrierType(path.Base(f.Path))):
			silent = append(silent, Place{Path: f.Path, What: "its type does not count"})
		case why == "":
			there = append(there, Place{Path: f.Path})
		case !known:
			unsure = why
		default:
			bad = append(bad, Place{Path: f.Path, What: why})
		}
	}
	switch {
	case len(bad) > 0:
		return []Finding{{Verdict: Broken, At: bad, Message: plural(len(bad), "fragment is", "fragments are") + " not as the tool reads it"}}
	case unsure != "":
		return []Finding{{Verdict: Later, Message: unsure}}
	case len(there) > 0:
		return []Finding{{Verdict: Met, At: there, Message: "the change brings " + p.label()}}
	}
	f := p.withoutFragment(change)
	f.At = silent
	return []Finding{f}
}

// withoutFragment judges a change that brings none.
func (p FragmentParams) withoutFragment(change *Change) Finding {
	switch {
	case p.NewsFile != "" && slices.ContainsFunc(change.Files, func(f File) bool { return f.Path == p.NewsFile }):
		return Finding{Verdict: Met, Message: "the news file itself changes: towncrier asks for no fragment then"}
	case p.Loose && !slices.ContainsFunc(change.Files, isProduct):
		return Finding{Verdict: Met, Message: "only documentation, tests and settings change"}
	}
	if p.Tool == toolChangesets {
		changed := p.changedPackages(change)
		if len(changed) == 0 {
			if p.Unread != "" {
				return Finding{Verdict: Unknown, Message: "whether a package changes is not known: " + p.Unread}
			}
			return Finding{Verdict: Met, Message: "no package changes that is given a version"}
		}
	}
	if change.Pull == nil && p.wantsPull() {
		return Finding{Verdict: Later, Message: "the entry names the pull request's number: add it when there is one"}
	}
	f := Finding{Verdict: Broken, Message: "the change brings no " + strings.TrimPrefix(p.label(), "a ") + orLabel(p.Labels)}
	f.Fix = p.fragmentFix(change)
	return f
}
