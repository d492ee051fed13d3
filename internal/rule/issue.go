package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// IssueParams says how a pull request must refer to an issue.
type IssueParams struct {
	Closing      bool     `json:"closing,omitempty"`     // with a word that closes it
	FromDefault  bool     `json:"fromDefault,omitempty"` // the forge must have linked it, as it does for the default branch alone
	Assigned     bool     `json:"assigned,omitempty"`    // which is assigned to the author
	Pattern      string   `json:"pattern,omitempty"`     // of a script, on the description as it is written
	Flags        string   `json:"flags,omitempty"`
	SkipLabels   []string `json:"skipLabels,omitempty"`
	SkipBranches []string `json:"skipBranches,omitempty"` // globs
}

func linkedIssue() *Rule {
	return &Rule{
		ID: "linked-issue",
		Doc: `The description refers to the issue that the change is for, such as ` + "`Closes #12`" + `.

Some projects want a word that closes the issue, some that the issue is assigned to whoever opens the pull request; with several issues, one of the first five will do.
` + "`nearform-actions/github-action-check-linked-issues`" + ` asks the forge what it has linked: words that close do so only on pull requests to the default branch, unless its loose matching is on.
A script that tests the description with one pattern is taken at its word. What stands in a comment of the template refers to nothing.

` + "```" + `
accepted   Fixes #12
accepted   closes: acme/lib#12
rejected   <!-- Closes #123 -->
rejected   see the discussion       no issue
` + "```" + `

Prose alone should be followed, and owners can require an issue in the manifest.`,
		Derive:   deriveIssue,
		Needs:    issueFacts,
		Check:    checkIssue,
		merge:    absorbProse,
		declared: func() Requirement { return Requirement{Params: IssueParams{}, Text: issueText} },
	}
}

const issueText = "an issue linked in the description"

// text says in one line what is asked.
func (p IssueParams) text() string {
	if p.Assigned {
		return issueText + ", assigned to its author"
	}
	return issueText
}

type issuePatterns struct{ closing, mention, prose, plain, pulls, bug, assigned *regexp.Regexp }

var issuePattern = lazy.Value(func() *issuePatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	reference := `(?:[\w.-]+/[\w.-]+)?#(\d+)|https?://[^\s)]+/issues/(\d+)`
	return &issuePatterns{
		closing: re(`\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+(?:` + reference + `)`),
		mention: re(reference),
		prose: re(`\b(pull requests?|PRs?|patch(es)?|changes?|contributions?|description)\b.{0,80}\b(link|linked|refer\w*|reference\w*|mention\w*|close)\b.{0,40}\b(issue|ticket)s?\b` +
			`|\b(pull requests?|PRs?|merge requests?) without (an? |any )?(\w+ ){0,2}(issues?|tickets?)\b.{0,30}\b(closed|rejected|declined|ignored|not)\b` +
			`|\b(must|should|needs? to|ha(s|ve) to) have (an?|its) (associated|corresponding|linked|related|matching) (\w+ )?(issue|ticket)\b`),
		// without a word of the pull request, which the heading must then have
		plain: re(`\b(link|refer|reference|mention)\w* (to )?(the|an|a|its|related|corresponding) (related |existing |corresponding |github )?(issue|ticket)\b`),
		pulls: re(`\b(pull requests?|PRs?|merge requests?|MRs?|description|patch(es)?)\b`),
		// issues elsewhere: in reports, commits, fragments and other repositories
		bug:      re(`\b(bug|issue) (report|template)s?\b|\bsearch\b|\bcommits?\b|\bchange(log|sets?)\b|\bdesign\b|^if you\b|\bin (one|another) repo`),
		assigned: re(`\bassigned\b`),
	}
})

