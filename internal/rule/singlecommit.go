package rule

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// SingleCommitParams says what the only commit of a pull request must be like.
type SingleCommitParams struct {
	Title    TitleParams `json:"title"`              // by whose rules its header is judged
	Same     bool        `json:"same,omitempty"`     // it must be the title, word for word
	BySquash bool        `json:"bySquash,omitempty"` // only where a squash takes the commit's header
}

func singleCommit() *Rule {
	return &Rule{
		ID: "single-commit",
		Doc: `The only commit of a pull request has a header that would do as its title.

A forge that squashes a pull request of one commit can take that commit's header for the message instead of the title. So the semantic title action judges it, too
(` + "`validateSingleCommit`" + `; with ` + "`validateSingleCommitMatchesPrTitle`" + ` it must be the title), and where nothing judges it but the repository squashes with
` + "`COMMIT_OR_PR_TITLE`" + `, it should still pass the rules for titles.

` + "```" + `
accepted   title "fix: mend it", commits "fix: mend it" and a merge
accepted   title "fix: mend it", commits "wip" and "more"
rejected   title "fix: mend it", one commit "Mend it"
` + "```" + `

Merge commits do not count; with two commits or more there is nothing to judge.`,
		Needs: singleCommitFacts,
		Check: checkSingleCommit,
		after: deriveSingleCommit,
	}
}

const singleCommitText = "only commit with a header that would do as the title"

// mergeFactName is the key in Change.Facts of how the upstream merges.
const mergeFactName = "merge:"

func deriveSingleCommit(set *Reading, reqs []Requirement) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		if !strings.HasSuffix(strings.ToLower(g.Step.Uses), "/action-semantic-pull-request") || input(g, "validateSingleCommit") != "true" {
			continue
		}
		title, ok := semanticGate(g)
		if !ok {
			continue
		}
		p := SingleCommitParams{Title: title.Params.(TitleParams), Same: input(g, "validateSingleCommitMatchesPrTitle") == "true"}
		out = append(out, fromGate(g, g.Step.With["validatesinglecommit"].Line, "validateSingleCommit: true", singleCommitText, p))
	}
	if len(out) > 0 {
		return out
	}
	for _, r := range reqs {
		p, ok := r.Params.(TitleParams)
		if !ok || p.WithBody || p.OrCommit || r.Strength == May || r.rank == rankProse {
			continue
		}
		said := append([]guideline.Quote(nil), r.Said...)
		out = append(out, Requirement{
			Params: SingleCommitParams{Title: p, BySquash: true}, Strength: Should, rank: rankProse, Said: said,
			Text: singleCommitText + ", where a squash takes it",
		})
	}
	return out
}

// singleCommitFacts asks how the upstream squashes, and only if that matters.
func singleCommitFacts(req Requirement, change *Change) []Fact {
	p := req.Params.(SingleCommitParams)
	c := onlyCommit(change)
	if !p.BySquash || c == nil {
		return nil
	}
	if why, err := p.Title.judge(oneLine(bounded(c.Message))); err == nil && why == "" {
		return nil
	}
	return []Fact{{Name: mergeFactName, Kind: FactMerge}}
}

// onlyCommit is the one commit of a change that is no merge, or nil.
func onlyCommit(change *Change) *Commit {
	var only *Commit
	for i := range change.Commits {
		if change.Commits[i].Parents > 1 {
			continue
		}
		if only != nil {
			return nil
		}
		only = &change.Commits[i]
	}
	return only
}

func checkSingleCommit(req Requirement, change *Change) []Finding {
	p := req.Params.(SingleCommitParams)
	c := onlyCommit(change)
	switch {
	case len(change.Commits) == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	case c == nil:
		return []Finding{{Verdict: Met, Message: "there is more than one commit, so the title counts"}}
	}
	if label, ok := exempt(p.Title.IgnoreLabels, change.Draft.Labels); ok {
		return []Finding{{Verdict: Met, Message: "the label " + quoted(label) + " exempts it"}}
	}
	if p.Title.WIP && isWIP(change.Draft.Title) {
		return []Finding{{Verdict: Later, Message: "the check waits while the title begins with [WIP]"}}
	}
	header := oneLine(bounded(c.Message))
	at := []Place{{Commit: c.SHA, What: shown(header)}}
	why, err := p.Title.judge(header)
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, At: at, Message: err.Error()}}
	case why != "":
		if f, settled := p.bySquash(change, at); settled {
			return []Finding{f}
		}
		return []Finding{{Verdict: Broken, At: at, Message: "the only commit: " + why, Fix: p.fix(c, change)}}
	case p.Same && change.Draft.Title == "":
		return []Finding{{Verdict: Later, At: at, Message: "there is no title yet; it must be the commit's header"}}
	case p.Same && header != change.Draft.Title:
		return []Finding{{Verdict: Broken, At: at, Message: "the title is not that of the only commit: " + shown(header), Fix: &Fix{
			Verb: "set the title to " + header, Kind: FixSetTitle, Params: SetTitle{Title: header}, Safe: true,
		}}}
	}
	return []Finding{{Verdict: Met, At: at, Message: "the only commit would do as the title"}}
}

// bySquash settles a header that fails where only the forge's way to squash can
// make that matter.
func (p SingleCommitParams) bySquash(change *Change, at []Place) (Finding, bool) {
	if !p.BySquash {
		return Finding{}, false
	}
	fact, asked := change.Facts[mergeFactName]
	m, known := fact.Value.(MergeFact)
	switch {
	case !asked || !known || m.Squash && m.SquashTitle == "":
		why := fact.Why
		if why == "" {
			why = "nobody looked it up"
		}
		return Finding{Verdict: Unknown, At: at, Message: "whether a squash takes the commit's header is not known: " + why}, true
	case !m.Squash:
		return Finding{Verdict: Met, At: at, Message: "changes are not squashed here"}, true
	case m.SquashTitle != "COMMIT_OR_PR_TITLE":
		return Finding{Verdict: Met, At: at, Message: "a squash takes the title here"}, true
	}
	return Finding{}, false
}

// fix writes the title into the commit, where the title passes.
func (p SingleCommitParams) fix(c *Commit, change *Change) *Fix {
	title := change.Draft.Title
	if why, err := p.Title.judge(title); title == "" || err != nil || why != "" {
		return nil
	}
	fix := &Fix{
		Verb: "rewrite the header to " + title, Kind: FixRewriteMessages,
		Params: RewriteMessages{Edits: []MessageEdit{{Commit: c.SHA, Header: title}}}, Safe: true,
	}
	switch {
	case !c.Own:
		fix.Safe, fix.Refused = false, "the commit is not yours"
	case c.Pushed:
		fix.Safe, fix.Refused = false, "the commit is pushed already: others may have it"
	}
	return fix
}
