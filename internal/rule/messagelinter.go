package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// messageLinter is a tool that judges commit messages: what it asks, where that
// is written, and who runs it. Every rule on messages takes its part out of
// every linter, so that each part has a name, a line and a finding of its own.
type messageLinter struct {
	Params HeaderParams
	Config *guideline.Config // where the rules are written, nil when only a step tells of the tool
	Runs   []linterRun       // steps of workflows that judge commits with it
	Hooks  []guideline.Quote // hooks that run it on the contributor's machine
	// Default is the strength of what fails when no step is seen to run the
	// tool; "" is must, unless merged history or a gate for titles tells otherwise.
	Default Strength
	// NoMerges is set for a tool that refuses merge commits, with its line.
	NoMerges *LintRule
	Note     string // why Default is what it is, for people: "runs in a hook"
}

// linterRun is a step that runs a linter over the commits of a pull request.
type linterRun struct {
	Gate   guideline.Gate
	Line   int    // that is quoted, 0 for the step's first
	Words  string // that are quoted, "" for "runs TOOL"
	Strict bool   // what only warns fails, too
}

// linterSources are the readers of tools: each answers the linters it finds,
// and none when the tool is not used.
func linterSources() []func(*Reading) []messageLinter {
	return []func(*Reading) []messageLinter{
		commitlintLinters,
		checkerLinters,
		gitlintLinters,
		conformLinters,
		committedLinters,
		commitizenLinters,
		cocogittoLinters,
		commitCheckLinters,
		conventionalPreCommitLinters,
		actionLinters,
	}
}

// messageLinters are all tools that judge commit messages, read once.
//
//go:noinline
func (r *Reading) messageLinters() []messageLinter { return r.linters() }

func readMessageLinters(r *Reading) []messageLinter {
	var out []messageLinter
	for _, source := range linterSources() {
		out = append(out, source(r)...)
	}
	return out
}

// formRequirements are what all linters, and prose, ask of messages in the
// terms of one rule.
func formRequirements(set *Reading, id string) []Requirement {
	var out []Requirement
	for _, l := range set.messageLinters() {
		out = append(out, l.requirements(set, id)...)
	}
	return append(out, proseForms(set, id)...)
}

// requirements are what a linter asks in the terms of one rule: what fails, and
// what only warns, each with the lines that say so.
func (l messageLinter) requirements(set *Reading, id string) []Requirement {
	var out []Requirement
	for _, level := range []int{2, 1} {
		params := l.Params.part(id, level)
		if len(params.Rules) == 0 && len(params.Unread) == 0 {
			continue
		}
		text := params.text()
		var of []Requirement
		for _, run := range l.Runs {
			words := run.Words
			if words == "" {
				words = "runs " + l.Params.Tool
			}
			req := fromGate(run.Gate, run.Line, words, text, params)
			if level == 1 && !run.Strict {
				req.Strength, req.Enforcer.Blocking = Should, false
			}
			of = append(of, req)
		}
		if l.Config != nil {
			of = append(of, l.configured(set, params, level, of))
		}
		out = append(out, of...)
	}
	return out
}

// configured is the requirement of a configuration. Who runs it decides how
// firm it is; when nobody is seen to, merged history may tell otherwise.
func (l messageLinter) configured(set *Reading, params HeaderParams, level int, runs []Requirement) Requirement {
	quotes := params.quotes(l.Config)
	req := fromConfig(l.Config, quotes[0].Line, quotes[0].Text, params.text(), params)
	req.Said = append(quotes, l.Hooks...)
	switch {
	case len(runs) > 0:
		req.Strength = May
		for _, r := range runs {
			if stronger(r.Strength, req.Strength) {
				req.Strength = r.Strength
			}
		}
	case level == 1:
		req.Strength = Should
	case l.Default != "":
		req.Strength = l.Default
		if l.Note != "" {
			req.Text += " (" + l.Note + ")"
		}
	default:
		if q, ok := params.ignoredByHistory(set); ok {
			req.Strength = Should
			req.Said = append(req.Said, q)
		}
	}
	return req
}

// ignoredByHistory tells whether merged messages show that nobody enforces what
// a configuration asks: fewer than nine of ten follow it.
func (p HeaderParams) ignoredByHistory(set *Reading) (guideline.Quote, bool) {
	total, n := len(set.History), 0
	for _, c := range set.History {
		if len(p.problems(c.Message)) == 0 {
			n++
		}
	}
	if total < minHistory || n*100 >= agreement*total {
		return guideline.Quote{}, false
	}
	return guideline.Quote{
		Source: &guideline.Source{Kind: guideline.KindHistory, Commit: set.Commit},
		Text:   fmt.Sprintf("no workflow is seen to check it, and only %d of the last %d merged commits follow it (%d %%)", n, total, n*100/total),
	}, true
}

// part keeps the rules of one of our rules that fail (2) or warn (1). What
// could not be read is said once, where the form is judged.
func (p HeaderParams) part(id string, level int) HeaderParams {
	out := p
	out.Rules, out.Unread = nil, nil
	kinds := lintKinds()
	for _, r := range p.Rules {
		if r.Level == level && kinds[r.Name].id == id {
			out.Rules = append(out.Rules, r)
		}
	}
	if id == "commit-header" && level == 2 {
		out.Unread = p.Unread
		if out.wantsType() {
			out.Types = p.types()
		}
	}
	return out
}

// text says in one line what is asked.
func (p HeaderParams) text() string {
	var parts []string
	form := p.has("type-empty")
	if form {
		parts = append(parts, "commit header like type(scope): subject")
	}
	kinds := lintKinds()
	for _, r := range p.Rules {
		if form && (r.Name == "type-empty" || r.Name == "subject-empty") {
			continue
		}
		words := r.Name
		if asks := kinds[r.Name].asks; asks != nil {
			words = asks(r)
		}
		if !slices.Contains(parts, words) {
			parts = append(parts, words)
		}
	}
	if len(parts) == 0 {
		return "commit messages as " + p.By + " wants them"
	}
	return strings.Join(parts, "; ")
}

// quotes are the lines of a configuration that say what is asked, at least one:
// the rules' own lines, or the line that takes them from elsewhere.
func (p HeaderParams) quotes(c *guideline.Config) []guideline.Quote {
	type place struct {
		line int
		from string
	}
	var places []place
	words := map[place][]string{}
	for _, r := range p.Rules {
		at := place{r.Line, r.From}
		if at.line == 0 {
			at.line = max(1, c.Root.Line)
		}
		if words[at] == nil {
			places = append(places, at)
		}
		words[at] = append(words[at], r.words())
	}
	if len(places) == 0 {
		line := max(1, c.Root.Line, c.Root.At("extends").Line)
		return []guideline.Quote{c.Quote(line, "configuration of "+p.Tool)}
	}
	var out []guideline.Quote
	for _, at := range places[:min(len(places), maxQuotes)] {
		text := strings.Join(words[at], ", ")
		if at.from != "" {
			text = at.from + ": " + text
		}
		out = append(out, c.Quote(at.line, text))
	}
	return out
}

// words write a rule as its configuration does, in short.
func (r LintRule) words() string {
	var value string
	switch {
	case len(r.Words) > 0:
		value = strings.Join(r.Words, ", ")
	case r.Text != "":
		value = r.Text
	case r.Number > 0:
		value = fmt.Sprint(r.Number)
	}
	when := ""
	if r.Never {
		when = "never"
	}
	name := r.Name
	if r.As != "" {
		name = r.As
	}
	return strings.Join(strings.Fields(name+" "+when+" "+oneLine(value)), " ")
}
