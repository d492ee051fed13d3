package rule

import (
	"slices"
	"strings"
)

// SignOffParams says how sign-offs are judged. All dialects must be satisfied.
type SignOffParams struct {
	Dialects []SignOffDialect `json:"dialects"`
	// MembersExempt: verified commits of members of the organisation pass.
	MembersExempt bool `json:"membersExempt,omitempty"`
	// Remediation: a later commit of the same author can add what is missing.
	Remediation bool `json:"remediation,omitempty"`
}

// SignOffDialect names who judges, and the pattern of those who judge by one.
type SignOffDialect struct {
	Name    string `json:"name"`
	Pattern string `json:"pattern,omitempty"`
	// By is how people know the enforcer: "required check DCO".
	By string `json:"by,omitempty"`
}

const signOffText = "Signed-off-by on every commit"

func signOff() *Rule {
	return &Rule{
		ID: "sign-off",
		Doc: "Every commit carries a `Signed-off-by` line, by which its author certifies the Developer Certificate of Origin. " +
			"Who enforces it decides what counts: whether the name and address must be those of the commit, and whether merge commits need one.",
		Derive: deriveSignOff,
		Check:  checkSignOff,
		merge:  mergeSignOff,
		declared: func() Requirement {
			return Requirement{Params: SignOffParams{Dialects: []SignOffDialect{{Name: dialectProse}}}, Text: signOffText}
		},
	}
}

func deriveSignOff(set *Reading) []Requirement {
	var out []Requirement
	out = append(out, signOffChecks(set)...)
	out = append(out, signOffRulesets(set)...)
	out = append(out, signOffSteps(set)...)
	out = append(out, signOffConfigs(set)...)
	if said := said(set, saysSignOff); len(said) > 0 {
		params := SignOffParams{Dialects: []SignOffDialect{{Name: dialectProse}}}
		out = append(out, fromProse(set, said, signOffText, params, func(message string) bool {
			return strings.Contains(strings.ToLower(message), "signed-off-by:")
		}))
	}
	return out
}

// mergeSignOff makes one requirement of all: a commit needs one line, however
// many look at it. What prose alone says has no dialect once there is another.
func mergeSignOff(reqs []Requirement) []Requirement {
	if len(reqs) == 0 {
		return nil
	}
	out := reqs[0]
	params := out.Params.(SignOffParams)
	for _, req := range reqs[1:] {
		more := req.Params.(SignOffParams)
		if req.rank != rankProse {
			for _, d := range more.Dialects {
				if !slices.ContainsFunc(params.Dialects, func(h SignOffDialect) bool { return h.Name == d.Name && h.Pattern == d.Pattern }) {
					params.Dialects = append(params.Dialects, d)
				}
			}
		}
		params.MembersExempt = params.MembersExempt || more.MembersExempt
		params.Remediation = params.Remediation || more.Remediation
		out.join(req)
	}
	out.Params = params
	return []Requirement{out}
}
