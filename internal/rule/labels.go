package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// LabelParams says how many labels of a list a pull request must have.
type LabelParams struct {
	By     string   `json:"by,omitempty"`
	Labels []string `json:"labels,omitempty"` // names, or patterns
	Regex  bool     `json:"regex,omitempty"`
	Fold   bool     `json:"fold,omitempty"` // whatever the case
	Least  int      `json:"least"`
	Most   int      `json:"most"`         // -1 is any number
	If     string   `json:"if,omitempty"` // a step fails where this expression holds

	when *guideline.Condition // of If
}

// anyNumber is the Most of a requirement without an upper bound.
const anyNumber = -1

func labels() *Rule {
	return &Rule{
		ID: "labels",
		Doc: `The pull request has the labels that a workflow counts, and none that it refuses.

Each action counts in its own way, and is read so: ` + "`mheap/github-action-required-labels`" + ` counts the listed labels that are there (` + "`exactly`, `minimum`, `maximum`" + `,
in any case; as patterns it counts the labels that match one), ` + "`jesusvasquez333/verify-pr-label-action`" + ` wants one of its valid labels and none of its invalid ones,
` + "`yogevbd/enforce-label-action`" + ` splits its lists at commas and keeps the blanks, ` + "`danielchabr/pr-labels-checker`" + ` and ` + "`agilepathway/label-checker`" + ` know one, some, all and none.
A step that does nothing but fail under a condition on labels refuses that condition.

` + "```" + `
mode: exactly, count: 1, labels: "feature, bug"
accepted   feature
accepted   Bug, help wanted
rejected   feature, bug
rejected   help wanted
` + "```" + `

Contributors often cannot set labels. So this is judged when the pull request exists or labels are given with the draft; before that it is later, with the words for asking somebody who can.`,
		Derive: deriveLabels,
		Check:  checkLabels,
	}
}

func deriveLabels(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		out = append(out, labelGate(g)...)
	}
	return append(out, proseLabels(set)...)
}

// text says in one line what is asked.
func (p LabelParams) text() string {
	if p.If != "" {
		return "labels for which this does not hold: " + p.If
	}
	names := strings.Join(p.Labels, ", ")
	of := " of the labels " + names
	if p.Regex {
		of = " labels that match " + strings.Join(p.Labels, " or ")
		if p.Least == 1 {
			of = " label that matches " + strings.Join(p.Labels, " or ")
		}
	}
	switch {
	case p.Most == 0 && len(p.Labels) == 1 && !p.Regex:
		return "not the label " + names
	case p.Most == 0:
		return "none of the" + strings.TrimPrefix(of, " of the")
	case len(p.Labels) == 1 && p.Least == 1 && !p.Regex:
		return "the label " + names
	case p.Least == p.Most:
		return fmt.Sprintf("exactly %d%s", p.Least, of)
	case p.Most == anyNumber && len(p.Labels) == p.Least && !p.Regex && p.Least > 0:
		return "all of the labels " + names
	case p.Most == anyNumber:
		return fmt.Sprintf("at least %d%s", p.Least, of)
	case p.Least == 0:
		return fmt.Sprintf("at most %d%s", p.Most, of)
	}
	return fmt.Sprintf("%d to %d%s", p.Least, p.Most, of)
}

// count is how many labels count.
func (p LabelParams) count(have []string) (int, error) {
	if p.Regex {
		return p.countMatches(have)
	}
	n := 0
	for _, want := range p.Labels {
		if slices.ContainsFunc(have, func(l string) bool { return l == want || p.Fold && strings.EqualFold(l, want) }) {
			n++
		}
	}
	return n, nil
}

// countMatches counts the labels that match a pattern, in any case.
func (p LabelParams) countMatches(have []string) (int, error) {
	n := 0
	for _, l := range have {
		for _, pattern := range p.Labels {
			test, err := jsMatch(pattern, "i")
			if err != nil {
				return 0, err
			}
			ok, err := test(l)
			if err != nil {
				return 0, err
			}
			if ok {
				n++
				break
			}
		}
	}
	return n, nil
}

func checkLabels(req Requirement, change *Change) []Finding {
	p := req.Params.(LabelParams)
	have := change.Draft.Labels
	if change.Pull == nil && len(have) == 0 {
		return []Finding{{Verdict: Later, Message: "labels are set on the pull request; if you cannot set them, ask there for: " + p.text()}}
	}
	if p.If != "" {
		return []Finding{p.judgeIf(change)}
	}
	var at []Place
	for _, l := range have {
		at = append(at, Place{What: "label " + shown(l)})
	}
	n, err := p.count(have)
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, At: at, Message: err.Error()}}
	case n < p.Least || p.Most != anyNumber && n > p.Most:
		return []Finding{{Verdict: Broken, At: at, Message: fmt.Sprintf("it has %d; needed: %s. If you cannot set labels, ask a maintainer on the pull request", n, p.text())}}
	}
	return []Finding{{Verdict: Met, At: at, Message: "the labels follow it"}}
}

func (p LabelParams) judgeIf(change *Change) Finding {
	switch truth, _ := p.when.Judge(change.moment()); truth {
	case guideline.True:
		return Finding{Verdict: Broken, Message: "a step fails with these labels. If you cannot set labels, ask a maintainer on the pull request"}
	case guideline.False:
		return Finding{Verdict: Met, Message: "the step that would fail does not run with these labels"}
	}
	return Finding{Verdict: Unknown, Message: "whether the step that fails runs is only known when it does"}
}