func deriveIssue(set *Reading) []Requirement {
	var out []Requirement
	if m := set.Manifest; m != nil && m.Isrc != nil && m.Isrc.Contribute.IssueRequired {
		out = append(out, Requirement{
			Params: IssueParams{}, Strength: Must, rank: rankConfig, Text: issueText,
			Said: []guideline.Quote{manifestQuote(set, "isrc.contribute.issueRequired", "issueRequired: true")},
		})
	}
	for _, g := range set.Gates() {
		if req, ok := issueGate(set, g); ok {
			out = append(out, req)
		}
	}
	p := issuePattern()
	sentences := said(set, func(s guideline.Sentence) bool {
		plain := p.plain.MatchString(s.Text) && p.pulls.MatchString(s.Text+" "+strings.Join(s.Headings, " "))
		below := strings.Join(s.Headings[min(1, len(s.Headings)):], " ")
		return (plain || p.prose.MatchString(s.Text)) && !p.bug.MatchString(s.Text) && !p.bug.MatchString(below)
	})
	if len(sentences) > 0 {
		params := IssueParams{Assigned: slices.ContainsFunc(sentences, func(s guideline.Sentence) bool { return p.assigned.MatchString(s.Text) })}
		out = append(out, fromProse(set, sentences, params.text(), params, nil))
	}
	return out
}

// IssueFactName is the key in Change.Facts under which an issue is looked for.
//
//go:noinline
func IssueFactName(number int) string { return fmt.Sprintf("issue#%d", number) }

// defaultFactName is the key of the upstream's default branch.
const defaultFactName = "default:"

func issueFacts(req Requirement, change *Change) []Fact {
	p := req.Params.(IssueParams)
	var out []Fact
	if p.Assigned {
		for _, n := range p.issues(change) {
			out = append(out, Fact{Name: IssueFactName(n), Kind: FactIssue, Number: n})
		}
	}
	if p.FromDefault && change.Draft.Exists && p.refers(change.Draft.Body) {
		out = append(out, Fact{Name: defaultFactName, Kind: FactDefault})
	}
	return out
}

// maxIssues is how many issues of a description are looked up.
const maxIssues = 5

// issues are those that the change is for: those that its description names as
// they must be named, else the one it was begun with.
func (p IssueParams) issues(change *Change) []int {
	if p.Pattern != "" {
		if found := p.matchedIssues(change.Draft.Body); len(found) > 0 || change.Issue == 0 {
			return found
		}
		return []int{change.Issue}
	}
	pattern := issuePattern().mention
	if p.Closing {
		pattern = issuePattern().closing
	}
	var out []int
	for _, m := range pattern.FindAllStringSubmatch(visible(change.Draft.Body), 50) {
		n := number(m[1] + m[2])
		if n > 0 && !slices.Contains(out, n) && len(out) < maxIssues {
			out = append(out, n)
		}
	}
	if len(out) == 0 && change.Issue > 0 {
		out = append(out, change.Issue)
	}
	return out
}

// matchedIssues are the numbers that the script's own pattern finds.
func (p IssueParams) matchedIssues(body string) []int {
	re, err := jsPattern(p.Pattern, p.Flags)
	if err != nil {
		return nil
	}
	var out []int
	m, err := re.FindStringMatch(bounded(body))
	for range 50 {
		if err != nil || m == nil || len(out) == maxIssues {
			break
		}
		for i := 1; i < m.GroupCount(); i++ {
			if n := number(group(m, i)); n > 0 && !slices.Contains(out, n) {
				out = append(out, n)
				break
			}
		}
		m, err = re.FindNextMatch(m)
	}
	return out
}

// refers tells whether a description refers to an issue as it must. A pattern
// that cannot be used says no.
func (p IssueParams) refers(body string) bool {
	if p.Pattern != "" {
		ok, err := p.matches(body)
		return err == nil && ok
	}
	if p.Closing {
		return issuePattern().closing.MatchString(visible(body))
	}
	return issuePattern().mention.MatchString(visible(body))
}

func (p IssueParams) matches(body string) (bool, error) {
	test, err := jsMatch(p.Pattern, p.Flags)
	if err != nil {
		return false, err
	}
	return test(bounded(body))
}

