package rule

import (
	"regexp"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

func linearHistory() *Rule {
	return &Rule{
		ID: "linear-history",
		Doc: `The branch holds no merge commits.

A ruleset's required_linear_history binds the branch that is merged into: a squash or a rebase makes the change linear when it is merged, so merge commits in the pull request are a "should". Prose that wants none is a "should", too: merged history has no merges of branches to tell by.
isrc never rewrites across a merge, so it proposes the rebase and leaves it to you.

` + "```" + `
Please rebase instead of merging main into your branch.    # asks
We keep a linear history by squashing.                     # what owners do asks for nothing
` + "```" + `

Accepted: commits with one parent each. Rejected: "Merge branch 'main' into fix".`,
		Derive:   deriveLinear,
		Check:    checkLinear,
		merge:    absorbProse,
		declared: func() Requirement { return Requirement{Params: linearParams{}, Text: linearText} },
	}
}

const linearText = "no merge commits in the branch"

// linearParams has nothing to say: there is one way to be linear.
type linearParams struct{}

type linearPatterns struct{ about, waived *regexp.Regexp }

var linearPattern = lazy.Value(func() *linearPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &linearPatterns{
		about:  re(`\bno merge[- ]commits?\b|\b(avoid|do(n['’]t| not) (use|create|include|add|make|have|contain|allow|accept)|(should|must|may|can)( ?not|n['’]t) (contain|include|have|use)|without( any)?|never (create|use|add|include)|free of|not contain)\b.{0,30}\bmerge[- ]commits?\b|\bmerge[- ]commits? (are|is|will be|must be|should be) (not (allowed|accepted|permitted|wanted)|forbidden|rejected|disallowed|avoided)|\brebas\w*\b.{0,60}\b(instead of|rather than|(and|,) not|over)\b.{0,20}\b(a |creating )?merg(e|ing)\b|\b(do not|don['’]t|never|avoid) merg(e|ing)\b.{0,40}\b(main|master|upstream|develop|trunk|base)\b.{0,20}\binto (your|the|a)\b|\b(must|should|please|keep|maintain)\b.{0,40}\blinear (git |commit )?history\b`),
		waived: re(`\bsquash\w* (on|when|at|and|during) merg|\bwe('ll| will)? squash|\bmerge button\b`),
	}
})

func deriveLinear(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.Rules {
		if r.Type == "required_linear_history" {
			req := fromRuleset(r, "require linear history", linearText, linearParams{})
			req.Strength, req.Enforcer.Blocking = Should, false // a squash or a rebase does it, too
			out = append(out, req)
		}
	}
	for _, r := range set.HeadRules {
		if r.Type == "required_linear_history" && set.Head != "" && set.Head != set.Base {
			out = append(out, fromRuleset(r, "require linear history", linearText, linearParams{})) // the push is refused
		}
	}
	p := linearPattern()
	sentences := said(set, func(s guideline.Sentence) bool {
		return mentions(s.Text, "merg", "linear") && p.about.MatchString(s.Text) && !p.waived.MatchString(s.Text)
	})
	if len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, linearText, linearParams{}, nil))
	}
	return out
}

func checkLinear(req Requirement, change *Change) []Finding {
	var at []Place
	for _, c := range change.Commits {
		if c.Parents > 1 {
			at = append(at, Place{Commit: c.SHA, What: oneLine(c.Message)})
		}
	}
	switch {
	case len(change.Commits) == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	case len(at) == 0:
		return []Finding{{Verdict: Met, Message: "there are no merge commits"}}
	}
	f := Finding{Verdict: Broken, At: at, Message: "the branch holds " + plural(len(at), "merge commit", "merge commits")}
	if req.Enforcer.Name != "" && !req.Enforcer.Blocking {
		f.Message += ": it can only be squashed or rebased when it is merged"
	}
	f.Fix = &Fix{
		Verb: "rebase onto " + change.Base, Kind: FixRebase, Params: Rebase{Onto: change.Base},
		Refused: "isrc does not rewrite across a merge: git rebase leaves the merges out, and asks about conflicts",
	}
	return []Finding{f}
}
