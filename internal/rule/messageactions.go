package rule

import (
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// actionLinters knows the actions that judge every message of a pull request by
// what their inputs say.
func actionLinters(set *Reading) []messageLinter {
	var out []messageLinter
	for _, g := range set.Gates() {
		var p HeaderParams
		run := linterRun{Gate: g, Words: "uses: " + g.Step.Uses}
		switch strings.ToLower(g.Step.Uses) {
		case "webiny/action-conventional-commits":
			p = webinyParams(g.Step)
		case "tim-actions/commit-message-checker-with-regex":
			in := g.Step.With["pattern"]
			if in.Value == "" || g.Step.With["one_pass_all_pass"].Value == "true" {
				continue
			}
			p = HeaderParams{Grammar: Grammar{Preset: presetNone}, Rules: []LintRule{{Name: "message-pattern", Level: 2, Text: in.Value, Flags: strings.ReplaceAll(g.Step.With["flags"].Value, "g", "")}}}
			run.Line, run.Words = in.Line, "pattern: "+oneLine(in.Value)
		case "mristin/opinionated-commit-message":
			if g.Step.With["validate-pull-request-commits"].Value != "true" {
				continue // it judges the pull request's title and description
			}
			p = opinionatedParams(g.Step)
		case "opensource-nepal/commitlint":
			if s := g.Step.With["fail_on_error"].Value; s != "" && s != "true" {
				continue
			}
			p = nepalParams()
		default:
			continue
		}
		p.By, p.Tool = "workflow "+g.File(), g.Step.Uses
		for _, r := range p.Rules {
			if strings.HasSuffix(r.Name, "-pattern") {
				if _, err := r.pattern(); err != nil {
					p.unread(err.Error())
				}
			}
		}
		out = append(out, messageLinter{Params: p, Runs: []linterRun{run}})
	}
	return out
}

// nepalParams is an action without inputs that change what it asks.
func nepalParams() HeaderParams {
	p := HeaderParams{Grammar: Grammar{Preset: presetCommitizen}, Rules: []LintRule{
		{Name: "type-empty", Never: true, Level: 2},
		{Name: "type-enum", Level: 2, Words: withAll(conventionalTypes(), []string{"bump"})},
		{Name: "header-max-length", Level: 2, Number: 72, Unit: unitRunes},
		{Name: "subject-last", Level: 2, Words: []string{"."}},
		{Name: "second-line-blank", Level: 2},
	}}
	p.except(Exception{On: onTitle, Pattern: Pattern{Dialect: RE2, Text: `^(Merge (pull request|branch|tag|remote-tracking branch|.* into )|[Rr]evert |Merged |Automatic merge|Auto-merged |[Bb]ump \S+ from \S+ to \S+|[Ii]nitial [Cc]ommit$)`}})
	return p
}

// webinyParams: of what stands before the first colon it looks at the letters
// alone, whatever their case.
func webinyParams(s *guideline.Step) HeaderParams {
	types := append(conventionalTypes(), "merge", "wip")
	if in, ok := s.With["allowed-commit-types"]; ok {
		types = strings.Split(in.Value, ",")
	}
	p := HeaderParams{Grammar: Grammar{Preset: presetNone}, Rules: []LintRule{{Name: "type-letters", Level: 2, Words: types}}}
	p.leaveTitles("Merge ", "Revert ", "Reapply ", "Initial plan")
	return p
}

// opinionatedParams reads the inputs of an action that has opinions: a
// capitalised verb, no full stop, a body behind an empty line.
func opinionatedParams(s *guideline.Step) HeaderParams {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(strings.TrimSpace(s.With[name].Value)); err == nil {
			return n
		}
		return otherwise
	}
	p := HeaderParams{Grammar: Grammar{Preset: presetNone}, Rules: []LintRule{
		{Name: "header-code-length", Level: 2, Number: number("max-subject-line-length", 50)},
		{Name: "subject-first-letter", Level: 2, Text: "upper"},
		{Name: "imperative", Level: 2},
		{Name: "header-full-stop", Never: true, Level: 2, Text: "."},
	}}
	oneLiners := s.With["allow-one-liners"].Value == "true"
	if !oneLiners {
		p.Rules = append(p.Rules, LintRule{Name: "rest-empty", Level: 2})
	}
	p.Rules = append(p.Rules, LintRule{Name: "second-line-blank", Level: 2})
	if s.With["skip-body-check"].Value != "true" {
		p.Rules = append(p.Rules, LintRule{Name: "rest-max-line-length", Level: 2, Number: number("max-body-line-length", 72), Text: `^[^ ]+://[^ ]+$|^\[[^\]]+\]\s*:\s*[^ ]+://[^ ]+$`})
	}
	if s.With["ignore-merge-commits"].Value != "false" {
		p.leaveTitles("Merge ")
	}
	p.unread("its own list of verbs, and how the body may begin")
	for _, line := range strings.Split(s.With["ignore-patterns"].Value, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			p.except(Exception{On: onMessage, Pattern: Pattern{Dialect: JavaScript, Text: line}})
		}
	}
	return p
}
