package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// BranchParams says what a branch may be called.
type BranchParams struct {
	By       string         `json:"by"`
	Ruleset  *PatternParams `json:"ruleset,omitempty"`
	Pattern  string         `json:"pattern,omitempty"` // JavaScript
	Flags    string         `json:"flags,omitempty"`
	Prefixes []string       `json:"prefixes,omitempty"`
	Ignore   []string       `json:"ignore,omitempty"`
	Min, Max int            `json:",omitempty"`
}

func branchName() *Rule {
	return &Rule{
		ID: "branch-name",
		Doc: "The branch is called as a ruleset or a workflow enforces, or as prose lists it under a heading about branches. " +
			"Rulesets bind branches in their own repository; a fork does not inherit them.",
		Derive: deriveBranch,
		Check:  checkBranch,
		merge:  absorbProse,
		fix:    fixBranch,
	}
}

func deriveBranch(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.HeadRules {
		if p, ok := rulesetPattern(r, "branch_name_pattern"); ok {
			params := BranchParams{By: "ruleset", Ruleset: &p}
			out = append(out, fromRuleset(r, "branch names must "+p.String(), params.text(), params))
		}
	}
	for _, g := range set.Gates() {
		if req, ok := branchGate(g); ok {
			out = append(out, req)
		}
	}
	return append(out, proseBranch(set)...)
}

// branchGate knows the action and the scripts that judge names of branches.
func branchGate(g guideline.Gate) (Requirement, bool) {
	if strings.EqualFold(g.Step.Uses, "deepakputhraya/action-branch-name") {
		with := func(name string) string { return strings.TrimSpace(g.Step.With[name].Value) }
		p := BranchParams{
			By: g.File(), Pattern: with("regex"), Prefixes: splitTrim(with("allowed_prefixes"), ","), Ignore: splitTrim(with("ignore"), ","),
		}
		_, _ = fmt.Sscan(with("min_length"), &p.Min)
		_, _ = fmt.Sscan(with("max_length"), &p.Max)
		line := g.Step.Line
		if in, ok := g.Step.With["regex"]; ok {
			line = in.Line
		}
		return fromGate(g, line, "uses: "+g.Step.Uses, p.text(), p), true
	}
	if g.Step.Run == "" || !looksAt(g.Step, lookBranch) || looksAt(g.Step, lookTitle) {
		return Requirement{}, false
	}
	if t, ok := testedPattern(g.Step, lookBranch); ok {
		p := BranchParams{By: g.File(), Pattern: t.pattern, Flags: t.flags}
		return fromGate(g, t.line, t.words, p.text(), p), true
	}
	return Requirement{}, false
}

func (p BranchParams) text() string {
	switch {
	case p.Ruleset != nil:
		return "branch name must " + p.Ruleset.String()
	case p.Pattern != "":
		return "branch name that matches " + p.Pattern
	}
	return "branch name that begins with " + strings.Join(p.Prefixes, ", ")
}

type branchPatterns struct{ heading, prefix, command *regexp.Regexp }

var branchPattern = sync.OnceValue(func() branchPatterns {
	return branchPatterns{
		heading: regexp.MustCompile(`(?i)\bbranch(es)?\b.*\b(nam\w+|convention\w*|prefix\w*)|\bnaming\b.*\bbranch|^branch(es|ing)?$`),
		prefix:  regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9]*[/-])([<{\[*A-Z0-9#a-z].*)?$`),
		command: regexp.MustCompile(`(?i)\bgit (checkout|switch|branch)\b`),
	}
})

// proseBranch reads the prefixes in code spans under a heading about names of
// branches. An example in a command is no rule.
func proseBranch(set *Reading) []Requirement {
	p := branchPattern()
	var prefixes []string
	sentences := said(set, func(s guideline.Sentence) bool {
		about := slices.ContainsFunc(s.Headings, p.heading.MatchString) || strings.Contains(strings.ToLower(s.Text), "branch name")
		if !about || p.command.MatchString(s.Text) {
			return false
		}
		found := false
		for _, span := range s.Spans {
			m := p.prefix.FindStringSubmatch(span)
			if m == nil || strings.HasSuffix(m[1], "-") && m[2] != "" || strings.Contains(span, " ") {
				continue
			}
			found = true
			if !slices.Contains(prefixes, m[1]) {
				prefixes = append(prefixes, m[1])
			}
		}
		return found
	})
	if len(prefixes) < 2 {
		return nil
	}
	params := BranchParams{By: "prose", Prefixes: prefixes}
	return []Requirement{fromProse(set, sentences, params.text(), params, nil)}
}

// judge answers why a name fails, or "".
func (p BranchParams) judge(name string) (string, error) {
	if slices.Contains(p.Ignore, name) {
		return "", nil
	}
	if p.Ruleset != nil {
		test, err := p.Ruleset.compile()
		if err != nil {
			return "", err
		}
		if ok, _ := test(name); !ok {
			return fmt.Sprintf("%q does not follow: it must %s", name, p.Ruleset), nil
		}
	}
	if p.Pattern != "" {
		test, err := jsMatch(p.Pattern, p.Flags)
		if err != nil {
			return "", err
		}
		if ok, err := test(name); err != nil || !ok {
			return fmt.Sprintf("%q does not match %s", name, p.Pattern), err
		}
	}
	if len(p.Prefixes) > 0 && !slices.ContainsFunc(p.Prefixes, func(x string) bool { return strings.HasPrefix(name, x) }) {
		return fmt.Sprintf("%q begins with none of %s", name, strings.Join(p.Prefixes, ", ")), nil
	}
	if n := len(name); n < p.Min || p.Max > 0 && n > p.Max {
		return fmt.Sprintf("%q has %d characters", name, n), nil
	}
	return "", nil
}

func checkBranch(req Requirement, change *Change) []Finding {
	p := req.Params.(BranchParams)
	switch change.Branch {
	case "":
		return []Finding{{Verdict: Later, Message: "there is no branch yet"}}
	case change.Base:
		return []Finding{{Verdict: Later, Message: "the commits are on the base branch itself"}}
	}
	at := []Place{{What: change.Branch}}
	why, err := p.judge(change.Branch)
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, At: at, Message: err.Error()}}
	case why == "":
		return []Finding{{Verdict: Met, At: at, Message: "the branch's name follows it"}}
	}
	return []Finding{{Verdict: Broken, At: at, Message: why}}
}

// fixBranch proposes a name that all requirements take.
func fixBranch(reqs []Requirement, change *Change) *Fix {
	words := branchWords(change.Branch)
	if t, _, ok := strings.Cut(change.Branch, "/"); ok {
		words = t + ": " + words
	}
	name := ShapeBranch(reqs, change.Issue, words)
	if name == change.Branch || !fits(branchRulesOf(reqs), name) {
		return nil
	}
	fix := &Fix{
		Verb: "rename the branch to " + name, Kind: FixRenameBranch,
		Params: RenameBranch{From: change.Branch, To: name}, Safe: true,
	}
	if slices.ContainsFunc(change.Commits, func(c Commit) bool { return c.Pushed }) {
		fix.Safe, fix.Refused = false, "the branch is pushed already"
	}
	return fix
}
