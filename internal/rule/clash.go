package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// clashing is what both sides of a contradiction say, in a few words each.
type clashing struct{ says, enforces string }

// clash compares a requirement of prose with an enforced one of the same rule.
func clash(prose, enforced Requirement) (clashing, bool) {
	switch e := enforced.Params.(type) {
	case TicketParams:
		if p, ok := prose.Params.(TicketParams); ok && p.Forbidden != e.Forbidden {
			return clashing{prose.Text, enforced.Text}, true
		}
	case HeaderParams:
		if p, ok := prose.Params.(HeaderParams); ok {
			return clashingRules(p.Rules, e.Rules)
		}
	case TitleParams:
		if p, ok := prose.Params.(TitleParams); ok && len(p.Types) > 0 && len(e.Types) > 0 && !p.AnyType {
			return missingWords("the type", p.Types, e.Types)
		}
	}
	return clashing{}, false
}

// clashingRules compares what linters and prose ask of messages: numbers that
// differ, and lists of which one names what the other refuses.
func clashingRules(prose, enforced []LintRule) (clashing, bool) {
	for _, p := range prose {
		for _, e := range enforced {
			if p.Name != e.Name || e.Level == 0 {
				continue
			}
			switch {
			case p.Number > 0 && e.Number > 0 && p.Number != e.Number && strings.HasSuffix(p.Name, "-length"):
				what := strings.ReplaceAll(p.Name, "-", " ") + " "
				return clashing{what + fmt.Sprint(p.Number), fmt.Sprint(e.Number)}, true
			case p.Never != e.Never && len(p.Words) == 0 && len(e.Words) == 0 && p.Text == e.Text:
				return clashing{alwaysOr(p), alwaysOr(e)}, true
			case strings.HasSuffix(p.Name, "-enum") && !p.Never && !e.Never && len(e.Words) > 0:
				if c, ok := missingWords("the "+strings.TrimSuffix(p.Name, "-enum"), p.Words, e.Words); ok {
					return c, ok
				}
			}
		}
	}
	return clashing{}, false
}

func alwaysOr(r LintRule) string {
	if r.Never {
		return r.Name + " never"
	}
	return r.Name + " always"
}

// missingWords tells which words of prose the enforcer does not take. A pattern
// among the enforcer's words takes too much to tell.
func missingWords(what string, prose, enforced []string) (clashing, bool) {
	if slices.ContainsFunc(enforced, func(w string) bool { return strings.ContainsAny(w, `*+.[(\|^$`) }) {
		return clashing{}, false
	}
	var missing []string
	for _, w := range prose {
		if !slices.ContainsFunc(enforced, func(e string) bool { return strings.EqualFold(e, w) }) {
			missing = append(missing, w)
		}
	}
	if len(missing) == 0 {
		return clashing{}, false
	}
	return clashing{what + " " + strings.Join(missing, ", "), "one of " + strings.Join(enforced, ", ")}, true
}

type clashPatterns struct{ aboutMessage, aboutTitle, leads, wrong, header, several, single, target *regexp.Regexp }

var clashPattern = lazy.Value(func() *clashPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &clashPatterns{
		aboutMessage: re(`\bcommit (messages?|titles?|headers?|subjects?)\b|(messages?|format) of (the |a |your )?commits?\b|\bcommits? (format|convention|guideline)`),
		aboutTitle:   re(`\b(pull request|PR|MR|merge request)('s)? titles?\b|titles? of (the |a |your )?(pull|merge) request`),
		leads:        re(`\b(examples?|e\.g\.|like|such as|following|looks?|format|described|here is|for instance|form)\b`),
		wrong:        re(`\b(bad|wrong|avoid|don['’]t|do not|not like|instead of|rather than|incorrect|invalid|poor|never)\b|❌|✗|🚫|👎`),
		header:       re(`^[^\s:<>{}]{1,40}(\([^)<>]*\))?!?: [^<>{}]{3,120}$`),
		several:      re(`\b(several|multiple|many|small|smaller|separate|atomic|logical)( \w+){0,2} commits\b`),
		single:       re(`\b(single|one) commit\b`),
		target:       re("(?:pull requests?|PRs?|patches)\\b[^.]{0,80}\\b(?:against|to|into|target\\w*|towards)\\b(?: (?:the|our|upstream))? (?:[`\"*]{1,2}(master|develop|development|dev|trunk|next|main)[`\"*]{1,2}|(master|develop|trunk)\\b)"),
	}
})