func checkIssue(req Requirement, change *Change) []Finding {
	p := req.Params.(IssueParams)
	if label, ok := exempt(p.SkipLabels, change.Draft.Labels); ok {
		return []Finding{{Verdict: Met, Message: "the label " + quoted(label) + " exempts it"}}
	}
	for _, glob := range p.SkipBranches {
		if ok, err := doublestar.Match(glob, change.Branch); err == nil && ok && change.Branch != "" {
			return []Finding{{Verdict: Met, Message: "branches like " + glob + " are exempt"}}
		}
	}
	if !change.Draft.Exists {
		if f := p.assignment(change); f.Verdict == Broken {
			return []Finding{f} // better known before the work is done
		}
		return []Finding{{Verdict: Later, Message: "there is no description yet"}}
	}
	if p.Pattern != "" {
		if _, err := p.matches(change.Draft.Body); err != nil {
			return []Finding{{Verdict: Unknown, Message: err.Error()}}
		}
	}
	switch {
	case !p.refers(change.Draft.Body):
		return []Finding{p.missing(change)}
	case p.Assigned:
		return []Finding{p.assignment(change)}
	case p.FromDefault:
		return []Finding{linkedByForge(change)}
	}
	return []Finding{{Verdict: Met, Message: "the description refers to an issue"}}
}

func (p IssueParams) missing(change *Change) Finding {
	f := Finding{Verdict: Broken, Message: "the description refers to no issue"}
	if p.Closing && issuePattern().mention.MatchString(visible(change.Draft.Body)) {
		f.Message = "the description closes no issue: write Closes or Fixes before its number"
	}
	line := fmt.Sprintf("Closes #%d", change.Issue)
	if ok, err := p.matches(line); change.Issue > 0 && (p.Pattern == "" || err == nil && ok) {
		f.Fix = &Fix{Verb: "add " + line + " to the description", Kind: FixFillBody, Params: FillBody{Append: line}, Safe: true}
	}
	return f
}

// linkedByForge judges whether the forge links what the description names: it
// does so for the default branch alone.
func linkedByForge(change *Change) Finding {
	fact := change.Facts[defaultFactName]
	branch, known := fact.Value.(string)
	switch {
	case known && branch != change.Base:
		return Finding{Verdict: Broken, Message: "words that close an issue link it only on pull requests to " + branch + ", and this one goes to " + change.Base + ": have the issue linked by hand on the pull request"}
	case !known && change.Base != "main" && change.Base != "master":
		why := fact.Why
		if why == "" {
			why = "nobody looked it up"
		}
		return Finding{Verdict: Unknown, Message: "whether " + change.Base + " is the default branch, for which alone issues are linked, is not known: " + why}
	}
	return Finding{Verdict: Met, Message: "the description closes an issue"}
}

// visible is a body without its comments: a template's "Closes #123" in a
// comment refers to nothing.
func visible(body string) string {
	var b strings.Builder
	for _, s := range guideline.ParseForm(bounded(body)).Sections {
		b.WriteString(s.Heading + "\n" + s.Content + "\n")
		for _, box := range s.Boxes {
			b.WriteString(box.Text + "\n")
		}
	}
	return b.String()
}

// assignment judges whether one of the issues is assigned to the author.
func (p IssueParams) assignment(change *Change) Finding {
	author := change.Login
	if change.Pull != nil && change.Pull.Author != "" {
		author = change.Pull.Author
	}
	var open []string
	numbers := p.issues(change)
	for _, n := range numbers {
		fact, ok := change.Facts[IssueFactName(n)]
		issue, known := fact.Value.(IssueFact)
		switch {
		case !ok || !known:
			why := fact.Why
			if why == "" {
				why = "nobody looked it up"
			}
			open = append(open, fmt.Sprintf("whether #%d is assigned to you is not known: %s", n, why))
		case slices.ContainsFunc(issue.Assignees, func(a string) bool { return strings.EqualFold(a, author) }):
			return Finding{Verdict: Met, Message: fmt.Sprintf("#%d is assigned to you", n)}
		}
	}
	switch {
	case !p.Assigned || len(numbers) == 0:
		return Finding{Verdict: Later, Message: "there is no issue yet"}
	case len(open) > 0:
		return Finding{Verdict: Unknown, Message: strings.Join(open, "; ")}
	case len(numbers) == 1:
		return Finding{Verdict: Broken, Message: fmt.Sprintf("#%d is not assigned to you: ask for it there", numbers[0])}
	}
	return Finding{Verdict: Broken, Message: fmt.Sprintf("none of the %d issues is assigned to you: ask for one there", len(numbers))}
}
