package rule

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// rank is how much a source weighs: who enforces a thing decides what exactly
// is asked.
type rank int

const (
	rankProse rank = iota
	rankTemplate
	rankConfig   // machine-readable: configurations and the manifest
	rankWorkflow // judges the pull request
	rankForge    // required by the forge, or enforced by it
)

// agreement is the share of merged history that must follow a sentence of
// prose before the sentence may block, in percent.
const agreement = 90

// fromGate makes a requirement of something a workflow's step enforces.
func fromGate(g guideline.Gate, line int, words, text string, params any) Requirement {
	r := Requirement{
		Params: params, Strength: Must, rank: rankWorkflow, Text: text,
		Said:     []guideline.Quote{g.Quote(line, words)},
		Enforcer: Enforcer{Name: "workflow " + g.File(), URL: g.Step.Source.URL},
	}
	if g.Step.Caller != nil {
		r.Said = append(r.Said, *g.Step.Caller)
	}
	if g.When != nil {
		r.asked = []*guideline.Condition{g.When}
	}
	if g.Advisory || g.Unclear { // nobody knows whether it runs on this change
		r.Strength = Should
	}
	if g.Required && !g.Advisory {
		r.rank = rankForge
		r.Enforcer.Name = "required check " + g.Job.Context
		r.Enforcer.Blocking = true
	}
	return r
}

// fromCheck makes a requirement of a required check that a known service
// reports.
//
//go:noinline
func fromCheck(context, text string, params any) Requirement {
	src := &guideline.Source{Kind: guideline.KindCheck, Path: context}
	return Requirement{
		Params: params, Strength: Must, rank: rankForge, Text: text,
		Said:     []guideline.Quote{{Source: src, Text: "required check " + context}},
		Enforcer: Enforcer{Name: "required check " + context, Blocking: true},
	}
}

// fromRuleset makes a requirement of a rule that the forge itself enforces.
//
//go:noinline
func fromRuleset(r forge.Rule, words, text string, params any) Requirement {
	src := &guideline.Source{Kind: guideline.KindRuleset, Path: r.Type, URL: r.URL}
	name := "ruleset"
	if r.Source != "" {
		name += " of " + r.Source
	}
	return Requirement{
		Params: params, Strength: Must, rank: rankForge, Text: text,
		Said:     []guideline.Quote{{Source: src, Text: words}},
		Enforcer: Enforcer{Name: name, Blocking: true, URL: r.URL},
	}
}

// fromConfig makes a requirement of a line of a configuration.
//
//go:noinline
func fromConfig(c *guideline.Config, line int, words, text string, params any) Requirement {
	return Requirement{
		Params: params, Strength: Must, rank: rankConfig, Text: text,
		Said: []guideline.Quote{c.Quote(line, words)},
	}
}

// fromProse makes a requirement of what sentences say. Prose alone asks for
// nothing that must hold, unless merged history agrees with it; obeyed judges a
// merged message, and nil says that history cannot tell.
func fromProse(set *Reading, sentences []guideline.Sentence, text string, params any, obeyed func(string) bool) Requirement {
	r := Requirement{Params: params, Strength: May, rank: rankProse, Text: text}
	firm := false
	for _, s := range sentences {
		if len(r.Said) < maxQuotes {
			r.Said = append(r.Said, s.Quote())
		}
		firm = firm || s.Modality == guideline.Firm && !s.Conditional
		if s.Modality != guideline.Optional {
			r.Strength = Should
		}
	}
	if firm && obeyed != nil {
		if q, agrees := history(set, obeyed); agrees {
			r.Strength = Must
			r.Said = append(r.Said, q)
		}
	}
	return r
}

// maxQuotes is how many sentences are quoted for one requirement.
const maxQuotes = 3

// minHistory is how many merged commits can agree at all: two that do by chance
// are no custom.
const minHistory = 5

// history asks whether merged messages obey something.
func history(set *Reading, obeyed func(string) bool) (guideline.Quote, bool) {
	n := 0
	for _, c := range set.History {
		if obeyed(squashed().ReplaceAllString(c.Message, "$1")) {
			n++
		}
	}
	total := len(set.History)
	if total < minHistory || n*100 < agreement*total {
		return guideline.Quote{}, false
	}
	return guideline.Quote{
		Source: &guideline.Source{Kind: guideline.KindHistory, Commit: set.Commit},
		Text:   fmt.Sprintf("%d of the last %d merged commits follow it (%d %%)", n, total, n*100/total),
	}, true
}

// squashed matches the number of a pull request that a squash puts behind the
// header: no contributor wrote it.
var squashed = lazy.Pattern(`\A([^\n]*?) \(#\d+\)`)

// ofCommits is obeyed where merged history shows what contributors wrote into
// their commits, nil where it shows the titles of pull requests: those become
// the messages when most are squashed.
func ofCommits(set *Reading, obeyed func(string) bool) func(string) bool {
	n := 0
	for _, c := range set.History {
		if squashed().MatchString(c.Message) {
			n++
		}
	}
	if 2*n > len(set.History) {
		return nil
	}
	return obeyed
}

// mentions tells whether a text holds one of a few words, which are in lower
// case. It is asked before a pattern that cannot match without them: patterns
// that ignore case cost a hundred times as much.
func mentions(text string, words ...string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// said picks the sentences that speak of something to contributors and do not
// wave it off.
//
//go:noinline
func said(set *Reading, about func(guideline.Sentence) bool) []guideline.Sentence {
	return spoken(set, func(s guideline.Sentence) bool { return !s.ByOwners && about(s) })
}

// spoken is said, what owners do included: "we squash" can be the reason for
// what they ask.
//
//go:noinline
func spoken(set *Reading, about func(guideline.Sentence) bool) []guideline.Sentence {
	var out []guideline.Sentence
	for i := range set.Documents {
		for _, s := range set.Documents[i].Sentences {
			if !s.Negated && about(s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// stronger tells whether a asks more firmly than b.
//
//go:noinline
func stronger(a, b Strength) bool { return weight(a) > weight(b) }

//go:noinline
func weight(s Strength) int {
	switch s {
	case Must:
		return 3
	case Should:
		return 2
	case May:
		return 1
	}
	return 0
}

//go:noinline
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func oneLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(line)
}
