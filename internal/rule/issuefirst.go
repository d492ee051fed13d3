package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// IssueFirstParams says when owners want to agree before code is written.
type IssueFirstParams struct {
	OverLines int  `json:"overLines,omitempty"` // changed lines; 0 is any change
	Assigned  bool `json:"assigned,omitempty"`  // and wait for it to be assigned
	Only      bool `json:"only,omitempty"`      // they take issues, and no code
}

func issueFirst() *Rule {
	return &Rule{
		ID: "issue-first",
		Doc: `An issue comes first where the project wants to agree before code is written.

Prose says so in its own ways ("open an issue first", "before you start working", "wait to be assigned", "changes of more than 100 lines need a proposal"), and the manifest with
` + "`issueRequired`, `rfcOverLines` or `governance: 1`" + `. It is shown before the work begins, when it still saves some, and it only ever advises: prose is never more than should.
Sections on reporting bugs, on security and on questions speak of issues all the time and ask for nothing.

` + "```" + `
accepted   a change begun with --issue 12
accepted   a description that names #12
accepted   18 changed lines where 100 are the limit
rejected   400 changed lines and no issue
` + "```" + `

Whether the owners agreed on the issue is theirs to say.`,
		Derive: deriveIssueFirst,
		Needs:  issueFirstFacts,
		Check:  checkIssueFirst,
		merge:  joinIssueFirst,
	}
}

type issueFirstPatterns struct{ asks, opens, before, only, agreed, wait, lines, bigger, large, other, about *regexp.Regexp }

var issueFirstPattern = lazy.Value(func() *issueFirstPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	thing := `(issue|ticket|bug|proposal|discussion|RFC|design doc\w*|feature request)s?`
	return &issueFirstPatterns{
		asks: re(`\b(open|create|file|raise|start with|submit|post|write|fil(e|ing))\b.{0,30}\b` + thing + `\b.{0,80}\b(first|before|prior to|beforehand)\b` +
			`|\b` + thing + ` first\b` +
			`|\b(before|prior to) (you |your |any )?(open|start|submit|send|work|writ|begin|creat|implement|mak|cod|contribut|put)\w*.{0,100}\b` + thing + `\b` +
			`|\bfirst (open|create|file|raise|discuss)\b.{0,40}\b` + thing + `\b` +
			`|\b(discuss\w*|talk)\b.{0,80}\b(issue|proposal|discussion)s?\b.{0,60}\b(first|before|prior to)\b`),
		// under a heading such as "Before you write code" it is enough to say this
		opens:  re(`\b(open|create|file|raise|start with|submit|post|write)\b.{0,30}\b` + thing + `\b`),
		before: re(`^\W*(before|prior to) (you |your |any |the )?(\w+ing|start|begin|write|code|coding|work|contribut\w*|implement\w*|submit|open|propos\w*|chang\w*|develop\w*)\b`),
		only:   re(`\b(only|not|never|n['’]t) (accept|take|merge|review|consider|look at)\w*\b.{0,60}\b(agreed|approved|accepted|triaged)\b.{0,12}\bissue`),
		agreed: re(`\b` + thing + `\b.{0,40}\bwait (for|until|till)\b.{0,60}\b(label+ed|accepted|approved|agreed|triaged|reply|answer|feedback|go[- ]ahead|green light|maintainers?|owners?)\b`),
		wait:   re(`\b(wait (for|until|to)|must be|be|get|are|is|been)\b.{0,40}\bassigned\b`),
		lines:  re(`(?:>|more than|over|larger than|bigger than|exceed\w*|greater than|above)\s*~?(\d{2,5})\s*(?:LOC|SLOC|lines)\b`),
		bigger: re(`\b(issue|proposal|discuss\w*|design|RFC|agree\w*)\b`),
		large:  re(`\b(large|larger|big|bigger|major|significant\w*|substantial|non-?trivial|complex|new features?|breaking)\b`),
		// what to do before an issue, and issues that are no beginning of work
		other: re(`\b(before|prior to) (you )?(open|creat|fil|submit|rais|report|post)\w* (a |an |any |the |your )?(new )?(issue|bug|ticket|report)\b|\bsearch\w*\b|\bduplicate|\bsecurity\b|vulnerabilit|\bquestions?\b|good[- ]first[- ]issue|help[- ]wanted|\b(before|prior to) (you )?(start\w* )?(to )?work(ing)? on (an|the|any) (existing |open )?issue|\blicen[cs]es?\b|\bissue (tracker|list)\b.{0,30}\b(look|browse|find)`),
		about: re(`\breport|\bbugs?\b|\bsecurity|\bsupport\b|\bquestion|\bhelp\b`),
	}
})

