package rule

import (
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// patternAction is an action that tests the title with one regular expression.
type patternAction struct {
	name           string
	pattern, flags string // inputs
	byDefault      string // the flags when none are given
	off            string // an input which, set to "false", keeps it from failing
}

func patternActions() []patternAction {
	return []patternAction{
		{name: "slashgear/action-check-pr-title", pattern: "regexp", flags: "flags"},
		{name: "deepakputhraya/action-pr-title", pattern: "regex"},
		{name: "naveenk1223/action-pr-title", pattern: "regex"},
		{name: "morrisoncole/pr-lint-action", pattern: "title-regex", flags: "title-regex-flags", byDefault: "g", off: "on-failed-regex-fail-action"},
		{name: "seferov/pr-lint-action", pattern: "title-regex", flags: "title-regex-flags", byDefault: "g"},
		{name: "blackbirdhq/check-pull-request-title", pattern: "pattern"},
	}
}

// patternGate reads the inputs of such an action.
func patternGate(g guideline.Gate, action string) (Requirement, bool) {
	for _, a := range patternActions() {
		if a.name != action {
			continue
		}
		if !settled(g, a.pattern, a.flags, "allowed_prefixes", "disallowed_prefixes", "min_length", "max_length") {
			return Requirement{}, false
		}
		p := TitleParams{Judge: judgePattern, By: g.File(), Pattern: input(g, a.pattern), Flags: input(g, a.flags)}
		if p.Flags == "" {
			p.Flags = a.byDefault
		}
		if a.pattern == "regex" {
			p.addPrefixes(g)
		}
		if len(p.demands()) == 0 {
			return Requirement{}, false
		}
		line, words := g.Step.Line, "uses: "+g.Step.Uses
		if in, ok := g.Step.With[a.pattern]; ok {
			line, words = in.Line, a.pattern+": "+oneLine(in.Value)
		}
		req := fromGate(g, line, words, p.text(), p)
		if a.off != "" && input(g, a.off) == "false" {
			req.Strength, req.Enforcer.Blocking = Should, false
		}
		return req, true
	}
	return Requirement{}, false
}

// addPrefixes reads the further inputs of deepakputhraya/action-pr-title. Blanks
// around the prefixes of a list belong to them.
func (p *TitleParams) addPrefixes(g guideline.Gate) {
	list := func(name string) []string {
		if in := input(g, name); in != "" {
			return strings.Split(in, ",")
		}
		return nil
	}
	p.Prefixes, p.NotPrefixes = list("allowed_prefixes"), list("disallowed_prefixes")
	p.Fold = len(p.Prefixes)+len(p.NotPrefixes) > 0 && input(g, "prefix_case_sensitive") != "true"
	p.Min, p.Max = number(input(g, "min_length")), number(input(g, "max_length"))
}

// number is a whole number that is not negative; anything else is 0.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return max(0, n)
}

// The checks that the semantic pull requests apps report.
const (
	semanticAppContext = "Semantic Pull Request"
	semanticAppGrammar = `^(\w+)(?:\(([^()]+)\))?!?: (.+)$`
)

// titleApp reads the configuration of the semantic pull requests app. Whether
// the app is at work can only be seen where its check is required.
func titleApp(set *Reading) []Requirement {
	required := ""
	for _, context := range set.RequiredChecks {
		if (context == semanticAppContext || context == "Semantic PR" || context == "semantic-pull-requests") && !reportedByJob(set, context) {
			required = context
		}
	}
	c := set.Config(guideline.ToolSemanticPR)
	p := TitleParams{Judge: judgeTypes, By: semanticAppContext, Grammar: semanticAppGrammar}
	if c != nil {
		if c.Err != "" || !c.Root.At("enabled").Bool(true) || c.Root.At("commitsOnly").Bool(false) {
			return nil
		}
		p.Types, p.Scopes = c.Root.At("types").Strings(), c.Root.At("scopes").Strings()
	}
	p.OrCommit = c == nil || !c.Root.At("titleOnly").Bool(false) && !c.Root.At("titleAndCommits").Bool(false)
	switch {
	case required != "":
		req := fromCheck(required, p.text(), p)
		if c != nil {
			req.Said = append(req.Said, c.Quote(c.Root.Line, "configuration of the check"))
		}
		return []Requirement{req}
	case c != nil:
		req := fromConfig(c, c.Root.Line, "configuration of the semantic pull requests app", p.text()+", if the app is at work", p)
		req.Strength = Should
		return []Requirement{req}
	}
	return nil
}
