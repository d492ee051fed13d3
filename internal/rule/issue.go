package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// IssueParams says how a pull request must refer to an issue.
type IssueParams struct {
	Closing  bool `json:"closing,omitempty"`  // with a word that closes it
	Assigned bool `json:"assigned,omitempty"` // which is assigned to the author
}

func linkedIssue() *Rule {
	return &Rule{
		ID: "linked-issue",
		Doc: "The description refers to the issue that the change is for, such as `Closes #12`. " +
			"Some projects also want the issue to be assigned to whoever opens the pull request.",
		Derive:   deriveIssue,
		Needs:    issueFacts,
		Check:    checkIssue,
		merge:    absorbProse,
		declared: func() Requirement { return Requirement{Params: IssueParams{}, Text: issueText} },
	}
}

const issueText = "an issue linked in the description"

type issuePatterns struct{ closing, mention, prose, bug, assigned *regexp.Regexp }

var issuePattern = sync.OnceValue(func() issuePatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	reference := `(?:[\w.-]+/[\w.-]+)?#(\d+)|https?://[^\s)]+/issues/(\d+)`
	return issuePatterns{
		closing:  re(`\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+(?:` + reference + `)`),
		mention:  re(reference),
		prose:    re(`\b(pull requests?|PRs?|patch(es)?|changes?|contributions?|description)\b.{0,80}\b(link|linked|refer\w*|reference\w*|mention\w*|close)\b.{0,40}\b(issue|ticket)s?\b|\b(link|refer|reference|mention)\w* (to )?(the|an|a|its|related|corresponding) (related |existing |corresponding |github )?(issue|ticket)\b`),
		bug:      re(`\b(bug|issue) (report|template)s?\b|\bsearch\b`),
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
		if strings.HasSuffix(strings.ToLower(g.Step.Uses), "/github-action-check-linked-issues") {
			out = append(out, fromGate(g, 0, "uses: "+g.Step.Uses, issueText, IssueParams{Closing: true}))
		}
	}
	p := issuePattern()
	sentences := said(set, func(s guideline.Sentence) bool { return p.prose.MatchString(s.Text) && !p.bug.MatchString(s.Text) })
	if len(sentences) > 0 {
		params := IssueParams{Assigned: slices.ContainsFunc(sentences, func(s guideline.Sentence) bool { return p.assigned.MatchString(s.Text) })}
		out = append(out, fromProse(set, sentences, issueText, params, nil))
	}
	return out
}

// IssueFactName is the key in Change.Facts under which an issue is looked for.
func IssueFactName(number int) string { return fmt.Sprintf("issue#%d", number) }

func issueFacts(req Requirement, change *Change) []Fact {
	n := linked(change)
	if !req.Params.(IssueParams).Assigned || n == 0 {
		return nil
	}
	return []Fact{{Name: IssueFactName(n), Kind: FactIssue, Number: n}}
}

// linked is the issue that the change is for: the one it was begun with, else
// the first one that its description names.
func linked(change *Change) int {
	if change.Issue > 0 {
		return change.Issue
	}
	m := issuePattern().mention.FindStringSubmatch(bounded(change.Draft.Body))
	if m == nil {
		return 0
	}
	n := 0
	_, _ = fmt.Sscan(m[1]+m[2], &n)
	return n
}

func checkIssue(req Requirement, change *Change) []Finding {
	p := req.Params.(IssueParams)
	pattern := issuePattern().mention
	if p.Closing {
		pattern = issuePattern().closing
	}
	if !change.Draft.Exists {
		return []Finding{{Verdict: Later, Message: "there is no description yet"}}
	}
	if !pattern.MatchString(visible(change.Draft.Body)) {
		f := Finding{Verdict: Broken, Message: "the description refers to no issue"}
		if change.Issue > 0 {
			line := fmt.Sprintf("Closes #%d", change.Issue)
			f.Fix = &Fix{Verb: "add " + line + " to the description", Kind: FixFillBody, Params: FillBody{Append: line}, Safe: true}
		}
		return []Finding{f}
	}
	if p.Assigned {
		return []Finding{judgeAssigned(change)}
	}
	return []Finding{{Verdict: Met, Message: "the description refers to an issue"}}
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

func judgeAssigned(change *Change) Finding {
	n := linked(change)
	fact, ok := change.Facts[IssueFactName(n)]
	issue, known := fact.Value.(IssueFact)
	switch {
	case !ok || !known:
		why := fact.Why
		if why == "" {
			why = "nobody looked it up"
		}
		return Finding{Verdict: Unknown, Message: fmt.Sprintf("whether #%d is assigned to you is not known: %s", n, why)}
	case slices.ContainsFunc(issue.Assignees, func(a string) bool { return strings.EqualFold(a, change.Login) }):
		return Finding{Verdict: Met, Message: fmt.Sprintf("#%d is assigned to you", n)}
	}
	return Finding{Verdict: Broken, Message: fmt.Sprintf("#%d is not assigned to you: ask for it there", n)}
}
