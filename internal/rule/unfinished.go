package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// UnfinishedParams says which commits are not to be merged as they are.
type UnfinishedParams struct {
	By     string    `json:"by"`               // who judges: a path, or "prose"
	Marks  []Pattern `json:"marks,omitempty"`  // what marks a message as unfinished
	Sees   string    `json:"sees,omitempty"`   // what the marks are looked for in, one of those below
	Merges bool      `json:"merges,omitempty"` // merge commits are not wanted
	Unread string    `json:"unread,omitempty"` // what could not be read, "" when all was
}

// What of a message a tool looks at for marks.
const (
	seesHeader  = ""        // its first line
	seesLines   = "lines"   // every line of it, or the text as one
	seesOneline = "oneline" // the first line behind the commit's name, as git log --oneline writes it
)

func unfinished() *Rule {
	return &Rule{
		ID: "unfinished",
		Doc: "No commit is one that its author means to melt into another or to finish later: `fixup!`, `squash!`, `amend!`, WIP, and, where the project says so, merge commits.\n\n" +
			"What counts differs by who looks. gitlint refuses words anywhere in the title, as whole words in any case, and looks at `fixup!` commits only when it was told not to leave them alone; " +
			"committed wants the mark at the very beginning; commitlint lets all of them pass by default; a script's `grep` decides by its own pattern, on the headers or on the lines that it asks git for. " +
			"What only prose says should hold: what was melted leaves no trace in merged history that could confirm it.\n\n" +
			"```\naccepted  fix(parser): read empty files\naccepted  docs: explain what fixup commits are\n" +
			"rejected  fixup! fix(parser): read empty files\nrejected  WIP read empty files\n```\n\n" +
			"Commits that name the one they belong to are melted into it by `--fix=unfinished`, as `git rebase --autosquash` does, when all of them are your own and not pushed.",
		Derive: deriveUnfinished,
		Check:  checkUnfinished,
		merge:  absorbProse,
		declared: func() Requirement {
			p := UnfinishedParams{By: "manifest", Marks: []Pattern{cleanupMark("fixup|squash|amend")}}
			return Requirement{Params: p, Text: p.text()}
		},
	}
}

// cleanupMark is the mark that git itself writes for commits to be melted.
func cleanupMark(words string) Pattern {
	return Pattern{Dialect: RE2, Text: "^(" + words + ")!"}
}

type unfinishedPatterns struct{ mark, git, refuses, listsMerges, grep, action, merges, prose, waived, melt *regexp.Regexp }

var unfinishedPattern = lazy.Value(func() *unfinishedPatterns {
	re := regexp.MustCompile
	return &unfinishedPatterns{
		mark:        re(`(?i)(fixup|squash|amend)\\?!|\bwip\b|drop[ _-]?me\b|do[ _-]?not[ _-]?merge`),
		git:         re(`git (log|show|rev-list)\b`),
		refuses:     re(`(?i)\bexit [1-9$]|setFailed|::error|\bfalse\b|\bdie\b|\bfail\b`),
		listsMerges: re(`git (log|rev-list)\b[^|;&\n]*\s--merges\b`),
		grep:        re(`--grep[= ](?:'([^']+)'|"([^"]+)"|(\S+))`),
		action:      re(`(?i)/(block|no|prevent|forbid)-(fixup|autosquash|squash)[\w-]*$|autosquash-commits`),
		merges:      re(`(?i)/(block|no|prevent|forbid)-merge-commits?[\w-]*$`),
		prose: re(`(?i)\b(no|avoid|without|never|don['’]t|do not|not|any)\b.{0,40}\b(fix-?ups?!?|squash!|wip|work[- ]in[- ]progress)\b.{0,20}\bcommits?\b|` +
			`\b(squash|melt|fold|remove|clean up)\b.{0,30}\b(fix-?up|wip|work[- ]in[- ]progress)!? commits?\b`),
		waived: re(`(?i)\b(feel free|you (can|may)|okay|is ok|fine|welcome|during (the )?review|we (will )?squash|for you)\b`),
		melt:   re(`^(fixup|squash|amend)! `),
	}
})