func deriveIssueFirst(set *Reading) []Requirement {
	out := declaredIssueFirst(set)
	pat := issueFirstPattern()
	var plain, sized []guideline.Sentence
	p, limited := IssueFirstParams{}, IssueFirstParams{}
	for _, s := range spoken(set, func(s guideline.Sentence) bool {
		if s.ByOwners && !pat.only.MatchString(s.Text) && !pat.agreed.MatchString(s.Text) { // "wait until a maintainer labels it" is for contributors
			return false
		}
		return mentions(s.Text, "issue", "ticket", "bug", "propos", "discuss", "rfc", "design", "feature request", "agree") && !pat.other.MatchString(s.Text)
	}) {
		if slices.ContainsFunc(s.Headings, pat.about.MatchString) {
			continue
		}
		if m := pat.lines.FindStringSubmatch(s.Text); m != nil && pat.bigger.MatchString(s.Text) {
			limited.OverLines, _ = strconv.Atoi(m[1])
			sized = append(sized, s)
			continue
		}
		waits := pat.wait.MatchString(s.Text) && strings.Contains(strings.ToLower(s.Text), "issue")
		beforehand := pat.only.MatchString(s.Text) || pat.agreed.MatchString(s.Text) || pat.opens.MatchString(s.Text) && slices.ContainsFunc(s.Headings, pat.before.MatchString)
		if pat.asks.MatchString(s.Text) || beforehand || waits && s.Modality == guideline.Firm {
			plain = append(plain, s)
			p.Assigned = p.Assigned || waits
		}
	}
	for _, found := range []struct {
		params IssueFirstParams
		said   []guideline.Sentence
	}{{p, plain}, {limited, sized}} {
		if len(found.said) > 0 {
			out = append(out, advised(fromProse(set, found.said, found.params.text(), found.params, nil), found.said))
		}
	}
	return out
}

// advised weakens what no sentence demands: whether a change is one that wants
// an issue first is the reader's judgement.
func advised(r Requirement, sentences []guideline.Sentence) Requirement {
	if !slices.ContainsFunc(sentences, func(s guideline.Sentence) bool {
		return (s.Modality == guideline.Firm || issueFirstPattern().only.MatchString(s.Text)) && !issueFirstPattern().large.MatchString(s.Text)
	}) {
		r.Strength = May
	}
	return r
}

// declaredIssueFirst reads the manifest.
func declaredIssueFirst(set *Reading) []Requirement {
	if set.Manifest == nil || set.Manifest.Isrc == nil {
		return nil
	}
	var out []Requirement
	add := func(p IssueFirstParams, key, words string) {
		out = append(out, Requirement{
			Params: p, Strength: Should, rank: rankConfig, Text: p.text(),
			Said: []guideline.Quote{manifestQuote(set, key, words)},
		})
	}
	x := set.Manifest.Isrc
	switch {
	case x.Governance == manifest.GovernanceIssuesOnly:
		add(IssueFirstParams{Only: true}, "isrc.governance", "governance: 1 (issues only)")
	case x.Contribute.Mode == "issues-only":
		add(IssueFirstParams{Only: true}, "isrc.contribute.mode", "mode: issues-only")
	case x.Contribute.IssueRequired:
		add(IssueFirstParams{}, "isrc.contribute.issueRequired", "issueRequired: true")
	}
	if n := x.Contribute.RFCOverLines; n > 0 {
		add(IssueFirstParams{OverLines: n}, "isrc.contribute.rfcOverLines", fmt.Sprintf("rfcOverLines: %d", n))
	}
	return out
}

// text says in one line what is asked.
func (p IssueFirstParams) text() string {
	switch {
	case p.Only:
		return "issues, and no code, are what the owners take"
	case p.OverLines > 0:
		return fmt.Sprintf("an issue before a change of more than %d lines", p.OverLines)
	case p.Assigned:
		return "an issue before the code, assigned to you"
	}
	return "an issue before the code"
}

// joinIssueFirst lets the manifest speak for prose that says the same.
func joinIssueFirst(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, r := range reqs {
		p := r.Params.(IssueFirstParams)
		for i := range out {
			have := out[i].Params.(IssueFirstParams)
			if (have.OverLines > 0) == (p.OverLines > 0) {
				have.Assigned = have.Assigned || p.Assigned
				out[i].Params, out[i].Text = have, have.text()
				out[i].join(r)
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}

func issueFirstFacts(req Requirement, change *Change) []Fact {
	numbers := IssueParams{}.issues(change)
	if !req.Params.(IssueFirstParams).Assigned || len(numbers) == 0 {
		return nil
	}
	return []Fact{{Name: IssueFactName(numbers[0]), Kind: FactIssue, Number: numbers[0]}}
}

func checkIssueFirst(req Requirement, change *Change) []Finding {
	p := req.Params.(IssueFirstParams)
	if p.Only {
		return []Finding{{Verdict: Broken, Message: "the owners take issues and write the code themselves: open an issue"}}
	}
	lines := 0
	for _, f := range change.Files {
		lines += f.Added + f.Deleted
	}
	numbers := IssueParams{}.issues(change)
	switch {
	case len(numbers) > 0 && p.Assigned:
		ask := IssueParams{Assigned: true}
		alone := *change
		alone.Issue, alone.Draft.Body = numbers[0], ""
		return []Finding{ask.assignment(&alone)}
	case len(numbers) > 0:
		return []Finding{{Verdict: Met, Message: fmt.Sprintf("there is #%d", numbers[0])}}
	case len(change.Files) == 0 && len(change.Commits) == 0:
		return []Finding{{Verdict: Later, Message: "there is no change yet: " + p.text()}}
	case p.OverLines > 0 && lines <= p.OverLines:
		return []Finding{{Verdict: Met, Message: plural(lines, "changed line", "changed lines") + fmt.Sprintf(", not more than %d", p.OverLines)}}
	case p.OverLines > 0:
		return []Finding{{Verdict: Broken, Message: plural(lines, "changed line", "changed lines") + " and no issue: agree on it first"}}
	}
	return []Finding{{Verdict: Broken, Message: "the change names no issue: agree on it first, and begin with --issue"}}
}
