package rule

import (
	"regexp"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// CountParams says how many commits a change has.
type CountParams struct {
	Max    int  `json:"max"`
	Merges bool `json:"merges,omitempty"` // merge commits count, too
}

func commitCount() *Rule {
	return &Rule{
		ID: "commit-count",
		Doc: `The change is one commit.

conform's maximumOfOneCommit counts every commit that the base lacks. Prose counts where it asks contributors for a single commit; where owners say that they squash, or that several commits are welcome, nothing is asked, and "squash into logical units" asks for no number.
A repository that merges by squashing alone makes one commit itself, so what prose says is met.

` + "```" + `
Please squash your commits into one before review.       # asks
We squash and merge.                                     # asks for nothing
` + "```" + `

Accepted: one commit. Rejected: two; --fix=commit-count melts your own, unpushed ones.`,
		Derive:   deriveCount,
		Needs:    countFacts,
		Check:    checkCount,
		merge:    absorbProse,
		declared: func() Requirement { return Requirement{Params: CountParams{Max: 1}, Text: countText} },
	}
}

const countText = "one commit"

type countPatterns struct{ about, waived *regexp.Regexp }

var countPattern = lazy.Value(func() *countPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	pull := `(pull[- ]requests?|PRs?|merge requests?|patch(es)?|contributions?|change)`
	return &countPatterns{
		about: re(`\b(one|single|1) commit (per|for (each|every)|in (a|each|your|every)) ` + pull + `\b|\bsquash\w* (all |all of )?(your |the |them |my |those |these |multiple )?(commits? )?(down )?(in)?to (just )?(a single|one|1)( commit)?\b|\b` + pull + `\b.{0,30}\b(must|should|has to|needs to|shall) (only )?(contain|have|consist of|be|include) (only |exactly |just )?(one|a single) commit\b|\bmust be squashed\b`),
		// what is done when it is merged, or left to the contributor
		waived: re(`\b(we|maintainers?|committers|github|the (team|bot)|(commits|pull requests|PRs?|they|it|changes) (are|is|will be|get|gets))\b.{0,40}\bsquash|\bsquash(ed|ing)?[- ](and|&|on|when|at|during|upon)[- ]?merg|\b(multiple|several|many) (small |smaller |separate )?commits (are|is) (ok|okay|fine|welcome|allowed|good)|\bok to have (multiple|several)|\bno need to squash|\b(if|when) (asked|requested|in doubt|necessary|needed)\b|\blogical\b|\bunless\b`),
	}
})

func deriveCount(set *Reading) []Requirement {
	var out []Requirement
	if c := set.Config(guideline.ToolConform); c != nil {
		for _, policy := range c.Root.At("policies").List {
			if one := policy.At("spec", "maximumOfOneCommit"); one.Bool(false) {
				req := fromConfig(c, one.Line, "maximumOfOneCommit: true", countText, CountParams{Max: 1, Merges: true})
				out = append(out, runBy(set, req, "conform"))
			}
		}
	}
	p := countPattern()
	sentences := said(set, func(s guideline.Sentence) bool {
		return mentions(s.Text, "commit", "squash") && p.about.MatchString(s.Text)
	})
	waived := func(s guideline.Sentence) bool { return p.waived.MatchString(s.Text) }
	if len(sentences) > 0 && len(spoken(set, waived)) == 0 {
		out = append(out, fromProse(set, sentences, countText, CountParams{Max: 1}, nil))
	}
	return out
}

// countFacts asks how the project merges where only prose wants one commit.
func countFacts(req Requirement, change *Change) []Fact {
	if p := req.Params.(CountParams); p.Merges || p.count(change) <= p.Max {
		return nil
	}
	return []Fact{{Name: mergeFactName, Kind: FactMerge}}
}

func (p CountParams) count(change *Change) int {
	n := 0
	for _, c := range change.Commits {
		if p.Merges || c.Parents <= 1 {
			n++
		}
	}
	return n
}

func checkCount(req Requirement, change *Change) []Finding {
	p := req.Params.(CountParams)
	n := p.count(change)
	switch {
	case n == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	case n <= p.Max:
		return []Finding{{Verdict: Met, Message: plural(n, "commit", "commits")}}
	}
	if m, known := change.Facts[mergeFactName].Value.(MergeFact); known && !p.Merges && m.Squash && !m.Merge && !m.Rebase {
		return []Finding{{Verdict: Met, Message: "the project squashes what it merges, so nothing is to be done"}}
	}
	return []Finding{{Verdict: Broken, Message: "there are " + plural(n, "commit", "commits"), Fix: fixCount(change)}}
}

// fixCount melts all commits into the first. Its message stays, and what the
// others said is lost, so it is not done unasked.
func fixCount(change *Change) *Fix {
	fix := &Fix{Verb: "make one commit of " + plural(len(change.Commits), "commit", "commits"), Kind: FixSquash, Params: Squash{Message: change.Commits[0].Message}}
	for _, c := range change.Commits {
		switch {
		case c.Parents > 1:
			fix.Refused = "the branch holds merge commits"
		case !c.Own:
			fix.Refused = "some of the commits are not yours"
		case c.Pushed:
			fix.Refused = "the commits are pushed already: others may have them"
		}
		if fix.Refused != "" {
			break
		}
	}
	return fix
}
