package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// ContradictionParams is what prose and whoever enforces say of one thing.
type ContradictionParams struct {
	About    string `json:"about"` // the rule that both speak of
	Says     string `json:"says"`
	Enforces string `json:"enforces"`
	By       string `json:"by"` // who enforces
}

func contradiction() *Rule {
	return &Rule{
		ID: "contradiction",
		Doc: `What prose asks and what is enforced do not contradict each other; where they do, both are quoted and the enforcer is followed.

It is the project's contradiction and not the contributor's, so the verdict is "unknown" and never "broken", and the strength is "should": nothing is blocked but with --strict. What is asked is what the enforcer asks.
Compared are: references to issues in messages, lengths of headers and lines, lists of types, the form of headers and titles (an example of the page is put before the enforcer), the number of commits, sign-offs that prose waves off, and a base branch for which no workflow runs any more.

` + "```" + `
told      prose "Include Closes #123 in commits", a workflow refuses commits that refer to issues
told      prose "at most 50 characters", commitlint with header-max-length 100
not told  prose and workflow ask for the same; prose is narrower by its own example only
` + "```" + `

Owners end it by mending one of the two.`,
		Check: checkContradiction,
		after: deriveContradictions,
	}
}

func checkContradiction(req Requirement, _ *Change) []Finding {
	p := req.Params.(ContradictionParams)
	return []Finding{{
		Verdict: Unknown,
		Message: fmt.Sprintf("%s says %s, %s enforces %s: follow %s", place(req.Said[0]), p.Says, p.By, p.Enforces, p.By),
	}}
}

// place is where something is said, for people.
func place(q guideline.Quote) string {
	switch {
	case q.Source == nil || q.Source.Path == "":
		return "prose"
	case q.Line == 0:
		return q.Source.Path
	}
	return fmt.Sprintf("%s:%d", q.Source.Path, q.Line)
}

// maxContradictions bounds what is told of one project.
const maxContradictions = 10

func deriveContradictions(set *Reading, reqs []Requirement) []Requirement {
	var out []Requirement
	for _, enforced := range reqs {
		if enforced.rank < rankConfig || enforced.Strength == May {
			continue
		}
		for _, prose := range proseBeside(enforced, reqs) {
			if c, ok := clash(prose, enforced); ok {
				out = append(out, contradicting(prose.Said[0], enforced, c))
			}
		}
		out = append(out, clashingExamples(set, enforced)...)
		out = append(out, clashingSentences(set, enforced)...)
	}
	out = append(out, staleBases(set)...)
	return out[:min(len(out), maxContradictions)]
}

// proseBeside are the requirements of prose alone that speak of the same as an
// enforced one: those whose place it took, and those that stand beside it.
func proseBeside(enforced Requirement, reqs []Requirement) []Requirement {
	out := slices.Clone(enforced.absorbed)
	for _, r := range reqs {
		if r.Rule == enforced.Rule && r.rank == rankProse {
			out = append(out, r)
		} else if r.Rule == enforced.Rule {
			out = append(out, r.absorbed...)
		}
	}
	var once []Requirement
	for _, r := range out {
		if len(r.Said) > 0 && !slices.ContainsFunc(once, func(o Requirement) bool { return samePlace(o.Said[0], r.Said[0]) && o.Text == r.Text }) {
			once = append(once, r)
		}
	}
	return once
}

// contradicting makes the requirement of a contradiction.
func contradicting(prose guideline.Quote, enforced Requirement, c clashing) Requirement {
	by := enforced.Enforcer.Name
	if by == "" {
		by = place(enforced.Said[0])
	}
	said := []guideline.Quote{prose}
	if i := slices.IndexFunc(enforced.Said, func(q guideline.Quote) bool { return q.Source != nil && q.Source.Kind != guideline.KindProse }); i >= 0 {
		said = append(said, enforced.Said[i])
	}
	return Requirement{
		Params:   ContradictionParams{About: enforced.Rule.ID, Says: c.says, Enforces: c.enforces, By: by},
		Strength: Should, rank: rankConfig, Said: said,
		Text: "prose and enforcer agree on " + strings.ReplaceAll(enforced.Rule.ID, "-", " "),
	}
}
