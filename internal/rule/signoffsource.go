package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// signOffChecks knows the services that report a check on their own.
func signOffChecks(set *Reading) []Requirement {
	var out []Requirement
	for _, context := range set.RequiredChecks {
		var dialect string
		switch context {
		case "DCO", "probot/dco":
			dialect = dialectDCOApp
		case "dco":
			dialect = dialectProw
		default:
			continue
		}
		if reportedByJob(set, context) {
			continue
		}
		params := SignOffParams{Dialects: []SignOffDialect{{Name: dialect, By: "required check " + context}}}
		var c *guideline.Config
		if dialect == dialectDCOApp {
			c = set.Config(guideline.ToolDCO)
			params.Dialects[0].Name = dcoDialect(c)
			readDCOConfig(c, &params)
		}
		req := fromCheck(context, signOffText, params)
		if c != nil {
			req.Said = append(req.Said, c.Quote(1, "configuration of the check"))
		}
		out = append(out, req)
	}
	return out
}

func reportedByJob(set *Reading, context string) bool {
	for _, g := range set.Gates() {
		if g.Job.Reports(context) {
			return true
		}
	}
	return false
}

func readDCOConfig(c *guideline.Config, params *SignOffParams) {
	if c == nil {
		return
	}
	params.MembersExempt = !c.Root.At("require", "members").Bool(true)
	params.Remediation = c.Root.At("allowRemediationCommits", "individual").Bool(false)
	params.ThirdParty = params.Remediation && c.Root.At("allowRemediationCommits", "thirdParty").Bool(false)
}

// signOffRulesets reads rules on messages that ask for the line.
func signOffRulesets(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range append(slices.Clone(set.Rules), set.HeadRules...) {
		if p, ok := signOffPattern(r); ok {
			d := SignOffDialect{Name: dialectRuleset, Pattern: p.Pattern, By: "a ruleset"}
			if p.Operator != Regex {
				d.Pattern = regexp.QuoteMeta(p.Pattern)
			}
			out = append(out, fromRuleset(r, "commit messages must "+p.String(), signOffText, SignOffParams{Dialects: []SignOffDialect{d}}))
		}
	}
	return out
}

// signOffAction knows the actions that look for the line.
func signOffAction(s *guideline.Step) (SignOffDialect, bool) {
	action := strings.ToLower(s.Uses)
	switch {
	case action == "tim-actions/dco":
		return SignOffDialect{Name: dialectTim}, true
	case action == "christophebedard/dco-check":
		args := strings.Fields(s.With["args"].Value)
		merges := slices.Contains(args, "-m") || slices.Contains(args, "--check-merge-commits")
		if _, set := s.Env["DCO_CHECK_CHECK_MERGE_COMMITS"]; set {
			merges = true
		}
		return SignOffDialect{Name: dialectAuthor, Merges: merges}, true
	case strings.HasSuffix(action, "/dco-check"), strings.HasSuffix(action, "/dco"), strings.HasSuffix(action, "-dco"),
		strings.HasSuffix(action, "/dcochecker"), strings.HasSuffix(action, "/dco-check-action"), strings.HasSuffix(action, "/dco-action"):
		return SignOffDialect{Name: dialectAction}, true
	}
	return SignOffDialect{}, false
}

// signOffSteps knows the actions and scripts of workflows that look for the
// line.
func signOffSteps(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		by := "workflow " + g.File()
		add := func(line int, words string, d SignOffDialect) {
			d.By = by
			out = append(out, fromGate(g, line, words, signOffText, SignOffParams{Dialects: []SignOffDialect{d}}))
		}
		if d, ok := signOffAction(g.Step); ok {
			add(0, "uses: "+g.Step.Uses, d)
			continue
		}
		if line, text, d, ok := signOffScript(g.Step); ok {
			add(line, text, d)
		}
	}
	return out
}
