package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// BaseParams says which branch a pull request goes to.
type BaseParams struct {
	By     string   `json:"by"`
	Only   []string `json:"only,omitempty"`   // one of these
	Not    []string `json:"not,omitempty"`    // none of these
	Except []string `json:"except,omitempty"` // branches of changes for which Not does not count
	To     string   `json:"to,omitempty"`     // where those go that may not go to Not
	// Match is a pattern of a script that the base must match, or must not.
	Match   *Pattern `json:"match,omitempty"`
	Against bool     `json:"against,omitempty"` // it must not match
}

func baseBranch() *Rule {
	return &Rule{
		ID: "base-branch",
		Doc: `The pull request goes to the branch that the project takes changes on.

Without a word about it that is the default branch, and nothing is asked. The manifest's contribute.base must hold. A workflow counts that fails for pull requests to some branch: the action pr-target-branch-action, a step with "if: github.base_ref == 'main' && github.head_ref != 'dev'" that does nothing but exit 1, or a script with one comparison of the base.
Prose counts where it says to which branch pull requests go, in a code span or by a usual name, and only if the upstream has that branch: an old "master" asks for nothing. It is a "should". Of several branches any will do.

` + "```" + `
Pull requests must be made against the ` + "`develop`" + ` branch.    # asks for develop
Create your branch from ` + "`main`" + `.                             # asks for nothing
` + "```" + `

Accepted: a pull request to develop. Rejected: one to main, when develop exists.`,
		Derive: deriveBase,
		Needs:  baseFacts,
		Check:  checkBase,
		merge:  absorbProse,
	}
}

type basePatterns struct{ pull, target, plain, not, other, cond, all, fails, base, head, compare, name, branches, unless, when *regexp.Regexp }

