package rule

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ApprovalParams says who must approve before a change can be merged.
type ApprovalParams struct {
	Count    int  `json:"count"`
	Owners   bool `json:"owners,omitempty"`   // code owners among them
	LastPush bool `json:"lastPush,omitempty"` // of what was pushed last, by somebody else
	Stale    bool `json:"stale,omitempty"`    // a push takes approvals back
	Threads  bool `json:"threads,omitempty"`  // conversations must be resolved
}

func approvals() *Rule {
	return &Rule{
		ID: "approvals",
		Doc: `As many reviewers approve as the forge requires before it lets anybody merge.

It is read from the rulesets of the base branch; of several, the strictest counts: ` + "`required_approving_review_count`, `require_code_owner_review`, `require_last_push_approval`, " +
			"`dismiss_stale_reviews_on_push`, `required_review_thread_resolution`" + `. Approvals of the newest commit count, one for each reviewer.

` + "```" + `
later     before the pull request exists, and while it waits for reviewers
met       2 of 2 approvals, and nobody asks for changes
broken    a reviewer asks for changes
` + "```" + `

Waiting for people is nothing that a contributor can mend, so it is later and not broken.`,
		Derive: deriveApprovals,
		Check:  checkApprovals,
		merge:  strictestApprovals,
	}
}

func deriveApprovals(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.Rules {
		var raw struct {
			Count    int  `json:"required_approving_review_count"`
			Owners   bool `json:"require_code_owner_review"`
			LastPush bool `json:"require_last_push_approval"`
			Stale    bool `json:"dismiss_stale_reviews_on_push"`
			Threads  bool `json:"required_review_thread_resolution"`
		}
		if r.Type != "pull_request" || json.Unmarshal(r.Parameters, &raw) != nil {
			continue
		}
		p := ApprovalParams{Count: max(0, raw.Count), Owners: raw.Owners, LastPush: raw.LastPush, Stale: raw.Stale, Threads: raw.Threads}
		if p.Count == 0 && !p.Owners && !p.LastPush && !p.Threads {
			continue
		}
		out = append(out, fromRuleset(r, "rule pull_request: "+p.text(), p.text(), p))
	}
	return out
}

// text says in one line what is asked.
func (p ApprovalParams) text() string {
	var parts []string
	switch {
	case p.Count > 0:
		parts = append(parts, plural(p.Count, "approval", "approvals"))
	case p.LastPush:
		parts = append(parts, "an approval")
	}
	if p.Owners {
		parts = append(parts, "code owners among the approvers")
	}
	if p.LastPush {
		parts = append(parts, "the last push approved by somebody else")
	}
	if p.Stale && p.Count > 0 {
		parts = append(parts, "given anew after each push")
	}
	if p.Threads {
		parts = append(parts, "all conversations resolved")
	}
	return strings.Join(parts, ", ")
}

func strictestApprovals(reqs []Requirement) []Requirement {
	if len(reqs) == 0 {
		return nil
	}
	out := reqs[0]
	p := out.Params.(ApprovalParams)
	for _, r := range reqs[1:] {
		o := r.Params.(ApprovalParams)
		p = ApprovalParams{
			Count: max(p.Count, o.Count), Owners: p.Owners || o.Owners, LastPush: p.LastPush || o.LastPush,
			Stale: p.Stale || o.Stale, Threads: p.Threads || o.Threads,
		}
		out.join(r)
	}
	out.Params, out.Text = p, p.text()
	return []Requirement{out}
}

func checkApprovals(req Requirement, change *Change) []Finding {
	p := req.Params.(ApprovalParams)
	if change.Pull == nil {
		return []Finding{{Verdict: Later, Message: "reviewers decide on the pull request: " + p.text()}}
	}
	need := p.Count
	if p.LastPush {
		need = max(1, need)
	}
	have := change.Pull.Approvals
	switch {
	case change.Pull.State == "merged":
		return []Finding{{Verdict: Met, Message: "it is merged"}}
	case change.Pull.Changes:
		return []Finding{{Verdict: Broken, Message: "a reviewer asks for changes"}}
	case have < need:
		return []Finding{{Verdict: Later, Message: fmt.Sprintf("%d of %s, waiting for %d more", have, plural(need, "approval", "approvals"), need-have)}}
	case need == 0:
		return []Finding{{Verdict: Later, Message: "the forge knows whether " + p.rest()}}
	case p.Threads || p.Owners:
		return []Finding{{Verdict: Later, Message: fmt.Sprintf("%d of %s; the forge knows whether %s", have, plural(need, "approval", "approvals"), p.rest())}}
	}
	return []Finding{{Verdict: Met, Message: fmt.Sprintf("%d of %s", have, plural(need, "approval", "approvals"))}}
}

// rest is what counting approvals does not show.
func (p ApprovalParams) rest() string {
	var parts []string
	if p.Owners {
		parts = append(parts, "code owners approve what they own")
	}
	if p.Threads {
		parts = append(parts, "conversations are resolved")
	}
	return strings.Join(parts, " and ")
}