func deriveUnfinished(set *Reading) []Requirement {
	var out []Requirement
	for _, l := range set.messageLinters() {
		out = append(out, l.requirements(set, "unfinished")...)
		out = append(out, l.mergeless(set)...)
	}
	for _, g := range set.Gates() {
		p := unfinishedPattern()
		params := UnfinishedParams{By: "workflow " + g.File()}
		line, words := 0, "uses: "+g.Step.Uses
		switch {
		case p.action.MatchString(g.Step.Uses):
			params.Marks = []Pattern{cleanupMark("fixup|squash")}
		case p.merges.MatchString(g.Step.Uses):
			params.Merges = true
		default:
			line, words = params.fromScript(g.Step)
		}
		if len(params.Marks) > 0 || params.Merges {
			out = append(out, fromGate(g, line, words, params.text(), params))
		}
	}
	for _, r := range branchRules(set) {
		if p, ok := unfinishedRuleset(r); ok {
			params := UnfinishedParams{By: "a ruleset", Marks: []Pattern{p.search()}, Sees: seesLines}
			out = append(out, fromRuleset(r, "commit messages must "+p.String(), params.text(), params))
		}
	}
	return append(out, proseUnfinished(set)...)
}

// text says in one line what is asked.
func (p UnfinishedParams) text() string {
	var parts []string
	if p.mentions("fixup", "squash", "amend") {
		parts = append(parts, "no fixup! or squash! commits")
	}
	if p.mentions("wip", "draft") {
		parts = append(parts, "no commits marked as work in progress")
	}
	if len(parts) == 0 && len(p.Marks) > 0 {
		parts = append(parts, "no commits marked as unfinished")
	}
	if p.Merges {
		parts = append(parts, "no merge commits")
	}
	return strings.Join(parts, ", ")
}

func (p UnfinishedParams) mentions(words ...string) bool {
	for _, m := range p.Marks {
		for _, w := range words {
			if strings.Contains(strings.ToLower(m.Text), w) {
				return true
			}
		}
	}
	return false
}

// tests compiles the marks.
func (p UnfinishedParams) tests() ([]match, error) {
	var out []match
	for _, m := range p.Marks {
		test, err := m.compile()
		if err != nil {
			return nil, err
		}
		out = append(out, test)
	}
	return out, nil
}

// seen is what of a commit the marks are looked for in.
func (p UnfinishedParams) seen(c *Commit) string {
	switch p.Sees {
	case seesLines:
		return strings.Join(messageLines(c.Message), "\n")
	case seesOneline:
		return c.SHA[:min(7, len(c.SHA))] + " " + ParseMessage(c.Message).Header
	}
	return ParseMessage(c.Message).Header
}