var basePattern = lazy.Value(func() *basePatterns {
	re := regexp.MustCompile
	ref := `(?:\$\{\{\s*github\.base_ref\s*\}\}|\$\{\{\s*github\.event\.pull_request\.base\.ref\s*\}\}|\$\{?\w+\}?)`
	towards := `(?i)\b(?:against|into|to|onto|target(?:s|ing|ed)?|base(?:d on|d off| branch (?:is|of|to|must be|should be))|on)\s+(?:the\s+|our\s+)?`
	return &basePatterns{
		pull:   re(`(?i)\b(pull[- ]requests?|PRs?|merge requests?|MRs?|patch(es)?)\b`),
		target: re(towards + "`([A-Za-z0-9._/:-]+)`"),
		plain:  re(towards + `(main|master|trunk|develop|development|dev|next|staging|unstable|canary)\s+branch\b`),
		not:    re(`(?i)\b(do not|don['’]t|never|not|no|avoid|instead of|rather than)\b`),
		other:  re(`(?i)\b(rebas\w*|back-?port\w*|cherry-pick\w*|sync\w*|push\w*|releas\w*|hot-?fix\w*|merged? (the )?(upstream|main|master)|git |check ?out|creat\w+ (your|a|the) (feature |topic |new |local )?branch|branch (off|from)|after|once)\b`),
		// what holds for some changes only is not said of this one
		cond:    re(`(?i)(^|[,;(]\s*|\b(and|but|or)\s+)(if|when|whenever|where|in case|for)\b`),
		all:     re(`(?i)\bfor (all|any|every|each)\b`),
		fails:   re(`(?m)^\s*exit [1-9]\b`),
		base:    re(`github\.base_ref\s*==\s*'([^']+)'|github\.event\.pull_request\.base\.ref\s*==\s*'([^']+)'`),
		head:    re(`github\.head_ref\s*!=\s*'([^']+)'|github\.event\.pull_request\.head\.ref\s*!=\s*'([^']+)'`),
		compare: re(`^\s*if \[\[? "?(` + ref + `)"? (==|=|!=) ["']?([A-Za-z0-9._/-]+)["']? \]\]?(?: && \[\[? "?(` + ref + `)"? != ["']?([A-Za-z0-9._/-]+)["']? \]\]?)?\s*;?\s*(then)?\s*$`),
		// the conditions of a script, those that want a match, and those that do not
		branches: re(`(?m)^\s*(if|elif|else|case|while)\b|\|\||&&`),
		unless:   re(`^if\s+(!\s|\[\[\s*!\s)|\]\]\s*\|\|`),
		when:     re(`^if\s+(\[\[|echo\b|printf\b)`),
		name:     re(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`),
	}
})

func deriveBase(set *Reading) []Requirement {
	var out []Requirement
	if m := set.Manifest; m != nil && m.Isrc != nil && m.Isrc.Contribute.Base != "" {
		p := BaseParams{By: "manifest", Only: []string{m.Isrc.Contribute.Base}}
		out = append(out, Requirement{
			Params: p, Strength: Must, rank: rankConfig, Text: p.text(),
			Said: []guideline.Quote{manifestQuote(set, "isrc.contribute.base", "base: "+m.Isrc.Contribute.Base)},
		})
	}
	for _, g := range set.Gates() {
		if req, ok := baseGate(g); ok {
			out = append(out, req)
		}
	}
	return append(out, proseBase(set)...)
}

func (p BaseParams) text() string {
	var out string
	switch {
	case p.Match != nil && p.Against:
		out = "no pull requests to branches that match " + p.Match.Text
	case p.Match != nil:
		out = "pull requests to a branch that matches " + p.Match.Text
	case len(p.Only) > 0:
		out = "pull requests to " + strings.Join(p.Only, " or ")
	default:
		out = "no pull requests to " + strings.Join(p.Not, " or ")
	}
	if len(p.Except) > 0 {
		out += " but from " + strings.Join(p.Except, " or ")
	}
	return out
}

// proseBase reads where prose says that pull requests go.
func proseBase(set *Reading) []Requirement {
	p := BaseParams{By: "prose"}
	sentences := said(set, func(s guideline.Sentence) bool {
		name, not, ok := proseTarget(s.Text)
		switch {
		case !ok || s.Conditional:
			return false
		case not && !slices.Contains(p.Not, name):
			p.Not = append(p.Not, name)
		case !not && !slices.Contains(p.Only, name):
			p.Only = append(p.Only, name)
		}
		return true
	})
	if len(sentences) == 0 || len(p.Only)+len(p.Not) > maxBases {
		return nil
	}
	return []Requirement{fromProse(set, sentences, p.text(), p, nil)}
}

// maxBases is how many branches prose may name before nobody can tell which one
// it means.
const maxBases = 4

// proseTarget is the branch that a sentence sends pull requests to, or not to.
func proseTarget(text string) (name string, not, ok bool) {
	re := basePattern()
	pull := re.pull.FindStringIndex(text)
	if pull == nil || re.other.MatchString(text) {
		return "", false, false
	}
	m := re.target.FindStringSubmatchIndex(text)
	quoted := m != nil
	if !quoted {
		if m = re.plain.FindStringSubmatchIndex(text); m == nil {
			return "", false, false
		}
	}
	if m[0] < pull[0] && !strings.Contains(text[m[1]:], "ranch") { // "to `x`, send pull requests" says something else
		return "", false, false
	}
	if re.cond.MatchString(re.all.ReplaceAllString(text[:m[0]], "")) {
		return "", false, false
	}
	name = text[m[2]:m[3]]
	if i := strings.LastIndexByte(name, ':'); i >= 0 { // OWNER:BRANCH
		name = name[i+1:]
	}
	usual := re.plain.MatchString("to " + name + " branch")
	if !usual && !strings.Contains(strings.ToLower(text), "branch") || !validBranch(name) || strings.HasPrefix(name, "origin/") {
		return "", false, false
	}
	return name, re.not.MatchString(text[:m[0]]), true
}

func baseFactName(branch string) string { return "branch:" + branch }

// candidates are the branches that a pull request could go to instead.
func (p BaseParams) candidates() []string {
	if len(p.Only) > 0 {
		return p.Only
	}
	if p.To != "" {
		return []string{p.To}
	}
	return nil
}

func baseFacts(req Requirement, change *Change) []Fact {
	p := req.Params.(BaseParams)
	if change.Base == "" || p.judge(change) == "" {
		return nil
	}
	var out []Fact
	for _, name := range p.candidates() {
		out = append(out, Fact{Name: baseFactName(name), Kind: FactBranch, Text: name})
	}
	return out
}

// judge answers why the base will not do, or "".
func (p BaseParams) judge(change *Change) string {
	switch {
	case slices.Contains(p.Except, change.Branch) && change.Branch != "":
		return ""
	case p.Match != nil:
		if ok, err := p.Match.matches(change.Base); err == nil && ok == p.Against {
			return fmt.Sprintf("the change goes to %s: %s", change.Base, p.text())
		}
		return ""
	case len(p.Only) > 0 && !slices.Contains(p.Only, change.Base):
		return fmt.Sprintf("the change goes to %s, not to %s", change.Base, strings.Join(p.Only, " or "))
	case slices.Contains(p.Not, change.Base):
		return "the change goes to " + change.Base
	}
	return ""
}

// metBase is met, unless the pattern cannot be evaluated.
func metBase(p BaseParams, change *Change) Finding {
	if p.Match != nil {
		if _, err := p.Match.matches(change.Base); err != nil {
			return Finding{Verdict: Unknown, Message: err.Error()}
		}
	}
	return Finding{Verdict: Met, Message: "the change goes to " + change.Base}
}

func checkBase(req Requirement, change *Change) []Finding {
	p := req.Params.(BaseParams)
	why := p.judge(change)
	switch {
	case change.Base == "":
		return []Finding{{Verdict: Later, Message: "where the change goes is not known yet"}}
	case why == "":
		return []Finding{metBase(p, change)}
	}
	var there, asked []string
	for _, name := range p.candidates() {
		switch exists, known := change.Facts[baseFactName(name)].Value.(bool); {
		case known && exists:
			there = append(there, name)
		case !known:
			asked = append(asked, name)
		}
	}
	f := Finding{Verdict: Broken, At: []Place{{What: change.Base}}, Message: why}
	switch {
	case p.By == "prose" && len(p.Only) > 0 && len(there) == 0 && len(asked) > 0:
		f.Verdict, f.Message = Unknown, why+"; whether the upstream has that branch is not known"
	case p.By == "prose" && len(p.Only) > 0 && len(there) == 0:
		f.Verdict, f.Message = Met, "not asked: the upstream has no branch "+strings.Join(p.Only, " or ")
	case len(there) > 0:
		f.Fix = &Fix{Verb: "send the change to " + there[0], Kind: FixRetarget, Params: Retarget{From: change.Base, To: there[0]}, Safe: len(there) == 1 && change.Pull == nil}
	}
	return []Finding{f}
}
