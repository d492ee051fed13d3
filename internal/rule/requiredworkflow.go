package rule

import (
	"fmt"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// RequiredWorkflowParams is a workflow that a ruleset runs.
type RequiredWorkflowParams struct {
	Path       string `json:"path"`
	Repository string `json:"repository"` // "" when only its number is known
	ID         int64  `json:"id"`
	Ref        string `json:"ref,omitempty"`
	Why        string `json:"why,omitempty"` // it could not be read, and why

	contexts []string // the checks of its jobs
}

func requiredWorkflow() *Rule {
	return &Rule{
		ID: "required-workflow",
		Doc: `A workflow that a ruleset requires runs on every pull request and succeeds, wherever it lies.

It mostly lies in another repository, which the ruleset names by number. Where it can be read, its steps are read like those of any other workflow, and rules derived from them are blocking; its own filters for branches and paths do not count. Then the workflow as a whole is "later".
Where it cannot be read it is "unknown", with the reason.

` + "```" + `
{"type": "workflows", "parameters": {"workflows": [{"path": ".github/workflows/policy.yml", "repository_id": 41, "ref": "main"}]}}
` + "```" + `

Accepted: all its checks have ended with success. Rejected: one has failed.`,
		Derive: deriveRequiredWorkflows,
		Check:  checkRequiredWorkflow,
	}
}

func deriveRequiredWorkflows(set *Reading) []Requirement {
	var out []Requirement
	for _, w := range set.RequiredWorkflows {
		p := RequiredWorkflowParams{Path: w.Path, ID: w.ID, Ref: w.Ref, Why: w.Why}
		where := fmt.Sprintf("repository %d", w.ID)
		if !w.Repo.IsZero() {
			p.Repository = w.Repo.FullName()
			where = p.Repository
		}
		if w.Read {
			p.contexts = contextsOf(set, w)
		}
		out = append(out, fromRuleset(w.Rule, "workflow "+w.Path+" of "+where, "required workflow "+w.Path+" of "+where, p))
	}
	return out
}

func contextsOf(set *Reading, w guideline.RequiredWorkflow) []string {
	var out []string
	for i := range set.Workflows {
		if !set.Workflows[i].Required || set.Workflows[i].Source.Path != w.Path {
			continue
		}
		for j := range set.Workflows[i].Jobs {
			out = append(out, set.Workflows[i].Jobs[j].Context)
		}
	}
	return out
}

func checkRequiredWorkflow(req Requirement, change *Change) []Finding {
	p := req.Params.(RequiredWorkflowParams)
	if change.Pull != nil && len(p.contexts) > 0 {
		passed := 0
		for _, context := range p.contexts {
			switch change.Pull.Checks[context] {
			case "success", "neutral", "skipped":
				passed++
			case "failure":
				return []Finding{{Verdict: Broken, At: []Place{{What: context}}, Message: "its check " + quoted(context) + " has failed"}}
			}
		}
		if passed == len(p.contexts) {
			return []Finding{{Verdict: Met, Message: "its checks have passed"}}
		}
	}
	if p.Why != "" {
		return []Finding{{Verdict: Unknown, Message: "it cannot be read: " + p.Why + "; " + willRun}}
	}
	return []Finding{{Verdict: Later, Message: willRun}}
}
