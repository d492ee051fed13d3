package rule

import (
	"regexp"
	"slices"
	"strings"
	"sync"

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
		c := set.Config(guideline.ToolDCO)
		if c != nil && c.Root.At("allowOverrideAction").Kind != guideline.KindNull {
			params.Dialects[0].Name = dialectDCO2 // only the later service knows this key
		}
		readDCOConfig(c, &params)
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
		action := strings.ToLower(g.Step.Uses)
		switch {
		case strings.HasSuffix(action, "/dco-check") || strings.HasSuffix(action, "/dco") || strings.HasSuffix(action, "/actions-dco"):
			add(0, "uses: "+g.Step.Uses, SignOffDialect{Name: dialectAction})
		case action == "siderolabs/conform":
			// its configuration says whether it looks
		case signOffPatternsOf().script.MatchString(g.Step.Run):
			line, text := lineOf(g.Step, "igned-off-by:")
			if d, ok := jqDialect(g.Step.Run); ok {
				add(line, text, d)
			} else if d, ok := scriptDialect(text); ok {
				if strings.Contains(g.Step.Run, "--no-merges") {
					d.Name = dialectNoMerges
				}
				add(line, text, d)
			}
		}
	}
	return out
}

// signOffConfigs reads the tools whose configurations can ask for the line.
func signOffConfigs(set *Reading) []Requirement {
	var out []Requirement
	add := func(c *guideline.Config, line int, words string, d SignOffDialect) {
		d.By = c.Source.Path
		out = append(out, fromConfig(c, line, words, signOffText, SignOffParams{Dialects: []SignOffDialect{d}}))
	}
	if c := set.Config(guideline.ToolConform); c != nil {
		for _, policy := range c.Root.At("policies").List {
			if dco := policy.At("spec", "dco"); dco.Bool(false) {
				add(c, dco.Line, "dco: true", SignOffDialect{Name: dialectConform})
			}
		}
	}
	if c := set.Config(guideline.ToolGitlint); c != nil {
		contrib := c.Root.At("general", "contrib")
		for _, name := range strings.Split(contrib.Text, ",") {
			if n := strings.TrimSpace(name); n == "CC1" || n == "contrib-body-requires-signed-off-by" {
				add(c, contrib.Line, "contrib="+contrib.Text, SignOffDialect{Name: dialectGitlint})
			}
		}
	}
	if c := set.Config(guideline.ToolCommitlint); c != nil {
		for _, name := range []string{"signed-off-by", "trailer-exists"} {
			r, why := readLintRule(name, c.Root.At("rules", name))
			if why != "" || r.Level == 0 || r.Never || !strings.HasPrefix(strings.ToLower(r.Text), "signed-off-by") {
				continue
			}
			dialect := dialectLastLine
			if name == "trailer-exists" {
				dialect = dialectTrailer
			}
			add(c, r.Line, name, SignOffDialect{Name: dialect, Pattern: r.Text})
			if r.Level == 1 {
				out[len(out)-1].Strength = Should
			}
		}
	}
	return out
}

type signOffPatterns struct {
	about, cla, approval, weak, script, quoted, jqText, jqPart *regexp.Regexp
}

var signOffPatternsOf = sync.OnceValue(func() signOffPatterns {
	re := regexp.MustCompile
	return signOffPatterns{
		about:    re("(?i)signed-off-by|--signoff|`(git commit )?-s`|git commit [^`]*-s\\b|\\bsign(ed|ing)?[ -]off\\b|\\bsign-?offs?\\b|\\bDCO\\b|developer certificate of origin"),
		cla:      re(`(?i)\bCLA\b|contributor licen[cs]e agreement`),
		approval: re(`(?i)sign[ -]off (from|by) (a|an|one|two|the|at least)|(pull requests?|PRs?) (all )?(requires?|needs?) ["“']?sign[ -]off`),
		weak:     re(`(?i)\bbot\b|\baccept`),
		script:   re(`(?i)signed-off-by`),
		jqText:   re(`"(?:[^"\\]|\\.)*[Ss]igned-off-by: (?:[^"\\]|\\.)*"(?:\s*\+\s*(?:\w+|"(?:[^"\\]|\\.)*"))*`),
		jqPart:   re(`"(?:[^"\\]|\\.)*"|\w+`),
		quoted:   re(`'([^']*[Ss]igned-off-by[^']*)'|"([^"]*[Ss]igned-off-by[^"]*)"`),
	}
})

// saysSignOff tells whether a sentence speaks of signing commits off, and not
// of an agreement, of an approval, or of the text of the certificate.
func saysSignOff(s guideline.Sentence) bool {
	p := signOffPatternsOf()
	if !p.about.MatchString(s.Text) {
		return signedUnderDCO(s)
	}
	named := strings.Contains(strings.ToLower(s.Text), "signed-off-by") || strings.Contains(s.Text, "--signoff")
	if p.cla.MatchString(s.Text) || p.approval.MatchString(s.Text) {
		return named
	}
	return named || !p.weak.MatchString(s.Text)
}

// signedUnderDCO: "commits must be signed" means the sign-off where the section
// is about it.
func signedUnderDCO(s guideline.Sentence) bool {
	if !strings.Contains(strings.ToLower(s.Text), "commits") || !strings.Contains(s.Text, "signed") {
		return false
	}
	return slices.ContainsFunc(s.Headings, func(h string) bool {
		h = strings.ToLower(h)
		return strings.Contains(h, "dco") || strings.Contains(h, "sign-off") || strings.Contains(h, "certificate of origin") || strings.Contains(h, "sign your work")
	})
}
