package rule

import "slices"

// SignOffParams says how sign-offs are judged. All dialects must be satisfied.
type SignOffParams struct {
	Dialects []SignOffDialect `json:"dialects"`
	// MembersExempt: verified commits of members of the organisation pass.
	MembersExempt bool `json:"membersExempt,omitempty"`
	// Remediation: a commit of the same author can add what is missing.
	Remediation bool `json:"remediation,omitempty"`
	// ThirdParty: so can a commit of somebody who acts for the author.
	ThirdParty bool `json:"thirdParty,omitempty"`
}

// SignOffDialect names who judges, and the pattern of those who judge by one.
type SignOffDialect struct {
	Name    string `json:"name"`
	Pattern string `json:"pattern,omitempty"`
	// Leaves are the kinds of messages that are not judged.
	Leaves []string `json:"leaves,omitempty"`
	// Merges: an action was told to judge merge commits, too.
	Merges bool `json:"merges,omitempty"`
	// All: messages, too, that the tool leaves alone by default.
	All bool `json:"all,omitempty"`
	// By is how people know the enforcer: "required check DCO".
	By string `json:"by,omitempty"`
}

const signOffText = "Signed-off-by on every commit"

const signOffDoc = `Every commit carries a Signed-off-by line, by which its author certifies the Developer Certificate of Origin. Who enforces it decides what counts:

| enforcer | what passes | merge commits |
|---|---|---|
| DCO app (check "DCO") | a line anywhere whose name and whose address each are the author's or the committer's; the author's address has a top-level domain; verified commits of members when "require.members" is false | need none |
| dco2 (known by "allowOverrideAction" in .github/dco.yml) | name and address both of the author, or both of the committer; both addresses valid | need none |
| tim-actions/dco | as the DCO app, but nothing may follow the line's ">" | need none |
| christophebedard/dco-check | a line of the body with exactly the author's name and address | need none, unless it is told so |
| jq or grep in a workflow | the pattern, as it is written there | as the script says |
| a ruleset's pattern | RE2 at any line | need one |
| conform | "Signed-off-by: NAME <ADDRESS>" on a line, in that case | need one |
| gitlint CC1 | a line of the body begins with the words | need none, unless configured |
| commitlint signed-off-by | the last line begins with the words | left alone |
| commitlint trailer-exists | git interpret-trailers prints it | left alone |
| prow (check "dco") | a line begins with the words | need none |
| GitLab's push rule | the words and an address on one line | need one |
| prose alone | a line begins with the words; commits of apps need none | need none |

Accepted by all of them:

    Reject tokens without expiry

    Signed-off-by: New Comer <newcomer@acme.example>

Rejected by those who compare identities: a line with another address than the commit's. "isrc check --fix" adds the line to your own unpushed commits, never to another person's: only authors can certify where their work comes from. Where remediation commits are allowed, pushed commits are mended by one.`

func signOff() *Rule {
	return &Rule{
		ID:     "sign-off",
		Doc:    signOffDoc,
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
			return judgeWords(&Commit{Message: message}) == ""
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
			params.MembersExempt = params.MembersExempt || more.MembersExempt
			params.Remediation = params.Remediation || more.Remediation
			params.ThirdParty = params.ThirdParty || more.ThirdParty
		}
		out.join(req)
	}
	out.Params = params
	return []Requirement{out}
}