func checkUnfinished(req Requirement, change *Change) []Finding {
	if form, ok := req.Params.(HeaderParams); ok {
		return checkUnfinishedForm(req, form, change)
	}
	p := req.Params.(UnfinishedParams)
	tests, err := p.tests()
	if err != nil {
		return []Finding{{Verdict: Unknown, Message: p.By + ": " + err.Error()}}
	}
	if len(change.Commits) == 0 {
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	var melt, marked, merges []*Commit
	for i := range change.Commits {
		c := &change.Commits[i]
		if c.Parents > 1 {
			if p.Merges {
				merges = append(merges, c)
			}
			continue
		}
		found, err := matchesAny(tests, p.seen(c))
		switch {
		case err != nil:
			return []Finding{{Verdict: Unknown, Message: p.By + ": " + err.Error()}}
		case found && unfinishedPattern().melt.MatchString(c.Message):
			melt = append(melt, c)
		case found:
			marked = append(marked, c)
		}
	}
	return unfinishedFindings(p, change, melt, marked, merges)
}

// checkUnfinishedForm judges by a linter's rules. What is meant to be melted is
// offered to be.
func checkUnfinishedForm(req Requirement, form HeaderParams, change *Change) []Finding {
	out := checkForm(req, change)
	form = form.compile()
	for i := range out {
		if out[i].Verdict != Broken {
			continue
		}
		var melt []*Commit
		for j := range change.Commits {
			c := &change.Commits[j]
			if c.Parents > 1 || len(form.problems(c.Message)) == 0 {
				continue
			}
			if melt = append(melt, c); !unfinishedPattern().melt.MatchString(c.Message) {
				melt = nil
				break
			}
		}
		out[i].Fix = autosquash(melt, change)
	}
	return out
}

// mergeless is what a linter asks that takes no merge commits.
func (l messageLinter) mergeless(set *Reading) []Requirement {
	if l.NoMerges == nil {
		return nil
	}
	p := UnfinishedParams{By: l.Params.By, Merges: true}
	out := l.alone(*l.NoMerges).requirements(set, "unfinished")
	for i := range out {
		out[i].Params, out[i].Text = p, p.text()
	}
	return out
}

func matchesAny(tests []match, text string) (bool, error) {
	for _, test := range tests {
		if ok, err := test(text); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func unfinishedFindings(p UnfinishedParams, change *Change, melt, marked, merges []*Commit) []Finding {
	var out []Finding
	add := func(commits []*Commit, one, many string, fix *Fix) {
		if len(commits) > 0 {
			out = append(out, Finding{Verdict: Broken, Message: plural(len(commits), one, many), At: headerPlaces(commits), Fix: fix})
		}
	}
	add(melt, "commit is meant to be melted into another", "commits are meant to be melted into others", autosquash(melt, change))
	add(marked, "commit is marked as unfinished", "commits are marked as unfinished", nil)
	add(merges, "merge commit: rebase instead", "merge commits: rebase instead", nil)
	switch {
	case len(out) > 0:
		return out
	case p.Unread != "":
		return []Finding{{Verdict: Unknown, Message: p.Unread}}
	}
	return []Finding{{Verdict: Met, Message: "no commit is unfinished"}}
}

func headerPlaces(commits []*Commit) []Place {
	var out []Place
	for _, c := range commits {
		out = append(out, Place{Commit: c.SHA, What: ParseMessage(c.Message).Header})
	}
	return out
}

// autosquash melts commits into those that they name, if each of those is in
// the change. It is refused where history is not the user's alone to rewrite.
func autosquash(melt []*Commit, change *Change) *Fix {
	if len(melt) == 0 {
		return nil
	}
	params := Autosquash{}
	first := len(change.Commits)
	for _, c := range melt {
		at := meltTarget(c, change.Commits)
		if at < 0 {
			return nil
		}
		first = min(first, at)
		params.Commits = append(params.Commits, c.SHA)
	}
	fix := &Fix{Verb: "melt " + plural(len(melt), "commit into the one it names", "commits into those they name"), Kind: FixAutosquash, Params: params, Safe: true}
	for _, c := range change.Commits[first:] {
		switch {
		case c.Parents > 1:
			fix.Safe, fix.Refused = false, "the branch holds merge commits"
		case c.Pushed:
			fix.Safe, fix.Refused = false, "the commits are pushed already: others may have them"
		case !c.Own:
			fix.Safe, fix.Refused = false, "some of the commits are not yours"
		}
	}
	return fix
}

// meltTarget is the earlier commit that a commit names: by its whole header, by
// the commit's name, or by how its header begins. -1 is none.
func meltTarget(c *Commit, commits []Commit) int {
	name := ParseMessage(c.Message).Header
	for unfinishedPattern().melt.MatchString(name) {
		_, name, _ = strings.Cut(name, " ")
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return -1
	}
	byName, byStart := -1, -1
	for i := range commits {
		header := ParseMessage(commits[i].Message).Header
		switch {
		case commits[i].SHA == c.SHA:
			return max(byName, byStart)
		case unfinishedPattern().melt.MatchString(header) || commits[i].Parents > 1:
		case header == name:
			return i
		case byName < 0 && len(name) >= 7 && strings.HasPrefix(commits[i].SHA, name):
			byName = i
		case byStart < 0 && strings.HasPrefix(header, name):
			byStart = i
		}
	}
	return max(byName, byStart)
}