// clashingExamples puts the headers that prose shows as examples before who
// enforces the form of messages or titles.
func clashingExamples(set *Reading, enforced Requirement) []Requirement {
	p := clashPattern()
	about := map[string]*regexp.Regexp{"commit-header": p.aboutMessage, "type-and-scope": p.aboutMessage, "title": p.aboutTitle}[enforced.Rule.ID]
	if about == nil || enforced.Rule.Check == nil || enforced.Strength != Must {
		return nil
	}
	for i := range set.Documents {
		for _, e := range examples(&set.Documents[i], about) {
			findings := enforced.Rule.Check(enforced, changeWith(e.Text, set.Base))
			if slices.ContainsFunc(findings, func(f Finding) bool { return f.Verdict == Broken }) {
				return []Requirement{contradicting(e, enforced, clashing{"`" + e.Text + "` as an example", enforced.Text})}
			}
		}
	}
	return nil
}

// changeWith is a change of one commit, with its header as the title.
//
//go:noinline
func changeWith(header, base string) *Change {
	who := Person{"Acme Author", "author@acme.example"}
	return &Change{
		Commits: []Commit{{SHA: "0", Author: who, Committer: who, Message: header + "\n", Parents: 1}},
		Draft:   Draft{Title: header, Body: header, Exists: true}, Base: base, MergeBaseKnown: true, Facts: map[string]FactValue{},
	}
}

// maxExamples is how many examples of one page are tried.
const maxExamples = 5

// examples are the headers that a page shows as good ones: code of one line
// below a sentence that leads to it, in a section on messages or titles.
func examples(d *guideline.Document, about *regexp.Regexp) []guideline.Quote {
	p := clashPattern()
	var out []guideline.Quote
	lead := ""
	for _, b := range d.Blocks {
		if b.Kind != guideline.BlockCode {
			lead = b.Text
			continue
		}
		text := strings.TrimSpace(b.Text)
		where := lead
		if n := len(b.Headings); n > 0 {
			where += " " + b.Headings[n-1]
		}
		if len(out) < maxExamples && guideline.Speaks(b.Headings) && about.MatchString(where) && p.leads.MatchString(lead) && !p.wrong.MatchString(where) &&
			!strings.Contains(text, "\n") && p.header.MatchString(text) {
			out = append(out, guideline.Quote{Source: d.Source, Line: b.Line, EndLine: b.EndLine, Text: text})
		}
	}
	return out
}

// clashingSentences finds sentences that wave off, or ask the opposite of, what
// is enforced.
func clashingSentences(set *Reading, enforced Requirement) []Requirement {
	p := clashPattern()
	var clashes func(guideline.Sentence) bool
	var says string
	switch enforced.Rule.ID {
	case "sign-off":
		says = "no sign-off is needed"
		clashes = func(s guideline.Sentence) bool {
			return s.Negated && saysSignOff(s) && !strings.Contains(s.Text, " if ")
		}
	case "commit-count":
		says = "several commits are welcome"
		clashes = func(s guideline.Sentence) bool {
			return s.Negated && p.single.MatchString(s.Text) || !s.Negated && !s.ByOwners && p.several.MatchString(s.Text) && !strings.Contains(strings.ToLower(s.Text), "squash")
		}
	default:
		return nil
	}
	for i := range set.Documents {
		for _, s := range set.Documents[i].Sentences {
			if clashes(s) {
				return []Requirement{contradicting(s.Quote(), enforced, clashing{says, enforced.Text})}
			}
		}
	}
	return nil
}

// staleBases finds a branch that prose sends pull requests to and that no
// workflow runs for, while some run for the base that they are meant for.
func staleBases(set *Reading) []Requirement {
	p := clashPattern()
	for i := range set.Documents {
		for _, s := range set.Documents[i].Sentences {
			m := p.target.FindStringSubmatch(s.Text)
			if m == nil || s.Negated || s.ByOwners || s.Modality == guideline.Optional || strings.Contains(s.Text, set.Base) {
				continue
			}
			branch := m[1] + m[2]
			if g, ok := onlyFor(set, branch); ok {
				enforced := fromGate(g, 0, "branches: "+strings.Join(g.Workflow.Trigger.Branches, ", "), "", nil)
				enforced.Rule = baseBranch()
				enforced.Said[0].Line, enforced.Said[0].EndLine = 1, 1
				return []Requirement{contradicting(s.Quote(), enforced, clashing{"pull requests go to " + branch, "its checks for " + set.Base + " alone"})}
			}
		}
	}
	return nil
}

// onlyFor finds a step of a workflow that names the base among its branches; it
// answers false if any such workflow names the other branch as well.
func onlyFor(set *Reading, other string) (guideline.Gate, bool) {
	var found guideline.Gate
	ok := false
	for _, g := range set.Gates() {
		t := g.Workflow.Trigger
		if len(t.Branches) == 0 {
			continue
		}
		if t.Covers(other) {
			return guideline.Gate{}, false
		}
		found, ok = g, true
	}
	return found, ok && set.Base != ""
}
