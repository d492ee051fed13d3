package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// MergeParams is in which ways the base branch can be merged into.
type MergeParams struct {
	Allowed []string `json:"allowed,omitempty"` // merge, squash, rebase; empty is any
	Queue   string   `json:"queue,omitempty"`   // how the merge queue merges
	Linear  bool     `json:"linear,omitempty"`  // no merge commits
}

func mergeMethod() *Rule {
	return &Rule{
		ID: "merge-method",
		Doc: `The change can be merged in a way that the project allows, and isrc says what becomes of title and commits.

It is told by the rulesets (` + "`pull_request.allowed_merge_methods`, `merge_queue.merge_method`, `required_linear_history`" + `) together with the repository's own settings.
It binds whoever merges, so it is never more than information.

` + "```" + `
squash only           the title becomes the commit's message; the commits' own messages go
rebase only           every commit lands as it is, with its own message
merge or linear       linear history and merge commits alone exclude each other: said, not judged
` + "```" + `

Settings that leave no way to merge are shown, and are the owners' to mend.`,
		Derive: deriveMerge,
		Needs: func(req Requirement, _ *Change) []Fact {
			if _, complete := req.Params.(MergeParams).ways(&Change{}); complete {
				return nil
			}
			return []Fact{{Name: mergeFactName, Kind: FactMerge}}
		},
		Check: checkMerge,
		merge: joinMerge,
	}
}

// mergeMethods are the ways to merge, in the order in which forges show them.
func mergeMethods() []string { return []string{"merge", "squash", "rebase"} }

func deriveMerge(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.Rules {
		var raw struct {
			Allowed []string `json:"allowed_merge_methods"`
			Queue   string   `json:"merge_method"`
		}
		if len(r.Parameters) > 0 && json.Unmarshal(r.Parameters, &raw) != nil {
			continue
		}
		p, words := MergeParams{}, ""
		switch {
		case r.Type == "pull_request" && len(raw.Allowed) > 0:
			for _, m := range mergeMethods() {
				if slices.Contains(raw.Allowed, m) {
					p.Allowed = append(p.Allowed, m)
				}
			}
			words = "allowed_merge_methods: " + strings.Join(raw.Allowed, ", ")
		case r.Type == "merge_queue" && raw.Queue != "":
			p.Queue = strings.ToLower(raw.Queue)
			words = "merge_method: " + raw.Queue
		case r.Type == "required_linear_history":
			p.Linear = true
			words = "linear history is required"
		default:
			continue
		}
		req := fromRuleset(r, words, p.text(), p)
		req.Strength, req.Enforcer.Blocking = May, false
		out = append(out, req)
	}
	return out
}

func (p MergeParams) text() string {
	var parts []string
	if len(p.Allowed) > 0 {
		parts = append(parts, "merged by "+strings.Join(p.Allowed, " or "))
	}
	if p.Queue != "" {
		parts = append(parts, "queued and merged by "+p.Queue)
	}
	if p.Linear {
		parts = append(parts, "without merge commits on the base")
	}
	return strings.Join(parts, ", ")
}

// joinMerge makes one requirement of all: what several rules allow is what each
// of them allows.
func joinMerge(reqs []Requirement) []Requirement {
	if len(reqs) == 0 {
		return nil
	}
	out := reqs[0]
	p := out.Params.(MergeParams)
	for _, r := range reqs[1:] {
		o := r.Params.(MergeParams)
		switch {
		case len(p.Allowed) == 0:
			p.Allowed = o.Allowed
		case len(o.Allowed) > 0:
			kept := slices.DeleteFunc(slices.Clone(p.Allowed), func(m string) bool { return !slices.Contains(o.Allowed, m) })
			if len(kept) == 0 {
				kept = []string{"nothing"}
			}
			p.Allowed = kept
		}
		if p.Queue == "" {
			p.Queue = o.Queue
		}
		p.Linear = p.Linear || o.Linear
		out.join(r)
	}
	out.Params, out.Text = p, p.text()
	return []Requirement{out}
}

// ways are the methods that are left, with the repository's settings when they
// are known.
func (p MergeParams) ways(change *Change) (ways []string, complete bool) {
	m, known := change.Facts[mergeFactName].Value.(MergeFact)
	have := map[string]bool{"merge": m.Merge, "squash": m.Squash, "rebase": m.Rebase}
	for _, way := range mergeMethods() {
		switch {
		case known && !have[way],
			len(p.Allowed) > 0 && !slices.Contains(p.Allowed, way),
			p.Queue != "" && p.Queue != way,
			p.Linear && way == "merge":
			continue
		}
		ways = append(ways, way)
	}
	return ways, known || len(ways) <= 1
}

func checkMerge(req Requirement, change *Change) []Finding {
	ways, complete := req.Params.(MergeParams).ways(change)
	m, _ := change.Facts[mergeFactName].Value.(MergeFact)
	switch {
	case len(ways) == 0:
		return []Finding{{Verdict: Later, Message: "as it is set, nothing can be merged: " + req.Text + ", and the settings of the repository exclude each other; tell the owners"}}
	case !complete:
		why := change.Facts[mergeFactName].Why
		if why == "" {
			why = "the settings of the repository were not looked up"
		}
		return []Finding{{Verdict: Later, Message: fmt.Sprintf("it will be merged by %s: %s", strings.Join(ways, " or "), why)}}
	case len(ways) == 1:
		return []Finding{{Verdict: Met, Message: whatIsKept(ways[0], m, change)}}
	}
	return []Finding{{Verdict: Met, Message: "it can be merged by " + strings.Join(ways, " or ")}}
}

// whatIsKept says what becomes of title and commits.
func whatIsKept(way string, m MergeFact, change *Change) string {
	if way != "squash" {
		return "it is merged by " + way + ": every commit lands with its own message"
	}
	if m.SquashTitle == "COMMIT_OR_PR_TITLE" && onlyCommit(change) != nil {
		return "it is squashed: the header of the only commit becomes the message"
	}
	if m.SquashTitle == "" {
		return "it is squashed into one commit"
	}
	return "it is squashed: the title becomes the message of the commit"
}
