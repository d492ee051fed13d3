package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// RequiredCheckParams is a check without which the forge does not merge.
type RequiredCheckParams struct {
	Context string              `json:"context"`
	App     int64               `json:"app,omitempty"` // the number of the app that has to report it, 0 is any
	Verdict Verdict             `json:"verdict"`       // before it has run: later, or unknown when its code is not read
	Why     string              `json:"why"`
	Filters []guideline.Trigger `json:"filters,omitempty"` // it runs only for the paths of one of these
	Other   string              `json:"other,omitempty"`   // a workflow that reports it for other branches only
}

func requiredCheck() *Rule {
	return &Rule{
		ID: "required-check",
		Doc: `Each check that the forge requires and that no other rule explains is named, with what is known of it.

A context is the name of a job, "job (value)" with a matrix, and "caller / called" for a reusable workflow. A job whose steps only build and test is "later": it runs on the pull request. A check whose code lies elsewhere is "unknown".
Once there is a pull request the state of the check counts: success, neutral and skipped are met, failure is broken.
A required check of a workflow that is left out by paths: or branches: stays pending for ever, and with it the merge; that is said before it happens.

` + "```" + `
on: {pull_request: {paths: ["src/**"]}}   # and its job "test" is required
` + "```" + `

Accepted: a change of src/a.go. Unknown: a change of README.md alone, for which "test" never reports.`,
		Check: checkRequired,
		after: deriveRequiredChecks,
	}
}

// actionsApp is the number of GitHub Actions on github.com.
const actionsApp = 15368

const willRun = "it will run on the pull request"

func deriveRequiredChecks(set *Reading, reqs []Requirement) []Requirement {
	var out []Requirement
	for _, context := range set.RequiredChecks {
		p, quote, ok := requiredContext(set, reqs, context)
		if !ok {
			continue
		}
		p.App = requiredApp(set, context)
		text := "required check " + quoted(context)
		switch p.App {
		case 0:
		case actionsApp:
			text += " (reported by GitHub Actions)"
		default:
			text += fmt.Sprintf(" (reported by the app %d)", p.App)
		}
		req := fromCheck(context, text, p)
		if quote.Source != nil {
			req.Said = append(req.Said, quote)
		}
		out = append(out, req)
	}
	return out
}

// requiredApp is the app that a ruleset wants a check from.
func requiredApp(set *Reading, context string) int64 {
	for _, r := range set.Rules {
		var params struct {
			Checks []struct {
				Context string `json:"context"`
				App     int64  `json:"integration_id"`
			} `json:"required_status_checks"`
		}
		if r.Type != "required_status_checks" || json.Unmarshal(r.Parameters, &params) != nil {
			continue
		}
		for _, c := range params.Checks {
			if c.Context == context && c.App > 0 {
				return c.App
			}
		}
	}
	return 0
}

// requiredContext asks whether a required check is explained: by a rule that
// names it, or by a workflow whose steps are understood. It answers false when
// there is nothing to add.
func requiredContext(set *Reading, reqs []Requirement, context string) (RequiredCheckParams, guideline.Quote, bool) {
	p := RequiredCheckParams{Context: context, Verdict: Unknown, Why: "its code is not readable from here; " + willRun}
	p.Filters, p.Other = reporters(set, context)
	named := slices.ContainsFunc(reqs, func(r Requirement) bool { return r.Enforcer.Name == "required check "+context && !r.onlyNames() })
	var own []guideline.Gate
	for _, g := range set.Gates() {
		if g.Job.Reports(context) {
			own = append(own, g)
		}
	}
	switch {
	case len(own) > 0:
		// each of the steps that judge is, or is not, explained on its own
		judged := named || slices.ContainsFunc(own, func(g guideline.Gate) bool { return judges(g) != "" })
		g := own[len(own)-1]
		p.Verdict, p.Why = Later, willRun
		return p, guideline.Quote{Source: g.Job.Source, Line: g.Job.Line, EndLine: g.Job.Line, Text: g.Step.Label()}, !judged || len(p.Filters) > 0
	case named:
		return p, guideline.Quote{}, false
	case slices.ContainsFunc(set.Workflows, func(w guideline.Workflow) bool {
		return slices.ContainsFunc(w.Jobs, func(j guideline.Job) bool { return j.Unread != "" && strings.HasPrefix(context, j.Context) })
	}):
		return p, guideline.Quote{}, false // jobGates says why
	case p.Other != "":
		p.Why = p.Other + " reports it, and does not run for pull requests to " + set.Base + ": it may stay pending, and the merge would wait"
	}
	return p, guideline.Quote{}, true
}

// reporters are the filters of the workflows that report a check, none when one
// of them has none; other is a workflow that does so for other branches only.
func reporters(set *Reading, context string) (filters []guideline.Trigger, other string) {
	covered := map[*guideline.Workflow]bool{}
	for _, g := range set.Gates() {
		covered[g.Workflow] = true
	}
	always := false
	for i := range set.Workflows {
		w := &set.Workflows[i]
		if !slices.ContainsFunc(w.Jobs, func(j guideline.Job) bool { return j.Reports(context) }) {
			continue
		}
		switch {
		case !covered[w]:
			other = w.Source.Path
		case w.Trigger.Filtered():
			filters = append(filters, w.Trigger)
		default:
			always = true
		}
	}
	if always {
		return nil, ""
	}
	return filters, other
}

func checkRequired(req Requirement, change *Change) []Finding {
	p := req.Params.(RequiredCheckParams)
	if change.Pull != nil {
		switch state := change.Pull.Checks[p.Context]; state {
		case "success", "neutral", "skipped":
			return []Finding{{Verdict: Met, Message: "it has ended with " + state}}
		case "":
		case "pending":
			return []Finding{{Verdict: Later, Message: "it runs, or waits to"}}
		default:
			return []Finding{{Verdict: Broken, Message: "it has ended with " + state + ": its log says why"}}
		}
	}
	runs := func(t guideline.Trigger) bool { return t.Runs(touched(change)) }
	if len(p.Filters) > 0 && len(change.Files) > 0 && !slices.ContainsFunc(p.Filters, runs) {
		return []Finding{{
			Verdict: Unknown,
			Message: "its workflow runs for other paths only, so it may stay pending, and the merge would wait: ask the owners of the repository",
		}}
	}
	return []Finding{{Verdict: p.Verdict, Message: p.Why}}
}

// quoted puts a name between quotes as it is: people look for it as they know
// it, and whoever shows it makes it safe.
//
//go:noinline
func quoted(name string) string { return `"` + oneLine(name) + `"` }
