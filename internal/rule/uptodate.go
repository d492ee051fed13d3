package rule

import (
	"encoding/json"
	"regexp"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

const upToDateText = "branch up to date with its base"

func upToDate() *Rule {
	return &Rule{
		ID: "up-to-date",
		Doc: `The branch contains the base branch as it is now.

It must where a ruleset has strict_required_status_checks_policy: the forge wants its checks to have run on what will be merged. commit-check's require_rebase_target names a branch. Prose that asks for a rebase before the pull request is a "should"; advice for conflicts, for later reviews, or not to rebase asks for nothing.

` + "```" + `
Rebase your branch onto main before you open a pull request.   # asks
Rebase if there are conflicts.                                 # asks for nothing
` + "```" + `

Accepted: no commit of the base is missing. Rejected: 3 commits behind main.`,
		Derive:   deriveUpToDate,
		Check:    checkUpToDate,
		merge:    absorbProse,
		declared: func() Requirement { return Requirement{Params: upToDateParams{}, Text: upToDateText} },
	}
}

// upToDateParams has nothing to say: there is one way to be up to date.
type upToDateParams struct{}

type upToDatePatterns struct{ about, after *regexp.Regexp }

var upToDatePattern = lazy.Value(func() *upToDatePatterns {
	return &upToDatePatterns{
		about: regexp.MustCompile(`(?i)\brebase\w*\b.{0,60}\b(on|onto|against|before|latest|main|master|develop|upstream)\b|\bup[- ]to[- ]date with\b.{0,40}\b(main|master|develop|base|upstream|target)\b`),
		// what is not wanted, or only after the review has begun
		after: regexp.MustCompile(`(?i)\b(don['’]t|do not|avoid|never|not)\b.{0,20}\b(rebase|force)|\bforce[- ]push|\bconflicts?\b|\bif (asked|necessary|needed)\b|\bindicat(es?|ing)\b|\blabels?\b|\bafter (the )?review`),
	}
})

func deriveUpToDate(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.Rules {
		var p struct {
			Strict bool `json:"strict_required_status_checks_policy"`
		}
		if r.Type == "required_status_checks" && json.Unmarshal(r.Parameters, &p) == nil && p.Strict {
			out = append(out, fromRuleset(r, "branches must be up to date before merging", upToDateText, upToDateParams{}))
		}
	}
	if c := set.Config(guideline.ToolCommitCheck); c != nil {
		if v := c.Root.At("branch", "require_rebase_target"); v.Text != "" && v.Text == set.Base {
			req := fromConfig(c, v.Line, "require_rebase_target = "+v.Text, upToDateText, upToDateParams{})
			out = append(out, runBy(set, req, "commit-check"))
		}
	}
	p := upToDatePattern()
	sentences := said(set, func(s guideline.Sentence) bool {
		return p.about.MatchString(s.Text) && !p.after.MatchString(s.Text)
	})
	if len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, upToDateText, upToDateParams{}, nil))
	}
	return out
}

func checkUpToDate(req Requirement, change *Change) []Finding {
	switch {
	case change.BehindBy < 0 || !change.MergeBaseKnown:
		return []Finding{{Verdict: Unknown, Message: "how far the branch is behind is not known"}}
	case change.BehindBy == 0:
		return []Finding{{Verdict: Met, Message: "the branch is up to date"}}
	}
	fix := &Fix{Verb: "rebase onto " + change.Base, Kind: FixRebase, Params: Rebase{Onto: change.Base}, Safe: true}
	for _, c := range change.Commits {
		switch {
		case c.Pushed:
			fix.Safe, fix.Refused = false, "the commits are pushed already: others may have them"
		case c.Parents > 1:
			fix.Safe, fix.Refused = false, "the branch holds merge commits"
		case !c.Own:
			fix.Safe, fix.Refused = false, "some of the commits are not yours"
		}
	}
	return []Finding{{Verdict: Broken, Message: plural(change.BehindBy, "commit", "commits") + " behind " + change.Base, Fix: fix}}
}
